"""Says in both languages why a paper's fact has no effect, and why a reading is not taken."""

from collections.abc import Mapping

from services.election.rules.keying import KeyWhy
from services.election.rules.papers import DeskWhy, PaperWhy

PAPER_WORDS: Mapping[PaperWhy | KeyWhy | DeskWhy, tuple[str, str]] = {
    PaperWhy.UNKNOWN_PAPER: ("没有这个编号的选票。", "There is no paper of this number."),
    PaperWhy.WRONG_CODE: ("校验码与编号不符。", "The check code does not fit the number."),
    PaperWhy.BAD_SIGNATURE: ("设备签名无效。", "The device's signature is not good."),
    PaperWhy.DEVICE_REVOKED: ("此设备已停用。", "The device was revoked."),
    PaperWhy.ID_USED: ("此标识已用于另一事项。", "The id was used for something else."),
    PaperWhy.SEQUENCE_USED: ("此序号已用于另一事项。", "The sequence number was used for something else."),
    PaperWhy.NOT_TWO: ("须有两名不同的工作人员在场。", "Two different workers must be present."),
    PaperWhy.HELP_NOT_HERE: ("协助填写只随交回的选票登记。", "Help with marking is told with the paper's return."),
    PaperWhy.HELP_UNNAMED: (
        "协助填写须写明协助人和见证人的姓名。",
        "Help with marking needs a helper and a witness, both by name.",
    ),
    PaperWhy.HELP_ALONE: ("协助人与见证人须为两人。", "The helper and the witness must be two persons."),
    PaperWhy.BOX_UNKNOWN: ("没有登记这个票箱。", "No such box is registered."),
    PaperWhy.NOT_OPEN: ("现在不是投票时间。", "Voting is not open."),
    PaperWhy.CLOSED: ("投票已截止,此票不计。", "Voting has closed; the paper does not count."),
    PaperWhy.AFTER_END: ("记录时间晚于投票截止。", "It was recorded after the end of voting."),
    PaperWhy.OVER: ("本次投票已结束。", "The election is over."),
    PaperWhy.SAME_AGAIN: ("此事已登记过。", "This was registered before."),
    PaperWhy.VOID: ("此编号已作废。", "The number is void."),
    PaperWhy.RETURNED_ALREADY: ("此票已交回。", "The paper was returned."),
    PaperWhy.HOME_HAS_CAST: ("本户已投票,先投的有效。", "This home has cast; the first stands."),
    DeskWhy.NOT_NOW: ("当前阶段不能进行。", "This cannot be done at this stage."),
    DeskWhy.NOTHING_TO_PRINT: ("所选范围内没有需要印制的选票。", "There is no ballot to print in this scope."),
    DeskWhy.TOO_MANY: ("一次最多印制 6000 张,请按楼栋分批。", "At most 6,000 at once; print building by building."),
    DeskWhy.BOX_TAKEN: ("此票箱编号已登记。", "A box of this number is registered."),
    DeskWhy.BOX_OPENED: ("此票箱已开启。", "The box has been opened."),
    DeskWhy.BOX_SHUT: ("此票所在票箱尚未开启。", "The paper's box has not been opened."),
    DeskWhy.NOT_CLOSED: ("投票截止后才能进行。", "Only once voting is closed."),
    DeskWhy.NOT_RETURNED: ("此票没有登记交回。", "The paper was not registered as returned."),
    DeskWhy.KEYED: ("此票已有人录入,不能重新扫描。", "Somebody has keyed it; it is not scanned again."),
    DeskWhy.DEVICE_KNOWN: ("此设备密钥已登记。", "This device key is registered."),
    KeyWhy.UNKNOWN_PAPER: ("没有这个编号的选票。", "There is no paper of this number."),
    KeyWhy.NOT_RETURNED: ("此票没有登记交回。", "The paper was not registered as returned."),
    KeyWhy.NOT_SCANNED: ("此票尚未扫描。", "The paper is not scanned yet."),
    KeyWhy.CARRIED_IT: ("您经手过此票,不能录入。", "You carried this paper and may not key it."),
    KeyWhy.KEYED_ALREADY: ("您已录入过此票。", "You have keyed this paper."),
    KeyWhy.SETTLED: ("此票已录入完毕。", "The paper is settled."),
    KeyWhy.NOT_ON_BALLOT: ("录入内容与选票不符。", "The reading does not fit the ballot."),
    KeyWhy.AGREES_WITH_NEITHER: (
        "您的录入与前两次都不同,请再核对一次并确认。",
        "Your reading is like neither of the two; look again and confirm.",
    ),
}
"""Reason -> (zh, en)."""
