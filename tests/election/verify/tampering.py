"""The tamper corpus: each change of a golden record with the reason for which it must be refused."""

import copy
from typing import Any

from services.election.rules.record import Edition
from tests.election.verify import golden as g
from tests.election.verify.golden import T1, T2, Line, Lines, Mutation, all_of, leaves, one, rehashed, say, signed_anew

PUBLIC, COMPLETE = Edition.PUBLIC, Edition.COMPLETE


def figures(lines: Lines) -> Line:
    return dict(one(lines, "RESULT")["figures"])


def one_mark_more(lines: Lines) -> None:
    one(lines, "RESULT")["figures"]["ranking"][0]["marks"] += 1
    rehashed(lines)


def one_mark_more_unlogged(lines: Lines) -> None:
    one(lines, "RESULT")["figures"]["ranking"][0]["marks"] += 1


def another_winner(lines: Lines) -> None:
    ranking = one(lines, "RESULT")["figures"]["ranking"]
    ranking[0]["number"], ranking[-1]["number"] = ranking[-1]["number"], ranking[0]["number"]
    rehashed(lines)


def another_seat(lines: Lines) -> None:
    one(lines, "RESULT")["figures"]["ranking"][-1]["seated"] = True
    rehashed(lines)


def higher_turnout(lines: Lines) -> None:
    one(lines, "RESULT")["figures"]["returned"] += 1
    rehashed(lines)


def another_outcome(lines: Lines) -> None:
    one(lines, "RESULT")["outcome"] = "REPEAT"


def true_as_one(lines: Lines) -> None:
    """1 is not true, though some languages think so."""
    one(lines, "RESULT")["figures"]["ranking"][0]["seated"] = 1
    rehashed(lines)


def no_result(lines: Lines) -> None:
    lines.remove(one(lines, "RESULT"))
    lines[-1]["lines"] -= 1


def two_results(lines: Lines) -> None:
    lines.insert(-1, {**copy.deepcopy(one(lines, "RESULT")), "number": 2})
    lines[-1]["lines"] += 1


def another_text(lines: Lines) -> None:
    line = one(lines, "TERMS")
    line["text"] = line["text"].replace("测试投票", "测试投稿")


def another_seed(lines: Lines) -> None:
    one(lines, "TERMS")["seed"] = "ffffffff"


def fewer_seats(lines: Lines) -> None:
    one(lines, "TERMS")["seats"] = 1


def lower_bar(lines: Lines) -> None:
    one(lines, "TERMS")["rules"]["turnout_above"] = 0


def ordinary_matter(lines: Lines) -> None:
    """A special matter counted as an ordinary one."""
    for item in one(lines, "TERMS")["items"]:
        item["matter"] = "USE_FUND"


def silence_allowed(lines: Lines) -> None:
    one(lines, "TERMS")["silence_adopted"] = True


def longer_window(lines: Lines) -> None:
    one(lines, "TERMS")["closes_at"] = "2026-12-12T02:00:00+00:00"


def area_moved(lines: Lines) -> None:
    """From those who oppose to those who agree: the roll stays whole."""
    item = one(lines, "RESULT")["figures"]["items"][0]
    other = "not_agree" if "not_agree" in item else "oppose"
    item[other]["area"] -= 1
    item["agree"]["area"] += 1


def rounded(lines: Lines) -> None:
    test = one(lines, "RESULT")["figures"]["items"][0]["tests"][0]
    test["least"] -= 1


def smaller_denominator(lines: Lines) -> None:
    for item in one(lines, "RESULT")["figures"]["items"]:
        for test in item["tests"][:2]:
            test["whole"] -= 100


def lower_share(lines: Lines) -> None:
    for item in one(lines, "RESULT")["figures"]["items"]:
        for test in item["tests"][2:]:
            test["share"] = "> 1/2"


def said_to_pass(lines: Lines) -> None:
    for item in one(lines, "RESULT")["figures"]["items"]:
        stands = not item["stands"]
        item["stands"], item["passed"] = stands, stands


def roll_of_fewer(lines: Lines) -> None:
    one(lines, "RESULT")["figures"]["roll"]["heads"] -= 1


def correction_from_nowhere(lines: Lines) -> None:
    say(leaves(lines, "CORRECTION")[0], before={"heads": 1, "area": 1})
    signed_anew(lines)


