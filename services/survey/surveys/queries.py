"""Which questionnaires there are, who may know of them, and the form that a published version holds."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services.survey.errors import SurveyUnknown, VersionMissing
from services.survey.rules.dependencies import sensitive_paths
from services.survey.rules.figures import pointer_of
from services.survey.rules.form import Form
from services.survey.rules.roles import READERS
from services.survey.rules.sheets import from_records
from services.survey.rules.workbook import published_form
from services.survey.tables import Survey, SurveyVersion
from shared.identity import Actor
from shared.paging import Orders, down, up
from shared.problems import Refusal, RoleForbidden

SURVEYS = Orders("surveys", {"newest": (down(Survey.made_at), down(Survey.id))})
VERSIONS = Orders("survey_versions", {"oldest": (up(SurveyVersion.number),)})
KEPT_VERSIONS = 64


@dataclass(frozen=True, slots=True)
class Published:
    """A version with the form it holds."""

    row: SurveyVersion
    form: Form
    sensitive: frozenset[str]
    """PRI-1. Where, by JSON pointer, stands what was answered under a consent of its own, or was computed from that."""


_published: dict[tuple[UUID, int], Published] = {}
"""What was read once of a version: it never changes and is never deleted (VIS-5)."""


def under(column: "InstrumentedAttribute[str]", scopes: Collection[str]) -> ColumnElement[bool]:
    """Whether a code lies under one of the prefixes."""
    return or_(false(), *(column.startswith(scope, autoescape=True) for scope in scopes))


def check_reach(actor: Actor, code: str, roles: Collection[str], unknown: type[Refusal]) -> None:
    """404 for who holds nothing in the compound, 403 for who holds something else."""
    if actor.holds(roles, code):
        return
    if not actor.holds(READERS, code):
        raise unknown
    raise RoleForbidden(needed=sorted(roles))


async def survey_in_reach(
    db: AsyncSession, actor: Actor, survey_id: UUID, roles: Collection[str], lock: bool = False
) -> Survey:
    """Errors: SurveyUnknown, RoleForbidden."""
    wanted = select(Survey).where(Survey.id == survey_id)
    survey = (await db.execute(wanted.with_for_update() if lock else wanted)).scalar_one_or_none()
    if survey is None:
        raise SurveyUnknown
    check_reach(actor, survey.compound_code, roles, SurveyUnknown)
    return survey


async def version_of(db: AsyncSession, survey_id: UUID, number: int) -> Published:
    """Errors: SurveyUnknown."""
    if (known := _published.get((survey_id, number))) is not None:
        return known
    wanted = select(SurveyVersion).where(SurveyVersion.survey_id == survey_id, SurveyVersion.number == number)
    row = (await db.execute(wanted)).scalar_one_or_none()
    if row is None:
        raise SurveyUnknown
    db.expunge(row)  # it outlives this session
    if len(_published) >= KEPT_VERSIONS:
        _published.pop(next(iter(_published)))
    return _published.setdefault((survey_id, number), _read(row))


def _read(row: SurveyVersion) -> Published:
    form = published_form(from_records(row.sheets))
    paths = sensitive_paths(form)
    return Published(row, form, frozenset(pointer_of(item) for item in form.all_items() if item.path in paths))


async def newest_version(db: AsyncSession, survey: Survey) -> Published:
    """Errors: VersionMissing."""
    if survey.latest == 0:
        raise VersionMissing
    return await version_of(db, survey.id, survey.latest)


def surveys_for(actor: Actor, compound_id: UUID | None) -> Select[Any]:
    """The questionnaires of compounds where the actor holds a role."""
    statement = select(Survey).where(under(Survey.compound_code, actor.scopes(READERS)))
    return statement if compound_id is None else statement.where(Survey.compound_id == compound_id)


def versions_of(survey_id: UUID) -> Select[Any]:
    return select(SurveyVersion).where(SurveyVersion.survey_id == survey_id)
