"""Wires the survey room together."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI

from services.survey.errors import ERRORS
from services.survey.rounds.routes import router as rounds
from services.survey.settings import SurveySettings
from services.survey.submissions.routes import router as submissions
from services.survey.surveys.routes import router as surveys
from services.survey.surveys.routes import workbooks
from services.survey.syncs.routes import router as syncs
from services.survey.tables import metadata
from services.survey.visits.routes import router as visits
from shared.app import Room
from shared.app import create_app as create_room

_TEXT = {"type": "string"}
_WHOLE = {"type": "integer"}
_ENVELOPE = ("specversion", "id", "type", "source", "subject", "time")
EVENTS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "linli.survey.published.v1": ("A version of a questionnaire was published.", {"number": _WHOLE}),
    "linli.survey.round_opened.v1": ("A round of visits was opened.", {"homes": _WHOLE}),
    "linli.survey.round_moved.v1": ("A round was closed, reopened or its figures published.", {"state": _TEXT}),
    "linli.survey.visit_recorded.v1": ("A home was visited.", {"round": _TEXT, "outcome": _TEXT}),
    "linli.survey.visit_corrected.v1": ("A visit was corrected.", {"round": _TEXT, "outcome": _TEXT}),
    "linli.survey.submission_received.v1": ("Answers came in.", {"round": _TEXT, "state": _TEXT}),
    "linli.survey.submission_edited.v1": ("Answers were corrected.", {"round": _TEXT, "state": _TEXT}),
    "linli.survey.submission_withdrawn.v1": ("Consent was taken back.", {"round": _TEXT, "state": _TEXT}),
}


def _webhook(summary: str, members: Mapping[str, Any]) -> Mapping[str, Any]:
    data = {"type": "object", "required": list(members), "properties": dict(members)}
    event = {
        "type": "object",
        "required": [*_ENVELOPE, "data"],
        "properties": {**dict.fromkeys(_ENVELOPE, _TEXT), "data": data},
    }
    body = {"required": True, "content": {"application/cloudevents+json": {"schema": event}}}
    return {"post": {"summary": summary, "requestBody": body, "responses": {"2XX": {"description": "Taken."}}}}


def create_app(settings: SurveySettings) -> FastAPI:
    """The survey room as an ASGI application."""
    return create_room(
        Room(
            name="survey",
            title="Linli surveys",
            summary="Questionnaires, rounds of visits from door to door, answers, and figures that hide small cells.",
            settings=settings,
            metadata=metadata,
            routers=(surveys, workbooks, rounds, syncs, visits, submissions),
            errors=ERRORS,
            webhooks={name: _webhook(*row) for name, row in EVENTS.items()},
        )
    )
