"""What callers send about tickets."""

import re
from typing import Annotated, Self
from uuid import UUID

from pydantic import BeforeValidator, Field, PlainSerializer, ValidationInfo, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from services.ticket.rules.kinds import EmergencyLine, Kind, UnitKind
from services.ticket.rules.states import Need, State
from services.ticket.tickets.actions import Correction, Report
from services.ticket.tickets.callbacks import Reply
from services.ticket.tickets.contacts import Contact
from services.ticket.tickets.effects import Given
from services.ticket.tickets.moving import Wish
from shared.files import LONGEST_TOKEN
from shared.wire import Flag, Input, Text, Whole, example, is_told

_DEGREES = re.compile(r"-?[0-9]{1,3}\.[0-9]{6}", re.ASCII)
_MICRO = 1_000_000
TICKET_ID = "0197a3f2-7c1e-7d53-9a58-1f1f6f1a2b3c"
COMPOUND_ID = "0197a3f2-7c1e-7d53-9a58-1f1f6f1a0001"
PERSON_ID = "0197a3f2-7c1e-7d53-9a58-1f1f6f1a0007"
PHOTO_TOKEN = "f1.WyJhdHRhY2giLCIwMTk3YTNmMiJd.c2lnbmF0dXJl"  # made up


def _degrees(value: object, info: ValidationInfo) -> int:
    """ "37.823456" -> 37823456; from our own tables integers are millionths already."""
    if isinstance(value, int) and not isinstance(value, bool) and not is_told(info):
        return value
    if not isinstance(value, str) or not _DEGREES.fullmatch(value):
        raise PydanticCustomError("string_pattern_mismatch", "not degrees with six places")
    return int(value.replace(".", ""))


def _degrees_text(micro: int) -> str:
    sign = "-" if micro < 0 else ""
    return f"{sign}{abs(micro) // _MICRO}.{abs(micro) % _MICRO:06d}"


_SCHEMA = {"type": "string", "pattern": r"^-?[0-9]{1,3}\.[0-9]{6}$", "description": "WGS 84 degrees, six places."}
_ON_WIRE = (PlainSerializer(_degrees_text, return_type=str), WithJsonSchema(_SCHEMA))
Latitude = Annotated[int, Field(ge=-90 * _MICRO, le=90 * _MICRO), BeforeValidator(_degrees), *_ON_WIRE]
Longitude = Annotated[int, Field(ge=-180 * _MICRO, le=180 * _MICRO), BeforeValidator(_degrees), *_ON_WIRE]
PhotoToken = Annotated[str, Text(LONGEST_TOKEN), Field(description="`reference` of an uploaded file.")]
Words = Annotated[str, Text(2000)]


class Point(Input):
    """A point on the map."""

    model_config = Input.model_config | example(latitude="37.823456", longitude="112.512345")

    latitude: Latitude
    longitude: Longitude


class NewPlace(Input):
    """Where it is: one's own home, or building and entrance, or words, or a point; none of them is the compound."""

    model_config = Input.model_config | example(compound_id=COMPOUND_ID, building="3", entrance="2")

    compound_id: UUID
    home_id: UUID | None = None
    building: Annotated[str, Text(20)] | None = None
    entrance: Annotated[str, Text(20)] | None = None
    words: Annotated[str, Text(200)] | None = None
    point: Point | None = None


class NewContact(Input):
    """Somebody without an account, for whom the desk reports. Kept sealed, shown masked."""

    model_config = Input.model_config | example(name="王奶奶", phone="14000001234")

    name: Annotated[str, Text(40)]
    phone: Annotated[str, Text(20), Field(pattern=r"^\+?[0-9 -]{5,19}$")] | None = None


class NewTicket(Input):
    """A report. `client_id` is made by the client: a second report with it is the same ticket."""

    model_config = Input.model_config | example(
        client_id="0197a3f2-7c1e-7d53-9a58-1f1f6f1a9999",
        place={"compound_id": COMPOUND_ID, "building": "3", "entrance": "2"},
        kind="HELP",
        category="facilities.stair_lamp",
        words="三号楼二单元三层楼道灯不亮",
        photos=[PHOTO_TOKEN],
    )

    client_id: UUID | None = None
    place: NewPlace
    kind: Kind
    category: Annotated[str, Text(50)]
    words: Words
    emergency: Flag = False
    photos: Annotated[list[PhotoToken], Field(max_length=9)] = []
    contact: NewContact | None = None

    def report(self) -> Report:
        place = self.place
        return Report(
            client_id=self.client_id,
            compound_id=place.compound_id,
            home_id=place.home_id,
            building=place.building,
            entrance=place.entrance,
            place_words=place.words,
            point=(place.point.latitude, place.point.longitude) if place.point else None,
            kind=self.kind,
            category=self.category,
            words=self.words,
            emergency=self.emergency,
            contact=Contact(self.contact.name, self.contact.phone) if self.contact else None,
            photos=tuple(self.photos),
        )


