"""Binding to a home by the code that was handed over at its door (PRI-4)."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from services.registry.oauth.queries import MOST_HOMES
from services.registry.oauth.tokens import Bearer, Issuer
from services.registry.rules.sign_in import DOOR_TRIES
from shared.database import new_id
from shared.identity import LONGEST_TOKEN, Grant, Tie
from tests.registry.api.houses import Registry, learn, running

COMMUNITY = "140109013001"
Headers = dict[str, str]


@dataclass
class Door:
    """A home, and staff who can hand out codes for it."""

    registry: Registry
    staff: Headers
    home: str
    compound: str
    code: str

    async def hand_over(self, relation: str = "OWNER") -> str:
        made = await self.registry.http.post(
            f"/v1/homes/{self.home}/door-codes", json={"relation": relation}, headers=self.staff
        )
        assert made.status_code == 201, made.text
        return str(made.json()["code"])

    async def bind(self, who: Headers, code: str) -> tuple[int, dict[str, object]]:
        reply = await self.registry.http.post("/v1/me/bindings", json={"code": code}, headers=who)
        return reply.status_code, reply.json()


@pytest.fixture
async def door(clean: None, database_urls: Mapping[str, str], tmp_path: Path) -> AsyncIterator[Door]:
    async with running(database_urls["registry"], tmp_path / "data") as registry:
        await registry.enter("secretary", f"SECRETARY@{COMMUNITY}")
        await registry.enter("officer", "STREET_OFFICER@140109013")
        officer = await registry.as_sample("officer")
        staff = await registry.as_sample("secretary")
        region = {"code": COMMUNITY, "name": "长风社区"}
        made = await registry.http.post("/v1/regions", json=region, headers=officer)
        assert made.status_code == 201, made.text
        compound = await registry.http.post(
            "/v1/compounds", json={"community_code": COMMUNITY, "name": "晋阳小区"}, headers=staff
        )
        assert compound.status_code == 201, compound.text
        seen = compound.json()
        home = await registry.http.post(
            f"/v1/compounds/{seen['id']}/homes", json={"address": "3号楼2单元501"}, headers=staff
        )
        assert home.status_code == 201, home.text
        yield Door(registry, staff, home.json()["id"], seen["id"], seen["code"])


async def test_the_code_binds_with_the_tie_it_says_and_the_next_token_carries_it(door: Door) -> None:
    resident = await door.registry.as_sample("neighbour")
    code = await door.hand_over("OWNER")

    status, binding = await door.bind(resident, code.lower().replace("-", " "))
    me = (await door.registry.http.get("/v1/me", headers=await door.registry.as_sample("neighbour"))).json()

    assert (status, binding["relation"], binding["home"]) == (201, "OWNER", "3号楼2单元501")
    assert me["roles"] == [{"role": "OWNER", "scope": door.code}, {"role": "RESIDENT", "scope": door.code}]
    assert [compound["id"] for compound in me["compounds"]] == [door.compound]
    assert me["next_step"] == "NOTHING"


async def test_a_tenant_is_a_resident_and_no_owner(door: Door) -> None:
    await door.bind(await door.registry.as_sample("tenant"), await door.hand_over("TENANT"))

    me = (await door.registry.http.get("/v1/me", headers=await door.registry.as_sample("tenant"))).json()

    assert me["roles"] == [{"role": "RESIDENT", "scope": door.code}]


async def test_a_code_binds_once_also_when_two_try_at_once(door: Door) -> None:
    people = [await door.registry.as_sample(f"neighbour-{place}") for place in range(2)]
    code = await door.hand_over()

    replies = await asyncio.gather(*(door.bind(who, code) for who in people))

    assert sorted(status for status, _ in replies) == [201, 422]


async def test_five_codes_that_do_not_fit_make_the_person_wait_even_with_the_right_one(door: Door) -> None:
    resident = await door.registry.as_sample("guesser")
    code = await door.hand_over()

    wrong = [(await door.bind(resident, f"AAAAA-2222{place}"))[0] for place in range(DOOR_TRIES)]
    right = await door.registry.http.post("/v1/me/bindings", json={"code": code}, headers=resident)
    other = await door.bind(await door.registry.as_sample("somebody-else"), code)

    assert wrong == [422] * DOOR_TRIES
    assert right.status_code == 429
    assert 0 < int(right.headers["retry-after"]) <= 1801
    assert other[0] == 201


async def test_leaving_a_home_ends_the_rights_that_came_with_it(door: Door) -> None:
    resident = await door.registry.as_sample("neighbour")
    _, binding = await door.bind(resident, await door.hand_over())
    bound = await door.registry.as_sample("neighbour")
    stranger = await door.registry.as_sample("stranger")

    foreign = await door.registry.http.delete(f"/v1/me/bindings/{binding['id']}", headers=stranger)
    left = await door.registry.http.delete(f"/v1/me/bindings/{binding['id']}", headers=bound)
    await learn(door.registry)
    me = (await door.registry.http.get("/v1/me", headers=await door.registry.as_sample("neighbour"))).json()

    assert (foreign.status_code, left.status_code) == (404, 204)
    assert (await door.registry.http.get("/v1/me", headers=bound)).status_code == 401
    assert (me["roles"], me["bindings"], me["next_step"]) == ([], [], "BIND_HOME")


async def test_a_second_code_for_the_same_home_replaces_the_tie(door: Door) -> None:
    resident = await door.registry.as_sample("neighbour")
    await door.bind(resident, await door.hand_over("TENANT"))

    await door.bind(resident, await door.hand_over("OWNER"))
    me = (await door.registry.http.get("/v1/me", headers=resident)).json()

    assert [binding["relation"] for binding in me["bindings"]] == ["OWNER"]


async def test_a_tie_that_is_replaced_takes_its_rights_along(door: Door) -> None:
    """PRI-4: who was an owner and becomes a tenant is no owner in the tokens he has."""
    resident = await door.registry.as_sample("neighbour")
    await door.bind(resident, await door.hand_over("OWNER"))
    as_owner = await door.registry.as_sample("neighbour")

    await door.bind(as_owner, await door.hand_over("TENANT"))
    await learn(door.registry)
    fresh = (await door.registry.http.get("/v1/me", headers=await door.registry.as_sample("neighbour"))).json()

    assert (await door.registry.http.get("/v1/me", headers=as_owner)).status_code == 401
    assert fresh["roles"] == [{"role": "RESIDENT", "scope": door.code}]


async def test_a_token_says_since_when_a_home_is_ones_own(door: Door) -> None:
    """PRI-3. A tie that goes on in another of the same side goes on; a tenant's begins anew."""
    house, began = door.registry.house, datetime.now(UTC)
    said: list[tuple[str, int]] = []
    for days, relation in enumerate(("FAMILY", "OWNER", "TENANT")):
        house.clock.offset = timedelta(days=days)
        await door.bind(await door.registry.as_sample("neighbour"), await door.hand_over(relation))
        token = (await door.registry.as_sample("neighbour"))["Authorization"].removeprefix("Bearer ")
        actor = house.verifier.verify(token)
        said += [(tie.relation, (tie.since - began).days) for tie in actor.ties if tie.home == UUID(door.home)]
        assert actor.homes == (UUID(door.home),)

    assert said == [("FAMILY", 0), ("OWNER", 0), ("TENANT", 2)]


def test_a_token_of_as_many_homes_as_it_names_is_short_enough_to_be_sent(tmp_path: Path) -> None:
    """Each with its tie, in one compound: an owner who lets them."""
    ties = [Tie(new_id(), "TENANT", datetime.now(UTC)) for _ in range(MOST_HOMES)]
    grants = [Grant("RESIDENT", f"{COMMUNITY}001"), Grant("OWNER", f"{COMMUNITY}001")]
    bearer = Bearer(new_id(), "person", new_id(), grants, [tie.home for tie in ties], ties=ties)

    assert len(Issuer(tmp_path, "https://linli.taiyuan.example").issue(bearer)) < 9_000 < LONGEST_TOKEN
