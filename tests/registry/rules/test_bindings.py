"""Since when a household has its time in a home, over bindings that replaced one another (PRI-3)."""

from datetime import UTC, datetime, timedelta

import pytest

from services.registry.rules.bindings import Span, tied_since
from services.registry.rules.door_codes import Relation

NOON = datetime(2026, 3, 8, 4, tzinfo=UTC)
OWNER, FAMILY, TENANT = Relation.OWNER, Relation.FAMILY, Relation.TENANT


def day(number: int) -> datetime:
    return NOON + timedelta(days=number)


@pytest.mark.parametrize(
    ("lasting", "before", "since"),
    [
        (OWNER, [], 9),
        (OWNER, [(FAMILY, 5, 9)], 5),
        (FAMILY, [(FAMILY, 1, 5), (OWNER, 5, 9)], 1),
        (OWNER, [(OWNER, 5, 9), (FAMILY, 1, 4)], 5),
        (OWNER, [(FAMILY, 5, 8)], 9),
        (OWNER, [(TENANT, 5, 9)], 9),
        (TENANT, [(OWNER, 5, 9)], 9),
        (TENANT, [(TENANT, 5, 9)], 5),
        (OWNER, [(OWNER, 1, 3), (TENANT, 3, 5), (OWNER, 5, 9)], 5),
    ],
)
def test_a_tie_goes_on_in_what_replaced_it_on_the_same_side(
    lasting: Relation, before: list[tuple[Relation, int, int]], since: int
) -> None:
    """PRI-3. Who moved out and came back, and a tenant who bought the home, begin anew."""
    spans = [Span(relation, day(begin), day(end)) for relation, begin, end in before]

    assert tied_since(Span(lasting, day(9), None), spans) == day(since)
