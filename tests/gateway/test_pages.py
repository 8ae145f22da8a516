"""The gateway's own pages: health, counters, documents, problems, docs, and the sample clock."""

import asyncio
import json
import re
from typing import Any

import pytest

from gateway.app import Gateway
from gateway.clock import DAY
from gateway.compose import load_contracts
from gateway.docs import SampleSignIn
from gateway.health import HealthPages
from gateway.own_contract import own_contract, problem_table
from gateway.upstream import InProcess
from shared.problems import HOUSE
from tests.gateway.planted import PlantedRoom, Waiting, calling, door, echo, living, plan, saying, settings

HEALTHY = {"room": "ticket", "database": True, "migrated": True, "revision": "0003", "wanted": "0003"}
LOCAL = {"client": "127.0.0.1", "host": "127.0.0.1:8000"}


def _healthy(**changes: Any) -> Any:
    return saying(200, json.dumps({**HEALTHY, **changes}).encode())


async def test_life_claims_nothing_of_the_rooms() -> None:
    async with door(saying(500)) as client:
        reply = await client.get("/health/live")

    assert (reply.status_code, reply.json()) == (200, {"status": "live"})


async def test_ready_when_every_room_is() -> None:
    async with door(_healthy()) as client:
        reply = await client.get("/health/ready")

    assert reply.status_code == 200
    assert reply.json() == {"status": "ready", "rooms": [{**HEALTHY, "running": True}]}


@pytest.mark.parametrize(
    "answer", [_healthy(database=False), _healthy(migrated=False), saying(500), saying(200, b"nonsense"), saying(404)]
)
async def test_not_ready_when_a_room_is_not_or_says_nothing_useful(answer: Any) -> None:
    async with door(answer) as client:
        reply = await client.get("/health/ready")

    assert reply.status_code == 503
    assert reply.json()["status"] == "not_ready"
    assert reply.headers["retry-after"] == "2"


async def test_readiness_is_asked_at_most_once_a_second() -> None:
    room, now = PlantedRoom(_healthy()), [0.0]
    upstream = InProcess("ticket", room)
    await upstream.start()
    pages = HealthPages({"ticket": upstream}, now=lambda: now[0])

    for moment in (0.0, 0.5, 0.9, 1.0):
        now[0] = moment
        await pages.ready(None)  # type: ignore[arg-type]

    assert len(room.seen) == 2
    await upstream.stop()


async def test_many_who_ask_at_once_ask_the_rooms_once() -> None:
    waiting = Waiting()
    room = PlantedRoom(waiting)
    upstream = InProcess("ticket", room)
    await upstream.start()
    pages = HealthPages({"ticket": upstream})

    asking = [asyncio.create_task(pages.ready(None)) for _ in range(20)]  # type: ignore[arg-type]
    await waiting.entered.acquire()
    waiting.go_on.set()
    await asyncio.gather(*asking)

    assert len(room.seen) == 1
    await upstream.stop()


async def test_metrics_count_by_operation_and_show_nobody() -> None:
    app = Gateway(settings(), plan(PlantedRoom(saying())))
    async with living(app), calling(app) as stranger, calling(app, **LOCAL) as local:
        await stranger.get("/v1/tickets/0197a3f2")
        await stranger.request("BREW", "/v1/tickets/0197a3f2")
        await stranger.get("/v1/nothing/19900000001")
        text = (await local.get("/metrics")).text

    route = 'method="GET",room="ticket",route="/v1/tickets/{ticket_id}",status="2xx"'
    assert f"linli_requests_total{{{route}}} 1.0" in text
    assert 'method="OTHER"' in text
    assert 'linli_refused_total{reason="unknown"} 1.0' in text
    assert "0197a3f2" not in text
    assert "1990000" not in text


async def test_metrics_are_hidden_from_elsewhere_unless_with_their_token() -> None:
    app = Gateway(settings(metrics_token="let-me-read"), plan(PlantedRoom(saying())))
    async with living(app), calling(app) as client, calling(app, **LOCAL) as local:
        without = await client.get("/metrics")
        wrong = await client.get("/metrics", headers={"Authorization": "Bearer let-me-rea"})
        right = await client.get("/metrics", headers={"Authorization": "Bearer let-me-read"})
        proxied = await local.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"})

    assert [reply.status_code for reply in (without, wrong, right, proxied)] == [404, 404, 200, 404]


