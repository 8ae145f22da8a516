"""What the house signs of its audit, for others to keep, and how a later walk is held against it (PRI-7).

Whoever owns the database can cut off the end of a chain or write all of it anew, and no walk along it would tell. A
head that was handed out earlier does: each room's chain must still hold the very link that it names.
"""

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared.audit import Link, Walked, verify
from shared.database import Database, metadata_for
from shared.sealing import secret

FIRST_LINE = "linli audit heads"
KEY_FILE = "audit.key"
ROOM_LINE = re.compile(r"([a-z]+) (\d{1,18}) ([0-9a-f]{64})")


class HeadRefused(Exception):
    """The given head proves nothing; the message says why in one line."""


@dataclass(frozen=True, slots=True)
class Head:
    """How far each room's chain had come at an instant."""

    at: datetime
    links: Mapping[str, Link]

    @property
    def body(self) -> str:
        rooms = (f"{room} {link.position} {link.digest.hex()}" for room, link in self.links.items())
        return "\n".join((FIRST_LINE, f"at {self.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", *rooms, ""))


class Signer:
    """The house's Ed25519 key for heads, made when first needed if `create`. Errors: as shared.sealing.secret."""

    def __init__(self, keys: Path, create: bool = True) -> None:
        raw = secret(keys, KEY_FILE, lambda: Ed25519PrivateKey.generate().private_bytes_raw(), create)
        self._key = Ed25519PrivateKey.from_private_bytes(raw)

    @property
    def public(self) -> str:
        return base64.b64encode(self._key.public_key().public_bytes_raw()).decode()

    def note(self, head: Head) -> str:
        """The head as a text to keep: one line a room, then the key and its signature."""
        signature = base64.b64encode(self._key.sign(head.body.encode())).decode()
        return f"{head.body}\nby {self.public}\nsigned {signature}\n"

    def read(self, note: str) -> Head:
        """The head in a note that this house signed. Errors: HeadRefused."""
        body, _, ending = note.replace("\r\n", "\n").partition("\n\n")
        said = dict(line.split(" ", 1) for line in ending.splitlines() if " " in line)
        if said.get("by") != self.public:
            raise HeadRefused("the head was not signed with the key of this house")
        try:
            key = Ed25519PublicKey.from_public_bytes(base64.b64decode(said["by"]))
            key.verify(base64.b64decode(said.get("signed", "")), f"{body}\n".encode())
        except (ValueError, InvalidSignature) as fault:
            raise HeadRefused("the head was changed after it was signed") from fault
        return _read(body)


def _read(body: str) -> Head:
    first, at, *rooms = body.splitlines()
    found = [ROOM_LINE.fullmatch(line) for line in rooms]
    if first != FIRST_LINE or not all(found):
        raise HeadRefused("this is no head of an audit")
    links = {one[1]: Link(int(one[2]), bytes.fromhex(one[3])) for one in found if one}
    return Head(datetime.strptime(at, "at %Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC), links)


async def walk(urls: Mapping[str, str], earlier: Head | None = None) -> dict[str, Walked]:
    """Walk the chain of every room, held against an earlier head where one is given."""
    found = {}
    for room, url in urls.items():
        database = Database(url, 1)
        try:
            async with database.read() as session:
                found[room] = await verify(session, metadata_for(room), earlier.links.get(room) if earlier else None)
        finally:
            await database.close()
    return found


def head_of(walked: Mapping[str, Walked], now: datetime) -> Head:
    return Head(now, {room: one.last for room, one in walked.items()})


def findings(walked: Mapping[str, Walked]) -> Iterator[str]:
    """A line for every place that does not hold."""
    for room, one in walked.items():
        for fault in one.faults:
            place = "" if fault.position is None else f"link {fault.position}: "
            yield f"{room}: {place}{fault.reason}"
