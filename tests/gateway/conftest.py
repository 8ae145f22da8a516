"""How the gateway's tests run: on asyncio, the loop the house runs on."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
