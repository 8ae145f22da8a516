"""A home changes hands: what ends with the ownership and what stays (OWN-1, OWN-2, PRI-4)."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from services.registry.rules.door_codes import Method, Relation
from services.registry.tables.owners import Binding
from services.registry.tables.places import Compound, Home
from shared.database import new_id
from tests.factories.waiting import somebody_waits
from tests.registry.api.places import Office, office

HEADINGS = "楼号,单元,房号,面积,业主姓名,身份证号,联系电话"


@pytest.fixture
async def desk(clean: None, database_urls: Mapping[str, str], tmp_path: Path) -> AsyncIterator[Office]:
    async with office(database_urls["registry"], tmp_path / "data") as found:
        yield found


async def entered(desk: Office, *names: str) -> tuple[str, list[str]]:
    """A home with these owners; its id and theirs."""
    body = {"address": "1号楼1单元101", "owners": [{"kind": "PERSON", "name": name} for name in names]}
    home = await desk.http.post(f"{desk.path}/homes", json=body, headers=desk.secretary)
    assert home.status_code == 201, home.text
    path = f"/v1/homes/{home.json()['id']}"
    return path, [owner["person"]["id"] for owner in (await desk.get(f"{path}/owners"))["items"]]


async def owned_by(desk: Office, path: str, *owners: Mapping[str, str], basis: str = "REGISTERED") -> Any:
    body = {"basis": basis, "owners": [{"kind": "PERSON", **owner} for owner in owners]}
    version = (await desk.get(path))["version"]
    headers = {**desk.secretary, "If-Match": f'"{version}"'}
    return await desk.http.put(f"{path}/owners", json=body, headers=headers)


async def code_for(desk: Office, path: str, relation: str) -> str:
    made = await desk.http.post(f"{path}/door-codes", json={"relation": relation}, headers=desk.secretary)
    assert made.status_code == 201, made.text
    return str(made.json()["code"])


async def binds(desk: Office, who: str, code: str) -> int:
    headers = await desk.registry.as_sample(who)
    return (await desk.http.post("/v1/me/bindings", json={"code": code}, headers=headers)).status_code


async def bind(desk: Office, path: str, person: str) -> None:
    """A binding of somebody on record, as staff check it."""
    house = desk.registry.house
    async with house.database.write() as session, session.begin():
        session.add(
            Binding(
                id=new_id(),
                person_id=UUID(person),
                home_id=UUID(path.rsplit("/", 1)[1]),
                relation=Relation.OWNER,
                method=Method.STAFF_CHECK,
                verified_at=house.clock.now(),
                verified_by=new_id(),
                ended_at=None,
                end_reason=None,
            )
        )


async def ended_bindings(desk: Office) -> list[str]:
    async with desk.registry.house.database.read() as session:
        ended = select(Binding.person_id).where(Binding.ended_at.is_not(None))
        return [str(person) for person in (await session.execute(ended)).scalars()]


async def told(desk: Office) -> int:
    async with desk.registry.house.database.read() as session:
        fact = "linli.registry.home_left.v1"
        found = await session.execute(text("SELECT count(*) FROM outbox WHERE type = :fact"), {"fact": fact})
        return int(found.scalar_one())


async def test_a_door_code_of_the_former_owner_ends_with_his_ownership(desk: Office) -> None:
    """PRI-4: the tenant's stays good."""
    path, _ = await entered(desk, "张三")
    owner, family, tenant = [await code_for(desk, path, kind) for kind in ("OWNER", "FAMILY", "TENANT")]

    sold = await owned_by(desk, path, {"name": "李四"})
    late = [await binds(desk, "former", code) for code in (owner, family)]

    assert sold.status_code == 200
    assert late == [422, 422]
    assert await binds(desk, "tenant", tenant) == 201


async def test_a_new_door_code_voids_the_earlier_one_of_the_same_tie(desk: Office) -> None:
    """PRI-4."""
    path, _ = await entered(desk, "张三")
    lost, other = await code_for(desk, path, "OWNER"), await code_for(desk, path, "TENANT")
    fresh = await code_for(desk, path, "OWNER")

    assert [await binds(desk, "one", lost), await binds(desk, "two", fresh)] == [422, 201]
    assert await binds(desk, "three", other) == 201


