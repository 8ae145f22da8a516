"""Bringing an office's register in through the public API (OWN-1 to OWN-6, VOTE-1)."""

import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text

from services.registry.rolls.reading import read_sheets
from services.registry.rules.heads import counted
from services.registry.rules.roll import counted_homes, owners_of, read_roll
from shared.days import day_of
from tests.registry.api.places import COMMUNITY, REGISTER, Office, office

EXPECTED = json.loads(REGISTER.with_name("home-register.expected.json").read_text())
HEADINGS = "楼号,单元,房号,面积,业主姓名,身份证号,联系电话"


def sheet(*rows: str) -> bytes:
    return "\r\n".join((HEADINGS, *rows)).encode("gb18030")


@pytest.fixture
async def desk(clean: None, database_urls: Mapping[str, str], tmp_path: Path) -> AsyncIterator[Office]:
    async with office(database_urls["registry"], tmp_path / "data") as found:
        yield found


async def test_the_shared_register_comes_out_as_expected_and_a_second_import_changes_nothing(desk: Office) -> None:
    """OWN-5, OWN-6, VOTE-1."""
    first = await desk.taken(REGISTER.read_bytes(), partial="true")
    figures = await desk.register()
    homes = await desk.get(f"{desk.path}/homes", limit="200")
    second = await desk.taken(REGISTER.read_bytes(), partial="true")
    findings = await desk.get(f"{desk.path}/roll-imports/{second['id']}/findings")

    assert first["state"] == "PARTLY_TAKEN"
    assert (figures["homes"], figures["heads"], figures["area_known"]) == (611, 600, "45941.99")
    assert figures["area_unknown"] == EXPECTED["area_unknown"]
    assert figures["owner_unknown"] == EXPECTED["owner_unknown"]
    assert (second["state"], second["same_as"], second["report"]["homes_added"]) == ("UNCHANGED", first["id"], 0)
    assert await desk.register() == figures
    assert await desk.get(f"{desk.path}/homes", limit="200") == homes
    found = [{"sheet": one["sheet"], "row": one["row"], "kind": one["kind"]} for one in findings["items"]]
    assert found == EXPECTED["findings"]
    assert all(one["column"] and one["reason"] for one in findings["items"])


async def test_without_partial_a_register_with_refused_rows_is_taken_not_at_all(desk: Office) -> None:
    """OWN-5."""
    refused = await desk.taken(REGISTER.read_bytes())
    empty = await desk.register()
    taken = await desk.taken(REGISTER.read_bytes(), partial="true")

    assert (refused["state"], refused["report"]["homes_added"], refused["report"]["rows_refused"]) == ("REFUSED", 0, 2)
    assert (empty["homes"], empty["heads"], empty["area_known"]) == (0, 0, "0.00")
    assert taken["state"] == "PARTLY_TAKEN"


async def test_the_databases_figures_equal_the_rules_for_every_scope(desk: Office) -> None:
    """VOTE-1, OWN-6: the aggregate over head groups and rules.heads.counted agree."""
    content = REGISTER.read_bytes()
    await desk.taken(content, partial="true")
    roll = read_roll(await read_sheets(content), day_of(desk.registry.house.clock.now()))
    homes = list(zip(roll.homes, counted_homes(roll.homes, owners_of(roll.homes)), strict=True))

    for building in (None, "1", "3", "9", "11"):
        for entrance in (None, "1", "2") if building else (None,):
            scope = {"building": building, "entrance": entrance} if entrance else {"building": building}
            ruled = counted(
                one
                for home, one in homes
                if building in (None, home.address.building) and entrance in (None, home.address.entrance)
            )
            seen = await desk.register(**{name: value for name, value in scope.items() if value})
            assert (seen["homes"], seen["heads"]) == (ruled.homes, ruled.heads)
            assert seen["area_known"].replace(".", "") == f"{ruled.area:03d}"
            assert (seen["area_unknown"], seen["owner_unknown"]) == (
                list(ruled.area_unknown),
                list(ruled.owner_unknown),
            )
            for bound, weights in (("least", ruled.least), ("most", ruled.most)):
                assert (seen[bound]["heads"], seen[bound]["area"].replace(".", "")) == (
                    weights.heads,
                    f"{weights.area:03d}",
                )


