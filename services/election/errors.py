"""Which status, title and text each refusal of the election room is answered with: one table."""

from collections.abc import Mapping

from shared.files import REFERENCE_REFUSED, ReferenceRefused
from shared.problems import RETRY, Answer, Refusal, documented


class ElectionUnknown(Refusal):
    """No such election, or one the caller may not know of."""


class CompoundMissing(Refusal):
    """No such compound, or not one the caller may run elections in."""


class StepRefused(Refusal):
    """VOTE-10. Facts: why, why_zh, why_en, state, allowed."""


class RulesRefused(Refusal):
    """A rule set that does not fit together. Facts: at_fault."""


class DraftOver(Refusal):
    """VOTE-9. What is announced, or has its roll, is not changed. Facts: state, allowed."""


class BallotRefused(Refusal):
    """BAL-11, BAL-12. Facts: why, why_zh, why_en."""


class NotOpen(Refusal):
    """Facts: state, allowed."""


class MarksRefused(Refusal):
    """BAL-11. Facts: most."""


class HomeNotOnRoll(Refusal):
    """The home has no ballot here, or is not the caller's."""


class BallotUnknown(Refusal):
    """No ballot of this home, or none that the caller may know of."""


class NotCounted(Refusal):
    """BAL-9. No result before the count. Facts: state."""


class PapersRefused(Refusal):
    """BAL-7. The desk's step with papers, boxes or scans is not made. Facts: why, why_zh, why_en."""


class FactRefused(Refusal):
    """BAL-7, BAL-12. What was reported of a paper has no effect; it is kept with the reason. Facts: why, words."""

    keeps = True


class PapersOutstanding(Refusal):
    """BAL-7. Returned papers that nobody has read. Facts: outstanding."""


class PaperUnknown(Refusal):
    """No paper of this number in this election."""


class PrintRunUnknown(Refusal):
    """No such run of printed ballots."""


class BoxUnknown(Refusal):
    """No such ballot box."""


class DeviceUnknown(Refusal):
    """No such device of this election."""


class NotPrinted(Refusal):
    """The document could not be set. Facts: retry_after."""


_WHY = ("why", "state", "allowed")

ERRORS: Mapping[type[Refusal], Answer] = {
    ElectionUnknown: Answer(404, "election-unknown", "没有这次投票", "No such election"),
    CompoundMissing: Answer(
        404, "compound-missing", "没有这个小区", "No such compound", "也可能不归您管。", "Or it is not yours."
    ),
    StepRefused: Answer(
        409, "election-step-refused", "此时不能进行这一步", "This step cannot be made now", "{why_zh}", "{why_en}",
        members=_WHY,
    ),
    RulesRefused: Answer(
        422, "rules-refused", "规则参数不能并用", "The parameters do not fit together", "有误的参数:{at_fault}。",
        "At fault: {at_fault}.", members=("at_fault",),
    ),
    DraftOver: Answer(
        409, "draft-over", "名册已定,内容不能再改", "The roll is frozen: its text no longer changes",
        "如需更改,请撤销后重新发起。", "Cancel it and start again.", members=("state", "allowed"),
    ),
    BallotRefused: Answer(
        409, "ballot-refused", "此票不能接收", "The ballot is not taken", "{why_zh}", "{why_en}", members=("why",)
    ),
    NotOpen: Answer(
        409, "not-open", "现在不是投票时间", "Voting is not open", "请看公告的投票时间。", "See the announced window.",
        members=("state", "opens_at", "closes_at"),
    ),
    MarksRefused: Answer(
        422, "marks-refused", "划票有误", "The marks are not right", "请在候选人中划 1 至 {most} 人,不得重复。",
        "Mark 1 to {most} different names of the ballot.", members=("most",),
    ),
    HomeNotOnRoll: Answer(
        404, "home-not-on-roll", "名册上没有您的这户", "No such home of yours on the roll", "店铺、未售住房等没有票。",
        "Shops and unsold dwellings have no ballot.",
    ),
    BallotUnknown: Answer(404, "ballot-unknown", "没有这张票", "No such ballot"),
    NotCounted: Answer(
        409, "not-counted", "尚未计票", "Not counted yet", "计票之后才有结果。", "The count makes the result.",
        members=("state",),
    ),
    PapersRefused: Answer(
        409, "papers-refused", "选票事务不能进行", "Not with these papers", "{why_zh}", "{why_en}", members=("why",)
    ),
    FactRefused: Answer(
        409, "paper-fact-refused", "此事不生效", "It has no effect", "{why_zh}", "{why_en}", members=("why",)
    ),
    PapersOutstanding: Answer(
        409, "papers-outstanding", "还有纸质选票没有录入", "Returned papers are not all read",
        "尚有 {outstanding} 张未录入完毕。", "{outstanding} are not read yet.", members=("outstanding",),
    ),
    PaperUnknown: Answer(404, "paper-unknown", "没有这个编号的选票", "No such paper"),
    PrintRunUnknown: Answer(404, "print-run-unknown", "没有这批印制", "No such print run"),
    BoxUnknown: Answer(404, "box-unknown", "没有这个票箱", "No such ballot box"),
    DeviceUnknown: Answer(404, "device-unknown", "没有这台设备", "No such device"),
    NotPrinted: Answer(
        503, "not-printed", "暂时无法生成文件", "The document could not be made", "请在 {retry_after} 秒后再试。",
        "Retry in {retry_after} s.", headers=RETRY,
    ),
    ReferenceRefused: REFERENCE_REFUSED,
}  # fmt: skip
answers = documented(ERRORS)
