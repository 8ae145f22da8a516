"""The notice of a result and the minutes of counting as PDF: the figures as counted, for boards and files."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from services.election.elections.queries import rules_of
from services.election.printing.setting import Document, set_document
from services.election.results.schemas import ItemResultSeen, ResultSeen, TestSeen
from services.election.rules.parameters import Kind
from services.election.rules.states import State
from services.election.tables import Election, Result
from shared.days import SHANGHAI, day_of
from shared.wire import area_text

TESTS: Mapping[str, str] = {
    "PARTICIPATION_AREA": "参与表决的专有部分面积",
    "PARTICIPATION_HEADS": "参与表决的业主人数",
    "APPROVAL_AREA": "同意的专有部分面积",
    "APPROVAL_HEADS": "同意的业主人数",
    "UNANIMITY": "有利害关系的业主同意人数",
    "QUORUM_MEMBERS": "出席委员",
    "QUORUM_OWNERS": "出席的业主委员",
    "APPROVAL_MEMBERS": "同意的委员",
}
OUTCOMES: Mapping[str, str] = {
    "RANKED": "已按得票排序",
    "REPEAT": "参与户数不足，须重新划票一次",
    "RANKED_LOW_TURNOUT": "第二次参与户数仍不足，按得票排序",
    "PASSED": "通过",
    "LOST": "未通过",
    "PARTLY": "部分事项通过",
    "ELECTED": "已选出",
    "ELECT_AGAIN": "当选不足半数，须另行选举",
}
STATUS: Mapping[State, str] = {
    State.COUNTED: "计票结果，待公示",
    State.POSTED: "公示中，可提出异议",
    State.FINAL: "已生效",
    State.REPEATED: "已决定重新投票",
}
CHOICES = {
    "agree": "同意",
    "oppose": "反对",
    "abstain": "弃权",
    "invalid": "废票",
    "silent": "未交回",
    "not_agree": "未同意（合并）",
    "not_taking_part": "未参与（合并）",
}
"""Sides of fewer than five heads are told together only."""
_PAGE = """
#set page(paper: "a4", margin: 2.2cm, footer: align(center, text(size: 8pt)[#data.footer]))
#set par(leading: 0.8em)
#show table.cell: set text(size: 9pt)
#align(center, text(size: 16pt, weight: "bold", data.heading))
#v(4mm)
#for line in data.lines [#line #parbreak()]
#for block in data.blocks [
  #v(3mm)
  #text(weight: "bold", block.title)
  #table(columns: block.columns.len(), inset: 5pt, ..block.columns.map(strong), ..block.rows.flatten())
  #for line in block.lines [#line #parbreak()]
]
#v(8mm)
#for line in data.signatures [#line #v(6mm)]
"""


async def result_notice(election: Election, seen: ResultSeen, now: datetime) -> Document:
    """PUB-3. For boards and doors: what was decided on, every figure, where to object; nobody's own vote."""
    lines = [
        f"事项：{election.title}",
        *_scope(election),
        f"投票：{_local(election.opens_at)} 至 {_local(election.closes_at)}",
        f"结果：{OUTCOMES[seen.outcome]}（{_standing(election, seen)}）",
        *posting_lines(election),
        f"公告文本摘要（SHA-256）：{election.text_digest.hex() if election.text_digest else ''}",
        f"计票结果摘要（SHA-256）：{seen.digest}，记录于公开日志第 {seen.log_index} 行。",
        "对名册、程序或计票有异议的，可在公示期内实名书面提出，由街道办事处答复。",
    ]
    dated = _day(day_of(election.posted_at)) if election.posted_at else "      年    月    日"
    return await _set(election, "投票结果公告", lines, seen, [f"公告日期：{dated}    （盖章）"], now)


def _standing(election: Election, seen: ResultSeen) -> str:
    """BAL-11. A household ballot advises: it is settled, and binds nobody."""
    state = State(election.state)
    return "已确定" if seen.advisory and state is State.FINAL else STATUS[state]


def posting_lines(election: Election) -> list[str]:
    """PUB-3, DAY-1. From which day to which it hangs, the last one included; of an unpublished year only how long."""
    if election.posted_at is None:
        return []
    first = _day(day_of(election.posted_at))
    if election.posted_until is None:
        days = rules_of(election).result_working_days
        return [f"公示期：自 {first}起 {days} 个工作日（当日不计），截止日待该年度节假日安排公布后确定"]
    last = day_of(election.posted_until - timedelta(microseconds=1))
    return [f"公示期：{first}至 {_day(last)}（含当日）"]


def _scope(election: Election) -> list[str]:
    if election.kind == Kind.MEMBERS:
        return []
    named = [f"{building} 号楼" for building in election.buildings]
    named += [f"{one.replace('-', ' 号楼 ')} 单元" for one in election.entrances]
    return [f"范围：{'、'.join(named) or '全小区'}"]


