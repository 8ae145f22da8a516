"""Holds what differs by place: the presets an election is made from, each parameter with its default and its range."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from services.election.rules.household import Voters
from services.election.rules.tally import SilentRule
from services.election.rules.thresholds import Threshold


class Kind(StrEnum):
    """BAL-3. T1 owners' decision by heads and area, T2 household ballot, T3 members' vote, T4 council, T5 straw poll,
    T6 unanimous consent. Kinds are never mixed."""

    OWNERS_DECISION = "T1"
    HOUSEHOLD = "T2"
    MEMBERS = "T3"
    COUNCIL = "T4"
    STRAW_POLL = "T5"
    UNANIMOUS = "T6"


class Preset(StrEnum):
    """What a rule set starts from."""

    ORDINARY = "ORDINARY"
    SPECIAL = "SPECIAL"
    UNANIMOUS = "UNANIMOUS"
    HOUSEHOLD_BALLOT = "HOUSEHOLD_BALLOT"
    CANDIDATES = "CANDIDATES"
    MEMBERS_VOTE = "MEMBERS_VOTE"


KINDS: Mapping[Preset, Kind] = MappingProxyType(
    {
        Preset.ORDINARY: Kind.OWNERS_DECISION,
        Preset.SPECIAL: Kind.OWNERS_DECISION,
        Preset.UNANIMOUS: Kind.UNANIMOUS,  # VOTE-5
        Preset.HOUSEHOLD_BALLOT: Kind.HOUSEHOLD,
        Preset.CANDIDATES: Kind.OWNERS_DECISION,  # COM-1
        Preset.MEMBERS_VOTE: Kind.MEMBERS,
    }
)
OWNERS = frozenset({Preset.ORDINARY, Preset.SPECIAL, Preset.UNANIMOUS, Preset.CANDIDATES})
"""Presets whose roll is of owners by head and area (VOTE-1)."""
DECISIONS = frozenset({Preset.ORDINARY, Preset.SPECIAL, Preset.UNANIMOUS, Preset.MEMBERS_VOTE})
"""Presets that answer items with agree, oppose or abstain (BAL-1)."""
NAMED = frozenset({Preset.HOUSEHOLD_BALLOT, Preset.CANDIDATES})
"""Presets that mark names."""
PAPERED = OWNERS | {Preset.HOUSEHOLD_BALLOT}
EVERY = frozenset(Preset)


class Online(StrEnum):
    """BAL-5. Whether owners may vote online in this house."""

    OFF = "OFF"
    OWN = "OWN"
    OFFICIAL_ONLY = "OFFICIAL_ONLY"


@dataclass(frozen=True, slots=True)
class Range:
    """A parameter's bounds, both included."""

    least: int
    most: int

    def holds(self, value: int) -> bool:
        return self.least <= value <= self.most


