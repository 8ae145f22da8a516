"""Who gets in: body limits, rates, priorities, origins."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway.app import Gateway
from gateway.operations import Operations, Priority
from gateway.rate import MOST_CLIENTS, Buckets, Subjects, address_key
from gateway.visit import network_of
from tests.gateway.planted import CONTRACT, PlantedRoom, Waiting, door, living, measure, plan, saying, settings

MIB = 1024 * 1024


async def _pieces(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 65_536):
        yield b"x" * 65_536


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        ("/v1/tickets", MIB, 201),
        ("/v1/tickets", MIB + 65_536, 413),
        ("/v1/tickets/7/photos", 10 * MIB, 201),
        ("/v1/tickets/7/photos", 11 * MIB, 413),
        ("/v1/tickets/imports", 11 * MIB, 201),
        ("/v1/tickets/7/undocumented", 2 * MIB, 413),
    ],
)
async def test_a_body_is_limited_by_what_its_operation_takes(path: str, size: int, status: int) -> None:
    async with door(measure) as client:
        told = await client.post(path, content=b"x" * size)
        untold = await client.post(path, content=_pieces(size))

    assert (told.status_code, untold.status_code) == (status, status)
    if status == 413:
        assert untold.headers["content-type"] == "application/problem+json"
        assert untold.json()["type"].endswith("/problems/too-large")
    else:
        assert untold.json() == {"size": size}


async def test_a_room_that_swallows_the_cut_still_cannot_answer_in_its_place() -> None:
    async def stubborn(scope: object, receive: object, send: object) -> None:
        try:
            await measure(scope, receive, send)  # type: ignore[arg-type]
        except Exception:
            await saying(200, b"stored half of it")(scope, receive, send)  # type: ignore[arg-type]

    async with door(stubborn) as client:  # type: ignore[arg-type]
        reply = await client.post("/v1/tickets/7/photos", content=_pieces(11 * MIB))

    assert reply.status_code == 413


async def _stalling(path: str, told: bool) -> Any:
    """A body of which only the first piece ever comes."""
    headers = [(b"host", b"linli.test"), (b"content-length", b"100") if told else (b"transfer-encoding", b"chunked")]
    pieces = [{"type": "http.request", "body": b"x", "more_body": True}]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not pieces:
            await asyncio.Event().wait()
        return pieces.pop()

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http", "http_version": "1.1", "method": "POST", "path": path, "query_string": b"",
        "headers": headers, "client": ("203.0.113.7", 1), "state": {},
    }  # fmt: skip
    app = Gateway(settings(body_piece_seconds=0.02), plan(PlantedRoom(measure)))
    async with living(app):
        await app(scope, receive, send)  # type: ignore[arg-type]
    return sent[0]


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("path", ["/v1/tickets", "/v1/tickets/7/photos"])
async def test_a_body_that_stops_coming_is_not_waited_for(
    path: str, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.body.LINGER_SECONDS", 0.02)

    head = await _stalling(path, told)

    assert head["status"] == 408
    assert (b"connection", b"close") in head["headers"]


@pytest.mark.parametrize("length", ["-1", "1e3", "0x10", "9" * 20, "一"])
async def test_a_length_that_is_none_is_refused(length: str) -> None:
    async with door(measure) as client:
        reply = await client.request("POST", "/v1/tickets", headers={"Content-Length": length.encode()})

    assert reply.status_code == 400


def test_a_bucket_grants_its_burst_and_then_one_by_one() -> None:
    now = [100.0]
    buckets = Buckets(per_minute=60, burst=3, now=lambda: now[0])

    first = [buckets.take("a") for _ in range(4)]
    now[0] += 1.0
    later = [buckets.take("a"), buckets.take("a")]

    assert [share.granted for share in first] == [True, True, True, False]
    assert [share.left for share in first] == [2, 1, 0, 0]
    assert first[3].wait == 1
    assert [share.granted for share in later] == [True, False]


def test_clients_have_buckets_of_their_own() -> None:
    buckets = Buckets(per_minute=1, burst=1, now=lambda: 0.0)

    assert buckets.take("a").granted
    assert not buckets.take("a").granted
    assert buckets.take("b").granted


def test_a_flood_of_clients_keeps_memory_bounded_and_remembers_the_worst() -> None:
    buckets = Buckets(per_minute=60, burst=2, now=lambda: 0.0)
    buckets.take("worst"), buckets.take("worst")

    for number in range(2 * MOST_CLIENTS):
        buckets.take(str(number))

    assert len(buckets._due) <= MOST_CLIENTS
    assert not buckets.take("worst").granted


def test_one_subscriber_of_ipv6_is_one_client() -> None:
    assert address_key("2001:db8:1:2::7") == address_key("2001:db8:1:2:ffff::9")
    assert address_key("198.51.100.1") != address_key("198.51.100.2")


def test_ipv4_is_told_apart_on_a_socket_for_both_families_too() -> None:
    assert address_key("::ffff:198.51.100.1") != address_key("::ffff:198.51.100.2")
    assert address_key("::ffff:198.51.100.1") == address_key("198.51.100.1")
    assert network_of("::ffff:198.51.100.1") == "198.51.100.0/24"


async def test_a_client_over_its_rate_is_told_when_to_come_back() -> None:
    async with door(saying(), address_rate_per_minute=60, address_rate_burst=2) as client:
        replies = [await client.get("/v1/tickets") for _ in range(3)]

    assert [reply.status_code for reply in replies] == [200, 200, 429]
    assert replies[0].headers["ratelimit-policy"] == '"address";q=2;w=2'
    assert replies[0].headers["ratelimit"] == '"address";r=1;t=1'
    assert replies[2].headers["retry-after"] == "1"
    assert replies[2].json()["type"].endswith("/problems/too-many")


def _token(subject: str, serial: int) -> dict[str, str]:
    payload = base64.urlsafe_b64encode(json.dumps({"sub": subject, "n": serial}).encode()).decode().rstrip("=")
    return {"Authorization": f"Bearer e30.{payload}.sig"}


async def test_a_believed_subject_has_one_bucket_over_all_his_tokens() -> None:
    async with door(saying(), rate_per_minute=60, rate_burst=2) as client:
        replies = [await client.get("/v1/tickets", headers=_token("wang", serial % 2)) for serial in range(6)]

    assert [reply.status_code for reply in replies] == [200, 200, 200, 200, 429, 429]
    assert replies[2].headers["ratelimit"].startswith('"person"')


async def test_invented_tokens_buy_no_buckets() -> None:
    async with door(saying(401), address_rate_per_minute=60, address_rate_burst=3) as client:
        replies = [await client.get("/v1/tickets", headers=_token("x", serial)) for serial in range(4)]

    assert replies[3].status_code == 429
    assert all(reply.headers["ratelimit"].startswith('"address"') for reply in replies)


def test_a_token_that_a_room_refuses_later_is_believed_no_more() -> None:
    subjects = Subjects()
    subjects.believe(b"Bearer a.b.c")

    subjects.doubt(b"Bearer a.b.c")

    assert subjects.of(b"Bearer a.b.c") is None


async def test_health_and_metrics_are_never_counted() -> None:
    async with door(saying(), address_rate_per_minute=1, address_rate_burst=1) as client:
        statuses = [(await client.get("/health/live")).status_code for _ in range(5)]

    assert statuses == [200] * 5


async def test_a_full_house_refuses_at_once_and_lets_ballots_in() -> None:
    waiting = Waiting()
    async with door(waiting, admit=6) as client:
        lists = [asyncio.ensure_future(client.get("/v1/tickets/7")) for _ in range(3)]
        for _ in lists:
            await waiting.entered.acquire()
        refused = await client.get("/v1/tickets/8")
        ballot = asyncio.ensure_future(client.post("/v1/ballots"))
        await waiting.entered.acquire()
        waiting.go_on.set()
        served = await asyncio.gather(ballot, *lists)
        after = await client.get("/v1/tickets/8")

    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "2"
    assert refused.json()["type"].endswith("/problems/busy")
    assert [reply.status_code for reply in served] == [200] * 4
    assert after.status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "priority"),
    [
        ("POST", "/v1/ballots", Priority.FIRST),
        ("GET", "/v1/tickets", Priority.LAST),
        ("HEAD", "/v1/tickets", Priority.LAST),
        ("GET", "/v1/tickets/7", Priority.NORMAL),
        ("POST", "/v1/tickets", Priority.NORMAL),
        ("GET", "/v1/tickets/stream", Priority.STREAM),
    ],
)
def test_urgency_follows_from_the_contract(method: str, path: str, priority: Priority) -> None:
    found = Operations(CONTRACT).find(method, path)

    assert found is not None
    assert found.priority is priority


def test_my_own_things_are_urgent_and_meetings_only_begin_alike() -> None:
    paths = ("/v1/me", "/v1/me/bindings/{id}", "/v1/meetings/{id}")
    operations = Operations({"paths": {path: {"get": {"operationId": path}} for path in paths}})

    found = [operations.find("GET", path) for path in ("/v1/me", "/v1/me/bindings/7", "/v1/meetings/7")]

    assert [operation and operation.priority for operation in found] == [
        Priority.FIRST,
        Priority.FIRST,
        Priority.NORMAL,
    ]


def test_an_operation_that_may_wait_is_counted_as_a_stream() -> None:
    described = {"operationId": "read_import", "parameters": [{"name": "wait", "in": "query"}]}

    found = Operations({"paths": {"/v1/imports/{id}": {"get": described}}}).find("GET", "/v1/imports/7")

    assert found is not None
    assert found.priority is Priority.STREAM


def test_a_template_with_a_format_is_told_from_its_neighbours() -> None:
    templates = ["/open311/v2/requests.{format}", "/open311/v2/services.{format}", "/open311/v2/requests/{id}.{format}"]
    operations = Operations({"paths": {path: {"get": {"operationId": path}} for path in templates}})

    found = [operations.find("GET", path) for path in ("/open311/v2/services.xml", "/open311/v2/requests/7.json")]

    assert [operation and operation.template for operation in found] == templates[1:]


ORIGIN = {"Origin": "https://app.example.cn"}
PREFLIGHT = {**ORIGIN, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "idempotency-key"}


async def test_without_a_setting_no_origin_is_let_in() -> None:
    async with door(saying(204, b"", [])) as client:
        read = await client.get("/v1/tickets", headers=ORIGIN)
        asked = await client.options("/v1/tickets", headers=PREFLIGHT)

    assert not any(name.startswith("access-control") for reply in (read, asked) for name in reply.headers)


async def test_a_named_origin_may_call_and_its_preflight_is_answered_at_the_door() -> None:
    async with door(saying(500), cors_origins="https://app.example.cn, https://b.example") as client:
        asked = await client.options("/v1/tickets", headers=PREFLIGHT)
        read = await client.get("/v1/tickets", headers=ORIGIN)

    assert asked.status_code == 204
    assert asked.headers["access-control-allow-origin"] == "https://app.example.cn"
    assert "Idempotency-Key" in asked.headers["access-control-allow-headers"]
    assert "PATCH" not in asked.headers["access-control-allow-methods"]
    assert "access-control-allow-credentials" not in asked.headers
    assert "ETag" in read.headers["access-control-expose-headers"]
    assert read.headers["vary"] == "Origin"


async def test_another_origin_is_refused_and_caches_are_warned() -> None:
    async with door(saying(), cors_origins="https://app.example.cn") as client:
        asked = await client.options("/v1/tickets", headers={**PREFLIGHT, "Origin": "https://evil.example"})
        read = await client.get("/v1/tickets", headers={"Origin": "https://evil.example"})

    assert asked.status_code == 403
    assert asked.json()["type"].endswith("/problems/origin-forbidden")
    assert "access-control-allow-origin" not in read.headers
    assert read.headers["vary"] == "Origin"


async def test_refusals_can_be_read_by_a_named_origin_too() -> None:
    async with door(saying(), cors_origins="*", address_rate_per_minute=1, address_rate_burst=1) as client:
        replies = [await client.get("/v1/tickets", headers=ORIGIN) for _ in range(2)]

    assert replies[1].status_code == 429
    assert replies[1].headers["access-control-allow-origin"] == "*"
