"""Decides what each kind of meeting is: its notice, its quorum, whether it resolves (MEET-1, MEET-3, MEET-9)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.meeting.rules.parameters import OVER_HALF, Parameters, Share


class Kind(StrEnum):
    OPEN_COUNCIL = "OPEN_COUNCIL"  # 开放议事会: all invited, a list of problems
    COUNCIL = "COUNCIL"  # 议事会: named members with a term
    RESIDENTS_MEETING = "RESIDENTS_MEETING"  # 居民会议
    OWNERS_ASSEMBLY = "OWNERS_ASSEMBLY"  # 业主大会: met here, voted in the election room


class Notice(StrEnum):
    """Which of the rule set's notice periods a kind has."""

    COUNCIL = "COUNCIL"
    ASSEMBLY = "ASSEMBLY"


@dataclass(frozen=True, slots=True)
class KindRow:
    """What a kind is. `has_roll`: named members, frozen with the notice. A new kind (TRN-1) is a new row."""

    notice: Notice
    has_roll: bool
    resolves: bool
    lists_problems: bool


KINDS: Mapping[Kind, KindRow] = {
    Kind.OPEN_COUNCIL: KindRow(Notice.COUNCIL, has_roll=False, resolves=False, lists_problems=True),  # MEET-9
    Kind.COUNCIL: KindRow(Notice.COUNCIL, has_roll=True, resolves=True, lists_problems=False),  # MEET-9
    Kind.RESIDENTS_MEETING: KindRow(Notice.COUNCIL, has_roll=True, resolves=True, lists_problems=False),
    Kind.OWNERS_ASSEMBLY: KindRow(Notice.ASSEMBLY, has_roll=False, resolves=False, lists_problems=False),
}


def notice_days(kind: Kind, rules: Parameters) -> int:
    """MEET-1. Whole days between notice and meeting."""
    return rules.assembly_notice_days if KINDS[kind].notice is Notice.ASSEMBLY else rules.council_notice_days


def quorum_of(kind: Kind, rules: Parameters) -> Share | None:
    """MEET-3. None: the kind needs no quorum (MEET-9)."""
    if not KINDS[kind].has_roll:
        return None
    return rules.council_quorum if kind is Kind.COUNCIL else OVER_HALF


def pass_of(kind: Kind, rules: Parameters) -> Share:
    """MEET-3. The share of those present that carries a resolution."""
    return rules.council_pass if kind is Kind.COUNCIL else OVER_HALF
