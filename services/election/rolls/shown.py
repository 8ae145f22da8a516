"""How a roll is shown: totals by building, one's own rows in full, of others the entrance alone."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.election.elections.schemas import HOME_ID
from services.election.rolls.drift import Checked, Drifted
from services.election.rolls.queries import Own, RollRead
from services.election.rules.roles import DELIVERER_ROLES, DESK_ROLES
from services.election.rules.rolls import Change, Denominators
from services.election.rules.weights import HomeKind, Weights
from services.election.tables import Election, RollCorrection, RollHome
from shared.identity import Actor
from shared.wire import Area, Count, Instant, Output, example

ENTRY_ID = "0197a3f2-7c1e-7d53-9a58-1f1f6f1a0006"
_BUILDING = {"building": "3", "households": 48, "homes": 48, "area": "3840.00"}
_OWN = {
    "home_id": HOME_ID,
    "label": "3-2-501",
    "entry_id": ENTRY_ID,
    "kind": "DWELLING",
    "area": "72.97",
    "owner_known": True,
    "entry_area": "72.97",
}
_BOUNDS = {"best": {"heads": 600, "area": "48960.00"}, "worst": {"heads": 605, "area": "49230.00"}, "assumed": 3}


class BuildingRoll(Output):
    """`area`: known areas; null where so few entitlements would let a home's area be read from it."""

    model_config = Output.model_config | example(**_BUILDING)

    building: str
    households: Count
    homes: Count
    area: Area | None


class HomeOnRoll(Output):
    """One's own row of the roll, and what its whole entitlement weighs."""

    model_config = Output.model_config | example(**_OWN)

    home_id: UUID
    label: str
    entry_id: UUID
    kind: HomeKind
    area: Area | None
    owner_known: bool
    entry_area: Area | None
    """Of the whole entitlement; null for who lives in one of its homes without owning it."""


class DenominatorSeen(Output):
    model_config = Output.model_config | example(heads=600, area="48960.00")

    heads: Count
    area: Area


class BoundsSeen(Output):
    """OWN-6. The smallest and the largest that what is unknown could make of the denominators.

    `best`: known areas alone, and whoever is unknown is somebody on the roll already. `worst`: every unknown area taken
    at the largest known one of its building (or of the roll), and every unknown owner a head of his own.
    `assumed`: how many areas are taken so.
    """

    model_config = Output.model_config | example(**_BOUNDS)

    best: DenominatorSeen
    worst: DenominatorSeen
    assumed: Count


class RollSeen(Output):
    """A posted or frozen roll: totals by building, one's own homes in full, no other row (BAL-9)."""

    model_config = Output.model_config | example(
        households=612,
        heads=612,
        area="48960.00",
        area_unknown=3,
        owner_unknown=5,
        posted_at="2026-11-20T02:00:00Z",
        posted_until="2026-11-27T16:00:00Z",
        bounds=_BOUNDS,
        note=None,
        root=None,
        buildings=[_BUILDING],
        mine=[_OWN],
    )

    households: Count
    heads: Count
    area: Area
    area_unknown: Count
    owner_unknown: Count
    posted_at: Instant | None
    posted_until: Instant | None
    """Objections come until then; null: no posting, or the year's calendar is not published."""
    bounds: BoundsSeen | None
    """While it is posted; afterwards the signed note tells them."""
    note: str | None
    root: str | None
    """Of the tree over all commitments, once it is frozen."""
    buildings: list[BuildingRoll]
    mine: list[HomeOnRoll]


class RollLine(Output):
    """One home as the board shows it: no name, no area; the room only to those who go from door to door."""

    model_config = Output.model_config | example(
        place=41, entitlement=40, building="3", entrance="2", label="3-2-***", kind="DWELLING", home_id=None
    )

    place: Count
    entitlement: Count
    """Place of its entitlement: homes of one number have one vote together."""
    building: str
    entrance: str
    label: str
    kind: HomeKind
    home_id: UUID | None


