"""Signing in, going on and ending: what each way gives, and what a stolen token is worth."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pyotp
import pytest

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


async def test_somebody_new_is_known_again_at_his_second_sign_in(registry: Registry) -> None:
    first = await registry.as_sample("new-resident")
    second = await registry.as_sample("new-resident")

    mine = [(await registry.http.get("/v1/me", headers=headers)).json() for headers in (first, second)]

    assert mine[0]["id"] == mine[1]["id"]
    assert mine[0]["next_step"] == "BIND_HOME"


@pytest.mark.parametrize(("sample", "client"), [(True, "192.0.2.7"), (False, "127.0.0.1")])
async def test_sample_sign_ins_exist_on_loopback_in_sample_mode_only(
    clean: None, database_urls: Mapping[str, str], tmp_path: Path, sample: bool, client: str
) -> None:
    async with running(database_urls["registry"], tmp_path / "data", sample, client) as registry:
        await registry.enter("secretary", f"SECRETARY@{STREET}001")

        reply = await registry.sign_in(grant_type=MINI, code="dev:secretary")

    assert (reply.status_code, reply.json()["error"]) == (400, "invalid_grant")


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


class _WeChat(BaseHTTPRequestHandler):
    """Speaks the platform's wire format: always 200, openid or errcode."""

    def do_GET(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)
        good = asked.get("js_code") == ["good"] and asked.get("appid") == ["wx1"] and asked.get("secret") == ["s"]
        said = {"openid": "o-1", "session_key": "k"} if good else {"errcode": 40029, "errmsg": "invalid code"}
        body = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def wechat() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _WeChat) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


async def test_the_mini_program_platform_is_asked_who_a_code_is(
    clean: None, database_urls: Mapping[str, str], tmp_path: Path, wechat: str
) -> None:
    settings = {"wechat_app_id": "wx1", "wechat_app_secret": "s", "wechat_url": wechat}
    async with running(database_urls["registry"], tmp_path / "data", False, **settings) as registry:
        good = await registry.sign_in(grant_type=MINI, code="good")
        bad = await registry.sign_in(grant_type=MINI, code="stale")
        me = await registry.http.get("/v1/me", headers=bearer(good))

    assert (good.status_code, bad.status_code) == (200, 400)
    assert me.json()["next_step"] == "BIND_HOME"


async def test_a_mini_program_platform_that_is_away_is_said_so(
    clean: None, database_urls: Mapping[str, str], tmp_path: Path
) -> None:
    settings = {"wechat_app_id": "wx1", "wechat_app_secret": "s", "wechat_url": "http://127.0.0.1:1"}
    async with running(database_urls["registry"], tmp_path / "data", False, **settings) as registry:
        reply = await registry.sign_in(grant_type=MINI, code="good")

    assert (reply.status_code, reply.headers["retry-after"]) == (503, "5")


async def test_every_key_and_endpoint_is_published(registry: Registry) -> None:
    keys = (await registry.http.get("/.well-known/jwks.json")).json()["keys"]
    said = (await registry.http.get("/.well-known/oauth-authorization-server")).json()

    assert [key["alg"] for key in keys] == ["Ed25519"]
    assert "d" not in keys[0]
    assert said["token_endpoint"].endswith("/oauth/token")
