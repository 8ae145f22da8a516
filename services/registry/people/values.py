"""How a person's values are sealed under a key of his own, found again, and opened (PRI-2)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.registry.errors import PersonErased
from services.registry.rules.identity_numbers import parse_phone
from services.registry.rules.numerals import plain
from services.registry.rules.owners import normal_name
from services.registry.tables.owners import Person
from shared.database import new_id
from shared.sealing import Key, Keys, Label


@dataclass(frozen=True, slots=True)
class KnownOfPerson:
    """What is known of a person, in clear. A faulty number is kept, and identifies nobody (OWN-6)."""

    name: str | None
    phone: str | None
    id_number: str | None
    faulty_number: str | None = None


def name_index(keys: Keys, name: str) -> bytes:
    return keys.blind_index("person.name", name, normal_name)


def phone_index(keys: Keys, phone: str) -> bytes:
    return keys.blind_index("person.phone", phone, lambda written: parse_phone(written) or plain(written))


def id_index(keys: Keys, number: str) -> bytes:
    return keys.blind_index("person.id_number", number, lambda written: plain(written).upper())


def person_row(keys: Keys, known: KnownOfPerson, now: datetime) -> Person:
    """A new person under a new id and a new key; not yet part of a session."""
    whose = new_id()
    key, wrapped = keys.new_key(Label("person.key", str(whose)))
    number = known.id_number or known.faulty_number
    return Person(
        id=whose,
        key_wrapped=wrapped,
        name_sealed=_sealed(key, "name", whose, known.name),
        phone_sealed=_sealed(key, "phone", whose, known.phone),
        id_number_sealed=_sealed(key, "id_number", whose, number),
        id_number_is_faulty=known.id_number is None and known.faulty_number is not None,
        name_index=name_index(keys, known.name) if known.name else None,
        phone_index=phone_index(keys, known.phone) if known.phone else None,
        id_index=id_index(keys, known.id_number) if known.id_number else None,
        made_at=now,
        erased_at=None,
    )


def opened(keys: Keys, person: Person) -> KnownOfPerson:
    """The person's values in clear. Errors: PersonErased."""
    if person.key_wrapped is None:
        raise PersonErased
    key = keys.unwrap(person.key_wrapped, Label("person.key", str(person.id)))
    number = _opened(key, "id_number", person.id, person.id_number_sealed)
    faulty = person.id_number_is_faulty
    return KnownOfPerson(
        _opened(key, "name", person.id, person.name_sealed),
        _opened(key, "phone", person.id, person.phone_sealed),
        None if faulty else number,
        number if faulty else None,
    )


def _sealed(key: Key, what: str, whose: UUID, value: str | None) -> bytes | None:
    return key.seal(value.encode(), Label(f"person.{what}", str(whose))) if value else None


def _opened(key: Key, what: str, whose: UUID, sealed: bytes | None) -> str | None:
    return key.open(sealed, Label(f"person.{what}", str(whose))).decode() if sealed else None
