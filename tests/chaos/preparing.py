"""What a house has before its rooms start: schemas at their newest revision, keys, and the sample compound."""

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

from migrations import run
from migrations.roles import address
from services.registry.sample.load import load
from shared.database import Database
from shared.identity import HouseKey
from shared.sealing import Keys, secret


def prepare(folder: Path, admin_url: str, homes: int) -> None:
    """Everything at once, on a database that is empty."""
    url = run.prepare(admin_url)
    keys = Keys.load(folder / "keys", create=True)
    HouseKey(secret(folder / "keys", "internal.key", lambda: os.urandom(32), create=True))
    asyncio.run(_load(address(url, role="registry"), keys, homes))


async def _load(url: str, keys: Keys, homes: int) -> None:
    database = Database(url, 1)
    try:
        await load(database, keys, homes, print, datetime.now(UTC))
    finally:
        await database.close()
