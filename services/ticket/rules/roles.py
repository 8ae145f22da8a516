"""Decides which part a caller plays in one ticket."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.ticket.rules.kinds import Kind
from services.ticket.rules.parameters import Parameters


class Role(StrEnum):
    """The registry's roles that tickets know; the values are the registry's."""

    ADMINISTRATOR = "ADMINISTRATOR"
    AUDITOR = "AUDITOR"
    STREET_OFFICER = "STREET_OFFICER"
    SECRETARY = "SECRETARY"
    CLERK = "CLERK"
    GRID_WORKER = "GRID_WORKER"
    HANDLER = "HANDLER"
    PMC_MEMBER = "PMC_MEMBER"
    PARTY_MEMBER = "PARTY_MEMBER"
    VOLUNTEER = "VOLUNTEER"
    OWNER = "OWNER"
    RESIDENT = "RESIDENT"
    PARTNER = "PARTNER"


class Part(StrEnum):
    """What a caller is to one ticket; a move names the parts that may make it."""

    REPORTER = "REPORTER"  # who reported it; the desk for a report taken down for somebody without an account
    HELPED = "HELPED"  # the reporter, where his yes confirms (TKT-2)
    DESK = "DESK"  # clerk or secretary of the community
    GRID = "GRID"  # grid worker of the compound
    COMMITTEE = "COMMITTEE"  # member of the PMC
    HANDLER = "HANDLER"  # the worker it was given to, or any worker of the compound while nobody is named
    VOLUNTEER = "VOLUNTEER"  # volunteer, for another's neighbour help only
    STREET = "STREET"  # officer of the street office
    PARTNER = "PARTNER"  # the platform it was escalated to


DESK_ROLES = frozenset({Role.CLERK, Role.SECRETARY})
WORKER_ROLES = frozenset({Role.HANDLER, Role.GRID_WORKER})

_BY_ROLE: Mapping[Part, frozenset[Role]] = {
    Part.DESK: DESK_ROLES,
    Part.GRID: frozenset({Role.GRID_WORKER}),
    Part.COMMITTEE: frozenset({Role.PMC_MEMBER}),
    Part.STREET: frozenset({Role.STREET_OFFICER}),
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a person or client, and the roles held over the ticket's compound."""

    subject: UUID
    roles: frozenset[Role] = frozenset()

    def has(self, roles: Collection[Role]) -> bool:
        return not self.roles.isdisjoint(roles)


@dataclass(frozen=True, slots=True)
class People:
    """Who stands where in one ticket."""

    kind: Kind
    reporter_id: UUID | None
    worker_id: UUID | None
    partner_id: UUID | None
    waits_for_worker: bool  # dispatched to a unit, nobody named


def parts_of(people: People, caller: Caller, rules: Parameters) -> frozenset[Part]:
    """Every part this caller plays in the ticket."""
    parts = {part for part, roles in _BY_ROLE.items() if caller.has(roles)}
    reporter = people.reporter_id == caller.subject if people.reporter_id else Part.DESK in parts
    if reporter:
        parts.add(Part.REPORTER)
        if people.kind in rules.self_confirming:  # TKT-2
            parts.add(Part.HELPED)
    if people.kind is Kind.NEIGHBOUR_HELP and caller.has({Role.VOLUNTEER}) and people.reporter_id != caller.subject:
        parts.add(Part.VOLUNTEER)
    if _handles(people, caller):
        parts.add(Part.HANDLER)
    if people.partner_id == caller.subject and caller.has({Role.PARTNER}):
        parts.add(Part.PARTNER)
    return frozenset(parts)


def _handles(people: People, caller: Caller) -> bool:
    if people.worker_id is not None:  # who has lost every role in the compound handles nothing there
        return people.worker_id == caller.subject and bool(caller.roles)
    return people.waits_for_worker and caller.has(WORKER_ROLES)
