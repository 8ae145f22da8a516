"""Decides how much of a ticket a caller sees: all of it, its public face, or not even that it exists."""

from enum import StrEnum

from services.ticket.rules.kinds import Kind
from services.ticket.rules.parameters import Parameters
from services.ticket.rules.roles import DESK_ROLES, Caller, Part, People, Role, parts_of
from services.ticket.rules.states import State


class Sight(StrEnum):
    FULL = "FULL"
    PUBLIC = "PUBLIC"  # place to the entrance, category, state; no person, no home
    NONE = "NONE"


FULL_ROLES = DESK_ROLES | {Role.STREET_OFFICER}
NEIGHBOUR_ROLES = frozenset(
    {
        Role.RESIDENT,
        Role.OWNER,
        Role.VOLUNTEER,
        Role.PMC_MEMBER,
        Role.PARTY_MEMBER,
        Role.GRID_WORKER,
        Role.HANDLER,
        Role.AUDITOR,
        Role.ADMINISTRATOR,
    }
)
"""Who sees the public face of the tickets of a compound where he holds the role."""

# A 举报 names others; and what nobody has screened may hold anything, so its words stay inside. What went to the police
# was sent on as it came.
HIDDEN_KINDS = frozenset({Kind.REPORT})
UNSCREENED = frozenset({State.REPORTED, State.REJECTED, State.HANDED_OVER, State.WITHDRAWN})
_INSIDERS = frozenset({Part.REPORTER, Part.HANDLER, Part.PARTNER})


def sight_of(people: People, caller: Caller, rules: Parameters) -> Sight:
    """Full for who is part of it and for the offices above it; the public face for neighbours."""
    if caller.has(FULL_ROLES) or not _INSIDERS.isdisjoint(parts_of(people, caller, rules)):
        return Sight.FULL
    if caller.has(NEIGHBOUR_ROLES) and people.kind not in HIDDEN_KINDS:
        return Sight.PUBLIC
    return Sight.NONE


def words_are_public(state: State) -> bool:
    """The reporter's own words are shown to neighbours once the desk has taken the ticket."""
    return state not in UNSCREENED
