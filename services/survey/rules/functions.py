"""Decides which functions a form may use and what each yields: one table, name to arity and meaning."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from services.survey.rules.patterns import matches
from services.survey.rules.values import (
    NAN,
    SHANGHAI,
    Atom,
    NodeSet,
    Value,
    atom_of,
    moment_of,
    number_of,
    single,
    text_of,
    truth_of,
)

MANY = 60
LONGEST_TEXT = 20_000  # a chain of calculations that double a text must end somewhere
Meaning = Callable[[Sequence[Value]], Value]


@dataclass(frozen=True, slots=True)
class Function:
    """How many arguments a function takes, and what it makes of them."""

    least: int
    most: int
    meaning: Meaning


def texts_of(values: Sequence[Value]) -> list[str]:
    """Every node of a node set counts, in order; other values once."""
    return [text_of(atom) for atom in atoms_of(values)]


def atoms_of(values: Sequence[Value]) -> list[Atom]:
    found: list[Atom] = []
    for value in values:
        found.extend([atom_of(node) for node in value.nodes] if isinstance(value, NodeSet) else [value])
    return found


def chosen(value: Value) -> list[str]:
    """The choices of a select_multiple, which are written with spaces between."""
    return text_of(value).split()


def _answered(values: Sequence[Value]) -> list[float]:
    """The numbers of what is answered: an empty place adds nothing, as on the device."""
    return [number_of(atom) for atom in atoms_of(values) if text_of(atom) != ""]


def _sum(values: Sequence[Value]) -> Value:
    return sum(_answered(values), 0.0)


def _least(values: Sequence[Value]) -> Value:
    found = _answered(values)
    return NAN if not found or any(map(math.isnan, found)) else min(found)


def _most(values: Sequence[Value]) -> Value:
    found = _answered(values)
    return NAN if not found or any(map(math.isnan, found)) else max(found)


def _selected_at(values: Sequence[Value]) -> Value:
    place = number_of(values[1])
    found = chosen(values[0])
    return found[int(place)] if math.isfinite(place) and 0 <= place < len(found) else ""


def _coalesce(values: Sequence[Value]) -> Value:
    return next((value for value in values if text_of(value) != ""), "")


def _join(values: Sequence[Value]) -> Value:
    return text_of(values[0]).join(texts_of(values[1:]))[:LONGEST_TEXT]


def _substr(values: Sequence[Value]) -> Value:
    """substr(text, start, end): from 0, the end is left out; negative numbers count from the end."""
    text = text_of(values[0])
    start, end = _offset(values[1]), _offset(values[2]) if len(values) > 2 else len(text)
    return "" if start is None or end is None else text[start:end]


def _offset(value: Value) -> int | None:
    number = number_of(value)
    return int(number) if math.isfinite(number) else None


def _substring(values: Sequence[Value]) -> Value:
    """XPath 1.0: from 1; a character stays when its place is >= round(start) and < round(start) + round(length)."""
    text, start = text_of(values[0]), _round_half_up(number_of(values[1]))
    end = math.inf if len(values) == 2 else start + _round_half_up(number_of(values[2]))
    return "".join(sign for place, sign in enumerate(text, 1) if start <= place < end)


def _before(values: Sequence[Value]) -> Value:
    text, mark = text_of(values[0]), text_of(values[1])
    return text[: text.index(mark)] if mark in text else ""


def _after(values: Sequence[Value]) -> Value:
    text, mark = text_of(values[0]), text_of(values[1])
    return text[text.index(mark) + len(mark) :] if mark in text else ""


def _translate(values: Sequence[Value]) -> Value:
    text, old, new = map(text_of, values)
    turned: dict[str, str] = {}
    for place, sign in enumerate(old):
        turned.setdefault(sign, new[place] if place < len(new) else "")
    return "".join(turned.get(sign, sign) for sign in text)


def _round_half_up(number: float) -> float:
    """XPath 1.0: the nearest whole number, of two the greater; round(-2.5) = -2."""
    return float(math.floor(number + 0.5)) if math.isfinite(number) else number


def _round(values: Sequence[Value]) -> Value:
    number = number_of(values[0])
    if len(values) == 1 or not math.isfinite(number):
        return _round_half_up(number)
    places = number_of(values[1])
    if not math.isfinite(places) or abs(places) > 30:
        return NAN
    try:
        return float(Decimal(repr(number)).quantize(Decimal(1).scaleb(-int(places)), ROUND_HALF_UP))
    except ArithmeticError:  # more digits than a decimal holds: it has no such places
        return number


def _number(meaning: Callable[[float], float]) -> Meaning:
    """A function of one number, NaN where it has no value."""

    def of(values: Sequence[Value]) -> Value:
        number = number_of(values[0])
        try:
            return float(meaning(number)) if math.isfinite(number) else number
        except (ValueError, OverflowError):
            return NAN

    return of


def _pow(values: Sequence[Value]) -> Value:
    try:
        found = number_of(values[0]) ** number_of(values[1])
        return found if isinstance(found, float) else NAN
    except (OverflowError, ZeroDivisionError):
        return NAN


def _date(values: Sequence[Value]) -> Value:
    found = moment_of(values[0])
    if isinstance(found, datetime):
        return found.astimezone(SHANGHAI).date()
    return "" if found is None else found


def _instant(values: Sequence[Value]) -> Value:
    found = moment_of(values[0])
    if found is None or isinstance(found, datetime):
        return "" if found is None else found
    return datetime(found.year, found.month, found.day, tzinfo=SHANGHAI)


def _decimal_instant(values: Sequence[Value]) -> Value:
    found = moment_of(values[0])
    return NAN if found is None else number_of(found)


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MARKS: Mapping[str, Callable[[datetime], str]] = {
    "Y": lambda at: f"{at.year:04d}",
    "y": lambda at: f"{at.year % 100:02d}",
    "m": lambda at: f"{at.month:02d}",
    "n": lambda at: str(at.month),
    "b": lambda at: _MONTHS[at.month - 1],
    "d": lambda at: f"{at.day:02d}",
    "e": lambda at: str(at.day),
    "H": lambda at: f"{at.hour:02d}",
    "h": lambda at: str(at.hour),
    "M": lambda at: f"{at.minute:02d}",
    "S": lambda at: f"{at.second:02d}",
    "3": lambda at: f"{at.microsecond // 1000:03d}",
    "a": lambda at: _WEEKDAYS[at.weekday()],
    "%": lambda at: "%",
}


def _format(values: Sequence[Value]) -> Value:
    """A day or instant by the marks of the specification; local time. "" for what is no day, or an unknown mark."""
    found = moment_of(values[0])
    if found is None:
        return ""
    at = found.astimezone(SHANGHAI) if isinstance(found, datetime) else datetime.combine(found, _MIDNIGHT)
    pattern = text_of(values[1])
    if any(mark not in _MARKS for mark in re.findall(r"%(.?)", pattern, re.DOTALL)):
        return ""
    return re.sub(r"%(.)", lambda mark: _MARKS[mark[1]](at), pattern)


_MIDNIGHT = datetime.min.replace(tzinfo=SHANGHAI).timetz()


def _weighted(values: Sequence[Value]) -> Value:
    """weighted-checklist(least, most, truth, weight, ...): whether the weights of what holds lie between."""
    pairs = zip(values[2::2], values[3::2], strict=False)
    total = sum((number_of(weight) for truth, weight in pairs if _yes(truth)), 0.0)
    return _between(values, total)


def _checklist(values: Sequence[Value]) -> Value:
    return _between(values, float(sum(map(_yes, values[2:]))))


def _between(values: Sequence[Value], total: float) -> bool:
    least, most = number_of(values[0]), number_of(values[1])
    return (least == -1 or total >= least) and (most == -1 or total <= most)


def _yes(value: Value) -> bool:
    """A node counts by what it says: "yes", "1", "true" or a number but zero, never by its being there."""
    found = single(value)
    return truth_of(found) if not isinstance(found, str) else found.lower() not in {"", "no", "false", "0"}


def _count(values: Sequence[Value]) -> Value:
    return float(len(values[0].nodes)) if isinstance(values[0], NodeSet) else NAN


def _from_text(values: Sequence[Value]) -> Value:
    return text_of(values[0]) in {"1", "true"}


FUNCTIONS: Mapping[str, Function] = {
    "true": Function(0, 0, lambda values: True),
    "false": Function(0, 0, lambda values: False),
    "not": Function(1, 1, lambda values: not truth_of(values[0])),
    "boolean": Function(1, 1, lambda values: truth_of(values[0])),
    "boolean-from-string": Function(1, 1, _from_text),
    "coalesce": Function(2, MANY, _coalesce),
    "selected": Function(2, 2, lambda values: text_of(values[1]) in chosen(values[0])),
    "selected-at": Function(2, 2, _selected_at),
    "count-selected": Function(1, 1, lambda values: float(len(chosen(values[0])))),
    "count": Function(1, 1, _count),
    "count-non-empty": Function(1, 1, lambda values: float(sum(text != "" for text in texts_of(values)))),
    "sum": Function(1, MANY, _sum),
    "min": Function(1, MANY, _least),
    "max": Function(1, MANY, _most),
    "number": Function(1, 1, lambda values: number_of(values[0])),
    "int": Function(1, 1, _number(math.trunc)),
    "round": Function(1, 2, _round),
    "floor": Function(1, 1, _number(math.floor)),
    "ceiling": Function(1, 1, _number(math.ceil)),
    "abs": Function(1, 1, _number(abs)),
    "sqrt": Function(1, 1, _number(math.sqrt)),
    "pow": Function(2, 2, _pow),
    "string": Function(1, 1, lambda values: text_of(values[0])),
    "string-length": Function(1, 1, lambda values: float(len(text_of(values[0])))),
    "concat": Function(1, MANY, lambda values: "".join(texts_of(values))[:LONGEST_TEXT]),
    "join": Function(2, MANY, _join),
    "substr": Function(2, 3, _substr),
    "substring": Function(2, 3, _substring),
    "substring-before": Function(2, 2, _before),
    "substring-after": Function(2, 2, _after),
    "contains": Function(2, 2, lambda values: text_of(values[1]) in text_of(values[0])),
    "starts-with": Function(2, 2, lambda values: text_of(values[0]).startswith(text_of(values[1]))),
    "ends-with": Function(2, 2, lambda values: text_of(values[0]).endswith(text_of(values[1]))),
    "translate": Function(3, 3, _translate),
    "normalize-space": Function(1, 1, lambda values: " ".join(text_of(values[0]).split())),
    "regex": Function(2, 2, lambda values: matches(text_of(values[1]), text_of(values[0]))),
    "date": Function(1, 1, _date),
    "date-time": Function(1, 1, _instant),
    "decimal-date-time": Function(1, 1, _decimal_instant),
    "format-date": Function(2, 2, _format),
    "format-date-time": Function(2, 2, _format),
    "weighted-checklist": Function(4, MANY, _weighted),
    "checklist": Function(3, MANY, _checklist),
}

PLACED: Mapping[str, tuple[int, int]] = {
    "if": (3, 3),
    "once": (1, 1),
    "today": (0, 0),
    "now": (0, 0),
    "position": (0, 1),
    "last": (0, 0),
    "current": (0, 0),
    "indexed-repeat": (3, 7),
    "jr:choice-name": (2, 2),
}
"""Functions that look at their place in the form, at the clock or at the lists; `evaluating` gives their meaning."""

# A form is judged twice, at the door and here: these would yield two different things, or need what is not here.
NOT_OFFERED = frozenset({"random", "uuid", "pulldata", "instance", "randomize", "digest", "property", "version"})


def arity_of(name: str) -> tuple[int, int] | None:
    """The least and the most arguments of a function; None for an unknown one."""
    if name in PLACED:
        return PLACED[name]
    return (FUNCTIONS[name].least, FUNCTIONS[name].most) if name in FUNCTIONS else None


def day_of(now: datetime) -> date:
    """The day in the compound."""
    return now.astimezone(SHANGHAI).date()
