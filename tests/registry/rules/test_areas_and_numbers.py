"""OWN-2 areas; GB 11643 id numbers, GB 32100 credit codes, phones."""

from datetime import date

import pytest

from services.registry.rules.areas import AreaFault, AreaSource, StatedArea, are_at_odds, best, parse_area
from services.registry.rules.identity_numbers import (
    IdFault,
    check_digit,
    credit_check_sign,
    parse_credit_code,
    parse_id_number,
    parse_phone,
)

TODAY = date(2026, 3, 8)


@pytest.mark.parametrize(
    ("written", "area"),
    [
        ("72.97", 7297),
        ("89.78平方米", 8978),
        ("102.72㎡", 10272),
        ("52.6", 5260),
        ("１０２．７２", 10272),
        (" 90 m2", 9000),
        ("1,234.50", 123450),
        ("52.970", 5297),
        ("约90", AreaFault.TEXT_AREA),
        ("90左右", AreaFault.TEXT_AREA),
        ("89.5/90", AreaFault.TEXT_AREA),
        ("1e2", AreaFault.TEXT_AREA),
        ("#REF!", AreaFault.TEXT_AREA),
        ("0", AreaFault.ZERO_AREA),
        ("0.00", AreaFault.ZERO_AREA),
        ("", AreaFault.NO_AREA),
        ("不详", AreaFault.NO_AREA),
        ("-52.1", AreaFault.BAD_AREA),
        ("0.5", AreaFault.BAD_AREA),
        ("100000.01", AreaFault.BAD_AREA),
        ("52.975", AreaFault.BAD_AREA),
    ],
)
def test_an_area_is_exact_hundredths_or_a_named_fault(written: str, area: int | AreaFault) -> None:
    """OWN-2, OWN-6."""
    assert parse_area(written) == area


def test_the_better_source_wins_and_the_disagreement_shows() -> None:
    """OWN-2."""
    stated = [StatedArea(6000, AreaSource.REFORM_PAPER), StatedArea(6012, AreaSource.SURVEY)]
    assert best(stated) == StatedArea(6012, AreaSource.SURVEY)
    assert are_at_odds(stated)
    assert best([]) is None


def test_a_well_formed_id_number_is_kept_in_one_spelling() -> None:
    """OWN-1."""
    number = "14990019690222060" + check_digit("14990019690222060")
    spellings = [number, f" {number[:6]} {number[6:]}", number.lower(), f"'{number}"]
    assert {parse_id_number(spelling, TODAY) for spelling in spellings} == {number}


def test_the_old_number_of_fifteen_digits_meets_the_new_one() -> None:
    """OWN-1."""
    longer = "14990019690222060" + check_digit("14990019690222060")
    assert parse_id_number("149900690222060", TODAY) == longer


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("14990019690222060", IdFault.LENGTH),
        ("護照E1234567", IdFault.LENGTH),
        ("14990019690231060" + check_digit("14990019690231060"), IdFault.DATE),
        ("14990020990101060" + check_digit("14990020990101060"), IdFault.DATE),
        ("149900198808170762", IdFault.CHECK),
        ("1.499001969022206e+17", IdFault.AS_NUMBER),
    ],
)
def test_a_faulty_id_number_names_its_fault(written: str, fault: IdFault) -> None:
    """OWN-6."""
    assert parse_id_number(written, TODAY) == fault


def test_a_credit_code_needs_its_check_sign() -> None:
    """OWN-1."""
    code = "91140100MA0K0K0K0" + credit_check_sign("91140100MA0K0K0K0")
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    assert parse_credit_code(code.lower()) == code
    assert parse_credit_code(wrong) is None
    for office in "123456789ANY":  # GB 32100: law firms begin with 3, trade unions with 8
        first = f"{office}1140000MD0000000"
        assert parse_credit_code(first + credit_check_sign(first)), office
    assert parse_credit_code("01140000MD0000000" + credit_check_sign("01140000MD0000000")) is None


@pytest.mark.parametrize(
    ("written", "phone"),
    [
        ("140 0000 6719", "14000006719"),
        ("14000006719", "14000006719"),
        ("+86 140-0000-6719", "14000006719"),
        ("１４０００００６７１９", "14000006719"),
        ("0351-6012345", "03516012345"),
        ("6012345", "6012345"),
        ("0351-6012345转8", "03516012345x8"),
        ("1400000123", None),
        ("140000067190", None),
        ("无", None),
        ("", None),
    ],
)
def test_a_phone_is_digits_that_can_be_dialled_or_nothing(written: str, phone: str | None) -> None:
    """OWN-6."""
    assert parse_phone(written) == phone


def test_only_the_ten_digits_make_a_number() -> None:
    """OWN-1: digits of another script would make one person two."""
    good = "14990019540617292"
    arabic = (good + check_digit(good)).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert parse_id_number(arabic, date(2026, 3, 8)) is IdFault.LENGTH
    assert parse_phone("14000008352".translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))) is None
