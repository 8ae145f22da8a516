"""Regions, compounds and homes over the API: entering, changing, seeing, and not seeing."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text, update

from services.registry.inside.queries import homes_for_a_roll
from services.registry.rules.identity_numbers import check_digit
from services.registry.tables.identity import RoleGrant
from shared.exports import turn
from tests.registry.api.houses import Registry
from tests.registry.api.places import COMMUNITY, Office, office

SHEET = """楼号,单元,房号,面积,业主姓名,身份证号,联系电话,产权性质
9,1,101,60,张伟,149900195406172920,14000008352,商品房
10,1,101,70.5,李芳、王超,,,商品房
10,1,102,,,,,
10,2,101,50,原山西××地质队,,,未售公房
10,2,102,50,原山西××地质队,,,未售公房
""".encode()


@pytest.fixture
async def desk(clean: None, database_urls: Mapping[str, str], tmp_path: Path) -> AsyncIterator[Office]:
    async with office(database_urls["registry"], tmp_path / "data") as found:
        yield found


@pytest.fixture
async def roll(desk: Office) -> Office:
    taken = await desk.taken(SHEET)
    assert taken["state"] == "TAKEN", taken
    return desk


async def put(desk: Office, path: str, body: Mapping[str, Any], etag: str | None) -> Any:
    headers = desk.secretary | ({"If-Match": etag} if etag else {})
    return await desk.http.put(path, json=body, headers=headers)


async def strangers(registry: Registry) -> list[Mapping[str, str]]:
    """The same role in another community, and a resident of nowhere."""
    await registry.enter("elsewhere", f"SECRETARY@{COMMUNITY[:9]}002", f"STREET_OFFICER@{COMMUNITY[:6]}012")
    return [await registry.as_sample("elsewhere")]


async def test_an_export_that_finds_no_turn_is_told_to_come_again(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.exports.TURN_SECONDS", 0.02)
    sheet = {"Accept": "text/csv", **desk.secretary}
    async with turn(), turn():
        chinese = await desk.http.get(f"{desk.path}/homes", headers=sheet)
        english = await desk.http.get(f"{desk.path}/homes", headers=sheet | {"Accept-Language": "en"})
    later = await desk.http.get(f"{desk.path}/homes", headers=sheet)

    assert [reply.status_code for reply in (chinese, english, later)] == [503, 503, 200]
    assert chinese.headers["retry-after"] == "10"
    assert (chinese.json()["title"], chinese.json()["detail"]) == ("系统繁忙", "请在 10 秒后再试。")
    assert (english.json()["title"], english.json()["detail"]) == ("Busy", "Retry in 10 s.")


async def test_the_seed_of_regions_stands_and_anybody_may_look(desk: Office) -> None:
    """OWN-4."""
    streets = await desk.http.get("/v1/regions", params={"parent": "140109", "limit": 200})
    one = await desk.http.get("/v1/regions/140109013")
    assert len(streets.json()["items"]) == 14
    assert (one.json()["name"], one.json()["level"]) == ("长风西街街道", "street")


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (f"{COMMUNITY[:9]}200", 201),
        (COMMUNITY, 409),
        (f"{COMMUNITY[:9]}000", 422),
        (f"{COMMUNITY[:9]}400", 422),
        (f"{COMMUNITY[:9]}01", 422),
        ("１４０１０９０１３２０１", 422),
        ("140109014001", 403),
    ],
)
async def test_a_community_is_entered_under_ones_own_street_by_its_code(desk: Office, code: str, status: int) -> None:
    """OWN-4."""
    reply = await desk.http.post("/v1/regions", json={"code": code, "name": "新社区"}, headers=desk.officer)
    assert reply.status_code == status, reply.text


async def test_regions_are_imported_all_or_none(desk: Office) -> None:
    """OWN-4."""

    async def send(text: str) -> Any:
        files = {"file": ("regions.csv", text.encode(), "text/csv")}
        return await desk.http.post("/v1/regions/imports", files=files, headers=desk.officer)

    good = await send(f"\ufeffcode,name\r\n{COMMUNITY[:9]}002,二社区\r\n{COMMUNITY},晋阳社区\r\n")
    torn = await send(f"code,name\n{COMMUNITY[:9]}003,三社区\n{COMMUNITY[:9]}999,错\n")
    clash = await send(f"code,name\n{COMMUNITY},别的名字\n")
    rubbish = await send("a,b\n1,2\n")
    assert good.json() == {"added": 1, "unchanged": 1}
    assert [torn.status_code, clash.status_code, rubbish.status_code] == [422, 409, 422]
    assert (await desk.http.get(f"/v1/regions/{COMMUNITY[:9]}003")).status_code == 404


async def test_a_compound_gets_the_next_number_of_its_community(desk: Office) -> None:
    """The tenant: community code and serial."""
    new = {"community_code": COMMUNITY, "name": "二小区"}
    second = await desk.http.post("/v1/compounds", json=new, headers=desk.secretary)
    same = await desk.http.post("/v1/compounds", json=new, headers=desk.secretary)
    street = await desk.http.post(
        "/v1/compounds", json={"community_code": "140109014001", "name": "外"}, headers=desk.secretary
    )
    assert second.json()["code"] == f"{COMMUNITY}002"
    assert (same.status_code, street.status_code) == (422, 404)
    assert [row["code"][-3:] for row in (await desk.get("/v1/compounds"))["items"]] == ["001", "002"]


async def test_a_lost_update_of_a_compound_is_refused(desk: Office) -> None:
    """Style: If-Match on what two people may edit."""
    read = await desk.http.get(desk.path, headers=desk.secretary)
    change = {"name": "晋阳小区", "address": "长风西街 1 号"}
    first = await put(desk, desk.path, change, read.headers["etag"])
    second = await put(desk, desk.path, change | {"name": "别名"}, read.headers["etag"])
    bare = await put(desk, desk.path, change, None)
    odd = await put(desk, desk.path, change, "x")
    assert [reply.status_code for reply in (first, second, bare, odd)] == [200, 412, 428, 400]
    assert (await desk.get(desk.path))["name"] == "晋阳小区"


async def test_homes_are_listed_as_people_count_page_by_page(roll: Office) -> None:
    """Keyset paging; building 10 after building 9."""
    labels: list[str] = []
    cursor: str | None = None
    while True:
        page = await roll.get(f"{roll.path}/homes", limit="2", **({"cursor": cursor} if cursor else {}))
        labels += [home["label"] for home in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert labels == ["9-1-101", "10-1-101", "10-1-102", "10-2-101", "10-2-102"]


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        ({"building": "10", "entrance": "1"}, ["10-1-101", "10-1-102"]),
        ({"area_known": "false"}, ["10-1-102"]),
        ({"owner_known": "false"}, ["10-1-102"]),
        ({"delivery": "UNSOLD"}, ["10-2-101", "10-2-102"]),
        ({"kind": "SHOP"}, []),
    ],
)
async def test_homes_are_narrowed_by_named_filters(roll: Office, query: dict[str, str], labels: list[str]) -> None:
    assert [home["label"] for home in (await roll.get(f"{roll.path}/homes", **query))["items"]] == labels


@pytest.mark.parametrize("media", ["application/x-ndjson", "text/csv"])
async def test_the_homes_of_a_compound_leave_as_files(roll: Office, media: str) -> None:
    reply = await roll.http.get(f"{roll.path}/homes", headers=roll.secretary | {"Accept": media})
    assert reply.headers["content-type"].startswith(media)
    assert reply.text.count("10-1-101") == 1


async def test_the_register_names_heads_area_and_unknowns_of_any_part(roll: Office) -> None:
    """VOTE-1, VOTE-7, OWN-6."""
    whole = await roll.register()
    part = await roll.register(building="10", entrance="2")
    nowhere = await roll.http.get(f"{roll.path}/register", params={"entrance": "2"}, headers=roll.secretary)
    buildings = (await roll.get(f"{roll.path}/buildings"))["items"]
    assert (whole["homes"], whole["heads"], whole["area_known"]) == (5, 4, "230.50")
    assert (whole["area_unknown"], whole["owner_unknown"]) == (["10-1-102"], ["10-1-102"])
    assert (whole["least"], whole["most"]) == ({"heads": 3, "area": "280.50"}, {"heads": 4, "area": "301.00"})
    assert (part["homes"], part["heads"], part["area_known"]) == (2, 1, "100.00")
    assert nowhere.status_code == 422, "the entrance of no building is not the whole compound"
    assert [(row["building"], row["entrance"], row["homes"]) for row in buildings] == [
        ("9", "1", 1), ("10", "1", 2), ("10", "2", 2),
    ]  # fmt: skip


async def test_a_home_by_hand_is_on_the_register_with_what_is_known(roll: Office) -> None:
    """OWN-1, OWN-3, OWN-6."""
    new = {
        "address": "１０号楼一单元２０１",
        "owners": [{"kind": "PERSON", "name": "张伟", "number": "149900195406172920"}],
    }
    entered = await roll.http.post(f"{roll.path}/homes", json=new, headers=roll.secretary)
    again = await roll.http.post(f"{roll.path}/homes", json=new, headers=roll.secretary)
    nowhere = await roll.http.post(f"{roll.path}/homes", json={"address": "东头"}, headers=roll.secretary)
    torn = await roll.http.post(
        f"{roll.path}/homes", json={"address": "9-1-301", "area": "60.00"}, headers=roll.secretary
    )
    figures = await roll.register()
    assert (entered.status_code, entered.json()["label"], entered.json()["area"]) == (201, "10-1-201", None)
    assert [again.status_code, nowhere.status_code, torn.status_code] == [409, 422, 422]
    assert (figures["homes"], figures["heads"]) == (6, 4), "he owns 9-1-101 already: one head"


async def test_an_area_is_corrected_under_its_source_and_delivery_moves_the_head(roll: Office) -> None:
    """OWN-2, VOTE-1."""
    home = await roll.home("10-1-102")
    path = f"/v1/homes/{home['id']}"
    said = {"area": "61.00", "area_source": "REFORM_PAPER", "delivery": "DELIVERED", "rented": False}
    first = await put(roll, path, said, '"1"')
    better = await put(roll, path, said | {"area": "62.00", "area_source": "SURVEY"}, first.headers["etag"])
    worse = await put(roll, path, said | {"area": "63.00", "area_source": "CONTRACT"}, better.headers["etag"])
    later = await put(roll, path, said | {"area": "62.50", "area_source": "SURVEY"}, worse.headers["etag"])
    stale = await put(roll, path, said, '"1"')
    absurd = await put(roll, path, said | {"area": "999999999.99", "area_source": "SURVEY"}, later.headers["etag"])
    assert [reply.json()["area"] for reply in (first, better, worse, later)] == ["61.00", "62.00", "62.00", "62.50"]
    assert (len(later.json()["areas"]), stale.status_code, absurd.status_code) == (4, 412, 422)
    assert (await roll.register())["areas_unknown"] == 0


async def test_owners_are_masked_and_shown_in_clear_only_for_a_recorded_purpose(roll: Office) -> None:
    """PRI-2."""
    home = await roll.home("9-1-101")
    owner = (await roll.get(f"/v1/homes/{home['id']}/owners"))["items"][0]
    person = f"/v1/people/{owner['person']['id']}"
    bare = await roll.http.post(f"{person}/disclosures", json={"purpose": " "}, headers=roll.secretary)
    shown = await roll.http.post(f"{person}/disclosures", json={"purpose": "核对房产证"}, headers=roll.secretary)
    assert (owner["person"]["name"], owner["person"]["phone"]) == ("张*", "140******52")
    assert owner["person"]["id_number"] == "****************20"
    assert await roll.get(person) == owner["person"]
    assert (shown.json()["name"], shown.json()["phone"]) == ("张伟", "14000008352")
    assert (bare.status_code, shown.status_code) == (422, 201)
    async with roll.registry.house.database.read() as session:
        audit = roll.registry.house.metadata.tables["registry.audit"]
        rows = (await session.execute(audit.select().where(audit.c.operation == "disclose_person"))).all()
    assert [(row.purpose, row.subject_id) for row in rows] == [("核对房产证", owner["person"]["id"])]


async def test_a_door_code_is_shown_once_and_binds_one_person(roll: Office) -> None:
    """PRI-4."""
    await roll.registry.enter("worker", f"GRID_WORKER@{COMMUNITY}001")
    worker = await roll.registry.as_sample("worker")
    home = await roll.home("9-1-101")
    made = await roll.http.post(f"/v1/homes/{home['id']}/door-codes", json={"relation": "OWNER"}, headers=worker)
    code = made.json()["code"]
    owner, other = await roll.registry.as_sample("somebody-new"), await roll.registry.as_sample("another")
    bound = await roll.http.post("/v1/me/bindings", json={"code": code.lower().replace("-", " ")}, headers=owner)
    stolen = await roll.http.post("/v1/me/bindings", json={"code": code}, headers=other)
    fresh = await roll.registry.as_sample("somebody-new")
    mine = await roll.http.get(f"/v1/homes/{home['id']}", headers=fresh)
    neighbours = await roll.http.get(f"/v1/homes/{(await roll.home('10-1-101'))['id']}", headers=fresh)
    everybody = await roll.http.get(f"{roll.path}/homes", headers=fresh)
    assert (made.status_code, bound.status_code, mine.status_code) == (201, 201, 200)
    assert stolen.status_code in {403, 404, 409, 422}
    assert (neighbours.status_code, everybody.status_code) == (403, 403)


async def test_what_lies_in_another_community_does_not_exist(roll: Office) -> None:
    """Access: 404 for objects of a compound the caller has nothing to do with, never 403."""
    home = await roll.home("9-1-101")
    owner = (await roll.get(f"/v1/homes/{home['id']}/owners"))["items"][0]["person"]["id"]
    read = (roll.path, f"{roll.path}/homes", f"{roll.path}/buildings", f"{roll.path}/register")
    read += (f"/v1/homes/{home['id']}", f"/v1/homes/{home['id']}/owners", f"/v1/people/{owner}")
    missing = (f"/v1/compounds/{uuid4()}", f"/v1/homes/{uuid4()}", f"/v1/people/{uuid4()}")
    for stranger in await strangers(roll.registry):
        seen = [(await roll.http.get(path, headers=stranger)).status_code for path in (*read, *missing)]
        code = await roll.http.post(f"/v1/homes/{home['id']}/door-codes", json={"relation": "OWNER"}, headers=stranger)
        clear = await roll.http.post(f"/v1/people/{owner}/disclosures", json={"purpose": "好奇心"}, headers=stranger)
        assert seen == [404] * len(seen)
        assert (code.status_code, clear.status_code) == (404, 404)
        assert (await roll.http.get("/v1/compounds", headers=stranger)).json()["items"] == []


async def test_other_rooms_read_places_with_the_house_key_only(roll: Office) -> None:
    """Internal reads."""
    home = await roll.home("9-1-101")
    neighbour = roll.registry.house.neighbour("registry")
    fact = await neighbour.get_json(f"/internal/homes/{home['id']}")
    place = await neighbour.get_json(f"/internal/compounds/{roll.compound}")
    refused = await roll.http.get(f"/internal/homes/{home['id']}", headers=roll.secretary)
    assert (fact["label"], fact["code"], fact["compound_id"]) == ("9-1-101", f"{COMMUNITY}001", roll.compound)
    assert (place["code"], place["name"]) == (f"{COMMUNITY}001", "晋阳小区")
    assert refused.status_code == 401


async def test_a_neighbour_reads_all_homes_of_a_compound_with_their_owners(roll: Office) -> None:
    """OWN-6, VOTE-1. In the register's order; who owns by a tie of his own is an owner too."""
    later, home = await roll.home("10-1-101"), await roll.home("9-1-101")
    path = f"/v1/homes/{home['id']}/door-codes"
    code = await roll.http.post(path, json={"relation": "OWNER"}, headers=roll.secretary)
    owner = await roll.registry.as_sample("the-owner")
    await roll.http.post("/v1/me/bindings", json={"code": code.json()["code"]}, headers=owner)
    neighbour = roll.registry.house.neighbour("registry")

    found = (await neighbour.get_json(f"/internal/compounds/{roll.compound}/homes"))["items"]

    places = [row["id"] for row in found]
    assert places.index(home["id"]) < places.index(later["id"])
    mine = found[places.index(home["id"])]
    assert (mine["label"], mine["kind"], len(mine["head_group"])) == ("9-1-101", "DWELLING", 32)
    assert mine["owners"]
    async with roll.registry.house.database.read() as session:
        await homes_for_a_roll(session, UUID(roll.compound))
        at_one_moment = (await session.execute(text("SHOW transaction_isolation"))).scalar_one()
    assert at_one_moment == "repeatable read", "owners, bases and head groups of one moment"
    refused = await roll.http.get(f"/internal/compounds/{roll.compound}/homes", headers=roll.secretary)
    assert refused.status_code == 401


