"""What holds an announcement or an opening up, kind by kind; and which drafts fit their preset."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.election.rules.decisions import MAJORITIES, Majority, Matter
from services.election.rules.drafts import MAJORITY_OF, Misfit, matter_misfit
from services.election.rules.parameters import (
    DEFAULTS,
    KINDS,
    OPTIONAL,
    PARAMETERS,
    Kind,
    Online,
    Preset,
    kept,
    out_of_bounds,
    parameters_of,
    rules_from,
    unread,
)
from services.election.rules.states import Facts, State, Step, Why, casts_online, post_by, refusal, roll_is_posted

MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai
RULES = replace(DEFAULTS[Preset.ORDINARY], roll_posting_days=7, notice_days=3)
OPENS = MONDAY + timedelta(days=20)
POSTED = Facts(
    State.ROLL_POSTED,
    RULES,
    OPENS,
    OPENS + timedelta(days=7),
    nominees=0,
    seats=0,
    entries=89,
    preset=Preset.ORDINARY,
    kind=Kind.OWNERS_DECISION,
    heads=89,
    area=800_000,
    roll_posted_at=MONDAY,
)
DUE = MONDAY.replace(day=30, hour=16)  # 24:00 of the seventh day


@pytest.mark.parametrize(
    ("changed", "at", "why"),
    [
        ({}, DUE, None),
        ({}, DUE - timedelta(seconds=1), Why.ROLL_STILL_POSTED),
        ({"heads": 0}, DUE, Why.ROLL_EMPTY),
        ({"area": 0}, DUE, Why.ROLL_EMPTY),
        ({"area": 0, "kind": Kind.UNANIMOUS, "preset": Preset.UNANIMOUS}, DUE, None),
        ({"area": 0, "kind": Kind.MEMBERS, "preset": Preset.MEMBERS_VOTE}, DUE, None),
        ({"heads": 0, "kind": Kind.MEMBERS, "preset": Preset.MEMBERS_VOTE}, DUE, Why.ROLL_EMPTY),
        ({"unsigned": 1}, DUE, Why.VERIFY_LOCALLY),
        ({"unsigned": 1, "kind": Kind.UNANIMOUS, "preset": Preset.UNANIMOUS}, DUE, None),
        ({"objections_open": 1}, DUE, Why.OBJECTIONS_OPEN),
        ({"corrections_due": 1}, DUE, Why.OBJECTIONS_OPEN),
        ({"note_needed": True}, DUE, Why.NOTE_NEEDED),
        ({}, OPENS - timedelta(days=3), Why.NOTICE_TOO_SHORT),
    ],
)
def test_what_holds_an_announcement_up(changed: dict[str, object], at: datetime, why: Why | None) -> None:
    """VOTE-10, OWN-6, PUB-6, BAL-5, DAY-1."""
    assert refusal(replace(POSTED, **changed), Step.ANNOUNCE, at) is why  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "why"),
    [({}, None), ({"heads": 0}, Why.ROLL_EMPTY), ({"area": 0}, Why.ROLL_EMPTY), ({"unsigned": 1}, Why.VERIFY_LOCALLY)],
)
def test_what_holds_an_opening_up(changed: dict[str, object], why: Why | None) -> None:
    """VOTE-10: zero heads or zero area cannot open; BAL-5: nor an unread parameter."""
    announced = replace(POSTED, state=State.ANNOUNCED, **changed)  # type: ignore[arg-type]

    assert refusal(announced, Step.OPEN, OPENS) is why


@pytest.mark.parametrize(
    ("window", "late", "why"),
    [
        (7, timedelta(days=2), None),
        (7, timedelta(days=2, microseconds=1), Why.TOO_LITTLE_LEFT),
        (7, timedelta(days=7, microseconds=-1), Why.TOO_LITTLE_LEFT),
        (7, timedelta(days=7), Why.TOO_LATE),
        (5, timedelta(), None),
        (5, timedelta(hours=1), None),
        (5, timedelta(hours=1, microseconds=1), Why.TOO_LITTLE_LEFT),
    ],
)
def test_opened_late_the_window_still_is_the_least_one(window: int, late: timedelta, why: Why | None) -> None:
    """BAL-6. Within the hour of the announced opening nobody is late, though the window be just the least one."""
    announced = replace(POSTED, state=State.ANNOUNCED, closes_at=OPENS + timedelta(days=window))

    assert refusal(announced, Step.OPEN, OPENS + late) is why


def test_a_vote_without_a_least_window_is_opened_until_its_end() -> None:
    """BAL-6, PMC-4. Members have none."""
    rules = DEFAULTS[Preset.MEMBERS_VOTE]
    announced = replace(POSTED, state=State.ANNOUNCED, rules=rules, kind=Kind.MEMBERS, preset=Preset.MEMBERS_VOTE)

    assert refusal(announced, Step.OPEN, announced.closes_at - timedelta(microseconds=1)) is None


def test_a_year_without_a_calendar_refuses_only_where_it_decides() -> None:
    """DAY-1. Posted so that the last day is of 2027, whose holidays are not published."""
    late = replace(POSTED, roll_posted_at=datetime(2026, 12, 28, 2, 0, tzinfo=UTC))

    assert refusal(late, Step.ANNOUNCE, datetime(2027, 1, 3, 2, 0, tzinfo=UTC)) is Why.ROLL_STILL_POSTED
    assert refusal(late, Step.ANNOUNCE, datetime(2027, 1, 5, 2, 0, tzinfo=UTC)) is Why.CALENDAR_MISSING


def test_a_roll_without_posting_days_is_not_waited_for() -> None:
    """PUB-6 [P]."""
    assert not roll_is_posted(replace(POSTED, rules=replace(RULES, roll_posting_days=0)), MONDAY)
    assert not roll_is_posted(replace(POSTED, roll_posted_at=None), MONDAY)


@pytest.mark.parametrize(
    ("seats", "candidates", "surplus", "why"),
    [
        (5, 6, None, None),
        (5, 5, None, Why.TOO_FEW_CANDIDATES),
        (5, 6, 20, None),
        (5, 6, 21, Why.TOO_FEW_CANDIDATES),
        (11, 13, 20, Why.TOO_FEW_CANDIDATES),
        (11, 14, 20, None),
    ],
)
def test_candidates_are_more_than_seats_by_one_or_by_a_share(
    seats: int, candidates: int, surplus: int | None, why: Why | None
) -> None:
    """COM-1 [P 20 %]."""
    rules = replace(RULES, surplus_percent=surplus)
    draft = replace(POSTED, state=State.DRAFT, preset=Preset.CANDIDATES, rules=rules, nominees=candidates, seats=seats)

    assert refusal(draft, Step.POST_ROLL, MONDAY) is why


@pytest.mark.parametrize("matter", Matter)
@pytest.mark.parametrize("preset", [*MAJORITY_OF, Preset.MEMBERS_VOTE])
def test_a_matter_is_put_under_the_preset_of_its_majority_alone(matter: Matter, preset: Preset) -> None:
    """VOTE-3, VOTE-4, VOTE-5, PMC-5."""
    found = matter_misfit(preset, matter)

    if preset is Preset.MEMBERS_VOTE:
        assert found is Misfit.RESERVED
    else:
        assert (found is None) is (MAJORITIES[matter] is MAJORITY_OF[preset])


def test_every_majority_has_its_preset() -> None:
    """VOTE-3, VOTE-4, VOTE-5."""
    assert set(MAJORITY_OF.values()) == set(Majority)
    assert matter_misfit(Preset.MEMBERS_VOTE, None) is None
    assert matter_misfit(Preset.ORDINARY, None) is Misfit.MATTER_NEEDED


@pytest.mark.parametrize("preset", Preset)
def test_the_defaults_of_every_preset_are_within_its_own_bounds_and_come_back_as_kept(preset: Preset) -> None:
    """What is announced is read again as it was."""
    rules = DEFAULTS[preset]

    assert out_of_bounds(preset, kept(preset, rules)) == ()
    assert rules_from(preset, kept(preset, rules)) == rules


@pytest.mark.parametrize("name", [name for name, one in PARAMETERS.items() if one.range is not None])
def test_a_number_is_allowed_at_both_bounds_and_not_beyond(name: str) -> None:
    """[P]."""
    one = PARAMETERS[name]
    preset = min(one.presets)
    assert one.range is not None, "chosen so"
    told = {
        value: out_of_bounds(preset, {name: value}) == ()
        for value in (one.range.least - 1, one.range.least, one.range.most, one.range.most + 1)
    }

    assert list(told.values()) == [False, True, True, False]
    assert (out_of_bounds(preset, {name: None}) == ()) is (name in OPTIONAL)
    assert out_of_bounds(preset, {name: True}) == (name,)
    assert out_of_bounds(preset, {name: "5"}) == (name,)


def test_only_a_preset_with_a_verify_parameter_waits_for_an_officer() -> None:
    """BAL-5 *verify*."""
    for preset in Preset:
        waits = unread(preset, frozenset())
        assert waits == (("online",) if "online" in parameters_of(preset) else ())
        assert unread(preset, frozenset({"online"})) == ()


@pytest.mark.parametrize("online", Online)
def test_owners_cast_online_only_where_the_house_takes_it(online: Online) -> None:
    """BAL-5 [P]. Households and members always."""
    for preset in Preset:
        kind = KINDS[preset]
        facts = replace(POSTED, kind=kind, rules=replace(RULES, online=online))
        always = kind in (Kind.HOUSEHOLD, Kind.MEMBERS)
        assert casts_online(facts) is (always or online is Online.OWN)


@pytest.mark.parametrize(
    ("counted", "days", "due"),
    [
        (MONDAY, 3, MONDAY.replace(day=26, hour=16)),  # 24:00 of the third day
        (MONDAY, 1, MONDAY.replace(day=24, hour=16)),
        (MONDAY.replace(day=25), 3, MONDAY.replace(day=30, hour=16)),  # Saturday: the next day that is worked
        (MONDAY.replace(month=12, day=29), 3, None),  # a year without a calendar
    ],
)
def test_a_count_is_to_be_posted_within_three_days(counted: datetime, days: int, due: datetime | None) -> None:
    """PUB-3, DAY-1."""
    assert post_by(counted, replace(RULES, result_within_days=days)) == due
