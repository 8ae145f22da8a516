"""Says in both languages why a ballot, an authority, an objection or an extension is refused.

A mapping for each: reasons of two lists may be spelled alike.
"""

from collections.abc import Mapping

from services.election.rules.casting import CastWhy
from services.election.rules.disputing import DisputeWhy
from services.election.rules.extending import ExtensionWhy
from services.election.rules.proxies import ProxyWhy

CAST_WORDS: Mapping[CastWhy, tuple[str, str]] = {
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
        "请先再次验证身份(二次验证),五分钟内有效。",
        "Show your second factor once more first; an owner signs with one not older than five minutes.",
    ),
    CastWhy.BARRED_ROLE: (
        "物业服务人员不得代业主投票。",
        "Staff of a property company may not stand for owners.",
    ),
    CastWhy.STALE: ("本户刚有另一张票,请重新读取。", "Another ballot of this home came first; read again."),
}
PROXY_WORDS: Mapping[ProxyWhy, tuple[str, str]] = {
    ProxyWhy.NOT_HERE: ("户内投票由本户自行投出,不设代理。", "A household ballot is cast by the household itself."),
    ProxyWhy.OWNER_MEMBER: ("业主委员不得委托他人表决。", "A member who sits as an owner has no proxy."),
    ProxyWhy.DESK_ONLY: ("此类授权须持书面材料到社区办理。", "This authority is taken by the desk, with its paper."),
    ProxyWhy.OWN_ENTITLEMENT: ("受托人本身就是共有业主,无须委托。", "The agent is an owner of it himself."),
    ProxyWhy.PAPER_NEEDED: ("请附书面授权材料。", "The written authority is needed."),
    ProxyWhy.TOO_MANY: ("该受托人代理的业主已达上限。", "The agent stands for as many principals as he may."),
    ProxyWhy.PAPER_ON_FILE: ("书面材料已存档。", "Its paper is on file already."),
    ProxyWhy.STANDS_ALREADY: ("已有一份有效授权,请先终止。", "An authority stands already; end it first."),
}
EXTENSION_WORDS: Mapping[ExtensionWhy, tuple[str, str]] = {
    ExtensionWhy.NOT_OPEN: ("只有投票进行中才能延期。", "Only a running vote is extended."),
    ExtensionWhy.EXTENDED_ALREADY: ("只能延期一次。", "It was extended once already."),
    ExtensionWhy.TOO_LATE: ("原定时间已到,不能再延期。", "The end has passed; it had to be said before."),
    ExtensionWhy.NOT_LATER: ("新的截止时间须晚于原定时间。", "The new end must be later than the present one."),
    ExtensionWhy.TOO_LONG: ("最多可延期 {days} 天。", "It may be extended by {days} days at most."),
}
DISPUTE_WORDS: Mapping[DisputeWhy, tuple[str, str]] = {
    DisputeWhy.NOT_HERE: ("户内投票不适用共有人异议。", "A household ballot takes no objection of a co-owner."),
    DisputeWhy.NO_BALLOT: ("目前没有有效的选票。", "No ballot stands."),
    DisputeWhy.OWN_BALLOT: ("这是您自己投的票。", "It is your own ballot."),
    DisputeWhy.OBJECTED_ALREADY: ("您已提出过异议。", "You have objected already."),
    DisputeWhy.RESOLVED_ALREADY: ("该异议已处理。", "It is resolved already."),
    DisputeWhy.WORDS_NEEDED: ("请写明共有人达成的一致意见。", "Say what the co-owners agreed."),
    DisputeWhy.PAPER_NEEDED: ("请附书面材料。", "The paper is needed."),
    DisputeWhy.PAPER_RETURNED: ("纸票已封存,不能撤销。", "The paper lies sealed and is not revoked."),
    DisputeWhy.SECOND_OFFICER: ("须由另一名工作人员在场确认。", "A second officer must confirm, another person."),
}
"""Reason -> (zh, en)."""
