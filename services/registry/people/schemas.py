"""Wire shapes of people: masked by default, in clear only as a disclosure."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from services.registry.people.values import KnownOfPerson
from services.registry.rules.identity_numbers import parse_phone
from services.registry.rules.masking import masked_name, masked_number, masked_phone
from services.registry.tables.owners import Person
from shared.wire import Input, Output, Text, example

ID = "0193a1c2-7b1e-7c33-9d55-3f1f0a6b2c10"


def _phone(written: str) -> str:
    found = parse_phone(written)
    if found is None:
        raise PydanticCustomError("string_pattern_mismatch", "not a phone number")
    return found


Phone = Annotated[str, Text(30), AfterValidator(_phone)]


class NewPerson(Input):
    """A person whom staff enter by hand."""

    name: Annotated[str, Text(100)]
    phone: Phone | None = None

    model_config = Input.model_config | example(name="何静", phone="140 0000 2301")


class Disclosure(Input):
    """What the values are needed for; it is kept with the audit row."""

    purpose: Annotated[str, Text(200, 2)]

    model_config = Input.model_config | example(purpose="通知业主代表来居委会核对房产证")


class PersonSeen(Output):
    """A person as everybody entitled sees him: masked."""

    id: UUID
    name: str | None
    phone: str | None
    id_number: str | None
    id_number_is_faulty: bool
    erased: bool

    model_config = Output.model_config | example(
        id=ID, name="何*", phone="140******01", id_number=None, id_number_is_faulty=False, erased=False
    )

    @classmethod
    def of(cls, person: Person, known: KnownOfPerson | None) -> "PersonSeen":
        """`known` is None for an erased person."""
        number = (known.id_number or known.faulty_number) if known else None
        return cls(
            id=person.id,
            name=masked_name(known.name) if known and known.name else None,
            phone=masked_phone(known.phone) if known and known.phone else None,
            id_number=masked_number(number) if number else None,
            id_number_is_faulty=person.id_number_is_faulty,
            erased=person.erased_at is not None,
        )


class PersonDisclosed(Output):
    """A person in clear."""

    id: UUID
    name: str | None
    phone: str | None
    id_number: str | None
    id_number_is_faulty: bool
    disclosed_at: datetime

    model_config = Output.model_config | example(
        id=ID,
        name="何静",
        phone="14000002301",
        id_number=None,
        id_number_is_faulty=False,
        disclosed_at="2026-03-08T09:30:00+00:00",
    )

    @classmethod
    def of(cls, person: Person, known: KnownOfPerson, now: datetime) -> "PersonDisclosed":
        return cls(
            id=person.id,
            name=known.name,
            phone=known.phone,
            id_number=known.id_number or known.faulty_number,
            id_number_is_faulty=person.id_number_is_faulty,
            disclosed_at=now,
        )
