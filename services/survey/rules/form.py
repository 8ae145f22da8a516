"""Says what a questionnaire is made of once its sheets were read: questions, groups, repetitions, lists, notice."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

ROOT = "data"


class Kind(StrEnum):
    TEXT = "TEXT"
    INTEGER = "INTEGER"
    DECIMAL = "DECIMAL"
    SELECT_ONE = "SELECT_ONE"
    SELECT_MULTIPLE = "SELECT_MULTIPLE"
    DATE = "DATE"
    INSTANT = "INSTANT"
    TIME = "TIME"
    POINT = "POINT"
    IMAGE = "IMAGE"
    ACKNOWLEDGE = "ACKNOWLEDGE"
    NOTE = "NOTE"
    CALCULATE = "CALCULATE"
    DEVICE = "DEVICE"  # start, end, today: the device fills it in
    GROUP = "GROUP"
    REPEAT = "REPEAT"


TYPES: Mapping[str, Kind] = {
    "text": Kind.TEXT,
    "string": Kind.TEXT,
    "integer": Kind.INTEGER,
    "int": Kind.INTEGER,
    "decimal": Kind.DECIMAL,
    "select_one": Kind.SELECT_ONE,
    "select_multiple": Kind.SELECT_MULTIPLE,
    "date": Kind.DATE,
    "datetime": Kind.INSTANT,
    "time": Kind.TIME,
    "geopoint": Kind.POINT,
    "image": Kind.IMAGE,
    "photo": Kind.IMAGE,
    "acknowledge": Kind.ACKNOWLEDGE,
    "note": Kind.NOTE,
    "calculate": Kind.CALCULATE,
    "start": Kind.DEVICE,
    "end": Kind.DEVICE,
    "today": Kind.DEVICE,
}
"""The first word of the type column, in small letters -> what it is."""

CONTAINERS = frozenset({Kind.GROUP, Kind.REPEAT})
SELECTS = frozenset({Kind.SELECT_ONE, Kind.SELECT_MULTIPLE})
UNASKED = frozenset({Kind.NOTE, Kind.CALCULATE, Kind.DEVICE})
"""Nobody answers these."""

Texts = tuple[tuple[str, str], ...]
"""(language, text), the language as the sheet's heading has it; "" for a heading without one."""


@dataclass(frozen=True, slots=True)
class Item:
    """One row of the survey sheet. Expressions are kept as written and are known to parse."""

    name: str
    kind: Kind
    path: str
    row: int
    label: Texts = ()
    hint: Texts = ()
    list_name: str = ""
    relevant: str = ""
    constraint: str = ""
    constraint_message: Texts = ()
    required: str = ""
    calculation: str = ""
    choice_filter: str = ""
    repeat_count: str = ""
    consent: str = ""
    """VIS-2. The purpose a separate consent must have been given for."""
    replaces: str = ""
    """VIS-5. The name of the question of the version before that this one continues."""
    children: tuple["Item", ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    name: str
    label: Texts
    columns: Texts = ()
    """Further columns of its row, for choice filters."""


@dataclass(frozen=True, slots=True)
class Form:
    form_id: str
    title: str
    notice_version: str
    notice: str
    items: tuple[Item, ...]
    lists: Mapping[str, tuple[Choice, ...]]

    def all_items(self) -> Iterator[Item]:
        """Every item, a container before what it holds."""
        yield from _within(self.items)

    def paths(self) -> dict[str, str]:
        return {item.name: item.path for item in self.all_items()}

    def consents(self) -> tuple[str, ...]:
        """The purposes that need a consent of their own, in the order of the form."""
        return tuple(dict.fromkeys(item.consent for item in self.all_items() if item.consent))

    def purposes(self) -> dict[str, str]:
        """VIS-2. The path of each question that needs a consent of its own -> its purpose: the question's, or that of
        the nearest group around it."""
        return dict(_purposes(self.items, ""))


def _purposes(items: tuple[Item, ...], around: str) -> Iterator[tuple[str, str]]:
    for item in items:
        purpose = item.consent or around
        yield from _purposes(item.children, purpose)
        if purpose and item.kind not in CONTAINERS:
            yield item.path, purpose


def _within(items: tuple[Item, ...]) -> Iterator[Item]:
    for item in items:
        yield item
        yield from _within(item.children)


def shown_text(texts: Texts, wanted: str) -> str:
    """The text of a language tag such as "zh" or "en"; else the first one."""
    for language, text in texts:
        if language.lower() == wanted or f"({wanted}" in language.lower():
            return text
    return texts[0][1] if texts else ""
