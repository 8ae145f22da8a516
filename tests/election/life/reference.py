"""A slow second opinion on what a vote came to: fractions and plain loops, sharing no code with the rules."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

SIDES = ("agree", "oppose", "abstain", "invalid", "silent")


@dataclass(frozen=True)
class Side:
    """Heads, and area in hundredths of a m²."""

    heads: int = 0
    area: int = 0


@dataclass(frozen=True)
class Counted:
    """One item: each side, and the names of the tests that it failed."""

    sides: Mapping[str, Side]
    failed: tuple[str, ...]


def owners_count(homes: Iterable[tuple[str, int]], words: Mapping[str, str], special: bool) -> Counted:
    """`homes`: (whose, hundredths of a m²), one head whoever it is. `words`: whose -> what his ballot counts as."""
    area: dict[str, int] = {}
    for whose, one in homes:
        area[whose] = area.get(whose, 0) + one
    heads, sums = dict.fromkeys(SIDES, 0), dict.fromkeys(SIDES, 0)
    for whose, whole in area.items():
        side = words.get(whose, "SILENT").lower()
        heads[side] += 1
        sums[side] += whole
    sides = {side: Side(heads[side], sums[side]) for side in SIDES}
    failed = []
    for measure, of in (("AREA", sums), ("HEADS", heads)):
        roll = sum(of.values())
        took = roll - of["silent"]
        if roll == 0 or Fraction(took, roll) < Fraction(2, 3):
            failed.append(f"PARTICIPATION_{measure}")
    for measure, of in (("AREA", sums), ("HEADS", heads)):
        took = sum(of.values()) - of["silent"]
        share = Fraction(of["agree"], took) if took else Fraction(0)
        if share < Fraction(3, 4) if special else share <= Fraction(1, 2):
            failed.append(f"APPROVAL_{measure}")
    return Counted(sides, tuple(failed))


def members_count(owners: Sequence[bool], words: Mapping[int, str]) -> tuple[str, ...]:
    """`owners`: of every member, whether he sits as an owner. Which tests fail (PMC-4)."""
    failed = []
    if Fraction(len(words), len(owners)) <= Fraction(1, 2):
        failed.append("QUORUM_MEMBERS")
    sitting = [place for place, owner in enumerate(owners) if owner]
    if sitting and Fraction(len([place for place in sitting if place in words]), len(sitting)) <= Fraction(1, 2):
        failed.append("QUORUM_OWNERS")
    if Fraction(len([word for word in words.values() if word == "AGREE"]), len(owners)) <= Fraction(1, 2):
        failed.append("APPROVAL_MEMBERS")
    return tuple(failed)
