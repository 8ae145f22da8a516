"""Which secret each container is given, and no other: one folder for each, made once and kept."""

import os
import secrets as chance
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gateway.audit_heads import KEY_FILE as AUDIT_KEY
from gateway.audit_heads import Signer
from gateway.start import StartRefused
from migrations.heads import ROOMS
from shared.sealing import Keys, secret
from shared.serve import new_key

Say = Callable[[str], None]
OWNER = 10_001
"""The user of the image."""
SEE_FILES = ("registry", "ticket", "election", "meeting")
"""Rooms that sign or check references to files, with one key."""
NOTARY_KEY = "notary.key"
SEALED = ("sealing.json", "index.key", "files.key")


@dataclass(frozen=True, slots=True)
class Signers:
    """Makers of the keys that sign: of access tokens, in the registry's folder only; of elections' logs, in the
    notary's only, which answers the public half."""

    tokens: Callable[[Path], object]
    notary: Callable[[Path], str]


def make_secrets(folder: Path, owner: int, source: Path | None, signers: Signers, say: Say) -> None:
    """Make what is missing under `folder`; what is there stays.

    `source` is the keys folder of a house in one process that moves into containers: every room then seals with its
    ring, since all of it was.
    """
    rooms = {room: folder / room for room in ROOMS}
    if source is not None:
        for room, own in rooms.items():
            _take_over(source, own, with_tokens=room == "registry")
    Keys.load(rooms["registry"], create=True)
    files = secret(rooms["registry"], "files.key", bytes, create=False)
    for room in SEE_FILES:
        secret(rooms[room], "files.key", given(files), create=True)
    inside = secret(rooms["registry"], "internal.key", new_key, create=True)
    watching = secret(folder / "gateway", "metrics_token", _password, create=True)
    signers.tokens(rooms["registry"])
    _give_notary(folder, source, signers)
    for room, own in rooms.items():
        Keys.load(own, create=True)
        secret(own, "internal.key", given(inside), create=True)
        secret(own, "metrics_token", given(watching), create=True)
        runtime = secret(own, "database_password", _password, create=True)
        secret(folder / "prepare", f"{room}_password", given(runtime), create=True)
        secret(folder / "prepare", f"{room}_owner_password", _password, create=True)
    secret(folder / "prepare", "admin_password", _password, create=True)
    if source is not None and (source / AUDIT_KEY).exists():
        secret(folder / "prepare", AUDIT_KEY, given((source / AUDIT_KEY).read_bytes()), create=True)
    Signer(folder / "prepare")  # whoever walks the audit of all rooms signs its heads
    _hand_over(folder, owner)
    say(f"{folder} holds what each container is given. Keep a copy: without it the database cannot be read")


def _give_notary(folder: Path, source: Path | None, signers: Signers) -> None:
    """Its key lies with nobody else: the room knows the public half."""
    own = folder / "notary"
    if source is not None and (source / NOTARY_KEY).exists():
        secret(own, NOTARY_KEY, given((source / NOTARY_KEY).read_bytes()), create=True)
    public = signers.notary(own)
    secret(folder / "election", "notary_public_key", given(public.encode()), create=True)
    password = secret(own, "database_password", _password, create=True)
    secret(folder / "prepare", "notary_password", given(password), create=True)


def _take_over(source: Path, own: Path, with_tokens: bool) -> None:
    for name in (*SEALED, "internal.key", *(["tokens.json"] if with_tokens else [])):
        kept = secret(source, name, bytes, create=False)
        secret(own, name, given(kept), create=True)


def given(content: bytes) -> Callable[[], bytes]:
    """A maker of what is known already."""
    return lambda: content


def _password() -> bytes:
    return chance.token_urlsafe(24).encode()


def _hand_over(folder: Path, owner: int) -> None:
    folder.chmod(0o700)
    try:
        for path in (folder, *folder.rglob("*")):
            if path.stat().st_uid != owner:
                os.chown(path, owner, -1)
    except PermissionError as fault:
        raise StartRefused(f"{folder} must belong to user {owner} of the image: run this as root") from fault
