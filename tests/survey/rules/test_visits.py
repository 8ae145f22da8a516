"""How far a round is, and which record counts, whatever order things come in."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.survey.rules.roles import MOVES, RoundMove, RoundState, allowed_moves
from services.survey.rules.visits import (
    Held,
    HomeState,
    Outcome,
    RecordState,
    Relation,
    Standing,
    counted_record,
    coverage_of,
    home_state,
    is_disputed,
    may_have_visited,
    visit_faults,
)

A, B, C = (UUID(int=number) for number in (1, 2, 3))
NOON, SECOND = datetime(2026, 11, 23, 4, tzinfo=UTC), timedelta(seconds=1)
COUNTS, FLAGGED, WITHDRAWN = RecordState.COUNTS, RecordState.FLAGGED, RecordState.WITHDRAWN


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        ([], HomeState.UNVISITED),
        ([Outcome.ABSENT], HomeState.TRIED),
        ([Outcome.ABSENT] * 2, HomeState.TRIED),
        ([Outcome.ABSENT] * 3, HomeState.DONE),
        ([Outcome.MET], HomeState.DONE),
        ([Outcome.REFUSED], HomeState.DONE),
        ([Outcome.EMPTY], HomeState.DONE),
        ([Outcome.WRONG_ADDRESS], HomeState.DONE),
        ([Outcome.ABSENT, Outcome.MET], HomeState.DONE),
        ([Outcome.MET, Outcome.ABSENT], HomeState.DONE),
    ],
)
def test_a_home_is_done_by_a_final_outcome_or_the_last_try(outcomes: list[Outcome], state: HomeState) -> None:
    """VIS-1. At the boundary of three tries."""
    assert home_state(outcomes, tries=3) is state


def test_coverage_is_over_all_homes_and_of_none_it_is_nothing() -> None:
    """VIS-1."""
    found = coverage_of({A: [Outcome.MET], B: [Outcome.ABSENT], C: []}, disputed=0, tries=3)

    assert (found.done, found.tried, found.homes, str(found.share)) == (1, 1, 3, "1/3")
    assert coverage_of({}, 0, 3).share == 0


@pytest.mark.parametrize(
    ("records", "chosen", "counted", "disputed"),
    [
        ([], None, None, False),
        ([Standing(A, COUNTS)], None, A, False),
        ([Standing(A, FLAGGED)], None, None, False),
        ([Standing(A, FLAGGED), Standing(B, COUNTS)], None, B, False),
        ([Standing(A, COUNTS), Standing(B, COUNTS)], None, None, True),
        ([Standing(A, COUNTS), Standing(B, COUNTS)], B, B, False),
        ([Standing(A, COUNTS), Standing(B, WITHDRAWN)], B, A, False),
        ([Standing(A, COUNTS), Standing(B, COUNTS), Standing(C, FLAGGED)], C, None, True),
        ([Standing(A, WITHDRAWN)], A, None, False),
    ],
)
def test_of_two_records_none_counts_until_the_office_chooses(
    records: list[Standing], chosen: UUID | None, counted: UUID | None, disputed: bool
) -> None:
    """VIS-3. Never merged, never the last one by itself."""
    assert counted_record(records, chosen) == counted
    assert is_disputed(records, chosen) is disputed


@pytest.mark.parametrize(
    ("outcome", "visitors", "relation", "faults"),
    [
        (Outcome.MET, ("a", "b"), Relation.OWNER, []),
        (Outcome.MET, ("a", "a"), Relation.OWNER, ["visitors"]),
        (Outcome.MET, ("a", "b"), None, ["relation"]),
        (Outcome.ABSENT, ("a", "b"), Relation.OWNER, ["relation"]),
        (Outcome.REFUSED, ("a", "b"), Relation.OWNER, []),
        (Outcome.REFUSED, ("a", "b"), None, []),
    ],
)
def test_two_different_visitors_and_who_answered(
    outcome: Outcome, visitors: tuple[str, ...], relation: Relation | None, faults: list[str]
) -> None:
    """VIS-1."""
    assert visit_faults(outcome, visitors, relation) == faults


def test_figures_are_published_from_a_closed_round_and_that_is_the_end() -> None:
    """VIS-4."""
    assert allowed_moves(RoundState.OPEN, True) == (RoundMove.CLOSE,)
    assert allowed_moves(RoundState.CLOSED, True) == (RoundMove.REOPEN, RoundMove.PUBLISH)
    assert allowed_moves(RoundState.PUBLISHED, True) == ()
    assert allowed_moves(RoundState.CLOSED, False) == ()
    assert set(MOVES) == set(RoundMove)


VISITS = st.lists(st.tuples(st.sampled_from([A, B, C]), st.sampled_from(list(Outcome))), max_size=12)


@settings(deadline=None)
@given(visits=VISITS, data=st.data())
def test_no_order_of_visits_changes_coverage_and_no_visit_lowers_it(
    visits: list[tuple[UUID, Outcome]], data: st.DataObject
) -> None:
    """VIS-1. The invariant: coverage depends on the set of visits alone, only climbs, and its parts add up."""

    def covered(found: list[tuple[UUID, Outcome]]) -> tuple[int, int, int]:
        homes: dict[UUID, list[Outcome]] = {A: [], B: [], C: []}
        for home, outcome in found:
            homes[home].append(outcome)
        said = coverage_of(homes, 0, 3)
        assert said.done + said.tried <= said.homes == 3
        assert sum(said.outcomes.values()) == len(found)
        return said.done, said.tried, said.homes

    assert covered(data.draw(st.permutations(visits))) == covered(visits)
    done = [covered(visits[:count])[0] for count in range(len(visits) + 1)]
    assert done == sorted(done)


@settings(deadline=None)
@given(states=st.lists(st.sampled_from(list(RecordState)), max_size=4), data=st.data())
def test_no_order_of_records_changes_which_one_counts(states: list[RecordState], data: st.DataObject) -> None:
    """VIS-3. The invariant: at most one counts, it is one that counts by itself, and order plays no part."""
    records = [Standing(UUID(int=number), state) for number, state in enumerate(states)]
    chosen = data.draw(st.none() | st.sampled_from([record.id for record in records] or [A]))

    counted = counted_record(records, chosen)

    assert counted_record(data.draw(st.permutations(records)), chosen) == counted
    assert counted is None or Standing(counted, COUNTS) in records
    assert is_disputed(records, chosen) == (states.count(COUNTS) > 1 and counted is None)


@pytest.mark.parametrize(
    ("held", "visits"),
    [
        ([], False),
        ([Held("GRID_WORKER", None)], True),
        ([Held("VOLUNTEER", NOON + SECOND)], True),
        ([Held("VOLUNTEER", NOON)], False),
        ([Held("VOLUNTEER", NOON - SECOND), Held("CLERK", None)], True),
        ([Held("PARTY_MEMBER", None)], True),
        ([Held("RESIDENT", None), Held("PMC_MEMBER", None), Held("STREET_OFFICER", None)], False),
        ([Held("A_ROLE_OF_LATER", None)], False),
    ],
)
def test_who_comes_along_has_a_visiting_role_when_they_call(held: list[Held], visits: bool) -> None:
    """VIS-1. A role that ended counts for the visits before, to the very second."""
    assert may_have_visited(held, NOON) is visits
