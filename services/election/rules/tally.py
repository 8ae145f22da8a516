"""BAL-1, BAL-2: what the effective ballots of one item come to, and what silence comes to where a rule says so."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from services.election.rules.decisions import Matter, Returns, Verdict, decided
from services.election.rules.weights import Roll, Weights, together


class Choice(StrEnum):
    AGREE = "AGREE"
    OPPOSE = "OPPOSE"
    ABSTAIN = "ABSTAIN"
    INVALID = "INVALID"


CHOICES = (Choice.AGREE, Choice.OPPOSE, Choice.ABSTAIN)


class SilentRule(StrEnum):
    NONE = "NONE"
    AS_PARTICIPATION = "AS_PARTICIPATION"
    FOLLOW_MAJORITY = "FOLLOW_MAJORITY"


class SilentRuleRefused(ValueError):
    """BAL-2. The rule may not be used here."""


@dataclass(frozen=True, slots=True)
class Returned:
    """The effective ballot of one entitlement for one item.

    `objected`: another co-owner's written objection was unresolved at closing (VOTE-1).
    `agent_without_letter`: a company's agent came without his letter (VOTE-1).
    """

    entitlement: str
    choice: Choice
    objected: bool = False
    agent_without_letter: bool = False

    @property
    def counted_as(self) -> Choice:
        """VOTE-1. An unresolved objection or a missing letter makes it INVALID."""
        return Choice.INVALID if self.objected or self.agent_without_letter else self.choice


@dataclass(frozen=True, slots=True)
class Tally:
    """One item: weights by choice, and of the ballots that never came back."""

    agree: Weights
    oppose: Weights
    abstain: Weights
    invalid: Weights
    silent: Weights

    @property
    def returned(self) -> Weights:
        return together((self.agree, self.oppose, self.abstain, self.invalid))

    def returns(self, invalid_counts: bool = True) -> Returns:
        """BAL-1. Abstained and returned-but-invalid take part [P] and never agree."""
        valid = together((self.agree, self.oppose, self.abstain))
        return Returns(valid + self.invalid if invalid_counts else valid, self.agree)


def tally(roll: Roll, ballots: Iterable[Returned]) -> Tally:
    """BAL-1, BAL-2. One effective ballot an entitlement; what did not come back counts nowhere.

    Raises ValueError for two effective ballots of one entitlement and KeyError for one that is not on the roll.
    """
    sums = dict.fromkeys(Choice, Weights())
    seen: set[str] = set()
    for ballot in ballots:
        if ballot.entitlement in seen:
            raise ValueError(f"two effective ballots of {ballot.entitlement}")
        seen.add(ballot.entitlement)
        sums[ballot.counted_as] += roll.entries[ballot.entitlement]
    silent = together(weights for key, weights in roll.entries.items() if key not in seen)
    return Tally(sums[Choice.AGREE], sums[Choice.OPPOSE], sums[Choice.ABSTAIN], sums[Choice.INVALID], silent)


@dataclass(frozen=True, slots=True)
class Silence:
    """BAL-2. What lets silence count: an adopted rule of procedure, and proof of delivery ballot by ballot."""

    rule: SilentRule = SilentRule.NONE
    adopted: bool = False
    founding_pmc: bool = False
    proven: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Decision:
    """BAL-2. The result without silence, and beside it the one with it where a rule is used; both are published."""

    plain: Verdict
    with_silence: Verdict | None

    @property
    def passed(self) -> bool:
        return (self.with_silence or self.plain).passed


def check_silence(silence: Silence) -> None:
    """BAL-2. Raises SilentRuleRefused."""
    if silence.rule is SilentRule.NONE:
        return
    if silence.founding_pmc:
        raise SilentRuleRefused("silence never counts when a PMC is being founded")
    if not silence.adopted:
        raise SilentRuleRefused("silence counts only by an adopted rule of procedure")


@dataclass(frozen=True, slots=True)
class Item:
    """One question on the ballot, with the parameters that its count needs."""

    matter: Matter
    invalid_counts: bool = True
    silence: Silence = Silence()


def decide(item: Item, roll: Roll, ballots: Iterable[Returned]) -> Decision:
    """VOTE-2 to VOTE-8 with BAL-1 and BAL-2: the decision on one item. Errors: SilentRuleRefused, ValueError."""
    check_silence(item.silence)
    effective = tuple(ballots)
    counted = tally(roll, effective)
    returns = counted.returns(item.invalid_counts)
    plain = decided(item.matter, roll.total, returns)
    if item.silence.rule is SilentRule.NONE:
        return Decision(plain, None)
    back = {ballot.entitlement for ballot in effective}
    proven = together(weights for key, weights in roll.entries.items() if key in item.silence.proven - back)
    agreeing = returns.agreeing
    if item.silence.rule is SilentRule.FOLLOW_MAJORITY and _majority_agrees(counted):
        agreeing += proven
    moved = Returns(returns.participating + proven, agreeing)
    return Decision(plain, decided(item.matter, roll.total, moved))


def _majority_agrees(counted: Tally) -> bool:
    """BAL-2. More agree than oppose by both measures; where they part, silence follows nobody."""
    return counted.agree.heads > counted.oppose.heads and counted.agree.area > counted.oppose.area
