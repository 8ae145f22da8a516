"""How a password is kept and checked: Argon2id, away from the event loop, two at a time, with a short queue."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from shared.problems import Busy

AT_ONCE = 2  # each takes 64 MiB
LONGEST_QUEUE = 16
Found = TypeVar("Found")

_hasher = PasswordHash((Argon2Hasher(),))
_places = asyncio.Semaphore(AT_ONCE)
_waiting = 0
_decoy = _hasher.hash("nobody has this password")


async def hash_password(password: str) -> str:
    """Call it with no transaction open: it takes a tenth of a second, and may wait. Busy when the queue is full."""
    return await _in_turn(lambda: _hasher.hash(password))


async def is_password(password: str, kept: str | None) -> bool:
    """Whether the password is the kept one. Without a kept one the same work is done for nothing,
    so that the time taken does not tell which logins exist. Call it with no transaction open."""
    fits = await _in_turn(lambda: _hasher.verify(password, kept or _decoy))
    return fits and kept is not None


async def _in_turn(work: Callable[[], Found]) -> Found:
    global _waiting
    if _waiting >= LONGEST_QUEUE:
        raise Busy(retry_after=1)
    _waiting += 1
    try:
        async with _places:
            return await asyncio.to_thread(work)
    finally:
        _waiting -= 1
