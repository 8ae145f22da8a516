"""The sample compound is scene 1 of the story, and invented."""

from datetime import date

from services.registry.rules.heads import counted
from services.registry.rules.identity_numbers import parse_id_number
from services.registry.rules.owners import Delivery, OwnerKind
from services.registry.rules.roll import counted_homes, owners_of
from services.registry.sample.homes import NEVER_ISSUED, sample_homes


def test_the_sample_has_the_shape_of_scene_one() -> None:
    """Twelve buildings, 612 homes, ten unsold homes of one unit, one owner of three, co-owners and tenants."""
    homes = sample_homes()
    count = counted(counted_homes(homes, owners_of(homes)))
    assert (len(homes), len({home.address.building for home in homes})) == (612, 12)
    assert sum(home.delivery is Delivery.UNSOLD for home in homes) == 10
    assert count.heads == 612 - 9 - 2
    assert sum(len(home.owners) > 1 for home in homes) > 40
    assert sum(bool(home.tenants) for home in homes) > 30


def test_the_same_seed_invents_the_same_people_and_another_seed_others() -> None:
    assert sample_homes(100) == sample_homes(100)
    assert sample_homes(100) != sample_homes(100, seed=1)


def test_nobody_in_the_sample_can_be_a_real_person() -> None:
    """Never-issued area code with right check digits; a phone range of machines."""
    people = [owner for home in sample_homes(2000) for owner in home.owners if owner.kind is OwnerKind.PERSON]
    assert all(owner.number and owner.number.startswith(NEVER_ISSUED) for owner in people)
    assert all(parse_id_number(owner.number or "", date(2026, 1, 1)) == owner.number for owner in people)
    assert all(owner.phone and owner.phone.startswith("1400000") and len(owner.phone) == 11 for owner in people)


def test_any_number_of_homes_can_be_asked_for() -> None:
    assert [len({home.address.label for home in sample_homes(homes)}) for homes in (1, 2, 54, 1300)] == [1, 2, 54, 1300]
