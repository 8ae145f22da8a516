"""OWN-2: what area a cell states, in hundredths of a m², and which of several sources wins."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from services.registry.rules.numerals import plain

SMALLEST = 100  # 1.00 m²: below this a cell holds something else
LARGEST = 10_000_000  # 100,000.00 m²: one unit is never larger


class AreaSource(StrEnum):
    """Where an area comes from, best first."""

    REGISTER = "REGISTER"
    SURVEY = "SURVEY"
    CONTRACT = "CONTRACT"
    REFORM_PAPER = "REFORM_PAPER"


class AreaFault(StrEnum):
    """Why a cell gives no area; the home stays on the register with its area unknown (OWN-6)."""

    NO_AREA = "no_area"
    ZERO_AREA = "zero_area"
    TEXT_AREA = "text_area"
    BAD_AREA = "bad_area"


RANK: Mapping[AreaSource, int] = {source: rank for rank, source in enumerate(AreaSource)}
_AREA = re.compile(r"(-?\d{1,9}(?:,\d{3})*(?:\.\d+)?)(?:平方米|平方|平米|平|m2|m\^2|㎡|M2)?\Z")


@dataclass(frozen=True, slots=True)
class StatedArea:
    """One source's word on one home: hundredths of a m²."""

    hundredths: int
    source: AreaSource


def parse_area(text: str) -> int | AreaFault:
    """ "89.78平方米", "102.72㎡", "52.6" -> 8978, 10272, 5260; "约90" is text, not a measurement."""
    written = plain(text)
    if written in {"", "-", "/", "无", "不详", "未知", "待定"}:
        return AreaFault.NO_AREA
    match = _AREA.match(written)
    if not match:
        return AreaFault.TEXT_AREA
    exact = Decimal(match.group(1).replace(",", "")) * 100
    if exact == 0:
        return AreaFault.ZERO_AREA
    hundredths = int(exact)
    if hundredths != exact or not SMALLEST <= hundredths <= LARGEST:
        return AreaFault.BAD_AREA
    return hundredths


def best(stated: Iterable[StatedArea]) -> StatedArea | None:
    """OWN-2. The better source wins; of one source the first on record; None when nobody says."""
    ranked = sorted(stated, key=lambda one: RANK[one.source])
    return ranked[0] if ranked else None


def are_at_odds(stated: Iterable[StatedArea]) -> bool:
    """OWN-2. True when sources disagree, so that an officer looks; both stay on record."""
    return len({one.hundredths for one in stated}) > 1
