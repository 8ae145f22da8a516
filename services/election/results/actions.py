"""Count, count again, post and finalise: the steps after closing."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.elections.queries import election_to_run, rules_of
from services.election.elections.stepping import check, stepped
from services.election.errors import CountersRefused, PapersOutstanding
from services.election.history import who
from services.election.log.appending import Line, append, locked_box
from services.election.log.status import write_status
from services.election.papers.queries import papers_outstanding
from services.election.results.counting import counted
from services.election.results.queries import newest_result
from services.election.rules.commitments import SALT_BYTES, canonical
from services.election.rules.leaves import LeafType
from services.election.rules.parameters import Kind
from services.election.rules.states import Step
from services.election.tables import Ballot, Election, Result
from shared.days import CalendarMissing, day_of, working_period_end
from shared.identity import Actor
from shared.sealing import Keys

REPEATS = frozenset({"REPEAT", "ELECT_AGAIN"})
"""BAL-11, COM-1. The outcomes that ask for a further ballot: too few took part, too few seats were filled."""


@dataclass(frozen=True, slots=True)
class Counters:
    """BAL-7. Who called, counted and watched, and where; needed where papers were counted."""

    caller: UUID
    counter: UUID
    scrutineer: UUID
    place: str

    @property
    def are_three(self) -> bool:
        return len({self.caller, self.counter, self.scrutineer}) == 3


async def count_election(
    db: AsyncSession, actor: Actor, keys: Keys, election_id: UUID, by: Counters | None, now: datetime
) -> Result:
    """VOTE-8, BAL-11. The provisional result. Errors: as every step, CountersRefused, PapersOutstanding."""
    election = await election_to_run(db, actor, election_id)
    check(election, Step.COUNT, now)
    await _check_counters(db, election, by)
    result = await _count(db, actor, keys, election, by, now)
    await stepped(db, actor, election, Step.COUNT, now)
    return result


async def recount_election(
    db: AsyncSession, actor: Actor, keys: Keys, election_id: UUID, reason: str, by: Counters | None, now: datetime
) -> Result:
    """PUB-6. Once more, because an objection was upheld; the first count stands beside it. Errors: as for a count."""
    election = await election_to_run(db, actor, election_id)
    check(election, Step.RECOUNT, now)
    await _check_counters(db, election, by)
    result = await _count(db, actor, keys, election, by, now, reason)
    election.recount_due, election.posted_at, election.posted_until = False, None, None
    await stepped(db, actor, election, Step.RECOUNT, now, reason)
    return result


async def post_result(db: AsyncSession, actor: Actor, election_id: UUID, now: datetime) -> Election:
    """PUB-3. Posted for so many working days; its end is unknown where the calendar is. Errors: as every step."""
    election = await election_to_run(db, actor, election_id)
    check(election, Step.POST, now)
    election.posted_at = now
    try:
        election.posted_until = working_period_end(day_of(now), rules_of(election).result_working_days)
    except CalendarMissing:
        election.posted_until = None
    return await stepped(db, actor, election, Step.POST, now)


async def finalise_election(db: AsyncSession, actor: Actor, election_id: UUID, now: datetime) -> Election:
    """PUB-6. No objection holds it up any more: the newest count is the result. Errors: as every step."""
    election = await election_to_run(db, actor, election_id)
    check(election, Step.FINALISE, now)
    result = await newest_result(db, election)
    box = await locked_box(db, election.id)
    await append(db, box, [Line(LeafType.FINAL, {"number": result.number})], now)
    election.final_at = now
    return await stepped(db, actor, election, Step.FINALISE, now)


async def _count(
    db: AsyncSession,
    actor: Actor,
    keys: Keys,
    election: Election,
    by: Counters | None,
    now: datetime,
    reason: str | None = None,
) -> Result:
    """One count of a locked election: figures, their digest in the log, and the row that stays."""
    outcome, figures = await counted(db, keys, election)
    if election.kind != Kind.HOUSEHOLD:
        figures["salt"] = secrets.token_hex(SALT_BYTES)  # else a small side's area could be found by trying
    digest = hashlib.sha256(canonical(figures)).digest()
    number = await _next_number(db, election)
    box = await locked_box(db, election.id)
    await write_status(db, election, box, now)
    said: dict[str, Any] = {"number": number, "figures": digest.hex()}
    index = await append(db, box, [Line(LeafType.COUNTED, said)], now)
    result = Result(
        election_id=election.id,
        number=number,
        outcome=outcome,
        figures=figures,
        digest=digest,
        log_index=index,
        reason=reason,
        counted_at=now,
        counted_by=who(actor),
        caller_id=by.caller if by else None,
        counter_id=by.counter if by else None,
        scrutineer_id=by.scrutineer if by else None,
        place=by.place if by else None,
    )
    db.add(result)
    election.outcome, election.counted_at = outcome, now
    election.repeat_due = election.repeat_due or outcome in REPEATS
    await db.flush()
    return result


async def _next_number(db: AsyncSession, election: Election) -> int:
    wanted = select(Result.number).where(Result.election_id == election.id).order_by(Result.number.desc()).limit(1)
    return ((await db.execute(wanted)).scalar_one_or_none() or 0) + 1


async def _check_counters(db: AsyncSession, election: Election, by: Counters | None) -> None:
    """BAL-7. Three different persons, and every returned paper read. Errors: CountersRefused, PapersOutstanding."""
    if by is not None and not by.are_three:
        raise CountersRefused
    papers = select(Ballot.paper_number).where(Ballot.election_id == election.id, Ballot.paper_number.is_not(None))
    if by is None and (await db.execute(papers.limit(1))).first() is not None:
        raise CountersRefused
    if missing := await papers_outstanding(db, election.id):
        raise PapersOutstanding(count=missing)
