"""Which objections a caller may see: his own, those he decides, and the desk's all."""

from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.errors import ObjectionUnknown
from services.election.rules.roles import DRAFT_ROLES
from services.election.tables import Election, Objection
from shared.identity import Actor
from shared.paging import Orders, up
from shared.sealing import Keys, Label

OBJECTIONS = Orders("objections", {"oldest": (up(Objection.at), up(Objection.id))})


def sees_all(actor: Actor, election: Election) -> bool:
    return actor.holds(DRAFT_ROLES, election.compound_code)


def visible(actor: Actor, election: Election) -> Select[Any]:
    """PUB-4. Objectors are named to the desk alone: everybody else sees his own objections."""
    wanted = select(Objection).where(Objection.election_id == election.id)
    if not sees_all(actor, election):
        wanted = wanted.where(Objection.objector_id == actor.subject)
    return cast("Select[Any]", wanted)


async def objection_of(db: AsyncSession, actor: Actor, objection_id: UUID) -> Objection:
    """Errors: ObjectionUnknown, also for what he may not know of."""
    wanted = (
        select(Objection)
        .join(Election, Election.id == Objection.election_id)
        .where(
            Objection.id == objection_id,
            or_(
                Objection.objector_id == actor.subject,
                *(Election.compound_code.startswith(scope, autoescape=True) for scope in actor.scopes(DRAFT_ROLES)),
            ),
        )
    )
    found = (await db.execute(wanted)).scalar_one_or_none()
    if found is None:
        raise ObjectionUnknown
    return found


def words_of(keys: Keys, row: Objection) -> str:
    """The objector's own words, opened."""
    key = keys.unwrap(row.key_wrapped, Label("election.objection.key", str(row.id)))
    return key.open(row.words_sealed, Label("election.objection.words", str(row.id))).decode()
