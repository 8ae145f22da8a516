"""What the record of an election says, line by line: everything a stranger may check, or everything there is for those
entitled. `verify.py` reads it and shares no code with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.election.rules.commitments import Said, canonical
from services.election.rules.leaves import LOG
from services.election.rules.parameters import Kind, Preset

COUNTING = "linli-count/1"
"""The rules that the figures were counted by; another number would be another way of counting."""
FEW = 5
"""A side of fewer heads is merged in the public figures: an exact area nearly names a home."""
Line = Mapping[str, Any]


class Edition(StrEnum):
    PUBLIC = "PUBLIC"
    COMPLETE = "COMPLETE"


class Fault(StrEnum):
    """VOTE-1. Why an effective ballot counts as invalid."""

    OBJECTED = "OBJECTED"
    NO_LETTER = "NO_LETTER"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entitlement of the frozen roll. `status`: its line of the status tree, once there is one."""

    place: int
    commitment: bytes
    status: bytes | None
    salt: bytes
    said: Said
    label: str
    delivered: bool


@dataclass(frozen=True, slots=True)
class Vote:
    """One ballot. `index`: of its CAST or RETURNED leaf; `what` is None while a paper is not transcribed."""

    index: int
    channel: str
    capacity: str
    who_salt: bytes
    who: Said
    effective: bool
    what_salt: bytes | None
    what: Said | None
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Corrected:
    """A row of the roll changed after the freeze: the opening of the CORRECTION leaf at `index`."""

    index: int
    salt: bytes
    said: Said
    words: str


@dataclass(frozen=True, slots=True)
class Opening:
    """Whom the AUTHORITY or OBJECTION leaf at `index` commits to."""

    index: int
    salt: bytes
    said: Said


