"""The ballots of an election made up, as they come: only what the room takes; now and then a void makes room."""

from typing import TYPE_CHECKING
from uuid import UUID

from services.election.rules.casting import Capacity, Cast, Wish, refusal, standing
from services.election.rules.commitments import commitment
from services.election.rules.leaves import LeafType
from services.election.rules.parameters import Kind
from tests.election.verify.plans import Ballot

if TYPE_CHECKING:
    from tests.election.verify.made import Made

CASTER = UUID(int=1)
"""Who casts whatever is cast online."""


class Arrivals:
    """Beside the ballots of one election, written into the same log."""

    def __init__(self, made: "Made") -> None:
        self.made = made

    def cast(self, place: int) -> None:
        """BAL-11, BAL-12. A proxy, an owner, a resident or a paper, as the kind has them; what is refused has no line,
        unless two officers void what stands in its way."""
        made, before = self.made, self.made.ballots_of.setdefault(place, [])
        capacity = self._capacity(place, before)
        stands = standing(self._history(before))
        wish = Wish(None if capacity is Capacity.PAPER else CASTER, capacity, before[-1].revision if stands else 0)
        if refusal(wish, self._history(before), made.rules.revote) is not None:
            assert stands is not None, "nothing else refuses"
            if stands.capacity is Capacity.PAPER or made.chance.random() < 0.4:
                return
            self.void(next(one for one in before if one.revision == stands.revision))
        self._write(place, len(before) + 1, capacity)

    def void(self, ballot: Ballot) -> None:
        ballot.voided = True
        self.made.write(LeafType.VOID, {"of": ballot.index, "reason": "00" * 32})

    def _history(self, before: list[Ballot]) -> list[Cast]:
        return [Cast(one.revision, one.caster, one.capacity, one.voided) for one in before]

    def _write(self, place: int, revision: int, capacity: Capacity) -> None:
        made, paper = self.made, capacity is Capacity.PAPER
        authority = made.disputes.authority(place, capacity)
        who_salt, what_salt, what = made.salt(), made.salt(), made.choice(place)
        channel = "PAPER" if paper else "PROXY" if capacity is Capacity.PROXY else "ONLINE"
        caster = None if paper else CASTER
        ballot = Ballot(place, revision, -1, capacity, caster, channel, who_salt, what_salt, what, authority=authority)
        who = commitment(who_salt, made.disputes.who(ballot)).hex()
        if paper:
            ballot.index = made.write(LeafType.RETURNED, {"who": who, "batch": "11" * 32})
        else:
            ballot.index = made.write(LeafType.CAST, {"who": who, "what": commitment(what_salt, what).hex()})
        made.ballots.append(ballot)
        made.ballots_of[place].append(ballot)

    def _capacity(self, place: int, before: list[Ballot]) -> Capacity:
        """Whoever comes again mostly comes as what he came before."""
        made = self.made
        if made.plan.on_paper is not None and made.plan.on_paper(place):
            return Capacity.PAPER
        if before and made.chance.random() < 0.7:
            return before[-1].capacity
        papered = made.plan.on_paper is None and made.kind is not Kind.MEMBERS
        if papered and made.chance.random() * 1000 < made.plan.papers:
            return Capacity.PAPER
        if made.kind is Kind.HOUSEHOLD:
            return made.chance.choice([Capacity.OWNER, Capacity.RESIDENT, Capacity.RESIDENT])
        if made.kind is Kind.MEMBERS:
            return Capacity.MEMBER
        return made.chance.choice([Capacity.OWNER, Capacity.OWNER, Capacity.PROXY])
