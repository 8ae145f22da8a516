"""Wires the meeting room together."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI

from services.meeting.councils.routes import router as councils
from services.meeting.errors import ERRORS
from services.meeting.jobs import follow_tasks, jobs
from services.meeting.meetings.routes import router as meetings
from services.meeting.meetings.saying_routes import router as saying
from services.meeting.minutes.routes import router as minutes
from services.meeting.resolutions.routes import of_meeting
from services.meeting.resolutions.routes import router as resolutions
from services.meeting.settings import MeetingSettings
from services.meeting.tables import metadata
from services.meeting.tasks.routes import router as tasks
from services.meeting.topics.routes import router as topics
from shared.app import Room
from shared.app import create_app as create_room

_TEXT = {"type": "string"}
_NUMBER = {"type": "integer"}
_ENVELOPE = ("specversion", "id", "type", "source", "subject", "time")
EVENTS: Mapping[str, tuple[str, Mapping[str, Mapping[str, str]]]] = {
    "moved": ("A meeting came into another state.", {"state": _TEXT}),
    "attendance": ("Somebody came to a meeting or left it.", {"records": _NUMBER}),
    "topic_moved": ("A topic came into another state.", {"state": _TEXT}),
    "topic_seconded": ("A topic was seconded.", {"seconds": _NUMBER}),
    "problem_answered": ("A problem of an open council has its next step.", {"next_step": _TEXT}),
    "resolution_moved": ("A resolution was put, opened or closed.", {"state": _TEXT}),
    "task_moved": ("A task came into another state.", {"state": _TEXT}),
    "task_handed_out": ("A passed resolution has a task.", {"resolution_id": _TEXT}),
    "minutes_laid": ("Minutes lie before their signers.", {"version": _NUMBER, "digest": _TEXT}),
    "minutes_signed": ("Minutes are signed by all three.", {"version": _NUMBER, "digest": _TEXT}),
    "minutes_posted": ("The edition of signed minutes is posted.", {"version": _NUMBER, "digest": _TEXT}),
}
"""Events `linli.meeting.<fact>.v1`, thin."""


def _webhook(summary: str, members: Mapping[str, Mapping[str, str]]) -> Mapping[str, Any]:
    data = {"type": "object", "required": list(members), "properties": dict(members)}
    event = {
        "type": "object",
        "required": [*_ENVELOPE, "data"],
        "properties": {**dict.fromkeys(_ENVELOPE, _TEXT), "data": data},
    }
    body = {"required": True, "content": {"application/cloudevents+json": {"schema": event}}}
    return {"post": {"summary": summary, "requestBody": body, "responses": {"2XX": {"description": "Taken."}}}}


def create_app(settings: MeetingSettings) -> FastAPI:
    """The meeting room as an ASGI application."""
    return create_room(
        Room(
            name="meeting",
            title="Linli meetings",
            summary="Topics, councils and their meetings, resolutions and what became of them, minutes.",
            settings=settings,
            metadata=metadata,
            # councils before meetings: their path lies under it
            routers=(topics, councils, meetings, saying, minutes, of_meeting, resolutions, tasks),
            errors=ERRORS,
            jobs=jobs,
            passes={"tasks": follow_tasks},
            webhooks={f"linli.meeting.{fact}.v1": _webhook(*row) for fact, row in EVENTS.items()},
        )
    )
