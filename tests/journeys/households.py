"""The households join: a code left at each door, entered in the mini-program by somebody who lives there."""

from collections.abc import Iterator
from typing import Any

from tests.journeys.cast import Cast
from tests.journeys.stage import Person, Stage

AT_THE_DOOR = ("grid worker Wang", "clerk")
JOINING = (13, 25)
"""So many of so many homes join; the others are left for paper."""


def households_join(stage: Stage, cast: Cast) -> None:
    homes = list(_dwellings(stage, cast))
    part, whole = JOINING
    joining = [home for place, home in enumerate(homes) if place % whole < part]
    cast.households = stage.all_of(f"{len(joining)} homes join with the code left at their door",
                                   list(enumerate(joining)), lambda own, one: _joined(own, cast, *one))  # fmt: skip
    stage.check("most of the homes that are lived in have somebody on line", 2 * len(joining) > len(homes))


def _dwellings(stage: Stage, cast: Cast) -> Iterator[str]:
    """The homes that are lived in, page by page, but for those of the story's own people."""
    known = {home["id"] for home in cast.homes[:3]}
    path = f"/v1/compounds/{cast.compound['id']}/homes"
    for home in pages(stage, "the register", path, cast.secretary):
        if cast.buildings and home["building"] not in cast.buildings:
            continue
        if home["kind"] == "DWELLING" and home["delivery"] == "DELIVERED" and home["id"] not in known:
            yield home["id"]


def pages(stage: Stage, told: str, path: str, by: Person) -> Iterator[dict[str, Any]]:
    """Every item of a list, two hundred at a time."""
    query = "?limit=200"
    while True:
        page = stage.get(told, f"{path}{query}", by)
        yield from page["items"]
        if page["next"] is None:
            return
        query = f"?limit=200&cursor={page['next']}"


def _joined(stage: Stage, cast: Cast, place: int, home: str) -> tuple[Person, str]:
    givers = [*(cast[name] for name in AT_THE_DOOR), cast.secretary]
    path = f"/v1/homes/{home}/door-codes"
    relation = "OWNER" if place % 3 else "FAMILY"
    code = stage.post("", path, givers[place % len(givers)], {"relation": relation}, expect=201)["code"]
    person = stage.somebody(f"household-{place}")
    stage.post("", "/v1/me/bindings", person, {"code": code}, expect=201)
    stage.sign_in(person)
    return person, home
