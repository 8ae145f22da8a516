"""Bad input over the real API: a clear problem in both languages, nothing stored, never our own fault."""

import resource
import struct
from collections.abc import Mapping
from typing import Any

import pytest

from services.registry.rules.roles import Role
from tests.contract.bad_bodies import BODIES, MIB, PATHS, Bad, fields
from tests.contract.refusals import LANGUAGES, Ledger, faults
from tests.factories.whole_house import STREET, WholeHouse
from tests.shared.pictures import archive, pdf, picture, png_of


async def told(whole: WholeHouse, bad: Bad) -> list[str]:
    """What is wrong with the answers to one bad request, in both languages."""
    found = []
    for language in LANGUAGES:
        here = whole.places["here"]
        grants = (f"STREET_OFFICER@{STREET}", f"CLERK@{here.code}")
        sender = whole.headers(here.people[Role.STREET_OFFICER], *grants)
        headers = {**sender, "Accept-Language": language, **bad.headers}
        reply = await whole.http.request(bad.method, bad.path, headers=headers, **bad.request)
        found += [f"{bad.name} ({language}): {fault}" for fault in faults(reply, language, bad.statuses)]
    return found


async def all_told(whole: WholeHouse, bads: tuple[Bad, ...], ledger: Ledger) -> list[str]:
    before = ledger.count()
    found = [fault for bad in bads for fault in await told(whole, bad)]
    after = ledger.count()
    return found + [
        f"{table}: {before[table]} rows, then {after[table]}" for table in before if before[table] != after[table]
    ]


@pytest.fixture
def ledger(own_database: str, whole: WholeHouse) -> Ledger:
    return Ledger(own_database, whole)


async def test_bodies_that_are_no_bodies(whole: WholeHouse, ledger: Ledger) -> None:
    assert await all_told(whole, BODIES, ledger) == []


async def test_fields_that_are_not_right(whole: WholeHouse, ledger: Ledger) -> None:
    bads = tuple(fields(whole.places["here"]))

    assert await all_told(whole, bads, ledger) == []
    assert len(bads) > 50


async def test_paths_queries_and_headers_that_lead_nowhere(whole: WholeHouse, ledger: Ledger) -> None:
    assert await all_told(whole, PATHS, ledger) == []


JPEG_BOMB = picture().replace(struct.pack(">HH", 48, 64), struct.pack(">HH", 65_535, 65_535), 1)
BOUNDARY = "multipart/form-data; boundary=cut"
START = b'--cut\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'


def _file(name: str, content: bytes, *statuses: int) -> Bad:
    return Bad(name, frozenset(statuses), "POST", "/v1/files", {"files": {"file": ("lamp.jpg", content, "image/jpeg")}})


def _raw(name: str, content: bytes, *statuses: int, kind: str = BOUNDARY) -> Bad:
    return Bad(name, frozenset(statuses), "POST", "/v1/files", {"content": content}, {"Content-Type": kind})


def _form(name: str, request: Mapping[str, Any]) -> Bad:
    return Bad(name, frozenset({400}), "POST", "/v1/files", request)


MANY_PARTS = b'--cut\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n' * 100_000 + b"--cut--"
FILES: tuple[Bad, ...] = (
    _file("a photo of fifty megabytes", picture() + bytes(50 * MIB), 413),
    _file("a photo of one byte too many", picture() + bytes(10 * MIB + 1 - len(picture())), 413),
    _file("a PNG of 40,000 x 40,000", png_of(40_000, 40_000), 422),
    _file("a JPEG of 65,535 x 65,535", JPEG_BOMB, 422),
    _file("an archive called a photo", archive(), 415),
    _file("a page called a photo", b"<!doctype html><script>alert(1)</script>", 415),
    _file("a PDF with an archive behind it", pdf(tail=archive()), 422),
    _file("a PDF with a script", pdf(extra=b"3 0 obj\n<< /S /JavaScript >>\nendobj\n"), 422),
    _file("half a photo", picture(size=(800, 600))[:3000], 422),
    _file("an empty file", b"", 422, 400),
    _form("two files", {"files": [("file", ("a", picture())), ("file", ("b", b"x"))]}),
    _form("a file under another name", {"files": {"photo": ("a", picture())}}),
    _form("a field and no file", {"data": {"file": "a"}, "files": {"x": ("", b"")}}),
    Bad("JSON", frozenset({415}), "POST", "/v1/files", {"json": {"file": "a"}}),
    _raw("a body cut short", START + picture()[:100], 400, 422),
    _raw("nothing in it", b"", 400),
    _raw("noise", bytes(range(256)) * 10, 400),
    _raw("no boundary", START, 400, kind="multipart/form-data"),
    _raw("a boundary that is none", START, 400, kind="multipart/form-data; boundary=\x7f"),
    _raw("a part header of a megabyte", b"--cut\r\nX: " + b"a" * MIB + b"\r\n\r\nx\r\n--cut--", 400),
    _raw("a hundred thousand parts", MANY_PARTS, 400),
    _raw("a charset nobody knows", START + b"x\r\n--cut--", 415, kind=BOUNDARY + "; charset=klingon"),
)


async def test_files_that_are_not_taken(whole: WholeHouse, ledger: Ledger) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    assert await all_told(whole, FILES, ledger) == []

    # The test itself holds the fifty megabytes several times over; the house may not hold more than a file.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 600 * 1024


async def test_a_polyglot_photo_is_kept_as_a_photo_and_nothing_else(whole: WholeHouse) -> None:
    resident = whole.as_role(Role.RESIDENT, whole.places["here"])
    stored = await whole.done("POST", "/v1/files", resident, files={"file": ("a.jpg", picture() + archive())})

    content = await whole.http.get(stored["link"])

    assert content.status_code == 200
    assert content.headers["content-type"] == "image/jpeg"
    assert b"PK\x03\x04" not in content.content
    assert _guarded(content.headers) == []


def _guarded(headers: Mapping[str, Any]) -> list[str]:
    wanted = {"x-content-type-options": "nosniff", "content-security-policy": "default-src 'none'; sandbox"}
    return [name for name, value in wanted.items() if headers.get(name) != value]


@pytest.mark.parametrize("change", ["f1.e30.e30", "", "x" * 700, "f1.WyJyZWFkIl0.c2ln"])
async def test_a_link_that_was_changed_opens_nothing(whole: WholeHouse, change: str) -> None:
    file_id = whole.places["here"].ids["file_id"]

    reply = await whole.http.get(f"/v1/files/{file_id}/content", params={"token": change})

    assert reply.status_code == 422
    assert reply.headers["content-type"].startswith("application/problem+json")


async def test_a_link_of_one_file_opens_no_other(whole: WholeHouse) -> None:
    here, there = whole.places["here"], whole.places["there"]
    stored = await whole.done("GET", f"/v1/files/{here.ids['file_id']}", whole.as_role(Role.RESIDENT, here))

    reply = await whole.http.get(stored["link"].replace(here.ids["file_id"], there.ids["file_id"]))

    assert reply.status_code == 422
