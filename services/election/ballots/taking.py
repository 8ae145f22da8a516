"""Takes ballots of every channel into the box: under the head lock, judged by what came before (BAL-12)."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.ballots.frozen import Entry, Frame
from services.election.ballots.naming import who_of
from services.election.ballots.sealed import new_code, seal_choice
from services.election.ballots.storing import Place, driver_of, store
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
from services.election.rules.commitments import SALT_BYTES, commitment
from services.election.rules.states import State
from services.election.tables import Ballot, BallotReplay, Proxy
from shared.problems import KeyReused, Refusal
from shared.sealing import Keys


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
    """A ballot that is in the box. `replayed`: it was there before, under the same key."""

    ballot: Ballot
    entry: Entry
    replayed: bool = False


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
    repeats: Mapping[tuple[UUID, str], Ballot]


async def take(
    db: AsyncSession, keys: Keys, frame: Frame, arrivals: Sequence[Arrival], now: datetime
) -> list[Taken | Refusal]:
    """Judge and write a batch, in its order; one answer each. No entitlement may come twice in one batch.

    `now` dates the lines. Answered, not raised: NotOpen, HomeNotOnRoll, BallotRefused, KeyReused.
    """
    before = await _before(db, frame, arrivals)
    found: list[Taken | Refusal] = [_judged(frame, before, one, keys) for one in arrivals]
    fresh = [(taken, one) for taken, one in zip(found, arrivals, strict=True) if _is_fresh(taken)]
    ballots = [taken.ballot for taken, _ in fresh if isinstance(taken, Taken)]
    if ballots:
        await store(db, Place(frame.id, before.next_index, now), ballots, [one.batch for _, one in fresh])
    again = [taken.ballot for taken in found if isinstance(taken, Taken) and taken.replayed]
    if again:
        await note_repetitions(db, again, now)
    return found


async def note_repetitions(db: AsyncSession, again: Sequence[Ballot], now: datetime) -> None:
    """A repetition writes before it is answered: an answer that rests on a read alone may acknowledge what a
    synchronous standby never got."""
    rows = [{"election_id": one.election_id, "log_index": one.log_index, "at": now} for one in again]
    await db.execute(insert(BallotReplay), rows)


def _is_fresh(taken: Taken | Refusal) -> bool:
    return isinstance(taken, Taken) and not taken.replayed


def _judged(frame: Frame, before: _Before, one: Arrival, keys: Keys) -> Taken | Refusal:
    try:
        return _repeated(before, one) or Taken(_new_ballot(frame, before, one, keys), one.entry)
    except Refusal as refused:
        return refused


def _repeated(before: _Before, one: Arrival) -> Taken | None:
    """Errors: KeyReused."""
    if one.claim is None or one.key is None:
        return None
    ballot = before.repeats.get((one.claim.caster, one.key))
    if ballot is None:
        return None
    if ballot.body_digest != one.digest:
        raise KeyReused
    return Taken(ballot, one.entry, replayed=True)


def _new_ballot(frame: Frame, before: _Before, one: Arrival, keys: Keys) -> Ballot:
    """Errors: NotOpen, HomeNotOnRoll, BallotRefused."""
    _check_open(before, one.at)
    if one.claim is not None and before.corrections != one.corrections:
        raise RollCorrected
    history = before.casts.get(one.entry.id, ())
    wish, proxy = _wish(frame, before, one)
    why = refusal(wish, history, frame.rules.revote)
    if why is not None or wish.capacity is None:
        raise refused(why or CastWhy.NOT_ENTITLED)
    revision = max((cast.revision for cast in history), default=0) + 1
    salt = secrets.token_bytes(SALT_BYTES)
    ballot = Ballot(
        election_id=frame.id,
        entry_id=one.entry.id,
        revision=revision,
        channel=str(CHANNEL_OF.get(wish.capacity, Channel.ONLINE)),
        caster_id=wish.caster,
        capacity=str(wish.capacity),
        proxy_id=proxy,
        paper_number=one.paper,
        cast_at=one.at,
        step_up=one.step_up,
        who_salt=salt,
        code=new_code(),
        key=one.key,
        body_digest=one.digest,
    )
    ballot.who = commitment(salt, who_of(frame.log, ballot))
    _seal(ballot, one.chosen, keys)
    return ballot


def _seal(ballot: Ballot, chosen: Chosen | None, keys: Keys) -> None:
    """Of a paper the choice is not known yet."""
    if chosen is None:
        ballot.choice_sealed = ballot.what = None
        return
    salt = secrets.token_bytes(SALT_BYTES)
    said = choice_said(str(ballot.election_id), chosen)
    ballot.what = commitment(salt, said)
    ballot.choice_sealed = seal_choice(keys, ballot.election_id, ballot.entry_id, ballot.revision, salt, said)


def _check_open(before: _Before, at: datetime) -> None:
    """After its end no ballot is taken, whoever closes and when; who waited for the lock meanwhile comes too late."""
    if not before.open or not before.opens_at <= at < before.closes_at:
        window = {"opens_at": before.opens_at.isoformat(), "closes_at": before.closes_at.isoformat()}
        raise NotOpen(state=before.state, **window)


def _wish(frame: Frame, before: _Before, one: Arrival) -> tuple[Wish, UUID | None]:
    """BAL-4. As what this is cast, and under which authority. Errors: HomeNotOnRoll, BallotRefused."""
    if one.claim is None:
        return RETURN, None
    agency = before.agents.get((one.entry.id, one.claim.caster))
    capacity = claimed(frame.kind, replace(one.claim, agent=agency is not None), frame.rules.voters)
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
        head = await driver.execute(LOCK, (frame.id,))
        found = await driver.execute(BEFORE, ([one.entry.id for one in arrivals], frame.id))
        keyed = await driver.execute(KEYED, (casters, keys))
        ((next_index, is_open),) = await head.fetchall()
        rows = await found.fetchall()
        repeated = await keyed.fetchall()
    state, opens_at, closes_at, corrections = rows[0][:4]
    casts: dict[UUID, list[Cast]] = {}
    for _, _, _, _, entry, revision, caster, capacity, voided in rows:
        if entry is not None:
            casts.setdefault(entry, []).append(Cast(revision, caster, Capacity(capacity), voided))
    agents = await _agents(db, frame, arrivals)
    ballots = [await db.get_one(Ballot, row) for row in repeated]
    repeats = {(one.caster_id, one.key): one for one in ballots if one.caster_id and one.key}
    return _Before(next_index, corrections, State(state), is_open, opens_at, closes_at, casts, agents, repeats)


LOCK = "SELECT next_index, open FROM election.ballot_box WHERE election_id = %s FOR UPDATE"
BEFORE = """
SELECT e.state, e.opens_at, e.closes_at,
    (SELECT count(*) FROM election.roll_correction AS c WHERE c.election_id = e.id AND c.log_index IS NOT NULL),
    b.entry_id, b.revision, b.caster_id, b.capacity, v.revision IS NOT NULL
FROM election.election AS e
LEFT JOIN election.ballot AS b ON b.election_id = e.id AND b.entry_id = ANY(%s)
LEFT JOIN election.ballot_void AS v
    ON v.election_id = b.election_id AND v.entry_id = b.entry_id AND v.revision = b.revision
WHERE e.id = %s
"""
KEYED = """
SELECT b.election_id, b.entry_id, b.revision FROM election.ballot AS b
JOIN unnest(%s::uuid[], %s::text[]) AS asked(caster_id, key) USING (caster_id, key)
"""
"""Arrays: one text whatever the batch's size, so that the database plans it once."""


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