@dataclass(frozen=True, slots=True)
class Rules:
    """Every parameter of a rule set; PARAMETERS says which a preset has. Days are calendar days if not said."""

    voters: Voters = Voters.ADULT_RESIDENT
    shops_vote: bool = False
    unsold_vote: bool = False
    max_marks: int | None = None
    """None: as many as seats."""
    turnout_above: int = 1
    turnout_below: int = 2
    roll_posting_days: int = 0
    notice_days: int = 3
    """Between announcing and opening."""
    window_min_days: int = 5
    window_max_days: int = 60
    extension_days: int = 15
    revote: bool = True
    count_parking: bool = False
    count_stores: bool = False
    invalid_participates: bool = True
    silent_rule: SilentRule = SilentRule.NONE
    proxy_principals: int = 3
    online: Online = Online.OWN
    undeliverable_days: int = 7
    result_within_days: int = 3
    result_working_days: int = 10
    objection_days: int = 7
    surplus_percent: int | None = None
    inspection: bool = False
    retention_years: int = 5

    @property
    def turnout(self) -> Threshold:
        return Threshold(self.turnout_above, self.turnout_below, inclusive=True)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: its rule, the presets that have it, its bounds, and whether the local text must be read first."""

    rule: str
    presets: frozenset[Preset]
    range: Range | None = None
    choices: type[StrEnum] | None = None
    verify: bool = False


_HOUSEHOLD = frozenset({Preset.HOUSEHOLD_BALLOT})
_AREA = OWNERS
PARAMETERS: Mapping[str, Parameter] = MappingProxyType(
    {
        "voters": Parameter("BAL-11", _HOUSEHOLD, choices=Voters),
        "shops_vote": Parameter("BAL-11", _HOUSEHOLD),
        "unsold_vote": Parameter("BAL-11", _HOUSEHOLD),
        "max_marks": Parameter("BAL-11", _HOUSEHOLD, Range(1, 50)),
        "turnout_above": Parameter("BAL-11", _HOUSEHOLD, Range(1, 100)),
        "turnout_below": Parameter("BAL-11", _HOUSEHOLD, Range(1, 100)),
        "roll_posting_days": Parameter("PUB-6", PAPERED, Range(0, 60)),
        "notice_days": Parameter("VOTE-10", EVERY, Range(0, 60)),
        "window_min_days": Parameter("BAL-6", PAPERED, Range(1, 60)),
        "window_max_days": Parameter("BAL-6", PAPERED, Range(1, 90)),
        "extension_days": Parameter("BAL-6", PAPERED, Range(0, 15)),
        "revote": Parameter("BAL-12", EVERY),
        "count_parking": Parameter("VOTE-1", _AREA),
        "count_stores": Parameter("VOTE-1", _AREA),
        "invalid_participates": Parameter("BAL-1", _AREA - {Preset.UNANIMOUS}),
        "silent_rule": Parameter("BAL-2", frozenset({Preset.ORDINARY, Preset.SPECIAL}), choices=SilentRule),
        "proxy_principals": Parameter("BAL-4", _AREA, Range(0, 20)),
        "online": Parameter("BAL-5", _AREA, choices=Online, verify=True),
        "undeliverable_days": Parameter("BAL-7", PAPERED, Range(1, 60)),
        "result_within_days": Parameter("PUB-3", EVERY, Range(1, 30)),
        "result_working_days": Parameter("PUB-3", EVERY, Range(1, 60)),
        "objection_days": Parameter("PUB-6", EVERY, Range(1, 60)),
        "surplus_percent": Parameter("COM-1", frozenset({Preset.CANDIDATES}), Range(1, 100)),
        "inspection": Parameter("BAL-9", PAPERED),
        "retention_years": Parameter("BAL-8", EVERY, Range(5, 100)),
    }
)

_ASSEMBLY = Rules(roll_posting_days=7, notice_days=15)
DEFAULTS: Mapping[Preset, Rules] = MappingProxyType(
    {
        Preset.ORDINARY: _ASSEMBLY,
        Preset.SPECIAL: _ASSEMBLY,
        Preset.UNANIMOUS: _ASSEMBLY,
        Preset.CANDIDATES: replace(_ASSEMBLY, roll_posting_days=15),  # COM-1
        Preset.HOUSEHOLD_BALLOT: Rules(),
        Preset.MEMBERS_VOTE: Rules(notice_days=0, window_min_days=0, revote=False),  # PMC-4
    }
)


def parameters_of(preset: Preset) -> tuple[str, ...]:
    """The names of the parameters that a preset has, in the table's order."""
    return tuple(name for name, one in PARAMETERS.items() if preset in one.presets)


def kept(preset: Preset, rules: Rules) -> dict[str, Any]:
    """The rule set as it is kept and announced: every parameter of the preset, nothing else."""
    return {name: getattr(rules, name) for name in parameters_of(preset)}


def rules_from(preset: Preset, parameters: Mapping[str, Any]) -> Rules:
    """The rules of kept parameters; what is left out has the preset's default. Raises KeyError, ValueError."""
    found = dict(parameters)
    for name, value in found.items():
        choices = PARAMETERS[name].choices
        if choices is not None:
            found[name] = choices(value)
    return replace(DEFAULTS[preset], **found)


def out_of_bounds(preset: Preset, parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """Names that the preset does not have, or whose value its table does not allow."""
    return tuple(name for name, value in parameters.items() if not _allows(preset, name, value))


def _allows(preset: Preset, name: str, value: object) -> bool:
    one = PARAMETERS.get(name)
    if one is None or preset not in one.presets:
        return False
    if one.choices is not None:
        return value in set(one.choices)
    if one.range is None:
        return isinstance(value, bool)
    if value is None:
        return name in OPTIONAL
    return isinstance(value, int) and not isinstance(value, bool) and one.range.holds(value)


OPTIONAL = frozenset(one.name for one in fields(Rules) if "None" in str(one.type))


class Fault(StrEnum):
    """Why a rule set is refused; the values are the names of the parameters at fault."""

    MAX_MARKS = "max_marks"
    TURNOUT = "turnout"
    WINDOW = "window"


class Strange(StrEnum):
    """Why a parameter is refused before its value is looked at."""

    BESIDE_A_RULE_SET = "BESIDE_A_RULE_SET"
    NOT_OF_THIS_PRESET = "NOT_OF_THIS_PRESET"


def faults(rules: Rules, nominees: int) -> tuple[Fault, ...]:
    """What does not fit together in a rule set, beyond each parameter's own range."""
    found = []
    if rules.max_marks is not None and rules.max_marks > max(nominees, 1):
        found.append(Fault.MAX_MARKS)
    if rules.turnout_above > rules.turnout_below:
        found.append(Fault.TURNOUT)
    if rules.window_min_days > rules.window_max_days:
        found.append(Fault.WINDOW)
    return tuple(found)


def unread(preset: Preset, signed: frozenset[str]) -> tuple[str, ...]:
    """The *verify* parameters that nobody has signed off: a T1 decision may not open with one."""
    return tuple(name for name in parameters_of(preset) if PARAMETERS[name].verify and name not in signed)
