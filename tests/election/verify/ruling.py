"""The tamper corpus, continued: windows, who may replace whose ballot, and sums that the ballots cannot come to. The
notary signs whatever stands there, and all else is put right: each is refused for its one reason."""

import hashlib
import json
from typing import Any

from services.election.rules.commitments import commitment
from services.election.rules.record import Edition
from services.election.verify import ALL as WHOLE
from services.election.verify import OVER_HALF, SPECIAL, THREE_QUARTERS, four_tests, heads, plus, test, verdict
from tests.election.verify import golden as g
from tests.election.verify.disputing import insert
from tests.election.verify.golden import (
    AGAIN,
    ALL,
    COMMITTEE,
    HOMES_AGAIN,
    LOW,
    MEMBERS,
    SILENT,
    T1,
    T2,
    Change,
    Line,
    Lines,
    Mutation,
    all_of,
    body_of,
    leaves,
    one,
    rehashed,
    say,
    signed_anew,
)

PUBLIC, COMPLETE = Edition.PUBLIC, Edition.COMPLETE
ONE = {"heads": 1, "area": 0}
SIDES = ("agree", "oppose", "abstain", "invalid", "not_agree")


def dated(day: str, *types: str) -> Change:
    def change(lines: Lines) -> None:
        for line in leaves(lines, *types):
            say(line, day=day)
        signed_anew(lines)

    return change


def announced(lines: Lines, **said: Any) -> None:
    """Another text, announced so: its hash, and what TERMS repeats of it."""
    terms = one(lines, "TERMS")
    text = json.loads(terms["text"]) | said
    terms["text"] = g.canonical(text).decode()
    terms |= {name: told for name, told in said.items() if name in terms}
    say(leaves(lines, "ANNOUNCED")[0], text=hashlib.sha256(terms["text"].encode()).hexdigest())
    signed_anew(lines)


def ruled(**rules: Any) -> Change:
    """Announced with other rules than it was held by."""

    def change(lines: Lines) -> None:
        announced(lines, rules=one(lines, "TERMS")["rules"] | rules)

    return change


def announced_without_rules(lines: Lines) -> None:
    """So that they could be any."""
    terms = one(lines, "TERMS")
    text = json.loads(terms["text"])
    del text["rules"]
    terms["text"] = g.canonical(text).decode()
    announced(lines)


def extended_twice(lines: Lines) -> None:
    for day in ("2026-12-09", "2026-12-10"):
        insert(lines, leaves(lines, "CLOSE")[0], "EXTENDED", closes_at=f"{day}T02:00:00+00:00")
    dated("2026-12-10", "CLOSE", "TRANSCRIBED", "STATUS", "COUNTED")(lines)


def extended_after_its_end(lines: Lines) -> None:
    insert(lines, leaves(lines, "CLOSE")[0], "EXTENDED", closes_at="2026-12-10T02:00:00+00:00")
    dated("2026-12-09", "EXTENDED")(lines)
    dated("2026-12-10", "CLOSE", "TRANSCRIBED", "STATUS", "COUNTED")(lines)


def final_though_it_is_to_be_repeated(lines: Lines) -> None:
    last = all_of(lines, "LEAF")[-1]
    added = {"line": "LEAF", "index": last["index"] + 1, "body": last["body"]}
    lines.insert(lines.index(last) + 1, added)
    added["body"] = g.canonical({"type": "FINAL", "day": "2026-12-20", "number": 1}).decode()
    lines[-1]["lines"] += 1
    signed_anew(lines)


def changed_since_it_was_counted(lines: Lines) -> None:
    """A ballot that did not count is voided once more, and nothing is counted again."""
    counts = {line["index"] for line in all_of(lines, "EFFECTIVE")}
    void = {body_of(line)["of"] for line in leaves(lines, "VOID")}
    replaced = next(line for line in leaves(lines, "CAST") if line["index"] not in counts | void)
    last = all_of(lines, "LEAF")[-1]
    lines.remove(last)  # FINAL
    body = {"type": "VOID", "day": body_of(last)["day"], "of": replaced["index"], "reason": "00" * 32}
    end = all_of(lines, "LEAF")[-1]
    lines.insert(lines.index(end) + 1, {**last, "body": g.canonical(body).decode()})
    signed_anew(lines)


