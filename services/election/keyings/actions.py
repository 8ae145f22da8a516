"""Open the boxes, lay down the scans, key them blind, and write what two readings or a third came to into the log."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.ballots.sealed import seal_choice
from services.election.elections.queries import election_to_run
from services.election.errors import PaperUnknown
from services.election.history import who
from services.election.keyings.queries import Readable, Reading, Returned, election_to_key, readable
from services.election.keyings.sealed import open_reading, seal_reading
from services.election.keyings.storing import KEYINGS, SETTLEMENTS, TRANSCRIPTIONS, insert_rows
from services.election.log.appending import Line, append
from services.election.papers.actions import locked, refused
from services.election.papers.queries import box_of, papers_on
from services.election.rules.choices import Chosen, choice_said
from services.election.rules.commitments import SALT_BYTES, Said, commitment
from services.election.rules.keying import (
    KeyWhy,
    items_fit,
    key_refusal,
    marks_fit,
    reading_of,
    third_stands_alone,
)
from services.election.rules.leaves import LeafType
from services.election.rules.papers import DeskWhy, FactKind
from services.election.rules.parameters import NAMED, Preset
from services.election.rules.states import State
from services.election.rules.tally import Choice
from services.election.tables import (
    BallotBox,
    Election,
    Item,
    Keying,
    Nominee,
    PaperBox,
    PaperFact,
    PaperScan,
)
from shared import audit
from shared.files import References
from shared.identity import Actor
from shared.sealing import Keys


@dataclass(frozen=True, slots=True)
class Opened:
    """How a box was found, before whom, and how many papers lay in it."""

    seal_found: str
    witnesses: tuple[UUID, ...]
    counted: int


async def open_box(
    db: AsyncSession, actor: Actor, election_id: UUID, number: int, opened: Opened, now: datetime
) -> PaperBox:
    """BAL-7. After closing, before at least two witnesses; a seal that is another than the one given is written down,
    not refused. Errors: ElectionUnknown, RoleForbidden, BoxUnknown, PapersRefused."""
    election = await election_to_run(db, actor, election_id)
    box = await box_of(db, election.id, number)
    if election.state != State.CLOSED:
        raise refused(DeskWhy.NOT_CLOSED)
    if box.opened_at is not None:
        raise refused(DeskWhy.BOX_OPENED)
    box.opened_at, box.opened_by, box.seal_found = now, who(actor), opened.seal_found
    box.witnesses, box.counted = sorted(opened.witnesses), opened.counted
    intact = opened.seal_found == box.seal
    audit.note(db, "election", election.id, election.compound_code, box=number, seal_intact=intact)
    return box


async def scan_paper(
    db: AsyncSession,
    actor: Actor,
    references: References,
    election_id: UUID,
    number: int,
    file: str,
    now: datetime,
) -> PaperScan:
    """BAL-7. The picture of a returned paper out of an opened box; taken anew until somebody has keyed it.
    Errors: ElectionUnknown, RoleForbidden, PaperUnknown, PapersRefused, ReferenceRefused."""
    election = await election_to_run(db, actor, election_id)
    if election.state != State.CLOSED:
        raise refused(DeskWhy.NOT_CLOSED)
    if not await papers_on(db, election.id, [number]):
        raise PaperUnknown
    await _check_scannable(db, election, number)
    found = references.attached(file, actor.subject, now)
    takes = select(func.count()).where(PaperScan.election_id == election.id, PaperScan.number == number)
    scan = PaperScan(
        election_id=election.id,
        number=number,
        take=(await db.execute(takes)).scalar_one() + 1,
        file_id=found.id,
        sha256=found.sha256,
        scanned_by=actor.subject,
        at=now,
    )
    db.add(scan)
    audit.note(db, "election", election.id, election.compound_code, paper=number, scan=scan.take)
    return scan


async def _check_scannable(db: AsyncSession, election: Election, number: int) -> None:
    returned = (
        select(PaperBox)
        .join(PaperFact, (PaperFact.election_id == PaperBox.election_id) & (PaperFact.box == PaperBox.number))
        .where(
            PaperFact.election_id == election.id,
            PaperFact.number == number,
            PaperFact.kind == FactKind.RETURNED,
            PaperFact.accepted,
        )
    )
    box = (await db.execute(returned)).scalar_one_or_none()
    if box is None:
        raise refused(DeskWhy.NOT_RETURNED)
    if box.opened_at is None:
        raise refused(DeskWhy.BOX_SHUT)
    keyed = select(Keying.number).where(Keying.election_id == election.id, Keying.number == number)
    if (await db.execute(keyed)).first() is not None:
        raise refused(DeskWhy.KEYED)


@dataclass(frozen=True, slots=True)
class Keyed:
    """One reading as it was typed: marks, or a choice per item. `confirmed`: a third person looked twice."""

    number: int
    marks: tuple[int, ...] | None
    items: Mapping[int, Choice] | None
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Read:
    """What came of a reading; `settled` says that the paper now has its choice, never which."""

    number: int
    why: KeyWhy | None
    settled: bool


async def key_papers(
    db: AsyncSession, actor: Actor, keys: Keys, election_id: UUID, keyed: Sequence[Keyed], now: datetime
) -> list[Read]:
    """BAL-7. One person's readings, each answered for itself; what settles goes into the log at once.
    Errors: ElectionUnknown, RoleForbidden, PapersRefused."""
    election = await election_to_key(db, actor, election_id)
    box = await locked(db, election)
    if election.state != State.CLOSED:
        raise refused(DeskWhy.NOT_CLOSED)
    sitting = Sitting(actor.subject, election, await _numbers(db, election), now, keys)
    found = await readable(db, election.id, {one.number for one in keyed})
    read = [sitting.take(found, one) for one in keyed]
    await _keep(db, box, sitting)
    audit.note(db, "election", election.id, election.compound_code, keyed=len(sitting.keyings))
    return read


async def _numbers(db: AsyncSession, election: Election) -> frozenset[int]:
    column = Nominee if Preset(election.preset) in NAMED else Item
    found = await db.execute(select(column.number).where(column.election_id == election.id))
    return frozenset(found.scalars())


class Sitting:
    """One person's readings on their way into the tables, and what they settle."""

    def __init__(self, keyer: UUID, election: Election, numbers: frozenset[int], now: datetime, keys: Keys) -> None:
        self.keyer, self.election, self.numbers, self.now, self.keys = keyer, election, numbers, now, keys
        self.named = Preset(election.preset) in NAMED
        self.keyings: list[dict[str, Any]] = []
        self.settlements: list[dict[str, Any]] = []
        self.choices: list[tuple[Returned, Said]] = []

    def take(self, found: Readable, one: Keyed) -> Read:
        earlier = found.keyings.get(one.number, [])
        said = self._said(one)
        why = self._refusal(found, one, earlier) or (None if said is not None else KeyWhy.NOT_ON_BALLOT)
        if why is not None or said is None:
            return Read(one.number, why, one.number in found.settled)
        readings = [self._opened(one.number, keying) for keying in earlier] + [said]
        if third_stands_alone(readings) and not one.confirmed:
            return Read(one.number, KeyWhy.AGREES_WITH_NEITHER, False)
        row = self._row(one.number, len(readings), said)
        self.keyings.append(row)
        found.keyings.setdefault(one.number, []).append(Reading(row["turn"], self.keyer, row["choice_sealed"]))
        reading = reading_of(readings)
        if reading.said is not None:
            self._settle(found, one.number, reading.said, reading.by_third)
        return Read(one.number, None, reading.said is not None)

    def _refusal(self, found: Readable, one: Keyed, earlier: Sequence[Reading]) -> KeyWhy | None:
        if one.number not in found.ballots:
            return KeyWhy.UNKNOWN_PAPER if one.number not in found.carriers else KeyWhy.NOT_RETURNED
        if one.number not in found.scans:
            return KeyWhy.NOT_SCANNED
        keyers, carriers = [keying.keyer_id for keying in earlier], found.carriers.get(one.number, set())
        return key_refusal(self.keyer, keyers, carriers, one.number in found.settled)

    def _said(self, one: Keyed) -> Said | None:
        """The reading as a choice is written down; None where it cannot stand on this ballot."""
        marks_stand = self.named and one.marks is not None and marks_fit(one.marks, self.numbers)
        items_stand = not self.named and one.items is not None and items_fit(one.items, self.numbers)
        if not (marks_stand or items_stand):
            return None
        return choice_said(str(self.election.id), Chosen(one.marks, one.items))

    def _opened(self, number: int, reading: Reading) -> Said:
        return open_reading(self.keys, self.election.id, number, reading.turn, reading.choice_sealed)

    def _row(self, number: int, turn: int, said: Said) -> dict[str, Any]:
        return {
            "election_id": self.election.id,
            "number": number,
            "turn": turn,
            "keyer_id": self.keyer,
            "choice_sealed": seal_reading(self.keys, self.election.id, number, turn, said),
            "at": self.now,
        }

    def _settle(self, found: Readable, number: int, said: Said, by_third: bool) -> None:
        found.settled.add(number)
        third = self.keyer if by_third else None
        row = {"election_id": self.election.id, "number": number, "agreed": not by_third, "settled_by": third}
        self.settlements.append(row | {"at": self.now})
        self.choices.append((found.ballots[number], said))