async def test_the_same_owner_of_two_compounds_is_one_person(desk: Office) -> None:
    """OWN-1."""
    other = await desk.http.post(
        "/v1/compounds", json={"community_code": COMMUNITY, "name": "二小区"}, headers=desk.secretary
    )
    await desk.taken(sheet("1,1,101,60,罗洋,149900195406172920,14000008352"))
    second = Office(desk.registry, other.json()["id"], desk.secretary, desk.officer)
    await second.taken(sheet("2,1,101,60,罗洋,149900195406172920,14000008352", "2,1,102,60,罗洋,,"))

    owners = [
        (await place.get(f"/v1/homes/{(await place.home(label))['id']}/owners"))["items"][0]["person"]["id"]
        for place, label in ((desk, "1-1-101"), (second, "2-1-101"), (second, "2-1-102"))
    ]
    assert owners[0] == owners[1] != owners[2]


async def test_a_corrected_file_completes_what_was_unknown_and_overwrites_nothing(desk: Office) -> None:
    """OWN-2, OWN-5, OWN-6."""
    await desk.taken(sheet("1,1,101,,,,", "1,1,102,60,李芳,,", "1,1,103,70,王超,,"))
    report = await desk.taken(
        sheet("1,1,101,55.5,张伟,,", "1,1,102,61,李芳,,", "1,1,103,70,别人,,", "1,1,104,80,何伟,,")
    )
    findings = await desk.get(f"{desk.path}/roll-imports/{report['id']}/findings", severity="WARNING")
    figures = await desk.register()
    kept = await desk.get(f"/v1/homes/{(await desk.home('1-1-102'))['id']}")

    assert (report["state"], report["report"]["homes_added"], report["report"]["homes_completed"]) == ("TAKEN", 1, 1)
    assert (figures["homes"], figures["heads"], figures["area_known"]) == (4, 4, "265.50")
    assert kept["area"] == "60.00"
    assert [area["area"] for area in kept["areas"]] == ["60.00", "61.00"]
    assert {one["home"] for one in findings["items"] if one["kind"] == "differs"} == {"1-1-102", "1-1-103"}


async def test_what_a_later_file_says_otherwise_of_delivery_or_of_a_number_is_told(desk: Office) -> None:
    """OWN-1, VOTE-1: both move heads, so neither passes in silence."""
    rows = "1,1,101,60,张伟,{0},{1}\n1,1,102,60,李芳,{0},{1}\n".format("149900195406172920", "{}")
    headings = "楼号,单元,房号,面积,业主姓名,身份证号,交付情况\n"
    await desk.taken((headings + rows.format("已交付", "已交付")).encode())
    later = await desk.taken((headings + rows.format("未交付", "已交付")).encode())
    findings = await desk.get(f"{desk.path}/roll-imports/{later['id']}/findings", severity="WARNING")

    told = {(one["kind"], one["home"]) for one in findings["items"]}
    assert told >= {("differs", "1-1-101"), ("names_differ", "1-1-102")}
    assert (await desk.home("1-1-101"))["delivery"] == "DELIVERED"


async def test_a_better_source_wins_and_the_worse_stays_on_record(desk: Office) -> None:
    """OWN-2."""
    await desk.taken(sheet("1,1,101,60,李芳,,"), area_source="REFORM_PAPER")
    await desk.taken(sheet("1,1,101,61.2,李芳,,"), area_source="REGISTER")
    await desk.taken(sheet("1,1,101,59,李芳,,"), area_source="CONTRACT")
    home = await desk.get(f"/v1/homes/{(await desk.home('1-1-101'))['id']}")

    assert (home["area"], home["area_source"]) == ("61.20", "REGISTER")
    assert [area["source"] for area in home["areas"]] == ["REFORM_PAPER", "REGISTER", "CONTRACT"]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "legacy_xls"),
        (b"PK\x03\x04", "broken"),
        (b"1,2\n3,4", "no_list"),
    ],
)
async def test_a_file_that_is_no_register_says_why_and_takes_nothing(desk: Office, content: bytes, fault: str) -> None:
    """OWN-5, bad input."""
    found = await desk.taken(content)
    english = await desk.http.get(
        f"{desk.path}/roll-imports/{found['id']}", headers=desk.secretary | {"Accept-Language": "en"}
    )
    async with desk.registry.house.database.read() as session:
        told = await session.execute(text("SELECT data FROM outbox WHERE type = 'linli.registry.roll_read.v1'"))
        states = [data["state"] for data in told.scalars()]
    assert (found["state"], found["fault"], states) == ("UNREADABLE", fault, ["UNREADABLE"])
    assert found["fault_text"] != english.json()["fault_text"]
    assert (await desk.register())["homes"] == 0


