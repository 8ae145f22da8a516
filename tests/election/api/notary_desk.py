"""The notary beside the election room: with its role and its memory, and the admin's hand for tampering."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from migrations.roles import address
from services.election.log.notary import PAUSE_SECONDS, Memory, Notary, NotaryKey
from shared.database import Database
from tests.election.api.conftest import Hall
from tests.factories.tokens import Somebody

Reply = dict[str, Any]


async def get(hall: Hall, who: Somebody, election: Reply, path: str, **query: Any) -> Any:
    reply = await hall.get(who, f"/v1/elections/{election['id']}/{path}", **query)
    assert reply.status_code == 200, reply.text
    return reply.json()


@dataclass
class Desk:
    """The notary beside the room, with its role and its memory, and the admin's hand for tampering."""

    hall: Hall
    notary: Notary
    database: Database
    admin: psycopg.Connection

    async def sign(self) -> int:
        return await self.notary.sign_due(self.database, self.hall.house.clock.now())

    async def sign_rested(self) -> int:
        """As if the pause were over."""
        for watched in self.notary._watched.values():
            watched.signed_at -= PAUSE_SECONDS
        return await self.sign()

    def again(self, folder: Path) -> Notary:
        return Notary(NotaryKey.load(folder / "keys", create=True), Memory(folder / "notary"))


@pytest.fixture
async def desk(hall: Hall, admin_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    database = Database(address(admin_url, role="notary"), 1)
    notary = Notary(NotaryKey.load(tmp_path / "keys", create=True), Memory(tmp_path / "notary"))
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("SET session_replication_role = replica")
        yield Desk(hall, notary, database, admin)
    await database.close()
