"""Imports and their findings, for those who may see the compound's roll."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from services.registry.compounds.queries import compound_in_reach
from services.registry.errors import RollImportUnknown
from services.registry.rules.roles import STAFF
from services.registry.rules.roll_findings import Severity
from services.registry.tables.rolls import RollFinding, RollImport
from shared.identity import Actor
from shared.paging import Orders, down, up

IMPORTS = Orders("roll-imports", {"newest": (down(RollImport.made_at), down(RollImport.id))})
FINDINGS = Orders("roll-findings", {"position": (up(RollFinding.position),)})


def imports_of(compound_id: UUID) -> Select[Any]:
    return select(RollImport).options(defer(RollImport.file_sealed)).where(RollImport.compound_id == compound_id)


async def import_in_reach(db: AsyncSession, actor: Actor, compound_id: UUID, import_id: UUID) -> RollImport:
    """Errors: CompoundUnknown, RoleForbidden, RollImportUnknown."""
    await compound_in_reach(db, actor, compound_id, STAFF)
    wanted = imports_of(compound_id).where(RollImport.id == import_id)
    found: RollImport | None = (await db.execute(wanted)).scalar_one_or_none()
    if found is None:
        raise RollImportUnknown
    return found


def findings_of(row: RollImport, severity: Severity | None) -> Select[Any]:
    """The findings of an import, or of the earlier one of the same file."""
    found = select(RollFinding).where(RollFinding.import_id == (row.same_as or row.id))
    return found if severity is None else found.where(RollFinding.severity == severity)
