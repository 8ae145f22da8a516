"""How a room asks another whose process is being replaced."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest

from shared.identity import HouseKey
from shared.problems import NeighbourDown
from shared.upstream import Neighbour
from tests.gateway.scripted import HANG_UP, nobody_listens, scripted


@asynccontextmanager
async def _neighbour(url: str) -> AsyncIterator[Neighbour]:
    neighbour = Neighbour("registry", "ticket", HouseKey(secrets.token_bytes(32)), httpx2.AsyncHTTPTransport(), url)
    try:
        yield neighbour
    finally:
        await neighbour.close()


async def test_a_read_whose_connection_broke_is_made_once_more() -> None:
    async with scripted(HANG_UP) as registry, _neighbour(registry.url) as neighbour:
        assert await neighbour.get_json("/internal/x") == {}

    assert len(registry.seen) == 2


async def test_it_is_made_no_third_time() -> None:
    async with scripted(HANG_UP, HANG_UP) as registry, _neighbour(registry.url) as neighbour:
        with pytest.raises(NeighbourDown):
            await neighbour.get_json("/internal/x")

    assert len(registry.seen) == 2


@pytest.mark.parametrize(("key", "tries"), [("once", 2), (None, 1)])
async def test_a_post_is_repeated_only_under_a_key(key: str | None, tries: int) -> None:
    async with scripted(HANG_UP, HANG_UP) as registry, _neighbour(registry.url) as neighbour:
        with pytest.raises(NeighbourDown):
            await neighbour.post_json("/internal/x", {}, idempotency_key=key)

    assert len(registry.seen) == tries


async def test_with_one_instance_gone_the_other_answers_and_is_asked_first_from_then_on() -> None:
    with nobody_listens() as gone:
        async with scripted() as here, _neighbour(f"{gone},{here.url}") as neighbour:
            told = [await neighbour.get_json("/internal/x") for _ in range(3)]
            await neighbour.post_json("/internal/x", {})

    assert told == [{}, {}, {}]
