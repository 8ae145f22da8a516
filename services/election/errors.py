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
    """A rule set that does not fit together. Facts: at_fault, told_zh, told_en, errors (each with pointer and code)."""


class RuleSetUnknown(Refusal):
    """No such rule set or version, or none for this place."""


class AlreadySigned(Refusal):
    """This parameter of this version is signed off."""


class CorrectionRefused(Refusal):
    """VOTE-7. Facts: why, why_zh, why_en."""


class CorrectionUnknown(Refusal):
    """No such proposal of a correction."""


class RollNotFrozen(Refusal):
    """VOTE-7. Nothing is committed to before the announcement."""


class NoteStale(Refusal):
    """OWN-6. The denominators that were signed for are not those of the roll. Facts: best, worst."""


class SimulationRefused(Refusal):
    """Facts: why, why_zh, why_en, at_fault."""


class DraftRefused(Refusal):
    """BAL-3. What does not fit the preset. Facts: told_zh, told_en, errors (each with pointer and code)."""


class DraftOver(Refusal):
    """VOTE-9. What is announced, or has its roll, is not changed. Facts: state, allowed."""


class BallotRefused(Refusal):
    """BAL-11, BAL-12. Facts: why, why_zh, why_en."""


class NotOpen(Refusal):
    """Facts: state, allowed."""


class MarksRefused(Refusal):
    """BAL-11. Facts: most."""


class ChoicesRefused(Refusal):
    """BAL-1. Facts: items."""


class HomeNotOnRoll(Refusal):
    """The home has no ballot here, or is not the caller's."""


class BallotUnknown(Refusal):
    """No ballot of this home, or none that the caller may know of."""


class ProxyRefused(Refusal):
    """BAL-4. Facts: why, why_zh, why_en."""


class ProxyUnknown(Refusal):
    """No such authority, or none that the caller may know of."""


class DisputeRefused(Refusal):
    """VOTE-1, BAL-12. Facts: why, why_zh, why_en."""


class BallotObjectionUnknown(Refusal):
    """No such objection, or none that the caller may know of."""


class ExtensionRefused(Refusal):
    """BAL-6. Facts: why, why_zh, why_en, closes_at."""


class NotCounted(Refusal):
    """BAL-9. No result before the count. Facts: state."""


class PapersRefused(Refusal):
    """BAL-7. The desk's step with papers, boxes or scans is not made. Facts: why, why_zh, why_en."""


class FactRefused(Refusal):
    """BAL-7, BAL-12. What was reported of a paper has no effect; it is kept with the reason. Facts: why, words."""

    keeps = True


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


class CountersRefused(Refusal):
    """BAL-7. Papers are counted by three different persons."""


class PapersOutstanding(Refusal):
    """BAL-7. Returned papers that are not read yet. Facts: count."""


class ObjectionUnknown(Refusal):
    """No such objection, or one the caller may not know of."""


class ObjectionNotNow(Refusal):
    """PUB-6. Nothing of this kind can be objected to in this state. Facts: state."""


class ObjectionDone(Refusal):
    """It is decided or withdrawn."""


class EffectRefused(Refusal):
    """PUB-6. An effect that such an objection cannot have. Facts: allowed."""


class CheckpointMissing(Refusal):
    """The notary has not signed this log yet, or nothing that may be told now."""


class ProofUnknown(Refusal):
    """No checkpoint of this size that may be told, or the sizes are the wrong way round."""


class StatusUnsettled(Refusal):
    """No status of each entitlement yet, or a ballot was voided since. Facts: state."""


