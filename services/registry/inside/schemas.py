"""Wire shapes that other rooms read."""

from uuid import UUID

from shared.wire import Instant, Output


class CompoundFact(Output):
    id: UUID
    code: str
    name: str


class HomeFact(Output):
    id: UUID
    compound_id: UUID
    code: str
    building: str
    entrance: str
    label: str
    kind: str
    delivery: str


class RollHomeFact(Output):
    """What a round or a roll freezes of a home (VOTE-1, OWN-6): its place, its weight, the head it counts under."""

    id: UUID
    building: str
    entrance: str
    label: str
    kind: str
    delivery: str
    area_hundredths: int | None
    owner_known: bool
    basis: str
    """OWN-1. Of its first registered owner; UNKNOWN without one."""
    head_group: str
    """Hex; homes of equal groups are one head."""
    owners: list[UUID]
    """Persons who own it by the register or by a tie of their own."""


class RollHomes(Output):
    items: list[RollHomeFact]


class RoleHeld(Output):
    """A role of a person on a compound, and until when; null: it lasts."""

    person_id: UUID
    role: str
    until: Instant | None


class RolesHeld(Output):
    items: list[RoleHeld]
