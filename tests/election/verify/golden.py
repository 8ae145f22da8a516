"""Golden records, public and complete, and the small changes that a verifier must find."""

import copy
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.election.rules.commitments import canonical, commitment
from services.election.rules.leaves import leaf_hash
from services.election.rules.merkle import Frontier
from services.election.rules.notes import read_note
from services.election.rules.parameters import DEFAULTS, Preset
from services.election.rules.record import Edition
from services.election.rules.tally import SilentRule
from tests.election.verify.made import Made
from tests.election.verify.plans import KEY, NOTARY_KEY, Plan, note_over

Line = dict[str, Any]
Lines = list[Line]
Change = Callable[[Lines], None]
T2, T1, SILENT, FIRST = "household ballot", "owners' decision", "decision with silence", "log of the first version"
AGAIN, HOMES_AGAIN, LOW = "decision with revotes", "household ballot with revotes", "household ballot of few"
ALL, MEMBERS, COMMITTEE = "unanimous consent", "members' vote", "candidates"
PLANS = {
    T2: Plan(Preset.HOUSEHOLD_BALLOT, 60, 11),
    T1: Plan(
        Preset.SPECIAL,
        80,
        29,
        rules=replace(DEFAULTS[Preset.SPECIAL], invalid_participates=True),
        corrected=2,
        ballots=900,
    ),
    SILENT: Plan(
        Preset.ORDINARY,
        60,
        14,
        rules=replace(DEFAULTS[Preset.ORDINARY], silent_rule=SilentRule.AS_PARTICIPATION),
        silence=True,
        ballots=500,
    ),
    FIRST: Plan(Preset.ORDINARY, 60, 15, log=1),
    AGAIN: Plan(Preset.ORDINARY, 80, 16, again=700, ballots=900),
    HOMES_AGAIN: Plan(Preset.HOUSEHOLD_BALLOT, 80, 17, again=700, ballots=900),
    LOW: Plan(Preset.HOUSEHOLD_BALLOT, 60, 18, ballots=200),
    ALL: Plan(Preset.UNANIMOUS, 60, 19, ballots=700),
    MEMBERS: Plan(Preset.MEMBERS_VOTE, 9, 20),
    COMMITTEE: Plan(Preset.CANDIDATES, 60, 21, ballots=1000, nominees=3),
}


@cache
def golden(name: str) -> Made:
    return Made(PLANS[name])


def lines_of(name: str, edition: Edition) -> Lines:
    return copy.deepcopy(golden(name).lines(edition))


def all_of(lines: Lines, kind: str) -> Lines:
    return [line for line in lines if line["line"] == kind]


def one(lines: Lines, kind: str) -> Line:
    return all_of(lines, kind)[-1]


def body_of(line: Line) -> Line:
    return dict(json.loads(line["body"]))


def leaves(lines: Lines, *types: str) -> Lines:
    return [line for line in all_of(lines, "LEAF") if body_of(line)["type"] in types]


def say(line: Line, **changed: Any) -> None:
    """Write a leaf anew with these members."""
    line["body"] = canonical(body_of(line) | changed).decode()


def renumbered(lines: Lines) -> None:
    """Dense indexes, and the count at the end."""
    for index, line in enumerate(all_of(lines, "LEAF")):
        line["index"] = index
    lines[-1]["lines"] = len(lines) - 1


def signed_anew(lines: Lines, key: Ed25519PrivateKey = KEY) -> None:
    """A notary that signs whatever stands there now, so that only the content can show what is wrong."""
    frontiers, frontier = {}, Frontier()
    for line in all_of(lines, "LEAF"):
        frontier.extend([leaf_hash(line["body"].encode())])
        frontiers[frontier.size] = note_over(lines[0]["election"], frontier, key)
    for line in all_of(lines, "CHECKPOINT"):
        size = min(read_note(line["note"]).size, frontier.size)
        line["note"] = frontiers[size]
    last = None
    for line in list(all_of(lines, "CHECKPOINT")):
        if line["note"] == last:
            lines.remove(line)
        last = line["note"]
    lines[-1]["lines"] = len(lines) - 1


def rehashed(lines: Lines) -> None:
    """Figures that the COUNTED leaf hashes, whatever they are now."""
    digest = hashlib.sha256(canonical(one(lines, "RESULT")["figures"])).hexdigest()
    say(leaves(lines, "COUNTED")[-1], figures=digest)
    signed_anew(lines)


@dataclass(frozen=True)
class Mutation:
    """What is changed in which record, and the reason that the verifier must give."""

    what: str
    record: str
    edition: Edition
    change: Change
    code: str

    def __str__(self) -> str:
        return f"{self.record}, {self.edition.lower()}: {self.what}"


