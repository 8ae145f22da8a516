"""Forged, expired and misspelled tokens over the real API: 401 in both languages from every room."""

import json
from collections.abc import Awaitable, Callable

import httpx2
import pytest
from joserfc.jwk import OKPKey

from services.registry.rules.roles import Role
from shared.following import follow
from tests.contract.bad_tokens import Corpus
from tests.contract.refusals import LANGUAGES, faults
from tests.factories.whole_house import STREET, WholeHouse

ROOMS = ("/v1/compounds", "/v1/tickets", "/v1/regions")  # the last is open to all, but not to a forged token
EVERY_ROOM = ("/v1/me", "/v1/tickets", "/v1/surveys", "/v1/elections", "/v1/topics")
FORM = {"grant_type": "urn:linli:grant:mini-program"}


@pytest.fixture
async def corpus(whole: WholeHouse) -> Corpus:
    here = whole.places["here"]
    headers = whole.as_role(Role.CLERK, here)
    signing = json.loads((whole.house.settings.data_dir / "keys" / "tokens.json").read_text())
    published = (await whole.http.get("/.well-known/jwks.json")).json()
    token = headers["Authorization"].removeprefix("Bearer ")
    return Corpus(token, published, OKPKey.import_key(signing), here.people[Role.CLERK])


async def test_the_true_token_opens(whole: WholeHouse, corpus: Corpus) -> None:
    """Without this the corpus would prove nothing."""
    for path in ROOMS:
        assert (await whole.http.get(path, headers={"Authorization": f"Bearer {corpus.true}"})).status_code == 200


async def test_no_other_token_opens(whole: WholeHouse, corpus: Corpus) -> None:
    found: list[str] = []
    tried = 0

    for name, header in corpus.bad():
        for path in ROOMS:
            for language in LANGUAGES:
                reply = await whole.http.get(path, headers={"Authorization": header, "Accept-Language": language})
                found += [f"{name} at {path}: {fault}" for fault in faults(reply, language, frozenset({401, 431}))]
        tried += 1

    assert found == []
    assert tried >= 80


async def test_two_authorization_headers_open_nothing(whole: WholeHouse, corpus: Corpus) -> None:
    twice = [("Authorization", f"Bearer {corpus.true}")] * 2

    reply = await whole.http.get("/v1/compounds", headers=httpx2.Headers(twice))

    assert reply.status_code in {400, 401}


async def test_a_token_in_the_query_opens_nothing(whole: WholeHouse, corpus: Corpus) -> None:
    reply = await whole.http.get("/v1/compounds", params={"access_token": corpus.true})

    assert reply.status_code == 401


async def test_no_access_token_opens_what_rooms_tell_each_other(whole: WholeHouse, corpus: Corpus) -> None:
    paths = [f"/internal/compounds/{whole.places['here'].ids['compound_id']}", "/internal/revocations?after=0"]

    for path in paths:
        for header in (f"Bearer {corpus.true}", f"Internal {corpus.true}", "Internal x.y.z"):
            assert (await whole.http.get(path, headers={"Authorization": header})).status_code == 404
            transport = httpx2.ASGITransport(whole.registry.app, raise_app_exceptions=False)
            async with httpx2.AsyncClient(transport=transport, base_url="http://registry") as inside:
                assert (await inside.get(path, headers={"Authorization": header})).status_code in {401, 404}


async def _signed_in(whole: WholeHouse, **form: str) -> dict[str, str]:
    reply = await whole.http.post("/oauth/token", data={**form})
    assert reply.status_code == 200, reply.text
    return dict(reply.json())


async def _by_signing_out(whole: WholeHouse) -> str:
    told = await _signed_in(whole, **FORM, code="dev:leaves")
    await whole.http.post("/oauth/revocations", data={"token": told["refresh_token"]})
    return told["access_token"]


async def _by_a_refresh_token_used_twice(whole: WholeHouse) -> str:
    told = await _signed_in(whole, **FORM, code="dev:robbed")
    again = {"grant_type": "refresh_token", "refresh_token": told["refresh_token"]}
    fresh = await _signed_in(whole, **again)
    assert (await whole.http.post("/oauth/token", data=again)).status_code == 400
    return fresh["access_token"]


async def _by_the_end_of_a_grant(whole: WholeHouse) -> str:
    here = whole.places["here"]
    clerk = whole.as_role(Role.CLERK, here)
    told = await _signed_in(whole, **FORM, code="dev:volunteer")
    me = await whole.done("GET", "/v1/me", {"Authorization": f"Bearer {told['access_token']}"})
    grant = {"holder": me["id"], "role": "VOLUNTEER", "scope": here.code}
    given = await whole.done("POST", "/v1/roles", clerk, json=grant)
    told = await _signed_in(whole, **FORM, code="dev:volunteer")
    await whole.done("DELETE", f"/v1/roles/{given['id']}", clerk)
    return told["access_token"]


async def _by_the_end_of_a_platform(whole: WholeHouse) -> str:
    administrator = whole.headers(await whole.enter(), "ADMINISTRATOR@")
    made = await whole.done("POST", "/v1/partners", administrator, json={"name": "gone", "scope": STREET})
    secret = {"client_id": "gone", "client_secret": made["secret"]["client_secret"]}
    told = await _signed_in(whole, grant_type="client_credentials", **secret)
    await whole.done("DELETE", f"/v1/partners/{made['partner']['id']}", administrator)
    return told["access_token"]


@pytest.mark.parametrize(
    "ended",
    [_by_signing_out, _by_a_refresh_token_used_twice, _by_the_end_of_a_grant, _by_the_end_of_a_platform],
)
async def test_a_token_that_was_ended_is_dead_in_every_room(
    whole: WholeHouse, ended: Callable[[WholeHouse], Awaitable[str]]
) -> None:
    """A room hears of it at its next look, every twenty seconds; here it is made to look."""
    headers = {"Authorization": f"Bearer {await ended(whole)}"}
    before = {path: (await whole.http.get(path, headers=headers)).status_code for path in EVERY_ROOM}
    for room in whole.house.apps.values():
        await follow(room.state.room)

    after = {path: (await whole.http.get(path, headers=headers)).status_code for path in EVERY_ROOM}

    assert before["/v1/surveys"] != 401, "it was a good token"
    assert set(after.values()) == {401}, after