class RecordForbidden(Refusal):
    """The complete record is for auditors, who counted, and owners where the rule set lets them inspect."""


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
        422, "rules-refused", "规则参数不能并用", "The parameters do not fit together", "{told_zh}", "{told_en}",
        members=("at_fault", "errors"),
    ),
    RuleSetUnknown: Answer(
        404, "rule-set-unknown", "没有这套规则", "No such rule set", "也可能不适用于此处。",
        "Or it is not for this place."
    ),
    AlreadySigned: Answer(
        409, "already-signed", "此项已核实", "This is signed off already", "新版规则须重新核实。",
        "A new version is signed anew.",
    ),
    CorrectionRefused: Answer(
        409, "correction-refused", "名册不能这样更正", "The roll cannot be corrected so", "{why_zh}", "{why_en}",
        members=("why",),
    ),
    CorrectionUnknown: Answer(404, "correction-unknown", "没有这项更正", "No such correction"),
    RollNotFrozen: Answer(
        409, "roll-not-frozen", "名册尚未冻结", "The roll is not frozen yet", "公告之后才有承诺可核对。",
        "There is nothing to check it against before the announcement.",
    ),
    NoteStale: Answer(
        409, "note-stale", "说明中的分母与名册不符", "The note's denominators are not the roll's",
        "请按 best 与 worst 重新签署。", "Sign again with best and worst as told here.", members=("best", "worst"),
    ),
    SimulationRefused: Answer(
        422, "simulation-refused", "不能这样试算", "This cannot be simulated", "{why_zh}", "{why_en}",
        members=("why", "at_fault"),
    ),
    DraftRefused: Answer(
        422, "draft-refused", "草案与所选规则不符", "The draft does not fit its preset", "{told_zh}", "{told_en}",
        members=("errors",),
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
    ChoicesRefused: Answer(
        422, "choices-refused", "选择有误", "The choices are not right",
        "请对每个事项(共 {items} 项)选择同意、反对或弃权之一。", "Answer each of the {items} items once.",
        members=("items",),
    ),
    HomeNotOnRoll: Answer(
        404, "home-not-on-roll", "名册上没有您的这户", "No such home of yours on the roll",
        "这户不在投票范围内,或者不是您的;店铺、未售住房等没有票。",
        "It is outside this vote, or not yours; shops and unsold dwellings have no ballot.",
    ),
    BallotUnknown: Answer(404, "ballot-unknown", "没有这张票", "No such ballot"),
    ProxyRefused: Answer(
        409, "proxy-refused", "委托不能登记", "The authority is not taken", "{why_zh}", "{why_en}", members=("why",)
    ),
    ProxyUnknown: Answer(404, "proxy-unknown", "没有这份委托", "No such authority"),
    DisputeRefused: Answer(
        409, "dispute-refused", "不能办理", "It is not taken", "{why_zh}", "{why_en}", members=("why",)
    ),
    BallotObjectionUnknown: Answer(404, "ballot-objection-unknown", "没有这项异议", "No such objection"),
    ExtensionRefused: Answer(
        409, "extension-refused", "不能延期", "The window is not extended", "{why_zh}", "{why_en}",
        members=("why", "closes_at"),
    ),
    ReferenceRefused: REFERENCE_REFUSED,
    NotCounted: Answer(
        409, "not-counted", "尚未计票", "Not counted yet", "计票之后才有结果;也可能没有这一次计票。",
        "The count makes the result; or there is no count of this number.",
        members=("state",),
    ),
    PapersRefused: Answer(
        409, "papers-refused", "选票事务不能进行", "Not with these papers", "{why_zh}", "{why_en}", members=("why",)
    ),
    FactRefused: Answer(
        409, "paper-fact-refused", "此事不生效", "It has no effect", "{why_zh}", "{why_en}", members=("why",)
    ),
    PaperUnknown: Answer(404, "paper-unknown", "没有这个编号的选票", "No such paper"),
    PrintRunUnknown: Answer(404, "print-run-unknown", "没有这批印制", "No such print run"),
    BoxUnknown: Answer(404, "box-unknown", "没有这个票箱", "No such ballot box"),
    DeviceUnknown: Answer(404, "device-unknown", "没有这台设备", "No such device"),
    NotPrinted: Answer(
        503, "not-printed", "暂时无法生成文件", "The document could not be made", "请在 {retry_after} 秒后再试。",
        "Retry in {retry_after} s.", headers=RETRY,
    ),
    CountersRefused: Answer(
        422, "counters-refused", "唱票、计票、监票须为三人", "Caller, counter and scrutineer are three persons",
        "有纸质票时必须填写,且互不相同。", "Name them where papers are counted; each another.",
    ),
    PapersOutstanding: Answer(
        409, "papers-outstanding", "还有纸质票未录入", "Papers are not read yet",
        "尚有 {count} 张未录定:开箱、扫描后由两人录入,两人不一致的由第三人录入。",
        "{count} left: open the boxes, scan, and let two key each paper; where they differ a third does.",
        members=("count",),
    ),
    ObjectionUnknown: Answer(404, "objection-unknown", "没有这件异议", "No such objection"),
    ObjectionNotNow: Answer(
        409, "objection-not-now", "现阶段不能提出此类异议", "This cannot be objected to now",
        "名册公示后、公告后或计票后方可分别提出。", "Roll: once posted; procedure: announced; count: done.",
        members=("state",),
    ),
    ObjectionDone: Answer(409, "objection-done", "异议已有结论", "The objection is settled"),
    EffectRefused: Answer(
        422, "effect-refused", "此类异议不能作此处理", "Such an objection cannot have this effect", "可选:{allowed}。",
        "Possible: {allowed}.", members=("allowed",),
    ),
    CheckpointMissing: Answer(
        404, "checkpoint-missing", "还没有签署的检查点", "No checkpoint yet", "公证约十秒签一次;投票期间按整点公开。",
        "The notary signs within ten seconds; while voting runs they are told by the hour.",
    ),
    ProofUnknown: Answer(
        404, "proof-unknown", "没有这样的检查点可供证明", "No checkpoints to prove this between",
        "请用检查点列表中的大小,旧的在前。", "Take sizes from the list of checkpoints, the older one first.",
    ),
    StatusUnsettled: Answer(
        409, "status-unsettled", "各户的最终状态尚未确定", "The status of each entitlement is not settled",
        "计票时确定;作废选票后须重新计票。", "The count settles it; after a ballot was voided a recount does.",
        members=("state",),
    ),
    RecordForbidden: Answer(
        403, "record-forbidden", "完整记录不对您开放", "The complete record is not open to you",
        "审计、计票人以及规则允许查阅的业主可以取得。", "Auditors, who counted, and owners where the rules let them.",
    ),
}  # fmt: skip
answers = documented(ERRORS)
