"""What is said in a rule set and signed for, in our own words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

Setting = bool | int | str | None
"""The value of one parameter."""
Given = Mapping[str, Setting]
"""Parameters that a caller sets, by name."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a rule set says: its name, and what differs from the preset's defaults."""

    name: str
    parameters: Given


@dataclass(frozen=True, slots=True)
class Reading:
    """What an officer signs: the parameter, the local text that he read, and its date."""

    parameter: str
    text: str
    dated: date
