"""`GET /v1/overview/{compound_id}`: one compound as this caller may see it, composed from all rooms."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gateway.composed import Answers, Question, ask_all
from gateway.upstream import Upstream
from shared.problems import Unknown

NEWEST = 10
COMPOUND = ("id", "code", "name", "address")
REGISTER = ("homes", "heads", "area_known")


@dataclass(frozen=True, slots=True)
class Section:
    """A list of a room that is shown by its newest lines; `title` and `at` are the members that become these."""

    room: str
    path: str
    title: str
    at: str


SECTIONS: Mapping[str, Section] = {
    "tickets": Section("ticket", "/v1/tickets", "words", "reported_at"),
    "rounds": Section("survey", "/v1/rounds", "title", "opened_at"),
    "elections": Section("election", "/v1/elections", "title", "opens_at"),
    "topics": Section("meeting", "/v1/topics", "title", "proposed_at"),
    "meetings": Section("meeting", "/v1/meetings", "title", "starts_at"),
}


class OverviewPage:
    """Asks every room at once and shows what answered in time."""

    def __init__(self, rooms: Mapping[str, Upstream]) -> None:
        self._rooms = rooms

    async def get(self, request: Request) -> Response:
        """Errors: NotSignedIn; Unknown for a compound that the registry does not show to this caller."""
        compound = _compound_of(request)
        answers = await ask_all(self._rooms, request, _questions(compound))
        if answers.by_name["compound"].status in (403, 404):
            raise Unknown
        body = {
            "compound_id": compound,
            "compound": _picked(answers.told("compound"), COMPOUND),
            "register": _picked(answers.told("register"), REGISTER),
            **{name: _section(answers, name) for name in SECTIONS},
            "missing": answers.missing,
        }
        return JSONResponse(body, headers={"Cache-Control": "no-store"})


def _compound_of(request: Request) -> str:
    try:
        return str(UUID(request.url.path.rpartition("/")[2]))
    except ValueError:
        raise Unknown from None


def _questions(compound: str) -> list[Question]:
    own = f"/v1/compounds/{compound}"
    newest = f"compound_id={compound}&limit={NEWEST}"
    return [
        Question("compound", "registry", own),
        Question("register", "registry", f"{own}/register"),
        *(Question(name, section.room, section.path, newest) for name, section in SECTIONS.items()),
    ]


def _picked(told: Mapping[str, Any] | None, names: tuple[str, ...]) -> dict[str, Any] | None:
    return None if told is None else {name: told.get(name) for name in names}


def _section(answers: Answers, name: str) -> dict[str, Any] | None:
    if (told := answers.told(name)) is None:
        return None
    section = SECTIONS[name]
    items = [
        line_of(row, section.path, title=row.get(section.title), at=row.get(section.at)) for row in answers.items(name)
    ]
    return {"items": items, "more": told.get("next") is not None}


def line_of(row: Mapping[str, Any], path: str, title: object, at: object) -> dict[str, Any]:
    """One line of an overview or inbox; `path` is where the whole object is."""
    return {"id": row["id"], "title": title, "state": row["state"], "at": at, "path": f"{path}/{row['id']}"}
