"""PRI-3: whose answers a record holds. A home outlives its households: what one of them said is not the next one's."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.survey.rules.visits import Relation


class Side(StrEnum):
    """Who lives behind one door may be two households: its owners', and the tenants' whom they let it to."""

    OWNERS = "OWNERS"
    TENANTS = "TENANTS"


SIDES: Final = {Relation.OWNER: Side.OWNERS, Relation.FAMILY: Side.OWNERS, Relation.TENANT: Side.TENANTS}
"""Whoever else opened the door (OTHER) told it for nobody knows whom."""


def relation_of(said: str) -> Relation:
    """As a token or a row says it; what is not known here stands on no side."""
    return Relation(said) if said in SIDES else Relation.OTHER


@dataclass(frozen=True, slots=True)
class Told:
    """A record as it came in. `at` is when it was answered; `told_as` None where nobody said it."""

    by: UUID
    of_home: bool
    """He who wrote it down was bound to the home: it is his own, and no visitor's."""
    told_as: Relation | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Bound:
    """Somebody's binding to the home that a record is about, as it lasts now."""

    relation: Relation
    since: datetime


def is_own(told: Told, who: UUID, bound: Bound | None) -> bool:
    """PRI-3. Whether the answers are his or his household's: to see, and to take back (VIS-2).

    What he wrote himself stays his wherever he lives. What was told by another is his household's if he was bound to
    the home by then and does not stand on the other side of a lease.
    """
    if told.of_home and told.by == who:
        return True
    if bound is None or told.at < bound.since:
        return False
    said = SIDES.get(told.told_as) if told.told_as else None
    return said is None or said is SIDES.get(bound.relation)
