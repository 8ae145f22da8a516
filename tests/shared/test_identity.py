"""Which tokens a room takes: one kind from one issuer with one algorithm, and no other."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from uuid import UUID

import pytest
from joserfc import jws
from joserfc.jwk import OctKey, OKPKey

from shared.database import new_id
from shared.identity import Actor, Grant, HouseKey, Verifier
from shared.problems import NotSignedIn
from tests.factories.tokens import ISSUER, KEY, KEY_ID, PUBLISHED, Somebody, trust_test_key
from tests.shared.tiny import Tiny

WHO = Somebody(["CLERK@140109013"])
OTHER_KEY = OKPKey.generate_key("Ed25519", {"kid": KEY_ID})


def _signed(header: dict[str, object], claims: object, key: OKPKey | OctKey = KEY, algorithm: str = "Ed25519") -> str:
    header = {name: value for name, value in {"kid": KEY_ID, **header}.items() if value is not None}
    return jws.serialize_compact(header, json.dumps(claims), key, algorithms=[algorithm])


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _none() -> str:
    return f"{_part({'alg': 'none', 'kid': KEY_ID, 'typ': 'at+jwt'})}.{_part(WHO.claims())}."


def _hmac_with_public_key() -> str:
    head = f"{_part({'alg': 'HS256', 'kid': KEY_ID, 'typ': 'at+jwt'})}.{_part(WHO.claims())}"
    mac = hmac.digest(json.dumps(PUBLISHED["keys"][0]).encode(), head.encode(), "sha256")
    return f"{head}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def _changed_payload() -> str:
    head, _, signature = WHO.token().split(".")
    return f"{head}.{_part(WHO.claims(grants=['ADMINISTRATOR@']))}.{signature}"


def _embedded_key() -> str:
    header = {"alg": "Ed25519", "typ": "at+jwt", "jwk": OTHER_KEY.as_dict(private=False)}
    return _signed(header, WHO.claims(), OTHER_KEY)


FORGED: dict[str, Callable[[], str]] = {
    "nothing": lambda: "",
    "one part": lambda: "abc",
    "two parts": lambda: "abc.def",
    "four parts": lambda: WHO.token() + ".abc",
    "not base64": lambda: "€.€.€",
    "not ASCII": lambda: WHO.token() + "邻",
    "too long": lambda: WHO.token(grants=["CLERK@140109013"] * 1000),
    "alg none": _none,
    "HS256 with the public key": _hmac_with_public_key,
    "another key under the same id": lambda: _signed({"alg": "Ed25519", "typ": "at+jwt"}, WHO.claims(), OTHER_KEY),
    "a key it brings along": _embedded_key,
    "an unknown key id": lambda: _signed({"alg": "Ed25519", "typ": "at+jwt", "kid": "other"}, WHO.claims()),
    "no key id": lambda: _signed({"alg": "Ed25519", "typ": "at+jwt", "kid": None}, WHO.claims()),
    "another type": lambda: _signed({"alg": "Ed25519", "typ": "JWT"}, WHO.claims()),
    "no type": lambda: _signed({"alg": "Ed25519"}, WHO.claims()),
    "a changed payload": _changed_payload,
    "a cut signature": lambda: WHO.token()[:-2],
    "another issuer": lambda: WHO.token(iss="https://evil.example"),
    "another audience": lambda: WHO.token(aud="other"),
    "a list of audiences": lambda: WHO.token(aud=["linli"]),
    "expired": lambda: WHO.token(exp=time.time() - 1),
    "from the future": lambda: WHO.token(iat=time.time() + 60),
    "no expiry": lambda: _signed(
        {"alg": "Ed25519", "typ": "at+jwt"}, {k: v for k, v in WHO.claims().items() if k != "exp"}
    ),
    "expiry not a number": lambda: WHO.token(exp="never"),
    "claims not an object": lambda: _signed({"alg": "Ed25519", "typ": "at+jwt"}, ["sub"]),
    "subject not an id": lambda: WHO.token(sub="1 OR 1=1"),
    "grants not a list": lambda: WHO.token(grants=7),
    "a grant without scope": lambda: WHO.token(grants=["ADMINISTRATOR"]),
    "an internal token": lambda: HouseKey(b"x" * 32).sign("ticket"),
}


@pytest.fixture
def verifier() -> Verifier:
    verifier = Verifier(ISSUER)
    trust_test_key(verifier)
    return verifier


@pytest.mark.parametrize("name", list(FORGED))
def test_a_forged_token_is_nobody(verifier: Verifier, name: str) -> None:
    with pytest.raises(NotSignedIn):
        verifier.verify(FORGED[name]())


def test_a_good_token_is_its_bearer(verifier: Verifier) -> None:
    home = new_id()
    who = Somebody(["CLERK@140109013", "RESIDENT@140109013001001"], homes=[home])

    actor = verifier.verify(who.token())

    assert (actor.subject, actor.kind, actor.session, actor.homes) == (who.subject, "person", who.session, (home,))
    assert actor.grants == (Grant("CLERK", "140109013"), Grant("RESIDENT", "140109013001001"))


@pytest.mark.parametrize("which", ["session", "subject"])
def test_a_token_dies_with_its_session_or_subject_though_it_was_seen_before(verifier: Verifier, which: str) -> None:
    token = WHO.token()
    verifier.verify(token)

    verifier.learn_revocations({getattr(WHO, which): time.time()})

    with pytest.raises(NotSignedIn):
        verifier.verify(token)


def test_a_token_issued_after_the_revocation_lives(verifier: Verifier) -> None:
    verifier.learn_revocations({WHO.subject: time.time() - 10})

    assert verifier.verify(WHO.token()).subject == WHO.subject


def test_a_revocation_that_no_token_outlives_is_forgotten(verifier: Verifier) -> None:
    verifier.learn_revocations({WHO.subject: time.time()})

    verifier.forget_revocations(time.time() + 1)

    assert verifier.verify(WHO.token()).subject == WHO.subject


def test_one_comparison_says_whether_a_role_reaches_a_compound() -> None:
    actor = Actor(UUID(int=1), "person", (Grant("CLERK", "140109013"), Grant("AUDITOR", "")), UUID(int=2), "")

    assert actor.holds({"CLERK"}, "140109013001001")
    assert not actor.holds({"CLERK"}, "140109012001001")
    assert actor.holds({"AUDITOR"}, "110101001001001")
    assert actor.scopes({"CLERK", "VOLUNTEER"}) == ("140109013",)
    assert actor.roles_on("140109013001001") == {"CLERK", "AUDITOR"}


async def test_roles_open_operations(tiny: Tiny) -> None:
    thing = {"name": "灯"}

    nobody = await tiny.http.post("/v1/things", json=thing)
    other = await tiny.http.post("/v1/things", json=thing, headers=Somebody(["VOLUNTEER@14"]).headers)
    clerk = await tiny.http.post("/v1/things", json=thing, headers=WHO.headers)

    assert [reply.status_code for reply in (nobody, other, clerk)] == [401, 403, 201]
    assert nobody.headers["www-authenticate"].startswith("Bearer")
    assert other.json()["needed"] == ["CLERK"]


@pytest.mark.parametrize("scheme", ["Basic {}", "bearer", "Bearer ", "{}", "Bearer {} x"])
async def test_only_a_bearer_token_is_taken(tiny: Tiny, scheme: str) -> None:
    headers = {"Authorization": scheme.format(WHO.token())}

    assert (await tiny.http.post("/v1/things", json={"name": "灯"}, headers=headers)).status_code == 401


async def test_inside_routes_take_the_house_key_and_nothing_else(tiny: Tiny) -> None:
    expired = HouseKey(b"y" * 32).sign("ticket")

    for value in ("", f"Bearer {WHO.token()}", f"Internal {WHO.token()}", f"Internal {expired}"):
        reply = await tiny.http.post("/internal/clock", json={"seconds": 5}, headers={"Authorization": value})
        assert reply.status_code == 401, value
