"""Add and change categories."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.ticket.errors import CategoryMissing, CategoryTaken
from services.ticket.rules.roles import Role
from services.ticket.tables import Category
from shared import audit
from shared.identity import Actor
from shared.problems import RoleForbidden
from shared.versions import check_version


@dataclass(frozen=True, slots=True)
class CategoryFacts:
    """A category as it shall be."""

    zh: str
    en: str
    community_may_lead: bool
    active: bool
    catalogue: tuple[tuple[str, str, str], ...]  # standard, kind, code

    def columns(self) -> dict[str, object]:
        entries = [{"std_ref": std, "kind": kind, "code": code} for std, kind, code in self.catalogue]
        own = {"zh": self.zh, "en": self.en, "community_may_lead": self.community_may_lead, "active": self.active}
        return {**own, "catalogue": entries}


async def add_category(db: AsyncSession, actor: Actor, code: str, facts: CategoryFacts) -> Category:
    """Errors: CategoryTaken, RoleForbidden."""
    _whole_house(actor)
    row = insert(Category).values(code=code, version=1, **facts.columns()).on_conflict_do_nothing()
    if (await db.execute(row.returning(Category.code))).first() is None:
        raise CategoryTaken(category=code)
    audit.note(db, "category", code)
    return (await db.execute(select(Category).where(Category.code == code))).scalar_one()


async def change_category(db: AsyncSession, actor: Actor, code: str, facts: CategoryFacts, version: int) -> Category:
    """Tickets keep the code; a retired one takes no new tickets. Errors: CategoryMissing, StaleVersion."""
    _whole_house(actor)
    wanted = select(Category).where(Category.code == code).with_for_update()
    category = (await db.execute(wanted)).scalar_one_or_none()
    if category is None:
        raise CategoryMissing
    check_version(version, category.version)
    for name, value in facts.columns().items():
        setattr(category, name, value)
    category.version += 1
    audit.note(db, "category", code, version=category.version)
    return category


def _whole_house(actor: Actor) -> None:
    """Categories are the whole house's: an administrator of one compound does not change them for the others."""
    if not actor.holds({Role.ADMINISTRATOR}, ""):
        raise RoleForbidden(needed=[Role.ADMINISTRATOR.value])
