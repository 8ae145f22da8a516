"""Post the roll of an election: what the registry says of the scope, for everybody to object to."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.elections import queries
from services.election.elections.stepping import check, refused, stepped
from services.election.house import MeansOf
from services.election.neighbours import Home, homes_of
from services.election.rolls.building import Built, build
from services.election.rules.committee import size_fits
from services.election.rules.parameters import Kind, Preset
from services.election.rules.states import Step, Why
from services.election.rules.weights import UNCOUNTED
from services.election.tables import Election, RollEntry, RollHome
from shared.edge import ReadingFactory
from shared.identity import Actor


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
        _check_size(election, homes, now)
        await _enter(db, election, build(election, queries.rules_of(election), homes))
    else:
        election.entries = election.heads = len(await queries.entries_by_place(db, election.id))
    election.roll_posted_at = now
    return await stepped(db, actor, election, Step.POST_ROLL, now)


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
