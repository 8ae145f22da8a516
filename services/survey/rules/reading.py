"""Decides how an answer as sent becomes a value of its question's kind, or is of the wrong kind."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

from services.survey.rules.form import Kind
from services.survey.rules.values import Atom

LONGEST_TEXT = 2_000
LARGEST = 2**31
YEARS = range(1900, 2200)
_DECIMAL = re.compile(r"-?\d{1,12}(\.\d{1,9})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,3})?)?([Zz]|[+-]\d{2}:\d{2})?", re.ASCII)
_POINT = re.compile(r"-?\d{1,2}(\.\d{1,10})? -?\d{1,3}(\.\d{1,10})?( -?\d{1,5}(\.\d{1,6})?){0,2}", re.ASCII)

Sent = object
"""What JSON can hold: text, number, truth, null, list, object."""


class WrongKind(Exception):
    """The value is none of its question's kind."""


def is_empty(sent: Sent) -> bool:
    return sent is None or sent == "" or sent == [] or (isinstance(sent, str) and not sent.strip())


def value_of(kind: Kind, sent: Sent) -> Atom:
    """The value that expressions see. Choices are texts with spaces between. Errors: WrongKind."""
    return READERS[kind](sent)


def _text(sent: Sent) -> str:
    if not isinstance(sent, str) or len(sent) > LONGEST_TEXT:
        raise WrongKind
    if any((ord(sign) < 32 and sign not in "\t\n\r") or 0xD800 <= ord(sign) <= 0xDFFF for sign in sent):
        raise WrongKind
    return sent.strip()


def _integer(sent: Sent) -> float:
    if isinstance(sent, bool) or not isinstance(sent, int) or abs(sent) >= LARGEST:
        raise WrongKind
    return float(sent)


def _decimal(sent: Sent) -> float:
    if isinstance(sent, str) and _DECIMAL.fullmatch(sent):
        return float(Decimal(sent))
    if isinstance(sent, bool) or not isinstance(sent, int | float) or not math.isfinite(sent) or abs(sent) >= 10**12:
        raise WrongKind
    return float(sent)


def _one(sent: Sent) -> str:
    found = _text(sent)
    if len(found.split()) != 1:
        raise WrongKind
    return found


def _several(sent: Sent) -> str:
    if not isinstance(sent, list) or len(sent) > 200:
        raise WrongKind
    names = [_one(name) for name in sent]
    if len(set(names)) != len(names):
        raise WrongKind
    return " ".join(names)


def _day(sent: Sent) -> date:
    if not isinstance(sent, str) or not _DAY.fullmatch(sent):
        raise WrongKind
    try:
        found = date.fromisoformat(sent)
    except ValueError:
        raise WrongKind from None
    if found.year not in YEARS:
        raise WrongKind
    return found


def _instant(sent: Sent) -> datetime:
    if not isinstance(sent, str) or len(sent) > 40 or "T" not in sent.upper():
        raise WrongKind
    try:
        found = datetime.fromisoformat(sent.upper())
    except ValueError:
        raise WrongKind from None
    if found.tzinfo is None or found.year not in YEARS:
        raise WrongKind
    return found.astimezone(UTC)


def _fitting(pattern: "re.Pattern[str]") -> Callable[[Sent], str]:
    def read(sent: Sent) -> str:
        if not isinstance(sent, str) or not pattern.fullmatch(sent):
            raise WrongKind
        return sent

    return read


def _acknowledged(sent: Sent) -> str:
    if sent is not True and sent != "OK":
        raise WrongKind
    return "OK"


READERS: Mapping[Kind, Callable[[Sent], Atom]] = {
    Kind.TEXT: _text,
    Kind.INTEGER: _integer,
    Kind.DECIMAL: _decimal,
    Kind.SELECT_ONE: _one,
    Kind.SELECT_MULTIPLE: _several,
    Kind.DATE: _day,
    Kind.INSTANT: _instant,
    Kind.TIME: _fitting(_TIME),
    Kind.POINT: _fitting(_POINT),
    Kind.IMAGE: _text,
    Kind.ACKNOWLEDGE: _acknowledged,
    Kind.DEVICE: _text,
}
