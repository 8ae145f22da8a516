"""Decides how a table of moves is read: who may make one, what it needs, what hinders it, which are open."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from services.meeting.rules.reasons import Why
from services.meeting.rules.roles import Part

State = TypeVar("State", bound=StrEnum)
Case = TypeVar("Case")


class Need(StrEnum):
    """What a move must carry; the values are the fields of the wire."""

    OUTCOME = "outcome"
    REASON = "reason"
    MEETING = "meeting_id"
    STARTS_AT = "starts_at"
    EVALUATION = "evaluation"


@dataclass(frozen=True, slots=True)
class Refused:
    """Why not, and which fields are missing when that is the reason."""

    why: Why
    missing: frozenset[Need] = frozenset()


@dataclass(frozen=True, slots=True)
class Move(Generic[Case]):
    """One arc. `needs` are fields of the request; `guards` are judged in order, the first that hinders speaks."""

    by: frozenset[Part]
    needs: frozenset[Need] = frozenset()
    guards: tuple[Callable[[Case], Why | None], ...] = ()

    def hindrance(self, case: Case) -> Why | None:
        return next((why for guard in self.guards if (why := guard(case))), None)


def move(
    *by: Part, needs: tuple[Need, ...] = (), guards: tuple[Callable[[Case], Why | None], ...] = ()
) -> "Move[Case]":
    return Move(frozenset(by), frozenset(needs), guards)


@dataclass(frozen=True, slots=True)
class Table(Generic[State, Case]):
    """A whole state machine. What is not in `arcs` does not happen."""

    arcs: Mapping[tuple[State, State], Move[Case]]

    def judge(
        self, here: State, to: State, parts: frozenset[Part], given: frozenset[Need], case: Case
    ) -> Refused | None:
        """None when the move stands."""
        found = self.arcs.get((here, to))
        if found is None:
            return Refused(Why.NO_SUCH_MOVE)
        if found.by.isdisjoint(parts):
            return Refused(Why.NOT_YOUR_MOVE)
        if missing := found.needs - given:
            return Refused(Why.INCOMPLETE, missing)
        why = found.hindrance(case)
        return Refused(why) if why else None

    def allowed(self, here: State, parts: frozenset[Part], case: Case) -> tuple[tuple[State, frozenset[Need]], ...]:
        """The states this caller may move it to now, with what each move needs, by name."""
        found = [
            (to, arc.needs)
            for (start, to), arc in self.arcs.items()
            if start is here and not arc.by.isdisjoint(parts) and arc.hindrance(case) is None
        ]
        return tuple(sorted(found, key=lambda one: one[0]))
