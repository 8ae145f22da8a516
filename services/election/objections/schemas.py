"""Objections on the wire."""

from typing import Annotated
from uuid import UUID

from services.election.elections.schemas import ELECTION_ID, HOME_ID
from services.election.objections.actions import Grounds, Ruling
from services.election.objections.queries import words_of
from services.election.rules.objections import About, Effect, Settling, settling
from services.election.tables import Objection
from shared.identity import Actor
from shared.sealing import Keys
from shared.wire import Input, Instant, Output, Text, example

OBJECTION_ID = "0197a3f2-7c1e-7d53-9a58-1f1f6f1a0050"


class NewObjection(Input):
    """What is objected to and why. `home_id`: the home on the roll that it is about."""

    model_config = Input.model_config | example(about="ROLL", words="我家面积应为 89.50 平方米。", home_id=HOME_ID)

    about: About
    words: Annotated[str, Text(2000)]
    home_id: UUID | None = None

    def grounds(self) -> Grounds:
        return Grounds(self.about, self.words, self.home_id)


class DecideObjection(Input):
    """The street office's decision. `repeats_id`: an objection on the same facts that was decided before."""

    model_config = Input.model_config | example(effect="CORRECT", answer="经核对不动产登记,予以更正。")

    effect: Effect
    answer: Annotated[str, Text(1000)]
    repeats_id: UUID | None = None

    def ruling(self) -> Ruling:
        return Ruling(self.effect, self.answer, self.repeats_id)


class ObjectionSeen(Output):
    """An objection. `late`, or repeating another: recorded, and holds nothing up. `due`: by when the street office
    decides; null where the year's holidays are not published yet."""

    model_config = Output.model_config | example(
        id=OBJECTION_ID,
        election_id=ELECTION_ID,
        about="ROLL",
        words="我家面积应为 89.50 平方米。",
        objector_id="0197a3f2-7c1e-7d53-9a58-1f1f6f1a0009",
        home_id=HOME_ID,
        at="2026-11-26T02:00:00Z",
        late=False,
        repeats_id=None,
        due="2026-12-03T16:00:00Z",
        effect=None,
        answer=None,
        decided_at=None,
        withdrawn_at=None,
        performed_at=None,
        allowed=["WITHDRAW"],
    )

    id: UUID
    election_id: UUID
    about: About
    words: str
    objector_id: UUID
    home_id: UUID | None
    at: Instant
    late: bool
    repeats_id: UUID | None
    due: Instant | None
    effect: Effect | None
    answer: str | None
    decided_at: Instant | None
    withdrawn_at: Instant | None
    performed_at: Instant | None
    allowed: list[Settling]
    """WITHDRAW `withdraw_objection`, DECIDE `decide_objection`."""


PLAIN = tuple(name for name in ObjectionSeen.model_fields if name not in ("words", "allowed"))


def objection_seen(keys: Keys, row: Objection, actor: Actor, decides: bool = False) -> ObjectionSeen:
    """`decides`: the caller is of the street office over it."""
    settled = row.decided_at is not None or row.withdrawn_at is not None
    allowed = settling(settled, row.objector_id == actor.subject, decides)
    plain = {name: getattr(row, name) for name in PLAIN}
    return ObjectionSeen.model_validate(plain | {"words": words_of(keys, row), "allowed": allowed})