class CorrectionSeen(Output):
    """A correction with the totals before and after. `effective`: false for what a second officer must confirm."""

    model_config = Output.model_config | example(
        number=1,
        change="AREA",
        home_id=None,
        reason="产权证面积为 72.97 平方米",
        before={"heads": 612, "area": "48960.00"},
        after={"heads": 612, "area": "48952.97"},
        at="2026-11-21T02:00:00Z",
        effective=True,
        confirms=None,
        log_index=None,
    )

    number: Count
    change: Change
    home_id: UUID | None
    reason: str
    before: DenominatorSeen
    after: DenominatorSeen
    at: Instant
    effective: bool
    confirms: Count | None
    log_index: Count | None


class DriftSeen(Output):
    """A row that is not as it was frozen: its place from 0, its label, and in what."""

    model_config = Output.model_config | example(place=40, label="3-2-501", what="ROW")

    place: Count
    label: str
    what: Drifted


class RollChecked(Output):
    """The frozen roll read again: every row hashed, the root built, homes added up, corrections opened."""

    model_config = Output.model_config | example(
        rows=612, sound=False, root_holds=True, drifts=[DriftSeen.model_config["json_schema_extra"]["examples"][0]],  # type: ignore[index]
        checked_at="2026-12-02T03:00:00Z",
    )  # fmt: skip

    rows: Count
    sound: bool
    root_holds: bool
    drifts: list[DriftSeen]
    checked_at: Instant


def roll(election: Election, found: RollRead) -> RollSeen:
    return RollSeen(
        households=election.entries,
        heads=election.heads,
        area=election.area_hundredths,
        area_unknown=election.area_unknown,
        owner_unknown=election.owner_unknown,
        posted_at=election.roll_posted_at,
        posted_until=found.posted_until,
        bounds=_bounds(found.bounds) if found.bounds else None,
        note=election.roll_note,
        root=election.roll_root.hex() if election.roll_root else None,
        buildings=[BuildingRoll.model_validate(one) for one in found.buildings],
        mine=[_own(one) for one in found.mine],
    )


def _bounds(found: Denominators) -> BoundsSeen:
    return BoundsSeen(best=_told(found.best), worst=_told(found.worst), assumed=len(found.assumed))


def _told(weights: Weights) -> DenominatorSeen:
    return DenominatorSeen(heads=weights.heads, area=weights.area)


def _own(one: Own) -> HomeOnRoll:
    home, entry = one.home, one.entry
    return HomeOnRoll(
        home_id=home.home_id,
        label=home.label,
        entry_id=one.entry_id,
        kind=HomeKind(home.kind),
        area=home.area_hundredths,
        owner_known=home.owner_known,
        entry_area=entry.area_hundredths if entry else None,
    )


def line(actor: Actor, election: Election, home: RollHome, entitlement: int) -> RollLine:
    """PUB-4. Others' homes by building and entrance only."""
    full = actor.holds(DELIVERER_ROLES, election.compound_code)
    return RollLine(
        place=home.place,
        entitlement=entitlement,
        building=home.building,
        entrance=home.entrance,
        label=home.label if full else f"{home.building}-{home.entrance}-***",
        kind=HomeKind(home.kind),
        home_id=home.home_id if full else None,
    )


def correction(actor: Actor, election: Election, row: RollCorrection) -> CorrectionSeen:
    full = actor.holds(DESK_ROLES, election.compound_code)
    return CorrectionSeen(
        number=row.number,
        change=Change(row.change),
        home_id=row.home_id if full else None,
        reason=row.reason,
        before=_totals(row.before),
        after=_totals(row.after),
        at=row.at,
        effective=not row.proposed,
        confirms=row.confirms,
        log_index=row.log_index,
    )


def _totals(kept: dict[str, Any]) -> DenominatorSeen:
    return DenominatorSeen(heads=kept["heads"], area=kept["area"])


def checked(found: Checked, now: datetime) -> RollChecked:
    drifts = [DriftSeen.model_validate(one) for one in found.drifts]
    return RollChecked(rows=found.rows, sound=found.sound, root_holds=found.root_holds, drifts=drifts, checked_at=now)
