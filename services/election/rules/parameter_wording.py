"""Says in both languages what each parameter of a rule set decides."""

from collections.abc import Mapping

PARAMETER_WORDS: Mapping[str, tuple[str, str]] = {
    "voters": ("谁可投本户的票:仅业主,或成年住户", "Who casts a dwelling's ballot: owners alone, or adult residents."),
    "shops_vote": ("店铺有票", "Shops have a ballot."),
    "unsold_vote": ("未售住房有票", "Unsold dwellings have a ballot."),
    "max_marks": ("最多可划人数;空:与名额相同", "Marks on a ballot at most; null: as many as seats."),
    "turnout_above": ("参与率门槛的分子", "Numerator of the turnout that is needed."),
    "turnout_below": ("参与率门槛的分母", "Denominator of the turnout that is needed."),
    "roll_posting_days": ("名册公示天数(日历日)", "Calendar days that the roll is posted."),
    "notice_days": ("公告到开始投票的天数(日历日)", "Calendar days from the announcement to the opening."),
    "window_min_days": ("投票期限最短天数", "Days of the voting window at least."),
    "window_max_days": ("投票期限最长天数", "Days of the voting window at most."),
    "extension_days": ("延期一次的最多天数;0:不延期", "Days of its one extension at most; 0: none."),
    "revote": ("截止前可改投自己的线上票", "One's own online ballot may be replaced until closing."),
    "count_parking": ("车位计入面积和人数", "Parking spaces count."),
    "count_stores": ("储藏室计入面积和人数", "Store rooms count."),
    "invalid_participates": ("废票算参与表决", "An invalid ballot takes part."),
    "silent_rule": (
        "未反馈票:不计、算参与、或随多数",
        "Silence: counts nowhere, takes part, or follows the majority (by an adopted rule and proof of delivery).",
    ),
    "proxy_principals": ("一名受托人最多代理的业主数", "Principals of one agent at most."),
    "online": (
        "业主能否在本系统线上投票(须核对本地规定)",
        "Whether owners vote online in this house (the local text must be read and signed for).",
    ),
    "undeliverable_days": ("无法送达的选票张贴通知的天数", "Days that the notice of an undeliverable ballot hangs."),
    "result_within_days": ("计票后公布结果的期限(天)", "Days within which the result is told."),
    "result_working_days": ("结果公示的工作日数", "Working days that the result is posted."),
    "objection_days": ("对结果提出异议的天数", "Days for objections to the result."),
    "surplus_percent": ("差额比例(百分比);空:多于名额即可", "Surplus of candidates in percent; null: more than seats."),
    "inspection": ("业主可查阅完整记录", "Owners may read the complete record."),
    "retention_years": ("资料保存年数", "Years that ballots, rolls and deliveries are kept."),
}
"""Parameter -> (zh, en)."""
