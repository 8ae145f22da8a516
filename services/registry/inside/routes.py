"""What the other rooms ask of places; never reachable through the gateway."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.registry.compounds.queries import compound
from services.registry.homes.queries import home
from services.registry.inside.queries import homes_for_a_roll, roles_held
from services.registry.inside.schemas import CompoundFact, HomeFact, RolesHeld, RollHomes
from shared.edge import EdgeRoute, Reading
from shared.identity import Internal

router = APIRouter(prefix="/internal", route_class=EdgeRoute, include_in_schema=False)


@router.get("/compounds/{compound_id}")
async def compound_fact(db: Reading, caller: Internal, compound_id: UUID) -> CompoundFact:
    """A compound as a neighbour freezes it into its own process."""
    return CompoundFact.model_validate(await compound(db, compound_id))


@router.get("/compounds/{compound_id}/homes")
async def compound_homes(db: Reading, caller: Internal, compound_id: UUID) -> RollHomes:
    """Every home of a compound, in the register's order, for a round of visits or a roll."""
    return RollHomes(items=await homes_for_a_roll(db, compound_id))


@router.get("/compounds/{compound_id}/roles")
async def roles_on_compound(
    db: Reading, caller: Internal, compound_id: UUID, person: Annotated[list[UUID], Query(max_length=200)]
) -> RolesHeld:
    """The roles that these people hold or held on a compound: for who is named beside a caller."""
    code = (await compound(db, compound_id)).code
    return RolesHeld(items=await roles_held(db, code, person))


@router.get("/homes/{home_id}")
async def home_fact(db: Reading, caller: Internal, home_id: UUID) -> HomeFact:
    """A home with its compound's code."""
    found = await home(db, home_id)
    row = found.home
    return HomeFact(
        id=row.id,
        compound_id=row.compound_id,
        code=found.code,
        building=row.building,
        entrance=row.entrance,
        label=row.label,
        kind=row.kind,
        delivery=row.delivery,
    )
