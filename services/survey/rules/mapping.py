"""Decides how a new version of a questionnaire maps to the one before (VIS-5)."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from services.survey.rules.findings import Finding
from services.survey.rules.form import UNASKED, Form, Item


class Change(StrEnum):
    SAME = "SAME"
    RENAMED = "RENAMED"
    NEW = "NEW"
    DROPPED = "DROPPED"


@dataclass(frozen=True, slots=True)
class Mapped:
    """What became of a question: `before` and `now` are its names, None where it is not there."""

    change: Change
    before: str | None
    now: str | None


def mapping_of(before: Form | None, now: Form) -> tuple[Mapped, ...]:
    """Every question of both versions, once. The first version maps to nothing."""
    if before is None:
        return ()
    old = {item.name: item for item in before.all_items() if item.kind not in UNASKED}
    found = []
    taken: set[str] = set()
    for item in now.all_items():
        if item.kind in UNASKED:
            continue
        source = item.replaces or item.name
        if source not in old:
            found.append(Mapped(Change.NEW, None, item.name))
            continue
        taken.add(source)
        found.append(Mapped(Change.SAME if source == item.name else Change.RENAMED, source, item.name))
    found.extend(Mapped(Change.DROPPED, name, None) for name in old if name not in taken)
    return tuple(found)


def mapping_findings(before: Form | None, now: Form) -> Iterator[Finding]:
    """VIS-5. What a question continues must have been there, once, and of the same type."""
    old = {} if before is None else {item.name: item for item in before.all_items()}
    taken: set[str] = set()
    for item in now.all_items():
        source = item.replaces or item.name
        if item.replaces and item.replaces not in old:
            yield Finding("survey", item.row, "replaces", "REPLACES_UNKNOWN", item.replaces)
        elif source in old:
            yield from _continued(item, old[source], source in taken)
            taken.add(source)


def _continued(item: Item, before: Item, again: bool) -> Iterator[Finding]:
    if again:
        yield Finding("survey", item.row, "replaces", "REPLACES_TWICE", before.name)
    if item.kind is not before.kind:
        yield Finding("survey", item.row, "type", "KIND_CHANGED", before.name)
