"""Forged, expired and misspelled tokens over the real API: 401 in both languages from every room."""

import json

import httpx2
import pytest
from joserfc.jwk import OKPKey

from services.registry.rules.roles import Role
from tests.contract.bad_tokens import Corpus
from tests.contract.refusals import LANGUAGES, faults
from tests.factories.whole_house import WholeHouse

ROOMS = ("/v1/compounds", "/v1/tickets", "/v1/regions")  # the last is open to all, but not to a forged token


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
    assert tried >= 50


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