def announced_of_another_roll(lines: Lines) -> None:
    announced(lines, area_hundredths=json.loads(one(lines, "TERMS")["text"])["area_hundredths"] + 1)


def a_head_more_than_rows(lines: Lines) -> None:
    roll = leaves(lines, "ROLL")[0]
    say(roll, heads=body_of(roll)["heads"] + 1)
    announced(lines, heads=body_of(roll)["heads"])


def replaced(lines: Lines, capacity: str) -> tuple[Line, Line]:
    """Two ballots of one home in turn, both cast as this, with no void between and no dispute."""
    void = {body_of(line)["of"] for line in leaves(lines, "VOID")}
    disputed = {body_of(line)["of"] for line in leaves(lines, "OBJECTION")}
    last: dict[str, Line] = {}
    for ballot in all_of(lines, "BALLOT"):
        before = last.get(ballot["who"]["entry"])
        last[ballot["who"]["entry"]] = ballot
        if before is None or {before["index"], ballot["index"]} & (void | disputed):
            continue
        if {before["capacity"], ballot["capacity"]} == {capacity} and ballot["effective"]:
            return before, ballot
    raise AssertionError("no such pair")


def recast(lines: Lines, ballot: Line, **who: str) -> None:
    """Cast by somebody else, or as something else: opening and leaf say so."""
    ballot["who"] |= who
    ballot["capacity"] = ballot["who"]["capacity"]
    g.commit(lines, ballot["index"], who=commitment(bytes.fromhex(ballot["who_salt"]), ballot["who"]).hex())


def by_another_owner(lines: Lines) -> None:
    recast(lines, replaced(lines, "OWNER")[1], caster="ab" * 32)


def by_another_agent(lines: Lines) -> None:
    recast(lines, replaced(lines, "PROXY")[1], caster="ab" * 32)


def by_another_resident(lines: Lines) -> None:
    recast(lines, replaced(lines, "RESIDENT")[1], caster="ab" * 32)


def owner_replaced_by_a_resident(lines: Lines) -> None:
    recast(lines, replaced(lines, "OWNER")[1], capacity="RESIDENT")


def owner_replaces_his_agent(lines: Lines) -> None:
    """The agent's was there first, and stands."""
    recast(lines, replaced(lines, "PROXY")[1], capacity="OWNER", authority="")


def made_room_for(capacity: str) -> Change:
    """The void that made room for such a ballot is said to be of another one, which does not count anyway."""

    def change(lines: Lines) -> None:
        void = {body_of(line)["of"]: line for line in leaves(lines, "VOID")}
        ballots = all_of(lines, "BALLOT")
        idle = [one["index"] for one in ballots if not one["effective"] and one["index"] not in void]
        for ballot in ballots:
            before = [one for one in ballots if one["who"]["entry"] == ballot["who"]["entry"]]
            old = before[before.index(ballot) - 1] if before.index(ballot) else None
            if old and old["index"] in void and ballot["effective"] and ballot["capacity"] == capacity:
                say(void[old["index"]], of=next(index for index in idle if index < void[old["index"]]["index"]))
                signed_anew(lines)
                return
        raise AssertionError("no such void")

    return change


