"""BAL-1: what may be chosen online, and how a choice is said in its commitment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.election.rules.commitments import Said, what_said
from services.election.rules.household import Terms, is_valid
from services.election.rules.tally import CHOICES


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the ballot asks: names to mark (`terms`), or the numbers of the items to decide."""

    terms: Terms | None = None
    items: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a caster chose: numbers marked, or an answer by item number. Exactly one of the two."""

    marks: tuple[int, ...] | None = None
    items: Mapping[int, str] | None = None


def fits(sheet: Sheet, chosen: Chosen) -> bool:
    """BAL-1, BAL-11. A blank, half-filled or overfull ballot is refused online, where it can still be put right; on
    paper it is INVALID. The kind of choice is that of the sheet."""
    if sheet.terms is not None:
        return chosen.items is None and chosen.marks is not None and is_valid(chosen.marks, sheet.terms)
    if chosen.items is None or chosen.marks is not None or frozenset(chosen.items) != sheet.items:
        return False
    return all(answer in set(CHOICES) for answer in chosen.items.values())


def choice_said(election: str, chosen: Chosen) -> Said:
    """The part of a commitment that names the choice: marks sorted, items by their numbers."""
    if chosen.items is not None:
        return {"election": election, "items": {str(number): str(answer) for number, answer in chosen.items.items()}}
    return what_said(election, chosen.marks or ())


def choice_read(said: Said) -> Chosen:
    """What `choice_said` said."""
    items, marks = said.get("items"), said.get("marks")
    if isinstance(items, Mapping):
        return Chosen(items={int(number): str(answer) for number, answer in items.items()})
    assert isinstance(marks, Sequence), "a ballot of names, or of items"
    return Chosen(tuple(int(mark) for mark in marks))
