"""The notary: signs how long each log is and what its root is, and never a log that does not begin with what it signed
before. It has a key, a memory and a database role of its own, which reads leaves and writes checkpoints, nothing else.
"""

import os
import secrets
import time
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from prometheus_client import Counter
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.rules.leaves import LeafType, leaf_hash
from services.election.rules.merkle import Frontier
from services.election.rules.notes import NOTARY, Signed, note_body, read_note, signed_note, verifier_key
from services.election.tables import BallotBox, Checkpoint, Leaf
from shared.database import Database
from shared.sealing import KeysDamaged, secret
from shared.telemetry import log

KEY_FILE = "notary.key"
PAUSE_SECONDS = 10.0
"""While ballots come in, a log is signed at most this often; what opens, closes or follows is signed at once."""
ALARM_SECONDS = 60.0
"""A log that was refused is looked at again, and the alarm raised again, this often."""
BATCH = 10_000
WATCHED_AT_ONCE = 100
"""Logs whose leaves are kept in mind; another one is read again from its beginning."""
REFUSALS = Counter("linli_notary_refusals_total", "Logs that the notary would not sign: each is an alarm.")


class NotaryRefuses(Exception):
    """A log does not extend what was signed. `first`: the first index that is known to differ, or from which on
    something differs."""

    def __init__(self, election_id: UUID, first: int, why: str) -> None:
        super().__init__(f"log {election_id} is not signed: {why} (leaf {first})")
        self.election_id, self.first, self.why = election_id, first, why


@dataclass(frozen=True, slots=True, repr=False)
class NotaryKey:
    """An Ed25519 key; its repr shows nothing."""

    private: Ed25519PrivateKey

    @classmethod
    def load(cls, folder: Path, create: bool) -> "NotaryKey":
        """Read `notary.key` in the folder of keys; with `create`, make it (0600). Errors: KeysMissing, KeysExposed,
        KeysDamaged."""
        try:
            seed = b64decode(secret(folder, KEY_FILE, _new_seed, create).strip(), validate=True)
            return cls(Ed25519PrivateKey.from_private_bytes(seed))
        except ValueError as fault:
            raise KeysDamaged(KEY_FILE) from fault

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes_raw()

    @property
    def verifier(self) -> str:
        """What is published: name+id+key."""
        return verifier_key(NOTARY, self.public)

    def sign(self, election: str, size: int, root: bytes) -> str:
        body = note_body(election, size, root)
        return signed_note(body, NOTARY, self.public, self.private.sign(body.encode()))

    def signed(self, note: Signed) -> bool:
        try:
            self.private.public_key().verify(note.signature, note.body.encode())
        except InvalidSignature:
            return False
        return True


def _new_seed() -> bytes:
    return b64encode(secrets.token_bytes(32)) + b"\n"


@dataclass
class Watched:
    """One log as this notary knows it. `hashes`: of every leaf it has seen itself, to name the one that was changed."""

    frontier: Frontier = field(default_factory=Frontier)
    hashes: list[bytes] = field(default_factory=list)
    signed_at: float = float("-inf")


