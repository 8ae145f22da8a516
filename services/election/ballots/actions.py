"""Cast a ballot and count them: the two verbs that touch a choice."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.ballots import queries
from services.election.elections.actions import keep_result, new_result
from services.election.elections.queries import election_of, election_to_run, facts_of, most_marks, rules_of, terms_of
from services.election.errors import BallotRefused, HomeNotOnRoll, MarksRefused, NotOpen
from services.election.rules.casting import Capacity, CastWhy, Wish, refusal
from services.election.rules.commitments import SALT_BYTES, commitment, what_said, who_said
from services.election.rules.household import count_household, is_valid
from services.election.rules.states import State, takes_ballots
from services.election.rules.wording import WORDS
from services.election.tables import Ballot, BallotBox, Election, Nominee, Result, RollEntry
from shared import audit
from shared.identity import Actor


@dataclass(frozen=True, slots=True)
class Marked:
    """A ballot as it comes in: the home it is of, the numbers marked, the revision it replaces (0: none)."""

    home_id: UUID
    marks: tuple[int, ...]
    replaces: int


async def cast_ballot(
    db: AsyncSession, actor: Actor, election_id: UUID, marked: Marked, now: datetime
) -> tuple[Ballot, RollEntry]:
    """BAL-11, BAL-12. Under the head lock: one dense index, one revision, never an overwrite.

    Nothing but the frozen election, its roll and the caller's token is needed.
    Errors: ElectionUnknown, NotOpen, HomeNotOnRoll, MarksRefused, BallotRefused.
    """
    election = await election_of(db, actor, election_id)
    _check_open(election, now)
    entry = await queries.entry_of(db, election.id, marked.home_id)
    capacity = queries.capacity_on(actor, election, entry)
    if capacity is None and marked.home_id not in actor.homes:
        raise HomeNotOnRoll  # whose home it is, is nobody else's business
    await _check_marks(db, election, marked)
    box = await _locked_box(db, election)
    history = (await queries.casts_of(db, election.id, [entry.id])).get(entry.id, [])
    why = refusal(Wish(actor.subject, capacity, marked.replaces), history, rules_of(election).revote)
    if why is not None or capacity is None:
        raise _refused(why or CastWhy.NOT_ENTITLED)
    ballot = _new_ballot(actor, entry, capacity, marked, now)
    ballot.revision, ballot.log_index = len(history) + 1, box.next_index
    _commit_to(ballot, marked.marks)
    box.next_index += 1
    db.add(ballot)
    await db.flush()
    audit.note(db, "election", election.id, election.compound_code, log_index=ballot.log_index)  # never the choice
    return ballot, entry


def _check_open(election: Election, now: datetime) -> None:
    if not takes_ballots(facts_of(election), now):
        window = {"opens_at": election.opens_at.isoformat(), "closes_at": election.closes_at.isoformat()}
        raise NotOpen(state=election.state, **window)


async def _check_marks(db: AsyncSession, election: Election, marked: Marked) -> None:
    numbers = await _numbers(db, election)
    if not is_valid(marked.marks, terms_of(election, numbers)):
        raise MarksRefused(most=most_marks(election))


async def _numbers(db: AsyncSession, election: Election) -> frozenset[int]:
    found = await db.execute(select(Nominee.number).where(Nominee.election_id == election.id))
    return frozenset(found.scalars())


async def _locked_box(db: AsyncSession, election: Election) -> BallotBox:
    """The one lock of an election. Who waited for it while it was being closed comes too late."""
    found = await db.execute(select(BallotBox).where(BallotBox.election_id == election.id).with_for_update())
    box = found.scalar_one()
    if box.closed:
        raise NotOpen(state=State.CLOSED)
    return box


def _refused(why: CastWhy) -> BallotRefused:
    zh, en = WORDS[why]
    return BallotRefused(why=why, why_zh=zh, why_en=en)


def _new_ballot(actor: Actor, entry: RollEntry, capacity: Capacity, marked: Marked, now: datetime) -> Ballot:
    return Ballot(
        election_id=entry.election_id,
        entry_id=entry.id,
        caster_id=actor.subject,
        capacity=capacity,
        marks=sorted(marked.marks),
        cast_at=now,
        who_salt=secrets.token_bytes(SALT_BYTES),
        what_salt=secrets.token_bytes(SALT_BYTES),
    )


def _commit_to(ballot: Ballot, marks: Sequence[int]) -> None:
    election = str(ballot.election_id)
    ballot.who = commitment(ballot.who_salt, who_said(election, str(ballot.entry_id), ballot.revision))
    ballot.what = commitment(ballot.what_salt, what_said(election, marks))


async def count_election(db: AsyncSession, actor: Actor, election_id: UUID, now: datetime) -> Result:
    """BAL-11. Count what stands, rank, and draw the announced lot where the border asks for it."""
    election = await election_to_run(db, actor, election_id)
    result = new_result(actor, election, now)
    terms = terms_of(election, await _numbers(db, election))
    counted = count_household(terms, election.entries, await queries.effective_marks(db, election.id))
    result.households, result.returned = counted.households, counted.cast
    result.valid, result.invalid = counted.valid, counted.invalid
    result.outcome = counted.outcome
    result.ranking = [asdict(one) for one in counted.ranking]
    return await keep_result(db, actor, election, result, now)
