"""How every room answers what it cannot take: a clear problem in the asked language, and nothing stored."""

import json
from typing import Any

import pytest
from opentelemetry import trace

from shared.texts import Language, asked_language, field_error, pointer
from tests.factories.tokens import Somebody
from tests.shared.tiny import Tiny

CLERK = Somebody(["CLERK@140109013"])
JSON = {**CLERK.headers, "Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", Language.ZH),
        ("en", Language.EN),
        ("en-GB,zh;q=0.5", Language.EN),
        ("zh-CN,en;q=0.9", Language.ZH),
        ("en;q=0.3, zh-TW;q=0.4", Language.ZH),
        ("fr, de", Language.ZH),
        ("en;q=0", Language.ZH),
        ("en;q=abc", Language.ZH),
        ("en," * 10_000, Language.EN),
    ],
)
def test_the_better_of_two_languages_is_spoken(header: str, language: Language) -> None:
    assert asked_language(header) is language


def test_an_unknown_fault_is_still_told_in_our_words() -> None:
    assert field_error("never_heard_of", {}, Language.EN) == "is not right"
    assert field_error("string_too_long", {}, Language.ZH) == "内容有误"


def test_a_place_in_the_body_is_a_json_pointer() -> None:
    assert pointer(("body", "homes", 3, "a/b~c")) == "/homes/3/a~1b~0c"
    assert pointer(("query", "limit")) == "query/limit"


BAD_BODIES: dict[str, tuple[bytes, int]] = {
    "not JSON": (b'{"name":', 400),
    "not UTF-8": (b'{"name": "\xff\xfe"}', 400),
    "deep nesting": (b"[" * 100_000, 400),
    "deep objects": (b'{"a":' * 50_000, 400),
    "nothing": (b"", 422),
    "a list": (b"[]", 422),
    "a string": (b'"x"', 422),
    "null": (b"null", 422),
    "unknown field": (b'{"name": "a", "colour": 1}', 422),
    "wrong type": (b'{"name": 7}', 422),
    "number as text": (b'{"name": "a", "size": "5"}', 422),
    "true as number": (b'{"name": "a", "size": true}', 422),
    "a huge number": (b'{"name": "a", "size": 1' + b"0" * 4000 + b"}", 422),
    "a monstrous number": (b'{"name": "a", "size": 1' + b"0" * 5000 + b"}", 400),
    "infinity": (b'{"name": "a", "size": Infinity}', 422),
    "empty text": (b'{"name": "  "}', 422),
    "long text": (b'{"name": "' + b"x" * 21 + b'"}', 422),
    "NUL": (b'{"name": "a\\u0000b"}', 422),
    "bell": (b'{"name": "a\\u0007b"}', 422),
    "lone surrogate": (b'{"name": "\\ud800"}', 422),
    "lone surrogate as a key": (b'{"name": "a", "\\ud800": 1}', 422),
    "a huge key": (b'{"name": "a", "' + b"k" * 900_000 + b'": 1}', 422),
    "a thousand unknown fields": (json.dumps({"name": "a"} | {f"f{i}": 1 for i in range(1000)}).encode(), 422),
    "0 as a day": (b'{"name": "a", "day": 0}', 422),
    "a number as a day": (b'{"name": "a", "day": 20260308}', 422),
    "year 0": (b'{"name": "a", "day": "0000-01-01"}', 422),
    "year 9999": (b'{"name": "a", "day": "9999-12-31"}', 422),
    "30 February": (b'{"name": "a", "day": "2026-02-30"}', 422),
    "full-width digits in a day": ('{"name": "a", "day": "２０２６-03-08"}'.encode(), 422),
    "an instant as a day": (b'{"name": "a", "day": "2026-03-08T00:00:00Z"}', 422),
}


@pytest.mark.parametrize("name", list(BAD_BODIES))
@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_a_bad_body_is_a_clear_problem(tiny: Tiny, name: str, language: str) -> None:
    body, status = BAD_BODIES[name]

    reply = await tiny.http.post("/v1/things", content=body, headers={**JSON, "Accept-Language": language})

    assert reply.status_code == status, reply.text
    told = reply.json()
    assert reply.headers["content-language"] == language
    assert told["title"].isascii() is (language == "en")
    assert len(reply.content) < 20_000
    for error in told.get("errors", []):
        assert error["pointer"].startswith("/")
        assert error["detail"].isascii() is (language == "en")
    assert (await tiny.http.get("/v1/things")).json() == []


async def test_another_media_type_is_refused_by_name(tiny: Tiny) -> None:
    headers = {**CLERK.headers, "Content-Type": "text/xml"}

    reply = await tiny.http.post("/v1/things", content=b"<a/>", headers=headers)

    assert (reply.status_code, reply.json()["supported"]) == (415, ["application/json"])


async def test_head_options_and_a_true_allow(tiny: Tiny) -> None:
    head = await tiny.http.head("/v1/things")
    options = await tiny.http.options("/v1/things")
    wrong = await tiny.http.delete("/v1/things")

    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", "2")
    assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, HEAD, OPTIONS, POST")
    assert (await tiny.http.options("/v1/nothing")).status_code == 404


async def test_a_problem_carries_the_trace_of_its_caller(tiny: Tiny) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"

    reply = await tiny.http.get("/v1/nothing", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"})

    assert reply.status_code == 404
    assert reply.json()["trace_id"] == trace


async def test_a_database_that_is_gone_is_busy_not_broken(tiny: Tiny) -> None:
    await tiny.house.database.engine.dispose()
    tiny.house.database.__init__("postgresql://nobody@127.0.0.1:1/none", 1)  # type: ignore[misc]  # as if it moved

    reply = await tiny.http.get("/v1/things")
    health = await tiny.http.get("/internal/health")

    assert (reply.status_code, reply.headers["retry-after"]) == (503, "2")
    assert health.json()["database"] is False


class _Collector(trace.TracerProvider):
    """As an operator's environment would install one."""

    asked = 0

    def get_tracer(self, *told: Any, **more: Any) -> trace.Tracer:
        self.asked += 1
        return trace.NoOpTracer()


async def test_nothing_of_a_request_is_handed_to_a_collector_of_the_environment(
    tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PRI-2. The framework's own telemetry records what was refused and why, with its values."""
    collector = _Collector()
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", collector)

    reply = await tiny.http.post("/v1/things", content=b'{"name": 7}', headers=JSON)

    assert (reply.status_code, collector.asked) == (422, 0)
