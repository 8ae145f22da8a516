"""Decides which part a caller plays for a topic, a meeting or a task."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """The registry's roles that meetings know; the values are the registry's."""

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
    """What a caller is to one thing; a move names the parts that may make it."""

    DESK = "DESK"  # clerk or secretary of the community
    STREET = "STREET"  # officer of the street office
    CHAIR = "CHAIR"  # who presides over this meeting
    RECORDER = "RECORDER"  # who writes its minutes
    WITNESS = "WITNESS"  # who signs them beside both
    PROPOSER = "PROPOSER"  # who put up this topic
    NEIGHBOUR = "NEIGHBOUR"  # anybody who belongs to the compound
    HOUSE = "HOUSE"  # nobody by hand: it follows from a recorded fact (a closed vote, a posting, a ticket)


MEMBER = "MEMBER"
"""Whose vote it is; no part, for nobody moves anything by it."""
WHO: Mapping[str, tuple[str, str]] = {
    Part.DESK: ("社区工作人员", "the community's desk"),
    Part.STREET: ("街道工作人员", "the street office"),
    Part.CHAIR: ("主持人", "the chair"),
    Part.RECORDER: ("记录人", "the recorder"),
    Part.WITNESS: ("见证人", "the witness"),
    Part.PROPOSER: ("提出人", "who put it up"),
    Part.NEIGHBOUR: ("本小区居民", "who belongs to the compound"),
    MEMBER: ("成员本人", "the member himself"),
    Part.HOUSE: ("系统按记录自动办理", "the house itself, by what is recorded"),
}
"""How each part is named to whoever may not."""


DESK_ROLES = frozenset({Role.CLERK, Role.SECRETARY})
OFFICE_ROLES = DESK_ROLES | {Role.STREET_OFFICER}
NEIGHBOUR_ROLES = frozenset(
    {
        Role.GRID_WORKER,
        Role.HANDLER,
        Role.PMC_MEMBER,
        Role.PARTY_MEMBER,
        Role.VOLUNTEER,
        Role.OWNER,
        Role.RESIDENT,
    }
)
READER_ROLES = OFFICE_ROLES | NEIGHBOUR_ROLES | {Role.AUDITOR, Role.ADMINISTRATOR}
"""Who may know of the topics and meetings of a compound where he holds the role."""
PROPOSER_ROLES = OFFICE_ROLES | NEIGHBOUR_ROLES
"""Who may put up a topic, second one, come to an open council."""

_BY_ROLE: Mapping[Part, frozenset[Role]] = {
    Part.DESK: DESK_ROLES,
    Part.STREET: frozenset({Role.STREET_OFFICER}),
    Part.NEIGHBOUR: NEIGHBOUR_ROLES,
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and the roles held over the compound. The house itself is no person."""

    subject: UUID
    roles: frozenset[Role] = frozenset()
    is_house: bool = False

    def has(self, roles: Collection[Role]) -> bool:
        return not self.roles.isdisjoint(roles)


@dataclass(frozen=True, slots=True)
class People:
    """Who stands where in one thing, by person id."""

    proposer: UUID | None = None
    chair: UUID | None = None
    recorder: UUID | None = None
    witness: UUID | None = None


def parts_of(people: People, caller: Caller) -> frozenset[Part]:
    """Every part this caller plays. The house plays its own part and no other."""
    if caller.is_house:
        return frozenset({Part.HOUSE})
    parts = {part for part, roles in _BY_ROLE.items() if caller.has(roles)}
    named = (
        (Part.PROPOSER, people.proposer),
        (Part.CHAIR, people.chair),
        (Part.RECORDER, people.recorder),
        (Part.WITNESS, people.witness),
    )
    return frozenset(parts | {part for part, person in named if person == caller.subject})
