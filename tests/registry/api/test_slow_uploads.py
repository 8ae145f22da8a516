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


async def test_a_register_that_takes_longer_than_a_write_may_is_still_taken(desk: Office) -> None:
    """OWN-5: the body is there before the write, its deadline and its transaction begin."""
    house = desk.registry.house
    patience = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield HEAD
        await patience.wait()
        yield ROLL + b"\r\n--x--\r\n"

    headers = {**desk.secretary, "Content-Type": "multipart/form-data; boundary=x"}
    sending = asyncio.create_task(desk.http.post(f"{desk.path}/roll-imports", content=body(), headers=headers))
    for _ in range(50):
        await asyncio.sleep(0)
    begun = len(house.writing)
    patience.set()
    reply = await sending

    assert begun == 0
    assert reply.status_code == 202, reply.text


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
