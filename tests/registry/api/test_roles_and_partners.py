"""Giving and ending roles, letting platforms in, and the feed they read."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from uuid import uuid4

import pytest

from services.registry.tables.schema import Base
from shared.outbox import Event, relay, tell
from tests.registry.api.houses import Registry, bearer, learn, running

STREET = "140109013"
COMPOUND = "140109013001001"


@pytest.fixture
async def registry(clean: None, database_urls: Mapping[str, str], tmp_path: Path) -> AsyncIterator[Registry]:
    async with running(database_urls["registry"], tmp_path / "data") as house:
        await house.enter("root", "ADMINISTRATOR@")
        await house.enter("secretary", f"SECRETARY@{STREET}001")
        yield house


async def test_a_role_is_given_shown_used_and_ended(registry: Registry) -> None:
    secretary = await registry.as_sample("secretary")
    worker = await registry.enter("worker")
    grant = {"holder": str(worker), "role": "GRID_WORKER", "scope": COMPOUND}

    given = await registry.http.post("/v1/roles", json=grant, headers=secretary)
    twice = await registry.http.post("/v1/roles", json=grant, headers=secretary)
    listed = await registry.http.get("/v1/roles?role=GRID_WORKER", headers=secretary)
    before = await registry.as_sample("worker")
    ended = await registry.http.delete(f"/v1/roles/{given.json()['id']}", headers=secretary)
    again = await registry.http.delete(f"/v1/roles/{given.json()['id']}", headers=secretary)
    await learn(registry)

    assert (given.status_code, twice.status_code, ended.status_code, again.status_code) == (201, 409, 204, 204)
    assert [row["id"] for row in listed.json()["items"]] == [given.json()["id"]]
    assert (await registry.http.get("/v1/me", headers=before)).status_code == 401, "old tokens die with the role"
    assert (await registry.http.get("/v1/me", headers=await registry.as_sample("worker"))).json()["roles"] == []


@pytest.mark.parametrize(
    ("role", "scope", "status"),
    [
        ("SECRETARY", f"{STREET}001", 403),
        ("GRID_WORKER", f"{STREET}002001", 403),
        ("RESIDENT", COMPOUND, 403),
        ("GRID_WORKER", "1401x", 422),
        ("KING", COMPOUND, 422),
    ],
)
async def test_nobody_gives_what_is_not_his_to_give(registry: Registry, role: str, scope: str, status: int) -> None:
    secretary = await registry.as_sample("secretary")
    worker = await registry.enter("worker")
    grant = {"holder": str(worker), "role": role, "scope": scope}

    reply = await registry.http.post("/v1/roles", json=grant, headers=secretary)

    assert reply.status_code == status


async def test_an_administrator_becomes_no_auditor_and_nobody_unknown_becomes_anything(registry: Registry) -> None:
    """PRI-7."""
    root = await registry.as_sample("root")
    mine = (await registry.http.get("/v1/me", headers=root)).json()["id"]

    clash = await registry.http.post("/v1/roles", json={"holder": mine, "role": "AUDITOR", "scope": ""}, headers=root)
    nobody = await registry.http.post(
        "/v1/roles", json={"holder": str(uuid4()), "role": "CLERK", "scope": STREET}, headers=root
    )

    assert (clash.status_code, nobody.status_code) == (409, 404)


async def test_a_secretary_sees_and_ends_only_grants_in_her_reach(registry: Registry) -> None:
    root = await registry.as_sample("root")
    other = await registry.enter("other")
    grant = {"holder": str(other), "role": "CLERK", "scope": f"{STREET}002"}
    far = (await registry.http.post("/v1/roles", json=grant, headers=root)).json()
    secretary = await registry.as_sample("secretary")

    listed = (await registry.http.get("/v1/roles", headers=secretary)).json()["items"]
    ended = await registry.http.delete(f"/v1/roles/{far['id']}", headers=secretary)

    assert all(row["scope"].startswith(f"{STREET}001") for row in listed)
    assert ended.status_code == 404


async def test_a_clerk_cannot_take_over_a_secretary_by_inviting_her(registry: Registry) -> None:
    await registry.enter("clerk", f"CLERK@{STREET}001")
    secretary = (await registry.http.get("/v1/me", headers=await registry.as_sample("secretary"))).json()["id"]
    clerk = await registry.as_sample("clerk")

    reply = await registry.http.post(f"/v1/people/{secretary}/invitations", json={"login": "mine"}, headers=clerk)

    assert reply.status_code == 403
    assert reply.json()["role"] == "SECRETARY"


async def test_a_platform_signs_in_changes_its_secret_and_loses_access(registry: Registry) -> None:
    root = await registry.as_sample("root")
    made = await registry.http.post("/v1/partners", json={"name": "city-12345", "scope": STREET}, headers=root)
    assert made.status_code == 201, made.text
    partner, secret = made.json()["partner"], made.json()["secret"]
    form = {"grant_type": "client_credentials"}
    basic = (secret["client_id"], secret["client_secret"])

    by_form = await registry.sign_in(**form, client_id=basic[0], client_secret=basic[1])
    by_basic = await registry.http.post("/oauth/token", data=form, auth=basic)
    second = await registry.http.post(f"/v1/partners/{partner['id']}/secrets", headers=root)
    third = await registry.http.post(f"/v1/partners/{partner['id']}/secrets", headers=root)
    first = f"/v1/partners/{partner['id']}/secrets/{secret['secret_id']}"
    ended = await registry.http.delete(first, headers=root)
    old = await registry.http.post("/oauth/token", data=form, auth=basic)
    new = await registry.http.post("/oauth/token", data=form, auth=(basic[0], second.json()["client_secret"]))
    listed = (await registry.http.get("/v1/partners", headers=root)).json()["items"]
    gone = await registry.http.delete(f"/v1/partners/{partner['id']}", headers=root)
    await learn(registry)
    dead = await registry.http.get("/v1/events", headers=bearer(new))

    assert (by_form.status_code, by_basic.status_code) == (200, 200)
    assert by_form.json()["refresh_token"] is None
    assert (second.status_code, third.status_code, ended.status_code) == (201, 409, 204)
    assert (old.status_code, new.status_code) == (401, 200)
    assert listed[0]["secrets"] == [second.json()["secret_id"]]
    assert (gone.status_code, dead.status_code) == (204, 401)


async def test_the_feed_is_dense_in_order_once_each_and_within_reach(registry: Registry) -> None:
    root = await registry.as_sample("root")
    made = (await registry.http.post("/v1/partners", json={"name": "street", "scope": STREET}, headers=root)).json()
    basic = (made["secret"]["client_id"], made["secret"]["client_secret"])
    partner = bearer(await registry.http.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=basic))
    codes = [COMPOUND, "140105001001001", COMPOUND, "140109", COMPOUND]
    for place, code in enumerate(codes):
        async with registry.house.database.write() as session, session.begin():
            event = Event("linli.registry.tried.v1", str(place), code, {"place": place})
            await tell(session, Base.metadata, event)
    neighbour = registry.house.neighbour("registry")
    while await relay(registry.house.database, Base.metadata, neighbour, "registry") or await _waiting(registry):
        pass

    first = (await registry.http.get("/v1/events?limit=2", headers=partner)).json()
    rest = (await registry.http.get(f"/v1/events?after={first['after']}", headers=partner)).json()
    nothing = (await registry.http.get(f"/v1/events?after={rest['after']}", headers=partner)).json()
    everything = (await registry.http.get("/v1/events?limit=200", headers=root)).json()["items"]

    tried = [row for row in first["items"] + rest["items"] if row["type"] == "linli.registry.tried.v1"]
    assert [row["data"]["place"] for row in tried] == [0, 2, 4]
    assert nothing == {"items": [], "after": rest["after"]}
    assert [int(row["sequence"]) for row in everything] == list(range(1, len(everything) + 1))
    assert len({row["id"] for row in everything}) == len(everything)


async def _waiting(registry: Registry) -> bool:
    """Whether another worker's open transaction still holds events back."""
    async with registry.house.database.read() as session:
        connection = await session.connection()
        told = await connection.exec_driver_sql("SELECT count(*) FROM registry.outbox")
        taken = await connection.exec_driver_sql("SELECT count(*) FROM registry.feed")
        return bool(told.scalar_one() > taken.scalar_one())


async def test_a_relay_that_repeats_itself_changes_nothing(registry: Registry) -> None:
    headers = {"Authorization": f"Internal {registry.house.house_key.sign('ticket')}"}
    event = {
        "event_id": str(uuid4()),
        "type": "linli.ticket.moved.v1",
        "subject": "1",
        "compound_code": COMPOUND,
        "data": {},
        "at": "2026-03-08T01:30:00Z",
    }
    batch = {"room": "ticket", "events": [event, event]}

    taken = [(await registry.http.post("/internal/events", json=batch, headers=headers)).json() for _ in range(2)]

    assert taken == [{"taken": 1}, {"taken": 0}]
