"""Who may give which role, and which roles never stand together."""

import pytest

from services.registry.rules.roles import BOUND, GIVES, Role, clashes, may_give

STREET = "140109013"
COMPOUND = "140109013001001"


@pytest.mark.parametrize(
    ("giver", "reach", "role", "scope", "allowed"),
    [
        (Role.ADMINISTRATOR, "", Role.AUDITOR, "", True),
        (Role.ADMINISTRATOR, "", Role.STREET_OFFICER, STREET, True),
        (Role.ADMINISTRATOR, "14", Role.STREET_OFFICER, "15", False),
        (Role.STREET_OFFICER, STREET, Role.SECRETARY, STREET + "001", True),
        (Role.STREET_OFFICER, STREET, Role.STREET_OFFICER, STREET, False),
        (Role.STREET_OFFICER, STREET, Role.SECRETARY, STREET[:-1], False),
        (Role.SECRETARY, STREET + "001", Role.GRID_WORKER, COMPOUND, True),
        (Role.SECRETARY, STREET + "001", Role.SECRETARY, STREET + "001", False),
        (Role.SECRETARY, STREET + "001", Role.CLERK, STREET + "002", False),
        (Role.CLERK, COMPOUND, Role.VOLUNTEER, COMPOUND, True),
        (Role.CLERK, COMPOUND, Role.GRID_WORKER, COMPOUND, False),
        (Role.RESIDENT, COMPOUND, Role.VOLUNTEER, COMPOUND, False),
    ],
)
def test_a_role_is_given_within_the_reach_of_ones_own(
    giver: Role, reach: str, role: Role, scope: str, allowed: bool
) -> None:
    assert may_give({giver: (reach,)}, role, scope) is allowed


@pytest.mark.parametrize("giver", list(GIVES))
@pytest.mark.parametrize("role", sorted(BOUND))
def test_nobody_gives_the_roles_that_come_from_a_home(giver: Role, role: Role) -> None:
    """PRI-4: a binding alone makes a resident or an owner."""
    assert not may_give({giver: ("",)}, role, COMPOUND)


def test_an_auditor_is_never_an_administrator() -> None:
    """PRI-7."""
    assert clashes(frozenset({Role.ADMINISTRATOR}), Role.AUDITOR)
    assert clashes(frozenset({Role.AUDITOR, Role.CLERK}), Role.ADMINISTRATOR)
    assert not clashes(frozenset({Role.CLERK}), Role.AUDITOR)
    assert not clashes(frozenset({Role.AUDITOR}), Role.AUDITOR)
