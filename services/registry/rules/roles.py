"""Which roles there are, and who may give or end which of them."""

from collections.abc import Iterable, Mapping
from enum import StrEnum


class Role(StrEnum):
    ADMINISTRATOR = "ADMINISTRATOR"  # 系统管理员: accounts, roles, partners; reads no case
    AUDITOR = "AUDITOR"  # 审计员: reads the audit trail, is never an administrator (PRI-7)
    STREET_OFFICER = "STREET_OFFICER"  # 街道办工作人员
    SECRETARY = "SECRETARY"  # 社区书记
    CLERK = "CLERK"  # 社区工作人员, the desk
    GRID_WORKER = "GRID_WORKER"  # 网格员
    HANDLER = "HANDLER"  # 处置单位人员
    PMC_MEMBER = "PMC_MEMBER"  # 物管会委员
    PARTY_MEMBER = "PARTY_MEMBER"  # 党员, sensitive (PRI-1)
    VOLUNTEER = "VOLUNTEER"  # 志愿者
    OWNER = "OWNER"  # 业主, from a binding
    RESIDENT = "RESIDENT"  # 居民, from a binding
    PARTNER = "PARTNER"  # another platform's client


BOUND = frozenset({Role.OWNER, Role.RESIDENT})
"""Roles that come from a binding to a home and are never given by hand (PRI-4)."""

STAFF = frozenset({Role.STREET_OFFICER, Role.SECRETARY, Role.CLERK})
"""Those who keep the register of their region."""

ON_FOOT = frozenset({Role.SECRETARY, Role.CLERK, Role.GRID_WORKER})
"""Those who knock on doors and may hand over a door code."""

NEIGHBOURS = frozenset({Role.PMC_MEMBER, Role.PARTY_MEMBER, Role.VOLUNTEER})

GIVES: Mapping[Role, frozenset[Role]] = {
    Role.ADMINISTRATOR: frozenset(Role) - BOUND - {Role.PARTNER},
    Role.STREET_OFFICER: frozenset({Role.SECRETARY, Role.CLERK, Role.GRID_WORKER, Role.HANDLER}) | NEIGHBOURS,
    Role.SECRETARY: frozenset({Role.CLERK, Role.GRID_WORKER, Role.HANDLER}) | NEIGHBOURS,
    Role.CLERK: frozenset({Role.VOLUNTEER}),
}
"""Who may give, and end, which roles, each within the reach of his own."""

APART: frozenset[frozenset[Role]] = frozenset({frozenset({Role.ADMINISTRATOR, Role.AUDITOR})})
"""PRI-7. Pairs that one person never holds together."""


def may_give(giver: Mapping[Role, tuple[str, ...]], role: Role, scope: str) -> bool:
    """Whether somebody with these roles and their scopes may give (or end) `role` on `scope`.

    A scope is a prefix of region and compound codes, so a wider one never fits into a narrower one.
    """
    return any(
        role in GIVES.get(held, frozenset()) and any(scope.startswith(reach) for reach in reaches)
        for held, reaches in giver.items()
    )


def may_give_all(giver: Mapping[Role, tuple[str, ...]], held: Iterable[tuple[Role, str]]) -> bool:
    """PRI-6. Whether somebody may decide over the account of a person who holds these roles, so that no clerk ever
    takes over or removes his secretary. Roles that come from a home do not count."""
    return all(may_give(giver, role, scope) for role, scope in held if role not in BOUND)


def clashes(held: frozenset[Role], role: Role) -> bool:
    """PRI-7. Whether `role` may not stand beside what is held."""
    return any(role in pair and (pair - {role}) & held for pair in APART)
