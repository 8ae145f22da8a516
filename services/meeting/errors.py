"""Which status, title and text each refusal of the meeting room is answered with: one table."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.meeting.rules.moves import Refused
from services.meeting.rules.reasons import WORDS, Why
from services.meeting.rules.roles import WHO
from shared.files import REFERENCE_REFUSED, ReferenceRefused
from shared.problems import Answer, Refusal, documented


class PlaceUnknown(Refusal):
    """No such compound, or not one the caller belongs to."""


class TopicUnknown(Refusal):
    pass


class CouncilUnknown(Refusal):
    pass


class MemberUnknown(Refusal):
    pass


class MeetingUnknown(Refusal):
    pass


class ParticipantUnknown(Refusal):
    pass


class ContributionUnknown(Refusal):
    pass


class ProblemUnknown(Refusal):
    pass


class SpeechUnknown(Refusal):
    pass


class ResolutionUnknown(Refusal):
    pass


class TaskUnknown(Refusal):
    pass


class MinutesUnknown(Refusal):
    pass


class NextMoveRefused(Refusal):
    """MEET-1. Facts: why, why_zh, why_en, state, allowed."""


class NextMoveForbidden(Refusal):
    """The move exists, for others. Facts: needed (parts), needed_zh, needed_en, state, allowed."""


class NextMoveIncomplete(Refusal):
    """Facts: missing, state, allowed."""


class StepRefused(Refusal):
    """A rule stands against it now. Facts: why, why_zh, why_en."""


class StepForbidden(Refusal):
    """Others do this. Facts: needed (parts), needed_zh, needed_en."""


class StepIncomplete(Refusal):
    """Facts: missing."""


class YearUnpublished(Refusal):
    """DAY-1. Facts: year."""


class MemberSeated(Refusal):
    """The person is a member already."""


def step_refused(why: Why) -> StepRefused:
    """A rule's refusal with its reason in both languages."""
    zh, en = WORDS[why]
    return StepRefused(why=why.value, why_zh=zh, why_en=en)


def step_forbidden(needed: Iterable[str]) -> StepForbidden:
    return StepForbidden(**_those(needed))


def _those(needed: Iterable[str]) -> dict[str, list[str]]:
    """Who may instead: as values, and in both languages for the sentence."""
    parts = sorted(needed)
    return {
        "needed": [str(part) for part in parts],
        "needed_zh": [WHO[part][0] for part in parts],
        "needed_en": [WHO[part][1] for part in parts],
    }


def move_refusal(
    refused: Refused, needed: Iterable[str], **said: Any
) -> NextMoveRefused | NextMoveForbidden | NextMoveIncomplete:
    """The refusal of a move with what the caller may do instead (`state`, `allowed`)."""
    if refused.why is Why.INCOMPLETE:
        return NextMoveIncomplete(missing=[need.value for need in sorted(refused.missing)], **said)
    if refused.why is Why.NOT_YOUR_MOVE:
        return NextMoveForbidden(**_those(needed), **said)
    zh, en = WORDS[refused.why]
    return NextMoveRefused(why=refused.why.value, why_zh=zh, why_en=en, **said)


_MEMBERS = ("why", "state", "allowed")

ERRORS: Mapping[type[Refusal], Answer] = {
    PlaceUnknown: Answer(
        404, "meeting-place-unknown", "没有这个小区", "No such compound", "或不是您所属的小区。", "Or it is not yours."
    ),
    TopicUnknown: Answer(404, "topic-unknown", "没有这个议题", "No such topic"),
    CouncilUnknown: Answer(404, "council-unknown", "没有这个议事会", "No such council"),
    MemberUnknown: Answer(404, "member-unknown", "没有这位成员", "No such member"),
    MeetingUnknown: Answer(404, "meeting-unknown", "没有这次会议", "No such meeting"),
    ParticipantUnknown: Answer(404, "participant-unknown", "没有这位与会人", "No such participant"),
    ContributionUnknown: Answer(404, "contribution-unknown", "没有这条发言记录", "No such contribution"),
    ProblemUnknown: Answer(404, "problem-unknown", "没有这个问题", "No such problem"),
    SpeechUnknown: Answer(404, "speech-unknown", "队列中没有这次发言", "No such place in the queue"),
    ResolutionUnknown: Answer(404, "resolution-unknown", "没有这项决议", "No such resolution"),
    TaskUnknown: Answer(404, "task-unknown", "没有这项任务", "No such task"),
    MinutesUnknown: Answer(404, "minutes-unknown", "没有这份纪要", "No such minutes"),
    NextMoveRefused: Answer(
        409, "next-move-refused", "此时不能这样流转", "This move cannot be made now", "{why_zh}", "{why_en}",
        members=_MEMBERS,
    ),
    NextMoveForbidden: Answer(
        403, "next-move-forbidden", "此步不由您办理", "This move is not yours to make", "可办理者:{needed_zh}。",
        "Those who may: {needed_en}.", members=("needed", "state", "allowed"),
    ),
    NextMoveIncomplete: Answer(
        422, "next-move-incomplete", "此步还缺内容", "The move lacks something", "请补充:{missing}。",
        "Please add: {missing}.", members=("missing", "state", "allowed"),
    ),
    StepRefused: Answer(
        409, "step-refused", "此时不能办理", "This cannot be done now", "{why_zh}", "{why_en}", members=("why",)
    ),
    StepForbidden: Answer(
        403, "step-forbidden", "此事由他人办理", "Others do this", "可办理者:{needed_zh}。",
        "Those who may: {needed_en}.", members=("needed",),
    ),
    StepIncomplete: Answer(
        422, "step-incomplete", "还缺内容", "Something is missing", "请补充:{missing}。", "Please add: {missing}.",
        members=("missing",),
    ),
    YearUnpublished: Answer(
        409, "meeting-year-unpublished", "该年节假日安排尚未录入", "The year's working calendar is not entered",
        "{year} 年的放假通知尚未录入,无法推算期限。", "Holidays of {year} are not entered: no period can be counted.",
        members=("year",),
    ),
    MemberSeated: Answer(409, "member-seated", "此人已是成员", "This person is a member already"),
    ReferenceRefused: REFERENCE_REFUSED,
}  # fmt: skip
answers = documented(ERRORS)
