"""Authorities, letters, objections and deliveries of an election made up: what a log of the second version holds."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.election.rules.casting import Capacity
from services.election.rules.commitments import (
    Said,
    authority_said,
    by_said,
    commitment,
    delivery_said,
    objection_said,
    salt_of,
    who_said,
)
from services.election.rules.leaves import LeafType, leaf_hash
from services.election.rules.merkle import root_of
from services.election.rules.record import Fault, Opening
from tests.election.verify.plans import Ballot

if TYPE_CHECKING:
    from tests.election.verify.made import Made

CO_OWNER = UUID(int=2)
"""Who objects; every ballot online is cast by `UUID(int=1)`."""


class Disputes:
    """Beside the ballots of one election, written into the same log."""

    def __init__(self, made: "Made") -> None:
        self.made = made
        self.openings: list[Opening] = []
        self.authorities: dict[int, UUID] = {}
        self.letterless: dict[int, int] = {}
        """Place -> its AUTHORITY line, of an agent without his letter."""
        self.objected: set[int] = set()

    def authority(self, place: int, capacity: Capacity) -> UUID | None:
        """What an agent casts by, made with his first ballot."""
        if capacity is not Capacity.PROXY or self.made.plan.log == 1:
            return None
        if place not in self.authorities:
            chance = self.made.chance
            self.authorities[place] = one = UUID(int=chance.getrandbits(128))
            warrant, paper = chance.choice(["PROXY", "GUARDIAN", "AGENT", "AGENT"]), chance.choice(["", "ab" * 32])
            index = self._claim(LeafType.AUTHORITY, authority_said(*self._home(place), one, warrant, paper))
            if warrant == "AGENT" and not paper:
                self.letterless[place] = index
        return self.authorities[place]

    def disputed(self, effective: Mapping[int, Ballot]) -> None:
        """Before closing: letters that came after all, objections, and some of these settled."""
        chance, write = self.made.chance, self.made.write
        for place, index in list(self.letterless.items()):
            if chance.random() < 0.5:
                write(LeafType.LETTER, {"of": index, "paper": "22" * 32})
                del self.letterless[place]
        for place in sorted(effective):
            if chance.random() < 0.08:
                said = objection_said(*self._home(place), CO_OWNER)
                index = self._claim(LeafType.OBJECTION, said, {"of": effective[place].index})
                if chance.random() < 0.5:
                    write(LeafType.SETTLED, {"of": index})
                else:
                    self.objected.add(place)

    def faults(self, effective: Mapping[int, Ballot]) -> Mapping[int, Fault]:
        """As the log lets them follow."""
        found = {
            place: Fault.NO_LETTER for place, one in effective.items() if one.authority and place in self.letterless
        }
        return found | dict.fromkeys(self.objected & effective.keys(), Fault.OBJECTED)

    def who(self, ballot: Ballot) -> Said:
        place = self._home(ballot.entry)
        by = by_said(*place, str(ballot.capacity), ballot.caster, ballot.authority) if self.made.plan.log > 1 else None
        return who_said(*place, ballot.revision, by)

    def closing(self, effective: Mapping[int, Ballot], delivered: Iterable[int]) -> Said:
        if self.made.plan.log == 1:
            return {}
        proven, lines = frozenset(delivered), []
        for place in range(len(self.made.rows)):
            said, salt, _ = self.made.rows[place]
            told = delivery_said(self.made.election, str(said["entry"]), place in proven)
            lines.append(leaf_hash(commitment(salt_of(salt, "delivered"), told)))
        found = sorted((effective[place].index, fault) for place, fault in self.faults(effective).items())
        faults = {str(fault): [index for index, one in found if one is fault] for fault in Fault}
        return {"faults": faults, "deliveries": len(proven), "delivered": root_of(lines).hex()}

    def _home(self, place: int) -> tuple[str, str]:
        return self.made.election, str(self.made.rows[place][0]["entry"])

    def _claim(self, kind: LeafType, said: Said, more: Mapping[str, Any] | None = None) -> int:
        salt = self.made.salt()
        index = self.made.write(kind, {**(more or {}), "who": commitment(salt, said).hex()})
        self.openings.append(Opening(index, salt, said))
        return index
