"""What a house that signs everything anew could still try: each is refused, for a reason of its own."""

import copy
from collections.abc import Callable
from dataclasses import replace

import pytest

from services.election.rules.parameters import DEFAULTS, Preset
from services.election.rules.record import Edition
from tests.election.verify.golden import (
    T1,
    T2,
    Lines,
    all_of,
    body_of,
    commitment,
    leaves,
    lines_of,
    renumbered,
    say,
    signed_anew,
)
from tests.election.verify.made import Made
from tests.election.verify.plans import Plan
from tests.election.verify.test_tampering import checked

COMPLETE, PUBLIC = Edition.COMPLETE, Edition.PUBLIC


def _corrected_anew(lines: Lines, **changed: object) -> None:
    """The last correction says something else, and its leaf commits to that."""
    line = all_of(lines, "CORRECTION")[-1]
    line["said"] |= changed
    leaf = all_of(lines, "LEAF")[line["index"]]
    say(leaf, entry=commitment(bytes.fromhex(line["salt"]), line["said"]).hex())
    signed_anew(lines)


def another_entitlement(lines: Lines) -> None:
    """VOTE-7. A correction puts somebody else in the row."""
    _corrected_anew(lines, entry="00000000-0000-0000-0000-000000000000")


def two_heads(lines: Lines) -> None:
    """VOTE-1. A correction lets one entitlement count twice."""
    line = all_of(lines, "CORRECTION")[-1]
    leaf = all_of(lines, "LEAF")[line["index"]]
    after = body_of(leaf)["after"]
    say(leaf, after={**after, "heads": after["heads"] + 1})
    _corrected_anew(lines, heads=2)


def opened_late(lines: Lines) -> None:
    """BAL-6. Four days and ten hours at most were left."""
    say(leaves(lines, "OPENED")[0], day="2026-12-04")
    signed_anew(lines)


def after_the_final(lines: Lines) -> None:
    """VOTE-10. Nothing follows."""
    last = all_of(lines, "LEAF")[-1]
    added = copy.deepcopy(last)
    added["body"] = last["body"].replace('"number":1,', f'"of":{leaves(lines, "CAST")[0]["index"]},"reason":"00",')
    say(added, type="VOID")
    lines.insert(lines.index(last) + 1, added)
    renumbered(lines)


def paper_first(lines: Lines) -> None:
    """BAL-12. A paper was returned, and the ballot that was cast online later is counted."""
    replaced = next(line for line in all_of(lines, "BALLOT") if line["capacity"] == "OWNER" and not line["effective"])
    leaf = all_of(lines, "LEAF")[replaced["index"]]
    say(leaf, type="RETURNED", batch="11" * 32)
    leaf["body"] = leaf["body"].replace(f'"what":"{body_of(leaf)["what"]}",', "")
    replaced |= {"capacity": "PAPER", "channel": "PAPER"}
    del replaced["what"], replaced["what_salt"]
    signed_anew(lines)


@pytest.mark.parametrize(
    ("record", "edition", "change", "code"),
    [
        (T1, COMPLETE, another_entitlement, "CORRECTION"),
        (T1, COMPLETE, two_heads, "CORRECTION"),
        (T2, PUBLIC, opened_late, "WINDOW"),
        (T2, PUBLIC, after_the_final, "LATE_LEAF"),
        (T1, COMPLETE, paper_first, "CHANNEL"),
    ],
)
def test_what_is_signed_anew_is_refused_all_the_same(
    record: str, edition: Edition, change: Callable[[Lines], None], code: str
) -> None:
    lines = lines_of(record, edition)
    change(lines)

    assert code in {code for _, code, _ in checked(lines).wrong}


@pytest.mark.parametrize(("days", "wrong"), [(2, set()), (3, {"WINDOW"})])
def test_a_window_is_extended_by_what_its_own_rules_allow(days: int, wrong: set[str]) -> None:
    """BAL-6 [P]. Here two days."""
    rules = replace(DEFAULTS[Preset.HOUSEHOLD_BALLOT], extension_days=2)
    lines = Made(Plan(Preset.HOUSEHOLD_BALLOT, 20, 5, rules=rules)).lines(PUBLIC)
    close = leaves(lines, "CLOSE")[0]
    extended = copy.deepcopy(close)
    say(extended, type="EXTENDED", closes_at=f"2026-12-{8 + days:02}T02:00:00+00:00")
    lines.insert(lines.index(close), extended)
    for line in all_of(lines, "LEAF")[all_of(lines, "LEAF").index(close) :]:
        say(line, day="2026-12-31" if body_of(line)["type"] == "FINAL" else "2026-12-20")
    renumbered(lines)
    signed_anew(lines)

    assert {code for _, code, _ in checked(lines).wrong} == wrong
