"""The room's count and the verifier's agree to the last integer, on elections made up by chance and on real ones."""

import json
import random
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from services.election.rules.commitments import Said
from services.election.rules.leaves import LOG
from services.election.rules.parameters import DEFAULTS, Preset, Rules
from services.election.rules.record import Edition
from services.election.rules.tally import SilentRule
from tests.election.verify.made import Made
from tests.election.verify.packing import checked
from tests.election.verify.plans import NOTARY_KEY, Plan

CORPUS = json.loads((Path(__file__).parents[1] / "data" / "lodz-2020.json").read_text("utf-8"))
ELECTIONS = 1_000
PARTS = 10
LARGE = (2_000, 1_200, 600, 400, 300, 200, 150, 120, 100, 100)
"""Homes of the largest election of each part."""


def rules_of(preset: Preset, chance: random.Random) -> Rules:
    usual = DEFAULTS[preset]
    if preset is Preset.HOUSEHOLD_BALLOT:
        return replace(
            usual, max_marks=chance.choice([None, 1, 3]), turnout_above=chance.choice([1, 2]), turnout_below=3
        )
    if preset in {Preset.ORDINARY, Preset.SPECIAL}:
        return replace(
            usual, invalid_participates=chance.random() < 0.7, silent_rule=chance.choice([*SilentRule, SilentRule.NONE])
        )
    if preset is Preset.CANDIDATES:
        return replace(usual, invalid_participates=chance.random() < 0.5)
    return usual


def tied(chance: random.Random, place: int) -> Said:
    """Everybody marks one of two names: ties at the border are common."""
    return {"marks": [1 + place % 2]}


def plan_of(seed: int, homes: int) -> Plan:
    chance = random.Random(seed)
    preset = list(Preset)[seed % len(Preset)]
    rules = rules_of(preset, chance)
    named = preset in {Preset.HOUSEHOLD_BALLOT, Preset.CANDIDATES}
    return Plan(
        preset,
        homes,
        seed,
        rules=rules,
        ballots=chance.choice([0, 200, 500, 660, 700, 950, 1000]),
        again=chance.choice([0, 150, 600]),
        papers=chance.choice([0, 300, 1000]),
        voided=chance.choice([0, 50, 400]),
        log=chance.choice([1, LOG, LOG, LOG]),
        seats=chance.randint(1, 5),
        nominees=chance.randint(2, 9),
        corrected=chance.choice([0, 0, min(3, homes)]) if preset in {Preset.ORDINARY, Preset.SPECIAL} else 0,
        silence=rules.silent_rule is not SilentRule.NONE,
        choose=tied if named and chance.random() < 0.3 else None,
    )


@pytest.mark.prove
@pytest.mark.parametrize("part", range(PARTS))
def test_service_and_verifier_agree_on_elections_made_up_by_chance(part: int) -> None:
    """In both editions: a thousand elections of 1 to 2,000 homes in all parts together."""
    sizes = random.Random(part)
    for number in range(ELECTIONS // PARTS):
        homes = LARGE[part] if number == 0 else sizes.choice([1, 2, 3, 5, 7, 12, 20, 33, 60])
        made = Made(plan_of(1000 * part + number, homes))
        for edition in Edition:
            found = checked(made.lines(edition), key=NOTARY_KEY)
            assert found.wrong == [], (made.plan, edition)


def test_the_first_of_each_kind_agree() -> None:
    """The short form, in every run of the suite."""
    for seed in range(3 * len(Preset)):
        made = Made(plan_of(seed, 1 + 7 * seed))
        for edition in Edition:
            assert checked(made.lines(edition), key=NOTARY_KEY).wrong == [], (made.plan, edition)


def test_a_count_that_is_off_by_one_hundredth_is_seen() -> None:
    """The negative control: agreement means something."""
    made = Made(Plan(Preset.ORDINARY, 30, 5))
    made.counted["items"][0]["agree"]["area"] += 1
    lines = made.lines(Edition.COMPLETE)

    assert {"FIGURES", "DIGEST"} <= {code for _, code, _ in checked(lines).wrong}


@pytest.mark.parametrize("ward", CORPUS["wards"], ids=lambda ward: ward["ward"])
def test_published_counts_of_three_real_ballots_come_out_again(ward: dict[str, Any]) -> None:
    """BAL-11. Cast as household ballots, on paper where they were: marks and ranking as published."""
    cast = [(one["by"], one["marks"]) for one in ward["cast"] for _ in range(one["count"])]
    random.Random(1).shuffle(cast)
    names = len(ward["published"])
    plan = Plan(
        Preset.HOUSEHOLD_BALLOT,
        ward["ballots"],
        3,
        rules=replace(DEFAULTS[Preset.HOUSEHOLD_BALLOT], max_marks=ward["most_marks"]),
        ballots=1000,
        again=0,
        voided=0,
        seats=3,
        nominees=names,
        choose=lambda _, place: {"marks": cast[place][1]},
        on_paper=lambda place: cast[place][0] == "paper",
    )

    made = Made(plan)
    found = checked(made.lines(Edition.PUBLIC), key=NOTARY_KEY)

    ranking = made.counted["ranking"]
    assert found.wrong == []
    assert (made.counted["returned"], made.counted["valid"]) == (ward["ballots"], ward["ballots"])
    assert {row["number"]: row["marks"] for row in ranking} == dict(enumerate(ward["published"], 1))
    # Published by votes; no two projects of a ward have equally many.
    assert [row["number"] for row in ranking] == list(range(1, names + 1))
    assert [row["seated"] for row in ranking] == [True] * 3 + [False] * (names - 3)


def test_the_corpus_is_whole() -> None:
    wards = CORPUS["wards"]

    assert sum(one["count"] for one in chain(*(ward["cast"] for ward in wards))) == 3005
    assert sum(one["count"] for one in chain(*(ward["cast"] for ward in wards)) if one["by"] == "paper") == 88
