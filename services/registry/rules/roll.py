"""OWN-5, OWN-6: turns the sheets of an office's register into homes and into findings named by place and reason."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from services.registry.rules.addresses import Address, HomeKind, Unreadable, locate
from services.registry.rules.areas import AreaFault, AreaSource, StatedArea, are_at_odds, best, parse_area
from services.registry.rules.heads import UNCOUNTED, CountedHome
from services.registry.rules.numerals import plain
from services.registry.rules.owners import Alike, Basis, Delivery, Owner, alike, normal_name, same_owners
from services.registry.rules.roll_findings import Finding, FindingKind, Place, Severity, finding
from services.registry.rules.roll_headings import AREAS, Field, Layout, find_layout
from services.registry.rules.roll_owners import MOST_PEOPLE, Tenant, basis_of, delivery_of, household, too_many
from services.registry.rules.roll_rows import Row, Sheet, rows_of

KINDS: tuple[tuple[re.Pattern[str], HomeKind], ...] = (
    (re.compile(r"(?<!非)住宅|居住|公寓"), HomeKind.DWELLING),  # whatever belongs to it: "住宅（含地下室）"
    (re.compile(r"商|铺|门面|网点|店"), HomeKind.SHOP),
    (re.compile(r"车位|车库"), HomeKind.PARKING),
    (re.compile(r"储藏|地下室|库房|小房"), HomeKind.STORE),
)
_UNIT_NUMBER = re.compile(r"[0-9A-Z]{28}\Z")
_ADDRESS_CODE = re.compile(r"[0-9A-Z]{10,40}\Z")


@dataclass(frozen=True, slots=True)
class RollHome:
    """A home as one row (and the rows that continue it) states it."""

    sheet: str
    row: int
    address: Address
    areas: tuple[StatedArea, ...]
    owners: tuple[Owner, ...]
    basis: Basis
    delivery: Delivery
    tenants: tuple[Tenant, ...] = ()
    rented: bool = False
    unit_number: str | None = None
    address_code: str | None = None
    incomplete: bool = False
    """Somebody else owns it too ("张三等3人"): who its owners are is unknown."""

    @property
    def area(self) -> StatedArea | None:
        return best(self.areas)


@dataclass(frozen=True, slots=True)
class SheetRead:
    """Whether a sheet was taken for a list, and how many homes it gave."""

    name: str
    is_list: bool
    homes: int


@dataclass(frozen=True, slots=True)
class Roll:
    homes: tuple[RollHome, ...]
    findings: tuple[Finding, ...]
    sheets: tuple[SheetRead, ...]

    @property
    def is_refused(self) -> bool:
        """OWN-5. True while a row cannot be taken: then nothing is, unless the part was asked for."""
        return any(one.severity is Severity.REFUSED for one in self.findings)


@dataclass(frozen=True, slots=True)
class _Read:
    home: RollHome | None
    findings: tuple[Finding, ...]


def read_roll(sheets: Sequence[Sheet], today: date, area_source: AreaSource = AreaSource.REGISTER) -> Roll:
    """Every sheet that is a list, in order. `area_source` is what a plain "建筑面积" column stands for."""
    homes: dict[str, RollHome] = {}
    findings: list[Finding] = []
    read: list[SheetRead] = []
    outside: set[str] = set()
    for sheet in sheets:
        layout = None if sheet.hidden else find_layout(sheet.rows)
        before = len(homes)
        findings += _sheet_findings(sheet, layout)
        if layout:
            for found in _read_sheet(sheet, layout, today, area_source, homes):
                findings += found.findings
                if found.home:
                    known = found.home.address.label in homes
                    home, faults = (found.home, []) if known else _with_outside_ids(found.home, outside)
                    homes[home.address.label] = home
                    findings += faults
        read.append(SheetRead(sheet.name, layout is not None, len(homes) - before))
    return Roll(tuple(homes.values()), tuple(findings), tuple(read))


def _sheet_findings(sheet: Sheet, layout: Layout | None) -> Iterator[Finding]:
    if sheet.hidden:
        yield finding(FindingKind.HIDDEN_SHEET, Place(sheet.name, 0))
    elif layout is None:
        # A page of explanations is none of our business; a page full of columns may be a list that we cannot read.
        if sum(1 for row in sheet.rows if sum(1 for cell in row if cell.strip()) >= 3) >= 3:
            yield finding(FindingKind.NOT_A_LIST, Place(sheet.name, 0))
    else:
        for wanted, zh, en in (
            ({*AREAS}, "面积", "the area"),
            ({Field.OWNER, Field.PUBLIC_UNIT}, "业主", "the owner"),
            ({Field.ID_NUMBER}, "身份证号", "the id number"),
        ):
            if not wanted & layout.columns.keys():
                yield finding(
                    FindingKind.NO_COLUMN, Place(sheet.name, layout.heading_row), missing_zh=zh, missing_en=en
                )


def _read_sheet(
    sheet: Sheet, layout: Layout, today: date, source: AreaSource, taken: dict[str, RollHome]
) -> Iterator[_Read]:
    last: str | None = None
    for row in rows_of(sheet, layout):
        if row.continues and last in taken:
            yield _continued(row, taken[last], today)
            continue
        found = _read_row(row, today, source, taken)
        last = found.home.address.label if found.home else None
        yield found


def _continued(row: Row, home: RollHome, today: date) -> _Read:
    """A further owner in a row of his own, under a home whose cells are merged."""
    people = household(row, home.basis, home.address.label, today)
    owners = home.owners + tuple(owner for owner in people.owners if owner not in home.owners)
    tenants = home.tenants + people.tenants
    told = too_many(
        row,
        home.address.label,
        len(owners) if len(home.owners) < MOST_PEOPLE or not home.incomplete else 0,
        len(tenants) if len(home.tenants) < MOST_PEOPLE else 0,
    )
    whole = replace(
        home,
        owners=owners[:MOST_PEOPLE],
        incomplete=home.incomplete or people.incomplete or len(owners) > MOST_PEOPLE,
        tenants=tenants[:MOST_PEOPLE],
    )
    return _Read(whole, (*people.findings, *told))


def _read_row(row: Row, today: date, source: AreaSource, taken: dict[str, RollHome]) -> _Read:
    spot = Field.ROOM if row.has(Field.ROOM) else Field.HOME
    try:
        home = _located(row)
    except Unreadable:
        if row.is_uncomputed(spot):
            return _Read(None, (finding(FindingKind.FORMULA, row.place(spot), Severity.REFUSED),))
        return _Read(None, (finding(FindingKind.BAD_HOME, row.place(spot)),))
    other = taken.get(home.label)
    if other:
        at = row.place(spot, home.label)
        double = finding(FindingKind.DUPLICATE_HOME, at, cell=home.label, other_row=other.row, other_sheet=other.sheet)
        return _Read(None, (double,))
    stated, wrong = _areas(row, home.label, source)
    basis = basis_of(row.text(Field.BASIS))
    people = household(row, basis, home.label, today)
    delivery = delivery_of(row.text(Field.BASIS), row.text(Field.DELIVERY))
    taken_home = RollHome(
        row.sheet, row.number, home, stated, people.owners, basis, delivery, people.tenants, people.rented,
        plain(row.text(Field.UNIT_NUMBER)).upper() or None, plain(row.text(Field.ADDRESS_CODE)).upper() or None,
        people.incomplete,
    )  # fmt: skip
    return _Read(taken_home, (*wrong, *people.findings, *_uncounted(row, taken_home)))


def _uncounted(row: Row, home: RollHome) -> Iterator[Finding]:
    """OWN-6. Somebody owns it, and one cell takes it out of every count: that is told."""
    if home.owners and home.address.kind in UNCOUNTED and _told_kind(row) is home.address.kind:
        yield finding(FindingKind.NOT_COUNTED, row.place(Field.KIND, home.address.label))


def _located(row: Row) -> Address:
    whole = "" if plain(row.text(Field.ROOM)) else row.text(Field.HOME)
    home = locate(row.building, row.entrance, row.text(Field.ROOM), whole)
    return replace(home, kind=_told_kind(row) or home.kind) if home.kind is HomeKind.DWELLING else home


def _told_kind(row: Row) -> HomeKind | None:
    """OWN-6. What the column of uses says; what is a dwelling among other things is a dwelling."""
    return next((kind for pattern, kind in KINDS if pattern.search(plain(row.text(Field.KIND)))), None)


def _areas(row: Row, home: str, source: AreaSource) -> tuple[tuple[StatedArea, ...], tuple[Finding, ...]]:
    """OWN-2. Every area the row states; one finding when it states none, or several that disagree."""
    stated: list[StatedArea] = []
    faults: list[tuple[AreaFault, Field]] = []
    for column, named in AREAS.items():
        if row.has(column):
            read = parse_area(row.text(column))
            if isinstance(read, AreaFault):
                faults.append((read, column))
            else:
                stated.append(StatedArea(read, named or source))
    if stated:
        at_odds = are_at_odds(stated)
        return tuple(stated), (finding(FindingKind.AREAS_DIFFER, row.place(_first_area(row), home)),) if at_odds else ()
    if not faults:
        return (), ()
    fault, column = next((one for one in faults if one[0] is not AreaFault.NO_AREA), faults[0])
    if row.is_uncomputed(column):
        return (), (finding(FindingKind.FORMULA, row.place(column, home)),)
    return (), (finding(FindingKind(fault.value), row.place(column, home)),)


def _first_area(row: Row) -> Field:
    return next(column for column in AREAS if row.has(column))


def _with_outside_ids(home: RollHome, seen: set[str]) -> tuple[RollHome, list[Finding]]:
    """OWN-3. Outside ids are optional; a malformed or repeated one is dropped with a warning."""
    findings: list[Finding] = []
    at = Place(home.sheet, home.row, home=home.address.label)
    if home.unit_number and not _is_new(home.unit_number, _UNIT_NUMBER, seen):
        findings.append(finding(FindingKind.BAD_EXTERNAL_ID, at))
        home = replace(home, unit_number=None)
    if home.address_code and not _is_new(home.address_code, _ADDRESS_CODE, seen):
        findings.append(finding(FindingKind.BAD_EXTERNAL_ID, at))
        home = replace(home, address_code=None)
    return home, findings


def _is_new(value: str, form: re.Pattern[str], seen: set[str]) -> bool:
    key = f"{form.pattern} {value}"
    is_new = bool(form.match(value)) and key not in seen
    seen.add(key)
    return is_new


@dataclass(frozen=True, slots=True)
class OwnersOfRoll:
    """Everybody a roll names, in order; `keys[i]` is whose the i-th owner is (equal keys: one owner)."""

    owners: tuple[Owner, ...]
    keys: tuple[str, ...]
    homes: tuple[int, ...]
    alike: tuple[Alike, ...]


def owners_of(homes: Sequence[RollHome]) -> OwnersOfRoll:
    """OWN-1 over a whole roll. `homes[i]` is the place of the home whose owner the i-th is."""
    owners: list[Owner] = []
    places: list[int] = []
    for place, home in enumerate(homes):
        owners += home.owners
        places += [place] * len(home.owners)
    keys = same_owners(owners)
    return OwnersOfRoll(tuple(owners), keys, tuple(places), alike(owners, keys))


def alike_findings(homes: Sequence[RollHome], people: OwnersOfRoll) -> Iterator[Finding]:
    """OWN-1. Owners kept apart that look alike, each told at the later home of the two; no name is told."""
    for pair in people.alike:
        earlier, later = homes[people.homes[pair.left]], homes[people.homes[pair.right]]
        at = Place(later.sheet, later.row, home=later.address.label)
        yield finding(FindingKind.ALIKE_OWNER, at, other=earlier.address.label)


def clash_findings(homes: Sequence[RollHome], people: OwnersOfRoll) -> Iterator[Finding]:
    """OWN-1. One id number under two names is one owner, and told at the later home; no name is told."""
    first: dict[str, int] = {}
    for place, (key, owner) in enumerate(zip(people.keys, people.owners, strict=True)):
        earlier = first.setdefault(key, place)
        if key.startswith("id:") and normal_name(people.owners[earlier].name) != normal_name(owner.name):
            home = homes[people.homes[place]]
            at = Place(home.sheet, home.row, home=home.address.label)
            yield finding(FindingKind.NAMES_DIFFER, at, other=homes[people.homes[earlier]].address.label)


def counted_homes(homes: Sequence[RollHome], people: OwnersOfRoll) -> Iterable[CountedHome]:
    """What VOTE-1 needs of each home of a roll."""
    keys: list[set[str]] = [set() for _ in homes]
    for place, key in zip(people.homes, people.keys, strict=True):
        keys[place].add(key)
    for home, owned_by in zip(homes, keys, strict=True):
        area = home.area.hundredths if home.area else None
        owners = frozenset() if home.incomplete else frozenset(owned_by)
        yield CountedHome(home.address.label, owners, area, home.address.kind, home.delivery)