async def test_a_neighbour_reads_who_holds_and_held_a_role_on_a_compound(roll: Office) -> None:
    """VIS-1. By any code above it; what ended says when."""
    registry = roll.registry
    street = await registry.enter("worker", "GRID_WORKER@140109013")
    left, elsewhere = await registry.enter("left", f"VOLUNTEER@{COMMUNITY}"), await registry.enter("x", "CLERK@140105")
    ended = datetime(2026, 3, 8, 4, tzinfo=UTC)
    async with registry.house.database.write() as db, db.begin():
        await db.execute(update(RoleGrant).where(RoleGrant.holder == left).values(ended_at=ended))
    people = [str(one) for one in (street, left, elsewhere, UUID(int=1))]

    found = await registry.house.neighbour("registry").get_json(
        f"/internal/compounds/{roll.compound}/roles", person=people
    )

    assert {one["person_id"]: (one["role"], one["until"]) for one in found["items"]} == {
        str(street): ("GRID_WORKER", None),
        str(left): ("VOLUNTEER", "2026-03-08T04:00:00Z"),
    }


async def test_a_home_changes_hands_and_the_former_owners_binding_ends(roll: Office) -> None:
    """OWN-1, VOTE-1, PRI-4."""
    home = await roll.home("9-1-101")
    path = f"/v1/homes/{home['id']}"
    code = await roll.http.post(f"{path}/door-codes", json={"relation": "OWNER"}, headers=roll.secretary)
    owner = await roll.registry.as_sample("the-owner")
    await roll.http.post("/v1/me/bindings", json={"code": code.json()["code"]}, headers=owner)
    buyers = {"basis": "REGISTERED", "owners": [{"kind": "PERSON", "name": "李芳"}, {"kind": "PERSON", "name": "王超"}]}
    wrong = {"basis": "REGISTERED", "owners": [{"kind": "PERSON", "name": "李芳", "number": "149900195406172921"}]}
    unit = {"basis": "PUBLIC_UNIT", "owners": [{"kind": "ORGANISATION", "name": "原山西×× 地质队"}]}

    refused = await put(roll, f"{path}/owners", wrong, '"1"')
    sold = await put(roll, f"{path}/owners", buyers, '"1"')
    stale = await put(roll, f"{path}/owners", buyers, '"1"')
    heads_sold = (await roll.register())["heads"]
    returned = await put(roll, f"{path}/owners", unit, sold.headers["etag"])
    heads_returned = (await roll.register())["heads"]
    nobody = await put(roll, f"{path}/owners", {"basis": "REGISTERED", "owners": []}, returned.headers["etag"])
    mine = await roll.http.get("/v1/me", headers=await roll.registry.as_sample("the-owner"))

    assert [reply.status_code for reply in (refused, sold, stale, returned, nobody)] == [422, 200, 412, 200, 200]
    assert [owner["person"]["name"] for owner in sold.json()["items"]] == ["李*", "王*"]
    assert (heads_sold, heads_returned) == (4, 3), "the unit owns two more homes: one head"
    assert (await roll.register())["owner_unknown"] == ["9-1-101", "10-1-102"]
    assert mine.json()["bindings"] == []


