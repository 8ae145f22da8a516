"""Receive a register, read it, and take it into the compound: all of it, or none, or the part that can be taken."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from anyio import to_thread
from sqlalchemy import bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.compounds.queries import compound, compound_in_reach
from services.registry.rolls import plan as planning
from services.registry.rolls.known import Wanted, known_of
from services.registry.rolls.plan import Plan, Stamp
from services.registry.rolls.reading import refused
from services.registry.rules.areas import AreaSource
from services.registry.rules.roles import STAFF
from services.registry.rules.roll import Roll, RollHome, alike_findings, clash_findings, owners_of, read_roll
from services.registry.rules.roll_findings import Finding, Severity
from services.registry.rules.roll_rows import Sheet
from services.registry.tables.owners import Organisation
from services.registry.tables.places import Compound
from services.registry.tables.rolls import RollImport
from services.registry.tables.schema import Base
from shared import audit
from shared.database import new_id
from shared.days import day_of
from shared.identity import Actor
from shared.outbox import Event, tell
from shared.sealing import Keys, Label

TAKING = STAFF
TAKEN = ("TAKEN", "PARTLY_TAKEN")
MOST_PEOPLE = 150_000
"""Each is sealed under a key of his own while nobody else can enter an owner: a minute's work at most."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A register as it was sent."""

    name: str
    content: bytes
    partial: bool
    area_source: AreaSource


def label_of(import_id: UUID) -> Label:
    return Label("roll_import.file", str(import_id))


def name_label(import_id: UUID) -> Label:
    return Label("roll_import.name", str(import_id))


async def receive_roll(
    db: AsyncSession, keys: Keys, actor: Actor, compound_id: UUID, upload: Upload, now: datetime
) -> RollImport:
    """Keep the sealed file; a job reads it. A file that was taken before changes nothing, and says so (OWN-5)."""
    row = await compound_in_reach(db, actor, compound_id, TAKING)
    digest = keys.blind_index("roll_import.file", sha256(upload.content).hexdigest(), str)
    earlier = await _taken_before(db, row.id, digest)
    import_id = new_id()
    added = RollImport(
        id=import_id,
        compound_id=row.id,
        digest=digest,
        name_sealed=keys.ring.seal(upload.name.encode(), name_label(import_id)),
        file_sealed=keys.ring.seal(upload.content, label_of(import_id)),
        partial=upload.partial,
        area_source=upload.area_source,
        state="QUEUED",
        fault=None,
        same_as=None,
        report=None,
        made_by=actor.subject,
        made_at=now,
        done_at=None,
    )
    if earlier is not None:
        _unchanged(added, earlier, now)
    db.add(added)
    audit.note(db, "roll_import", import_id, row.code, partial=upload.partial, state=added.state)
    await db.flush()
    return added


async def _taken_before(db: AsyncSession, compound_id: UUID, digest: bytes) -> RollImport | None:
    same = select(RollImport).where(
        RollImport.compound_id == compound_id, RollImport.digest == digest, RollImport.state.in_(TAKEN)
    )
    return (await db.execute(same.order_by(RollImport.made_at).limit(1))).scalar_one_or_none()


def _unchanged(row: RollImport, earlier: RollImport, now: datetime) -> None:
    """The report of the earlier import holds; only that nothing was added this time."""
    row.state, row.same_as, row.done_at, row.file_sealed = "UNCHANGED", earlier.id, now, None
    row.report = dict(earlier.report or {}) | {"homes_added": 0, "homes_completed": 0, "areas_added": 0}


async def read_in_thread(keys: Keys, sheets: Sequence[Sheet], row: RollImport, now: datetime) -> tuple[Roll, Wanted]:
    """Parse off the event loop: fifty thousand rows take seconds. Errors: RollFileRefused when no sheet is a list."""
    source = AreaSource(row.area_source)
    roll = await to_thread.run_sync(read_roll, sheets, day_of(now), source)
    if not any(sheet.is_list for sheet in roll.sheets):
        raise refused("no_list")
    if sum(len(home.owners) + len(home.tenants) for home in roll.homes) > MOST_PEOPLE:
        raise refused("too_many_people")
    return roll, await to_thread.run_sync(planning.wanted_of, keys, roll.homes)


async def take_roll(db: AsyncSession, keys: Keys, import_id: UUID, roll: Roll, wanted: Wanted, now: datetime) -> None:
    """Judge and take a roll under the compound's lock. Safe to repeat: an import that is done is left alone."""
    row = await db.get_one(RollImport, import_id, with_for_update=True)
    if row.state != "QUEUED":
        return
    place = await compound(db, row.compound_id, lock=True)
    earlier = await _taken_before(db, row.compound_id, row.digest)
    if earlier is not None:
        _unchanged(row, earlier, now)
        return
    stamp = Stamp(now, day_of(now), f"roll:{import_id}")
    homes = () if roll.is_refused and not row.partial else roll.homes
    plan = await take_homes(db, keys, place, homes, wanted, stamp)
    people = await to_thread.run_sync(owners_of, roll.homes)
    alike = tuple(alike_findings(roll.homes, people))
    findings = (*roll.findings, *plan.findings, *alike, *clash_findings(roll.homes, people))
    await _keep_findings(db, import_id, findings)
    row.state = _state(roll, row.partial, plan)
    row.report = report_of(roll, plan, findings, len(alike))
    row.done_at, row.file_sealed = now, None  # PRI-8: its digest is enough to know it again
    await _tell_read(db, row, place, plan)


