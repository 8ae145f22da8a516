"""OWN-3: which building, entrance, floor and room a written home means, and how it is printed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.registry.rules.numerals import arabic, plain


class HomeKind(StrEnum):
    """What the unit is; VOTE-1 leaves parking spaces and stores out of a count."""

    DWELLING = "DWELLING"
    SHOP = "SHOP"
    PARKING = "PARKING"
    STORE = "STORE"


class Unreadable(ValueError):
    """The text names no home that can be told from its neighbours."""


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """A home inside its compound. `entrance` is "" where a building has none; `floor` None when it cannot be told."""

    building: str
    entrance: str
    room: str
    floor: int | None = None
    kind: HomeKind = HomeKind.DWELLING

    @property
    def label(self) -> str:
        """The normal form, unique in a compound: "3-2-501", without entrance "3-501", basement "3-2--101"."""
        return "-".join(part for part in (self.building, self.entrance, self.room) if part)

    @property
    def order(self) -> str:
        """Sorts as people count: building 10 after building 9, room 1001 after room 901."""
        return re.sub(r"\d+", lambda digits: digits.group().zfill(5), f"{self.building}|{self.entrance}|{self.room}")


MARKS: Mapping[str, HomeKind] = {"S": HomeKind.SHOP, "P": HomeKind.PARKING, "K": HomeKind.STORE}
PRINTED: Mapping[HomeKind, str] = {HomeKind.SHOP: "商铺", HomeKind.PARKING: "车位", HomeKind.STORE: "储藏室"}
_SPECIAL: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?:底商|商铺|商业|门面房?|门市房?|网点|店铺|铺面|铺|S)-?"), "S"),
    (re.compile(r"(?:地下)?(?:车位|车库|停车位|P)-?"), "P"),
    (re.compile(r"(?:地下室|地下储藏室|储藏室|储藏间|储物间|库房|小房|K)-?"), "K"),
)
_STEM = "甲乙丙丁戊己庚辛"
_STRONG = r"号楼|楼栋|幢楼|栋楼|栋|幢|座|楼|#"
_BUILDING_WORD = rf"{_STRONG}|号"
_BUILDING = re.compile(rf"(?:第|#)?([{_STEM}A-Z]?)(\d{{1,4}})([{_STEM}A-Z]?)(?:{_BUILDING_WORD})?([{_STEM}]?)\Z")
_LETTERED = re.compile(rf"([A-Z]|[{_STEM}]|[东西南北中])(\d?)(?:{_BUILDING_WORD})?\Z")
_ENTRANCE = re.compile(rf"(?:第)?(?:([{_STEM}A-Z])|(\d{{1,3}})([{_STEM}A-Z]?))(?:单元|门洞|门栋|门|号|#)?\Z")
_ROOM = re.compile(rf"(-|负|地下|B)?(\d{{1,6}})(?:([{_STEM}]|[A-HL-OQRT-Z])|/(\d{{1,2}}))?(?:室|号|户|房间|房)?\Z")


def _written(word: str) -> re.Pattern[str]:
    """Compound name or street before, then building, entrance, floor (said twice) and room."""
    building = rf"(?:(?:第|#)?[{_STEM}A-Z]?\d{{1,4}}[{_STEM}A-Z]?|[A-Z{_STEM}东西南北中]\d?)(?:{word})"
    return re.compile(
        rf"(?:.*?[\u4e00-\u9fff)](?={building}))??(?P<building>{building}[{_STEM}]?)-?"
        rf"(?:(?P<entrance>(?:第)?(?:\d{{1,3}}[{_STEM}A-Z]?|[{_STEM}A-Z])(?:单元|门洞|门栋|门|-))-?)?"
        r"(?:\d{1,3}(?:层|楼)-?)?(?P<room>.+)\Z"
    )


_FORMS = (_written(_STRONG), _written(_BUILDING_WORD))
_INNER = re.compile(r"(第?\d{1,3}[A-Z]?(?:单元|门洞|门|-(?=\d{3})))-?(.+)\Z")
_BARE = re.compile(r"[-/.]")


def parse_building(text: str) -> str:
    """ "１栋", "1#", " 1 幢", "三号楼", "甲3号楼" -> "1", "1", "1", "3", "3甲"."""
    written = arabic(plain(text)).upper()
    match = _BUILDING.match(written)
    if match:
        before, number, after, last = match.groups()
        stems = before + after + last
        if len(stems) > 1 or int(number) == 0:
            raise Unreadable(text)
        return f"{before}{int(number)}" if before.isascii() and before else f"{int(number)}{stems}"
    lettered = _LETTERED.match(written)
    if lettered:
        return lettered.group(1) + lettered.group(2)
    raise Unreadable(text)


def parse_entrance(text: str) -> str:
    """ "一单元", "２", "3单元", "乙单元" -> "1", "2", "3", "乙"; empty stays empty."""
    written = arabic(plain(text)).upper()
    if not written:
        return ""
    match = _ENTRANCE.match(written)
    if not match or (match.group(2) and int(match.group(2)) == 0):
        raise Unreadable(text)
    return match.group(1) or f"{int(match.group(2))}{match.group(3)}"


def parse_room(text: str) -> tuple[str, int | None, HomeKind]:
    """Room in normal form, floor, kind: "501室" -> ("501", 5, DWELLING); "负101" -> ("-101", -1, …)."""
    written = arabic(plain(text)).upper()
    for pattern, mark in _SPECIAL:
        special = pattern.match(written)
        if special:
            return _numbered(text, written[special.end() :], mark)
    match = _ROOM.match(re.sub(r"(?<=\d)-(?=\d)", "/", written))
    if not match or int(match.group(2)) == 0:
        raise Unreadable(text)
    below, digits, suffix, part = match.groups()
    number = str(int(digits))
    room = ("-" if below else "") + number + (suffix or "") + (f"/{part}" if part else "")
    return room, _floor(bool(below), number), HomeKind.DWELLING


def _numbered(text: str, rest: str, mark: str) -> tuple[str, int | None, HomeKind]:
    match = re.match(r"(?:负|-|B)?(\d{1,6})([A-Z甲乙丙丁]?)(?:室|号|户|间)?\Z", rest)
    if not match:
        raise Unreadable(text)
    kind = MARKS[mark]
    return f"{mark}{int(match.group(1))}{match.group(2)}", 1 if kind is HomeKind.SHOP else None, kind


def _floor(below: bool, number: str) -> int | None:
    """The floor a room number names: 1203 is on 12; -101 on -1; one or two digits tell nothing."""
    if len(number) < 3:
        return -1 if below else None
    storey = int(number[:-2])
    return -storey if below else storey


def address(building: str, entrance: str, room: str) -> Address:
    """The home of three separate cells."""
    name, floor, kind = parse_room(room)
    return Address(parse_building(building), parse_entrance(entrance), name, floor, kind)


def parse_home(text: str) -> Address:
    """A home written in one piece: "3号楼2单元501", "晋阳小区3栋二单元５０１室", "3-2-501", "3-501"."""
    written = arabic(plain(text)).upper()
    parts = _BARE.split(_minus_kept(written))
    if 2 <= len(parts) <= 4 and all(parts) and (_BUILDING.match(parts[0]) or _LETTERED.match(parts[0])):
        return _bare(text, [part.replace("\0", "-") for part in parts])
    for form in _FORMS:
        match = form.match(written)
        if match:
            entrance = (match.group("entrance") or "").rstrip("-")
            return address(match.group("building"), entrance, match.group("room").lstrip("-"))
    raise Unreadable(text)


def _minus_kept(written: str) -> str:
    """A doubled dash is a separator and a minus: "3-2--101" is in the basement."""
    return written.replace("--", "-\0")


def _bare(text: str, parts: list[str]) -> Address:
    if len(parts) == 2:
        return address(parts[0], "", parts[1])
    if len(parts) == 3:
        return address(*parts)
    building, entrance, third, fourth = parts
    if len(third) <= 2 and len(fourth) <= 2:  # building-entrance-floor-room
        return address(building, entrance, f"{third}{fourth.zfill(2)}")
    return address(building, entrance, f"{third}/{fourth}")


def locate(building: str, entrance: str, room: str, home: str) -> Address:
    """The home of one sheet row, whichever of its cells say it; "" for a column the sheet lacks.

    A room cell may say more than the room ("2-501", "3-2-501", "2单元501"); what it says twice must agree.
    """
    found = _from_words(home, building) if plain(home) else _from_room(building, entrance, room)
    if plain(building) and parse_building(building) != found.building:
        raise Unreadable(f"{building} / {room or home}")
    if plain(entrance) and parse_entrance(entrance) != found.entrance:
        raise Unreadable(f"{entrance} / {room or home}")
    return found


def _from_words(home: str, building: str) -> Address:
    try:
        return parse_home(home)
    except Unreadable:
        if not plain(building):
            raise
        return _from_room(building, "", home)


def _from_room(building: str, entrance: str, room: str) -> Address:
    written = arabic(plain(room)).upper()
    if not written:
        raise Unreadable(room)
    pieces = _BARE.split(_minus_kept(written))
    if not plain(building):
        return parse_home(room)
    if len(pieces) >= 3 and all(pieces):
        return parse_home(room)
    inner = _INNER.match(written)
    if inner:
        said = parse_entrance(inner.group(1).rstrip("-"))
        if not plain(entrance) or said == parse_entrance(entrance):
            return address(building, said, inner.group(2))
    if re.search(_STRONG, written) or "单元" in written:
        return parse_home(room)
    return address(building, entrance, room)


def printed(home: Address) -> str:
    """The home as people say it: "3号楼2单元501"; shops, parking and stores by their word."""
    building = f"{home.building}号楼" if home.building[0].isdigit() else f"{home.building}座"
    entrance = f"{home.entrance}单元" if home.entrance else ""
    return f"{building}{entrance}{_printed_room(home)}"


def _printed_room(home: Address) -> str:
    if home.kind is not HomeKind.DWELLING:
        return PRINTED[home.kind] + home.room[1:]
    return "负" + home.room[1:] if home.room.startswith("-") else home.room
