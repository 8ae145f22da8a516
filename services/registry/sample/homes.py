"""Which homes the sample compound has, and who owns them: invented, and the same for the same seed.

The shape is scene 1 of the story: twelve buildings and 612 homes, some co-owned, one owner with three homes, ten unsold
homes of the former work unit, tenants. Id numbers bear an area code that was never given out, phones a range of
machines.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from services.registry.rules.addresses import Address
from services.registry.rules.areas import AreaSource, StatedArea
from services.registry.rules.identity_numbers import check_digit
from services.registry.rules.owners import Basis, Delivery, Owner, OwnerKind
from services.registry.rules.roll import RollHome
from services.registry.rules.roll_owners import Tenant

USUAL = 612
SEED = 20260308
NEVER_ISSUED = "149900"
UNIT = "原山西××地质队"
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英国建兰梅玉"
AREAS = (5212, 5267, 5283, 5950, 6045, 7297, 7313, 8901, 8954, 10215, 10272, 10305)
ENTRANCES = 3
FLOORS = 6
ROOMS = 3
PER_BUILDING = ENTRANCES * FLOORS * ROOMS


class People:
    """Invents people; no two bear one id number."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._numbers: set[str] = set()

    def name(self) -> str:
        given = self._chance.choices(GIVEN, k=self._chance.choice((1, 2, 2)))
        return self._chance.choice(SURNAMES) + "".join(given)

    def phone(self) -> str:
        return f"1400000{self._chance.randrange(10_000):04d}"

    def id_number(self) -> str:
        while True:
            born = date(1945, 1, 1) + timedelta(days=self._chance.randrange(21_000))
            first = f"{NEVER_ISSUED}{born:%Y%m%d}{self._chance.randrange(1000):03d}"
            number = first + check_digit(first)
            if number not in self._numbers:
                self._numbers.add(number)
                return number

    def owner(self) -> Owner:
        return Owner(OwnerKind.PERSON, self.name(), self.id_number(), self.phone())

    def tenant(self) -> Tenant:
        return Tenant(self.name(), self.phone())


def addresses(homes: int) -> Iterator[Address]:
    """54 homes a building: three entrances, six floors, three rooms a floor; 612 fill eleven and one entrance."""
    for place in range(homes):
        building, rest = divmod(place, PER_BUILDING)
        entrance, rest = divmod(rest, FLOORS * ROOMS)
        floor, room = divmod(rest, ROOMS)
        number = f"{floor + 1}{room + 1:02d}"
        yield Address(str(building + 1), str(entrance + 1), number, floor + 1)


def sample_homes(homes: int = USUAL, seed: int = SEED) -> tuple[RollHome, ...]:
    """So many homes, in proportion: of 612, ten unsold and one owner of three. The first home is never unsold."""
    chance = Random(seed)
    people = People(chance)
    found = [_home(address, people, chance) for address in addresses(homes)]
    special = chance.sample(range(1, homes), k=min(homes - 1, 13 * max(homes // USUAL, 1)))
    for start in range(0, len(special), 13):
        unsold, owned = special[start : start + 10], special[start + 10 : start + 13]
        several = people.owner()
        for place in unsold:
            found[place] = _unsold(found[place])
        for place in owned:
            found[place] = replace(found[place], owners=(several,))
    return tuple(found)


def _home(address: Address, people: People, chance: Random) -> RollHome:
    owners = tuple(people.owner() for _ in range(2 if chance.random() < 0.11 else 1))
    tenants = (people.tenant(),) if chance.random() < 0.09 else ()
    reformed = chance.random() < 0.85
    area = StatedArea(
        chance.choice(AREAS) + chance.randrange(-8, 60), AreaSource.REFORM_PAPER if reformed else AreaSource.REGISTER
    )
    return RollHome(
        "", 0, address, (area,), owners, Basis.REGISTERED, Delivery.DELIVERED, tenants, rented=bool(tenants)
    )


def _unsold(home: RollHome) -> RollHome:
    unit = Owner(OwnerKind.ORGANISATION, UNIT)
    return replace(home, owners=(unit,), basis=Basis.PUBLIC_UNIT, delivery=Delivery.UNSOLD, tenants=(), rented=False)
