"""Who may see a person in clear and who may erase him (PRI-2, PRI-3, PRI-4)."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from services.registry.rolls.actions import lock_owners
from services.registry.tables.owners import Ownership
from shared.database import new_id
from tests.factories.waiting import somebody_waits
from tests.registry.api.houses import bearer, learn
from tests.registry.api.places import COMMUNITY, Office, office

OTHER = f"{COMMUNITY[:9]}002"
MINI_PROGRAM = "urn:linli:grant:mini-program"


@pytest.fixture
async def desk(clean: None, database_urls: Mapping[str, str], tmp_path: Path) -> AsyncIterator[Office]:
    async with office(database_urls["registry"], tmp_path / "data") as found:
        yield found


async def entered(desk: Office, *names: str) -> tuple[str, list[str]]:
    """A home with these owners; its id and theirs."""
    owners = [{"kind": "PERSON", "name": name, "phone": "140 0000 8352"} for name in names]
    body = {"address": "1号楼1单元101", "owners": owners}
    home = await desk.http.post(f"{desk.path}/homes", json=body, headers=desk.secretary)
    assert home.status_code == 201, home.text
    seen = await desk.get(f"/v1/homes/{home.json()['id']}/owners")
    return home.json()["id"], [owner["person"]["id"] for owner in seen["items"]]


async def bound(desk: Office, home: str, login: str, relation: str = "TENANT") -> tuple[str, Mapping[str, str]]:
    """Somebody bound to the home by a code; his id and headers."""
    path = f"/v1/homes/{home}/door-codes"
    code = (await desk.http.post(path, json={"relation": relation}, headers=desk.secretary)).json()["code"]
    headers = await desk.registry.as_sample(login)
    reply = await desk.http.post("/v1/me/bindings", json={"code": code}, headers=headers)
    assert reply.status_code == 201, reply.text
    headers = await desk.registry.as_sample(login)
    me = await desk.http.get("/v1/me", headers=headers)
    return me.json()["id"], headers


async def disclosed(desk: Office, person: str, headers: Mapping[str, str]) -> int:
    asked = {"purpose": "核对房产证"}
    reply = await desk.http.post(f"/v1/people/{person}/disclosures", json=asked, headers=headers)
    return reply.status_code


async def test_a_role_given_elsewhere_opens_nobodys_data(desk: Office) -> None:
    """PRI-2: whose volunteer somebody is sees him masked, and may neither read him in clear nor erase him."""
    _, (owner,) = await entered(desk, "张伟")
    await desk.registry.enter("stranger", f"CLERK@{OTHER}")
    clerk = await desk.registry.as_sample("stranger")

    beside = {"code": OTHER, "name": "和平社区"}
    assert (await desk.http.post("/v1/regions", json=beside, headers=desk.officer)).status_code == 201
    before = await disclosed(desk, owner, clerk)
    role = {"holder": owner, "role": "VOLUNTEER", "scope": OTHER}
    given = await desk.http.post("/v1/roles", json=role, headers=desk.officer)
    after = await disclosed(desk, owner, clerk)
    erased = await desk.http.delete(f"/v1/people/{owner}", headers=clerk)

    assert (before, given.status_code, after, erased.status_code) == (404, 201, 404, 404)
    assert (await desk.http.get(f"/v1/people/{owner}", headers=clerk)).json()["name"] == "张*"


async def test_whoever_left_is_no_longer_read_in_clear_and_can_be_erased(desk: Office) -> None:
    """PRI-2, PRI-3."""
    home, _ = await entered(desk)
    person, headers = await bound(desk, home, "tenant")
    while_there = await disclosed(desk, person, desk.secretary)
    binding = (await desk.http.get("/v1/me", headers=headers)).json()["bindings"][0]["id"]

    await desk.http.delete(f"/v1/me/bindings/{binding}", headers=headers)
    gone = await disclosed(desk, person, desk.secretary)
    erased = await desk.http.delete(f"/v1/people/{person}", headers=desk.secretary)

    assert (while_there, gone, erased.status_code) == (201, 404, 204)


async def test_an_owner_is_erased_only_after_he_sold_and_his_home_stays(desk: Office) -> None:
    """PRI-3, BAL-8, OWN-6."""
    home, (owner,) = await entered(desk, "张伟")
    while_owner = await desk.http.delete(f"/v1/people/{owner}", headers=desk.secretary)
    buyer = {"basis": "REGISTERED", "owners": [{"kind": "PERSON", "name": "李芳"}]}
    match = {**desk.secretary, "If-Match": '"1"'}
    assert (await desk.http.put(f"/v1/homes/{home}/owners", json=buyer, headers=match)).status_code == 200
    before = await desk.register()

    erased = await desk.http.delete(f"/v1/people/{owner}", headers=desk.secretary)
    twice = await desk.http.delete(f"/v1/people/{owner}", headers=desk.secretary)

    assert (while_owner.status_code, while_owner.json()["type"].rsplit("/", 1)[1]) == (409, "person-owns")
    assert [erased.status_code, twice.status_code] == [204, 409]
    assert await desk.register() == before


async def test_erasing_ends_roles_bindings_sessions_and_the_sign_in(desk: Office) -> None:
    """PRI-3, PRI-4: in one transaction nothing is left that he could come back with."""
    home, _ = await entered(desk)
    person, headers = await bound(desk, home, "gone")
    role = {"holder": person, "role": "VOLUNTEER", "scope": COMMUNITY}
    assert (await desk.http.post("/v1/roles", json=role, headers=desk.secretary)).status_code == 201

    erased = await desk.http.delete(f"/v1/people/{person}", headers=desk.secretary)
    await learn(desk.registry)
    old = await desk.http.get("/v1/me", headers=headers)
    back = await desk.registry.sign_in(grant_type=MINI_PROGRAM, code="dev:gone")
    me = (await desk.http.get("/v1/me", headers=bearer(back))).json()
    async with desk.registry.house.database.read() as session:
        left = (
            await session.execute(
                text(
                    "SELECT (SELECT count(*) FROM binding WHERE person_id = :who AND ended_at IS NULL),"
                    " (SELECT count(*) FROM role_grant WHERE holder = :who AND ended_at IS NULL),"
                    " (SELECT count(*) FROM sign_in WHERE subject = :who AND ended_at IS NULL),"
                    " (SELECT count(*) FROM account WHERE person_id = :who),"
                    " (SELECT count(*) FROM outbox WHERE type = 'linli.registry.home_left.v1')"
                ),
                {"who": person},
            )
        ).one()

    assert (erased.status_code, old.status_code) == (204, 401)
    assert me["id"] != person
    assert me["roles"] == []
    assert tuple(left) == (0, 0, 0, 0, 1)


async def test_a_clerk_never_erases_the_secretary(desk: Office) -> None:
    """PRI-3: who erases must be able to end every role that the person holds."""
    home, _ = await entered(desk)
    _, secretary = await bound(desk, home, "secretary")
    above = (await desk.http.get("/v1/me", headers=secretary)).json()["id"]
    await desk.registry.enter("clerk", f"CLERK@{COMMUNITY}")
    clerk = await desk.registry.as_sample("clerk")

    refused = await desk.http.delete(f"/v1/people/{above}", headers=clerk)
    by_officer = await desk.http.delete(f"/v1/people/{above}", headers=desk.officer)

    assert (refused.status_code, by_officer.status_code) == (403, 204)


async def test_who_never_had_a_home_is_erased_by_an_administrator(desk: Office) -> None:
    """PRI-3."""
    await desk.registry.enter("admin", "ADMINISTRATOR@")
    admin = await desk.registry.as_sample("admin")
    worker = str(await desk.registry.enter("worker", f"GRID_WORKER@{COMMUNITY}"))

    by_desk = await desk.http.delete(f"/v1/people/{worker}", headers=desk.secretary)
    by_admin = await desk.http.delete(f"/v1/people/{worker}", headers=admin)

    assert (by_desk.status_code, by_admin.status_code) == (404, 204)


async def test_erasing_tells_nobody_who_held_a_role_nor_of_party_membership(desk: Office) -> None:
    """PRI-1: the feed is read by other platforms."""
    home, _ = await entered(desk)
    person, _ = await bound(desk, home, "gone")
    for role in ("PARTY_MEMBER", "VOLUNTEER"):
        grant = {"holder": person, "role": role, "scope": COMMUNITY}
        assert (await desk.http.post("/v1/roles", json=grant, headers=desk.secretary)).status_code == 201

    erased = await desk.http.delete(f"/v1/people/{person}", headers=desk.secretary)
    async with desk.registry.house.database.read() as session:
        fact = "linli.registry.role_ended.v1"
        told = await session.execute(text("SELECT data FROM outbox WHERE type = :fact"), {"fact": fact})
        data = list(told.scalars())

    assert erased.status_code == 204
    assert data == [{"role": "VOLUNTEER", "scope": COMMUNITY}]


async def test_whoever_lives_elsewhere_now_is_not_erased_by_the_desk_of_his_former_home(desk: Office) -> None:
    """PRI-3: his sign-in and his votes there are none of its business; who keeps both registers may."""
    home, _ = await entered(desk)
    person, headers = await bound(desk, home, "moved")
    binding = (await desk.http.get("/v1/me", headers=headers)).json()["bindings"][0]["id"]
    await desk.http.post("/v1/regions", json={"code": OTHER, "name": "和平社区"}, headers=desk.officer)
    place = {"community_code": OTHER, "name": "和平里"}
    beside = (await desk.http.post("/v1/compounds", json=place, headers=desk.officer)).json()["id"]
    new = {"address": "2号楼1单元201"}
    second = await desk.http.post(f"/v1/compounds/{beside}/homes", json=new, headers=desk.officer)
    elsewhere = Office(desk.registry, beside, desk.officer, desk.officer)
    await bound(elsewhere, second.json()["id"], "moved")

    living_in_both = await desk.http.delete(f"/v1/people/{person}", headers=desk.secretary)
    await desk.http.delete(f"/v1/me/bindings/{binding}", headers=await desk.registry.as_sample("moved"))
    moved_away = await desk.http.delete(f"/v1/people/{person}", headers=desk.secretary)
    by_officer = await desk.http.delete(f"/v1/people/{person}", headers=desk.officer)

    assert (living_in_both.status_code, moved_away.status_code, by_officer.status_code) == (403, 404, 204)


async def test_nothing_is_given_to_whom_the_house_no_longer_knows(desk: Office) -> None:
    """PRI-3."""
    home, _ = await entered(desk)
    person, _ = await bound(desk, home, "gone")
    assert (await desk.http.delete(f"/v1/people/{person}", headers=desk.secretary)).status_code == 204

    role = {"holder": person, "role": "VOLUNTEER", "scope": COMMUNITY}
    given = await desk.http.post("/v1/roles", json=role, headers=desk.secretary)
    invited = await desk.http.post(f"/v1/people/{person}/invitations", json={"login": "back"}, headers=desk.secretary)

    assert (given.status_code, invited.status_code) == (404, 404)


async def test_who_is_just_being_entered_as_an_owner_is_not_erased(desk: Office) -> None:
    """PRI-3, BAL-8: a roll that has found him by his number keeps him, though it is not done yet."""
    home, _ = await entered(desk)
    person, _ = await bound(desk, home, "buyer")
    async with desk.registry.house.database.write() as session, session.begin():
        await lock_owners(session)  # as a roll does, before it looks anybody up
        erasing = asyncio.create_task(desk.http.delete(f"/v1/people/{person}", headers=desk.secretary))
        assert await somebody_waits(session)
        session.add(
            Ownership(
                id=new_id(),
                home_id=UUID(home),
                person_id=UUID(person),
                organisation_id=None,
                basis="REGISTERED",
                valid_from=date(2026, 3, 8),
                valid_to=None,
            )
        )
    reply = await erasing

    assert (reply.status_code, reply.json()["type"].rsplit("/", 1)[1]) == (409, "person-owns")