class Memory:
    """The last note of each log, in files of its own: a database put back to an earlier day does not take it along."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def last(self, election_id: UUID) -> str | None:
        try:
            return (self._folder / f"{election_id}.note").read_text("utf-8")
        except FileNotFoundError:
            return None

    def keep(self, election_id: UUID, note: str) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._folder / f".{election_id}.{secrets.token_hex(4)}"
        with draft.open("w", encoding="utf-8") as file:
            file.write(note)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._folder / f"{election_id}.note")


class Notary:
    """Watches every log of the house. One pass signs what is due."""

    def __init__(self, key: NotaryKey, memory: Memory) -> None:
        self.key = key
        self._memory = memory
        self._watched: dict[UUID, Watched] = {}
        self._refused: dict[UUID, float] = {}

    async def sign_due(self, database: Database, now: datetime) -> int:
        """How many checkpoints were written. A log that is refused raises its alarm and holds up no other."""
        async with database.read() as db:
            waiting = await longer_than_signed(db)
        signed = 0
        for election_id in waiting:
            if time.monotonic() - self._refused.get(election_id, float("-inf")) < ALARM_SECONDS:
                continue
            try:
                async with database.write() as db, db.begin():
                    signed += await self._sign(db, election_id, now)
            except NotaryRefuses as refused:
                self._refused[election_id] = time.monotonic()
                REFUSALS.inc()
                log.error("the notary refuses a log", election=str(election_id), leaf=refused.first, why=refused.why)
        return signed

    async def _sign(self, db: AsyncSession, election_id: UUID, now: datetime) -> int:
        size = (await db.execute(select(BallotBox.next_index).where(BallotBox.election_id == election_id))).scalar_one()
        watched = self._watched.get(election_id)
        if watched is None:
            watched = await self._recalled(db, election_id)
        if watched.frontier.size > await _newest(db, election_id):
            return await self._write(db, election_id, watched.frontier, now)  # signed before, and its row was lost
        if size < watched.frontier.size:
            raise NotaryRefuses(election_id, size, f"{watched.frontier.size} leaves were signed, {size} are left")
        fresh, pressing = await self._read(db, election_id, watched.frontier.size, size)
        rested = time.monotonic() - watched.signed_at >= PAUSE_SECONDS
        if not fresh or not (pressing or rested):
            return 0
        if pressing:  # seldom: then everything that was signed before is looked at again
            await self._look_again(db, election_id, watched)
        watched.frontier.extend(fresh)
        watched.hashes.extend(fresh)
        watched.signed_at = time.monotonic()
        return await self._write(db, election_id, watched.frontier, now)

    async def _write(self, db: AsyncSession, election_id: UUID, frontier: Frontier, now: datetime) -> int:
        note = self.key.sign(str(election_id), frontier.size, frontier.root)
        self._memory.keep(election_id, note)  # first: what was signed is never forgotten, whatever becomes of the row
        row = {"election_id": election_id, "size": frontier.size, "root": frontier.root, "note": note, "at": now}
        await db.execute(insert(Checkpoint).values(row).on_conflict_do_nothing())  # two that sign, sign the same
        return 1

    async def _recalled(self, db: AsyncSession, election_id: UUID) -> Watched:
        """After a start: the log up to the last note, if it still is what was signed. Errors: NotaryRefuses."""
        notes = await self._own_notes(db, election_id)
        watched = Watched()
        for note in notes:
            begun = watched.frontier.size
            fresh, _ = await self._read(db, election_id, begun, note.size)
            watched.frontier.extend(fresh)
            watched.hashes.extend(fresh)
            if watched.frontier.size < note.size:
                raise NotaryRefuses(election_id, watched.frontier.size, f"{note.size} leaves were signed")
            if watched.frontier.root != note.root:
                raise NotaryRefuses(election_id, begun, f"leaves {begun} to {note.size - 1} are not those signed")
        while len(self._watched) >= WATCHED_AT_ONCE:
            self._watched.pop(next(iter(self._watched)))
        self._watched[election_id] = watched
        return watched

    async def _own_notes(self, db: AsyncSession, election_id: UUID) -> Sequence[Signed]:
        """Its own signatures only, the smallest first. Errors: NotaryRefuses for one that it never gave."""
        found = await db.execute(
            select(Checkpoint.note).where(Checkpoint.election_id == election_id).order_by(Checkpoint.size)
        )
        texts = [*found.scalars(), *filter(None, [self._memory.last(election_id)])]
        notes = sorted({note.size: note for note in map(read_note, texts)}.values(), key=lambda note: note.size)
        for note in notes:
            if not self.key.signed(note):
                raise NotaryRefuses(election_id, note.size - 1, "a checkpoint that this notary did not sign")
        return notes

    async def _read(self, db: AsyncSession, election_id: UUID, start: int, end: int) -> tuple[list[bytes], bool]:
        """Hashes of the leaves from `start` to `end`, from their bodies, and whether one is more than a ballot."""
        hashes: list[bytes] = []
        pressing = False
        while start + len(hashes) < end:
            at = start + len(hashes)
            found = await db.execute(
                select(Leaf.log_index, Leaf.type, Leaf.body, Leaf.hash)
                .where(Leaf.election_id == election_id, Leaf.log_index >= at, Leaf.log_index < min(at + BATCH, end))
                .order_by(Leaf.log_index)
            )
            rows = found.all()
            for place, row in enumerate(rows, at):
                if row.log_index != place or leaf_hash(row.body) != row.hash:
                    raise NotaryRefuses(election_id, place, "the leaf is missing, or not what its hash says")
                pressing |= row.type not in {LeafType.CAST, LeafType.RETURNED}
                hashes.append(row.hash)
            if not rows:
                break
        return hashes, pressing

    async def _look_again(self, db: AsyncSession, election_id: UUID, watched: Watched) -> None:
        """Errors: NotaryRefuses, naming the very leaf."""
        hashes, _ = await self._read(db, election_id, 0, len(watched.hashes))
        for index, (seen, now) in enumerate(zip(watched.hashes, hashes, strict=False)):
            if seen != now:
                raise NotaryRefuses(election_id, index, "the leaf was changed after it was signed")
        if len(hashes) < len(watched.hashes):
            raise NotaryRefuses(election_id, len(hashes), "a leaf that was signed is missing")


async def longer_than_signed(db: AsyncSession) -> Sequence[UUID]:
    """Elections whose log has leaves that no checkpoint covers."""
    newest = (
        select(Checkpoint.size)
        .where(Checkpoint.election_id == BallotBox.election_id)
        .order_by(Checkpoint.size.desc())
        .limit(1)
        .scalar_subquery()
    )
    found = await db.execute(
        select(BallotBox.election_id)
        .where(newest.is_(None) | (BallotBox.next_index != newest))
        .order_by(BallotBox.election_id)
    )
    return found.scalars().all()


async def _newest(db: AsyncSession, election_id: UUID) -> int:
    newest = select(func.coalesce(func.max(Checkpoint.size), 0)).where(Checkpoint.election_id == election_id)
    return (await db.execute(newest)).scalar_one()
