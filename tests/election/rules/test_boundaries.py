"""Verdicts at and beside every threshold, against the slow reference: exact equality, ± 1 head, ± 0.01 m²."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import pytest

from services.election.rules.committee import Contest, Papers, count_committee
from services.election.rules.decisions import Matter
from services.election.rules.figures import ItemBallot, Question, Terms, owners_decision
from services.election.rules.rolls import Place, entry_totals
from services.election.rules.tally import Choice
from services.election.rules.weights import Roll, Weights
from tests.election.rules.reference import Opinion, Paper, opinion

HUNDREDTH = Fraction(1, 100)


@dataclass(frozen=True)
class Vector:
    """Homes by owner with hundredths of a m², and what each owner who returned a ballot marked."""

    name: str
    homes: tuple[tuple[str, int], ...]
    marked: tuple[tuple[str, str], ...]
    matter: Matter = Matter.USE_FUND
    invalid_takes_part: bool = True


def _split(total: int, heads: int, least: int = 1) -> list[int]:
    """`total` hundredths over so many owners, the last one holding the rest."""
    return [least] * (heads - 1) + [total - least * (heads - 1)] if heads else []


def _made(name: str, matter: Matter, groups: dict[str, tuple[int, int]]) -> Vector:
    """`groups`: word (or SILENT) -> (heads, area); every group's owners hold its area between them."""
    homes: list[tuple[str, int]] = []
    marked: list[tuple[str, str]] = []
    for word, (heads, area) in groups.items():
        for place, part in enumerate(_split(area, heads)):
            owner = f"{word}{place}"
            homes.append((owner, part))
            if word != "SILENT":
                marked.append((owner, word))
    return Vector(name, tuple(homes), tuple(marked), matter)


def _around(least: int) -> tuple[int, ...]:
    return (least - 1, least, least + 1)


