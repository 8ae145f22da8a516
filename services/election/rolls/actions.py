"""Post the roll of an election for everybody to object to, correct it with a reason, sign for what is unknown in it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.elections import queries
from services.election.elections.stepping import check, refused, stepped
from services.election.errors import CorrectionUnknown, NoteStale
from services.election.history import who
from services.election.house import MeansOf
from services.election.log.appending import Line, append, locked_box
from services.election.neighbours import Home, homes_of
from services.election.objections.actions import performed
from services.election.rolls.building import Built, build, entrance_of
from services.election.rolls.correcting import (
    Correction,
    Worked,
    committed,
    new_row,
    place_to_add,
    rewrite,
    worked_out,
)
from services.election.rolls.correcting import (
    refused as correction_refused,
)
from services.election.rolls.effective import effective_places, place_from
from services.election.rules.commitments import Said
from services.election.rules.committee import size_fits
from services.election.rules.leaves import LeafType
from services.election.rules.parameters import Kind, Preset
from services.election.rules.rolls import (
    Change,
    CorrectionWhy,
    Denominators,
    corrected,
    correction_refusal,
    denominators,
    is_frozen,
)
from services.election.rules.states import State, Step, Why
from services.election.rules.weights import UNCOUNTED, Weights
from services.election.tables import Election, RollCorrection, RollEntry, RollHome
from shared import audit
from shared.edge import ReadingFactory
from shared.identity import Actor
from shared.wire import area_text


async def post_roll(
    db: AsyncSession, reads: ReadingFactory, actor: Actor, means: MeansOf, election_id: UUID, now: datetime
) -> Election:
    """VOTE-7, VOTE-1, BAL-11. One entry an entitlement of the scope; of members, those who were named.

    Errors: ElectionUnknown, RoleForbidden, StepRefused, NeighbourDown.
    """
    async with reads() as early:  # the neighbour is asked before the write begins
        known = await queries.election_to_run(early, actor, election_id, lock=False)
    asked = Kind(known.kind) is not Kind.MEMBERS
    homes = await homes_of(means.registry, known.compound_id) if asked else ()
    election = await queries.election_to_run(db, actor, election_id)
    check(election, Step.POST_ROLL, now)
    if asked:
        _check_scope(election, homes, now)
        _check_size(election, homes, now)
        await _enter(db, election, build(election, queries.rules_of(election), homes))
    else:
        election.entries = election.heads = len(await queries.entries_by_place(db, election.id))
    election.roll_posted_at = now
    return await stepped(db, actor, election, Step.POST_ROLL, now)


def _check_scope(election: Election, homes: tuple[Home, ...], now: datetime) -> None:
    """VOTE-7. A name that is mistyped would silently take homes out of the electorate."""
    buildings, entrances = {home.building for home in homes}, {entrance_of(home) for home in homes}
    unknown = [one for one in election.buildings if one not in buildings]
    unknown += [one for one in election.entrances if one not in entrances]
    if unknown:
        raise refused(election, Why.SCOPE_UNKNOWN, now, unknown=unknown)


def _check_size(election: Election, homes: tuple[Home, ...], now: datetime) -> None:
    """COM-1. Three seats only where the compound has at most 100 homes."""
    living = sum(home.kind not in UNCOUNTED for home in homes)
    if election.preset == Preset.CANDIDATES and not size_fits(election.seats, living):
        raise refused(election, Why.SIZE_WRONG, now)


async def _enter(db: AsyncSession, election: Election, built: Built) -> None:
    if built.entries:
        await db.execute(insert(RollEntry), built.entries)
        await db.execute(insert(RollHome), built.homes)
    election.entries, election.heads, election.area_hundredths = len(built.entries), built.heads, built.area
    election.area_unknown, election.owner_unknown = built.area_unknown, built.owner_unknown


async def correct_roll(
    db: AsyncSession,
    reads: ReadingFactory,
    actor: Actor,
    means: MeansOf,
    election_id: UUID,
    wish: Correction,
    now: datetime,
) -> RollCorrection:
    """VOTE-7, OWN-6. At once while the roll is posted; once it is frozen, a proposal that a second officer confirms.

    Errors: ElectionUnknown, RoleForbidden, HomeNotOnRoll, CorrectionRefused, ObjectionUnknown, NeighbourDown.
    """
    homes: tuple[Home, ...] = ()
    if wish.change is Change.ADD:
        async with reads() as early:  # the neighbour is asked before the write begins
            known = await queries.election_to_run(early, actor, election_id, lock=False)
        homes = await homes_of(means.registry, known.compound_id)
    election = await queries.election_to_run(db, actor, election_id)
    state = State(election.state)
    forgets = wish.change is Change.AREA and wish.area is None
    if why := correction_refusal(Kind(election.kind), state, wish.change, forgets):
        raise correction_refused(why)
    places = await effective_places(db, election.id)
    added = next((one for one in homes if one.id == wish.home_id), None)
    joining = await place_to_add(db, election, homes, wish.home_id) if wish.change is Change.ADD else None
    worked = worked_out(places, wish, joining)
    if not is_frozen(state):
        worked = await rewrite(db, election, worked, added)
        if wish.objection_id is not None:
            await performed(db, election, wish.objection_id, now)
    row = await new_row(db, election, who(actor), wish, worked, now)
    row.proposed = is_frozen(state)
    db.add(row)
    await db.flush()
    audit.note(db, "election", election.id, election.compound_code, correction=row.number, proposed=row.proposed)
    return row


async def confirm_correction(
    db: AsyncSession, actor: Actor, election_id: UUID, number: int, now: datetime
) -> RollCorrection:
    """The second officer's word: the correction stands in the log, each entitlement under a new commitment.

    Errors: ElectionUnknown, RoleForbidden, CorrectionUnknown, CorrectionRefused, ObjectionUnknown.
    """
    election = await queries.election_to_run(db, actor, election_id)
    proposal = await _proposal(db, election, number)
    if why := correction_refusal(Kind(election.kind), State(election.state), Change(proposal.change)):
        raise correction_refused(why)
    if proposal.by == who(actor):
        raise correction_refused(CorrectionWhy.SECOND_OFFICER)
    worked = _as_proposed(await effective_places(db, election.id), proposal)
    row = await _logged(db, election, proposal, worked, now)
    row.second = who(actor)
    db.add(row)
    if proposal.objection_id is not None:
        await performed(db, election, proposal.objection_id, now)
    election.recount_due = election.recount_due or election.counted_at is not None
    await db.flush()
    audit.note(db, "election", election.id, election.compound_code, correction=row.number, confirms=number)
    return row


async def _proposal(db: AsyncSession, election: Election, number: int) -> RollCorrection:
    """Errors: CorrectionUnknown, CorrectionRefused."""
    of_it = select(RollCorrection).where(RollCorrection.election_id == election.id)
    wanted = of_it.where(RollCorrection.number == number, RollCorrection.proposed)
    proposal = (await db.execute(wanted)).scalar_one_or_none()
    if proposal is None:
        raise CorrectionUnknown
    if (await db.execute(of_it.where(RollCorrection.confirms == number))).first() is not None:
        raise correction_refused(CorrectionWhy.DONE_ALREADY)
    return proposal


def _as_proposed(places: dict[str, Any], proposal: RollCorrection) -> Worked:
    """What was proposed, if the home is still what it was then. Errors: CorrectionRefused."""
    home = str(proposal.home_id)
    kept = proposal.after["home"]
    target = place_from(kept) if kept else None
    joins = target is None or any(place.entry == target.entry for place in places.values())
    if places.get(home) != place_from(proposal.before["home"]) or not joins:
        raise correction_refused(CorrectionWhy.CHANGED_MEANWHILE)
    after = corrected(places, home, target)
    if not after:
        raise correction_refused(CorrectionWhy.ROLL_WOULD_BE_EMPTY)
    return Worked(home, places, after)


async def _logged(
    db: AsyncSession, election: Election, proposal: RollCorrection, worked: Worked, now: datetime
) -> RollCorrection:
    """One CORRECTION leaf for each entitlement that changes, and the row that opens them."""
    rows = {str(row.id): row for row in await queries.entries_by_place(db, election.id)}
    wish = Correction(Change(proposal.change), proposal.home_id, proposal.reason, objection_id=proposal.objection_id)
    row = await new_row(db, election, proposal.by, wish, worked, now)
    row.after = committed(row.after, rows)
    row.confirms = proposal.number
    box = await locked_box(db, election.id)
    row.log_index = await append(db, box, _lines(row), now)
    return row


def _lines(row: RollCorrection) -> list[Line]:
    """The totals run on from leaf to leaf."""
    reason = hashlib.sha256(row.reason.encode()).hexdigest()
    totals = {"heads": row.before["heads"], "area": row.before["area"]}
    lines = []
    for was, becomes in zip(row.before["entries"], row.after["entries"], strict=True):
        moved = {name: totals[name] + becomes[name] - was[name] for name in totals}
        said: Said = {"entry": becomes["commitment"], "before": totals, "after": moved, "reason": reason}
        lines.append(Line(LeafType.CORRECTION, said))
        totals = moved
    return lines


@dataclass(frozen=True, slots=True)
class Note:
    """OWN-6. What an officer signs for a roll with unknowns: his words, and both denominators as he read them."""

    words: str
    best: Weights
    worst: Weights


async def sign_roll_note(db: AsyncSession, actor: Actor, election_id: UUID, note: Note, now: datetime) -> Election:
    """OWN-6. Errors: ElectionUnknown, RoleForbidden, CorrectionRefused, NoteStale."""
    election = await queries.election_to_run(db, actor, election_id)
    if election.state != State.ROLL_POSTED:
        raise correction_refused(CorrectionWhy.NOT_NOW)
    found = denominators(await effective_places(db, election.id))
    if (note.best, note.worst) != (found.best, found.worst):
        raise NoteStale(best=_told(found.best), worst=_told(found.worst))
    election.roll_note = note_text(note.words, found)
    election.roll_note_by = who(actor)
    election.version += 1
    await db.flush()
    audit.note(db, "election", election.id, election.compound_code, roll_note=True)
    return election


def note_text(words: str, found: Denominators) -> str:
    """The note as it is kept and announced: the words, then both denominators."""
    best, worst = (f"{one.heads} 人 {area_text(one.area)} ㎡" for one in (found.best, found.worst))
    return f"{words}\n最小分母 best: {best};最大分母 worst: {worst}"


def _told(weights: Weights) -> dict[str, Any]:
    return {"heads": weights.heads, "area": area_text(weights.area)}
