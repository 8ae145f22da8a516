"""TKT-1, TKT-5, TKT-7: categories, likeness of tickets, and who sees what."""

from datetime import timedelta
from uuid import UUID

import pytest

from services.ticket.rules.categories import GROUPS, SEED, STANDARD_KIND, Standard
from services.ticket.rules.kinds import Kind
from services.ticket.rules.merge import Matter, Spot, is_alike, is_same_place, metres_between
from services.ticket.rules.roles import Caller, Part, Role
from services.ticket.rules.sight import Sight, sight_of, words_are_public
from services.ticket.rules.states import State
from tests.ticket.rules.cases import CALLERS, NOW, RULES, SOMEBODY, ticket

HERE, ELSEWHERE = UUID(int=1), UUID(int=2)
GATE = (37_870_000, 112_520_000)


def test_categories_keep_both_catalogues() -> None:
    """TKT-1. A code is unique within standard and kind; each category stands in a named group."""
    codes = [(code.std_ref, code.kind, code.code) for category in SEED for code in category.catalogue]
    litter = next(category for category in SEED if category.code == "sanitation.litter")

    assert len(codes) == len(set(codes))
    assert {category.code.partition(".")[0] for category in SEED} == set(GROUPS)
    assert {code.std_ref: code.code for code in litter.catalogue} == {
        Standard.GB_2013: "0102",
        Standard.GB_2026: "06010",
    }
    assert set(STANDARD_KIND) == set(Standard)


def test_what_lies_under_the_municipal_road_is_not_the_communitys() -> None:
    """TKT-7."""
    leads = {category.code: category.community_may_lead for category in SEED}

    assert not leads["utilities.sewer"]
    assert leads["facilities.stair_lamp"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Spot(HERE, "3", "2"), Spot(HERE, "3", "2"), True),
        (Spot(HERE, "3", "2"), Spot(HERE, "3", "1"), False),
        (Spot(HERE, "3", "2"), Spot(HERE, "3"), True),
        (Spot(HERE, "3"), Spot(HERE, "4"), False),
        (Spot(HERE, "3"), Spot(ELSEWHERE, "3"), False),
        (Spot(HERE, point=GATE), Spot(HERE, point=(GATE[0] + 400, GATE[1])), True),
        (Spot(HERE, point=GATE), Spot(HERE, point=(GATE[0], GATE[1] + 700)), False),
        (Spot(HERE), Spot(HERE), True),
        (Spot(HERE), Spot(HERE, "3"), False),
    ],
)
def test_the_same_place_is_the_same_entrance_or_near(one: Spot, other: Spot, same: bool) -> None:
    """TKT-5."""
    assert is_same_place(one, other, RULES) is same
    assert is_same_place(other, one, RULES) is same


def test_distances_are_whole_metres_without_floats() -> None:
    """TKT-5."""
    assert metres_between(GATE, (GATE[0] + 1000, GATE[1])) == 111
    assert metres_between(GATE, (GATE[0], GATE[1] + 1000)) in range(86, 90)


def test_tickets_are_alike_in_place_category_and_time() -> None:
    """TKT-5."""
    lamp = Matter(Spot(HERE, "3", "2"), "facilities.stair_lamp", NOW)
    next_day = Matter(lamp.spot, lamp.category, NOW + timedelta(days=1))
    later = Matter(lamp.spot, lamp.category, NOW + timedelta(days=8))
    litter = Matter(lamp.spot, "sanitation.litter", NOW)

    assert is_alike(lamp, next_day, RULES)
    assert not is_alike(lamp, later, RULES)
    assert not is_alike(lamp, litter, RULES)


@pytest.mark.parametrize(
    ("part", "sight"),
    [
        (Part.REPORTER, Sight.FULL),
        (Part.HANDLER, Sight.FULL),
        (Part.DESK, Sight.FULL),
        (Part.STREET, Sight.FULL),
        (Part.PARTNER, Sight.FULL),
        (Part.COMMITTEE, Sight.PUBLIC),
        (Part.GRID, Sight.PUBLIC),
    ],
)
def test_who_is_part_of_a_ticket_sees_it_whole(part: Part, sight: Sight) -> None:
    assert sight_of(ticket(State.IN_PROGRESS).people, CALLERS[part], RULES) is sight


def test_neighbours_see_the_public_face_and_strangers_nothing() -> None:
    neighbour, stranger = Caller(SOMEBODY, frozenset({Role.RESIDENT})), Caller(SOMEBODY)

    assert sight_of(ticket(State.ACCEPTED).people, neighbour, RULES) is Sight.PUBLIC
    assert sight_of(ticket(State.ACCEPTED, Kind.REPORT).people, neighbour, RULES) is Sight.NONE
    assert sight_of(ticket(State.ACCEPTED).people, stranger, RULES) is Sight.NONE
    assert not words_are_public(State.REPORTED)
    assert not words_are_public(State.HANDED_OVER)
    assert words_are_public(State.DISPATCHED)
