"""Decides what of the counted answers is shown: figures per question, with every cell hidden that could tell (VIS-4).

Each table splits the same homes: its cells, "no answer" among them, add up to the total. A cell under the threshold
is hidden, and others with it where the total would give it back.
A question that is only asked by another's answer is hidden wholly where that other one hides anything; where it hides
nothing, it tells how many were not asked, so that the answers alone must not give a hidden one back either.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.survey.rules.dependencies import DECIDING, all_behind, dependencies
from services.survey.rules.form import SELECTS, UNASKED, Choice, Form, Item, Kind

THRESHOLD = 5  # VIS-4 [P 3-10]
HIGHEST_BAND = 5


class Cell(StrEnum):
    """Cells that are no choice."""

    ANSWERED = "ANSWERED"
    NO_ANSWER = "NO_ANSWER"  # also where it was not asked: the two apart would tell of the question that decides it


@dataclass(frozen=True, slots=True)
class Answered:
    """One counted record: the value of each question that applies and is answered, by its JSON pointer."""

    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Count:
    """A cell; `count` None means hidden."""

    cell: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Table:
    """One question. For a choice of several each cell stands alone; else the cells add up to the total."""

    question: str
    kind: Kind
    counts: tuple[Count, ...]
    total: int | None
    """Sum of a whole-number question; None where hidden or where there is none."""

    @property
    def hides(self) -> bool:
        return any(count.count is None for count in self.counts)


@dataclass(frozen=True, slots=True)
class Figures:
    """`records` None: fewer than the threshold were counted, nothing is shown at all."""

    records: int | None
    tables: tuple[Table, ...]


def hidden_cells(counts: Sequence[int], threshold: int) -> frozenset[int]:
    """VIS-4. Places to hide among cells that add up to a known total of at least the threshold.

    Every cell under the threshold is hidden. A single one, or several that hold less than the threshold together,
    would be given back by the total: the last shown cell is hidden with them, whatever it holds, so that the choice
    tells nothing. Several that are all as great as a small cell can be would be told by their sum: all is hidden.
    So each hidden number stays uncertain to who knows total, shown cells and this rule.
    """
    small = [place for place, count in enumerate(counts) if count < threshold]
    together = sum(counts[place] for place in small)
    if not small:
        return frozenset()
    if len(small) > 1 and threshold <= together < len(small) * (threshold - 1):
        return frozenset(small)
    shown = [place for place in range(len(counts)) if place not in small]
    if not shown or (len(small) > 1 and together >= threshold):
        return frozenset(range(len(counts)))
    return frozenset((*small, shown[-1]))


def charted(form: Form) -> tuple[Item, ...]:
    """The questions that have figures: asked, and not within a repetition, where one home would count many times."""
    repeats = tuple(item.path + "/" for item in form.all_items() if item.kind is Kind.REPEAT)
    return tuple(
        item
        for item in form.all_items()
        if item.kind not in UNASKED | {Kind.GROUP, Kind.REPEAT} and not item.path.startswith(repeats or ("\0",))
    )


def figures_of(form: Form, records: Iterable[Answered], threshold: int = THRESHOLD) -> Figures:
    """The publishable figures of the counted records; their order plays no part."""
    counted = list(records)
    if len(counted) < threshold:
        return Figures(None, ())
    raw = {item.name: _raw(form, item, counted) for item in charted(form)}
    needed = dependencies(form, (*DECIDING, "choice_filter"))
    asked_by = {name: all_behind(name, needed) & raw.keys() for name in raw}
    tables = {
        item.name: _table(item, raw[item.name], counted, threshold, bool(asked_by[item.name])) for item in charted(form)
    }
    telling = {name for name, table in tables.items() if table.hides}
    shown = tuple(_silenced(table) if asked_by[name] & telling else table for name, table in tables.items())
    return Figures(len(counted), shown)


def _silenced(table: Table) -> Table:
    return Table(table.question, table.kind, tuple(Count(count.cell, None) for count in table.counts), None)


def _cells(form: Form, item: Item) -> tuple[str, ...]:
    if item.kind in SELECTS:
        choices: Sequence[Choice] = form.lists[item.list_name]
        return tuple(choice.name for choice in choices)
    if item.kind is Kind.INTEGER:
        return (*map(str, range(HIGHEST_BAND)), f"{HIGHEST_BAND}+")
    return (Cell.ANSWERED,)  # texts, days and places are never published, only that they were given


def _raw(form: Form, item: Item, records: Sequence[Answered]) -> dict[str, int]:
    found = Counter(cell for record in records for cell in _where(item, record.values.get(pointer_of(item))))
    return {cell: found[cell] for cell in (*_cells(form, item), Cell.NO_ANSWER)}


def pointer_of(item: Item) -> str:
    """Where a question outside repetitions stands in the answers."""
    return item.path.removeprefix("/data")


def _where(item: Item, value: str | None) -> tuple[str, ...]:
    """The cells that a record falls into. What was not asked is not told from what was not answered (VIS-4)."""
    if value is None:
        return (Cell.NO_ANSWER,)
    if item.kind is Kind.SELECT_MULTIPLE:
        return tuple(value.split())
    if item.kind is Kind.SELECT_ONE:
        return (value,)
    if item.kind is Kind.INTEGER:
        number = int(float(value))
        return (str(max(number, 0)) if number < HIGHEST_BAND else f"{HIGHEST_BAND}+",)
    return (Cell.ANSWERED,)


def _table(
    item: Item, raw: Mapping[str, int], records: Sequence[Answered], threshold: int, is_conditional: bool
) -> Table:
    names, counts = tuple(raw), tuple(raw.values())
    *chosen, unanswered = counts
    if item.kind is Kind.SELECT_MULTIPLE:
        # Cells overlap, so each is told from its own complement only, among those who answered: nearly all is as
        # telling as nearly none.
        answered = len(records) - unanswered
        hidden = frozenset(place for place, count in enumerate(chosen) if min(count, answered - count) < threshold)
        if hidden or min(unanswered, answered) < threshold:  # how many chose anything bounds each choice from below
            hidden |= {len(chosen)}
    else:
        hidden = hidden_cells(counts, threshold)
        if is_conditional:  # who was not asked is known from the question that decides it
            hidden |= hidden_cells(chosen, threshold)
    shown = tuple(Count(name, None if place in hidden else counts[place]) for place, name in enumerate(names))
    total = _sum(item, records) if item.kind is Kind.INTEGER and not hidden else None
    return Table(item.name, item.kind, shown, total)


def _sum(item: Item, records: Sequence[Answered]) -> int:
    return sum(int(float(record.values.get(pointer_of(item), "0"))) for record in records)