def participation_vectors() -> Iterator[Vector]:
    """Both measures of VOTE-2 at two thirds and one beside it, for rolls that divide by three and that do not."""
    for heads in (3, 7, 30, 59, 89):
        for area in (90_000, 100_000, 800_000, 800_001):
            for took_heads in _around(-(-2 * heads // 3)):
                for took_area in _around(-(-2 * area // 3)):
                    if 0 < took_heads <= heads and (took_heads < heads or took_area == area):
                        rest = (heads - took_heads, area - took_area)
                        groups = {"AGREE": (took_heads, took_area), "SILENT": rest}
                        yield _made(f"part {took_heads}/{heads} {took_area}/{area}", Matter.USE_FUND, groups)


def approval_vectors() -> Iterator[Vector]:
    """Both measures of VOTE-3 and VOTE-4 at the share and one beside it, of those who took part."""
    for matter, above, below in ((Matter.USE_FUND, 1, 2), (Matter.RAISE_FUND, 3, 4)):
        for heads in (4, 5, 20, 60):
            for area in (540_000, 540_001, 12_344, 77_777):
                for yes_heads in _around(above * heads // below):
                    for yes_area in _around(above * area // below):
                        if 0 < yes_heads < heads:
                            groups = {"AGREE": (yes_heads, yes_area), "OPPOSE": (heads - yes_heads, area - yes_area)}
                            yield _made(f"{matter} {yes_heads}/{heads} {yes_area}/{area}", matter, groups)


def mixed_vectors() -> Iterator[Vector]:
    """Abstained and invalid take part and never agree (BAL-1), also where the rule set lets invalid ones not."""
    for matter in (Matter.USE_FUND, Matter.RAISE_FUND):
        for invalid in (0, 1, 7):
            for abstain in (0, 1, 7):
                for takes_part in (True, False):
                    groups = {"AGREE": (30, 300_000), "OPPOSE": (10, 99_999), "SILENT": (20, 200_000)}
                    if abstain:
                        groups["ABSTAIN"] = (abstain, 7_777 * abstain)
                    if invalid:
                        groups["SPOILED"] = (invalid, 3_333 * invalid)
                    made = _made(f"{matter} {abstain} abstain {invalid} spoiled {takes_part}", matter, groups)
                    yield Vector(made.name, made.homes, made.marked, matter, takes_part)


def edge_vectors() -> Iterator[Vector]:
    """Nobody on the roll, nobody taking part, one owner, many homes of one owner, everybody."""
    for matter in (Matter.USE_FUND, Matter.RAISE_FUND):
        yield Vector(f"{matter} empty scope", (), (), matter)
        yield Vector(f"{matter} nobody", (("A", 10_000), ("B", 1)), (), matter)
        yield Vector(f"{matter} one owner", (("A", 1),), (("A", "AGREE"),), matter)
        yield Vector(f"{matter} one owner against", (("A", 1),), (("A", "OPPOSE"),), matter)
        many = (*[("A", 10_000)] * 9, ("B", 10_000))
        yield Vector(f"{matter} nine homes are one head", many, (("A", "AGREE"),), matter)
        yield Vector(f"{matter} nine homes and the other", many, (("A", "AGREE"), ("B", "OPPOSE")), matter)


def unknown_vectors() -> Iterator[Vector]:
    """OWN-6. A home of unknown area is a head and weighs nothing; with no known area at all nothing passes."""
    for matter in (Matter.USE_FUND, Matter.RAISE_FUND):
        for unknown in (1, 5, 10):
            for word in ("AGREE", "OPPOSE", "SILENT"):
                made = _made(
                    f"{matter} {unknown} unknown {word}", matter, {"AGREE": (15, 150_000), "OPPOSE": (5, 50_000)}
                )
                homes = made.homes + tuple((f"U{place}", 0) for place in range(unknown))
                marked = made.marked + tuple((f"U{place}", word) for place in range(unknown) if word != "SILENT")
                yield Vector(made.name, homes, marked, matter)
        yield Vector(f"{matter} all unknown", (("A", 0), ("B", 0)), (("A", "AGREE"), ("B", "AGREE")), matter)


VECTORS = [*participation_vectors(), *approval_vectors(), *mixed_vectors(), *edge_vectors(), *unknown_vectors()]


def by_rules(vector: Vector) -> Opinion:
    homes = [Place(owner, "1", area, owner_known=True) for owner, area in vector.homes]
    entries = {owner: entry_totals(home for home in homes if home.entry == owner) for owner, _ in vector.homes}
    roll = Roll({owner: Weights(found.heads, found.area) for owner, found in entries.items()})
    ballots = [ItemBallot(owner, {1: Choice(word)} if word in set(Choice) else {}) for owner, word in vector.marked]
    terms = Terms(vector.invalid_takes_part)
    _, figures = owners_decision([Question(1, vector.matter)], roll, ballots, terms)
    item = figures["items"][0]
    return Opinion(item["passed"], tuple(item["failed"]))


def by_reference(vector: Vector) -> Opinion:
    homes = [(owner, area * HUNDREDTH) for owner, area in vector.homes]
    papers = [Paper(owner, word) for owner, word in vector.marked]
    return opinion(homes, papers, vector.matter is Matter.RAISE_FUND, vector.invalid_takes_part)


def test_there_are_enough_vectors_and_each_is_another() -> None:
    assert len(VECTORS) >= 500
    assert len({(vector.homes, vector.marked, vector.matter, vector.invalid_takes_part) for vector in VECTORS}) >= 500
    assert {opinion_.passed for opinion_ in map(by_reference, VECTORS)} == {True, False}


@pytest.mark.parametrize("part", range(10))
def test_rules_and_reference_agree_to_the_last_hundredth(part: int) -> None:
    """VOTE-2, VOTE-3, VOTE-4, VOTE-6, VOTE-8, BAL-1: the verdict and the very tests that failed."""
    differing = [vector.name for vector in VECTORS[part::10] if by_rules(vector) != by_reference(vector)]

    assert differing == []


@pytest.mark.parametrize(
    ("invalid_counts", "took", "failed"),
    [(True, 3, ["APPROVAL_HEADS"]), (False, 1, ["PARTICIPATION_HEADS"])],
)
def test_a_place_may_say_that_blank_and_overfull_papers_of_an_election_took_no_part(
    invalid_counts: bool, took: int, failed: list[str]
) -> None:
    """BAL-1 [P], COM-1, VOTE-2. Of three heads one votes, one leaves it blank, one marks too many."""
    roll = Roll({name: Weights(1, 10_000 if name == "a" else 1) for name in "abc"})
    papers = [Papers("a", frozenset({1})), Papers("b", frozenset()), Papers("c", frozenset({1, 2}))]
    contest = Contest(1, frozenset({1, 2}), "seed", "e", invalid_counts)

    first = next(one for one in count_committee(contest, roll, papers).standings if one.number == 1)

    assert (first.verdict.figures[1].part, first.verdict.failed) == (took, tuple(failed))
