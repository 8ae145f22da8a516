"""The parameters of a rule set on the wire, made from the one table of the rules."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, create_model

from services.election.rules.parameters import OPTIONAL, PARAMETERS, Parameter
from shared.wire import Flag, Input, Whole, example

Setting = bool | int | str | None
"""The value of one parameter."""


def _type_of(name: str, one: Parameter) -> Any:
    if one.choices is not None:
        return one.choices
    if one.range is None:
        return Flag
    bounded = Annotated[Whole, Field(ge=one.range.least, le=one.range.most)]
    return bounded | None if name in OPTIONAL else bounded


class _Given(Input):
    """What differs by place. Left out: as the rule set or the preset has it."""

    model_config = Input.model_config | example(max_marks=2, notice_days=3)

    def given(self) -> dict[str, Setting]:
        """What the caller has set, nothing else."""
        return self.model_dump(exclude_unset=True)


def _made() -> type[_Given]:
    fields: Mapping[str, Any] = {
        name: (_type_of(name, one), Field(None, description=f"{one.rule}", validate_default=False))
        for name, one in PARAMETERS.items()
    }
    return create_model("Parameters", __base__=_Given, __doc__=_Given.__doc__, **fields)


if TYPE_CHECKING:
    Parameters = _Given
else:
    Parameters = _made()
