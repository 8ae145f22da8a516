"""Which room a path belongs to: a dictionary on its first segments, and nothing that could be read in two ways."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shared.problems import Unknown

# The families of api.md: first segment, or the second one below /v1.
FAMILIES: Mapping[str, tuple[str, ...]] = {
    "registry": (
        "/v1/regions", "/v1/compounds", "/v1/homes", "/v1/people", "/v1/me", "/v1/roles", "/v1/partners", "/v1/events",
        "/v1/webhooks", "/v1/files", "/oauth", "/.well-known",
    ),
    "survey": ("/v1/surveys", "/v1/rounds", "/v1/visits", "/v1/submissions", "/openrosa"),
    "election": (
        "/v1/elections", "/v1/nominations", "/v1/ballots", "/v1/postings", "/v1/objections", "/v1/committees",
        "/v1/rule-sets",
    ),
    "meeting": ("/v1/topics", "/v1/meetings", "/v1/resolutions", "/v1/tasks", "/v1/trainings"),
    "ticket": ("/v1/tickets", "/v1/categories", "/v1/handovers", "/open311"),
}  # fmt: skip
OWN = ("/v1/overview", "/v1/inbox", "/v1/journey", "/v1/board")

# Dot segments, empty segments, backslashes, controls, and what would become one of these when decoded once more.
AMBIGUOUS = re.compile(r"//|\\|[\x00-\x1f\x7f]|(?:^|/)\.{1,2}(?:/|$)|%(?:25|2e|2f|5c|00)", re.IGNORECASE)


class TwoRooms(Exception):
    """Two rooms claim one family."""


@dataclass(frozen=True, slots=True)
class Family:
    """A first path and the room that answers below it."""

    prefix: str
    room: str


class Table:
    """The dispatch table; lookups cost one or two dictionary reads."""

    def __init__(self, families: Iterable[Family]) -> None:
        self._rooms: dict[str, str] = {}
        for family in families:
            if family.prefix.split("/")[1].lower() == "internal":
                raise TwoRooms(f"{family.prefix}: what is internal never leaves the house")
            if (other := self._rooms.setdefault(family.prefix, family.room)) != family.room:
                raise TwoRooms(f"{family.prefix} is claimed by {other} and by {family.room}")

    def room_of(self, path: str) -> str:
        """The room's name for a decoded path; Unknown for every other path, `/internal/` among them."""
        if AMBIGUOUS.search(path):
            raise Unknown
        family = family_of(path)
        if family not in self._rooms:
            raise Unknown
        return self._rooms[family]


def family_of(path: str) -> str:
    """`/v1/tickets/7` -> `/v1/tickets`; `/open311/v2/…` -> `/open311`."""
    first, _, rest = path[1:].partition("/")
    return f"/v1/{rest.partition('/')[0]}" if first == "v1" else f"/{first}"


def families_of(rooms: Iterable[str]) -> list[Family]:
    """The families of the rooms that are in the house."""
    return [Family(prefix, room) for room in rooms for prefix in FAMILIES.get(room, ())]
