"""OWN-1, OWN-5: which owners and tenants one row of a sheet names, and what is wrong with their numbers."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.registry.rules.identity_numbers import IdFault, parse_credit_code, parse_id_number, parse_phone
from services.registry.rules.numerals import plain
from services.registry.rules.owners import Basis, Delivery, Owner, OwnerKind, is_organisation, split_names
from services.registry.rules.roll_findings import FAULTS, Finding, FindingKind, Severity, finding
from services.registry.rules.roll_headings import Field
from services.registry.rules.roll_rows import Row

BASES: tuple[tuple[re.Pattern[str], Basis], ...] = (
    (re.compile(r"已购|已售|房改"), Basis.REGISTERED),
    (re.compile(r"公房|公产|自管|直管|单位产权|产权单位"), Basis.PUBLIC_UNIT),
    (re.compile(r"判决|裁定|法院"), Basis.JUDGMENT),
    (re.compile(r"继承|遗赠"), Basis.INHERITANCE),
    (re.compile(r"自建|自盖"), Basis.BUILT),
    (re.compile(r"合同|未办证|无证|未取得|备案"), Basis.CONTRACT_POSSESSION),
)
DELIVERIES: tuple[tuple[re.Pattern[str], Delivery], ...] = (
    (re.compile(r"未售|待售|尾房"), Delivery.UNSOLD),
    (re.compile(r"未交|否\Z|no\Z|未收房"), Delivery.SOLD_UNDELIVERED),
)
_TENANT = re.compile(
    r"(?:租户|承租人|租客|房客|租住人|使用人)[:为是]?([\u4e00-\u9fff·]{2,4}?)(?=[\d,、;。(+]|电话|手机|\Z)"
    r"(?:[,、(]?(?:电话|手机)?[:]?\+?([\d-]{7,18}))?"
)
_PARTS = re.compile(r"[、,，;；/|\n\r]+")


@dataclass(frozen=True, slots=True)
class Tenant:
    """Somebody who lives in a home without owning it."""

    name: str
    phone: str | None


MOST_PEOPLE = 20
"""Owners, and tenants, that a home may have in a roll: more are no household but a list that slipped into a cell."""


@dataclass(frozen=True, slots=True)
class Household:
    """Whom one row names, and what was found wrong. `incomplete`: the home has owners whom it does not name."""

    owners: tuple[Owner, ...]
    tenants: tuple[Tenant, ...]
    rented: bool
    findings: tuple[Finding, ...]
    incomplete: bool = False


def basis_of(text: str) -> Basis:
    """ "房改房", "商品房" -> REGISTERED; "未售公房" -> PUBLIC_UNIT."""
    return next((basis for pattern, basis in BASES if pattern.search(plain(text))), Basis.REGISTERED)


def delivery_of(basis_text: str, delivery_text: str) -> Delivery:
    written = plain(basis_text + delivery_text).lower()
    return next((state for pattern, state in DELIVERIES if pattern.search(written)), Delivery.DELIVERED)


def household(row: Row, basis: Basis, home: str, today: date) -> Household:
    """Owners with their numbers, tenants of the row's own columns and of its remarks."""
    findings: list[Finding] = []
    names, more = split_names(row.text(Field.OWNER))
    further, others = split_names("" if row.text(Field.CO_OWNER).strip() in {"是", "否"} else row.text(Field.CO_OWNER))
    numbers = _split(row.text(Field.ID_NUMBER)) + (_split(row.text(Field.CO_OWNER_ID)) if further else [])
    names = (*names, *(name for name in further if name not in names))
    units, _ = split_names(row.text(Field.PUBLIC_UNIT))
    if not names:
        names = units
    occupants: tuple[str, ...] = ()
    if basis is Basis.PUBLIC_UNIT and names and not any(is_organisation(name, basis) for name in names):
        # A person in a row of unsold public housing lives there; the owner is the unit, and it is not named.
        occupants, names, numbers = names, units, []
    more = (more or others) and not occupants
    findings += _owner_findings(row, home, bool(names), more)
    crowd = len(names) > MOST_PEOPLE
    # The column of work units holds work units, whatever they are called.
    bodies = {name for name in names if is_organisation(name, basis) or (name in units and len(plain(name)) >= 5)}
    owners, wrong = _owners(row, bodies, names[:MOST_PEOPLE], numbers, home, today)
    tenants, rented = _tenants(row, occupants)
    findings += too_many(row, home, len(names), len(tenants))
    return Household(owners, tenants[:MOST_PEOPLE], rented, (*findings, *wrong), more or crowd)


