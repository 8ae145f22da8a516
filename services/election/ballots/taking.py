"""Takes ballots of every channel into the box: under the head lock, judged by what came before (BAL-12)."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.ballots.frozen import Entry, Frame
from services.election.ballots.naming import named
from services.election.ballots.sealed import new_code, seal_choice
from services.election.ballots.storing import COLUMNS, Stored, driver_of, store
from services.election.errors import BallotRefused, HomeNotOnRoll, NotOpen
from services.election.rules.cast_wording import CAST_WORDS
from services.election.rules.casting import (
    CHANNEL_OF,
    RETURN,
    Capacity,
    Cast,
    CastWhy,
    Channel,
    Claim,
    Wish,
    claimed,
    refusal,
)
from services.election.rules.choices import Chosen, choice_said
from services.election.rules.commitments import SALT_BYTES, Said, commitment
from services.election.rules.states import State
from services.election.tables import BallotReplay, Proxy
from shared.days import day_of
from shared.idempotency import KEPT
from shared.problems import KeyReused, Refusal
from shared.sealing import Keys
from shared.wire import instant_text


@dataclass(frozen=True, slots=True)
class Arrival:
    """A ballot on its way in. `claim` and `chosen` are None for a paper, of which `paper` is the number and `batch`
    the digest (hex) of the seal it was handed in under. `key` and `digest`: its Idempotency-Key, its body's digest."""

    entry: Entry
    at: datetime
    claim: Claim | None = None
    chosen: Chosen | None = None
    replaces: int = 0
    step_up: str | None = None
    key: str | None = None
    digest: bytes | None = None
    paper: int | None = None
    batch: str | None = None
    corrections: int = 0
    """How many corrections of the frozen roll it was checked against; a paper names its entitlement itself."""


class RollCorrected(Refusal):
    """The frozen roll that a cast was checked against has been corrected since: it is checked anew, nobody is told."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A ballot that is in the box. `replayed`: it was there before, under the same key. `what_salt`, `who_said`: the
    salt of its choice and whom it commits to, where it was sealed just now."""

    election_id: UUID
    ballot: Stored
    entry: Entry
    replayed: bool = False
    what_salt: bytes | None = None
    who_said: Said | None = None


@dataclass(frozen=True, slots=True)
class _Before:
    """What is known under the lock before a batch is judged."""

    next_index: int
    corrections: int
    state: State
    open: bool
    opens_at: datetime
    closes_at: datetime
    casts: Mapping[UUID, Sequence[Cast]]
    agents: Mapping[tuple[UUID, UUID], UUID]
    """(entitlement, agent) -> his standing authority."""
    repeats: Mapping[tuple[UUID | None, str | None], tuple[UUID, Stored]]
    """(caster, key) -> the ballot that came under it, and its election."""


async def take(
    db: AsyncSession, keys: Keys, frame: Frame, arrivals: Sequence[Arrival], now: datetime
) -> list[Taken | Refusal]:
    """Judge and write a batch, in its order; one answer each. No entitlement may come twice in one batch.

    `now` dates the lines. Answered, not raised: NotOpen, HomeNotOnRoll, BallotRefused, KeyReused.
    """
    before = await _before(db, frame, arrivals)
    found: list[Taken | Refusal] = []
    ballots: list[Stored] = []
    batches: list[str | None] = []
    for one in arrivals:
        taken = _judged(frame, before, one, before.next_index + len(ballots), keys)
        found.append(taken)
        if isinstance(taken, Taken) and not taken.replayed:
            ballots.append(taken.ballot)
            batches.append(one.batch)
    if ballots:
        await store(db, frame.id, ballots, batches, day_of(now).isoformat())
    again = [taken for taken in found if isinstance(taken, Taken) and taken.replayed]
    if again:
        await note_repetitions(db, again, now)
    return found


async def note_repetitions(db: AsyncSession, again: Sequence[Taken], now: datetime) -> None:
    """A repetition writes before it is answered: an answer that rests on a read alone may acknowledge what a
    synchronous standby never got."""
    rows = [{"election_id": one.election_id, "log_index": one.ballot.log_index, "at": now} for one in again]
    await db.execute(insert(BallotReplay), rows)


