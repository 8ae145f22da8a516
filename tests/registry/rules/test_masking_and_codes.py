"""PRI-2, PUB-4 masking; PRI-4 door codes; OWN-4 region codes."""

from datetime import UTC, datetime, timedelta

import pytest

from services.registry.rules.door_codes import ALPHABET, LENGTH, LIVES, is_open, normal, shown
from services.registry.rules.masking import masked_name, masked_number, masked_phone
from services.registry.rules.regions import Level, is_community, level_of, parent_of

NOW = datetime(2026, 3, 8, tzinfo=UTC)


def test_a_masked_person_is_a_surname_and_a_few_digits() -> None:
    """PRI-2, PUB-4."""
    assert masked_name("黄杰静") == "黄*"
    assert masked_phone("14000005544") == "140******44"
    assert masked_number("149900196902220607") == "****************07"
    assert (masked_name(""), masked_phone("12"), masked_number("1234")) == ("*", "**", "****")


def test_a_door_code_is_read_the_same_however_it_is_typed() -> None:
    """PRI-4."""
    code = ALPHABET[:LENGTH]
    assert {normal(typed) for typed in (code, shown(code), shown(code).lower(), f" {code[:3]} {code[3:]} ")} == {code}
    assert not set("01ILOU") & set(ALPHABET)


@pytest.mark.parametrize(
    ("age", "used", "is_good"),
    [
        (timedelta(0), None, True),
        (LIVES - timedelta(seconds=1), None, True),
        (LIVES, None, False),
        (timedelta(0), NOW, False),
    ],
)
def test_a_door_code_is_good_once_and_for_fourteen_days(age: timedelta, used: datetime | None, is_good: bool) -> None:
    """PRI-4."""
    assert is_open(NOW + LIVES, used, NOW + age) is is_good


def test_region_codes_tell_their_level_and_parent() -> None:
    """OWN-4."""
    assert [level_of(code) for code in ("14", "1401", "140109", "140109013", "140109013001")] == list(Level)
    assert parent_of("140109013001") == "140109013"
    assert parent_of("14") is None
    assert [level_of(code) for code in ("140", "", "１４", "abc123")] == [None] * 4
    assert [is_community(f"140109013{last}") for last in ("000", "001", "199", "200", "399", "400")] == [
        False, True, True, True, True, False,
    ]  # fmt: skip