def entry(lines: Lines, place: int) -> Line:
    return all_of(lines, "ENTRY")[place]


def reweighted(lines: Lines) -> None:
    """An area changed in the table after the freeze."""
    entry(lines, 6)["said"]["area"] += 5000


def moved_area(lines: Lines) -> None:
    entry(lines, 6)["said"]["area"] += 1
    entry(lines, 7)["said"]["area"] -= 1


def another_home(lines: Lines) -> None:
    first, second = entry(lines, 6)["said"], entry(lines, 7)["said"]
    first["entry"], second["entry"] = second["entry"], first["entry"]


def double_entitlement(lines: Lines) -> None:
    """Two first ballots of one entitlement: one is said to be another's."""
    first, second = [line for line in all_of(lines, "BALLOT") if line["who"]["revision"] == 1][:2]
    second["who"] = copy.deepcopy(first["who"])
    _recommit(lines, second)


def ballot_of_nobody(lines: Lines) -> None:
    ballot = next(line for line in all_of(lines, "BALLOT") if line["who"]["revision"] == 1 and line["effective"])
    ballot["who"]["entry"] = "00000000-0000-0000-0000-000000000000"
    _recommit(lines, ballot)


def _recommit(lines: Lines, ballot: Line) -> None:
    who = g.commitment(bytes.fromhex(ballot["who_salt"]), ballot["who"]).hex()
    g.commit(lines, ballot["index"], who=who)


def another_voter(lines: Lines) -> None:
    all_of(lines, "BALLOT")[5]["who"]["entry"] = all_of(lines, "BALLOT")[6]["who"]["entry"]


def another_answer(lines: Lines) -> None:
    ballot = next(line for line in all_of(lines, "BALLOT") if line["what"]["items"].get("1") == "AGREE")
    ballot["what"]["items"]["1"] = "OPPOSE"


def hidden_ballot(lines: Lines) -> None:
    lines.remove(all_of(lines, "BALLOT")[-1])
    lines[-1]["lines"] -= 1


def listed_twice(lines: Lines) -> None:
    ballot = all_of(lines, "BALLOT")[5]
    lines.insert(lines.index(ballot), copy.deepcopy(ballot))
    lines[-1]["lines"] += 1


def older_counts(lines: Lines) -> None:
    """The replaced ballot is said to count instead of the newest."""
    ballots = all_of(lines, "BALLOT")
    stands = {line["who"]["entry"]: line for line in ballots if line["effective"]}
    replaced = next(line for line in ballots if not line["effective"] and line["who"]["entry"] in stands)
    newest = stands[replaced["who"]["entry"]]
    replaced["effective"], newest["effective"] = True, False


def excused_fault(lines: Lines) -> None:
    """A suspended ballot is taken as valid."""
    for ballot in all_of(lines, "BALLOT"):
        ballot["fault"] = None


def paper_as_online(lines: Lines) -> None:
    ballot = next(line for line in all_of(lines, "BALLOT") if line["capacity"] == "PAPER")
    ballot["capacity"] = "OWNER"


def correction_of_another(lines: Lines) -> None:
    all_of(lines, "CORRECTION")[0]["said"]["area"] += 1


def correction_hidden(lines: Lines) -> None:
    lines.remove(all_of(lines, "CORRECTION")[0])
    lines[-1]["lines"] -= 1


def correction_reworded(lines: Lines) -> None:
    all_of(lines, "CORRECTION")[0]["words"] = "其他原因"


def complete_figures(lines: Lines) -> None:
    one(lines, "RESULT")["figures"]["items"][0]["agree"]["area"] += 1
    rehashed(lines)


def another_version(lines: Lines) -> None:
    lines[0]["version"] = 3


def another_order(lines: Lines) -> None:
    lines[1], lines[2] = lines[2], lines[1]


def no_end(lines: Lines) -> None:
    del lines[-1]


def other_type(lines: Lines) -> None:
    all_of(lines, "LEAF")[4]["index"] = "4"


def _m(what: str, record: str, edition: Edition, change: Any, code: str) -> Mutation:
    return Mutation(what, record, edition, change, code)


