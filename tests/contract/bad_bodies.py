"""Bodies, fields, paths and headers that no true client sends, each with the statuses that may answer it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.factories.whole_house import Seeded

MIB = 1024 * 1024
PEOPLE, REGIONS, TICKETS = "/v1/people", "/v1/regions", "/v1/tickets"


@dataclass(frozen=True)
class Bad:
    """One bad request; `statuses` are the answers that would be right."""

    name: str
    statuses: frozenset[int]
    method: str
    path: str
    request: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


def raw(name: str, content: bytes, *statuses: int, kind: str = "application/json") -> Bad:
    return Bad(name, frozenset(statuses or {400}), "POST", PEOPLE, {"content": content}, {"Content-Type": kind})


BODIES: tuple[Bad, ...] = (
    raw("nothing at all", b"", 400, 422),
    raw("an open brace", b"{"),
    raw("an open bracket", b"["),
    raw("a missing value", b'{"name":}'),
    raw("a trailing comma", b'{"name":"a",}'),
    raw("single quotes", b"{'name':'a'}"),
    raw("two documents", b'{"name":"a"}{"name":"b"}'),
    raw("words", b"hello"),
    raw("invalid UTF-8", b'{"name":"\xff\xfe"}'),
    raw("a NUL in the text", b'{"name":"a\x00b"}'),
    raw("a NUL after the text", b'{"name":"a"}\x00'),
    raw("not a number", b'{"name":NaN}', 400, 422),
    raw("a number of ten thousand digits", b'{"name":' + b"9" * 10_000 + b"}", 400, 422),
    raw("a hundred thousand open brackets", b"[" * 100_000),
    raw("forty thousand nested objects", b'{"name":' * 40_000 + b"1" + b"}" * 40_000, 400, 422),
    raw("a list", b"[]", 422),
    raw("a string", b'"name"', 422),
    raw("a number", b"7", 422),
    raw("null", b"null", 422),
    raw("true", b"true", 422),
    raw("XML", b"<name>a</name>", 415, 400, kind="application/xml"),
    raw("plain text", b'{"name":"a"}', 415, kind="text/plain"),
    raw("a form", b"name=a", 415, 422, kind="application/x-www-form-urlencoded"),
    raw("no content type", b'{"name":"a"}', 415, kind=""),
    raw("a name of ten megabytes", json.dumps({"name": "名" * (10 * MIB // 3)}, ensure_ascii=False).encode(), 413),
    raw("a name of half a megabyte", json.dumps({"name": "a" * (MIB // 2)}).encode(), 422),
    raw("ten thousand unknown fields", json.dumps({f"f{n}": n for n in range(10_000)}).encode(), 422),
    raw("the same field a thousand times", b"{" + b'"x":1,' * 1000 + b'"y":1}', 422),
)

NAMES: Mapping[str, object] = {
    "a number": 7,
    "true": True,
    "a list": ["a"],
    "an object": {"a": "b"},
    "empty": "",
    "only spaces": "   ",
    "a NUL": "a\x00b",
    "a control sign": "a\x1bb",
    "a lone surrogate": "a\ud800b",
    "a reversed surrogate pair": "\udc00\ud800",
    "a thousand signs": "名" * 1000,
}
CODES = ("１４０１０９０１３００１", "14010901300", "1401090130011", "abc", "140109013001\n\n2", 140109013001, "-1")
DAYS = ("0000-01-01", "9999-12-31", "2026-02-30", "2026-3-8", "２０２６-03-08", "0", 0, 1.5, True, "tomorrow", "")
AREAS = ("７２.９７", "72.970", "72,97", "-1.00", 72.97, 7297, "1e3", "NaN", "9999999999.00", "", {"hundredths": 1})


def fields(place: Seeded) -> Iterator[Bad]:
    """Single wrong fields in otherwise true bodies."""
    for name, value in NAMES.items():
        content = json.dumps({"name": value}).encode()
        yield Bad(f"a name that is {name}", frozenset({422}), "POST", PEOPLE, {"content": content}, JSON)
    yield _json("an unknown field", PEOPLE, {"name": "李一", "id_card": "1"})
    yield _json("a field of another's manner", PEOPLE, {"name": "李一", "__proto__": {"a": 1}})
    for code in CODES:
        yield _json(f"the region code {code!r}", REGIONS, {"code": code, "name": "某社区"})
    for day in DAYS:
        yield _json(f"the day {day!r}", REGIONS, {"code": "140109013188", "name": "某社区", "valid_from": day})
    homes = f"/v1/compounds/{place.ids['compound_id']}/homes"
    for area in AREAS:
        home = {"address": "1号楼1单元901", "area": area, "area_source": "REGISTER"}
        yield _json(f"the area {area!r}", homes, home)
    yield from _tickets(place)


def _tickets(place: Seeded) -> Iterator[Bad]:
    where = {"compound_id": place.ids["compound_id"], "building": "1", "entrance": "1"}
    true = {"place": where, "kind": "HELP", "category": "facilities.stair_lamp", "words": "灯不亮"}
    wrong: Mapping[str, Mapping[str, object]] = {
        "a kind nobody knows": {"kind": "WISH"},
        "a kind in small letters": {"kind": "help"},
        "an emergency that is one": {"emergency": 1},
        "an emergency in words": {"emergency": "true"},
        "a hundred photos": {"photos": ["f1.a.b"] * 100},
        "a photo of nobody": {"photos": ["f1.e30.e30"]},
        "a photo token of a megabyte": {"photos": ["f" * 500_000]},
        "no place": {"place": None},
        "a place of text": {"place": "1-1"},
        "a client id that is none": {"client_id": "7"},
        "degrees beyond the pole": {"place": where | {"point": {"latitude": "97.000000", "longitude": "112.000000"}}},
        "degrees as whole numbers": {"place": where | {"point": {"latitude": 37, "longitude": 112}}},
        "degrees as numbers": {"place": where | {"point": {"latitude": 37.8, "longitude": 112.5}}},
        "words of ten thousand signs": {"words": "灯" * 10_000},
    }
    for name, change in wrong.items():
        yield _json(name, TICKETS, true | dict(change))
    nowhere = {"place": where | {"compound_id": "0197a3f2-0000-7000-8000-00000000dead"}}
    yield Bad("a compound of nobody", frozenset({404, 422}), "POST", TICKETS, {"json": true | nowhere})


def _json(name: str, path: str, body: object) -> Bad:
    return Bad(name, frozenset({422}), "POST", path, {"content": json.dumps(body).encode()}, JSON)


JSON: Mapping[str, str] = {"Content-Type": "application/json"}
UNKNOWN = "0197a3f2-0000-7000-8000-00000000dead"
K201 = "k" * 201
_400 = frozenset({400})
_404 = frozenset({404})
_422 = frozenset({422})
_4XX = frozenset({400, 404, 422})
PATHS: tuple[Bad, ...] = (
    Bad("an id of nothing", _404, "GET", f"/v1/tickets/{UNKNOWN}"),
    Bad("an id that is none", _4XX, "GET", "/v1/tickets/7"),
    Bad("an id in full-width digits", _4XX, "GET", "/v1/tickets/０１９７ａ３ｆ２"),
    Bad("a NUL in the path", _4XX, "GET", "/v1/tickets/%00"),
    Bad("a surrogate in the path", _4XX, "GET", "/v1/tickets/%ED%A0%80"),
    Bad("a step up in the path", _4XX, "GET", "/v1/tickets/..%2f..%2finternal%2fhealth"),
    Bad("an inside path", _404, "GET", "/internal/health"),
    Bad("a path of nobody", _404, "GET", "/v1/nothing"),
    Bad("a path of eight thousand signs", frozenset({404, 414, 422}), "GET", "/v1/tickets/" + "a" * 8000),
    Bad("a method not offered", frozenset({405}), "DELETE", "/v1/tickets"),
    Bad("a method nobody knows", frozenset({405}), "BREW", "/v1/tickets"),
    Bad("a limit of nothing", _422, "GET", "/v1/tickets?limit=0"),
    Bad("a limit without end", _422, "GET", "/v1/tickets?limit=1e400"),
    Bad("a limit of many digits", _422, "GET", "/v1/tickets?limit=" + "9" * 5000),
    Bad("a limit in full-width digits", _422, "GET", "/v1/tickets?limit=５０"),
    Bad("a cursor of nobody", _422, "GET", "/v1/tickets?cursor=AAAA"),
    Bad("a sort of nobody", _422, "GET", "/v1/tickets?sort=id;drop"),
    Bad("a filter that is none", _422, "GET", "/v1/tickets?state=LOST"),
    Bad("a NUL in a filter", _422, "GET", "/v1/tickets?category=a%00b"),
    Bad("a form nobody offers", frozenset({406}), "GET", "/v1/tickets", {}, {"Accept": "application/xml"}),
    Bad(
        "a key of two hundred and one", _400, "POST", PEOPLE, {"json": {"name": "李一"}}, {"Idempotency-Key": "k" * 201}
    ),
    Bad("a key with a space", _400, "POST", PEOPLE, {"json": {"name": "李一"}}, {"Idempotency-Key": "a b"}),
    Bad("a version that is none", _4XX, "PUT", f"/v1/tickets/{UNKNOWN}", {"json": {}}, {"If-Match": "x"}),
)