async def test_correcting_the_basis_keeps_the_owner_and_his_binding(desk: Office) -> None:
    """OWN-1, PRI-4: the desk points at the person it means."""
    path, (owner,) = await entered(desk, "张三")
    await bind(desk, path, owner)

    kept = await owned_by(desk, path, {"person_id": owner}, basis="JUDGMENT")

    assert [(one["person"]["id"], one["basis"]) for one in kept.json()["items"]] == [(owner, "JUDGMENT")]
    assert await ended_bindings(desk) == []


async def test_a_co_owner_who_stays_keeps_his_binding_and_who_left_is_told(desk: Office) -> None:
    """PRI-4."""
    path, (stays, leaves) = await entered(desk, "张三", "李四")
    await bind(desk, path, stays)
    await bind(desk, path, leaves)

    changed = await owned_by(desk, path, {"person_id": stays}, {"name": "王五"})

    assert [one["person"]["name"] for one in changed.json()["items"]] == ["张*", "王*"]
    assert await ended_bindings(desk) == [leaves]
    assert await told(desk) == 1


async def test_who_does_not_own_the_home_cannot_be_pointed_at(desk: Office) -> None:
    """OWN-1."""
    path, (owner,) = await entered(desk, "张三")

    stranger = await owned_by(desk, path, {"person_id": str(new_id())})
    both = await owned_by(desk, path, {"person_id": owner, "name": "张三"})
    neither = await owned_by(desk, path, {})
    body = {"address": "1号楼1单元102", "owners": [{"kind": "PERSON", "person_id": owner}]}
    elsewhere = await desk.http.post(f"{desk.path}/homes", json=body, headers=desk.secretary)

    assert [reply.status_code for reply in (stranger, both, neither, elsewhere)] == [422, 422, 422, 422]
    assert "person_id" in stranger.json()["detail"]


@pytest.mark.parametrize("what", ["area", "owners"])
async def test_a_clerk_waits_for_the_roll_and_overwrites_nothing(desk: Office, what: str) -> None:
    """OWN-2: a roll judges the compound under its lock, so a correction comes before it or after it."""
    path, _ = await entered(desk)
    house = desk.registry.house
    async with house.database.write() as session, session.begin():
        await session.execute(select(Compound.id).with_for_update())  # as a roll does, before it judges
        if what == "area":
            change = {"delivery": "DELIVERED", "rented": False, "area": "61.00", "area_source": "SURVEY"}
            waiting = asyncio.create_task(
                desk.http.put(path, json=change, headers={**desk.secretary, "If-Match": '"1"'})
            )
        else:
            waiting = asyncio.create_task(owned_by(desk, path, {"name": "李四"}))
        assert await somebody_waits(session)
        home = (await session.execute(select(Home).with_for_update())).scalar_one()  # no deadlock, no stale row
        home.area_hundredths, home.area_source, home.version = 6000, "REGISTER", 2
    reply = await waiting

    assert reply.status_code == 412
    assert (await desk.get(path))["area"] == "60.00"


async def let(desk: Office, path: str, rented: bool) -> int:
    read = await desk.http.get(path, headers=desk.secretary)
    change = {"delivery": "DELIVERED", "rented": rented}
    headers = {**desk.secretary, "If-Match": read.headers["etag"]}
    return (await desk.http.put(path, json=change, headers=headers)).status_code


async def test_a_tenants_tie_and_code_end_when_the_home_is_no_longer_let(desk: Office) -> None:
    """PRI-4: with his tenancy; who owns or is family of the owner stays."""
    path, (owner,) = await entered(desk, "张三")
    await bind(desk, path, owner)
    assert await binds(desk, "tenant", await code_for(desk, path, "TENANT")) == 201
    unused = await code_for(desk, path, "TENANT")
    while_let = await desk.get(path)

    kept = await let(desk, path, rented=True)
    still = await ended_bindings(desk)
    over = await let(desk, path, rented=False)
    tenant = await desk.http.get("/v1/me", headers=await desk.registry.as_sample("tenant"))

    assert while_let["rented"], "a tenant's code says that it is let"
    assert (kept, still, over) == (200, [], 200)
    assert (tenant.json()["bindings"], tenant.json()["roles"]) == ([], [])
    assert len(await ended_bindings(desk)) == await told(desk) == 1
    assert await binds(desk, "late", unused) == 422
