"""Cast a ballot: the verb that seals a choice."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.ballots import queries
from services.election.ballots.sealed import new_code, seal_choice
from services.election.elections.queries import election_of, facts_of, most_marks, rules_of, terms_of
from services.election.errors import BallotRefused, HomeNotOnRoll, MarksRefused, NotOpen
from services.election.log.appending import Line, append, locked_box
from services.election.rules.casting import Capacity, CastWhy, Channel, Wish, refusal
from services.election.rules.commitments import SALT_BYTES, commitment, what_said, who_said
from services.election.rules.household import is_valid
from services.election.rules.leaves import LeafType
from services.election.rules.states import State, takes_ballots
from services.election.rules.wording import WORDS
from services.election.tables import Ballot, BallotBox, Election, Nominee, RollEntry, RollHome
from shared import audit
from shared.identity import Actor
from shared.sealing import Keys


@dataclass(frozen=True, slots=True)
class Marked:
    """A ballot as it comes in: the home it is of, the numbers marked, the revision it replaces (0: none)."""

    home_id: UUID
    marks: tuple[int, ...]
    replaces: int


async def cast_ballot(
    db: AsyncSession, actor: Actor, keys: Keys, election_id: UUID, marked: Marked, now: datetime
) -> tuple[Ballot, RollHome]:
    """BAL-11, BAL-12. Under the head lock: one dense index, one revision, never an overwrite.

    Nothing but the frozen election, its roll and the caller's token is needed.
    Errors: ElectionUnknown, NotOpen, HomeNotOnRoll, MarksRefused, BallotRefused.
    """
    election = await election_of(db, actor, election_id)
    _check_open(election, now)
    found = await queries.on_roll(db, election.id, marked.home_id)
    entry = found.entry
    capacity = queries.capacity_on(actor, election, entry, [marked.home_id])
    if capacity is None and marked.home_id not in actor.homes:
        raise HomeNotOnRoll  # whose home it is, is nobody else's business
    await _check_marks(db, election, marked)
    box = await _open_box(db, election)
    history = (await queries.casts_of(db, election.id, [entry.id])).get(entry.id, [])
    why = refusal(Wish(actor.subject, capacity, marked.replaces), history, rules_of(election).revote)
    if why is not None or capacity is None:
        raise _refused(why or CastWhy.NOT_ENTITLED)
    ballot = _new_ballot(actor, entry, capacity, now)
    ballot.revision = len(history) + 1
    _commit_to(ballot, keys, marked.marks)
    line = Line(LeafType.CAST, {"who": ballot.who.hex(), "what": (ballot.what or b"").hex()})
    ballot.log_index = await append(db, box, [line], now)
    db.add(ballot)
    await db.flush()
    audit.note(db, "election", election.id, election.compound_code, log_index=ballot.log_index)  # never the choice
    return ballot, found.home


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


async def _open_box(db: AsyncSession, election: Election) -> BallotBox:
    """Who waited for the lock while the election was being closed comes too late."""
    box = await locked_box(db, election.id)
    if not box.open:
        raise NotOpen(state=State.CLOSED)
    return box


def _refused(why: CastWhy) -> BallotRefused:
    zh, en = WORDS[why]
    return BallotRefused(why=why, why_zh=zh, why_en=en)


def _new_ballot(actor: Actor, entry: RollEntry, capacity: Capacity, now: datetime) -> Ballot:
    return Ballot(
        election_id=entry.election_id,
        entry_id=entry.id,
        channel=Channel.ONLINE,
        caster_id=actor.subject,
        capacity=capacity,
        cast_at=now,
        who_salt=secrets.token_bytes(SALT_BYTES),
        code=new_code(),
    )


def _commit_to(ballot: Ballot, keys: Keys, marks: Sequence[int]) -> None:
    election, salt = str(ballot.election_id), secrets.token_bytes(SALT_BYTES)
    said = what_said(election, marks)
    ballot.who = commitment(ballot.who_salt, who_said(election, str(ballot.entry_id), ballot.revision))
    ballot.what = commitment(salt, said)
    ballot.choice_sealed = seal_choice(keys, ballot.election_id, ballot.entry_id, ballot.revision, salt, said)
