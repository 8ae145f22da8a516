"""Make a questionnaire, rename it, publish a version of it."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.survey.errors import CompoundMissing, PublishedMeanwhile, QuestionnaireRefused
from services.survey.house import MeansOf
from services.survey.neighbours import Compound, compound_of
from services.survey.rules.findings import Finding, in_words
from services.survey.rules.form import Form
from services.survey.rules.mapping import Mapped, mapping_findings, mapping_of
from services.survey.rules.roles import DESK
from services.survey.rules.sheets import Sheets, to_records
from services.survey.rules.workbook import read_workbook
from services.survey.surveys.converting import xform_of
from services.survey.surveys.queries import check_reach, survey_in_reach, version_of
from services.survey.tables import Base, Survey, SurveyVersion
from shared import audit
from shared.database import new_id
from shared.edge import ReadingFactory
from shared.identity import Actor
from shared.outbox import Event, tell
from shared.texts import Language
from shared.versions import check_version


@dataclass(frozen=True, slots=True)
class Before:
    """Which number a new version would have, and the form it follows."""

    number: int
    form: Form | None


@dataclass(frozen=True, slots=True)
class Draft:
    """A checked questionnaire that is not published yet."""

    sheets: Sheets
    form: Form
    number: int
    digest: str
    mapping: tuple[Mapped, ...]
    xform: bytes


async def make_survey(
    db: AsyncSession, actor: Actor, means: MeansOf, compound_id: UUID, title: str, now: datetime
) -> Survey:
    """Errors: CompoundMissing, RoleForbidden, NeighbourDown."""
    compound = await compound_of(means.registry, compound_id)
    check_reach(actor, compound.code, DESK, CompoundMissing)
    return await enter_survey(db, actor, compound, title, now)


async def enter_survey(db: AsyncSession, actor: Actor, compound: Compound, title: str, now: datetime) -> Survey:
    """A questionnaire without a version yet."""
    survey = Survey(
        id=new_id(),
        compound_id=compound.id,
        compound_code=compound.code,
        title=title,
        form_id=None,
        latest=0,
        made_by=actor.subject,
        made_at=now,
        version=1,
    )
    db.add(survey)
    await db.flush()
    audit.note(db, "survey", survey.id, compound.code)
    return survey


async def rename_survey(db: AsyncSession, actor: Actor, survey_id: UUID, title: str, version: int) -> Survey:
    """Errors: SurveyUnknown, RoleForbidden, StaleVersion."""
    survey = await survey_in_reach(db, actor, survey_id, DESK, lock=True)
    check_version(version, survey.version)
    survey.title, survey.version = title, survey.version + 1
    audit.note(db, "survey", survey.id, survey.compound_code, version=survey.version)
    return survey


async def before_of(reads: ReadingFactory, actor: Actor, survey_id: UUID) -> Before:
    """What the next version follows, read before anything of a caller is. Errors: SurveyUnknown, RoleForbidden."""
    async with reads() as session:
        survey = await survey_in_reach(session, actor, survey_id, DESK)
        newest = await version_of(session, survey.id, survey.latest) if survey.latest else None
        return Before(survey.latest + 1, None if newest is None else newest.form)


async def draft_of(before: Before, language: Language, sheets: Sheets) -> Draft:
    """Check everything and make the XForm, with no transaction open. Errors: QuestionnaireRefused."""
    read = read_workbook(sheets)
    if read.form is None:
        raise refused(read.findings, language)
    if faults := tuple(mapping_findings(before.form, read.form)):
        raise refused(faults, language)
    converted = await xform_of(sheets, before.number)
    if converted.finding is not None:
        raise refused((converted.finding,), language)
    mapping = mapping_of(before.form, read.form)
    return Draft(sheets, read.form, before.number, digest_of(sheets), mapping, converted.xform)


def digest_of(sheets: Sheets) -> str:
    """The same rows are the same version, whatever file they came in."""
    said = json.dumps(to_records(sheets), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()


def refused(findings: tuple[Finding, ...], language: Language) -> QuestionnaireRefused:
    chinese = language is Language.ZH
    return QuestionnaireRefused(
        errors=[
            {
                "pointer": _pointer(one),
                "sheet": one.sheet,
                "row": one.row,
                "column": one.column,
                "character": one.character,
                "code": one.code,
                "detail": in_words(one, chinese),
            }
            for one in findings
        ]
    )


def _pointer(one: Finding) -> str:
    """Into the questionnaire as JSON: `/survey/0/type` is the cell of row 2, below the headings."""
    return f"/{one.sheet}/{one.row - 2}/{one.column}" if one.row > 1 else f"/{one.sheet}"


async def publish_version(
    db: AsyncSession, actor: Actor, survey_id: UUID, draft: Draft, now: datetime
) -> SurveyVersion:
    """VIS-5. Add a version; the same questionnaire again is the version that is there.

    Errors: SurveyUnknown, PublishedMeanwhile.
    """
    survey = await survey_in_reach(db, actor, survey_id, DESK, lock=True)
    same = select(SurveyVersion).where(SurveyVersion.survey_id == survey.id, SurveyVersion.digest == draft.digest)
    if (known := (await db.execute(same)).scalar_one_or_none()) is not None:
        return known
    if survey.latest + 1 != draft.number:
        raise PublishedMeanwhile
    row = SurveyVersion(
        survey_id=survey.id,
        number=draft.number,
        digest=draft.digest,
        sheets=to_records(draft.sheets),
        xform=draft.xform,
        xform_hash="md5:" + hashlib.md5(draft.xform, usedforsecurity=False).hexdigest(),
        mapping=[{"change": one.change, "before": one.before, "now": one.now} for one in draft.mapping],
        notice_version=draft.form.notice_version,
        published_by=actor.subject,
        published_at=now,
    )
    db.add(row)
    survey.latest, survey.form_id, survey.version = draft.number, draft.form.form_id, survey.version + 1
    await db.flush()
    audit.note(db, "survey", survey.id, survey.compound_code, number=row.number, digest=row.digest)
    event = Event("linli.survey.published.v1", str(survey.id), survey.compound_code, {"number": row.number})
    await tell(db, Base.metadata, event)
    return row
