"""Signing in, going on and ending: what each way gives, and what a stolen token is worth."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pyotp
import pytest
from sqlalchemy import select, text

from services.registry.oauth.sessions import forget_spent
from services.registry.oauth.tokens import digest
from services.registry.oauth.tries import forget_old, login_index
from services.registry.rules.sign_in import SESSION_LIVES
from services.registry.tables.identity import RefreshToken, SignIn
from tests.registry.api.houses import Registry, bearer, learn, running

STREET = "140109013"
ONE_TIME = "urn:linli:grant:one-time-code"
MINI = "urn:linli:grant:mini-program"


@pytest.fixture
async def registry(clean: None, database_urls: Mapping[str, str], tmp_path: Path) -> AsyncIterator[Registry]:
    async with running(database_urls["registry"], tmp_path / "data") as house:
        yield house


async def _set_up(registry: Registry, login: str, *grants: str, password: str = "Linli-2026") -> dict[str, str]:
    """Invite a person, sign in by the code, set the password; the headers of whoever invited."""
    person = await registry.enter(None, *grants)
    await registry.enter("root", "ADMINISTRATOR@")
    root = await registry.as_sample("root")
    invited = await registry.http.post(f"/v1/people/{person}/invitations", json={"login": login}, headers=root)
    assert invited.status_code == 201, invited.text
    opened = await registry.sign_in(grant_type=ONE_TIME, code=invited.json()["code"].lower())
    assert opened.status_code == 200, opened.text
    done = await registry.http.put("/v1/me/password", json={"password": password}, headers=bearer(opened))
    assert done.status_code == 204, done.text
    return root


async def test_an_invited_person_sets_his_password_and_signs_in_with_his_roles(registry: Registry) -> None:
    await _set_up(registry, "wang01", f"CLERK@{STREET}001")

    reply = await registry.sign_in(grant_type="password", username="WANG01", password="Linli-2026")
    me = (await registry.http.get("/v1/me", headers=bearer(reply))).json()

    assert reply.json()["token_type"] == "Bearer"
    assert reply.headers["cache-control"] == "no-store"
    assert me["roles"] == [{"role": "CLERK", "scope": f"{STREET}001"}]
    assert me["next_step"] == "NOTHING"


async def test_a_one_time_code_opens_ones_own_account_and_nothing_else(registry: Registry) -> None:
    """PRI-6, ADR 5."""
    person = await registry.enter(None, f"SECRETARY@{STREET}001")
    await registry.enter("root", "ADMINISTRATOR@")
    root = await registry.as_sample("root")
    code = (await registry.http.post(f"/v1/people/{person}/invitations", json={"login": "sec"}, headers=root)).json()

    opened = await registry.sign_in(grant_type=ONE_TIME, code=code["code"])
    again = await registry.sign_in(grant_type=ONE_TIME, code=code["code"])

    assert (await registry.http.get("/v1/roles", headers=bearer(opened))).status_code == 403
    assert (await registry.http.get("/v1/me", headers=bearer(opened))).json()["next_step"] == "SET_PASSWORD"
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


async def test_five_wrong_passwords_lock_the_account_even_for_the_right_one(registry: Registry) -> None:
    """PRI-6: the count survives although each try is refused."""
    await _set_up(registry, "wang01", f"CLERK@{STREET}001")

    wrong = [await registry.sign_in(grant_type="password", username="wang01", password=f"no-{i}") for i in range(5)]
    right = await registry.sign_in(grant_type="password", username="wang01", password="Linli-2026")
    unknown = await registry.sign_in(grant_type="password", username="nobody", password="Linli-2026")

    assert {reply.status_code for reply in wrong} == {400}
    assert right.status_code == 429
    assert 1700 < int(right.headers["retry-after"]) <= 1801
    assert unknown.json()["title"] == wrong[0].json()["title"]


async def test_a_login_that_nobody_has_locks_just_the_same(registry: Registry) -> None:
    """Else the lock would tell which logins exist."""
    tries = [await registry.sign_in(grant_type="password", username="nobody", password=f"no-{i}") for i in range(6)]

    assert [reply.status_code for reply in tries] == [400] * 5 + [429]


async def test_tries_of_yesterday_are_forgotten(registry: Registry) -> None:
    await registry.sign_in(grant_type="password", username="yesterday", password="no")
    await registry.sign_in(grant_type="password", username="today", password="no")
    async with registry.house.database.write() as session, session.begin():
        index = login_index(registry.house.keys, "yesterday")
        await session.execute(
            text("UPDATE registry.login_try SET at = at - interval '25 hours' WHERE login_index = :it"), {"it": index}
        )

        await forget_old(session)

        left = await session.execute(text("SELECT login_index FROM registry.login_try"))
        assert [bytes(row) for row in left.scalars()] == [login_index(registry.house.keys, "today")]


async def test_a_new_password_ends_every_other_session_and_wrong_present_ones_are_counted(registry: Registry) -> None:
    await _set_up(registry, "wang01", f"CLERK@{STREET}001")
    form = {"grant_type": "password", "username": "wang01", "password": "Linli-2026"}
    mine, stolen = await registry.sign_in(**form), await registry.sign_in(**form)
    change = {"password": "Linli-2027", "present": "Linli-2026"}

    guesses = [
        await registry.http.put("/v1/me/password", json={**change, "present": f"no-{i}"}, headers=bearer(stolen))
        for i in range(6)
    ]
    locked = await registry.http.put("/v1/me/password", json=change, headers=bearer(mine))
    async with registry.house.database.write() as session, session.begin():
        await (await session.connection()).exec_driver_sql("DELETE FROM registry.login_try")
    changed = await registry.http.put("/v1/me/password", json=change, headers=bearer(mine))
    refreshed = await registry.sign_in(grant_type="refresh_token", refresh_token=stolen.json()["refresh_token"])
    await learn(registry)

    assert [reply.status_code for reply in guesses] == [400] * 5 + [429]
    assert (locked.status_code, changed.status_code, refreshed.status_code) == (429, 204, 400)
    assert (await registry.http.get("/v1/me", headers=bearer(stolen))).status_code == 401
    assert (await registry.http.get("/v1/me", headers=bearer(mine))).status_code == 200


async def test_a_resident_chooses_his_login_with_his_first_password(registry: Registry) -> None:
    mine = await registry.as_sample("new-resident")
    before = (await registry.http.get("/v1/me", headers=mine)).json()

    without = await registry.http.put("/v1/me/password", json={"password": "Linli-2026"}, headers=mine)
    chosen = await registry.http.put(
        "/v1/me/password", json={"password": "Linli-2026", "login": "xiaowang"}, headers=mine
    )
    signed_in = await registry.sign_in(grant_type="password", username="xiaowang", password="Linli-2026")

    assert (without.status_code, chosen.status_code, signed_in.status_code) == (422, 204, 200)
    assert "set_password" in before["allowed"]
    assert "begin_factor" in before["allowed"], "he signs his ballot with it (BAL-5)"


async def test_a_first_sign_in_sent_many_times_at_once_makes_one_person(registry: Registry) -> None:
    replies = await asyncio.gather(*(registry.as_sample("eager") for _ in range(6)))

    ids = {(await registry.http.get("/v1/me", headers=headers)).json()["id"] for headers in replies}

    assert len(ids) == 1


async def test_a_flood_of_wrong_passwords_leaves_the_room_open(registry: Registry) -> None:
    flood = [
        asyncio.create_task(registry.sign_in(grant_type="password", username=f"u{i}", password="no")) for i in range(60)
    ]
    region = await registry.http.get("/v1/regions/140109013", headers=await registry.as_sample("somebody"))
    statuses = {(await reply).status_code for reply in flood}

    assert region.status_code == 200
    assert statuses == {400, 503}


@pytest.mark.parametrize("secret", ["a\0b:secret", "nocolon", "", "\ud800:x", "x" * 300 + ":y"])
async def test_an_odd_client_is_refused_not_broken(registry: Registry, secret: str) -> None:
    basic = base64.b64encode(secret.encode("utf-8", "surrogatepass")).decode()

    reply = await registry.http.post(
        "/oauth/token", data={"grant_type": "client_credentials"}, headers={"Authorization": f"Basic {basic}"}
    )

    assert reply.status_code == 401


async def test_an_administrator_has_no_role_until_his_second_factor_stands(registry: Registry) -> None:
    """PRI-6, ADR 5."""
    await _set_up(registry, "boss", "ADMINISTRATOR@")
    weak = bearer(await registry.sign_in(grant_type="password", username="boss", password="Linli-2026"))
    assert (await registry.http.get("/v1/roles", headers=weak)).status_code == 403
    assert (await registry.http.get("/v1/me", headers=weak)).json()["next_step"] == "ENROL_SECOND_FACTOR"

    secret = (await registry.http.post("/v1/me/second-factors", headers=weak)).json()["secret"]
    totp = pyotp.TOTP(secret)
    wrong = await registry.http.post("/v1/me/second-factors/confirmations", json={"code": "000000"}, headers=weak)
    first = totp.now()
    done = await registry.http.post("/v1/me/second-factors/confirmations", json={"code": first}, headers=weak)
    without = await registry.sign_in(grant_type="password", username="boss", password="Linli-2026")
    used = await registry.sign_in(grant_type="password", username="boss", password="Linli-2026", otp=first)
    following = totp.generate_otp(totp.timecode(datetime.now(UTC)) + 1)
    strong = await registry.sign_in(grant_type="password", username="boss", password="Linli-2026", otp=following)

    assert (wrong.status_code, done.status_code) == (422, 204)
    assert (without.status_code, without.json()["second_factor"]) == (400, True)
    assert used.status_code == 400, "a code counts once"
    assert (await registry.http.get("/v1/roles", headers=bearer(strong))).status_code == 200


async def test_a_used_refresh_token_ends_the_session_for_everybody(registry: Registry) -> None:
    first = await registry.sign_in(grant_type=MINI, code="dev:somebody")
    second = await registry.sign_in(grant_type="refresh_token", refresh_token=first.json()["refresh_token"])
    assert second.status_code == 200

    stolen = await registry.sign_in(grant_type="refresh_token", refresh_token=first.json()["refresh_token"])
    honest = await registry.sign_in(grant_type="refresh_token", refresh_token=second.json()["refresh_token"])
    await learn(registry)
    me = await registry.http.get("/v1/me", headers=bearer(second))

    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
    assert honest.status_code == 400
    assert me.status_code == 401


async def test_of_two_refreshes_at_once_one_wins_and_the_session_ends(registry: Registry) -> None:
    first = await registry.sign_in(grant_type=MINI, code="dev:somebody")
    token = first.json()["refresh_token"]

    both = await asyncio.gather(*(registry.sign_in(grant_type="refresh_token", refresh_token=token) for _ in range(2)))

    assert sorted(reply.status_code for reply in both) == [200, 400]


async def test_signing_out_ends_the_session(registry: Registry) -> None:
    reply = await registry.sign_in(grant_type=MINI, code="dev:somebody")

    out = await registry.http.post("/oauth/revocations", data={"token": reply.json()["refresh_token"]})
    unknown = await registry.http.post("/oauth/revocations", data={"token": "never-heard-of"})
    await learn(registry)

    assert (out.status_code, unknown.status_code) == (204, 204)
    assert (await registry.http.get("/v1/me", headers=bearer(reply))).status_code == 401


async def test_the_links_of_a_session_that_is_over_are_forgotten_and_those_of_others_go_on(registry: Registry) -> None:
    """Else every refresh would leave a row for ever."""
    over, old, live = [await registry.sign_in(grant_type=MINI, code=f"dev:somebody-{place}") for place in range(3)]
    await registry.http.post("/oauth/revocations", data={"token": over.json()["refresh_token"]})
    async with registry.house.database.write() as session, session.begin():
        link = await session.get_one(RefreshToken, digest(old.json()["refresh_token"]))
        (await session.get_one(SignIn, link.sign_in_id)).began_at = datetime.now(UTC) - SESSION_LIVES
        await session.flush()

        await forget_spent(session)

        left = (await session.execute(select(RefreshToken.digest))).scalars().all()
    going_on = await registry.sign_in(grant_type="refresh_token", refresh_token=live.json()["refresh_token"])

    assert [bytes(one) for one in left] == [digest(live.json()["refresh_token"])]
    assert going_on.status_code == 200


async def test_somebody_new_is_known_again_at_his_second_sign_in(registry: Registry) -> None:
    first = await registry.as_sample("new-resident")
    second = await registry.as_sample("new-resident")

    mine = [(await registry.http.get("/v1/me", headers=headers)).json() for headers in (first, second)]

    assert mine[0]["id"] == mine[1]["id"]
    assert mine[0]["next_step"] == "BIND_HOME"


BAD_FORMS = {
    "no grant type": ({}, 422),
    "an unknown grant type": ({"grant_type": "magic"}, 400),
    "a password without a login": ({"grant_type": "password", "password": "x"}, 422),
    "an unknown field": ({"grant_type": "password", "username": "a", "password": "b", "x": "1"}, 422),
    "a code with NUL": ({"grant_type": MINI, "code": "dev:\0"}, 422),
    "a code of nobody": ({"grant_type": MINI, "code": "dev:"}, 400),
    "a code that is too long": ({"grant_type": MINI, "code": "dev:" + "x" * 300}, 422),
    "an otp of letters": ({"grant_type": "password", "username": "a", "password": "b", "otp": "abcdef"}, 422),
    "full-width digits as otp": (
        {"grant_type": "password", "username": "a", "password": "b", "otp": "１２３４５６"},
        422,
    ),
    "an unknown refresh token": ({"grant_type": "refresh_token", "refresh_token": "x"}, 400),
    "an unknown client": ({"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}, 401),
}


@pytest.mark.parametrize("name", list(BAD_FORMS))
async def test_a_bad_form_is_a_clear_problem(registry: Registry, name: str) -> None:
    form, status = BAD_FORMS[name]

    reply = await registry.http.post("/oauth/token", data=form, headers={"Accept-Language": "en"})

    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["title"].isascii()


@pytest.mark.parametrize("password", ["short1A", "linlilinli", "Boss-2026-x", "A1-" + "y" * 126])
async def test_a_weak_password_is_refused_with_its_faults(registry: Registry, password: str) -> None:
    """PRI-6."""
    await registry.enter("boss")
    mine = await registry.as_sample("boss")

    reply = await registry.http.put("/v1/me/password", json={"password": password}, headers=mine)

    assert reply.status_code == 422
    assert reply.json().get("faults") or reply.json()["errors"]


async def test_a_present_password_is_asked_for_before_a_new_one(registry: Registry) -> None:
    await _set_up(registry, "wang01", f"CLERK@{STREET}001")
    mine = bearer(await registry.sign_in(grant_type="password", username="wang01", password="Linli-2026"))

    wrong = await registry.http.put(
        "/v1/me/password", json={"password": "Linli-2027", "present": "guess"}, headers=mine
    )
    right = await registry.http.put(
        "/v1/me/password", json={"password": "Linli-2027", "present": "Linli-2026"}, headers=mine
    )

    assert (wrong.status_code, right.status_code) == (400, 204)
    assert (await registry.sign_in(grant_type="password", username="wang01", password="Linli-2027")).status_code == 200


async def test_secrets_are_kept_as_digests(registry: Registry, admin_url: str) -> None:
    """PRI-2: no password, code or token lies in the database in clear."""
    await _set_up(registry, "wang01", f"CLERK@{STREET}001")
    reply = await registry.sign_in(grant_type="password", username="wang01", password="Linli-2026")

    with psycopg.connect(admin_url) as connection:
        rows = connection.execute(
            "SELECT row_to_json(a)::text FROM registry.account a UNION ALL"
            " SELECT row_to_json(r)::text FROM registry.refresh_token r UNION ALL"
            " SELECT row_to_json(u)::text FROM registry.audit u"
        ).fetchall()

    everything = json.dumps(rows)
    assert "argon2id" in everything
    for secret in ("Linli-2026", reply.json()["refresh_token"], reply.json()["access_token"]):
        assert secret not in everything


async def test_every_key_and_endpoint_is_published(registry: Registry) -> None:
    keys = (await registry.http.get("/.well-known/jwks.json")).json()["keys"]
    said = (await registry.http.get("/.well-known/oauth-authorization-server")).json()

    assert [key["alg"] for key in keys] == ["Ed25519"]
    assert "d" not in keys[0]
    assert said["token_endpoint"].endswith("/oauth/token")
