"""PMC-4: when a vote of a committee's members is valid and passes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.election.rules.decisions import Verdict
from services.election.rules.tally import Choice
from services.election.rules.thresholds import OVER_HALF, Criterion, Figure, Measure


@dataclass(frozen=True, slots=True)
class Members:
    """Who may vote: every member's key, and which of them sit there as owners."""

    all: frozenset[str]
    owners: frozenset[str]

    def __post_init__(self) -> None:
        if not self.owners <= self.all:
            raise ValueError("an owner-member is a member")


def members_decide(members: Members, choices: Mapping[str, Choice]) -> Verdict:
    """PMC-4. More than half of all members and of the owner-members take part; more than half of all agree.

    Raises KeyError for somebody who is no member. Without owner-members their quorum is not asked for.
    """
    strangers = frozenset(choices) - members.all
    if strangers:
        raise KeyError(min(strangers))
    agreeing = _count(choice is Choice.AGREE for choice in choices.values())
    figures = [_heads(Criterion.QUORUM_MEMBERS, len(choices), len(members.all))]
    if members.owners:
        figures.append(_heads(Criterion.QUORUM_OWNERS, len(members.owners & frozenset(choices)), len(members.owners)))
    figures.append(_heads(Criterion.APPROVAL_MEMBERS, agreeing, len(members.all)))
    return Verdict(tuple(figures))


def _count(found: Iterable[bool]) -> int:
    return sum(found)


def _heads(test: Criterion, part: int, whole: int) -> Figure:
    return Figure(test, Measure.HEADS, part, whole, OVER_HALF)
