"""How the sync of a device looks on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.survey.errors import ERRORS
from services.survey.submissions.schemas import NewSubmission
from services.survey.syncs.actions import AnswersTaken, Gathered, Outcome
from services.survey.visits.schemas import NewVisit
from shared.problems import HOUSE
from shared.texts import Language
from shared.wire import Input, Output, example

MOST = 100
_ID = "0197a3f2-0000-7000-8000-000000000061"


class NewSync(Input):
    """What a device gathered in one round: a hundred visits and a hundred records at most."""

    model_config = Input.model_config | example(visits=[], submissions=[])

    visits: Annotated[list[NewVisit], Field(max_length=MOST)] = []
    submissions: Annotated[list[NewSubmission], Field(max_length=MOST)] = []

    def gathered(self) -> Gathered:
        visits = [one.made() for one in self.visits]
        taken = [AnswersTaken(one.round_id, one.home_id, one.edition(one.id)) for one in self.submissions]
        return Gathered(visits, taken)


class SyncedSeen(Output):
    """One thing: `state` as it stands (a visit's outcome, a record's state), or the `problem` that refused it."""

    model_config = Output.model_config | example(id=_ID, kind="VISIT", state="MET", problem=None, title=None)

    id: UUID
    kind: str
    state: str | None
    problem: str | None
    title: str | None

    @classmethod
    def of(cls, outcome: Outcome, language: Language) -> "SyncedSeen":
        if outcome.refusal is None:
            return cls(id=outcome.id, kind=outcome.kind, state=outcome.state, problem=None, title=None)
        answer = {**HOUSE, **ERRORS}[type(outcome.refusal)]
        title = answer.zh if language is Language.ZH else answer.en
        return cls(id=outcome.id, kind=outcome.kind, state=None, problem=answer.slug, title=title)


class SyncSeen(Output):
    """What became of each thing, visits before records, in the order they were sent."""

    model_config = Output.model_config | example(
        items=[{"id": _ID, "kind": "VISIT", "state": "MET", "problem": None, "title": None}]
    )

    items: list[SyncedSeen]
