"""Decides who votes on a resolution, what a count says, and whether it is carried (MEET-3, MEET-4)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from services.meeting.rules.attendance import Quorum
from services.meeting.rules.moves import Move, Table, move
from services.meeting.rules.parameters import Share
from services.meeting.rules.reasons import Why
from services.meeting.rules.roles import Part


class Choice(StrEnum):
    AGREE = "AGREE"
    OPPOSE = "OPPOSE"
    ABSTAIN = "ABSTAIN"


class Method(StrEnum):
    """MEET-5. How a vote is taken; minutes name it."""

    NAMED = "NAMED"  # 记名: each member casts for himself, or the recorder for one without a phone
    SHOW_OF_HANDS = "SHOW_OF_HANDS"  # 举手: counted in the room, entered once


class ResolutionState(StrEnum):
    DRAFT = "DRAFT"
    OPEN = "OPEN"
    PASSED = "PASSED"
    LOST = "LOST"
    LAPSED = "LAPSED"  # quorum was gone when it closed: neither carried nor lost


# MEET-4. Said with every resolution, in both languages.
BINDS_NO_OWNER = (
    "本决议是议事会的协商意见,不约束业主的共同权利;民法典第 278 条所列事项须由业主共同决定。",
    "A council's opinion, which does not bind the owners' common rights: article 278 matters are for all owners.",
)


@dataclass(frozen=True, slots=True)
class Tally:
    """Votes counted. `electors` were present when the vote opened; who kept silent counts among them."""

    electors: int
    agree: int
    oppose: int
    abstain: int

    @property
    def cast(self) -> int:
        return self.agree + self.oppose + self.abstain


def tally(electors: int, choices: Iterable[Choice]) -> Tally:
    counted = Counter(choices)
    return Tally(electors, counted[Choice.AGREE], counted[Choice.OPPOSE], counted[Choice.ABSTAIN])


def is_possible(count: Tally) -> bool:
    """A count by hand has no more hands than electors."""
    return min(count.agree, count.oppose, count.abstain) >= 0 and count.cast <= count.electors


def outcome(count: Tally, at_close: Quorum, share: Share) -> ResolutionState:
    """MEET-3. Carried by more than half of those present: silent and abstaining members are present, and do not agree.

    Quorum is tested at the opening and again at the close, so that nothing is ever carried without it.
    """
    if not at_close.stands:
        return ResolutionState.LAPSED
    return ResolutionState.PASSED if share.is_met(count.agree, count.electors) else ResolutionState.LOST


@dataclass(frozen=True, slots=True)
class VoteCase:
    """A resolution as its guards see it."""

    meeting_is_open: bool
    kind_resolves: bool
    has_begun: bool
    is_announced: bool
    quorum_stands: bool


def _in_an_open_meeting(case: VoteCase) -> Why | None:
    return None if case.meeting_is_open else Why.NOT_OPEN


def _has_begun(case: VoteCase) -> Why | None:
    """MEET-1. The room opens early for signing in; nothing is decided before the time that was announced."""
    return None if case.has_begun else Why.TOO_EARLY


def _resolves(case: VoteCase) -> Why | None:
    """MEET-9. An open council yields problems, no resolution that binds."""
    return None if case.kind_resolves else Why.MAY_NOT_RESOLVE


def _is_announced(case: VoteCase) -> Why | None:
    """VOTE-9."""
    return None if case.is_announced else Why.NOT_ANNOUNCED


def _has_quorum(case: VoteCase) -> Why | None:
    """MEET-3."""
    return None if case.quorum_stands else Why.NO_QUORUM


_RUNNERS = (Part.CHAIR, Part.RECORDER, Part.DESK)
_CLOSING: Move[VoteCase] = move(*_RUNNERS, guards=(_in_an_open_meeting,))
_ARCS: Mapping[tuple[ResolutionState, ResolutionState], Move[VoteCase]] = {
    (ResolutionState.DRAFT, ResolutionState.OPEN): move(
        *_RUNNERS, guards=(_in_an_open_meeting, _has_begun, _resolves, _is_announced, _has_quorum)
    ),
    (ResolutionState.OPEN, ResolutionState.PASSED): _CLOSING,
    (ResolutionState.OPEN, ResolutionState.LOST): _CLOSING,
    (ResolutionState.OPEN, ResolutionState.LAPSED): _CLOSING,
}

RESOLUTION_MOVES: Table[ResolutionState, VoteCase] = Table(MappingProxyType(_ARCS))
"""MEET-3. The life of a resolution; which of the three ends it takes is the count's to say."""