async def forget_repetitions(db: AsyncSession) -> None:
    """That row only had to be written."""
    await db.execute(delete(BallotReplay).where(BallotReplay.at < datetime.now(UTC) - KEPT))


def _judged(frame: Frame, before: _Before, one: Arrival, index: int, keys: Keys) -> Taken | Refusal:
    try:
        return _repeated(before, one) or _new_ballot(frame, before, one, index, keys)
    except Refusal as refused:
        return refused


def _repeated(before: _Before, one: Arrival) -> Taken | None:
    """Errors: KeyReused."""
    if one.claim is None or one.key is None:
        return None
    known = before.repeats.get((one.claim.caster, one.key))
    if known is None:
        return None
    election, ballot = known
    if ballot.body_digest != one.digest:
        raise KeyReused
    return Taken(election, ballot, one.entry, replayed=True)


def _new_ballot(frame: Frame, before: _Before, one: Arrival, index: int, keys: Keys) -> Taken:
    """The ballot with this index in the log. Errors: NotOpen, HomeNotOnRoll, BallotRefused."""
    _check_open(before, one.at)
    if one.claim is not None and before.corrections != one.corrections:
        raise RollCorrected
    history = before.casts.get(one.entry.id, ())
    wish, proxy = _wish(frame, before, one)
    why = refusal(wish, history, frame.rules.revote)
    if why is not None or wish.capacity is None:
        raise refused(why or CastWhy.NOT_ENTITLED)
    revision = max((cast.revision for cast in history), default=0) + 1
    chance = secrets.token_bytes(2 * SALT_BYTES)
    who_salt, what_salt = chance[:SALT_BYTES], chance[SALT_BYTES:]
    what, sealed = _sealed(frame.id, one, revision, what_salt, keys)
    who_said = named(frame.log, (frame.id, one.entry.id), revision, (wish.capacity.value, wish.caster, proxy))
    ballot = Stored(
        entry_id=one.entry.id,
        revision=revision,
        log_index=index,
        channel=CHANNEL_OF.get(wish.capacity, Channel.ONLINE).value,
        caster_id=wish.caster,
        capacity=wish.capacity.value,
        proxy_id=proxy,
        paper_number=one.paper,
        cast_at=one.at,
        step_up=one.step_up,
        choice_sealed=sealed,
        who_salt=who_salt,
        who=commitment(who_salt, who_said),
        what=what,
        code=new_code(),
        key=one.key,
        body_digest=one.digest,
    )
    return Taken(frame.id, ballot, one.entry, what_salt=what_salt if what is not None else None, who_said=who_said)


def _sealed(
    election_id: UUID, one: Arrival, revision: int, salt: bytes, keys: Keys
) -> tuple[bytes | None, bytes | None]:
    """Commitment and seal of what is chosen. Of a paper the choice is not known yet."""
    if one.chosen is None:
        return None, None
    said = choice_said(str(election_id), one.chosen)
    return commitment(salt, said), seal_choice(keys, election_id, one.entry.id, revision, salt, said)


def _check_open(before: _Before, at: datetime) -> None:
    """After its end no ballot is taken, whoever closes and when; who waited for the lock meanwhile comes too late."""
    if not before.open or not before.opens_at <= at < before.closes_at:
        window = {"opens_at": instant_text(before.opens_at), "closes_at": instant_text(before.closes_at)}
        raise NotOpen(state=before.state, **window)


def _wish(frame: Frame, before: _Before, one: Arrival) -> tuple[Wish, UUID | None]:
    """BAL-4. As what this is cast, and under which authority. Errors: HomeNotOnRoll, BallotRefused."""
    if one.claim is None:
        return RETURN, None
    agency = before.agents.get((one.entry.id, one.claim.caster))
    claim = one.claim if agency is None else replace(one.claim, agent=True)
    capacity = claimed(frame.kind, claim, frame.rules.voters)
    if isinstance(capacity, CastWhy):
        if capacity is CastWhy.NOT_ENTITLED and not one.claim.bound:
            raise HomeNotOnRoll  # whose home it is, is nobody else's business
        raise refused(capacity)
    return Wish(one.claim.caster, capacity, one.replaces), agency if capacity is Capacity.PROXY else None


def refused(why: CastWhy) -> BallotRefused:
    zh, en = CAST_WORDS[why]
    return BallotRefused(why=why, why_zh=zh, why_en=en)


