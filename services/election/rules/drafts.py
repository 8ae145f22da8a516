"""What a draft must hold to fit its preset: questions or names, seats, scope, members; each misfit has its place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from services.election.rules.committee import SIZES, SMALL_SIZE
from services.election.rules.decisions import MAJORITIES, Majority, Matter
from services.election.rules.parameters import DECISIONS, NAMED, Kind, Preset, Rules
from services.election.rules.tally import SilentRule

MAJORITY_OF: Mapping[Preset, Majority] = MappingProxyType(
    {
        Preset.ORDINARY: Majority.ORDINARY,  # VOTE-3
        Preset.SPECIAL: Majority.SPECIAL,  # VOTE-4
        Preset.UNANIMOUS: Majority.UNANIMOUS,  # VOTE-5
    }
)


class Misfit(StrEnum):
    """Why a draft does not fit its preset."""

    ITEMS_NEEDED = "ITEMS_NEEDED"
    ITEMS_NOT_HERE = "ITEMS_NOT_HERE"
    NAMES_NOT_HERE = "NAMES_NOT_HERE"
    SEATS_NEEDED = "SEATS_NEEDED"
    SEATS_NOT_HERE = "SEATS_NOT_HERE"
    SEATS_WRONG = "SEATS_WRONG"
    MATTER_NEEDED = "MATTER_NEEDED"
    MATTER_WRONG = "MATTER_WRONG"
    RESERVED = "RESERVED"
    MEMBERS_NEEDED = "MEMBERS_NEEDED"
    MEMBERS_NOT_HERE = "MEMBERS_NOT_HERE"
    MEMBER_TWICE = "MEMBER_TWICE"
    SCOPE_NEEDED = "SCOPE_NEEDED"
    SCOPE_NOT_HERE = "SCOPE_NOT_HERE"
    SILENCE_UNADOPTED = "SILENCE_UNADOPTED"


@dataclass(frozen=True, slots=True)
class Shape:
    """What of a draft is judged: the matters of its items in order, and how much of the rest there is."""

    matters: Sequence[Matter | None]
    names: int
    seats: int
    scoped: bool
    members: Sequence[str]
    rules: Rules
    silence_adopted: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """A misfit and the field that has it, as JSON pointer."""

    pointer: str
    why: Misfit


def draft_faults(preset: Preset, kind: Kind, shape: Shape) -> tuple[Fault, ...]:
    """BAL-3. Everything in a draft that does not fit its preset; none: it may be kept."""
    return (
        *_items(preset, shape),
        *_names(preset, shape),
        *_members(kind, shape),
        *_scope(preset, kind, shape),
        *_silence(shape),
    )


def _items(preset: Preset, shape: Shape) -> Iterator[Fault]:
    if preset not in DECISIONS:
        if shape.matters:
            yield Fault("/items", Misfit.ITEMS_NOT_HERE)
        return
    if not shape.matters:
        yield Fault("/items", Misfit.ITEMS_NEEDED)
    for place, matter in enumerate(shape.matters):
        why = matter_misfit(preset, matter)
        if why is not None:
            yield Fault(f"/items/{place}/matter", why)


def matter_misfit(preset: Preset, matter: Matter | None) -> Misfit | None:
    """VOTE-3, VOTE-4, VOTE-5. A matter is put only under the preset of its majority.

    PMC-5: what the law reserves to owners is not decided by members.
    """
    majority = MAJORITY_OF.get(preset)
    if majority is None:
        return None if matter is None else Misfit.RESERVED
    if matter is None:
        return Misfit.MATTER_NEEDED
    return None if MAJORITIES[matter] is majority else Misfit.MATTER_WRONG


def _names(preset: Preset, shape: Shape) -> Iterator[Fault]:
    if preset not in NAMED:
        if shape.names:
            yield Fault("/nominees", Misfit.NAMES_NOT_HERE)
        if shape.seats:
            yield Fault("/seats", Misfit.SEATS_NOT_HERE)
    elif not shape.seats:
        yield Fault("/seats", Misfit.SEATS_NEEDED)
    elif preset is Preset.CANDIDATES and shape.seats not in (SMALL_SIZE, *SIZES):
        yield Fault("/seats", Misfit.SEATS_WRONG)  # COM-1


def _members(kind: Kind, shape: Shape) -> Iterator[Fault]:
    if kind is not Kind.MEMBERS:
        if shape.members:
            yield Fault("/members", Misfit.MEMBERS_NOT_HERE)
    elif not shape.members:
        yield Fault("/members", Misfit.MEMBERS_NEEDED)
    elif len(set(shape.members)) < len(shape.members):
        yield Fault("/members", Misfit.MEMBER_TWICE)


def _scope(preset: Preset, kind: Kind, shape: Shape) -> Iterator[Fault]:
    if kind is Kind.MEMBERS and shape.scoped:
        yield Fault("/buildings", Misfit.SCOPE_NOT_HERE)
    if preset is Preset.UNANIMOUS and not shape.scoped:
        yield Fault("/buildings", Misfit.SCOPE_NEEDED)  # VOTE-5: the owners interested are those of the building


def _silence(shape: Shape) -> Iterator[Fault]:
    """BAL-2. Silence counts only by an adopted rule of procedure, which the draft names."""
    if shape.rules.silent_rule is not SilentRule.NONE and not shape.silence_adopted:
        yield Fault("/silence_adopted", Misfit.SILENCE_UNADOPTED)