def too_many(row: Row, home: str, owners: int, tenants: int) -> list[Finding]:
    """OWN-5. The findings of a home with more people than are taken."""
    found = []
    if owners > MOST_PEOPLE:
        found.append(finding(FindingKind.TOO_MANY_PEOPLE, row.place(Field.OWNER, home), most=MOST_PEOPLE))
    if tenants > MOST_PEOPLE:
        at = row.place(Field.TENANT, home)
        found.append(finding(FindingKind.TOO_MANY_PEOPLE, at, Severity.WARNING, most=MOST_PEOPLE))
    return found


def _owner_findings(row: Row, home: str, named: bool, more: bool) -> list[Finding]:
    at = row.place(Field.OWNER, home)
    if not named and row.is_uncomputed(Field.OWNER):
        return [finding(FindingKind.FORMULA, at)]
    if not named:
        return [finding(FindingKind.NO_OWNER, at)] if row.has(Field.OWNER) or row.has(Field.PUBLIC_UNIT) else []
    return [finding(FindingKind.OWNERS_INCOMPLETE, at)] if more else []


def _split(text: str) -> list[str]:
    return [part.strip() for part in _PARTS.split(text) if plain(part)]


def _owners(
    row: Row, bodies: Collection[str], names: Sequence[str], numbers: list[str], home: str, today: date
) -> tuple[tuple[Owner, ...], list[Finding]]:
    findings: list[Finding] = []
    at = row.place(Field.ID_NUMBER, home)
    persons = [name for name in names if name not in bodies]
    if len(numbers) == len(names):
        matched: Mapping[str, str] = dict(zip(names, numbers, strict=True))
    elif len(numbers) == len(persons):
        matched = dict(zip(persons, numbers, strict=True))
    else:
        matched = {}
        if numbers and names:
            findings.append(finding(FindingKind.ID_COUNT, at, names=len(names), numbers=len(numbers)))
    if not names:
        findings += [one for number in numbers for one in _checked(number, OwnerKind.PERSON, row, home, today)[1]]
    elif not numbers and persons and row.has(Field.ID_NUMBER):
        kind = FindingKind.FORMULA if row.is_uncomputed(Field.ID_NUMBER) else FindingKind.NO_ID
        findings.append(finding(kind, at, _warning(kind)))
    phones, wrong = _phones(row, home, len(names))
    owners: list[Owner] = []
    for place, name in enumerate(names):
        kind_of = OwnerKind.ORGANISATION if name in bodies else OwnerKind.PERSON
        owner, faults = _numbered(name, kind_of, matched.get(name), phones[place], row, home, today)
        owners.append(owner)
        findings += faults
    return tuple(owners), findings + wrong


def _warning(kind: FindingKind) -> Severity | None:
    return Severity.WARNING if kind is FindingKind.FORMULA else None


def _numbered(
    name: str, kind: OwnerKind, number: str | None, phone: str | None, row: Row, home: str, today: date
) -> tuple[Owner, list[Finding]]:
    if number is None:
        return Owner(kind, name, None, phone), []
    good, findings = _checked(number, kind, row, home, today)
    return Owner(kind, name, good, phone, None if good else plain(number)[:40]), findings


def _checked(number: str, kind: OwnerKind, row: Row, home: str, today: date) -> tuple[str | None, list[Finding]]:
    body = kind is OwnerKind.ORGANISATION
    read = (parse_credit_code(number) or IdFault.CHECK) if body else parse_id_number(number, today)
    if not isinstance(read, IdFault):
        return read, []
    zh, en = FAULTS[read.value]
    return None, [finding(FindingKind.BAD_ID, row.place(Field.ID_NUMBER, home), fault_zh=zh, fault_en=en)]


def _phones(row: Row, home: str, owners: int) -> tuple[list[str | None], list[Finding]]:
    """One phone an owner: matched where there are as many, else the first is the first owner's."""
    written = _split(row.text(Field.PHONE))
    read = [parse_phone(phone) for phone in written]
    good = [phone for phone in read if phone]
    findings = [finding(FindingKind.BAD_PHONE, row.place(Field.PHONE, home))] if len(good) < len(read) else []
    if len(read) == owners:
        return read, findings
    return [good[0] if good and place == 0 else None for place in range(owners)], findings


def _tenants(row: Row, occupants: Sequence[str]) -> tuple[tuple[Tenant, ...], bool]:
    remark = plain(row.text(Field.REMARK))
    phones = [parse_phone(phone) for phone in _split(row.text(Field.TENANT_PHONE))]
    listed = list(split_names(row.text(Field.TENANT))[0])
    tenants = [Tenant(name, phones[place] if place < len(phones) else None) for place, name in enumerate(listed)]
    tenants += [Tenant(name, None) for name in occupants]
    for name, phone in _TENANT.findall(remark.replace("，", ",").replace("：", ":")):
        if name not in {tenant.name for tenant in tenants}:
            tenants.append(Tenant(name, parse_phone(phone) if phone else None))
    return tuple(tenants), bool(tenants) or "出租" in remark
