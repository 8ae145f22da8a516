"""What callers send about rolls."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.election.elections.schemas import HOME_ID
from services.election.rolls.actions import Note
from services.election.rolls.correcting import Correction
from services.election.rules.rolls import Change
from services.election.rules.weights import Weights
from shared.problems import Invalid
from shared.wire import Area, Flag, Input, Text, Whole, example

MOST_OWNERS = 200
NEEDS: Mapping[Change, frozenset[str]] = {
    Change.AREA: frozenset({"area"}),
    Change.OWNERS: frozenset({"owners", "owner_known"}),
    Change.MERGE: frozenset({"with_home_id"}),
    Change.SPLIT: frozenset(),
    Change.REMOVE: frozenset(),
    Change.ADD: frozenset(),
}
"""What each correction says beside its home and reason, all of it and nothing else."""
ONLY_SOME = frozenset().union(*NEEDS.values())


class NewCorrection(Input):
    """One home of the roll as it should be. AREA: `area` (null: unknown). OWNERS: `owners` and `owner_known`.

    MERGE: into the entitlement of `with_home_id`. SPLIT: out into one of its own. REMOVE. ADD: as the registry has it.
    `objection_id`: the upheld objection that is carried out with it.
    """

    model_config = Input.model_config | example(
        change="AREA", home_id=HOME_ID, reason="产权证面积为 72.97 平方米", area="72.97"
    )

    change: Change
    home_id: UUID
    reason: Annotated[str, Text(500)]
    area: Area | None = None
    owners: Annotated[list[UUID], Field(max_length=MOST_OWNERS)] = []
    owner_known: Flag = True
    with_home_id: UUID | None = None
    objection_id: UUID | None = None

    def wish(self) -> Correction:
        """Errors: Invalid."""
        needed, told = NEEDS[self.change], self.model_fields_set & ONLY_SOME
        errors = [{"pointer": f"/{name}", "code": "missing"} for name in sorted(needed - told)]
        errors += [{"pointer": f"/{name}", "code": "extra_forbidden"} for name in sorted(told - needed)]
        if self.area == 0:
            errors.append({"pointer": "/area", "code": "area"})
        if errors:
            raise Invalid(errors=errors)
        return Correction(
            change=self.change,
            home_id=self.home_id,
            reason=self.reason,
            area=self.area,
            owners=tuple(dict.fromkeys(self.owners)),
            owner_known=self.owner_known,
            with_home=self.with_home_id,
            objection_id=self.objection_id,
        )


_BEST, _WORST = {"heads": 600, "area": "48960.00"}, {"heads": 605, "area": "49230.00"}


class Denominator(Input):
    """Heads, and area in square metres."""

    model_config = Input.model_config | example(**_BEST)

    heads: Annotated[Whole, Field(ge=0)]
    area: Area

    def weights(self) -> Weights:
        return Weights(self.heads, self.area)


class NewRollNote(Input):
    """OWN-6. Signed for a roll with unknowns: why they stand, and both denominators as `GET …/roll` tells them."""

    model_config = Input.model_config | example(words="五户产权资料缺失,已登门三次。", best=_BEST, worst=_WORST)

    words: Annotated[str, Text(600)]
    best: Denominator
    worst: Denominator

    def note(self) -> Note:
        return Note(self.words, self.best.weights(), self.worst.weights())
