"""Whose answers a record holds, at the boundaries of time and of the lease (PRI-3)."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.survey.rules.households import Bound, Told, is_own, relation_of
from services.survey.rules.visits import Relation

ME, OTHER = UUID(int=1), UUID(int=2)
BOUND = datetime(2026, 11, 1, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)  # of records of which nobody knows when
SECOND = timedelta(seconds=1)


def told(at: datetime = BOUND, as_: Relation | None = None, by: UUID = OTHER, of_home: bool = False) -> Told:
    return Told(by, of_home, as_, at)


@pytest.mark.parametrize(
    ("at", "own"), [(BOUND - SECOND, False), (BOUND, True), (BOUND + SECOND, True), (EPOCH, False)]
)
def test_what_was_told_before_a_household_came_is_not_its_own(at: datetime, own: bool) -> None:
    """PRI-3. From the very instant of the binding on."""
    assert is_own(told(at), ME, Bound(Relation.OWNER, BOUND)) is own


@pytest.mark.parametrize("bound", [None, Bound(Relation.TENANT, BOUND + SECOND), Bound(Relation.OWNER, BOUND)])
def test_what_he_wrote_himself_stays_his_wherever_he_lives(bound: Bound | None) -> None:
    """PRI-3."""
    assert is_own(told(as_=Relation.TENANT, by=ME, of_home=True), ME, bound)


def test_what_he_took_down_as_a_visitor_is_not_his_own() -> None:
    """PRI-2, PRI-3."""
    assert not is_own(told(by=ME), ME, None)
    assert not is_own(told(by=OTHER, of_home=True), ME, None)


@pytest.mark.parametrize(
    ("said", "sees"),
    [
        (Relation.OWNER, {Relation.OWNER, Relation.FAMILY}),
        (Relation.FAMILY, {Relation.OWNER, Relation.FAMILY}),
        (Relation.TENANT, {Relation.TENANT}),
        (Relation.OTHER, set(Relation)),
        (None, set(Relation)),
    ],
)
def test_an_owner_and_his_tenant_are_two_households(said: Relation | None, sees: set[Relation]) -> None:
    """PRI-3. Both are bound to the home; what one told the other does not read. What nobody named belongs to either."""
    assert {one for one in Relation if is_own(told(as_=said), ME, Bound(one, BOUND))} == sees


def test_a_relation_that_is_not_known_here_stands_on_no_side() -> None:
    assert [relation_of(said) for said in ("OWNER", "TENANT", "SUBTENANT")] == ["OWNER", "TENANT", "OTHER"]
