"""`GET /v1/inbox`: what waits for this caller in all rooms, by what each room lets him do next."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gateway.composed import Answers, Question, ask_all
from gateway.overview import SECTIONS, Section, line_of
from gateway.upstream import Upstream

MOST = 50
NOTHING = "NOTHING"
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wait:
    """A list in which something may wait; `waits` says of a row whether it does."""

    section: Section
    query: str
    waits: Callable[[Row], bool]


def _may_be_moved(row: Row) -> bool:
    return bool(row.get("allowed"))


def _may_become(state: str) -> Callable[[Row], bool]:
    return lambda row: any(move.get("to") == state for move in row.get("allowed", ()))


def _may_be_cast(row: Row) -> bool:
    return "CAST" in row.get("allowed", ())


def _is_open(row: Row) -> bool:
    return bool(row["state"] == "OPEN")


_TICKETS, _TOPICS = SECTIONS["tickets"], SECTIONS["topics"]
WAITS: Mapping[str, Wait] = {
    "ASSIGNED": Wait(_TICKETS, "assigned_to_me=true", _may_be_moved),
    "ACCEPT": Wait(_TICKETS, "state=REPORTED", _may_become("ACCEPTED")),
    "VERIFY": Wait(_TICKETS, "state=FEEDBACK", _may_become("VERIFIED")),
    "CALL_BACK": Wait(_TICKETS, "state=CALLBACK", _may_be_moved),
    "CAST": Wait(SECTIONS["elections"], "state=OPEN", _may_be_cast),
    "ANSWER": Wait(SECTIONS["rounds"], "", _is_open),
    "SCREEN": Wait(_TOPICS, "state=COLLECTED", _may_become("SCREENED")),
    "EVALUATE": Wait(Section("meeting", "/v1/tasks", "words", "made_at"), "", _may_become("EVALUATED")),
}
"""Why something waits -> where it is found. One's own next step (`/v1/me`) is added by its own name."""


class InboxPage:
    """Asks every room at once and shows what answered in time."""

    def __init__(self, rooms: Mapping[str, Upstream]) -> None:
        self._rooms = rooms

    async def get(self, request: Request) -> Response:
        """The oldest first. Errors: NotSignedIn."""
        answers = await ask_all(self._rooms, request, _questions())
        items = [*_own_step(answers), *(line for why in WAITS for line in _waiting(answers, why))]
        items.sort(key=lambda line: (line["at"] or "", line["path"]))
        return JSONResponse({"items": items, "missing": answers.missing}, headers={"Cache-Control": "no-store"})


def _questions() -> list[Question]:
    lists = [
        Question(why, wait.section.room, wait.section.path, "&".join(filter(None, (wait.query, f"limit={MOST}"))))
        for why, wait in WAITS.items()
    ]
    return [Question("me", "registry", "/v1/me"), *lists]


def _own_step(answers: Answers) -> Iterator[dict[str, Any]]:
    """A password to set, a home to bind: what the registry says is next."""
    me = answers.told("me")
    if me is not None and me.get("next_step", NOTHING) != NOTHING:
        line = {"id": me["id"], "title": None, "state": me["next_step"], "at": None, "path": "/v1/me"}
        yield {"room": "registry", "why": me["next_step"], **line}


def _waiting(answers: Answers, why: str) -> Iterator[dict[str, Any]]:
    wait = WAITS[why]
    section = wait.section
    for row in answers.items(why):
        if wait.waits(row):
            line = line_of(row, section.path, row.get(section.title), row.get(section.at))
            yield {"room": section.room, "why": why, **line}
