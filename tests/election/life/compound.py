"""The compound that owners' lives are lived in, and what a model knows of its roll: whose a home is, and how large."""

from dataclasses import dataclass, replace
from uuid import UUID

from tests.election.api.neighbour import CODE, home, home_id
from tests.factories.tokens import Somebody

OWNERS_OF = {0: "a", 1: "b c", 2: "b c", 3: "d e", 4: "f", 5: "g", 6: "h", 7: "i", 8: "i", 9: ""}
"""Place -> its owners: two homes of one couple, one co-owned, two of one owner, and one of whom nobody knows."""
AREAS = [8000, 7000, 9100, 6050, 12000, 8001, 7999, 5000, 5001, 8000]
AGENTS = "xyz"


def person(name: str) -> UUID:
    return UUID(int=0x0197A3F2_0000_7000_8000_000000007000 + ord(name))


def somebody(name: str) -> Somebody:
    """As he signs in: with the homes that he owns, and a fresh second factor."""
    homes = [home_id(place) for place, names in OWNERS_OF.items() if name in names.split()]
    grant = f"OWNER@{CODE}" if homes else f"VOLUNTEER@{CODE}"
    return Somebody([grant], subject=person(name), homes=homes, stepped_up=1)


PEOPLE = {name: somebody(name) for name in "abcdefghi" + AGENTS}
OWNERS = [name for name in PEOPLE if name not in AGENTS]


def books() -> list[dict[str, object]]:
    """The same in the registry's words: equal owners are one head group."""
    return [
        home(
            place,
            area_hundredths=AREAS[place],
            owners=[str(person(name)) for name in names.split()],
            owner_known=bool(names),
            head_group=f"{100 + list(OWNERS_OF.values()).index(names):032x}",
        )
        for place, names in OWNERS_OF.items()
    ]


@dataclass(frozen=True)
class Home:
    """A home on the roll: in whose entitlement, how large in hundredths of a m², owned by whom."""

    head: str
    area: int
    names: frozenset[str]


@dataclass(frozen=True)
class Proposed:
    """What one officer proposed for a home of the frozen roll (None: off it), seeing it as it was."""

    number: int
    place: int
    before: Home
    after: Home | None
    objection: str | None


class Roll:
    """Place -> home, as it stands."""

    def __init__(self) -> None:
        self.homes = {
            place: Home(names or f"home {place}", AREAS[place], frozenset(names.split()))
            for place, names in OWNERS_OF.items()
        }
        self.parted = 0

    def heads(self) -> set[str]:
        return {one.head for one in self.homes.values()}

    def owners(self, head: str) -> set[str]:
        return {name for one in self.homes.values() if one.head == head for name in one.names}

    def changed(self, change: str, place: int, area: int, other: int) -> Home | str | None:
        """The home as it would be (None: off the roll); a text is the status with which it is refused."""
        if place not in self.homes:
            return "404"
        now = self.homes[place]
        if change == "REMOVE":
            return None if len(self.homes) > 1 else "409"
        if change == "AREA":
            return replace(now, area=area) if area != now.area else "409"
        if change == "SPLIT":
            alone = [one.head for one in self.homes.values()].count(now.head) == 1
            return "409" if alone else replace(now, head=f"parted {self.parted}")
        if other not in self.homes:
            return "404"
        head = self.homes[other].head
        return replace(now, head=head) if head != now.head else "409"

    def put(self, place: int, now: Home | None) -> None:
        self.parted += 1
        self.homes.pop(place, None)
        if now is not None:
            self.homes[place] = now
