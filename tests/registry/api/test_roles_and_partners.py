"""Giving and ending roles, letting platforms in, and the feed they read."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
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
        await house.enter("officer", f"STREET_OFFICER@{STREET}")
        officer, secretary = await house.as_sample("officer"), await house.as_sample("secretary")
        for serial in ("001", "002"):
            await house.http.post("/v1/regions", json={"code": STREET + serial, "name": "社区"}, headers=officer)
        compound = {"community_code": f"{STREET}001", "name": "晋阳小区"}
        made = await house.http.post("/v1/compounds", json=compound, headers=secretary)
        assert made.json()["code"] == COMPOUND, made.text
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
        ("GRID_WORKER", f"{STREET}001999", 422),
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


async def _resident(registry: Registry, login: str) -> str:
    """A resident of the compound, bound by a door code; his id."""
    secretary = await registry.as_sample("secretary")
    homes = (await registry.http.get("/v1/compounds", headers=secretary)).json()["items"][0]["id"]
    home = await registry.http.post(
        f"/v1/compounds/{homes}/homes", json={"address": f"1号楼1单元{101}"}, headers=secretary
    )
    codes = f"/v1/homes/{home.json()['id']}/door-codes"
    code = (await registry.http.post(codes, json={"relation": "OWNER"}, headers=secretary)).json()["code"]
    headers = await registry.as_sample(login)
    bound = await registry.http.post("/v1/me/bindings", json={"code": code}, headers=headers)
    assert bound.status_code == 201, bound.text
    return str((await registry.http.get("/v1/me", headers=headers)).json()["id"])


async def test_nobody_takes_over_a_resident_by_inviting_him(registry: Registry) -> None:
    """His account carries his votes: not a clerk elsewhere, not the secretary, not the administrator."""
    resident = await _resident(registry, "wang")
    await registry.enter("elsewhere", f"CLERK@{STREET}002")
    path, body = f"/v1/people/{resident}/invitations", {"login": "mine"}

    replies = [
        (await registry.http.post(path, json=body, headers=await registry.as_sample(who))).status_code
        for who in ("elsewhere", "secretary", "root")
    ]

    assert replies == [404, 409, 409]


async def test_who_can_sign_in_already_is_invited_anew_by_an_administrator_only(registry: Registry) -> None:
    person = await registry.enter(None, f"CLERK@{STREET}001")
    secretary, root = await registry.as_sample("secretary"), await registry.as_sample("root")
    path, body = f"/v1/people/{person}/invitations", {"login": "clerk01"}
    code = (await registry.http.post(path, json=body, headers=secretary)).json()["code"]
    opened = await registry.sign_in(grant_type="urn:linli:grant:one-time-code", code=code)
    await registry.http.put("/v1/me/password", json={"password": "Linli-2026"}, headers=bearer(opened))

    again = await registry.http.post(path, json=body, headers=secretary)
    by_root = await registry.http.post(path, json=body, headers=root)
    await learn(registry)

    assert (again.status_code, by_root.status_code) == (409, 201)
    assert (await registry.http.get("/v1/me", headers=bearer(opened))).status_code == 401, "his sessions ended"


async def test_a_role_goes_to_who_is_in_reach_or_tied_to_no_place(registry: Registry) -> None:
    resident = await _resident(registry, "wang")
    await registry.enter("elsewhere", f"SECRETARY@{STREET}002")
    grant = {"holder": resident, "role": "VOLUNTEER"}

    far = await registry.http.post(
        "/v1/roles", json={**grant, "scope": f"{STREET}002"}, headers=await registry.as_sample("elsewhere")
    )
    near = await registry.http.post(
        "/v1/roles", json={**grant, "scope": f"{STREET}001"}, headers=await registry.as_sample("secretary")
    )

    assert (far.status_code, near.status_code) == (404, 201)


async def test_a_grant_is_dead_when_it_ran_out_and_no_token_outlives_it(registry: Registry) -> None:
    worker = await registry.enter("worker")
    soon = datetime.now(UTC) + timedelta(seconds=90)
    grant = {"holder": str(worker), "role": "VOLUNTEER", "scope": COMPOUND, "until": soon.isoformat()}
    await registry.http.post("/v1/roles", json=grant, headers=await registry.as_sample("secretary"))

    token = (await registry.as_sample("worker"))["Authorization"].removeprefix("Bearer ")

    payload = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims["grants"] == [f"VOLUNTEER@{COMPOUND}"]
    assert claims["exp"] <= soon.timestamp()


async def test_a_wider_grant_stands_for_those_that_it_covers(registry: Registry) -> None:
    await registry.enter("busy", f"CLERK@{STREET}", *[f"CLERK@{STREET}{serial:03d}" for serial in range(1, 300)])

    me = await registry.http.get("/v1/me", headers=await registry.as_sample("busy"))

    assert me.json()["roles"] == [{"role": "CLERK", "scope": STREET}]


async def test_of_two_platforms_of_one_name_at_once_one_gets_in(registry: Registry) -> None:
    root = await registry.as_sample("root")
    partner = {"name": "twice", "scope": STREET}

    replies = await asyncio.gather(*(registry.http.post("/v1/partners", json=partner, headers=root) for _ in range(3)))

    assert sorted(reply.status_code for reply in replies) == [201, 409, 409]


async def test_a_platform_never_hears_who_holds_a_role_nor_of_party_membership(registry: Registry) -> None:
    """PRI-1: events are thin."""
    secretary, worker = await registry.as_sample("secretary"), await registry.enter("worker")
    for role in ("PARTY_MEMBER", "VOLUNTEER"):
        grant = {"holder": str(worker), "role": role, "scope": COMPOUND}
        assert (await registry.http.post("/v1/roles", json=grant, headers=secretary)).status_code == 201
    await _relayed(registry)

    told = (await registry.http.get("/v1/events?limit=200", headers=await registry.as_sample("root"))).text

    assert "VOLUNTEER" in told
    assert "PARTY_MEMBER" not in told
    assert str(worker) not in told


async def test_what_is_of_no_place_is_heard_by_who_hears_everything_and_a_quiet_reader_moves_on(
    registry: Registry,
) -> None:
    async with registry.house.database.write() as session, session.begin():
        await tell(session, Base.metadata, Event("linli.registry.tried.v1", "nowhere", None, {}))
    await _relayed(registry)

    everything = (await registry.http.get("/v1/events?limit=200", headers=await registry.as_sample("root"))).json()
    await registry.enter("far", "CLERK@140105")
    quiet = (await registry.http.get("/v1/events", headers=await registry.as_sample("far"))).json()

    assert "nowhere" in {event["subject"] for event in everything["items"]}
    assert quiet == {"items": [], "after": everything["after"]}


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
    await _relayed(registry)

    first = (await registry.http.get("/v1/events?limit=2", headers=partner)).json()
    rest = (await registry.http.get(f"/v1/events?after={first['after']}", headers=partner)).json()
    nothing = (await registry.http.get(f"/v1/events?after={rest['after']}", headers=partner)).json()
    everything = (await registry.http.get("/v1/events?limit=200", headers=root)).json()["items"]

    tried = [row for row in first["items"] + rest["items"] if row["type"] == "linli.registry.tried.v1"]
    assert [row["data"]["place"] for row in tried] == [0, 2, 4]
    assert nothing == {"items": [], "after": rest["after"]}
    assert [int(row["sequence"]) for row in everything] == list(range(1, len(everything) + 1))
    assert len({row["id"] for row in everything}) == len(everything)


async def _relayed(registry: Registry) -> None:
    neighbour = registry.house.neighbour("registry")
    while await relay(registry.house.database, Base.metadata, neighbour, "registry") or await _waiting(registry):
        continue


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


async def test_a_platform_is_kept_by_an_administrator_of_its_whole_scope(registry: Registry) -> None:
    """ADR 2: who administers one community lets nobody into a city, and takes over no platform of one."""
    root = await registry.as_sample("root")
    await registry.enter("local", f"ADMINISTRATOR@{STREET}001")
    local = await registry.as_sample("local")
    city = (await registry.http.post("/v1/partners", json={"name": "city", "scope": "1401"}, headers=root)).json()
    path = f"/v1/partners/{city['partner']['id']}"

    wider = await registry.http.post("/v1/partners", json={"name": "wide", "scope": STREET}, headers=local)
    own = await registry.http.post("/v1/partners", json={"name": "own", "scope": COMPOUND}, headers=local)
    taken = await registry.http.post(f"{path}/secrets", headers=local)
    cut = await registry.http.delete(f"{path}/secrets/{city['secret']['secret_id']}", headers=local)
    gone = await registry.http.delete(path, headers=local)
    listed = (await registry.http.get("/v1/partners", headers=local)).json()["items"]

    assert (wider.status_code, own.status_code) == (403, 201)
    assert [reply.status_code for reply in (taken, cut, gone)] == [404] * 3
    assert [one["name"] for one in listed] == ["own"]


async def test_a_platform_whose_access_ended_gets_no_further_secret(registry: Registry) -> None:
    root = await registry.as_sample("root")
    made = (await registry.http.post("/v1/partners", json={"name": "gone", "scope": STREET}, headers=root)).json()
    path = f"/v1/partners/{made['partner']['id']}"

    ended = [(await registry.http.delete(path, headers=root)).status_code for _ in range(2)]

    assert ended == [204, 204]
    assert (await registry.http.post(f"{path}/secrets", headers=root)).status_code == 404


async def test_a_new_invitation_voids_the_earlier_slip(registry: Registry) -> None:
    """PRI-6: who is invited anew because his slip was lost is not taken over by who found it."""
    person = await registry.enter(None, f"CLERK@{STREET}001")
    secretary = await registry.as_sample("secretary")
    path, body = f"/v1/people/{person}/invitations", {"login": "clerk01"}
    lost, fresh = [(await registry.http.post(path, json=body, headers=secretary)).json()["code"] for _ in range(2)]

    opened = [
        (await registry.sign_in(grant_type="urn:linli:grant:one-time-code", code=code)).status_code
        for code in (lost, fresh)
    ]

    assert opened == [400, 200]


async def test_who_may_not_give_party_membership_does_not_see_who_holds_it(registry: Registry) -> None:
    """PRI-1."""
    await registry.enter("comrade", f"PARTY_MEMBER@{COMPOUND}", f"VOLUNTEER@{COMPOUND}")
    await registry.enter("clerk", f"CLERK@{STREET}001")
    await registry.enter("auditor", f"AUDITOR@{STREET}")

    async def seen(who: str) -> set[str]:
        listed = await registry.http.get("/v1/roles", headers=await registry.as_sample(who))
        return {row["role"] for row in listed.json()["items"]} & {"PARTY_MEMBER", "VOLUNTEER"}

    assert await seen("clerk") == {"VOLUNTEER"}
    assert await seen("secretary") == await seen("auditor") == {"VOLUNTEER", "PARTY_MEMBER"}
