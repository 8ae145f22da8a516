"""How rule sets and the table of parameters are shown."""

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from services.election.rules.parameter_wording import PARAMETER_WORDS
from services.election.rules.parameters import (
    DEFAULTS,
    KINDS,
    OPTIONAL,
    PARAMETERS,
    Kind,
    Parameter,
    Preset,
    kept,
    unread,
)
from services.election.rulesets.terms import Setting
from services.election.tables import RuleSet, SignOff
from shared.wire import Count, Day, Instant, Output, example

RULE_SET_ID = "0197a3f2-7c1e-7d53-9a58-1f1f6f1a0008"
_SIGNED = {
    "parameter": "online",
    "officer": "person:0197a3f2-7c1e-7d53-9a58-1f1f6f1a0009",
    "text": "《某市业主大会活动规则》第三十一条",
    "dated": "2024-05-01",
    "at": "2026-11-20T03:00:00Z",
}
_LISTED = {
    "id": RULE_SET_ID,
    "version": 2,
    "scope": "140109013",
    "preset": "ORDINARY",
    "kind": "T1",
    "name": "长风西街街道业主表决规则",
    "parameters": kept(Preset.ORDINARY, DEFAULTS[Preset.ORDINARY]),
    "made_at": "2026-11-18T02:00:00Z",
    "made_by": "person:0197a3f2-7c1e-7d53-9a58-1f1f6f1a0009",
}


class RuleSetListed(Output):
    """One version of a rule set, every parameter of its preset written out."""

    model_config = Output.model_config | example(**_LISTED)

    id: UUID
    version: Count
    scope: str
    preset: Preset
    kind: Kind
    name: str
    parameters: dict[str, Setting]
    made_at: Instant
    made_by: str


class SignOffSeen(Output):
    model_config = Output.model_config | example(**_SIGNED)

    parameter: str
    officer: str
    text: str
    dated: Day
    at: Instant


class RuleSetSeen(RuleSetListed):
    """With its signatures. `verify_locally`: nobody has read the local text for these yet."""

    model_config = Output.model_config | example(**_LISTED, sign_offs=[_SIGNED], verify_locally=[])

    sign_offs: list[SignOffSeen]
    verify_locally: list[str]


class ParameterSeen(Output):
    """One parameter that differs by place. `defaults`: preset -> value, for each preset that has it.

    `verify`: the local text must be read and signed for before an owners' decision opens.
    """

    model_config = Output.model_config | example(
        name="notice_days", words_zh="公告到开始投票的天数(日历日)",
        words_en="Calendar days from the announcement to the opening.", rule="VOTE-10", defaults={"ORDINARY": 15},
        least=0, most=60, choices=None, optional=False, verify=False,
    )  # fmt: skip

    name: str
    words_zh: str
    words_en: str
    rule: str
    defaults: dict[Preset, Setting]
    least: int | None
    most: int | None
    choices: list[str] | None
    optional: bool
    verify: bool


class ParametersSeen(Output):
    model_config = Output.model_config | example(items=ParameterSeen.model_config["json_schema_extra"]["examples"])  # type: ignore[index]

    items: list[ParameterSeen]


def listed(row: RuleSet) -> RuleSetListed:
    return RuleSetListed.model_validate(_whole(row))


def _whole(row: RuleSet) -> dict[str, object]:
    names = ("id", "version", "scope", "preset", "name", "parameters", "made_at", "made_by")
    return {name: getattr(row, name) for name in names} | {"kind": KINDS[Preset(row.preset)]}


def seen(row: RuleSet, signed: Sequence[SignOff]) -> RuleSetSeen:
    waiting = unread(Preset(row.preset), frozenset(one.parameter for one in signed))
    return RuleSetSeen.model_validate(_whole(row) | {"sign_offs": list(signed), "verify_locally": list(waiting)})


def parameters() -> ParametersSeen:
    """The table of parameters, as the rules have it."""
    return ParametersSeen(items=[_parameter(name, one) for name, one in PARAMETERS.items()])


def _parameter(name: str, one: Parameter) -> ParameterSeen:
    defaults = {preset: asdict(DEFAULTS[preset])[name] for preset in Preset if preset in one.presets}
    return ParameterSeen(
        name=name,
        words_zh=PARAMETER_WORDS[name][0],
        words_en=PARAMETER_WORDS[name][1],
        rule=one.rule,
        defaults=defaults,
        least=one.range.least if one.range else None,
        most=one.range.most if one.range else None,
        choices=[str(choice) for choice in one.choices] if one.choices else None,
        optional=name in OPTIONAL,
        verify=one.verify,
    )
