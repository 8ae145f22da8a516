"""What every request is given and every answer carries: ids, trace, headers, and a problem when a room falls over."""

import json

import pytest
from structlog.testing import capture_logs

from gateway.app import Gateway
from tests.gateway.planted import PlantedRoom, calling, crash, crash_halfway, door, echo, living, plan, saying, settings

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def _header(reply: object, name: str) -> list[str]:
    return [value for key, value in reply.json()["headers"] if key == name]  # type: ignore[attr-defined]


async def test_a_sane_request_id_is_kept_passed_on_and_answered() -> None:
    async with door(echo) as client:
        reply = await client.get("/v1/tickets", headers={"X-Request-Id": "app-0197a3f2"})

    assert reply.headers["x-request-id"] == "app-0197a3f2"
    assert _header(reply, "x-request-id") == ["app-0197a3f2"]


@pytest.mark.parametrize("asked", ["", "short", "x" * 65, "with space in it", "quote'quote", "中文中文中文中文"])
async def test_an_insane_request_id_is_replaced(asked: str) -> None:
    async with door(echo) as client:
        reply = await client.get("/v1/tickets", headers={"X-Request-Id": asked.encode()})

    assert reply.headers["x-request-id"] != asked
    assert len(reply.headers["x-request-id"]) >= 16
    assert _header(reply, "x-request-id") == [reply.headers["x-request-id"]]


async def test_a_trace_is_continued_with_a_span_of_our_own() -> None:
    async with door(echo) as client:
        reply = await client.get("/v1/tickets", headers={"traceparent": TRACE, "tracestate": "city=1"})

    passed = _header(reply, "traceparent")[0].split("-")
    assert passed[1] == TRACE.split("-")[1]
    assert passed[2] != TRACE.split("-")[2]
    assert _header(reply, "tracestate") == ["city=1"]


@pytest.mark.parametrize("broken", ["00-" + "0" * 32 + "-b7ad6b7169203331-01", "nonsense", TRACE.upper()])
async def test_a_broken_trace_is_begun_anew_without_its_state(broken: str) -> None:
    async with door(echo) as client:
        reply = await client.get("/v1/tickets", headers={"traceparent": broken, "tracestate": "city=1"})

    assert _header(reply, "traceparent")[0].split("-")[1] not in broken.lower()
    assert _header(reply, "tracestate") == []


async def test_answers_carry_security_headers_and_are_not_kept_by_anybody() -> None:
    async with door(saying()) as client:
        reply = await client.get("/v1/tickets")

    assert reply.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in reply.headers["content-security-policy"]
    assert reply.headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in reply.headers


async def test_a_house_reached_by_https_promises_it() -> None:
    async with door(saying(), public_url="https://linli.example") as client:
        reply = await client.get("/v1/tickets")

    assert reply.headers["strict-transport-security"].startswith("max-age=")


async def test_a_room_may_set_its_own_headers_and_repeat_them() -> None:
    own = [
        (b"set-cookie", b"a=1"),
        (b"set-cookie", b"b=2"),
        (b"cache-control", b"public, max-age=60"),
        (b"content-security-policy", b"sandbox"),
    ]
    async with door(saying(200, b"x", own)) as client:
        reply = await client.get("/v1/tickets")

    assert reply.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert reply.headers.get_list("cache-control") == ["public, max-age=60"]
    assert reply.headers.get_list("content-security-policy") == ["sandbox"]


async def test_an_answer_with_a_tag_may_be_kept_by_its_reader_if_he_asks_again() -> None:
    async with door(saying(200, b"{}", [(b"etag", b'"7"')])) as client:
        reply = await client.get("/v1/tickets")

    assert reply.headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize("name", ["host", "authorization", "content-type", "idempotency-key", "if-match", "origin"])
async def test_a_header_that_must_be_single_is_refused_twice(name: str) -> None:
    room = PlantedRoom(saying())
    app = Gateway(settings(), plan(room))
    async with living(app), calling(app) as client:
        reply = await client.get("/v1/tickets", headers=[("Host", "linli.test"), (name, "a"), (name, "b")])

    assert reply.status_code == 400
    assert name in reply.json()["detail"]
    assert room.seen == []


async def test_two_ways_to_tell_a_length_are_refused() -> None:
    headers = [("Host", "linli.test"), ("Content-Length", "3"), ("Transfer-Encoding", "chunked")]
    async with door(saying()) as client:
        reply = await client.request("POST", "/v1/tickets", headers=headers)

    assert reply.status_code == 400


@pytest.mark.parametrize(
    ("target", "headers"),
    [("/v1/tickets?" + "a" * 17_000, {}), ("/v1/tickets/" + "a" * 17_000, {}), ("/v1/tickets", {"X-A": "a" * 40_000})],
)
async def test_an_absurdly_long_head_is_refused(target: str, headers: dict[str, str]) -> None:
    async with door(saying()) as client:
        reply = await client.get(target, headers=headers)

    assert reply.status_code == 400


async def test_a_crash_in_a_room_is_a_problem_without_details_and_logged_once() -> None:
    with capture_logs() as lines:
        async with door(crash) as client:
            reply = await client.get("/v1/tickets/7", headers={"traceparent": TRACE, "Accept-Language": "en"})

    assert reply.status_code == 500
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["trace_id"] == TRACE.split("-")[1]
    assert "4711" not in reply.text
    crashes = [line for line in lines if line["event"] == "crashed"]
    assert [line["exc_info"] for line in crashes] == [True]


async def test_a_crash_halfway_leaves_the_answer_unfinished() -> None:
    app = Gateway(settings(), plan(PlantedRoom(crash_halfway)))
    sent = []

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": "http", "http_version": "1.1", "method": "GET", "path": "/v1/tickets", "query_string": b"",
        "headers": [(b"host", b"linli.test")], "client": ("203.0.113.7", 1), "state": {},
    }  # fmt: skip
    async with living(app):
        await app(scope, receive, send)  # type: ignore[arg-type]

    assert sent[-1] == {"type": "http.response.body", "body": b"a,b\n", "more_body": True}


async def test_each_request_leaves_one_line_that_names_no_person() -> None:
    with capture_logs() as lines:
        async with door(saying(), client="2001:db8:1:2:3:4:5:6") as client:
            await client.get("/v1/tickets/0197a3f2?phone=19900000001", headers={"Authorization": "Bearer secret"})

    (line,) = [line for line in lines if line["event"] == "request"]
    assert line["route"] == "/v1/tickets/{ticket_id}"
    assert (line["method"], line["room"], line["status"], line["bytes"]) == ("GET", "ticket", 200, 2)
    assert line["client"] == "2001:db8:1::/48"
    told = json.dumps(line)
    assert not any(word in told for word in ("199000", "secret", "0197a3f2", "2001:db8:1:2"))


async def test_head_and_options_reach_the_room() -> None:
    async with door(echo) as client:
        head = await client.head("/v1/tickets")
        options = await client.options("/v1/tickets")

    assert head.status_code == 200
    assert options.json()["method"] == "OPTIONS"


async def test_a_websocket_is_turned_away() -> None:
    app = Gateway(settings(), plan(PlantedRoom(saying())))
    sent = []

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    async def receive() -> dict[str, object]:
        return {"type": "websocket.connect"}

    await app({"type": "websocket"}, receive, send)  # type: ignore[arg-type]

    assert sent == [{"type": "websocket.close", "code": 1000}]
