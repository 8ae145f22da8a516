"""What a roll means for owners on record: bodies, developers, outside ids, and imports that fail (OWN-1, VOTE-1)."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from services.registry.jobs import READ_ROLL, jobs_of
from services.registry.rolls.known import Wanted, known_of
from services.registry.rules.identity_numbers import credit_check_sign
from services.registry.tables.places import Compound
from services.registry.tables.rolls import RollImport
from shared.database import new_id
from tests.registry.api.places import COMMUNITY, Office, office

UNIT = "太原某某机械厂"
CODE = "91140100MA0A1B2C3" + credit_check_sign("91140100MA0A1B2C3")


@pytest.fixture
async def desk(clean: None, database_urls: Mapping[str, str], tmp_path: Path) -> AsyncIterator[Office]:
    async with office(database_urls["registry"], tmp_path / "data") as found:
        yield found


async def enters(desk: Office, room: int, **more: Any) -> Any:
    body = {"address": f"1号楼1单元{room}", "area": "50.00", "area_source": "REGISTER", **more}
    return await desk.http.post(f"{desk.path}/homes", json=body, headers=desk.secretary)


def unit(number: str | None = None) -> dict[str, Any]:
    return {"basis": "PUBLIC_UNIT", "owners": [{"kind": "ORGANISATION", "name": UNIT, "number": number}]}


async def test_a_body_known_by_name_learns_its_code_and_stays_one(desk: Office) -> None:
    """OWN-1, VOTE-1: by name, by code, by name again, and in a roll."""
    replies = [
        await enters(desk, 101, **unit()),
        await enters(desk, 102, **unit(CODE)),
        await enters(desk, 103, **unit()),
    ]
    heads = (await desk.register())["heads"]
    taken = await desk.taken(f"楼号,单元,房号,面积,业主姓名,产权性质\n5,1,101,60,{UNIT},公房\n".encode())

    assert [reply.status_code for reply in replies] == [201, 201, 201]
    assert (heads, taken["state"], (await desk.register())["heads"]) == (1, "TAKEN", 1)


async def test_the_developer_named_with_its_code_is_the_body_known_by_name(desk: Office) -> None:
    """OWN-1, VOTE-1."""
    await enters(desk, 101, **unit())
    headers = {**desk.secretary, "If-Match": '"1"'}
    named = await desk.http.put(f"{desk.path}/developer", json={"name": UNIT, "credit_code": CODE}, headers=headers)
    await enters(desk, 102, delivery="UNSOLD")

    assert named.status_code == 200, named.text
    assert (await desk.register())["heads"] == 1


async def test_a_rolls_owner_of_an_undelivered_home_counts_with_the_developer(desk: Office) -> None:
    """VOTE-1: whether a present home is delivered is what the register says."""
    await enters(desk, 101, delivery="SOLD_UNDELIVERED")
    await enters(desk, 102, delivery="UNSOLD")
    headers = {**desk.secretary, "If-Match": '"1"'}
    await desk.http.put(f"{desk.path}/developer", json={"name": "太原某某置业有限公司"}, headers=headers)

    await desk.taken("楼号,单元,房号,面积,业主姓名\n1,1,101,50,张伟\n".encode())

    assert (await desk.register())["heads"] == 1


async def test_owners_cut_short_stay_unknown_when_delivery_changes(desk: Office) -> None:
    """VOTE-1, OWN-6."""
    await desk.taken("楼号,单元,房号,面积,业主姓名\n1,1,101,50,张伟等3人\n".encode())
    home = await desk.home("1-1-101")
    for version, delivery in enumerate(("UNSOLD", "DELIVERED"), 1):
        headers = {**desk.secretary, "If-Match": f'"{version}"'}
        change = {"delivery": delivery, "rented": False}
        assert (await desk.http.put(f"/v1/homes/{home['id']}", json=change, headers=headers)).status_code == 200

    assert (await desk.register())["owner_unknown"] == ["1-1-101"]


async def test_an_outside_id_of_another_compounds_home_is_dropped_and_told(desk: Office) -> None:
    """OWN-3."""
    number = "140109013001GB00001F00010001"
    row = "楼号,单元,房号,面积,业主姓名,不动产单元号\n{},1,101,50,张伟,{}\n"
    await desk.taken(row.format(1, number).encode())
    body = {"community_code": COMMUNITY, "name": "别的小区"}
    other = await desk.http.post("/v1/compounds", json=body, headers=desk.secretary)
    beside = Office(desk.registry, other.json()["id"], desk.secretary, desk.officer)

    taken = await beside.taken(row.format(2, number).encode())
    found = await beside.get(f"{beside.path}/roll-imports/{taken['id']}/findings")

    assert taken["state"] == "TAKEN"
    assert [(one["kind"], one["home"]) for one in found["items"] if one["kind"] == "bad_external_id"] == [
        ("bad_external_id", "2-1-101")
    ]


async def test_an_import_that_fails_unexpectedly_says_so_and_is_not_tried_again(desk: Office) -> None:
    """OWN-5: whoever waits is told; here the kept file cannot be opened."""
    house = desk.registry.house
    row = RollImport(
        id=new_id(),
        compound_id=UUID(desk.compound),
        digest=b"x",
        name_sealed=None,
        file_sealed=b"not sealed by us",
        partial=False,
        area_source="REGISTER",
        state="QUEUED",
        fault=None,
        same_as=None,
        report=None,
        made_by=new_id(),
        made_at=datetime.now(UTC),
        done_at=None,
    )
    async with house.database.write() as session, session.begin():
        session.add(row)

    await jobs_of(house)[READ_ROLL](import_id=str(row.id))
    seen = await desk.get(f"{desk.path}/roll-imports/{row.id}")

    assert (seen["state"], seen["fault"], seen["file_name"]) == ("UNREADABLE", "failed", None)
    assert seen["fault_text"]


async def test_entering_one_home_looks_at_that_home_only(desk: Office) -> None:
    """A clerk's single home must not load a compound of thousands."""
    for room in (101, 102, 103):
        await enters(desk, room)
    async with desk.registry.house.database.read() as session:
        place = (await session.execute(select(Compound))).scalar_one()
        known = await known_of(session, place, Wanted({"1-1-102"}, (), (), (), ()))
    assert list(known.homes) == ["1-1-102"]
