"""What the registry does later: reading an uploaded register."""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from services.registry.errors import RollFileRefused
from services.registry.rolls import actions
from services.registry.rolls.reading import read_sheets
from services.registry.tables.rolls import RollImport
from shared import audit
from shared.jobs import Job

if TYPE_CHECKING:
    from shared.app import House

READ_ROLL = "read_roll"
log = structlog.get_logger()


def jobs_of(house: "House") -> Mapping[str, Job]:
    """The registry's queue."""

    async def read_roll(import_id: str) -> None:
        await _read_roll(house, UUID(import_id))

    return {READ_ROLL: read_roll}


async def _read_roll(house: "House", import_id: UUID) -> None:
    """Open the file with no transaction open, then take it in one. Repeating it changes nothing (OWN-5)."""
    async with house.database.read() as session:
        row = await session.get(RollImport, import_id)
    if row is None or row.state != "QUEUED":
        return
    done = audit.Done(f"service:{house.name}", READ_ROLL, "-", str(import_id), 200)
    try:
        await _take(house, row, done)
        return
    except (OperationalError, InterfaceError, PoolTimeout):
        raise  # the database is away or has broken a tie: the queue tries again
    except RollFileRefused as refusal:
        fault = str(refusal.facts["fault"])
    except Exception:  # a second try would end the same: whoever waits for it is told, and so is the log
        log.exception("a register could not be taken", roll_import=str(import_id))
        fault = "failed"
    async with house.database.write() as session, session.begin():
        await actions.mark_unreadable(session, import_id, fault, house.clock.now())
        await audit.record(session, house.metadata, done)


async def _take(house: "House", row: RollImport, done: audit.Done) -> None:
    """Errors: RollFileRefused."""
    content = house.keys.ring.open(row.file_sealed or b"", actions.label_of(row.id))
    sheets = await read_sheets(content)
    roll, wanted = await actions.read_in_thread(house.keys, sheets, row, house.clock.now())
    async with house.database.write() as session, session.begin():
        await actions.take_roll(session, house.keys, row.id, roll, wanted, house.clock.now())
        await audit.record(session, house.metadata, done)
    house.wake.set()