def reckoned(lines: Lines) -> None:
    """Tests and outcome as they follow from the sides that are shown."""
    result, terms = one(lines, "RESULT"), one(lines, "TERMS")
    figures = result["figures"]
    for item in figures["items"]:
        if "UNANIMOUS" in item["majority"]:
            found = verdict(test("UNANIMITY", "HEADS", heads(item["agree"]), figures["roll"]["heads"], WHOLE))
            item |= {**found, "stands": found["passed"]}
        elif item["majority"] == "MEMBERS":
            item["tests"][0] = test("QUORUM_MEMBERS", "HEADS", _back(item), figures["members"], OVER_HALF)
            item["tests"][-1] = test("APPROVAL_MEMBERS", "HEADS", item["agree"], figures["members"], OVER_HALF)
            found = verdict(*item["tests"])
            item |= {**found, "stands": found["passed"]}
        else:
            assert terms["rules"]["invalid_participates"], "else invalid ones stay away"
            taking = plus(*(item[name] for name in SIDES if name in item))
            share = THREE_QUARTERS if item["matter"] in SPECIAL else OVER_HALF
            found = four_tests(figures["roll"], taking, item["agree"], share)
            item |= {**found, "stands": found["passed"]}
    stands = {item["stands"] for item in figures["items"]}
    result["outcome"] = "PASSED" if stands == {True} else "PARTLY" if True in stands else "LOST"
    rehashed(lines)


def _back(item: Line) -> int:
    return sum(item[name] for name in SIDES if name in item)


def moved(lines: Lines, from_: str, to: str) -> None:
    """Every head of one side to another, and its area."""
    for item in one(lines, "RESULT")["figures"]["items"]:
        item[to], item[from_] = plus(item[to], item[from_]), plus()
    reckoned(lines)


def invalid_as_abstained(lines: Lines) -> None:
    """CLOSE named ballots that are invalid."""
    moved(lines, "invalid", "abstain")


def forgotten_as_silent(lines: Lines) -> None:
    moved(lines, "oppose", "silent")


def one_owner_too_many(lines: Lines) -> None:
    """Whoever did not agree is not taken away for it."""
    for item in one(lines, "RESULT")["figures"]["items"]:
        item["agree"] = item["agree"] + 1 if isinstance(item["agree"], int) else plus(item["agree"], ONE)
    reckoned(lines)


def more_members_than_ballots(lines: Lines) -> None:
    for item in one(lines, "RESULT")["figures"]["items"]:
        item["agree"] += 1
    reckoned(lines)


def candidate_of_every_ballot(lines: Lines) -> None:
    """Also of those that are invalid by the closing; ranked anew."""
    figures = one(lines, "RESULT")["figures"]
    first = max(figures["candidates"], key=lambda row: (row["passed"], row["heads"]))
    came = {measure: first["tests"][place]["part"] for place, measure in enumerate(("area", "heads"))}
    first |= {**came, **four_tests(figures["roll"], came, came, OVER_HALF)}
    assert first["passed"]
    rest = sorted(row["number"] for row in figures["candidates"] if row is not first)
    assert not any(row["passed"] for row in figures["candidates"] if row is not first), "only one is ranked"
    first |= {"rank": 1, "elected": True, "by_lot": False}
    others = {row["number"]: row for row in figures["candidates"]}
    figures["candidates"] = [first, *(others[number] for number in rest)]
    figures["elect_again"] = False
    one(lines, "RESULT")["outcome"] = "ELECTED"
    rehashed(lines)


def more_silence_than_there_is(lines: Lines) -> None:
    """As many heads, but an area that nobody who was silent has."""
    figures = one(lines, "RESULT")["figures"]
    for item in figures["items"]:
        taking = {name: item["tests"][place]["part"] for place, name in enumerate(("area", "heads"))}
        silent = item.get("silent") or item["not_taking_part"]
        proven = {"heads": item["with_silence"]["tests"][1]["part"] - taking["heads"], "area": silent["area"] + 1}
        item["with_silence"] = four_tests(figures["roll"], plus(taking, proven), item["agree"], OVER_HALF)
        item["stands"] = item["with_silence"]["passed"]
    stands = {item["stands"] for item in figures["items"]}
    one(lines, "RESULT")["outcome"] = "PASSED" if stands == {True} else "PARTLY" if True in stands else "LOST"
    rehashed(lines)


