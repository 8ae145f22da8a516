"""How records of answers look on the wire."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, JsonValue

from services.survey.rules.answers import FAULTS
from services.survey.submissions.actions import Edition
from services.survey.submissions.queries import Record, may_change, may_withdraw, reads_in_full
from services.survey.tables import Submission
from shared.identity import Actor
from shared.texts import Language
from shared.wire import Input, Instant, Output, Text, example

_ID = "0197a3f2-0000-7000-8000-000000000051"
_ROUND = "0197a3f2-0000-7000-8000-000000000042"
_HOME = "0197a3f2-0000-7000-8000-00000000000a"
_ANSWERS = {"household": {"age_0_13": 0, "age_14_59": 2, "age_60": 1}, "matters": ["LAMP"], "contact_channel": "DOOR"}
_AT = "2026-11-23T02:30:00Z"
_FAULT = {"pointer": "/matters", "code": "CONSTRAINT", "detail": "答案不符合题目的限制"}
Purpose = Annotated[str, Field(pattern=r"^[A-Z][A-Z_]{1,39}$")]
_EDITION = {
    "answers": _ANSWERS,
    "consents": ["ANSWERS", "SERVE"],
    "notice_version": "2026-1",
    "answered_at": "2026-11-23T10:30:00+08:00",
}


class AnswersSent(Input):
    """An edition of answers. A repetition is a list of objects, a choice of several a list of names."""

    model_config = Input.model_config | example(**_EDITION)

    answers: dict[str, JsonValue]
    consents: Annotated[list[Purpose], Field(max_length=20)]
    notice_version: Annotated[str, Text(64)]
    answered_at: Instant

    def edition(self, instance_id: UUID, reason: str | None = None) -> Edition:
        consents = tuple(self.consents)
        return Edition(instance_id, self.answers, consents, self.notice_version, self.answered_at, reason)


class NewSubmission(AnswersSent):
    """Answers of one home in a round. `id` is made by the device; the same sent again changes nothing."""

    model_config = Input.model_config | example(id=_ID, round_id=_ROUND, home_id=_HOME, **_EDITION)

    id: UUID
    round_id: UUID
    home_id: UUID


class EditSubmission(AnswersSent):
    """A further edition, under an instance id that the device made, with the reason of the change."""

    model_config = Input.model_config | example(
        instance_id="0197a3f2-0000-7000-8000-000000000052", reason="点错了选项", **_EDITION
    )

    instance_id: UUID
    reason: Annotated[str, Text(200)]


class NewWithdrawal(Input):
    """The purposes whose consent is taken back; none: all answers go."""

    model_config = Input.model_config | example(purposes=["SERVE"])

    purposes: Annotated[list[Purpose], Field(max_length=20)] = []


class ReadAnswers(Input):
    """PRI-2. Why the sensitive answers of a record are needed; kept in the audit."""

    model_config = Input.model_config | example(purpose="上门前核对联系电话")

    purpose: Annotated[str, Text(200, 2)]


class FaultSeen(Output):
    """What does not hold, at which place of the answers."""

    model_config = Output.model_config | example(**_FAULT)

    pointer: str
    code: str
    detail: str


class SubmissionListed(Output):
    """A record of answers without the answers. COUNTS, FLAGGED (kept, not counted) or WITHDRAWN."""

    model_config = Output.model_config | example(
        id=_ID, instance_id=_ID, round_id=_ROUND, home_id=_HOME, state="FLAGGED", faults=[_FAULT], received_at=_AT,
        withdrawn_at=None, version=1,
    )  # fmt: skip

    id: UUID
    instance_id: UUID
    round_id: UUID
    home_id: UUID
    state: str
    faults: list[FaultSeen]
    received_at: Instant
    withdrawn_at: Instant | None
    version: int

    @classmethod
    def listed(cls, row: Submission, faults: list[dict[str, str]], language: Language) -> "SubmissionListed":
        return cls(**_shown(row, faults, language))


class SubmissionSeen(SubmissionListed):
    """A record with its current edition; `answers` null once withdrawn. `values` is what the re-check made of them.

    `withheld` names the answers under a consent of their own that the office reads only for a purpose (PRI-2): a
    correction must hold them too, so read them first.
    """

    model_config = Output.model_config | example(
        id=_ID, instance_id=_ID, round_id=_ROUND, home_id=_HOME, state="COUNTS", faults=[], received_at=_AT,
        withdrawn_at=None, version=1, consents=["ANSWERS", "SERVE"], notice_version="2026-1", answered_at=_AT,
        answers=_ANSWERS, values={"/matters": "LAMP", "/people": "3"}, withheld=[], allowed=["EDIT", "WITHDRAW"],
    )  # fmt: skip

    consents: list[str]
    notice_version: str
    answered_at: Instant
    answers: dict[str, JsonValue] | None
    values: dict[str, str] | None
    withheld: list[str]
    allowed: list[str]

    @classmethod
    def of(cls, record: Record, actor: Actor, language: Language, in_full: bool = False) -> "SubmissionSeen":
        answers, withheld = record.answers, []
        if answers is not None and not in_full and not reads_in_full(actor, record.row):
            withheld = sorted(record.sensitive & answers.values.keys())
            answers = answers.but(record.sensitive)
        return cls(
            **_shown(record.row, record.edition.faults, language),
            consents=record.edition.consents,
            notice_version=record.edition.notice_version,
            answered_at=record.edition.answered_at,
            answers=None if answers is None else dict(answers.given),  # type: ignore[arg-type]  # JSON came in
            values=None if answers is None else dict(answers.values),
            withheld=withheld,
            allowed=_allowed(record, actor),
        )


def _allowed(record: Record, actor: Actor) -> list[str]:
    if record.answers is None:
        return []
    may = {"EDIT": may_change(actor, record.row), "WITHDRAW": may_withdraw(actor, record.row)}
    return [name for name, granted in may.items() if granted]


def _shown(row: Submission, faults: list[dict[str, str]], language: Language) -> dict[str, Any]:
    place = 0 if language is Language.ZH else 1
    return {
        "id": row.id,
        "instance_id": row.instance_id,
        "round_id": row.round_id,
        "home_id": row.home_id,
        "state": row.state,
        "faults": [FaultSeen(detail=FAULTS[fault["code"]][place], **fault) for fault in faults],
        "received_at": row.received_at,
        "withdrawn_at": row.withdrawn_at,
        "version": row.version,
    }
