"""Questionnaires over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response

from services.survey.errors import (
    CompoundMissing,
    PublishedMeanwhile,
    QuestionnaireRefused,
    SurveyUnknown,
    WorkbookRefused,
    answers,
)
from services.survey.house import Means
from services.survey.rules.roles import DESK, READERS
from services.survey.rules.sheets import from_records
from services.survey.surveys import actions, queries
from services.survey.surveys.converting import LARGEST_FILE, read_file, refused
from services.survey.surveys.schemas import (
    ChangeSurvey,
    NewSurvey,
    NewVersion,
    SurveySeen,
    VersionListed,
    VersionSeen,
)
from shared.edge import EdgeRoute, Now, Reading, Reads, Writing
from shared.identity import Actor, SignedIn, allow
from shared.paging import Listed, Page, page_of, paged
from shared.problems import MediaUnsupported, NeighbourDown, StaleVersion, TooLarge, VersionNeeded
from shared.uploads import FileRefused, Received, Uploaded, UploadRoute
from shared.versions import etag, wanted_version


class WorkbookRoute(UploadRoute):
    senders = DESK
    largest = LARGEST_FILE

    async def take(self, request: Request) -> Received:
        try:
            return await super().take(request)
        except FileRefused:
            raise refused("empty") from None


router = APIRouter(prefix="/v1/surveys", tags=["survey"], route_class=EdgeRoute)
workbooks = APIRouter(prefix="/v1/surveys", tags=["survey"], route_class=WorkbookRoute)
Desk = Annotated[Actor, Depends(allow(*DESK))]
Version = Annotated[int, Depends(wanted_version)]
Surveys = Annotated[Page, Depends(paged(queries.SURVEYS))]
Versions = Annotated[Page, Depends(paged(queries.VERSIONS))]
Number = Annotated[int, Path(ge=1, le=100_000)]
MULTIPART = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "string",
                            "contentMediaType": "application/octet-stream",
                            "description": "An XLSForm workbook (XLSX), 2 MiB at most.",
                        }
                    },
                },
                "example": {"file": "(摸底问卷.xlsx)"},
            }
        },
    }
}
XFORM = {"schema": {"type": "string"}, "example": '<h:html xmlns="http://www.w3.org/2002/xforms">…</h:html>'}


@router.post(
    "",
    operation_id="make_survey",
    summary="Make a questionnaire",
    status_code=201,
    responses=answers(CompoundMissing, NeighbourDown),
)
async def make_survey(
    db: Writing, actor: Desk, means: Means, survey: NewSurvey, response: Response, now: Now
) -> SurveySeen:
    """For one compound; publish a version of it next."""
    made = await actions.make_survey(db, actor, means, survey.compound_id, survey.title, now)
    response.headers.update(etag(made.version))
    return SurveySeen.of(made, actor)


@router.get("", operation_id="list_surveys", summary="Questionnaires")
async def list_surveys(
    db: Reading, actor: SignedIn, page: Surveys, compound_id: UUID | None = None
) -> Listed[SurveySeen]:
    """Those of compounds where I hold a role, newest first."""
    return await page_of(db, queries.surveys_for(actor, compound_id), page, lambda row: SurveySeen.of(row[0], actor))


@router.get("/{survey_id}", operation_id="get_survey", summary="One questionnaire", responses=answers(SurveyUnknown))
async def get_survey(db: Reading, actor: SignedIn, survey_id: UUID, response: Response) -> SurveySeen:
    """Its title and the number of its newest version."""
    survey = await queries.survey_in_reach(db, actor, survey_id, READERS)
    response.headers.update(etag(survey.version))
    return SurveySeen.of(survey, actor)


@router.put(
    "/{survey_id}",
    operation_id="rename_survey",
    summary="Rename a questionnaire",
    responses=answers(SurveyUnknown, StaleVersion, VersionNeeded),
)
async def rename_survey(
    db: Writing, actor: Desk, survey_id: UUID, change: ChangeSurvey, version: Version, response: Response
) -> SurveySeen:
    """The title only: published versions never change (VIS-5)."""
    survey = await actions.rename_survey(db, actor, survey_id, change.title, version)
    response.headers.update(etag(survey.version))
    return SurveySeen.of(survey, actor)


@router.post(
    "/{survey_id}/versions",
    operation_id="publish_version",
    summary="Publish a version from JSON",
    status_code=201,
    responses=answers(SurveyUnknown, QuestionnaireRefused, PublishedMeanwhile),
)
async def publish_version(
    db: Writing, reads: Reads, actor: Desk, means: Means, survey_id: UUID, version: NewVersion, now: Now
) -> VersionSeen:
    """Every expression is parsed; faults come with sheet, row, column and character. The same again changes nothing."""
    before = await actions.before_of(reads, actor, survey_id)
    draft = await actions.draft_of(before, means.language, from_records(version.records()))
    row = await actions.publish_version(db, actor, survey_id, draft, now)
    return VersionSeen.of(row, draft.form)


@workbooks.post(
    "/{survey_id}/workbooks",
    operation_id="publish_workbook",
    summary="Publish a version from an XLSForm",
    status_code=201,
    openapi_extra=MULTIPART,
    responses=answers(
        SurveyUnknown, QuestionnaireRefused, WorkbookRefused, PublishedMeanwhile, TooLarge, MediaUnsupported
    ),
)
async def publish_workbook(
    db: Writing,
    reads: Reads,
    actor: Desk,
    means: Means,
    survey_id: UUID,
    file: Uploaded,
    now: Now,
) -> VersionSeen:
    """Upload the workbook as the office made it: sheets survey, choices and settings."""
    before = await actions.before_of(reads, actor, survey_id)
    draft = await actions.draft_of(before, means.language, await read_file(file.content))
    row = await actions.publish_version(db, actor, survey_id, draft, now)
    return VersionSeen.of(row, draft.form)


@router.get(
    "/{survey_id}/versions",
    operation_id="list_versions",
    summary="Published versions",
    responses=answers(SurveyUnknown),
)
async def list_versions(db: Reading, actor: SignedIn, survey_id: UUID, page: Versions) -> Listed[VersionListed]:
    """Oldest first."""
    await queries.survey_in_reach(db, actor, survey_id, READERS)
    return await page_of(db, queries.versions_of(survey_id), page, lambda row: VersionListed.model_validate(row[0]))


@router.get(
    "/{survey_id}/versions/{number}",
    operation_id="get_version",
    summary="One published version",
    responses=answers(SurveyUnknown),
)
async def get_version(db: Reading, actor: SignedIn, survey_id: UUID, number: Number) -> VersionSeen:
    """All it asks, with notice, consents and rules: enough to ask it without network (VIS-3)."""
    await queries.survey_in_reach(db, actor, survey_id, READERS)
    found = await queries.version_of(db, survey_id, number)
    return VersionSeen.of(found.row, found.form)


@router.get(
    "/{survey_id}/versions/{number}/xform",
    operation_id="get_xform",
    summary="A version as XForm",
    response_class=Response,
    responses=answers(SurveyUnknown) | {200: {"content": {"text/xml": XFORM}}},
)
async def get_xform(db: Reading, actor: SignedIn, survey_id: UUID, number: Number) -> Response:
    """The very bytes whose hash the version names."""
    await queries.survey_in_reach(db, actor, survey_id, READERS)
    found = await queries.version_of(db, survey_id, number)
    return Response(found.row.xform, media_type="text/xml; charset=utf-8")
