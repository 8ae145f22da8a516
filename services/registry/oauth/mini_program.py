"""Who a mini-program's login code stands for: asked of the platform, or in sample mode said by the code itself."""

from typing import Protocol

import httpx2

from services.registry.errors import MiniProgramAway, SignInRefused

SECONDS = 5.0
SAMPLE_PREFIX = "dev:"
LONGEST = 64
BUSY = frozenset({-1, 45011})
"""WeChat: too busy, or asked too often; the code itself is not the fault."""


class MiniProgram(Protocol):
    async def openid(self, code: str) -> str:
        """The stable id of the user whose client got this code. SignInRefused, MiniProgramAway."""
        ...


class WeChat:
    """WeChat's `GET /sns/jscode2session` (appid, secret, js_code) -> openid or errcode."""

    def __init__(self, app_id: str, app_secret: str, url: str) -> None:
        self._app_id = app_id
        self._app_secret = app_secret
        self._client = httpx2.AsyncClient(base_url=url, timeout=SECONDS, trust_env=False)

    async def openid(self, code: str) -> str:
        query = {
            "appid": self._app_id,
            "secret": self._app_secret,
            "js_code": code,
            "grant_type": "authorization_code",
        }
        try:
            said = (await self._client.get("/sns/jscode2session", params=query)).raise_for_status().json()
        except (httpx2.HTTPError, ValueError) as fault:
            raise MiniProgramAway(retry_after=5) from fault
        if isinstance(said, dict) and said.get("errcode") in BUSY:
            raise MiniProgramAway(retry_after=5)
        if not isinstance(said, dict) or not said.get("openid"):
            raise SignInRefused(error="invalid_grant")
        return str(said["openid"])


class SampleMiniProgram:
    """Sample mode: `dev:secretary` is the sample person with that login; any other name is somebody new."""

    async def openid(self, code: str) -> str:
        if not code.startswith(SAMPLE_PREFIX) or not 0 < len(code) - len(SAMPLE_PREFIX) <= LONGEST:
            raise SignInRefused(error="invalid_grant")
        return code


class NoMiniProgram:
    """A house without mini-program settings: nobody signs in this way."""

    async def openid(self, code: str) -> str:
        raise SignInRefused(error="invalid_grant")
