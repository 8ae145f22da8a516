"""Decides what an answer is as a number, a text, a truth and a day, and when two of them are equal (XPath 1.0 + ODK).

Numbers are IEEE doubles here and nowhere else in the house: the devices compute with them, and a form must judge an
answer on the server as it did at the door.
"""

import math
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8))
EPOCH = date(1970, 1, 1)
SHIFTABLE = range(2, 9999)  # years in which any time zone may be applied
NAN = math.nan
_NUMBER = re.compile(r"\s*-?(?:\d+(?:\.\d*)?|\.\d+)\s*", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

Atom = str | float | bool | date | datetime


@dataclass(eq=False, slots=True)
class Node:
    """A place of an answered form. A leaf has a value (None: not answered); a group or repetition has children."""

    name: str
    path: str
    parent: "Node | None" = None
    value: Atom | None = None
    children: "list[Node]" = field(default_factory=list)
    relevant: bool = True


@dataclass(frozen=True, slots=True)
class NodeSet:
    """Nodes in document order."""

    nodes: tuple[Node, ...]


Value = Atom | NodeSet


def atom_of(node: Node) -> Atom:
    """What a node says; a node that does not apply says nothing, as on the device."""
    if not is_applied(node):
        return ""
    if node.children:
        return "".join(text_of(atom_of(child)) for child in node.children)
    return "" if node.value is None else node.value


def is_applied(node: Node) -> bool:
    found: Node | None = node
    while found is not None:
        if not found.relevant:
            return False
        found = found.parent
    return True


def single(value: Value) -> Atom:
    """A node set counts as its first node; an empty one as nothing."""
    if isinstance(value, NodeSet):
        return atom_of(value.nodes[0]) if value.nodes else ""
    return value


def text_of(value: Value) -> str:
    found = single(value)
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, float):
        return number_text(found)
    if isinstance(found, datetime):
        return found.astimezone(SHANGHAI).isoformat(timespec="milliseconds")
    return found if isinstance(found, str) else found.isoformat()


def number_text(number: float) -> str:
    """3.0 -> "3", 0.1 -> "0.1", never an exponent."""
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if number == int(number):
        return str(int(number))
    return format(number, ".17f").rstrip("0") if "e" in repr(number) else repr(number)


def number_of(value: Value) -> float:
    """A day is its distance from 1970-01-01, an instant has a fraction of a local day; what is no number is NaN."""
    found = single(value)
    if isinstance(found, bool):
        return 1.0 if found else 0.0
    if isinstance(found, float):
        return found
    if isinstance(found, str):
        return float(found) if _NUMBER.fullmatch(found) else NAN
    if isinstance(found, datetime):
        local = found.astimezone(SHANGHAI)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        return (local.date() - EPOCH).days + (local - midnight) / timedelta(days=1)
    return float((found - EPOCH).days)


def truth_of(value: Value) -> bool:
    """A number but zero and NaN, a text but the empty one, a node set that is not empty."""
    if isinstance(value, NodeSet):
        return bool(value.nodes)
    if isinstance(value, bool):
        return value
    if isinstance(value, float):
        return value != 0 and not math.isnan(value)
    return value != ""


def moment_of(value: Value) -> date | datetime | None:
    """The day or instant of a value: its own, a number of days, or its text; None for anything else."""
    found = single(value)
    if isinstance(found, bool):
        return None
    if isinstance(found, float):
        return _day_number(found)
    moment = found if isinstance(found, date) else _written_moment(found.strip())
    return moment if moment is not None and moment.year in SHIFTABLE else None


def _day_number(days: float) -> date | datetime | None:
    if not -700_000 < days < 2_900_000:
        return None
    whole = EPOCH + timedelta(days=math.floor(days))
    if days == math.floor(days):
        return whole
    midnight = datetime(whole.year, whole.month, whole.day, tzinfo=SHANGHAI)
    return (midnight + timedelta(days=days - math.floor(days))).astimezone(UTC)


def _written_moment(text: str) -> date | datetime | None:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
        if _DAY.match(text) and "T" in text.upper():
            found = datetime.fromisoformat(text.upper())
            return (found if found.tzinfo else found.replace(tzinfo=SHANGHAI)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return None


def equal(left: Value, right: Value) -> bool:
    """XPath 1.0: any pair of two node sets; truths as truths, numbers and days as numbers, else as texts."""
    if isinstance(left, bool) or isinstance(right, bool):
        return truth_of(left) == truth_of(right)
    return any(_same(one, other) for one in _atoms(left) for other in _atoms(right))


def unequal(left: Value, right: Value) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return truth_of(left) != truth_of(right)
    return any(not _same(one, other) for one in _atoms(left) for other in _atoms(right))


def ordered(left: Value, right: Value, sign: str) -> bool:
    """`<`, `<=`, `>`, `>=`: always as numbers; days and instants too. NaN is in no order."""
    for one in _atoms(left):
        for other in _atoms(right):
            first, second = _comparable(one, other)
            if _ORDERS[sign](first, second):
                return True
    return False


_ORDERS = {
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


def _atoms(value: Value) -> tuple[Atom, ...]:
    """On the device a node set without nodes is compared as an empty text."""
    if isinstance(value, NodeSet):
        return tuple(atom_of(node) for node in value.nodes) or ("",)
    return (value,)


def _same(one: Atom, other: Atom) -> bool:
    if isinstance(one, date | float) or isinstance(other, date | float):
        if text_of(one) == "" or text_of(other) == "":
            return text_of(one) == text_of(other)
        first, second = _comparable(one, other)
        return first == second
    return text_of(one) == text_of(other)


def _comparable(one: Atom, other: Atom) -> tuple[float, float]:
    """Beside a day a text that is written as one counts as that day."""
    return _number_beside(one, other), _number_beside(other, one)


def _number_beside(one: Atom, other: Atom) -> float:
    if isinstance(one, str) and isinstance(other, date):
        found = moment_of(one)
        return NAN if found is None else number_of(found)
    return number_of(one)
