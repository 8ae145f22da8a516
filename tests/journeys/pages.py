"""Pages of several rooms, as a front end asks for them."""

from typing import Any

from tests.journeys.stage import Person, Stage


def whole_page(stage: Stage, told: str, path: str, by: Person) -> dict[str, Any]:
    """A page of all rooms; on a busy machine a room may miss its 800 ms, and a front end asks again."""
    page: dict[str, Any] = stage.get(told, path, by)
    for _ in range(4):
        if not page["missing"]:
            break
        page = stage.get(told, path, by)
    return page
