"""What a ten-character code tells: recorded, effective, and of which day; never more, and not too often (BAL-9)."""

from collections import OrderedDict, deque
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.ballots.queries import casts_of
from services.election.rules.casting import standing
from services.election.tables import Ballot
from shared.days import day_of
from shared.problems import TooMany

MOST_TRIES = 20
WITHIN_SECONDS = 60
MOST_CLIENTS = 10_000
SPELLED = {ord("I"): "1", ord("L"): "1", ord("O"): "0"}


@dataclass(frozen=True, slots=True)
class Told:
    """`effective` says nothing of a choice: it is the ballot that stands for its entitlement."""

    recorded: bool
    effective: bool
    day: date | None


def as_told(typed: str) -> str:
    """The alphabet has no I, L and O: who types one from a stub means the digit that looks like it."""
    return typed.upper().translate(SPELLED)


async def told_of(db: AsyncSession, code: str) -> Told:
    """An unknown code is told as not recorded."""
    found = select(Ballot.election_id, Ballot.entry_id, Ballot.revision, Ballot.cast_at).where(Ballot.code == code)
    ballot = (await db.execute(found)).one_or_none()
    if ballot is None:
        return Told(recorded=False, effective=False, day=None)
    casts = await casts_of(db, ballot.election_id, [ballot.entry_id])
    stands = standing(casts[ballot.entry_id])
    effective = stands is not None and stands.revision == ballot.revision
    return Told(recorded=True, effective=effective, day=day_of(ballot.cast_at))


class Tries:
    """How often each client has asked within the last minute, in this process; with so many codes for so few ballots
    (one in 10^9 for a million) guessing leads nowhere even so."""

    def __init__(self) -> None:
        self._asked: OrderedDict[str, deque[float]] = OrderedDict()

    def check(self, client: str, now: float) -> None:
        """`now` in seconds of any steady clock. Errors: TooMany."""
        asked = self._asked.setdefault(client, deque())
        self._asked.move_to_end(client)
        while asked and asked[0] <= now - WITHIN_SECONDS:
            asked.popleft()
        if len(asked) >= MOST_TRIES:
            raise TooMany(retry_after=int(asked[0] + WITHIN_SECONDS - now) + 1)
        asked.append(now)
        while len(self._asked) > MOST_CLIENTS:
            self._asked.popitem(last=False)
