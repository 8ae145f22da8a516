"""Registers sealed papers that were handed in: a ballot each, without a choice, in the order they come (BAL-7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.election.ballots.frozen import Entry, frame_of
from services.election.ballots.storing import Stored
from services.election.ballots.taking import Arrival, Taken, take
from services.election.errors import BallotRefused
from services.election.rules.casting import CastWhy
from services.election.tables import Election
from shared.sealing import Keys


@dataclass(frozen=True, slots=True)
class Return:
    """One paper: whose it is, its number, and the digest (SHA-256, hex) of the seal of the batch it came in."""

    entry_id: UUID
    paper_number: int
    batch: str


async def register_returns(
    db: AsyncSession, keys: Keys, election: Election, returns: Sequence[Return], now: datetime
) -> list[Stored | CastWhy]:
    """BAL-7, BAL-12. In the caller's transaction, under the head lock: one answer each, in their order.

    A ballot that is registered counts as turnout and blocks every other channel; its RETURNED line is written. A
    return that comes second, or after closing, changes nothing and is answered with the reason, to be kept beside it.
    `now` is when the house learnt of it: that instant counts, never the capture's or the keying's.
    """
    frame = frame_of(election)
    found: dict[int, Stored | CastWhy] = {}
    waiting = list(enumerate(returns))
    while waiting:
        first: dict[UUID, tuple[int, Return]] = {}
        for place, one in waiting:
            first.setdefault(one.entry_id, (place, one))
        places = {place for place, _ in first.values()}
        arrivals = [_arrival(one, now) for _, one in first.values()]
        taken = await take(db, keys, frame, arrivals, now)
        found |= {place: _answer(answer) for (place, _), answer in zip(first.values(), taken, strict=True)}
        waiting = [(place, one) for place, one in waiting if place not in places]
    return [found[place] for place in range(len(returns))]


def _arrival(one: Return, now: datetime) -> Arrival:
    return Arrival(Entry(one.entry_id, frozenset(), (), None, ""), now, paper=one.paper_number, batch=one.batch)


def _answer(answer: object) -> Stored | CastWhy:
    if isinstance(answer, Taken):
        return answer.ballot
    if isinstance(answer, BallotRefused):
        return CastWhy(answer.facts["why"])
    return CastWhy.NOT_OPEN
