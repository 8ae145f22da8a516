"""A second factor shown again: what the token then says, and what a wrong code costs."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest

from shared.identity import Verifier
from tests.registry.api.houses import Registry, bearer, running

MINI = "urn:linli:grant:mini-program"


@pytest.fixture
async def registry(clean: None, database_urls: Mapping[str, str], tmp_path: Path) -> AsyncIterator[Registry]:
    async with running(database_urls["registry"], tmp_path / "data") as house:
        yield house


async def test_the_token_says_by_which_method_and_when(registry: Registry) -> None:
    """BAL-5."""
    signed_in = await registry.sign_in(grant_type=MINI, code="dev:somebody")
    me = bearer(signed_in)
    secret = (await registry.http.post("/v1/me/second-factors", headers=me)).json()["secret"]
    totp = pyotp.TOTP(secret)
    first = totp.now()
    await registry.http.post("/v1/me/second-factors/confirmations", json={"code": first}, headers=me)
    following = totp.generate_otp(totp.timecode(datetime.now(UTC)) + 1)

    used = await registry.http.post("/v1/me/step-ups", json={"otp": first}, headers=me)
    shown = await registry.http.post("/v1/me/step-ups", json={"otp": following}, headers=me)
    sample = await registry.http.post("/v1/me/step-ups", json={"otp": "000000"}, headers=me)

    verifier = Verifier("http://127.0.0.1:8000")
    verifier.learn_keys((await registry.http.get("/.well-known/jwks.json")).json())
    before, after = (verifier.verify(reply.json()["access_token"]) for reply in (signed_in, shown))
    assert [one.status_code for one in (used, shown, sample)] == [422, 201, 422], "a code counts once"
    assert (before.step_up, before.subject, before.session) == (None, after.subject, after.session)
    assert after.step_up is not None
    assert (after.step_up.method, shown.json()["method"]) == ("TOTP", "TOTP")
    assert datetime.now(UTC) - after.step_up.at < timedelta(minutes=1)
    assert shown.headers["cache-control"] == "no-store"


async def test_five_wrong_codes_lock(registry: Registry) -> None:
    """PRI-6. In the sample, without an authenticator, 000000 is right."""
    me = bearer(await registry.sign_in(grant_type=MINI, code="dev:somebody"))

    right = await registry.http.post("/v1/me/step-ups", json={"otp": "000000"}, headers=me)
    wrong = [await registry.http.post("/v1/me/step-ups", json={"otp": "111111"}, headers=me) for _ in range(5)]
    locked = await registry.http.post("/v1/me/step-ups", json={"otp": "000000"}, headers=me)

    assert (right.status_code, right.json()["method"]) == (201, "SAMPLE")
    assert [one.status_code for one in wrong] == [422] * 5
    assert locked.status_code == 429


async def test_nobody_locks_the_second_factor_of_somebody_else_from_outside(registry: Registry) -> None:
    """PRI-6, BAL-5: a login that reads like another's count of tries is only a login."""
    me = bearer(await registry.sign_in(grant_type=MINI, code="dev:somebody"))
    person = (await registry.http.get("/v1/me", headers=me)).json()["id"]

    for _ in range(5):
        await registry.sign_in(grant_type="password", username=f"step-up {person}", password="no")
    mine = await registry.http.post("/v1/me/step-ups", json={"otp": "000000"}, headers=me)

    assert mine.status_code == 201, mine.text