MUTATIONS = [
    _m("the last leaf is dropped", T2, PUBLIC, g.drop_last_leaf, "TRUNCATED"),
    _m("a ballot is dropped from the log", T2, PUBLIC, g.drop_a_ballot, "CHECKPOINT"),
    _m("two leaves are swapped", T2, PUBLIC, g.swap_two_leaves, "CHECKPOINT"),
    _m("two leaves are swapped with their indexes", T2, PUBLIC, g.swap_indexes, "LOG_INDEX"),
    _m("a ballot comes after the closing", T2, PUBLIC, g.late_ballot, "LATE_LEAF"),
    _m("a ballot comes before the opening", T2, PUBLIC, g.early_ballot, "WINDOW"),
    _m("a leaf is dated back", T2, PUBLIC, g.backdated, "DAY"),
    _m("a ballot comes after the announced end", T2, PUBLIC, g.after_the_end, "WINDOW"),
    _m("it is closed before the announced end", T2, PUBLIC, g.closed_early, "WINDOW"),
    _m("it is opened with another end", T2, PUBLIC, g.another_end, "WINDOW"),
    _m("it is closed twice", T2, PUBLIC, g.two_closings, "LATE_LEAF"),
    _m("a paper is read twice", T2, PUBLIC, g.transcribed_twice, "TRANSCRIBED"),
    _m("a paper is read that was cast online", T2, PUBLIC, g.transcribed_a_cast, "TRANSCRIBED"),
    _m("a paper is read that was never returned", T2, PUBLIC, g.transcribed_of_nothing, "TRANSCRIBED"),
    _m("a returned paper tells its choice", T2, PUBLIC, g.a_return_that_tells, "LEAF"),
    _m("what is no ballot is voided", T2, PUBLIC, g.void_of_nothing, "VOID"),
    _m("a voided ballot counts", T2, PUBLIC, g.voided_counts, "VOID"),
    _m("it is counted without a status tree", T2, PUBLIC, g.counted_without_status, "LEAF_ORDER"),
    _m("the second count comes first", T2, PUBLIC, g.counted_second_first, "LEAF_ORDER"),
    _m("another count is final", T2, PUBLIC, g.final_of_another, "LEAF_ORDER"),
    _m("one home's status is another", T2, PUBLIC, g.another_status, "STATUS"),
    _m("the status tree has fewer lines", T2, PUBLIC, g.status_of_fewer, "STATUS"),
    _m("a row of the roll is edited", T2, PUBLIC, g.edited_roll, "ROLL_ROOT"),
    _m("two rows of the roll are swapped", T2, PUBLIC, g.swapped_roll, "ROLL_ROOT"),
    _m("the roll is shorter", T2, PUBLIC, g.shorter_roll, "ROLL_ROOT"),
    _m("the roll has a gap", T2, PUBLIC, g.gap_in_roll, "ROLL"),
    _m("the roll is longer", T2, PUBLIC, g.longer_roll, "ROLL_ROOT"),
    _m("another notary signs", T2, PUBLIC, g.forged_key, "KEY"),
    _m("the signatures are forged", T2, PUBLIC, g.forged_signature, "SIGNATURE"),
    _m("a checkpoint forks", T2, PUBLIC, g.forked_checkpoint, "CHECKPOINT"),
    _m("a checkpoint is of a longer log", T2, PUBLIC, g.larger_checkpoint, "TRUNCATED"),
    _m("a checkpoint is of another election", T2, PUBLIC, g.foreign_checkpoint, "ORIGIN"),
    _m("checkpoints are out of order", T2, PUBLIC, g.unordered_checkpoints, "CHECKPOINT"),
    _m("there is no checkpoint", T2, PUBLIC, g.no_checkpoints, "UNSIGNED"),
    _m("a checkpoint names another algorithm", T2, PUBLIC, g.other_algorithm, "FORMAT"),
    _m("a choice is another", T2, PUBLIC, g.other_choice, "OPENING"),
    _m("a salt is another", T2, PUBLIC, g.other_salt, "OPENING"),
    _m("a ballot is not opened", T2, PUBLIC, g.closed_opening, "OPENING"),
    _m("a ballot is counted twice", T2, PUBLIC, g.counted_twice, "DOUBLE"),
    _m("a ballot that counts is left out", T2, PUBLIC, g.left_out, "FIGURES"),
    _m("what is no ballot counts", T2, PUBLIC, g.counts_no_ballot, "EFFECTIVE"),
    _m("a leaf and its opening are rewritten and signed", T2, PUBLIC, g.recommitted_choice, "FIGURES"),
    _m("a mark is added and logged", T2, PUBLIC, one_mark_more, "FIGURES"),
    _m("a mark is added", T2, PUBLIC, one_mark_more_unlogged, "DIGEST"),
    _m("another wins", T2, PUBLIC, another_winner, "FIGURES"),
    _m("one more is seated", T2, PUBLIC, another_seat, "FIGURES"),
    _m("turnout is higher", T2, PUBLIC, higher_turnout, "FIGURES"),
    _m("it came to something else", T2, PUBLIC, another_outcome, "OUTCOME"),
    _m("true is written as one", T2, PUBLIC, true_as_one, "FIGURES"),
    _m("the result is missing", T2, PUBLIC, no_result, "UNCOUNTED"),
    _m("there is a second result", T2, PUBLIC, two_results, "RESULT"),
    _m("the announced text is another", T2, PUBLIC, another_text, "TEXT"),
    _m("the seed of the lot is another", T2, PUBLIC, another_seed, "TERMS"),
    _m("there are fewer seats", T2, PUBLIC, fewer_seats, "TERMS"),
    _m("the bar for turnout is lower", T2, PUBLIC, lower_bar, "TERMS"),
    _m("the window is longer than announced", T2, PUBLIC, longer_window, "TERMS"),
    _m("it is another version", T2, PUBLIC, another_version, "FORMAT"),
    _m("lines stand in another order", T2, PUBLIC, another_order, "ORDER"),
    _m("the file has no end", T2, PUBLIC, no_end, "CUT"),
    _m("a number is a text", T2, PUBLIC, other_type, "LOG_INDEX"),
    _m("a special matter is counted as ordinary", T1, PUBLIC, ordinary_matter, "TERMS"),
    _m("silence is allowed", T1, PUBLIC, silence_allowed, "TERMS"),
    _m("the frozen area is larger", T1, PUBLIC, g.more_area, "CORRECTION"),
    _m("a correction starts from other totals", T1, PUBLIC, correction_from_nowhere, "CORRECTION"),
    _m("an area changes sides", T1, PUBLIC, area_moved, "FIGURES"),
    _m("what was needed is rounded down", T1, PUBLIC, rounded, "FIGURES"),
    _m("the denominator is smaller", T1, PUBLIC, smaller_denominator, "FIGURES"),
    _m("the share needed is lower", T1, PUBLIC, lower_share, "FIGURES"),
    _m("it is said to stand", T1, PUBLIC, said_to_pass, "FIGURES"),
    _m("the roll of the result is smaller", T1, PUBLIC, roll_of_fewer, "FIGURES"),
    _m("a frozen area is larger", T1, COMPLETE, reweighted, "ROLL_ENTRY"),
    _m("area moves between homes", T1, COMPLETE, moved_area, "ROLL_ENTRY"),
    _m("two homes change places", T1, COMPLETE, another_home, "ROLL_ENTRY"),
    _m("one entitlement has two first ballots", T1, COMPLETE, double_entitlement, "DOUBLE"),
    _m("a ballot is of nobody", T1, COMPLETE, ballot_of_nobody, "BALLOT"),
    _m("a ballot is another's", T1, COMPLETE, another_voter, "OPENING"),
    _m("an answer is another", T1, COMPLETE, another_answer, "OPENING"),
    _m("a ballot is hidden", T1, COMPLETE, hidden_ballot, "BALLOT"),
    _m("a ballot is listed twice", T1, COMPLETE, listed_twice, "DOUBLE"),
    _m("the replaced ballot counts", T1, COMPLETE, older_counts, "EFFECTIVE"),
    _m("suspended ballots are excused", T1, COMPLETE, excused_fault, "FIGURES"),
    _m("a paper is said to be cast online", T1, COMPLETE, paper_as_online, "BALLOT"),
    _m("a correction is larger", T1, COMPLETE, correction_of_another, "CORRECTION"),
    _m("a correction is hidden", T1, COMPLETE, correction_hidden, "CORRECTION"),
    _m("a correction has other reasons", T1, COMPLETE, correction_reworded, "CORRECTION"),
    _m("figures are changed and logged", T1, COMPLETE, complete_figures, "FIGURES"),
    _m("one home's status is another", T1, COMPLETE, g.another_status, "STATUS"),
]