async def test_what_cannot_be_a_file_is_refused_before_it_is_kept(desk: Office) -> None:
    """Bad input."""
    empty = await desk.upload(b"")
    huge = await desk.upload(bytes(10 * 1024 * 1024 + 1))
    plain = await desk.http.post(f"{desk.path}/roll-imports", content=b"x", headers=desk.secretary)
    assert [reply.status_code for reply in (empty, huge, plain)] == [422, 413, 415]
    assert (await desk.get(f"{desk.path}/roll-imports"))["items"] == []


async def test_the_kept_file_and_every_personal_value_are_sealed(desk: Office) -> None:
    """PRI-2."""
    content = sheet("1,1,101,60,罗洋,149900195406172920,14000008352")
    await desk.taken(content)
    async with desk.registry.house.database.read() as session:
        kept = (await session.execute(text("SELECT file_sealed, name_sealed FROM roll_import"))).one()
        people = (await session.execute(text("SELECT p::text FROM person p"))).scalars().all()
    assert kept.file_sealed is None, "the file goes once it is read"
    assert "名册".encode() not in bytes(kept.name_sealed)
    assert (await desk.get(f"{desk.path}/roll-imports"))["items"][0]["file_name"] == "名册.xlsx"
    assert not any("罗洋" in row or "14000008352" in row or "罗洋".encode().hex() in row for row in people)


async def test_findings_leave_as_csv_and_speak_the_asked_language(desk: Office) -> None:
    """OWN-5."""
    found = await desk.taken(sheet("1,1,东头,60,李芳,,", "1,1,102,约90,李芳,,"), partial="true")
    path = f"{desk.path}/roll-imports/{found['id']}/findings"
    exported = await desk.http.get(path, headers=desk.secretary | {"Accept": "text/csv", "Accept-Language": "en"})
    assert exported.headers["content-type"].startswith("text/csv")
    assert "It cannot be told which home this is" in exported.text
    assert "东头" not in exported.text
    assert len(exported.text.strip().splitlines()) == 1 + len((await desk.get(path))["items"])


async def test_only_those_who_keep_the_compound_import_or_see_its_imports(desk: Office) -> None:
    """Access: other compounds' staff get 404, wrong roles 403, nobody 401."""
    await desk.registry.enter("elsewhere", f"CLERK@{COMMUNITY[:9]}002")
    await desk.registry.enter("worker", f"GRID_WORKER@{COMMUNITY}001")
    elsewhere, worker = await desk.registry.as_sample("elsewhere"), await desk.registry.as_sample("worker")
    taken = await desk.taken(sheet("1,1,101,60,李芳,,"))
    files = {"file": ("a.csv", sheet("1,1,102,60,李芳,,"), "text/csv")}
    paths = [
        f"{desk.path}/roll-imports",
        f"{desk.path}/roll-imports/{taken['id']}",
        f"{desk.path}/roll-imports/{uuid4()}",
    ]

    posted = [
        (await desk.http.post(paths[0], files=files, headers=headers)).status_code
        for headers in (elsewhere, worker, {})
    ]
    seen = [
        [(await desk.http.get(path, headers=headers)).status_code for path in paths]
        for headers in (elsewhere, worker, {}, desk.secretary)
    ]
    assert posted == [404, 403, 401]
    assert seen == [[404] * 3, [403] * 3, [401] * 3, [200, 200, 404]]
    assert (await desk.register())["homes"] == 1


async def test_owners_that_look_alike_are_kept_apart_and_told_by_their_homes(desk: Office) -> None:
    """OWN-1."""
    found = await desk.taken(sheet("1,1,101,60,李芳,,", "1,1,102,60,王超,,", "1,1,103,60,李芳,,"))
    findings = await desk.get(f"{desk.path}/roll-imports/{found['id']}/findings")
    alike = [one for one in findings["items"] if one["kind"] == "alike_owner"]
    assert [(one["row"], one["home"]) for one in alike] == [(4, "1-1-103")]
    assert "1-1-101" in alike[0]["reason"]
    assert "李芳" not in alike[0]["reason"]
    assert (found["report"]["alike_owners"], (await desk.register())["heads"]) == (1, 3)
