"""Says in both languages why a step or a cast is refused."""

from collections.abc import Mapping

from services.election.rules.casting import CastWhy
from services.election.rules.states import Why

WORDS: Mapping[Why | CastWhy, tuple[str, str]] = {
    Why.NOT_FROM_HERE: ("当前阶段没有这一步。", "There is no such step from this state."),
    Why.TOO_EARLY: ("时间未到。", "It is too early."),
    Why.TOO_LATE: ("公告的投票时间已过。", "The announced window is over."),
    Why.NOTICE_TOO_SHORT: ("距开始投票的公告天数不足。", "The notice before opening is too short."),
    Why.WINDOW_WRONG: ("投票期限不在允许范围内。", "The voting window is outside its bounds."),
    Why.ROLL_EMPTY: ("名册上没有可投票的住户。", "The roll holds nobody who votes."),
    Why.NO_CONTEST: ("候选人不多于名额,无需划票。", "There are no more nominees than seats: no ballot is needed."),
    Why.TURNOUT_REACHED: ("参与户数已达到或已重投过一次。", "Turnout was reached, or it was repeated once already."),
    Why.NOTHING_TO_RECOUNT: ("没有需要重新计票的决定。", "No decision asks for a recount."),
    Why.OBJECTIONS_OPEN: ("还有异议未处理完毕。", "An objection is not settled yet."),
    Why.CALENDAR_UNKNOWN: ("该年度的节假日安排尚未公布。", "The holidays of that year are not published yet."),
    CastWhy.NOT_ENTITLED: ("您不能为这户投票。", "You may not cast for this home."),
    CastWhy.HOME_HAS_CAST: ("本户已由他人投票,先投的有效。", "Somebody of this home has cast; the first stands."),
    CastWhy.OWNER_HAS_CAST: ("本户业主已投票,以业主的为准。", "The owner has cast; his ballot prevails."),
    CastWhy.NO_REVOTE: ("本次投票不能改投。", "A ballot cannot be replaced in this election."),
    CastWhy.PAPER_RETURNED: (
        "本户的纸质选票已先交回,先到的有效。",
        "The paper of this entitlement was returned first; the first stands.",
    ),
    CastWhy.CAST_ONLINE: (
        "已先有网上投票;改投纸票须本人到场撤销。",
        "It was cast online first; a paper needs a revocation in person.",
    ),
    CastWhy.NOT_OPEN: ("登记交回时投票已截止。", "Voting was closed when the return was registered."),
    CastWhy.ONLINE_OFF: ("本次投票不设网上投票,请用纸票。", "There is no voting online here; please use the paper."),
    CastWhy.OFFICIAL_ONLY: (
        "网上投票只能在政府指定平台进行,此处请用纸票。",
        "Online votes are cast on the official platform only; here please use the paper.",
    ),
    CastWhy.STEP_UP_NEEDED: (
        "业主投票须在五分钟内再次验证身份。",
        "An owner's ballot is signed by a second factor not older than five minutes.",
    ),
    CastWhy.BARRED_ROLE: (
        "物业服务人员不得代业主投票。",
        "Staff of a property company may not stand for owners.",
    ),
    CastWhy.STALE: ("本户刚有另一张票,请重新读取。", "Another ballot of this home came first; read again."),
}
"""Reason -> (zh, en)."""