async def test_without_a_token_set_no_token_opens_the_metrics() -> None:
    async with door(saying()) as client:
        reply = await client.get("/metrics", headers={"Authorization": "Bearer "})

    assert reply.status_code == 404


async def test_the_document_is_served_with_a_tag_and_packed() -> None:
    async with door(saying()) as client:
        packed = await client.get("/openapi.json")
        plain = await client.get("/openapi.json", headers={"Accept-Encoding": "identity"})
        tag = plain.headers["etag"]
        again = await client.get("/openapi.json", headers={"If-None-Match": f'"x", W/{tag}', "Accept-Encoding": ""})
        head = await client.head("/openapi.json", headers={"Accept-Encoding": "identity"})

    assert packed.headers["content-encoding"] == "gzip"
    assert packed.json() == plain.json()
    assert "/v1/tickets/{ticket_id}" in plain.json()["paths"]
    assert packed.headers["etag"] != tag
    assert (again.status_code, again.content) == (304, b"")
    assert head.headers["content-length"] == plain.headers["content-length"]
    assert head.content == b""


async def _problem_door(target: str, **headers: str) -> Any:
    contract = {"paths": {}, "x-problems": problem_table(HOUSE)}
    app = Gateway(settings(), plan(PlantedRoom(saying()), contracts={"ticket": contract}))
    async with living(app), calling(app) as client:
        return await client.get(target, headers=headers)


async def test_the_type_of_a_problem_is_a_page_that_says_what_to_do() -> None:
    zh = await _problem_door("/problems/stale-version")
    en = await _problem_door("/problems/stale-version", **{"Accept-Language": "en"})
    text = await _problem_door("/problems/too-large?lang=en", Accept="text/plain")

    assert "内容已被他人修改" in zh.text
    assert zh.headers["content-language"] == "zh-CN"
    assert "Changed by somebody else meanwhile" in en.text
    assert text.headers["content-type"].startswith("text/plain")
    assert "At most … bytes are taken here." in text.text


async def test_every_problem_of_the_house_has_its_page() -> None:
    index = await _problem_door("/problems")
    slugs = re.findall(r'href="/problems/([a-z-]+)"', index.text)

    pages = [await _problem_door(f"/problems/{slug}") for slug in slugs]

    assert set(slugs) == {answer.slug for answer in HOUSE.values()}
    assert {page.status_code for page in pages} == {200}


async def test_an_invented_problem_has_no_page() -> None:
    reply = await _problem_door("/problems/<script>")

    assert reply.status_code == 404


@pytest.mark.parametrize("path", ["/", "/docs", "/problems"])
async def test_pages_hold_nothing_inline_and_nothing_from_elsewhere(path: str) -> None:
    async with door(saying(), sample=True) as client:
        reply = await client.get(path)

    assert reply.status_code == 200
    assert "'unsafe" not in reply.headers["content-security-policy"]
    assert not re.search(r"<script>|<script [^>]*>[^<]|style=|\son[a-z]+=|(src|href)=\"(https?:)?//", reply.text)


async def test_every_asset_that_the_docs_page_names_is_served_from_here() -> None:
    async with door(saying()) as client:
        page = await client.get("/docs")
        names = re.findall(r'(?:src|href)="(/docs/assets/[^"]+)"', page.text)
        replies = [await client.get(name) for name in names]
        missing = await client.get("/docs/assets/../settings.py")

    assert len(names) == 4
    assert [reply.status_code for reply in replies] == [200] * 4
    assert missing.status_code == 404


CLERK = SampleSignIn("示例:李<某>", "社区工作人员", "Clerk", "受理", "take in", (("code", "dev:clerk"),))


async def _docs(sample: bool, client: str, host: str) -> str:
    app = Gateway(settings(sample=sample), plan(PlantedRoom(saying()), sign_ins=(CLERK,)))
    async with living(app), calling(app, client, host) as caller:
        return str((await caller.get("/docs")).text)


async def test_the_docs_page_says_openly_that_the_sample_is_loaded() -> None:
    assert "示例模式" in await _docs(sample=True, client="203.0.113.7", host="linli.test")
    assert "示例模式" not in await _docs(sample=False, client="127.0.0.1", host="127.0.0.1")


