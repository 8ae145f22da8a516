"""Decides which role may run an election, which may look on, and who casts a household's ballot."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from services.election.rules.parameters import Kind


class Role(StrEnum):
    """The registry's roles that elections know; the values are the registry's."""

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


DESK_ROLES = frozenset({Role.CLERK, Role.SECRETARY, Role.STREET_OFFICER})
"""Who prepares, announces, opens, closes and counts."""
DELIVERER_ROLES = DESK_ROLES | {Role.GRID_WORKER}
"""Who sees turnout by building, to know where to knock."""
DRAFT_ROLES = DESK_ROLES | {Role.AUDITOR}
"""Who sees what is not announced yet."""
READER_ROLES = frozenset(Role)
"""Who sees what is announced, where he holds the role."""
VOTER_ROLES = frozenset({Role.OWNER, Role.RESIDENT})
CASTERS: Mapping[Kind, frozenset[Role]] = MappingProxyType(
    {
        Kind.HOUSEHOLD: VOTER_ROLES,
        Kind.OWNERS_DECISION: frozenset({Role.OWNER}),
        Kind.UNANIMOUS: frozenset({Role.OWNER}),
        Kind.MEMBERS: frozenset({Role.PMC_MEMBER}),
    }
)
"""Whom a running vote waits for, as far as a role tells; the roll says who has a ballot."""
