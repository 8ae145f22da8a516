"""The sample clock: in sample mode, from this machine, all rooms are told together how far to run ahead."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Annotated

from pydantic import Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gateway.ask import ask
from gateway.upstream import Upstream
from shared.loopback import is_local
from shared.problems import Invalid, Malformed, MediaUnsupported, NeighbourDown, SampleOnly
from shared.texts import asked_language, field_error, pointer
from shared.wire import Input, Whole

SECONDS = 5.0
DAY = 86_400
FURTHEST_DAYS = 3_650


class ClockOffset(Input):
    """How far the sample clock runs ahead of the real one, from now on: days plus seconds."""

    days: Annotated[Whole, Field(ge=0, le=FURTHEST_DAYS)] = 0
    seconds: Annotated[Whole, Field(ge=0, lt=DAY)] = 0


class ClockPage:
    """`POST /sample/clock`."""

    def __init__(self, rooms: Mapping[str, Upstream], sample: bool, sign: Callable[[], str]) -> None:
        self._rooms = rooms
        self._sample = sample
        self._sign = sign

    async def set(self, request: Request) -> Response:
        """Tell every room. JSON is demanded, so that no web page can post it unasked."""
        if not self._sample or not is_local(request):
            raise SampleOnly
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise MediaUnsupported(supported=["application/json"])
        offset = _read(await request.body(), request)
        seconds = offset.days * DAY + offset.seconds
        body = json.dumps({"seconds": seconds}).encode()
        asked = [ask(room, "POST", "/internal/clock", SECONDS, body, self._sign()) for room in self._rooms.values()]
        for room, answered in zip(self._rooms, await asyncio.gather(*asked), strict=True):
            if not 200 <= answered.status < 300:
                raise NeighbourDown(neighbour=room, retry_after=1)
        return JSONResponse({"seconds": seconds, "rooms": list(self._rooms)})


def _read(body: bytes, request: Request) -> ClockOffset:
    language = asked_language(request.headers.get("accept-language", ""))
    try:
        return ClockOffset.model_validate_json(body)
    except ValidationError as fault:
        errors = fault.errors(include_url=False, include_input=False)
    if any(error["type"] == "json_invalid" for error in errors):
        raise Malformed(reason_zh="请求体不是有效的 JSON。", reason_en="The body is not valid JSON.")
    raise Invalid(
        errors=[
            {
                "pointer": pointer(("body", *error["loc"])),
                "code": error["type"],
                "detail": field_error(error["type"], error.get("ctx", {}), language),
            }
            for error in errors
        ]
    )
