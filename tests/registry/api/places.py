"""A compound in the running registry, opened over the API, and registers brought into it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from tests.registry.api.houses import Registry, running

COMMUNITY = "140109013001"
REGISTER = Path(__file__).parent.parent / "data" / "home-register.xlsx"


@dataclass
class Office:
    """The running registry with its queue at work, one compound, and headers of those who keep it."""

    registry: Registry
    compound: str
    secretary: Mapping[str, str]
    officer: Mapping[str, str]

    @property
    def http(self) -> httpx2.AsyncClient:
        return self.registry.http

    @property
    def path(self) -> str:
        return f"/v1/compounds/{self.compound}"

    async def upload(self, content: bytes, name: str = "名册.xlsx", **query: str) -> httpx2.Response:
        files = {"file": (name, content, "application/octet-stream")}
        return await self.http.post(f"{self.path}/roll-imports", files=files, params=query, headers=self.secretary)

    async def taken(self, content: bytes, **query: str) -> dict[str, Any]:
        """The import once it is read."""
        reply = await self.upload(content, **query)
        assert reply.status_code == 202, reply.text
        read = await self.http.get(reply.headers["location"], params={"wait": 25}, headers=self.secretary)
        assert read.status_code == 200, read.text
        found: dict[str, Any] = read.json()
        return found

    async def get(self, path: str, **query: str) -> Any:
        reply = await self.http.get(path, params=query, headers=self.secretary)
        assert reply.status_code == 200, reply.text
        return reply.json()

    async def register(self, **query: str) -> Any:
        return await self.get(f"{self.path}/register", **query)

    async def home(self, label: str) -> Any:
        building, entrance, _ = label.split("-")
        homes = await self.get(f"{self.path}/homes", building=building, entrance=entrance, limit="200")
        return next(home for home in homes["items"] if home["label"] == label)


@asynccontextmanager
async def office(url: str, data_dir: Path) -> AsyncIterator[Office]:
    """A registry with one empty compound, opened by its secretary."""
    async with running(url, data_dir) as registry:
        await registry.enter("officer", f"STREET_OFFICER@{COMMUNITY[:9]}")
        await registry.enter("secretary", f"SECRETARY@{COMMUNITY}")
        officer, secretary = await registry.as_sample("officer"), await registry.as_sample("secretary")
        community = {"code": COMMUNITY, "name": "晋阳社区"}
        entered = await registry.http.post("/v1/regions", json=community, headers=officer)
        assert entered.status_code == 201, entered.text
        opened = await registry.http.post(
            "/v1/compounds", json={"community_code": COMMUNITY, "name": "晋阳小区"}, headers=secretary
        )
        assert opened.status_code == 201, opened.text
        work = asyncio.create_task(registry.house.jobs.work())
        try:
            yield Office(registry, opened.json()["id"], secretary, officer)
        finally:
            work.cancel()
            with suppress(asyncio.CancelledError):
                await work