def drop_last_leaf(lines: Lines) -> None:
    lines.remove(all_of(lines, "LEAF")[-1])
    renumbered(lines)


def drop_a_ballot(lines: Lines) -> None:
    lines.remove(leaves(lines, "CAST")[3])
    renumbered(lines)


def swap_two_leaves(lines: Lines) -> None:
    first, second = leaves(lines, "CAST")[3:5]
    first["body"], second["body"] = second["body"], first["body"]


def swap_indexes(lines: Lines) -> None:
    first, second = leaves(lines, "CAST")[3:5]
    first["index"], second["index"] = second["index"], first["index"]


def late_ballot(lines: Lines) -> None:
    """A copy of a cast ballot, after the closing."""
    copied = copy.deepcopy(leaves(lines, "CAST")[0])
    say(copied, day=body_of(leaves(lines, "STATUS")[0])["day"])
    lines.insert(lines.index(leaves(lines, "STATUS")[0]), copied)
    renumbered(lines)
    signed_anew(lines)


def early_ballot(lines: Lines) -> None:
    opened = leaves(lines, "OPENED")[0]
    first = leaves(lines, "CAST")[0]
    opened["body"], first["body"] = first["body"], opened["body"]
    say(opened, day=body_of(leaves(lines, "ROLL")[0])["day"])
    signed_anew(lines)


def backdated(lines: Lines) -> None:
    say(leaves(lines, "CAST")[-1], day="2026-11-01")
    signed_anew(lines)


def after_the_end(lines: Lines) -> None:
    for line in leaves(lines, "CLOSE", "TRANSCRIBED", "STATUS", "COUNTED", "FINAL", "CORRECTION"):
        say(line, day="2026-12-20")
    for line in leaves(lines, "VOID"):
        say(line, day="2026-12-19")
    say(leaves(lines, "CAST", "RETURNED")[-1], day="2026-12-19")
    signed_anew(lines)


def closed_early(lines: Lines) -> None:
    say(leaves(lines, "CLOSE")[0], day=body_of(leaves(lines, "CAST")[0])["day"])
    signed_anew(lines)


def another_end(lines: Lines) -> None:
    say(leaves(lines, "OPENED")[0], closes_at="2026-12-09T02:00:00+00:00")
    signed_anew(lines)


def two_closings(lines: Lines) -> None:
    close = leaves(lines, "CLOSE")[0]
    lines.insert(lines.index(close), copy.deepcopy(close))
    renumbered(lines)
    signed_anew(lines)


def transcribed_twice(lines: Lines) -> None:
    first, second = leaves(lines, "TRANSCRIBED")[:2]
    say(second, of=body_of(first)["of"])
    signed_anew(lines)


def transcribed_a_cast(lines: Lines) -> None:
    say(leaves(lines, "TRANSCRIBED")[0], of=leaves(lines, "CAST")[0]["index"])
    signed_anew(lines)


def transcribed_of_nothing(lines: Lines) -> None:
    say(leaves(lines, "TRANSCRIBED")[0], of=1)
    signed_anew(lines)


def a_return_that_tells(lines: Lines) -> None:
    say(leaves(lines, "RETURNED")[0], what="00" * 32)
    signed_anew(lines)


def void_of_nothing(lines: Lines) -> None:
    say(leaves(lines, "VOID")[0], of=0)
    signed_anew(lines)


def voided_counts(lines: Lines) -> None:
    """A ballot that was voided is put back among those that count."""
    of = body_of(leaves(lines, "VOID")[0])["of"]
    effective = all_of(lines, "EFFECTIVE")
    place = next((line for line in effective if line["index"] > of), effective[-1])
    made = golden(T2)
    ballot = next(one for one in made.ballots if one.index == of)
    said = {"line": "EFFECTIVE", "index": of, "what_salt": ballot.what_salt.hex(), "what": ballot.what}
    lines.insert(lines.index(place), said)
    lines[-1]["lines"] += 1


def counted_without_status(lines: Lines) -> None:
    lines.remove(leaves(lines, "STATUS")[0])
    renumbered(lines)
    signed_anew(lines)


def counted_second_first(lines: Lines) -> None:
    say(leaves(lines, "COUNTED")[0], number=2)
    signed_anew(lines)


def final_of_another(lines: Lines) -> None:
    say(leaves(lines, "FINAL")[0], number=2)
    signed_anew(lines)


def another_status(lines: Lines) -> None:
    all_of(lines, "ENTRY")[5]["status"] = "00" * 32


def status_of_fewer(lines: Lines) -> None:
    say(leaves(lines, "STATUS")[0], entries=1)
    signed_anew(lines)


def edited_roll(lines: Lines) -> None:
    all_of(lines, "ENTRY")[7]["commitment"] = "11" * 32


