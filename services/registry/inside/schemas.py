"""Wire shapes that other rooms read."""

from uuid import UUID

from shared.wire import Output


class CompoundFact(Output):
    id: UUID
    code: str
    name: str


class HomeFact(Output):
    id: UUID
    compound_id: UUID
    code: str
    building: str
    entrance: str
    label: str
    kind: str
    delivery: str
