"""OWN-4: which region codes there can be, and which lies in which."""

from collections.abc import Mapping
from enum import StrEnum


class Level(StrEnum):
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    STREET = "street"
    COMMUNITY = "community"


LENGTHS: Mapping[Level, int] = {
    Level.PROVINCE: 2,
    Level.CITY: 4,
    Level.COUNTY: 6,
    Level.STREET: 9,
    Level.COMMUNITY: 12,
}
PARENTS: Mapping[Level, Level] = {
    Level.CITY: Level.PROVINCE,
    Level.COUNTY: Level.CITY,
    Level.STREET: Level.COUNTY,
    Level.COMMUNITY: Level.STREET,
}


def level_of(code: str) -> Level | None:
    """The level a code of this length stands for; None for a code that is none."""
    if not (code.isascii() and code.isdigit()):
        return None
    return next((level for level, length in LENGTHS.items() if length == len(code)), None)


def parent_of(code: str) -> str | None:
    """ "140109013001" -> "140109013"; a province has none."""
    level = level_of(code)
    above = PARENTS.get(level) if level else None
    return code[: LENGTHS[above]] if above else None


def is_community(code: str) -> bool:
    """A street's code and 001-199 (居委会) or 200-399 (村委会)."""
    return level_of(code) is Level.COMMUNITY and 1 <= int(code[9:]) <= 399
