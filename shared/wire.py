"""How values look on the wire: strict days, instants, areas and texts, and the two kinds of model."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any

from annotated_types import GroupedMetadata
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,6})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)
AREA = re.compile(r"\d{1,9}\.\d{2}", re.ASCII)
YEARS = range(1900, 2200)  # what a calendar of this house can hold; also keeps UTC shifts inside datetime's range


class Input(BaseModel):
    """What a caller sends. Unknown fields are refused; texts are trimmed and must be storable."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)


class Output(BaseModel):
    """What we answer. No defaults: every field is always there."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


def example(**fields: object) -> ConfigDict:
    """The one true example of a wire type, for `model_config`."""
    return ConfigDict(json_schema_extra={"examples": [fields]})  # type: ignore[list-item]  # any JSON value


def fault(at: str, code: str, zh: str, en: str) -> PydanticCustomError:
    """What fields that do not go together are refused with: at this field, in our own words."""
    return PydanticCustomError(code, "does not go together", {"at": (at,), "zh": zh, "en": en})


def answered(kind: type[Output], code: int = 201, **changed: object) -> dict[int | str, Any]:
    """For `responses=` of a route: its reply is its type's example but for this; the contract gives back the nulls."""
    said = kind.model_config["json_schema_extra"]["examples"][0]  # type: ignore[index]  # made by example()
    shown = {name: value for name, value in {**said, **changed}.items() if value is not None}  # type: ignore[dict-item]
    return {code: {"content": {"application/json": {"example": shown}}}}


def _storable(value: str) -> str:
    """PostgreSQL stores no NUL and UTF-8 has no lone surrogates; other controls than tab and newline are noise."""
    if any(ord(sign) < 32 and sign not in "\t\n\r" for sign in value) or "\x7f" in value:
        raise PydanticCustomError("text_control", "control characters")
    if any(0xD800 <= ord(sign) <= 0xDFFF for sign in value):
        raise PydanticCustomError("text_surrogate", "lone surrogate")
    return value


@dataclass(frozen=True, slots=True)
class Text(GroupedMetadata):
    """`Annotated[str, Text(80)]`: a trimmed, storable text of `shortest` to `longest` characters."""

    longest: int
    shortest: int = 1

    def __iter__(self) -> Iterator[object]:
        yield Field(min_length=self.shortest, max_length=self.longest)
        yield AfterValidator(_storable)


def _day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not DAY.fullmatch(value):
        raise PydanticCustomError("day", "not a day")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("day", "not a day") from None
    if day.year not in YEARS:
        raise PydanticCustomError("day_range", "out of range")
    return day


def _instant(value: object) -> datetime:
    if isinstance(value, str):
        if not INSTANT.fullmatch(value):
            raise PydanticCustomError("instant", "not an instant")
        try:
            value = datetime.fromisoformat(value.upper())
        except ValueError:
            raise PydanticCustomError("instant", "not an instant") from None
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise PydanticCustomError("instant", "not an instant")
    if value.year not in YEARS:
        raise PydanticCustomError("day_range", "out of range")
    return value.astimezone(UTC)


def is_told(info: ValidationInfo) -> bool:
    """Whether a value comes from a caller (an Input), and not from our own tables."""
    return info.config is not None and info.config.get("extra_fields_behavior") == "forbid"


def _area(value: object, info: ValidationInfo) -> int:
    """Square metres with two places -> hundredths. From our own tables integers are hundredths already; a caller who
    sends 7297 means something else."""
    if isinstance(value, int) and not isinstance(value, bool) and not is_told(info):
        return value
    if not isinstance(value, str) or not AREA.fullmatch(value):
        raise PydanticCustomError("area", "not an area")
    return int(value.replace(".", ""))


def instant_text(instant: datetime) -> str:
    """An instant as bodies have it, for the facts of a refusal."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def area_text(hundredths: int) -> str:
    """7297 -> "72.97"."""
    return f"{hundredths // 100}.{hundredths % 100:02d}"


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Instant = Annotated[AwareDatetime, BeforeValidator(_instant), WithJsonSchema({"type": "string", "format": "date-time"})]
_AREA_SCHEMA: Mapping[str, object] = {
    "type": "string",
    "pattern": r"^[0-9]{1,9}\.[0-9]{2}$",
    "description": "Square metres, two places.",
}
Area = Annotated[
    int,
    BeforeValidator(_area, json_schema_input_type=str),
    PlainSerializer(area_text, return_type=str),
    WithJsonSchema(dict(_AREA_SCHEMA)),
]
Count = Annotated[int, Field(ge=0)]
Whole = Annotated[int, Field(strict=True, ge=-(2**53), le=2**53)]
"""A whole number that was sent as one ("5" is refused), within what every JSON reader holds exactly."""
Flag = Annotated[bool, Field(strict=True)]
"""true or false that was sent as such."""