def swapped_roll(lines: Lines) -> None:
    first, second = all_of(lines, "ENTRY")[3:5]
    first["commitment"], second["commitment"] = second["commitment"], first["commitment"]


def shorter_roll(lines: Lines) -> None:
    lines.remove(all_of(lines, "ENTRY")[-1])
    lines[-1]["lines"] -= 1


def gap_in_roll(lines: Lines) -> None:
    lines.remove(all_of(lines, "ENTRY")[4])
    lines[-1]["lines"] -= 1


def longer_roll(lines: Lines) -> None:
    last = all_of(lines, "ENTRY")[-1]
    lines.insert(lines.index(last) + 1, {**last, "place": last["place"] + 1})
    lines[-1]["lines"] += 1


def more_area(lines: Lines) -> None:
    """Denominator made larger, in the log and everywhere."""
    roll = leaves(lines, "ROLL")[0]
    say(roll, area=body_of(roll)["area"] + 1)
    signed_anew(lines)


def forged_key(lines: Lines) -> None:
    """Another notary signs, under its own key; the verifier was given the true one."""
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    signed_anew(lines, other)
    name, _, _ = NOTARY_KEY.split("+", 2)
    public = other.public_key().public_bytes_raw()
    key_id = hashlib.sha256(name.encode() + b"\n\x01" + public).hexdigest()[:8]
    import base64

    lines[0]["notary"] = f"{name}+{key_id}+{base64.b64encode(bytes([1]) + public).decode()}"


def forged_signature(lines: Lines) -> None:
    signed_anew(lines, Ed25519PrivateKey.from_private_bytes(bytes(32)))


def forked_checkpoint(lines: Lines) -> None:
    """The notary signed another root of the same size."""
    line = all_of(lines, "CHECKPOINT")[1]
    size = read_note(line["note"]).size
    line["note"] = note_over(lines[0]["election"], Frontier([bytes(32)] * size))


def larger_checkpoint(lines: Lines) -> None:
    line = all_of(lines, "CHECKPOINT")[-1]
    line["note"] = note_over(lines[0]["election"], Frontier([bytes(32)] * 10_000))


def foreign_checkpoint(lines: Lines) -> None:
    line = all_of(lines, "CHECKPOINT")[-1]
    frontier = Frontier(leaf_hash(leaf["body"].encode()) for leaf in all_of(lines, "LEAF"))
    line["note"] = note_over("00000000-0000-0000-0000-000000000000", frontier)


def unordered_checkpoints(lines: Lines) -> None:
    first, second = all_of(lines, "CHECKPOINT")[:2]
    first["note"], second["note"] = second["note"], first["note"]


def no_checkpoints(lines: Lines) -> None:
    for line in all_of(lines, "CHECKPOINT"):
        lines.remove(line)
    lines[-1]["lines"] = len(lines) - 1


def other_algorithm(lines: Lines) -> None:
    line = all_of(lines, "CHECKPOINT")[-1]
    line["note"] = line["note"].replace("SHA-256", "SHA-1  ")


def other_choice(lines: Lines) -> None:
    opened = all_of(lines, "EFFECTIVE")[4]
    opened["what"]["marks"] = [1] if opened["what"]["marks"] != [1] else [2]


def other_salt(lines: Lines) -> None:
    all_of(lines, "EFFECTIVE")[4]["what_salt"] = "22" * 32


def closed_opening(lines: Lines) -> None:
    del all_of(lines, "EFFECTIVE")[4]["what"]


def counted_twice(lines: Lines) -> None:
    effective = all_of(lines, "EFFECTIVE")[4]
    lines.insert(lines.index(effective), copy.deepcopy(effective))
    lines[-1]["lines"] += 1


def left_out(lines: Lines) -> None:
    lines.remove(all_of(lines, "EFFECTIVE")[4])
    lines[-1]["lines"] -= 1


def counts_no_ballot(lines: Lines) -> None:
    all_of(lines, "EFFECTIVE")[0]["index"] = 0


def commit(lines: Lines, index: int, **changed: Any) -> None:
    """A ballot whose leaf commits to something else, opening and signatures put right."""
    leaf = all_of(lines, "LEAF")[index]
    say(leaf, **changed)
    signed_anew(lines)


def recommitted_choice(lines: Lines) -> None:
    """The leaf itself is rewritten: the notary signs, but the count shows it."""
    cast = {line["index"] for line in leaves(lines, "CAST")}
    opened = next(one for one in all_of(lines, "EFFECTIVE") if one["index"] in cast and one["what"]["marks"] != [1])
    opened["what"]["marks"] = [1]
    what = commitment(bytes.fromhex(opened["what_salt"]), opened["what"]).hex()
    commit(lines, opened["index"], what=what)