class Unit(Input):
    """Who shall handle it: the main unit, and those that help (TKT-8)."""

    model_config = Input.model_config | example(name="宏远维修", kind="CONTRACTOR", helping=[])

    name: Annotated[str, Text(80)]
    kind: UnitKind
    helping: Annotated[list[Annotated[str, Text(80)]], Field(max_length=10)] = []


class MoveTicket(Input):
    """A move (TKT-2). `allowed` of the ticket says which fields a move needs; of others only words are kept."""

    model_config = Input.model_config | example(
        to="DISPATCHED", unit={"name": "宏远维修", "kind": "CONTRACTOR", "helping": []}, worker_id=PERSON_ID
    )

    to: State
    reason: Words | None = None
    where_to_go: Words | None = None
    answer: Words | None = None
    grounds: Words | None = None
    emergency_line: EmergencyLine | None = None
    unit: Unit | None = None
    worker_id: UUID | None = None
    partner_id: UUID | None = None
    days: Annotated[Whole, Field(ge=1, le=60)] | None = None
    granted: Flag | None = None
    lead_id: UUID | None = None
    platform: Annotated[str, Text(40)] | None = None
    outer_number: Annotated[str, Text(60)] | None = None
    solved: Flag | None = None
    satisfaction: Annotated[Whole, Field(ge=1, le=5)] | None = None
    photos_before: Annotated[list[PhotoToken], Field(max_length=9)] = []
    photos_after: Annotated[list[PhotoToken], Field(max_length=9)] = []

    def wish(self) -> Wish:
        named = (("reason", self.reason), ("where_to_go", self.where_to_go), ("answer", self.answer))
        words = {name: text for name, text in (*named, ("grounds", self.grounds)) if text is not None}
        given = Given(
            words=words,
            unit_name=self.unit.name if self.unit else None,
            unit_kind=self.unit.kind if self.unit else None,
            helping_units=tuple(self.unit.helping) if self.unit else (),
            worker_id=self.worker_id,
            partner_id=self.partner_id,
            emergency_line=self.emergency_line,
            days=self.days,
            granted=self.granted,
            platform=self.platform,
            outer_number=self.outer_number,
            solved=self.solved,
            satisfaction=self.satisfaction,
        )
        present = frozenset(need for need in Need if getattr(self, need.value) not in (None, []))
        return Wish(self.to, given, present, self.lead_id, tuple(self.photos_before), tuple(self.photos_after))


class NewCallback(Input):
    """One call back (TKT-6). Reached: say whether it is solved, and the satisfaction from 1 to 5 (5 best)."""

    model_config = Input.model_config | example(reached=True, solved=True, satisfaction=5, words="灯亮了,谢谢")

    reached: Flag
    solved: Flag | None = None
    satisfaction: Annotated[Whole, Field(ge=1, le=5)] | None = None
    words: Words | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.reached != (self.solved is not None) or self.reached != (self.satisfaction is not None):
            raise PydanticCustomError("value_error", "solved and satisfaction are asked when reached")
        return self

    def reply(self) -> Reply:
        return Reply(self.reached, self.solved, self.satisfaction, self.words)


class ChangeTicket(Input):
    """What the desk sets right in a report."""

    model_config = Input.model_config | example(kind="HELP", category="facilities.stair_lamp", emergency=False)

    kind: Kind
    category: Annotated[str, Text(50)]
    emergency: Flag

    def correction(self) -> Correction:
        return Correction(self.kind, self.category, self.emergency)


class ReadContact(Input):
    """Why name and phone are needed in clear; kept in the audit."""

    model_config = Input.model_config | example(purpose="上门前联系求助人")

    purpose: Annotated[str, Text(200)]