async def take_homes(
    db: AsyncSession, keys: Keys, place: Compound, homes: Sequence[RollHome], wanted: Wanted, stamp: Stamp
) -> Plan:
    """Enter homes with owners and tenants; the compound's row is locked. The sample comes in here too."""
    await lock_owners(db)
    known = await known_of(db, place, wanted)
    plan = await to_thread.run_sync(planning.plan_of, keys, homes, known, stamp)
    await _write(db, plan)
    return plan


async def lock_owners(db: AsyncSession) -> None:
    """OWN-1. All compounds share people and bodies: whoever enters some does so alone, else one could be two."""
    await db.execute(select(func.pg_advisory_xact_lock(func.hashtext("registry owners"))))


async def _write(db: AsyncSession, plan: Plan) -> None:
    await enter_bodies(db, plan)
    await copy_rows(db, "person", planning.PERSON, plan.people)
    await copy_rows(db, "home", planning.HOME, plan.homes)
    await copy_rows(db, "home_area", planning.HOME_AREA, plan.areas)
    await copy_rows(db, "ownership", planning.OWNERSHIP, plan.ownerships)
    await copy_rows(db, "tenancy", planning.TENANCY, plan.tenancies)
    areas = [
        {"home": one.id, "hundredths": one.area.hundredths, "source": one.area.source}
        for one in plan.completed
        if one.area
    ]
    owned = [
        {"home": one.id, "heads": one.owned.group, "known": one.owned.known, "more": one.owned.incomplete}
        for one in plan.completed
        if one.owned
    ]
    home = Base.metadata.tables["registry.home"]
    changed = update(home).where(home.c.id == bindparam("home")).values(version=home.c.version + 1)
    if areas:
        both: dict[str, Any] = {"area_hundredths": bindparam("hundredths"), "area_source": bindparam("source")}
        await db.execute(changed.values(both), areas)
    if owned:
        heads: dict[str, Any] = {
            "head_group": bindparam("heads"),
            "owner_known": bindparam("known"),
            "owners_incomplete": bindparam("more"),
        }
        await db.execute(changed.values(heads), owned)


async def enter_bodies(db: AsyncSession, plan: Plan) -> None:
    """OWN-1. New organisations, and the credit codes that known ones learn."""
    await copy_rows(db, "organisation", planning.ORGANISATION, plan.organisations)
    for body in plan.coded:
        known = update(Organisation).where(Organisation.id == body.id)
        await db.execute(known.values(credit_code=body.learns))


async def copy_rows(db: AsyncSession, table: str, columns: Sequence[str], rows: Sequence[planning.Row]) -> None:
    """Insert by COPY on the session's own connection: ten times as fast as statements, within its transaction."""
    if not rows:
        return
    raw = await (await db.connection()).get_raw_connection()
    connection = raw.driver_connection
    assert connection is not None
    statement = f"COPY registry.{table} ({', '.join(columns)}) FROM STDIN"
    async with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for number, row in enumerate(rows):
            await copy.write_row(row)
            if number % 500 == 0:
                await asyncio.sleep(0)  # rows are copied from memory: let other requests have their turn


async def _keep_findings(db: AsyncSession, import_id: UUID, findings: Iterable[Finding]) -> None:
    columns = (
        "import_id", "position", "kind", "severity", "sheet", "row", '"column"', "heading", "home", "reason_zh",
        "reason_en",
    )  # fmt: skip
    rows: list[planning.Row] = [
        (
            import_id, position, one.kind, one.severity, one.sheet[:100], one.row, one.column, one.heading[:100],
            one.home, one.reason_zh[:300], one.reason_en[:300],
        )
        for position, one in enumerate(findings, 1)
    ]  # fmt: skip
    await copy_rows(db, "roll_finding", columns, rows)


def _state(roll: Roll, partial: bool, plan: Plan) -> str:
    if roll.is_refused and not partial:
        return "REFUSED"
    if not plan.changes:
        return "UNCHANGED"
    return "PARTLY_TAKEN" if roll.is_refused else "TAKEN"


def report_of(roll: Roll, plan: Plan, findings: Sequence[Finding], alike: int) -> dict[str, int]:
    """Figures only."""
    graves = [one.severity for one in findings]
    return {
        "homes_read": len(roll.homes),
        "homes_added": len(plan.homes),
        "homes_completed": len(plan.completed),
        "areas_added": len(plan.areas),
        "rows_refused": graves.count(Severity.REFUSED),
        "unknowns": graves.count(Severity.UNKNOWN),
        "warnings": graves.count(Severity.WARNING),
        "alike_owners": alike,
    }


async def _tell_read(db: AsyncSession, row: RollImport, place: Compound, plan: Plan) -> None:
    data: dict[str, str | int | bool | None] = {
        "compound": str(place.id),
        "state": row.state,
        "homes_added": len(plan.homes),
        "homes_completed": len(plan.completed),
    }
    audit.note(db, "roll_import", row.id, place.code, state=row.state, homes_added=len(plan.homes))
    await tell(db, Base.metadata, Event("linli.registry.roll_read.v1", str(row.id), place.code, data))


async def mark_unreadable(db: AsyncSession, import_id: UUID, fault: str, now: datetime) -> None:
    """The file cannot be read at all; nothing is taken."""
    row = await db.get_one(RollImport, import_id, with_for_update=True)
    if row.state == "QUEUED":
        row.state, row.fault, row.done_at, row.file_sealed = "UNREADABLE", fault, now, None
        place = await compound(db, row.compound_id)
        await _tell_read(db, row, place, Plan())
        audit.note(db, "roll_import", import_id, place.code, state=row.state, fault=fault)
