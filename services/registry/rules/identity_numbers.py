"""Which id numbers, credit codes and phone numbers are well formed, by their own arithmetic."""

import re
from datetime import date
from enum import StrEnum

from services.registry.rules.numerals import plain

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_CREDIT_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_CREDIT = re.compile(rf"[1-9ANY][1-9][0-9]{{6}}[{_CREDIT_SIGNS}]{{10}}\Z")
_MOBILE = re.compile(r"1[3-9][0-9]{9}\Z")
_LANDLINE = re.compile(r"(0\d{2,3})?([2-9]\d{6,7})(?:[转x#*](\d{1,6}))?\Z", re.IGNORECASE | re.ASCII)
_PHONE_NOISE = str.maketrans("", "", "-() .·")


class IdFault(StrEnum):
    """What is wrong with an id number, in the order it is looked at."""

    LENGTH = "length"
    DATE = "date"
    CHECK = "check"
    AS_NUMBER = "as_number"


def check_digit(first_seventeen: str) -> str:
    """GB 11643: the eighteenth sign of an id number."""
    return _CHECKS[sum(int(sign) * weight for sign, weight in zip(first_seventeen, _WEIGHTS, strict=True)) % 11]


def parse_id_number(text: str, today: date) -> str | IdFault:
    """The 18 signs of a well-formed id number, or the fault.

    The area code is not looked up: codes change, and a faulty one must not cost a home its owner (OWN-6). A number of
    fifteen digits (before 1999) is lengthened by its own rule, so that it meets the same person's newer one.
    """
    written = plain(text).upper().lstrip("'").replace("-", "")
    if "E+" in plain(text).upper():
        return IdFault.AS_NUMBER
    if re.fullmatch(r"[0-9]{15}", written):
        longer = f"{written[:6]}19{written[6:]}"
        written = longer + check_digit(longer)
    if not re.fullmatch(r"[0-9]{17}[0-9X]", written):
        return IdFault.LENGTH
    if not _was_a_day(written[6:14], today):
        return IdFault.DATE
    return written if check_digit(written[:17]) == written[17] else IdFault.CHECK


def _was_a_day(digits: str, today: date) -> bool:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return date(1880, 1, 1) <= born <= today


def credit_check_sign(first_seventeen: str) -> str:
    """GB 32100: the eighteenth sign of a unified social credit code."""
    total = sum(
        _CREDIT_SIGNS.index(sign) * weight for sign, weight in zip(first_seventeen, _CREDIT_WEIGHTS, strict=True)
    )
    return _CREDIT_SIGNS[(31 - total % 31) % 31]


def parse_credit_code(text: str) -> str | None:
    """The 18 signs of a unified social credit code with a right check sign; None when it is none."""
    written = plain(text).upper()
    if not _CREDIT.match(written) or credit_check_sign(written[:17]) != written[17]:
        return None
    return written


def parse_phone(text: str) -> str | None:
    """Digits of a mainland mobile or landline: "140 0000 6719" -> "14000006719"; None when it cannot be dialled."""
    written = plain(text).translate(_PHONE_NOISE).lstrip("'")
    for prefix in ("+86", "0086"):
        written = written.removeprefix(prefix)
    if len(written) == 13 and written.startswith("86"):
        written = written[2:]
    if _MOBILE.match(written):
        return written
    match = _LANDLINE.match(written)
    if not match:
        return None
    area, number, extension = match.groups()
    return (area or "") + number + (f"x{extension}" if extension else "")
