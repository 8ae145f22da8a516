"""OWN-1: who owns on what basis, which written names mean one owner, and which only look alike."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from uuid import UUID

from services.registry.rules.numerals import one_line, plain


class Basis(StrEnum):
    """What makes somebody the owner."""

    REGISTERED = "REGISTERED"
    CONTRACT_POSSESSION = "CONTRACT_POSSESSION"
    JUDGMENT = "JUDGMENT"
    INHERITANCE = "INHERITANCE"
    BUILT = "BUILT"
    PUBLIC_UNIT = "PUBLIC_UNIT"


class Delivery(StrEnum):
    """How far the home has got from its developer or work unit to a buyer."""

    UNSOLD = "UNSOLD"
    SOLD_UNDELIVERED = "SOLD_UNDELIVERED"
    DELIVERED = "DELIVERED"


class OwnerKind(StrEnum):
    PERSON = "PERSON"
    ORGANISATION = "ORGANISATION"


@dataclass(frozen=True, slots=True)
class Owner:
    """An owner as a sheet or a clerk states him.

    `number` is a well-formed id number or credit code; a faulty one stands in `faulty_number` and proves nothing.
    """

    kind: OwnerKind
    name: str
    number: str | None = None
    phone: str | None = None
    faulty_number: str | None = None
    same_as: UUID | None = None
    """The person on record whom a clerk points at; nothing else is then said of him."""


LONGEST_NAME = 100
NOBODY = frozenset(
    {"", "-", "--", "/", "\\", "?", "无", "空", "空置", "空房", "不详", "未知", "不明", "待查", "待定", "无人"}
)
_SEPARATORS = re.compile(r"[、,，;；/|\n\r&+]|(?<=[\u4e00-\u9fff]{2})\s+(?=[\u4e00-\u9fff]{2})")
_AND_OTHERS = re.compile(r"等(?:\d+|[一二两三四五六七八九十]+)?[人户]?\Z")
_STRONG_WORDS = re.compile(r"(?:公司|集团|工厂|合作社|委员会|事务所|街道办|居委会|村委会|地质队|基金会|管理处)")
_ENDINGS = re.compile(r"[厂局队院所校处部站社行会办村店馆]\Z|(?:中心|银行|单位|政府|学校|医院|大学|中学|小学)\Z")
_UNIT_WORDS = re.compile(
    r"厂|局|队|院|所|校|处|站|矿|部|区|县|省|市|委|社|办|建|家属|宿舍|单位|中心|部队|机关|机械|铁路|钢铁|银行"
)
_COMPOUND_SURNAMES = re.compile(
    "欧阳|司马|上官|诸葛|司徒|司空|夏侯|皇甫|尉迟|公孙|慕容|令狐|东方|南宫|西门|长孙|宇文|轩辕|端木|独孤|呼延|"
    "闻人|澹台|申屠|太史|淳于|钟离|鲜于|闾丘|赫连|拓跋|百里|东郭|司寇|万俟|公羊|仲孙|濮阳|单于|太叔|第五|完颜|纳兰|耶律"
)
_BRACKETS = re.compile(r"\((?!集团|中国|北京|上海|山西|太原)[^()]*\)")
_CO_OWNED = re.compile(r"\(共有人?[:：]?(.*?)\)")
_LEGAL_FORM = re.compile(r"(?:股份有限公司|有限责任公司|有限公司|公司)\Z")
_INNER_SPACE = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")


def split_names(text: str) -> tuple[tuple[str, ...], bool]:
    """Names of one cell, and whether it says that there are more ("等3人").

    "郭刚强、刘艳兰" -> two; "张 伟" -> one name written wide; "（已故）" and the like are dropped.
    """
    round_brackets = text.replace("（", "(").replace("）", ")")
    cleaned = _BRACKETS.sub("", _CO_OWNED.sub(r"、\1", round_brackets))
    parts = [one_line(part) for part in _SEPARATORS.split(cleaned.strip())]
    names: list[str] = []
    more = False
    for part in parts:
        name = _AND_OTHERS.sub("", _INNER_SPACE.sub("", part))
        more = more or name != _INNER_SPACE.sub("", part) or len(name) > LONGEST_NAME
        name = name[:LONGEST_NAME]
        if plain(name) not in NOBODY and name not in names:
            names.append(name)
    return tuple(names), more


def is_organisation(name: str, basis: Basis) -> bool:
    """PRI-2. True for a name that is a body's: when in doubt it is a person's, which is sealed and masked.

    A public unit's name need not end in a telling word, but must hold one: "阿不都热西提" is nobody's work unit.
    """
    if not re.search(r"[\u4e00-\u9fff]", name):
        return bool(re.search(r"(?i)\b(co\.?|ltd\.?|inc\.?|group|company)\b", name))
    if _STRONG_WORDS.search(name):
        return True
    written = plain(name)
    if "·" in written or (len(written) <= 4 and _COMPOUND_SURNAMES.match(written)):
        return False
    if basis is Basis.PUBLIC_UNIT and len(written) >= 5 and _UNIT_WORDS.search(written):
        return True
    return bool(_ENDINGS.search(written)) and len(written) >= 4


def normal_name(name: str) -> str:
    """The form in which names of one organisation meet: no spaces, half-width, capital letters."""
    return plain(name).upper().replace("·", "").replace("•", "")


def _stem(name: str) -> str:
    """What two names share that look alike: without "原" (former) and the legal form."""
    return _LEGAL_FORM.sub("", normal_name(name).removeprefix("原"))


def same_owners(owners: Sequence[Owner]) -> tuple[str, ...]:
    """OWN-1. One key an owner: equal keys mean the same owner.

    A person meets himself only by a well-formed id number; an organisation by credit code, or by its normalised name
    when no two codes bear that name. Everybody else is somebody of his own.
    """
    codes: dict[str, set[str]] = {}
    for owner in owners:
        if owner.kind is OwnerKind.ORGANISATION and owner.number:
            codes.setdefault(normal_name(owner.name), set()).add(owner.number)
    return tuple(_key(owner, place, codes) for place, owner in enumerate(owners))


def _key(owner: Owner, place: int, codes: Mapping[str, set[str]]) -> str:
    if owner.same_as:
        return f"person:{owner.same_as}"
    if owner.kind is OwnerKind.PERSON:
        return f"id:{owner.number}" if owner.number else f"row:{place}"
    if owner.number:
        return f"code:{owner.number}"
    known = codes.get(normal_name(owner.name), set())
    return f"code:{next(iter(known))}" if len(known) == 1 else f"name:{normal_name(owner.name)}"


@dataclass(frozen=True, slots=True, order=True)
class Alike:
    """Two owners kept apart that may be one; `left` and `right` are places in the list given."""

    left: int
    right: int


def alike(owners: Sequence[Owner], keys: Sequence[str]) -> tuple[Alike, ...]:
    """OWN-1. Owners of one name that were kept apart, where a missing or faulty number leaves it open.

    Two well-formed numbers under one name are two people, and no flag. Of many alike, each meets the next one only.
    """
    named: dict[tuple[OwnerKind, str], list[int]] = {}
    for place, owner in enumerate(owners):
        named.setdefault((owner.kind, _stem(owner.name)), []).append(place)
    pairs: list[Alike] = []
    for (kind, _), places in named.items():
        for left, right in pairwise(_one_place_a_key(places, keys)):
            if kind is OwnerKind.ORGANISATION or not (owners[left].number and owners[right].number):
                pairs.append(Alike(left, right))
    return tuple(sorted(pairs))


def _one_place_a_key(places: Iterable[int], keys: Sequence[str]) -> list[int]:
    first: dict[str, int] = {}
    for place in places:
        first.setdefault(keys[place], place)
    return list(first.values())
