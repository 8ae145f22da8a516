"""OWN-1: which organisation on record a stated name or credit code means."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Body:
    """An organisation on record; `name` in its normal form."""

    id: UUID
    name: str
    code: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """The organisation meant; `learns` the credit code that it did not have."""

    id: UUID
    learns: str | None = None


@dataclass(slots=True)
class Bodies:
    """The organisations that a roll can meet; `named` are those met by name alone, which keep to themselves."""

    by_code: dict[str, Body] = field(default_factory=dict)
    by_name: dict[str, list[Body]] = field(default_factory=dict)
    named: set[UUID] = field(default_factory=set)

    @classmethod
    def of(cls, bodies: Iterable[Body]) -> "Bodies":
        found = cls()
        for body in bodies:
            if body.code:
                found.by_code[body.code] = body
            found.by_name.setdefault(body.name, []).append(body)
        return found

    def means(self, name: str, code: str | None) -> Found | None:
        """OWN-1. By the code; by the name where only one bears it. A code that is new belongs to the only body of
        that name if it has none yet; a name of several belongs to the one without a code."""
        bearers = self.by_name.get(name, [])
        if code is None:
            body = next((one for one in bearers if one.code is None), bearers[0] if len(bearers) == 1 else None)
            if body is not None:
                self.named.add(body.id)
            return Found(body.id) if body else None
        if code in self.by_code:
            return Found(self.by_code[code].id)
        if len(bearers) != 1 or bearers[0].code or bearers[0].id in self.named:
            return None
        known = Body(bearers[0].id, name, code)
        self.by_code[code], self.by_name[name] = known, [known]
        return Found(known.id, code)
