"""Which papers wait for whose eyes: a keyer is shown a number and a picture, never a home, never another's reading."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.elections.queries import election_of
from services.election.papers.queries import among
from services.election.rules.casting import Channel
from services.election.rules.keying import key_refusal
from services.election.rules.roles import DELIVERER_ROLES
from services.election.tables import Ballot, Election, Keying, PaperFact, PaperScan, Settlement
from shared.identity import Actor
from shared.problems import RoleForbidden

KEYER_ROLES = DELIVERER_ROLES
"""Sworn by the desk; who carried a paper himself does not key it."""


async def election_to_key(db: AsyncSession, actor: Actor, election_id: UUID) -> Election:
    """Errors: ElectionUnknown, RoleForbidden."""
    found = await election_of(db, actor, election_id)
    if not actor.holds(KEYER_ROLES, found.compound_code):
        raise RoleForbidden(needed=sorted(KEYER_ROLES))
    return found


class Returned(NamedTuple):
    """The ballot of a returned paper: whose, and where in the log."""

    entry_id: UUID
    revision: int
    log_index: int


class Reading(NamedTuple):
    """One blind reading as it is kept, sealed."""

    turn: int
    keyer_id: UUID
    choice_sealed: bytes


@dataclass(frozen=True, slots=True)
class Readable:
    """What judging a reading of these papers needs: ballots by number, newest scans, readings in turn, who carried
    each, and which are settled."""

    ballots: dict[int, Returned]
    scans: dict[int, PaperScan]
    keyings: dict[int, list[Reading]]
    carriers: dict[int, set[UUID]]
    settled: set[int]


async def readable(db: AsyncSession, election_id: UUID, numbers: Collection[int] | None = None) -> Readable:
    """Of these papers, or of all."""
    ballots = select(Ballot.paper_number, Ballot.entry_id, Ballot.revision, Ballot.log_index).where(
        Ballot.election_id == election_id, Ballot.channel == Channel.PAPER
    )
    scans = select(PaperScan).where(PaperScan.election_id == election_id).order_by(PaperScan.take)
    keyings = select(Keying.number, Keying.turn, Keying.keyer_id, Keying.choice_sealed).where(
        Keying.election_id == election_id
    )
    facts = select(PaperFact.number, PaperFact.recorded_by, PaperFact.deliverers).where(
        PaperFact.election_id == election_id
    )
    settled = select(Settlement.number).where(Settlement.election_id == election_id)
    if numbers is not None:
        ballots, scans = (
            ballots.where(among(Ballot.paper_number, numbers)),
            scans.where(among(PaperScan.number, numbers)),
        )
        keyings, facts = keyings.where(among(Keying.number, numbers)), facts.where(among(PaperFact.number, numbers))
        settled = settled.where(among(Settlement.number, numbers))
    carriers: dict[int, set[UUID]] = {}
    for number, recorder, people in await db.execute(facts):
        carriers.setdefault(number, set()).update((recorder, *people))
    turns: dict[int, list[Reading]] = {}
    for row in await db.execute(keyings.order_by(Keying.turn)):
        turns.setdefault(row[0], []).append(Reading(*row[1:]))
    return Readable(
        ballots={row[0] or 0: Returned(*row[1:]) for row in await db.execute(ballots)},
        scans={one.number: one for one in (await db.execute(scans)).scalars()},
        keyings=turns,
        carriers=carriers,
        settled=set((await db.execute(settled)).scalars()),
    )


async def queue_of(db: AsyncSession, actor: Actor, election: Election, most: int) -> list[PaperScan]:
    """The scans that this person may key now, lowest number first."""
    found = await readable(db, election.id)
    waiting = []
    for number in sorted(found.ballots.keys() & found.scans.keys()):
        earlier = [one.keyer_id for one in found.keyings.get(number, [])]
        if key_refusal(actor.subject, earlier, found.carriers.get(number, set()), number in found.settled) is None:
            waiting.append(found.scans[number])
        if len(waiting) == most:
            break
    return waiting
