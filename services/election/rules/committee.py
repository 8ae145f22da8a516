"""COM-1: who is elected to an owners' committee: who passed for himself, in the order of votes, area and lot."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.election.rules.decisions import Matter, Returns, Verdict, decided
from services.election.rules.lot import drawn
from services.election.rules.weights import Roll, Weights, together

SMALL_COMPOUND = 100
SMALL_SIZE = 3
SIZES = range(5, 12, 2)


def size_fits(seats: int, homes: int) -> bool:
    """COM-1. Five to eleven, odd; three where there are at most 100 homes."""
    return seats in SIZES or (seats == SMALL_SIZE and homes <= SMALL_COMPOUND)


def enough_candidates(candidates: int, seats: int, surplus_percent: int | None = None) -> bool:
    """COM-1. More than seats by at least one, or by a share of the seats [P 20 %]."""
    surplus = candidates - seats
    return surplus >= 1 if surplus_percent is None else 100 * surplus >= surplus_percent * seats and surplus >= 1


@dataclass(frozen=True, slots=True)
class Papers:
    """COM-1. The effective ballot of one entitlement: the candidates it marks."""

    entitlement: str
    marks: frozenset[int]


@dataclass(frozen=True, slots=True)
class Standing:
    """One candidate: his votes by heads and area, his own four figures, and where he comes out."""

    number: int
    agreeing: Weights
    verdict: Verdict
    rank: int | None
    elected: bool
    by_lot: bool


@dataclass(frozen=True, slots=True)
class CommitteeCount:
    """COM-1. Everybody's standing, the ranked first; `reserve` in the order in which they would move up."""

    standings: tuple[Standing, ...]
    reserve: tuple[int, ...]
    elect_again: bool

    @property
    def elected(self) -> tuple[int, ...]:
        return tuple(one.number for one in self.standings if one.elected)


@dataclass(frozen=True, slots=True)
class Contest:
    """COM-1. What a candidates' election is counted by."""

    seats: int
    candidates: frozenset[int]
    seed: str
    election: str
    invalid_counts: bool = True
    """BAL-1. [P] Whether a blank or overfull paper took part."""


def count_committee(contest: Contest, roll: Roll, ballots: Iterable[Papers]) -> CommitteeCount:
    """COM-1, VOTE-2, VOTE-3. More marks than seats is invalid, and still took part (BAL-1) [P]. Order changes nothing.

    Raises ValueError for two ballots of one entitlement, KeyError for one that is not on the roll.
    """
    papers = tuple(ballots)
    if len({paper.entitlement for paper in papers}) != len(papers):
        raise ValueError("two effective ballots of one entitlement")
    participating = together(
        roll.entries[paper.entitlement] for paper in papers if contest.invalid_counts or _is_valid(paper, contest)
    )
    votes = {
        number: together(roll.entries[paper.entitlement] for paper in papers if _marks(paper, number, contest))
        for number in contest.candidates
    }
    verdicts = {
        number: decided(Matter.COMMITTEE, roll.total, Returns(participating, agreeing))
        for number, agreeing in votes.items()
    }
    ranked = sorted((number for number in votes if verdicts[number].passed), key=_Order(contest, votes))
    return _standings(contest, votes, verdicts, ranked)


def _marks(paper: Papers, number: int, contest: Contest) -> bool:
    return number in paper.marks and _is_valid(paper, contest)


def _is_valid(paper: Papers, contest: Contest) -> bool:
    return 0 < len(paper.marks) <= contest.seats and contest.candidates.issuperset(paper.marks)


class _Order:
    """COM-1. Votes, then area, then lot."""

    def __init__(self, contest: Contest, votes: Mapping[int, Weights]) -> None:
        self.contest, self.votes = contest, votes

    def __call__(self, number: int) -> tuple[int, int, str]:
        agreeing = self.votes[number]
        return -agreeing.heads, -agreeing.area, drawn(self.contest.seed, self.contest.election, number)


def _standings(
    contest: Contest, votes: Mapping[int, Weights], verdicts: Mapping[int, Verdict], ranked: list[int]
) -> CommitteeCount:
    tied = [votes[number] for number in ranked]
    lost = sorted(set(votes) - set(ranked))
    standings = [
        Standing(number, votes[number], verdicts[number], place + 1, place < contest.seats, tied.count(tied[place]) > 1)
        for place, number in enumerate(ranked)
    ]
    standings += [Standing(number, votes[number], verdicts[number], None, False, False) for number in lost]
    elected = min(len(ranked), contest.seats)
    # COM-1: fewer than half of the seats filled -> elect again
    return CommitteeCount(tuple(standings), tuple(ranked[contest.seats :]), 2 * elected < contest.seats)
