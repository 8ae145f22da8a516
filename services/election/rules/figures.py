"""VOTE-8: a count as it is written down: plain figures, each test with its numerator and denominator."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.election.rules.committee import Contest, Papers, count_committee
from services.election.rules.decisions import MAJORITIES, Matter, Verdict, decided_by_all
from services.election.rules.household import HouseholdCount
from services.election.rules.members import Members, members_decide
from services.election.rules.tally import Choice, Item, Returned, Silence, decide, tally
from services.election.rules.thresholds import Figure
from services.election.rules.weights import Roll, Weights

NO_SILENCE = Silence()
Plain = dict[str, Any]
"""Texts, integers, booleans, None, lists and maps of them: what canonical JSON can hold."""


class Decided(StrEnum):
    """What a count of items or candidates came to as a whole."""

    PASSED = "PASSED"
    LOST = "LOST"
    PARTLY = "PARTLY"  # some items passed, others did not
    ELECTED = "ELECTED"
    ELECT_AGAIN = "ELECT_AGAIN"  # COM-1: fewer than half of the seats


@dataclass(frozen=True, slots=True)
class Question:
    """One item of a decision as it was announced; None: members decide a matter of their own (T3)."""

    number: int
    matter: Matter | None = None

    def owned(self) -> Matter:
        """The matter of an owners' decision; raises ValueError without one."""
        if self.matter is None:
            raise ValueError("owners decide a matter of art. 278")
        return self.matter


@dataclass(frozen=True, slots=True)
class ItemBallot:
    """An effective ballot: what its entitlement marked per item (a missing item is blank, BAL-1)."""

    entitlement: str
    choices: Mapping[int, Choice]
    objected: bool = False
    agent_without_letter: bool = False

    def returned(self, item: int) -> Returned:
        choice = self.choices.get(item, Choice.INVALID)
        return Returned(self.entitlement, choice, self.objected, self.agent_without_letter)


@dataclass(frozen=True, slots=True)
class Terms:
    """By what a decision is counted."""

    invalid_counts: bool = True
    silence: Silence = NO_SILENCE


def owners_decision(
    questions: Sequence[Question], roll: Roll, ballots: Sequence[ItemBallot], terms: Terms
) -> tuple[Decided, Plain]:
    """VOTE-2 to VOTE-4, BAL-1, BAL-2. Errors: SilentRuleRefused, ValueError, KeyError."""
    items = [_item(question, roll, ballots, terms) for question in questions]
    return _whole(items), {"roll": weights(roll.total), "items": items}


def _item(question: Question, roll: Roll, ballots: Sequence[ItemBallot], terms: Terms) -> Plain:
    returned = [ballot.returned(question.number) for ballot in ballots]
    counted = tally(roll, returned)
    matter = question.owned()
    decision = decide(Item(matter, terms.invalid_counts, terms.silence), roll, returned)
    shown: Plain = {"number": question.number, "matter": str(matter), "majority": str(MAJORITIES[matter])}
    for name in ("agree", "oppose", "abstain", "invalid", "silent"):
        shown[name] = weights(getattr(counted, name))
    with_silence = decision.with_silence
    return {
        **shown,
        **verdict(decision.plain),
        "silent_rule": str(terms.silence.rule),
        "with_silence": verdict(with_silence) if with_silence else None,
        "stands": decision.passed,
    }


def unanimous(questions: Sequence[Question], roll: Roll, ballots: Sequence[ItemBallot]) -> tuple[Decided, Plain]:
    """VOTE-5. Every interested owner agrees to each item; its one figure counts owners."""
    # Merged away or taken off the frozen roll, an entitlement has no head any more and nothing to agree with (VOTE-7).
    interested = [key for key, one in roll.entries.items() if one.heads]
    items = []
    for question in questions:
        returned = [ballot.returned(question.number) for ballot in ballots]
        agreed = [one.entitlement for one in returned if one.counted_as is Choice.AGREE]
        found = decided_by_all(interested, agreed)
        shown = {"number": question.number, "matter": str(question.owned()), "majority": "UNANIMOUS"}
        counted = tally(roll, returned)
        sums = {name: weights(getattr(counted, name)) for name in ("agree", "oppose", "abstain", "invalid", "silent")}
        items.append({**shown, **sums, **verdict(found), "stands": found.passed})
    return _whole(items), {"roll": weights(roll.total), "items": items}


def members_vote(
    questions: Sequence[Question], members: Members, ballots: Sequence[ItemBallot]
) -> tuple[Decided, Plain]:
    """PMC-4, BAL-1."""
    items = []
    for question in questions:
        choices = {ballot.entitlement: ballot.returned(question.number).counted_as for ballot in ballots}
        found = members_decide(members, choices)
        matter = str(question.matter) if question.matter else None
        shown: Plain = {"number": question.number, "matter": matter, "majority": "MEMBERS"}
        for choice in Choice:
            shown[choice.lower()] = sum(one is choice for one in choices.values())
        items.append({**shown, **verdict(found), "stands": found.passed})
    return _whole(items), {"members": len(members.all), "owner_members": len(members.owners), "items": items}


def candidates(contest: Contest, roll: Roll, ballots: Iterable[Papers]) -> tuple[Decided, Plain]:
    """COM-1, VOTE-2, VOTE-3. Everybody's four figures, the ranked first, the reserve in its order."""
    counted = count_committee(contest, roll, ballots)
    standings = [
        {
            "number": one.number,
            **weights(one.agreeing),
            "rank": one.rank,
            "elected": one.elected,
            "by_lot": one.by_lot,
            **verdict(one.verdict),
        }
        for one in counted.standings
    ]
    outcome = Decided.ELECT_AGAIN if counted.elect_again else Decided.ELECTED
    shown = {"roll": weights(roll.total), "seats": contest.seats, "candidates": standings}
    return outcome, {**shown, "reserve": list(counted.reserve), "elect_again": counted.elect_again}


def household(counted: HouseholdCount) -> Plain:
    """BAL-11."""
    ranking = [
        {"number": one.number, "rank": one.rank, "marks": one.marks, "seated": one.seated, "by_lot": one.by_lot}
        for one in counted.ranking
    ]
    return {
        "households": counted.households,
        "returned": counted.cast,
        "valid": counted.valid,
        "invalid": counted.invalid,
        "ranking": ranking,
    }


def verdict(found: Verdict) -> Plain:
    """Passed or not, the tests that failed, and every test as it was computed."""
    return {
        "passed": found.passed,
        "failed": [str(test) for test in found.failed],
        "tests": [_test(figure) for figure in found.figures],
    }


def _test(figure: Figure) -> Plain:
    return {
        "test": str(figure.test),
        "measure": str(figure.measure),
        "part": figure.part,
        "whole": figure.whole,
        "share": str(figure.threshold),
        "least": figure.least,
        "inequality": figure.inequality,
        "holds": figure.holds,
    }


def weights(found: Weights) -> Plain:
    """Heads, and area in hundredths of a m²."""
    return {"heads": found.heads, "area": found.area}


def _whole(items: Sequence[Plain]) -> Decided:
    standing = [item["stands"] for item in items]
    if all(standing):
        return Decided.PASSED
    return Decided.PARTLY if any(standing) else Decided.LOST
