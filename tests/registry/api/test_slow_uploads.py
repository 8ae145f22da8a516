"""A register that comes slowly, over a line as offices have them."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from tests.registry.api.places import Office, office

HEAD = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
ROLL = "楼号,单元,房号,面积,业主姓名\n1,1,101,60,李芳\n".encode()


@pytest.fixture
async def desk(clean: None, database_urls: Mapping[str, str], tmp_path: Path) -> AsyncIterator[Office]:
    async with office(database_urls["registry"], tmp_path / "data") as found:
        yield found


async def slowly(desk: Office, path: str, rest: bytes, headers: Mapping[str, str]) -> tuple[int, int]:
    """Post a file whose end waits: how many writes had begun by then, and the status."""
    house = desk.registry.house
    patience = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield HEAD
        await patience.wait()
        yield rest + b"\r\n--x--\r\n"

    typed = {**headers, "Content-Type": "multipart/form-data; boundary=x"}
    sending = asyncio.create_task(desk.http.post(path, content=body(), headers=typed))
    for _ in range(50):
        await asyncio.sleep(0)
    begun = len(house.writing)
    patience.set()
    return begun, (await sending).status_code


async def test_a_register_that_takes_longer_than_a_write_may_is_still_taken(desk: Office) -> None:
    """OWN-5: the body is there before the write, its deadline and its transaction begin."""
    assert await slowly(desk, f"{desk.path}/roll-imports", ROLL, desk.secretary) == (0, 202)


async def test_regions_that_take_longer_than_a_write_may_are_still_taken(desk: Office) -> None:
    """OWN-4."""
    rows = "code,name\n140109013055,五十五社区\n".encode()

    assert await slowly(desk, "/v1/regions/imports", rows, desk.officer) == (0, 201)


async def test_a_stranger_is_refused_before_he_sends_a_register(desk: Office) -> None:
    """PRI-2."""
    never = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield HEAD
        await never.wait()

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    async with asyncio.timeout(10):
        reply = await desk.http.post(f"{desk.path}/roll-imports", content=body(), headers=headers)
    assert reply.status_code == 401
