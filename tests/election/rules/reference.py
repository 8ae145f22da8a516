"""A second, slow opinion on a decision of owners: fractions and plain loops, sharing no code with the rules."""

from dataclasses import dataclass
from fractions import Fraction

VALID = ("AGREE", "OPPOSE", "ABSTAIN")


@dataclass(frozen=True)
class Paper:
    """One entitlement's ballot for one item, as a clerk would read it: AGREE, OPPOSE, ABSTAIN, or anything else."""

    owner: str
    word: str


@dataclass(frozen=True)
class Opinion:
    """What the reference thinks: passed, and the names of the tests that failed."""

    passed: bool
    failed: tuple[str, ...]


def opinion(
    homes: list[tuple[str, Fraction]], papers: list[Paper], special: bool, invalid_takes_part: bool = True
) -> Opinion:
    """`homes`: (owner set as a text, m² as a fraction). Each owner set is one head, however many homes it has."""
    all_heads = len({owner for owner, _ in homes})
    all_area = _area_of(homes, {owner for owner, _ in homes})
    took = {paper.owner for paper in papers if invalid_takes_part or paper.word in VALID}
    agreed = {paper.owner for paper in papers if paper.word == "AGREE"}
    part_area, yes_area = _area_of(homes, took), _area_of(homes, agreed)
    failed = []
    if all_area == 0 or part_area / all_area < Fraction(2, 3):
        failed.append("PARTICIPATION_AREA")
    if all_heads == 0 or Fraction(len(took), all_heads) < Fraction(2, 3):
        failed.append("PARTICIPATION_HEADS")
    if not _enough(yes_area, part_area, special):
        failed.append("APPROVAL_AREA")
    if not _enough(Fraction(len(agreed)), Fraction(len(took)), special):
        failed.append("APPROVAL_HEADS")
    return Opinion(failed == [], tuple(failed))


def _area_of(homes: list[tuple[str, Fraction]], owners: set[str]) -> Fraction:
    area = Fraction(0)
    for owner, home in homes:
        if owner in owners:
            area = area + home
    return area


def _enough(yes: Fraction, part: Fraction, special: bool) -> bool:
    if part == 0:
        return False
    return yes / part >= Fraction(3, 4) if special else yes / part > Fraction(1, 2)