@dataclass(frozen=True, slots=True)
class Counted:
    """One count as it was written down; `figures` is what its COUNTED leaf hashes."""

    number: int
    outcome: str
    figures: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything of a record but its leaves. `terms` as TERMS says them; `text` exactly as it was hashed."""

    election: str
    kind: Kind
    preset: Preset
    terms: Mapping[str, Any]
    text: str
    notary: str
    entries: Sequence[Entry]
    corrections: Sequence[Corrected]
    votes: Sequence[Vote]
    checkpoints: Sequence[str]
    results: Sequence[Counted]
    openings: Sequence[Opening] = ()
    log: int = LOG


NOTE_ZH = "公开版只列合计。人数不足五的一方并入“未同意”;总数减去同意数仍可推知未同意合计,名册小时亦可推知个别。"
NOTE_EN = (
    "Sums only. A side of fewer than five heads is merged into not_agree; what did not agree, taken together, can still"
    " be inferred from the totals, and on a small roll single homes can."
)


def before_leaves(facts: Facts, edition: Edition) -> Iterator[Line]:
    """The lines up to the leaves, in their order."""
    said = {"version": facts.log, "edition": str(edition), "election": facts.election, "count": COUNTING}
    head: dict[str, Any] = {"line": "RECORD", **said, "kind": str(facts.kind), "preset": str(facts.preset)}
    if edition is Edition.PUBLIC and facts.kind is not Kind.HOUSEHOLD:
        head["note"] = {"zh": NOTE_ZH, "en": NOTE_EN}
    yield head | {"notary": facts.notary}
    yield {"line": "TERMS", **facts.terms, "text": facts.text}
    yield from (_entry(entry, edition) for entry in facts.entries)
    # Whoever reads on knows at which sizes a root is wanted.
    yield from ({"line": "CHECKPOINT", "note": note, "cosignatures": []} for note in facts.checkpoints)


def leaf_line(index: int, body: bytes) -> Line:
    """A leaf as it was hashed, byte for byte."""
    return {"line": "LEAF", "index": index, "body": body.decode()}


def after_leaves(facts: Facts, edition: Edition) -> Iterator[Line]:
    """Openings and results. In the public edition a *what* never stands beside its *who*."""
    complete = edition is Edition.COMPLETE
    if complete:
        yield from map(_correction, facts.corrections)
    for vote in sorted(facts.votes, key=lambda one: one.index):
        if complete:
            yield _ballot(vote)
        elif vote.effective:
            yield _effective(vote, facts)
    if complete:
        yield from map(_opening, facts.openings)
    for one in facts.results:
        figures = one.figures if complete else public_figures(facts.preset, facts.terms, one.figures)
        yield {"line": "RESULT", "number": one.number, "outcome": one.outcome, "figures": figures}


def end_line(lines: int) -> Line:
    """The last line: how many stand before it."""
    return {"line": "END", "lines": lines}


def written(line: Line) -> bytes:
    """One line of the file, ended."""
    return canonical(line) + b"\n"


def _entry(entry: Entry, edition: Edition) -> Line:
    line: dict[str, Any] = {"line": "ENTRY", "place": entry.place, "commitment": entry.commitment.hex()}
    if entry.status is not None:
        line["status"] = entry.status.hex()
    if edition is Edition.COMPLETE:
        line |= {"salt": entry.salt.hex(), "said": entry.said, "label": entry.label, "delivered": entry.delivered}
    return line


def _correction(one: Corrected) -> Line:
    return {
        "line": "CORRECTION",
        "index": one.index,
        "salt": one.salt.hex(),
        "said": one.said,
        "words": one.words,
    }


def _opening(one: Opening) -> Line:
    return {"line": "OPENING", "index": one.index, "salt": one.salt.hex(), "said": one.said}


def _ballot(vote: Vote) -> Line:
    line: dict[str, Any] = {
        "line": "BALLOT",
        "index": vote.index,
        "channel": vote.channel,
        "capacity": vote.capacity,
        "who_salt": vote.who_salt.hex(),
        "who": vote.who,
        "effective": vote.effective,
        "fault": str(vote.fault) if vote.fault else None,
    }
    return line | _what(vote)


def _effective(vote: Vote, facts: Facts) -> Line:
    line: dict[str, Any] = {"line": "EFFECTIVE", "index": vote.index}
    if facts.log > 1 and vote.fault is not None:
        line["fault"] = str(vote.fault)  # as the CLOSE leaf says of this index
    return line | _what(vote) if facts.kind is Kind.HOUSEHOLD else line


def _what(vote: Vote) -> dict[str, Any]:
    if vote.what is None or vote.what_salt is None:
        return {}
    return {"what_salt": vote.what_salt.hex(), "what": vote.what}


def public_figures(preset: Preset, terms: Mapping[str, Any], figures: Mapping[str, Any]) -> Mapping[str, Any]:
    """The figures that may be published: of a household ballot all; else sides of fewer than five heads merged."""
    if preset is Preset.HOUSEHOLD_BALLOT:
        return figures
    open_ = {name: value for name, value in figures.items() if name != "salt"}
    if preset is Preset.CANDIDATES:
        shown = open_ | {"candidates": [_candidate(row) for row in figures["candidates"]]}
    else:
        takes_part = bool(terms["rules"].get("invalid_participates", True))
        shown = open_ | {"items": [_item(preset, item, takes_part) for item in figures["items"]]}
    # Only as a whole do the figures hash to what the log says: where nothing is merged they are given whole.
    return figures if shown == open_ else shown | {"merged": True}


def _candidate(row: Mapping[str, Any]) -> Mapping[str, Any]:
    if row["passed"] or not 0 < row["heads"] < FEW:
        return row
    return {"number": row["number"], "rank": None, "elected": False, "by_lot": False, "passed": False, "fewer": FEW}


def _item(preset: Preset, item: Mapping[str, Any], invalid_takes_part: bool) -> Mapping[str, Any]:
    sides = [item[name] for name in ("oppose", "abstain", "invalid")]
    seen = [*sides, item["silent"]] if preset is Preset.UNANIMOUS else sides
    if not any(0 < _heads(side) < FEW for side in seen):
        return item
    kept = {name: value for name, value in item.items() if name not in {"oppose", "abstain", "invalid", "silent"}}
    if preset is Preset.UNANIMOUS:  # its one figure counts owners: no area is needed to check it
        others = _heads(item["silent"]) + sum(map(_heads, sides))
        return kept | {"agree": _heads(item["agree"]), "not_agree": others}
    if preset is Preset.MEMBERS_VOTE:
        return kept | {"not_agree": sum(sides)}
    taking, staying = (sides, [item["silent"]]) if invalid_takes_part else (sides[:2], [sides[2], item["silent"]])
    return kept | {"not_agree": _sum(taking), "not_taking_part": _sum(staying)}


def _heads(side: Any) -> int:
    return int(side["heads"]) if isinstance(side, Mapping) else int(side)


def _sum(sides: Sequence[Mapping[str, int]]) -> Mapping[str, int]:
    return {name: sum(side[name] for side in sides) for name in ("heads", "area")}