async def _before(db: AsyncSession, frame: Frame, arrivals: Sequence[Arrival]) -> _Before:
    """Lock and look in one journey: each statement begins after the one before it, so what is read after the lock is
    what its last holder wrote."""
    casters, keys = _keyed(arrivals)
    driver = await driver_of(db)
    async with driver.pipeline():
        head = await driver.execute(LOCK, (frame.id,), binary=True)
        found = await driver.execute(BEFORE, ([one.entry.id for one in arrivals], frame.id), binary=True)
        keyed = await driver.execute(KEYED, (casters, keys), binary=True)
    ((next_index, is_open),) = await head.fetchall()
    ((state, opens_at, closes_at, corrections, *history),) = await found.fetchall()
    casts: dict[UUID, list[Cast]] = {}
    for entry, revision, caster, capacity, voided in zip(*(column or () for column in history), strict=True):
        casts.setdefault(entry, []).append(Cast(revision, caster, Capacity[capacity], voided))
    repeats: dict[tuple[UUID | None, str | None], tuple[UUID, Stored]] = {}
    for election, *columns in await keyed.fetchall():
        ballot = Stored(*columns)
        repeats[ballot.caster_id, ballot.key] = election, ballot
    agents = await _agents(db, frame, arrivals)
    return _Before(next_index, corrections, State(state), is_open, opens_at, closes_at, casts, agents, repeats)


LOCK = "SELECT next_index, open FROM election.ballot_box WHERE election_id = %b FOR UPDATE"
BEFORE = """
SELECT e.state, e.opens_at, e.closes_at,
    (SELECT count(*) FROM election.roll_correction AS c WHERE c.election_id = e.id AND c.log_index IS NOT NULL),
    history.entries, history.revisions, history.casters, history.capacities, history.voided
FROM election.election AS e, LATERAL (
    SELECT array_agg(one.entry_id), array_agg(one.revision), array_agg(one.caster_id), array_agg(one.capacity),
        array_agg(one.voided)
    FROM unnest(%b::uuid[]) AS asked(entry_id) CROSS JOIN LATERAL (
        SELECT b.entry_id, b.revision, b.caster_id, b.capacity, EXISTS (
            SELECT FROM election.ballot_void AS v
            WHERE v.election_id = b.election_id AND v.entry_id = b.entry_id AND v.revision = b.revision
        ) AS voided
        FROM election.ballot AS b WHERE b.election_id = e.id AND b.entry_id = asked.entry_id OFFSET 0
    ) AS one
) AS history(entries, revisions, casters, capacities, voided)
WHERE e.id = %b
"""
"""One row: what may change of the election while voting runs, and what its entitlements have cast, column by column."""
KEYED = f"""
SELECT one.* FROM unnest(%b::uuid[], %b::text[]) AS asked(caster_id, key) CROSS JOIN LATERAL (
    SELECT b.election_id, {", ".join(f"b.{name}" for name in COLUMNS)} FROM election.ballot AS b
    WHERE b.caster_id = asked.caster_id AND b.key = asked.key OFFSET 0
) AS one
"""
"""Arrays: one text whatever the batch's size, so that the database plans it once. OFFSET keeps it to one look into the
index a ballot: of a table that has just grown the statistics say nothing, and it would read the whole of it."""


def _keyed(arrivals: Sequence[Arrival]) -> tuple[list[UUID], list[str]]:
    """The casters with a key, and their keys."""
    asked = [(one.claim.caster, one.key) for one in arrivals if one.claim is not None and one.key is not None]
    return [caster for caster, _ in asked], [key for _, key in asked]


async def _agents(db: AsyncSession, frame: Frame, arrivals: Sequence[Arrival]) -> Mapping[tuple[UUID, UUID], UUID]:
    """The standing authorities of those who come for an entitlement that is not their own."""
    others = [one.entry.id for one in arrivals if one.claim is not None and one.claim.caster not in one.entry.owners]
    if not others:
        return {}
    standing = select(Proxy.entry_id, Proxy.agent_id, Proxy.id).where(
        Proxy.election_id == frame.id, Proxy.entry_id.in_(others), Proxy.ended_at.is_(None)
    )
    return {(entry, agent): proxy for entry, agent, proxy in await db.execute(standing)}