async def test_sample_sign_ins_are_shown_to_this_machine_only() -> None:
    local = await _docs(sample=True, client="127.0.0.1", host="localhost:8000")
    elsewhere = await _docs(sample=True, client="203.0.113.7", host="linli.test")
    rebound = await _docs(sample=True, client="127.0.0.1", host="evil.example")
    real = await _docs(sample=False, client="127.0.0.1", host="localhost:8000")

    assert "code=dev:clerk" in local
    assert "李&lt;某&gt;" in local
    assert not any("dev:clerk" in text for text in (elsewhere, rebound, real))


class Clocked:
    """A room that keeps what its clock was set to."""

    def __init__(self, status: int = 204) -> None:
        self.bodies: list[bytes] = []
        self.keys: list[bytes] = []
        self.status = status

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        self.bodies.append(message["body"])
        self.keys.append(dict(scope["headers"])[b"authorization"])
        await saying(self.status, b"", [])(scope, receive, send)


async def _set_clock(
    body: Any, sample: bool = True, local: bool = True, status: int = 204
) -> tuple[Any, list[Clocked]]:
    rooms = [Clocked(status), Clocked(status)]
    upstreams = [InProcess(name, PlantedRoom(room)) for name, room in zip(("registry", "ticket"), rooms, strict=True)]
    house = plan(echo, rooms=upstreams, contracts={}, families=[], sign=lambda: "signed")
    app = Gateway(settings(sample=sample), house)
    place = LOCAL if local else {"client": "203.0.113.7"}
    async with living(app), calling(app, **place) as client:
        return await client.post("/sample/clock", json=body), rooms


async def test_the_sample_clock_is_told_to_every_room() -> None:
    reply, rooms = await _set_clock({"days": 3, "seconds": 60})

    assert reply.json() == {"seconds": 3 * DAY + 60, "rooms": ["registry", "ticket"]}
    assert [json.loads(room.bodies[0]) for room in rooms] == [{"seconds": 3 * DAY + 60}] * 2
    assert rooms[0].keys == [b"Internal signed"]


@pytest.mark.parametrize(("sample", "local"), [(False, True), (True, False)])
async def test_the_clock_cannot_be_set_in_a_real_house_or_from_elsewhere(sample: bool, local: bool) -> None:
    reply, rooms = await _set_clock({"days": 3}, sample, local)

    assert reply.status_code == 403
    assert rooms[0].bodies == []


@pytest.mark.parametrize("body", [{"days": "3"}, {"days": -1}, {"days": 10**9}, {"hours": 1}, [], 7, {"days": True}])
async def test_a_wrong_offset_is_refused_field_by_field(body: Any) -> None:
    reply, rooms = await _set_clock(body)

    assert reply.status_code == 422
    assert reply.json()["errors"][0]["detail"]
    assert rooms[0].bodies == []


async def test_a_web_page_cannot_set_the_clock_by_a_plain_form() -> None:
    app = Gateway(settings(sample=True), plan(PlantedRoom(saying(204))))
    async with living(app), calling(app, **LOCAL) as client:
        reply = await client.post("/sample/clock", content=b'{"days":3}', headers={"Content-Type": "text/plain"})

    assert reply.status_code == 415


async def test_a_room_that_does_not_follow_the_clock_is_named() -> None:
    reply, _ = await _set_clock({"days": 1}, status=500)

    assert reply.status_code == 503
    assert "registry" in reply.json()["detail"]


async def test_own_pages_answer_options_and_name_their_methods() -> None:
    async with door(saying()) as client:
        options = await client.options("/health/ready")
        wrong = await client.post("/health/ready")
        clock = await client.get("/sample/clock")

    assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert (clock.status_code, clock.headers["allow"]) == (405, "OPTIONS, POST")


async def test_own_pages_bound_their_bodies_too() -> None:
    app = Gateway(settings(sample=True), plan(PlantedRoom(saying(204))))
    async with living(app), calling(app, **LOCAL) as client:
        reply = await client.post(
            "/sample/clock", content=b" " * 2_000_000, headers={"Content-Type": "application/json"}
        )

    assert reply.status_code == 413


def test_the_committed_own_contract_is_what_the_gateway_says() -> None:
    assert load_contracts()["gateway"] == own_contract()


def test_every_own_operation_has_roles_and_an_example() -> None:
    operations = [item[method] for item in own_contract()["paths"].values() for method in item]

    assert all(operation["x-roles"] for operation in operations)
    for operation in operations:
        for media in operation["responses"]["200"]["content"].values():
            assert "example" in media
