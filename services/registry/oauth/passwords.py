"""How a password is kept and checked: Argon2id, away from the event loop, two at a time."""

import asyncio

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

_hasher = PasswordHash((Argon2Hasher(),))
_two_at_a_time = asyncio.Semaphore(2)  # each takes 64 MiB
_decoy = _hasher.hash("nobody has this password")


async def hash_password(password: str) -> str:
    async with _two_at_a_time:
        return await asyncio.to_thread(_hasher.hash, password)


async def is_password(password: str, kept: str | None) -> bool:
    """Whether the password is the kept one. Without a kept one the same work is done for nothing,
    so that the time taken does not tell which logins exist."""
    async with _two_at_a_time:
        fits = await asyncio.to_thread(_hasher.verify, password, kept or _decoy)
    return fits and kept is not None
