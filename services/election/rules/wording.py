"""Says in both languages why a step or a draft is refused."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from services.election.rules.drafts import Misfit
from services.election.rules.parameters import Fault, Strange
from services.election.rules.rolls import CorrectionWhy
from services.election.rules.simulation import SimulationWhy
from services.election.rules.states import Facts, Step, Why, possible_from
from shared.days import SHANGHAI

FAULT_WORDS: Mapping[Fault | Strange, tuple[str, str]] = {
    Fault.MAX_MARKS: ("最多可划人数不能多于候选人数。", "There are fewer names than marks."),
    Fault.TURNOUT: ("参与率的分子不能大于分母。", "The turnout's numerator is above its denominator."),
    Fault.WINDOW: ("最短投票期限不能长于最长期限。", "The least voting window is longer than the longest."),
    Strange.BESIDE_A_RULE_SET: (
        "按规则集发起的投票不另设参数,请改规则集。",
        "An election from a rule set sets nothing beside it: change the rule set.",
    ),
    Strange.NOT_OF_THIS_PRESET: ("此类投票没有这项参数。", "This preset has no such parameter."),
}
WORDS: Mapping[Why | Misfit | CorrectionWhy | SimulationWhy, tuple[str, str]] = {
    Why.NOT_FROM_HERE: ("当前阶段没有这一步。", "There is no such step from this state."),
    Why.TOO_EARLY: ("时间未到。", "It is too early."),
    Why.TOO_LATE: ("公告的投票时间已过。", "The announced window is over."),
    Why.NOTICE_TOO_SHORT: (
        "距开始投票的公告不足 {notice} 天。",
        "The notice before opening is shorter than {notice} days.",
    ),
    Why.WINDOW_WRONG: ("投票期限应为 {least} 至 {most} 天。", "The voting window must be of {least} to {most} days."),
    Why.ROLL_EMPTY: ("名册上没有可投票的住户。", "The roll holds nobody who votes."),
    Why.NO_CONTEST: ("候选人不多于名额,无需划票。", "There are no more nominees than seats: no ballot is needed."),
    Why.TURNOUT_REACHED: (
        "没有需要重新投票的情形,或已重投过一次。",
        "Nothing asks for another ballot, or it was repeated once already.",
    ),
    Why.TOO_FEW_CANDIDATES: ("候选人数不足,不能差额选举。", "There are too few candidates for the seats."),
    Why.SIZE_WRONG: ("三人的业委会只用于不超过 100 户的小区。", "A committee of three is for at most 100 homes."),
    Why.SCOPE_UNKNOWN: (
        "房屋登记里没有这些楼栋或单元:{unknown}(楼栋写作 3,单元写作 3-2)。",
        "The register has no such building or entrance: {unknown} (a building is written 3, an entrance 3-2).",
    ),
    Why.ROLL_STILL_POSTED: ("名册公示期未满。", "The roll is still posted for objections."),
    Misfit.ITEMS_NEEDED: ("请写明表决事项。", "Say what is to be decided."),
    Misfit.ITEMS_NOT_HERE: ("选人的投票不设表决事项。", "A ballot of names has no items."),
    Misfit.NAMES_NOT_HERE: ("表决事项的投票不设候选人。", "A decision has no names on its ballot."),
    Misfit.SEATS_NEEDED: ("请写明名额。", "Say how many seats there are."),
    Misfit.SEATS_NOT_HERE: ("表决事项的投票没有名额。", "A decision has no seats."),
    Misfit.SEATS_WRONG: ("业委会由 5 至 11 人的单数组成。", "A committee has 5 to 11 seats, an odd number."),
    Misfit.MATTER_NEEDED: ("请写明事项类别。", "Say what kind of matter it is."),
    Misfit.MATTER_WRONG: (
        "该事项适用另一种表决比例,请换用相应的规则(普通、特别或全体同意)。",
        "This matter needs another majority than the preset's: take ORDINARY, SPECIAL or UNANIMOUS.",
    ),
    Misfit.RESERVED: (
        "该事项依法由业主共同决定,请发起业主表决。",
        "The law reserves this matter to the owners: start an owners' decision.",
    ),
    Misfit.MEMBERS_NEEDED: ("请列出委员。", "List the members."),
    Misfit.MEMBERS_NOT_HERE: ("只有委员表决才列委员。", "Only a members' vote lists members."),
    Misfit.MEMBER_TWICE: ("委员不能重复。", "A member is listed twice."),
    Misfit.SCOPE_NEEDED: ("请写明有利害关系的楼栋或单元。", "Name the buildings or entrances interested."),
    Misfit.SCOPE_NOT_HERE: ("委员表决没有楼栋范围。", "A members' vote has no scope of buildings."),
    Misfit.SILENCE_UNADOPTED: (
        "未反馈票计入须有业主大会通过的议事规则,请写明。",
        "Silence counts only by an adopted rule of procedure: name it.",
    ),
    Why.NOTHING_TO_RECOUNT: ("没有需要重新计票的决定。", "No decision asks for a recount."),
    Why.NOTE_NEEDED: (
        "名册有未知项,须先签署说明,写明最小与最大分母。",
        "The roll has unknowns: a signed note must tell its best and worst denominator first.",
    ),
    Why.VERIFY_LOCALLY: (
        "有参数须由街道核对本地规定后在规则集上签字;未用规则集起草的,请建规则集后重新起草。",
        "Verify locally: a street officer signs in the rule set; from a preset alone, draft anew from a rule set.",
    ),
    Why.MUST_REPEAT: ("本次投票须重新进行,不能定案。", "It is to be repeated and does not become final."),
    Why.OBJECTIONS_OPEN: (
        "还有异议未作决定,或决定后尚未执行。",
        "An objection is not decided yet, or what was decided is not carried out.",
    ),
    Why.TOO_LITTLE_LEFT: (
        "剩余时间已短于最短投票期限,请撤销后重新公告。",
        "Less than the least voting window is left: cancel it and announce anew.",
    ),
    Why.CALENDAR_MISSING: ("该年度的节假日安排尚未公布。", "The holidays of that year are not published yet."),
    CorrectionWhy.NOT_NOW: ("此阶段名册不能更正。", "The roll is not corrected in this state."),
    CorrectionWhy.ELECTORATE_FROZEN: (
        "名册已冻结,只能更正面积、合并或移出;谁有票不能再变。",
        "The roll is frozen: area, a merger or a removal may be corrected, not who has a vote.",
    ),
    CorrectionWhy.HOUSEHOLDS_FROZEN: (
        "公告之后户数不再变动;名册有误的,可提出异议,重新投票。",
        "Once announced no dwelling leaves the roll: object to it, and the ballot may be repeated.",
    ),
    CorrectionWhy.AREA_FROZEN: (
        "名册冻结后,面积不能改为未知。",
        "Once frozen an area is not made unknown: the note that tells both denominators is signed.",
    ),
    CorrectionWhy.NOT_IN_HOUSEHOLDS: ("每户一票,不分不并。", "A dwelling has one ballot: there is nothing to regroup."),
    CorrectionWhy.NOT_OF_MEMBERS: ("委员名单在草案中写定。", "Members are named in the draft."),
    CorrectionWhy.NOTHING_CHANGES: ("没有变化。", "Nothing would change."),
    CorrectionWhy.ON_ROLL_ALREADY: ("名册上已有这户。", "The home is on the roll already."),
    CorrectionWhy.NOT_ON_REGISTER: ("房屋登记中没有这户。", "The register has no such home."),
    CorrectionWhy.HAS_NO_VOTE: ("这户不在投票范围内。", "The home has no vote in this scope."),
    CorrectionWhy.ALONE_ALREADY: ("这户已单独计票。", "The home is an entitlement of its own already."),
    CorrectionWhy.ROLL_WOULD_BE_EMPTY: ("名册不能为空。", "The roll would be empty."),
    CorrectionWhy.SECOND_OFFICER: ("须由另一位工作人员确认。", "A second officer must confirm it."),
    CorrectionWhy.CHANGED_MEANWHILE: ("名册已有变化,请重新提出。", "The roll has changed meanwhile: propose it anew."),
    CorrectionWhy.DONE_ALREADY: ("此项更正已经完成。", "This correction is done already."),
    SimulationWhy.NOT_BY_OWNERS: ("只有业主表决可以试算。", "Only votes of owners are simulated."),
    SimulationWhy.NO_ROLL: ("名册尚未公示,没有分母。", "The roll is not posted: there is no denominator yet."),
    SimulationWhy.MORE_THAN_THE_ROLL: (
        "假设的人数或面积不可能。",
        "More than the roll holds, or area without a head.",
    ),
}
"""Reason -> (zh, en)."""


def why_not(
    why: Why, facts: Facts, now: datetime, step: Step | None = None, unknown: Sequence[str] = ()
) -> tuple[str, str]:
    """The refusal of a step with its figures, and from when it could be made where time alone is in the way.

    `unknown`: what of the scope the register does not have.
    """
    rules, later = facts.rules, possible_from(facts, why, step, now)
    said = {"notice": rules.notice_days, "least": rules.window_min_days, "most": rules.window_max_days}
    zh, en = (words.format(**said, unknown=", ".join(unknown)) for words in WORDS[why])
    if later is None:
        return zh, en
    local = f"{later.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    return f"{zh}最早:北京时间 {local}。", f"{en} At the earliest: {local}, Beijing time."
