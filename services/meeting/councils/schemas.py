"""Wire shapes of councils."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from services.meeting.councils.actions import NewBody, Seat
from services.meeting.rules.attendance import Capacity
from services.meeting.rules.minutes import masked
from services.meeting.tables import Council, CouncilMember
from services.meeting.wire import CODE, COMPOUND_ID, COUNCIL_ID, PARTICIPANT_ID, PERSON_ID, Name, Title
from shared.wire import Day, Input, Output, example

_SEAT = {"person_id": PERSON_ID, "name": "王建国", "capacity": "RESIDENTS_DELEGATE"}


class NewSeat(Input):
    """A member. Without `person_id` he has no account and is signed in at the recorder's table."""

    model_config = Input.model_config | example(**_SEAT)

    person_id: UUID | None = None
    name: Name
    capacity: Capacity

    def seat(self) -> Seat:
        return Seat(self.person_id, self.name, self.capacity)


class NewCouncil(Input):
    """A constituted council: named members with a term."""

    model_config = Input.model_config | example(
        compound_id=COMPOUND_ID,
        name="晋阳小区议事会",
        term_starts="2026-03-01",
        term_ends="2029-02-28",
        members=[_SEAT],
    )

    compound_id: UUID
    name: Title
    term_starts: Day
    term_ends: Day
    members: Annotated[list[NewSeat], Field(min_length=1, max_length=200)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.term_ends < self.term_starts:
            raise PydanticCustomError("value_error", "the term ends before it starts")
        return self

    def body(self) -> NewBody:
        seats = tuple(member.seat() for member in self.members)
        return NewBody(self.compound_id, self.name, (self.term_starts, self.term_ends), seats)


class LateSeat(NewSeat):
    """A member who comes later, and since when."""

    model_config = Input.model_config | example(**_SEAT, since="2026-06-01")

    since: Day


class EndOfSeat(Input):
    """The last day in office."""

    model_config = Input.model_config | example(until="2027-01-31")

    until: Day


class MemberSeen(Output):
    """A member: the name masked, unless it was read for a purpose."""

    model_config = Output.model_config | example(
        id=PARTICIPANT_ID, name="王*", capacity="RESIDENTS_DELEGATE", since="2026-03-01", until=None, has_account=True
    )

    id: UUID
    name: str | None
    capacity: Capacity
    since: Day
    until: Day | None
    has_account: bool


class CouncilListed(Output):
    """A council in a list."""

    model_config = Output.model_config | example(
        id=COUNCIL_ID,
        compound_id=COMPOUND_ID,
        compound_code=CODE,
        name="晋阳小区议事会",
        term_starts="2026-03-01",
        term_ends="2029-02-28",
        version=1,
    )

    id: UUID
    compound_id: UUID
    compound_code: str
    name: str
    term_starts: Day
    term_ends: Day
    version: int


class CouncilSeen(CouncilListed):
    """A council with everybody who ever sat in it."""

    model_config = Output.model_config | example(
        id=COUNCIL_ID,
        compound_id=COMPOUND_ID,
        compound_code=CODE,
        name="晋阳小区议事会",
        term_starts="2026-03-01",
        term_ends="2029-02-28",
        version=1,
        members=[
            {
                "id": PARTICIPANT_ID,
                "name": "王*",
                "capacity": "RESIDENTS_DELEGATE",
                "since": "2026-03-01",
                "until": None,
                "has_account": True,
            }
        ],
    )

    members: list[MemberSeen]


def member_seen(member: CouncilMember, names: Mapping[UUID, str], in_full: bool) -> MemberSeen:
    """PRI-2, MEET-10. Masked and without party membership, unless read for a purpose."""
    name = names.get(member.name_id) if member.name_id else None
    capacity = Capacity(member.capacity)
    return MemberSeen(
        id=member.id,
        name=name if in_full or name is None else masked(name),
        capacity=Capacity.RESIDENT if capacity is Capacity.PARTY_MEMBER and not in_full else capacity,
        since=member.since,
        until=member.until,
        has_account=member.person_id is not None,
    )


def council_seen(
    council: Council, members: Sequence[CouncilMember], names: Mapping[UUID, str], in_full: bool
) -> CouncilSeen:
    listed = CouncilListed.model_validate(council).model_dump()
    return CouncilSeen(**listed, members=[member_seen(member, names, in_full) for member in members])