async def minutes_of_counting(
    election: Election, seen: ResultSeen, kept: Result, helped: int, now: datetime
) -> Document:
    """BAL-7, BAL-10. Who called, counted and watched, where and when, first count or recount and why, how many papers
    were marked with help; to be signed by hand."""
    lines = [
        f"事项：{election.title}",
        f"第 {seen.number} 次计票；时间：{_local(seen.counted_at)}；地点：{kept.place or '线上'}",
        f"投票：{_local(election.opens_at)} 至 {_local(election.closes_at)}",
        f"结果：{OUTCOMES[seen.outcome]}",
        f"公开日志第 {seen.log_index} 行；摘要（SHA-256）：{seen.digest}",
    ]
    if kept.caller_id is not None:
        lines.append(helped_line(helped))
    if seen.reason:
        lines.insert(2, f"重新计票原因：{seen.reason}")
    signatures = [f"{role}：____________________" for role in ("唱票人", "计票人", "监票人", "见证人")]
    return await _set(election, "计票记录", lines, seen, signatures, now)


def helped_line(helped: int) -> str:
    """BAL-10. How many; their names are read elsewhere, for a purpose."""
    return f"协助填写的纸质选票：{helped} 张，每张均记有协助人和见证人姓名。"


async def _set(
    election: Election, heading: str, lines: list[str], seen: ResultSeen, signatures: list[str], now: datetime
) -> Document:
    data = {
        "heading": heading,
        "lines": lines,
        "blocks": _blocks(seen),
        "signatures": signatures,
        "footer": f"{election.id} · 第 {seen.number} 次计票",
    }
    return await set_document(_PAGE, data, now)


def _blocks(seen: ResultSeen) -> list[dict[str, Any]]:
    if seen.household is not None:
        return [_household(seen)]
    if seen.candidates is not None:
        return _candidates(seen)
    return [block for item in seen.items or () for block in _item(item)]


def _household(seen: ResultSeen) -> dict[str, Any]:
    found = seen.household
    assert found is not None, "a household ballot"
    rows = [
        [str(one.rank), f"{one.number} 号 {one.name}", str(one.marks), _place(one.seated, one.by_lot)]
        for one in found.ranking
    ]
    lines = [
        f"应投 {found.households} 户，收回 {found.cast} 票，有效 {found.valid}，废票 {found.invalid}。",
        f"参与率检验：{_legible(found.turnout_inequality)}（{'达到' if found.turnout_reached else '未达到'}）",
        f"抽签种子（事先公告）：{seen.seed}",
    ]
    return {"title": "得票", "columns": ["名次", "候选人", "得票", "说明"], "rows": rows, "lines": lines}


def _place(seated: bool, by_lot: bool) -> str:
    return "，".join(word for word, holds in (("入围", seated), ("抽签", by_lot)) if holds)


def _item(item: ItemResultSeen) -> list[dict[str, Any]]:
    found = {word: getattr(item, name) for name, word in CHOICES.items()}
    sums = [[word, str(one.heads), area_text(one.area)] for word, one in found.items() if one is not None]
    verdict = f"第 {item.number} 项：{item.title} — {'通过' if item.stands else '未通过'}"
    blocks = [
        {"title": verdict, "columns": ["意见", "人数", "面积（m²）"], "rows": sums, "lines": []},
        _tests("检验", item.tests, _failed(item.failed)),
    ]
    if item.with_silence is not None:
        words = ["未交回的票按已通过的议事规则计入；不计入时的结果见上。", *_failed(item.with_silence.failed)]
        blocks.append(_tests("计入未交回票的检验", item.with_silence.tests, words))
    return blocks


def _candidates(seen: ResultSeen) -> list[dict[str, Any]]:
    found = seen.candidates or []
    rows = [
        [
            str(one.rank or "—"),
            f"{one.number} 号 {one.name}",
            f"少于 {one.fewer}" if one.fewer else str(one.heads),
            "—" if one.area is None else area_text(one.area),
            "当选" if one.elected else f"候补 {one.reserve}" if one.reserve else "未过半",
        ]
        for one in found
    ]
    columns = ["名次", "候选人", "人数", "面积（m²）", "结果"]
    first = {"title": "候选人得票", "columns": columns, "rows": rows, "lines": [f"抽签种子（事先公告）：{seen.seed}"]}
    return [first, *(_tests(f"{one.number} 号 {one.name} 的检验", one.tests, _failed(one.failed)) for one in found)]


def _tests(title: str, tests: list[TestSeen], lines: list[str]) -> dict[str, Any]:
    rows = [
        [TESTS[one.test], one.part, one.whole, _legible(one.inequality), "成立" if one.holds else "不成立"]
        for one in tests
    ]
    return {"title": title, "columns": ["检验", "分子", "分母", "算式", "结果"], "rows": rows, "lines": lines}


def _failed(failed: list[str]) -> list[str]:
    """VOTE-8. The result says by which test it failed."""
    return [f"未通过的检验：{'、'.join(TESTS[test] for test in failed)}"] if failed else []


def _day(day: date) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


def _legible(inequality: str) -> str:
    return inequality.replace("*", " × ").replace(">=", "≥")


def _local(instant: datetime) -> str:
    return f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