async def test_two_who_enter_one_owner_at_once_enter_one_person(roll: Office) -> None:
    """OWN-1: people are shared by all compounds."""
    owners = [{"kind": "PERSON", "name": "周勇", "number": ""}]
    number = "14990019810120743" + check_digit("14990019810120743")
    owners[0]["number"] = number
    replies = await asyncio.gather(
        *(
            roll.http.post(
                f"{roll.path}/homes", json={"address": f"9-2-{room}", "owners": owners}, headers=roll.secretary
            )
            for room in range(101, 109)
        )
    )
    found = [(await roll.get(f"/v1/homes/{reply.json()['id']}/owners"))["items"][0] for reply in replies]
    assert {reply.status_code for reply in replies} == {201}
    assert len({one["person"]["id"] for one in found}) == 1


async def test_undelivered_homes_count_with_the_developer_once_it_is_named(roll: Office) -> None:
    """VOTE-1."""
    for label, delivery in (("9-1-101", "SOLD_UNDELIVERED"), ("10-1-101", "SOLD_UNDELIVERED"), ("10-1-102", "UNSOLD")):
        home = await roll.home(label)
        change = {"delivery": delivery, "rented": False}
        assert (await put(roll, f"/v1/homes/{home['id']}", change, '"1"')).status_code == 200
    before = await roll.register()
    named = await put(roll, f"{roll.path}/developer", {"name": "太原某某置业有限公司"}, '"1"')
    after = await roll.register()
    odd = await put(roll, f"{roll.path}/developer", {"name": "某某", "credit_code": "1"}, named.headers["etag"])
    stale = await put(roll, f"{roll.path}/developer", {"name": "别家公司"}, '"1"')

    assert (before["heads"], before["owners_unknown"]) == (4, 1)
    assert (after["heads"], after["owners_unknown"]) == (2, 0), "three with the developer, two of the former work unit"
    assert [named.status_code, odd.status_code, stale.status_code] == [200, 422, 412]