async def _keep(db: AsyncSession, box: BallotBox, sitting: Sitting) -> None:
    """Readings, settlements, and one TRANSCRIBED line a paper that settled; its choice lies sealed like any other."""
    if sitting.keyings:
        await insert_rows(db, KEYINGS, sitting.keyings)
    if not sitting.choices:
        return
    await insert_rows(db, SETTLEMENTS, sitting.settlements)
    salts = [secrets.token_bytes(SALT_BYTES) for _ in sitting.choices]
    whats = [commitment(salt, said) for salt, (_, said) in zip(salts, sitting.choices, strict=True)]
    lines = [
        Line(LeafType.TRANSCRIBED, {"of": ballot.log_index, "what": what.hex()})
        for what, (ballot, _) in zip(whats, sitting.choices, strict=True)
    ]
    first = await append(db, box, lines, sitting.now)
    rows = [
        {
            "election_id": box.election_id,
            "entry_id": ballot.entry_id,
            "revision": ballot.revision,
            "log_index": first + place,
            "choice_sealed": seal_choice(
                sitting.keys, box.election_id, ballot.entry_id, ballot.revision, salts[place], said
            ),
            "what": whats[place],
            "at": sitting.now,
        }
        for place, (ballot, said) in enumerate(sitting.choices)
    ]
    await insert_rows(db, TRANSCRIPTIONS, rows)
