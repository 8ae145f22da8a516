"""What callers send about rule sets; the parameters are made from the one table of the rules."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, create_model

from services.election.rules.parameter_wording import PARAMETER_WORDS
from services.election.rules.parameters import OPTIONAL, PARAMETERS, Parameter, Preset
from services.election.rulesets.terms import Reading, Setting, Terms
from shared.wire import Day, Flag, Input, Text, Whole, example


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


def _said(name: str, one: Parameter) -> str:
    return f"{PARAMETER_WORDS[name][1]} {one.rule}"


def _without_default(schema: dict[str, Any]) -> None:
    """What is left out has the rule set's or the preset's value, never null."""
    schema.pop("default", None)


def _made() -> type[_Given]:
    fields: Mapping[str, Any] = {
        name: (_type_of(name, one), Field(None, description=_said(name, one), json_schema_extra=_without_default))
        for name, one in PARAMETERS.items()
    }
    return create_model("Parameters", __base__=_Given, __doc__=_Given.__doc__, **fields)


if TYPE_CHECKING:
    Parameters = _Given
else:
    Parameters = _made()

Scope = Annotated[str, Field(pattern=r"^[0-9]{2,15}$", description="A region's or compound's code.")]
Name = Annotated[str, Text(80)]


class ChangeRuleSet(Input):
    """The whole of a rule set, as it shall read from the next version on."""

    model_config = Input.model_config | example(name="和平里业主表决规则", parameters={"notice_days": 20})

    name: Name
    parameters: Parameters = Parameters()

    def terms(self) -> Terms:
        return Terms(self.name, self.parameters.given())


class NewRuleSet(ChangeRuleSet):
    """A rule set of a place, from a preset."""

    model_config = Input.model_config | example(
        scope="140109013", preset="ORDINARY", name="长风西街街道业主表决规则", parameters={"notice_days": 20}
    )

    scope: Scope
    preset: Preset


class NewSignOff(Input):
    """An officer has read the local text for one parameter: its name, number and passage, and its date."""

    model_config = Input.model_config | example(
        version=2,
        parameter="online",
        text="《某市业主大会活动规则》第三十一条:可以采用互联网方式表决",
        dated="2024-05-01",
    )

    version: Annotated[Whole, Field(ge=1, le=2**31 - 1)]
    parameter: Annotated[str, Text(40)]
    text: Annotated[str, Text(1000)]
    dated: Day

    def reading(self) -> Reading:
        return Reading(self.parameter, self.text, self.dated)