def _m(what: str, record: str, edition: Edition, change: Change, code: str) -> Mutation:
    return Mutation(what, record, edition, change, code)


RULINGS = [
    _m("an owners' decision has no full notice", T1, PUBLIC, dated("2026-11-16", "ANNOUNCED", "ROLL"), "NOTICE"),
    _m("a household ballot has no full notice", T2, PUBLIC, dated("2026-11-28", "ANNOUNCED", "ROLL"), "NOTICE"),
    _m("the announced text has no rules", T2, PUBLIC, announced_without_rules, "TERMS"),
    _m("the window is shorter than its rules allow", T2, PUBLIC, ruled(window_min_days=8), "WINDOW"),
    _m("the window is longer than its rules allow", T2, PUBLIC, ruled(window_max_days=6), "WINDOW"),
    _m("it is opened the day before", T2, PUBLIC, dated("2026-11-30", "OPENED"), "WINDOW"),
    _m("a day is none", T2, PUBLIC, dated("2026-12-32", "FINAL"), "FORMAT"),
    _m("it is extended twice", T2, PUBLIC, extended_twice, "WINDOW"),
    _m("it is extended once it was over", T2, PUBLIC, extended_after_its_end, "WINDOW"),
    _m("it is final before the objections are over", T2, PUBLIC, dated("2026-12-16", "FINAL"), "WINDOW"),
    _m("it is final, though too few came", LOW, PUBLIC, final_though_it_is_to_be_repeated, "OUTCOME"),
    _m("a ballot is voided after the count", HOMES_AGAIN, PUBLIC, changed_since_it_was_counted, "RECOUNT"),
    _m("another roll was announced", T1, PUBLIC, announced_of_another_roll, "ROLL_TOTALS"),
    _m("the roll has a head that no row has", T2, PUBLIC, a_head_more_than_rows, "ROLL_TOTALS"),
    _m("ballots are cast online where papers only are taken", T1, PUBLIC, ruled(online="OFF"), "CHANNEL"),
    _m("ballots are replaced where none may be", AGAIN, COMPLETE, ruled(revote=False), "REVOTE"),
    _m("ballots are replaced where none may be", HOMES_AGAIN, COMPLETE, ruled(revote=False), "REVOTE"),
    _m("a ballot is replaced by another owner's", AGAIN, COMPLETE, by_another_owner, "REVOTE"),
    _m("a ballot is replaced by another agent's", AGAIN, COMPLETE, by_another_agent, "REVOTE"),
    _m("an agent's ballot is replaced by its owner's", AGAIN, COMPLETE, owner_replaces_his_agent, "REVOTE"),
    _m("a ballot is replaced by another resident's", HOMES_AGAIN, COMPLETE, by_another_resident, "REVOTE"),
    _m("an owner's is replaced by a resident's", HOMES_AGAIN, COMPLETE, owner_replaced_by_a_resident, "REVOTE"),
    _m("no void made room for an owner", AGAIN, COMPLETE, made_room_for("OWNER"), "REVOTE"),
    _m("no void made room for a paper", AGAIN, COMPLETE, made_room_for("PAPER"), "CHANNEL"),
    _m("no void made room for a paper", HOMES_AGAIN, COMPLETE, made_room_for("PAPER"), "CHANNEL"),
    _m("invalid ballots are counted as abstained", T1, PUBLIC, invalid_as_abstained, "FAULT"),
    _m("ballots are counted as silent", T1, PUBLIC, forgotten_as_silent, "FIGURES"),
    _m("more agree than the roll has left", ALL, PUBLIC, one_owner_too_many, "FIGURES"),
    _m("more members agree than cast", MEMBERS, PUBLIC, more_members_than_ballots, "FIGURES"),
    _m("a candidate is marked on invalid ballots", COMMITTEE, PUBLIC, candidate_of_every_ballot, "FAULT"),
    _m("silence has more area than there is", SILENT, PUBLIC, more_silence_than_there_is, "DELIVERED"),
]
