"""How a broken thing is repaired, step by step: dispatched, signed, fixed with pictures, verified by another, called
back and rated. Every ticket of the story goes this way or a part of it."""

import io
from typing import Any

from tests.journeys.cast import Cast
from tests.journeys.stage import Person, Stage

UNIT = {"name": "宏远维修", "kind": "CONTRACTOR"}
CONTENT = {"reached": True, "solved": True, "satisfaction": 5, "words": "灯亮了,谢谢"}


def move(stage: Stage, told: str, ticket: dict[str, Any], by: Person, to: str, **carried: Any) -> dict[str, Any]:
    path = f"/v1/tickets/{ticket['id']}/moves"
    moved: dict[str, Any] = stage.post(told, path, by, {"to": to, **carried}, expect=201)
    stage.check(f"it is {to}", moved["state"] == to)
    return moved


def signed(stage: Stage, cast: Cast, ticket: dict[str, Any]) -> dict[str, Any]:
    """Dispatched by the desk and signed for by the electrician."""
    handler = cast["electrician Li"]
    ticket = move(stage, "the desk dispatches it", ticket, cast["clerk"], "DISPATCHED", unit=UNIT, worker_id=handler.id)
    return move(stage, "the electrician signs", ticket, handler, "IN_PROGRESS")


def fixed_and_rated(stage: Stage, cast: Cast, ticket: dict[str, Any]) -> dict[str, Any]:
    """Fixed with pictures, verified by somebody else, called back, rated five of five."""
    handler, clerk = cast["electrician Li"], cast["clerk"]
    before, after = photo(stage, handler, "dark"), photo(stage, handler, "light")
    ticket = move(stage, "he reports it done, with pictures", ticket, handler, "FEEDBACK",
                  answer="已更换灯泡和声控开关", photos_before=[before], photos_after=[after])  # fmt: skip
    refused = stage.post("he may not verify his own work", f"/v1/tickets/{ticket['id']}/moves", handler,
                         {"to": "VERIFIED"}, expect=403)  # fmt: skip
    stage.say(f"      {refused['title']}")
    ticket = move(stage, "the grid worker verifies on the spot", ticket, cast["grid worker Wang"], "VERIFIED")
    ticket = move(stage, "it waits for the call", ticket, clerk, "CALLBACK")
    path = f"/v1/tickets/{ticket['id']}/callbacks"
    ticket = stage.post("the desk calls back: solved, five of five", path, clerk, CONTENT, expect=201)
    stage.check("it is CLOSED and rated", (ticket["state"], ticket["satisfaction"]) == ("CLOSED", 5))
    return ticket


def photo(stage: Stage, by: Person, what: str) -> str:
    """A small picture of nobody, uploaded; what comes back is the reference that a ticket takes."""
    from PIL import Image  # only a story needs pictures

    picture = io.BytesIO()
    shade = sum(what.encode()) % 200
    Image.new("RGB", (320, 240), (shade, 60 + shade // 2, 255 - shade)).save(picture, "JPEG")
    file = {"file": ("photo.jpg", picture.getvalue(), "image/jpeg")}
    told = stage.call("(a photo goes up)", "POST", "/v1/files", by, files=file, expect=201).json()
    return str(told["reference"])
