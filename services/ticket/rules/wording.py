"""Says in both languages why a move is refused."""

from collections.abc import Mapping

from services.ticket.rules.guards import Why

WORDS: Mapping[Why, tuple[str, str]] = {
    Why.NO_SUCH_MOVE: ("当前状态没有这一步。", "There is no such move from this state."),
    Why.NOT_YOUR_MOVE: ("此步由他人办理。", "This move is made by others."),
    Why.INCOMPLETE: ("此步还缺内容。", "The move lacks something."),
    Why.APPEALED_ALREADY: ("已申诉过一次。", "It was appealed once already."),
    Why.RETURNED_ALREADY: ("已退单过一次。", "It was returned once already."),
    Why.REWORKED_ENOUGH: ("返工次数已满,请转疑难。", "It was reworked as often as allowed; make it a hard case."),
    Why.EXTENDED_ALREADY: ("只能延期一次。", "It was extended once already."),
    Why.EXTENSION_TOO_LATE: ("已到期限,不能再申请延期。", "The due has passed; an extension is asked for before it."),
    Why.EXTENSION_TOO_LONG: ("延期不得超过原期限,且至多 7 个工作日。", "Longer than the limit or 7 working days."),
    Why.NO_CLOCK: ("此工单没有办理期限。", "No clock runs for this ticket."),
    Why.ASKED_HIMSELF: ("申请人不能自己批准。", "Who asked does not approve."),
    Why.HANDLED_HIMSELF: ("处置人不能核实、回访或批准挂账。", "Who handled it does not verify, call back or suspend."),
    Why.VERIFIED_HIMSELF: ("核实人不能回访。", "Who verified it does not call back."),
    Why.REOPENED_TOO_LATE: ("已过可重开的期限。", "The time for reopening is over."),
    Why.NOT_ITS_FORMER_STATE: ("拆分后只能回到并案前的状态。", "An un-merge returns to the state before the merge."),
    Why.LEAD_UNFIT: (
        "主工单须为另一张同地点、同类别、时间相近且办理中的工单。",
        "The leading ticket must be another open one of the same place, category and time.",
    ),
    Why.LEADS_OTHERS: ("已有工单并入本单,请先拆分。", "Others were merged into this one; un-merge them first."),
    Why.COMMUNITY_MAY_NOT_LEAD: (
        "此类事项不在社区主办清单内,请上呈街道或 12345。",
        "Outside the community's list: escalate it to the street office or 12345.",
    ),
    Why.ONLY_FOR_HIMSELF: ("志愿者只能自己认领。", "A volunteer takes it for himself."),
    Why.NO_WORKER: ("请指定处置人。", "Name who handles it."),
}  # fmt: skip
