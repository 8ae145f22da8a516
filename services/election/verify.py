"""Checks the record of a Linli election without trusting the house that made it: `python verify.py record.zip`.

One file, the standard library and `cryptography`, nothing of the house. It counts by its own code. It says what it
proved, what it could not and why, and names the first line that is wrong; exit 0: nothing wrong, 1: wrong, 2: unreadable.
"""

import argparse
import hashlib
import hmac
import io
import json
import sys
import zipfile
import zlib
from base64 import b64decode
from collections import Counter
from datetime import datetime, timedelta, timezone
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SHANGHAI = timezone(timedelta(hours=8))
SPECIAL = {"RAISE_FUND", "REBUILD", "CHANGE_COMMON_PARTS"}
BEFORE_CLOSE = {"ANNOUNCED", "ROLL", "OPENED", "EXTENDED", "CAST", "RETURNED", "CLOSE", "VOID", "CORRECTION"}
AFTER_CLOSE = {"TRANSCRIBED", "VOID", "CORRECTION", "STATUS", "COUNTED", "FINAL"}
EXTENSION_DAYS = 15
ORDER = ("RECORD", "NOTE", "NOTARY", "TEXT", "TERMS", "ENTRY", "CHECKPOINT", "LEAF", "CORRECTION", "BALLOT", "EFFECTIVE",
         "RESULT", "END")  # fmt: skip
TWO_THIRDS, OVER_HALF, THREE_QUARTERS, ALL = (2, 3, True), (1, 2, False), (3, 4, True), (1, 1, True)
MALFORMED = (KeyError, ValueError, TypeError, IndexError, AttributeError, UnicodeError)


Said = dict[str, Any]
Share = tuple[int, int, bool]


class Unreadable(Exception):
    """The file cannot be read as a record at all."""


def canonical(said):
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def commits(salt, said):
    return sha(bytes.fromhex(salt), canonical(said).encode()).hex()


class Peaks:
    """The roots of the complete subtrees of a log, largest first."""

    def __init__(self):
        self.size, self.peaks = 0, []

    def add(self, leaf):
        size = self.size
        while size & 1:
            leaf, size = sha(b"\x01", self.peaks.pop(), leaf), size >> 1
        self.peaks.append(leaf)
        self.size += 1

    def root(self):
        if not self.peaks:
            return sha(b"")
        found = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            found = sha(b"\x01", peak, found)
        return found


def root_over(commitments):
    """The root of a tree whose leaves are commitments (hex)."""
    peaks = Peaks()
    for one in commitments:
        peaks.add(sha(b"\x00", bytes.fromhex(one)))
    return peaks.root().hex()


def climbs(leaf, index, size, path, root):
    """Whether an inclusion path leads from a leaf hash to a root."""
    if not 0 <= index < size:
        return False
    last = size - 1
    for step in path:
        if last == 0:
            return False
        if index & 1 or index == last:
            leaf = sha(b"\x01", step, leaf)
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            leaf = sha(b"\x01", leaf, step)
        index, last = index >> 1, last >> 1
    return last == 0 and leaf == root


class Note:
    """A signed checkpoint."""

    def __init__(self, text):
        body, _, line = text.partition("\n\n")
        self.origin, size, root, self.algorithms = body.split("\n")
        self.size, self.root, self.body = int(size), b64decode(root, validate=True), body + "\n"
        mark, self.name, signed = line.rstrip("\n").split(" ")
        signed = b64decode(signed, validate=True)
        self.key_id, self.signature = signed[:4], signed[4:]
        if mark != "—" or len(signed) != 68 or self.algorithms != "SHA-256 Ed25519" or text[-1] != "\n":
            raise ValueError("not a checkpoint of SHA-256 and Ed25519")

    def signed_by(self, key):
        name, key_id, public = key.split("+", 2)
        public = b64decode(public, validate=True)
        if (self.name, self.key_id.hex()) != (name, key_id) or sha(name.encode(), b"\n", public)[:4].hex() != key_id:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(public[1:]).verify(self.signature, self.body.encode())
        except InvalidSignature:
            return False
        return public[:1] == b"\x01"


def test(name, measure, part, whole, threshold):
    """One inequality, cross-multiplied; nothing of nothing is never enough."""
    above, below, inclusive = threshold
    left, right = below * part, above * whole
    least = -(-right // below) if inclusive else right // below + 1
    sign = ">=" if inclusive else ">"
    shown = [f"{times}*{one}" if times > 1 else str(one) for times, one in ((below, part), (above, whole))]
    holds = whole > 0 and (left >= right if inclusive else left > right)
    share = f"{'≥' if inclusive else '>'} {above}/{below}"
    return {"test": name, "measure": measure, "part": part, "whole": whole, "share": share, "least": least,
            "inequality": f"{shown[0]} {sign} {shown[1]}", "holds": holds}  # fmt: skip


def verdict(tests):
    failed = [one["test"] for one in tests if not one["holds"]]
    return {"passed": not failed, "failed": failed, "tests": tests}


def four_tests(roll, taking, agree, threshold):
    return verdict([
        test("PARTICIPATION_AREA", "AREA", taking["area"], roll["area"], TWO_THIRDS),
        test("PARTICIPATION_HEADS", "HEADS", taking["heads"], roll["heads"], TWO_THIRDS),
        test("APPROVAL_AREA", "AREA", agree["area"], taking["area"], threshold),
        test("APPROVAL_HEADS", "HEADS", agree["heads"], taking["heads"], threshold),
    ])  # fmt: skip


def plus(*sides):
    return {name: sum(side[name] for side in sides) for name in ("heads", "area")}


class Election:
    """One record in the making: line after line, each judged where it stands."""

    def __init__(self, key=None, checkpoint=None, receipt=None):
        self.key, self.older, self.receipt = key, checkpoint, receipt
        self.wrong, self.proved, self.open = [], [], []
        self.line, self.stage, self.counts = 0, -1, Counter()
        self.head, self.terms, self.text, self.notary = {}, {}, None, None
        self.entries, self.entry_lines, self.notes = [], [], []
        self.peaks, self.roots, self.watched = Peaks(), {}, None
        self.leaves, self.voids, self.transcribed, self.corrections = {}, {}, {}, []
        self.closed, self.opened, self.day, self.ends = None, None, "", None
        self.totals, self.roll_leaf, self.status, self.counted, self.final = None, None, None, {}, None
        self.ballots, self.effective, self.results, self.last_result = {}, {}, {}, None
        self.revisions = {}

    def fault(self, code, text, line=None):
        self.wrong.append((line or self.line, code, text))

    def must(self, holds, code, text, line=None):
        if not holds:
            self.fault(code, text, line)
        return holds

    # Reading

    def read(self, lines):
        for self.line, raw in enumerate(lines, 1):
            try:
                said = json.loads(raw)
                kind = said["line"]
                if kind != "LEAF":
                    self.must(raw == canonical(said).encode() + b"\n", "FORMAT", "not canonical JSON")
                self.must(ORDER.index(kind) >= self.stage, "ORDER", f"{kind} stands too late")
                self.stage = max(self.stage, ORDER.index(kind))
                self.counts[kind] += 1
                getattr(self, "on_" + kind.lower())(said)
            except MALFORMED as fault:
                self.fault("FORMAT", f"cannot be read: {type(fault).__name__} {fault}")
        self.must(self.stage == len(ORDER) - 1, "CUT", "the file ends before its last line")
        for kind in ("RECORD", "NOTARY", "TEXT", "TERMS", "RESULT", "END"):
            self.must(self.counts[kind] == 1 or kind == "RESULT" and self.counts[kind], "FORMAT", f"no one {kind} line")
        if not any(code in {"FORMAT", "CUT"} for _, code, _ in self.wrong):
            try:
                self.conclude()
            except MALFORMED as fault:
                self.fault("FORMAT", f"does not fit together: {type(fault).__name__} {fault}")
        return self

    def on_record(self, said):
        self.head = said
        self.must((said["version"], said["count"]) == (1, "linli-count/1"), "VERSION", "another version of the record")
        self.must(said["edition"] in {"PUBLIC", "COMPLETE"} and self.line == 1, "FORMAT", "no edition")
        self.complete = said["edition"] == "COMPLETE"
        self.household, self.election = said["kind"] == "T2", said["election"]

    def on_note(self, said):
        self.must(said["en"], "FORMAT", "an empty note")

    def on_notary(self, said):
        self.notary = said["key"]
        self.must(self.key in (None, said["key"]), "KEY", "another notary's key than the one you gave")

    def on_text(self, said):
        self.text, self.text_line = said["text"], self.line

    def on_terms(self, said):
        self.terms, terms, text = said, said, json.loads(self.text)
        numbers = [one["number"] for one in text.get("nominees", [])]
        items = [{"number": one["number"], "matter": one["matter"]} for one in text.get("items", [])]
        told = {"kind": self.head["kind"], "election": self.election, "seats": terms["seats"], "round": terms["round"],
                "rules": terms["rules"], "opens_at": terms["opens_at"], "closes_at": terms["closes_at"],
                "preset": self.head["preset"]}  # fmt: skip
        for name, value in told.items():
            self.must(text.get(name, value) == value, "TERMS", f"{name} is not what was announced")
        self.must(text["lot"]["seed"] == terms["seed"], "TERMS", "the seed is not what was announced")
        self.must(numbers == terms["nominees"] or "nominees" not in text, "TERMS", "the names are not the announced ones")
        self.must(items == terms["items"] or "items" not in text, "TERMS", "the items are not the announced ones")
        if terms["items"] and "items" not in text:
            self.open.append("that the items are the announced ones: the text does not list them")

    def on_entry(self, said):
        self.must(said["place"] == len(self.entries), "ROLL", f"place {len(self.entries)} of the roll is missing")
        if self.complete:
            self.must(commits(said["salt"], said["said"]) == said["commitment"], "ROLL_ENTRY", "the row is not what was frozen")
            own = said["said"]["election"] == self.election and said["said"]["place"] == said["place"]
            self.must(own, "ROLL_ENTRY", "a row of another place or election")
        self.entries.append(said)
        self.entry_lines.append(self.line)

    def on_checkpoint(self, said):
        note = Note(said["note"])
        self.must(note.signed_by(self.notary), "SIGNATURE", "the notary did not sign this checkpoint")
        self.must(note.origin == f"linli/{self.election}", "ORIGIN", "a checkpoint of another log")
        self.must(not self.notes or note.size > self.notes[-1][1].size, "CHECKPOINT", "checkpoints are out of order")
        self.notes.append((self.line, note, len(said["cosignatures"])))
        self.roots[note.size] = None

    # The log

    def on_leaf(self, said):
        index, body = said["index"], said["body"]
        if not self.must(index == self.peaks.size, "LOG_INDEX", f"leaf {self.peaks.size} is missing"):
            return
        for size in ((self.older.size,) if self.older and not index else ()):
            self.roots.setdefault(size, None)
        self.peaks.add(sha(b"\x00", body.encode()))
        if self.peaks.size in self.roots:
            self.roots[self.peaks.size] = self.peaks.root()
        if self.receipt and index == self.receipt["log_index"]:
            self.watched = body
        leaf = json.loads(body)
        self.must(canonical(leaf) == body, "LEAF", "the leaf is not canonical JSON")
        kind, day = leaf["type"], leaf["day"]
        self.must(day >= self.day, "DAY", f"leaf {index} is dated before the one before it")
        self.day = day
        if index < 2:
            self.must(kind == ("ANNOUNCED", "ROLL")[index], "LEAF_ORDER", "a log begins with ANNOUNCED and ROLL")
        allowed = BEFORE_CLOSE if self.closed is None else AFTER_CLOSE
        if not self.must(kind in allowed, "LATE_LEAF" if self.closed else "LEAF_ORDER", f"{kind} may not stand here"):
            return
        getattr(self, "leaf_" + kind.lower())(index, leaf)

    def leaf_announced(self, index, leaf):
        self.must(index == 0, "LEAF_ORDER", "announced twice")
        self.must(sha(self.text.encode()).hex() == leaf["text"], "TEXT", "not the announced text", self.text_line)

    def leaf_roll(self, index, leaf):
        self.must(index == 1, "LEAF_ORDER", "a second roll")
        self.roll_leaf, self.totals = leaf, {"heads": leaf["heads"], "area": leaf["area"]}
        self.must(leaf["entries"] == len(self.entries), "ROLL", f"{leaf['entries']} entries were frozen")
        root = root_over(one["commitment"] for one in self.entries)
        self.must(root == leaf["root"], "ROLL_ROOT", "the roll is not the one that was frozen", min(self.entry_lines or [self.line]))
        if self.complete:
            sums = {name: sum(one["said"][name] for one in self.entries) for name in ("heads", "area", "area_unknown")}
            self.must(all(leaf[name] == value for name, value in sums.items()), "ROLL_TOTALS", "rows and totals differ")

    def leaf_opened(self, index, leaf):
        self.must(self.opened is None, "LEAF_ORDER", "opened twice")
        self.opened, self.ends = leaf["day"], datetime.fromisoformat(leaf["closes_at"])
        self.must(self.ends == datetime.fromisoformat(self.terms["closes_at"]), "WINDOW", "another end than announced")
        self.must(leaf["day"] >= self.day_of(self.terms["opens_at"]), "WINDOW", "opened before the announced day")

    def leaf_extended(self, index, leaf):
        end = datetime.fromisoformat(leaf["closes_at"])
        fits = self.opened and self.ends and timedelta(0) < end - self.ends <= timedelta(days=EXTENSION_DAYS)
        once = self.ends == datetime.fromisoformat(self.terms["closes_at"])
        self.must(fits and once and leaf["day"] <= self.day_of(self.ends), "WINDOW", "an extension that may not be")
        self.ends = end

    def day_of(self, instant):
        found = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
        return found.astimezone(SHANGHAI).date().isoformat()

    def leaf_cast(self, index, leaf):
        self.must(self.opened is not None, "LEAF_ORDER", "cast before the opening")
        self.must(self.ends is None or leaf["day"] <= self.day_of(self.ends), "WINDOW", "cast after the announced end")
        self.leaves[index] = (leaf["who"], leaf.get("what"))

    def leaf_returned(self, index, leaf):
        self.must("what" not in leaf, "LEAF", "a returned paper tells no choice")
        self.leaf_cast(index, leaf)

    def leaf_close(self, index, leaf):
        self.closed = index
        ends = self.ends and self.day_of(self.ends)
        self.must(ends is not None and leaf["day"] >= ends, "WINDOW", "closed before the announced end")

    def leaf_transcribed(self, index, leaf):
        of = leaf["of"]
        self.must(of in self.leaves and self.leaves[of][1] is None, "TRANSCRIBED", f"leaf {of} is no returned paper")
        self.must(of not in self.transcribed, "TRANSCRIBED", f"paper {of} is transcribed twice")
        self.transcribed[of] = leaf["what"]

    def leaf_void(self, index, leaf):
        self.must(leaf["of"] in self.leaves and leaf["of"] not in self.voids, "VOID", f"leaf {leaf['of']} is no ballot, or void twice")
        self.voids[leaf["of"]] = index

    def leaf_correction(self, index, leaf):
        self.must(leaf["before"] == self.totals, "CORRECTION", "the totals before it are not those that stood")
        self.totals = leaf["after"]
        self.corrections.append((index, leaf, self.line))

    def leaf_status(self, index, leaf):
        self.must(leaf["entries"] == len(self.entries), "STATUS", "not one line an entry of the roll")
        self.status = (index, leaf["root"], self.line)

    def leaf_counted(self, index, leaf):
        self.must(leaf["number"] == len(self.counted) + 1, "LEAF_ORDER", "counts are numbered from 1")
        self.must(self.status is not None, "LEAF_ORDER", "counted before the status of each entry was fixed")
        self.counted[leaf["number"]] = (index, leaf["figures"])

    def leaf_final(self, index, leaf):
        self.must(leaf["number"] == len(self.counted) and not self.final, "LEAF_ORDER", "not the last count is final")
        self.final = index

    # Openings

    def on_correction(self, said):
        place = said["said"]["place"]
        index, leaf, _ = next(one for one in self.corrections if one[0] == said["index"])
        opened = commits(said["salt"], said["said"]) == leaf["entry"] and sha(said["words"].encode()).hex() == leaf["reason"]
        moved = all(leaf["after"][name] - leaf["before"][name] == said["said"][name] - self.entries[place]["said"][name]
                    for name in ("heads", "area"))  # fmt: skip
        self.must(opened and moved, "CORRECTION", f"not what the leaf {index} says")
        self.entries[place] = {**self.entries[place], "said": said["said"]}
        self.counts["CORRECTED"] += 1

    def what(self, said, index):
        """The opened choice of a ballot, judged against its leaf."""
        if "what" not in said:
            return None
        leaf = self.leaves[index][1] or self.transcribed.get(index)
        self.must(commits(said["what_salt"], said["what"]) == leaf, "OPENING", f"not the choice that leaf {index} commits to")
        self.must(said["what"]["election"] == self.election, "OPENING", "a choice of another election")
        return said["what"]

    def on_effective(self, said):
        index = said["index"]
        self.must(not self.complete and index in self.leaves, "EFFECTIVE", f"leaf {index} is no ballot")
        self.must(index not in self.effective and index > max(self.effective, default=-1), "DOUBLE", "counted twice")
        self.must(index not in self.voids, "VOID", f"ballot {index} was voided")
        choice = self.what(said, index)
        self.must(choice is not None or not self.household, "OPENING", "an effective ballot is not opened")
        self.effective[index] = (None, choice, None)

    def on_ballot(self, said):
        index, who = said["index"], said["who"]
        self.must(self.complete and index in self.leaves, "BALLOT", f"leaf {index} is no ballot")
        self.must(index not in self.ballots and index > max(self.ballots, default=-1), "DOUBLE", "listed twice")
        self.must(commits(said["who_salt"], who) == self.leaves[index][0], "OPENING", f"not whom leaf {index} commits to")
        self.must(who["election"] == self.election, "OPENING", "a ballot of another election")
        before = self.revisions.setdefault(who["entry"], [])
        self.must(who["revision"] == len(before) + 1, "DOUBLE", "a second ballot of one entitlement, or one is missing")
        choice = self.what(said, index)
        before.append((index, said["capacity"], said["effective"], self.line))
        self.ballots[index] = (who["entry"], choice, said["fault"])

    def on_result(self, said):
        self.must(said["number"] == len(self.results) + 1, "RESULT", "results are numbered from 1")
        self.results[said["number"]] = self.last_result = said
        self.result_line = self.line
        digest = self.counted.get(said["number"], (None, None))[1]
        self.must(digest is not None, "RESULT", "the log knows of no such count")
        if said["figures"].get("merged") is True and not self.complete and not self.household:
            self.open.append(f"that figures {said['number']} are the logged ones: small sides are merged (a complete record shows it)")
        else:
            self.must(sha(canonical(said["figures"]).encode()).hex() == digest, "DIGEST", "not the figures that the log names")

    def on_end(self, said):
        self.must(said["lines"] == self.line - 1, "CUT", "lines were added or are missing")

    # What only the whole can show

    def conclude(self) -> None:
        self.check_signatures()
        self.check_older()
        if not self.must(self.closed is not None and self.status is not None, "OPEN", "not closed: nothing to count"):
            return
        if self.complete:
            self.check_ballots()
            done = self.counts["CORRECTED"] == len(self.corrections)
            self.must(done, "CORRECTION", "a correction is not opened")
        self.check_status()
        if self.must(len(self.results) == len(self.counted), "RESULT", "a count of the log is missing"):
            self.check_result()
        self.check_receipt()
        self.summarise()

    def check_signatures(self) -> None:
        for line, note, _ in self.notes:
            if self.must(note.size <= self.peaks.size, "TRUNCATED", "leaves that were signed are missing", line):
                self.must(self.roots[note.size] == note.root, "CHECKPOINT", "another log was signed", line)
        if not self.must(bool(self.notes), "UNSIGNED", "no checkpoint"):
            return
        last = self.notes[-1]
        if last[1].size < self.peaks.size:
            self.open.append(f"leaves from {last[1].size} on: no checkpoint covers them yet")
        if last[2] < 2:
            self.open.append("that the notary shows everybody one log: unwitnessed, nobody cosigned (compare a poster)")
        if self.key is None:
            self.open.append("whose the notary's key is: the record names it itself (give --key from elsewhere)")

    def check_older(self) -> None:
        if self.older is None:
            return
        ours = self.older.signed_by(self.key or self.notary) and self.older.origin == f"linli/{self.election}"
        if not self.must(ours, "OLDER", "the older checkpoint is not of this log or not by its notary"):
            return
        self.must(self.older.size <= self.peaks.size, "NOT_EXTENSION", f"{self.older.size} leaves were signed before")
        if self.older.size <= self.peaks.size:
            same = self.roots[self.older.size] == self.older.root
            if self.must(same, "NOT_EXTENSION", f"its first {self.older.size} leaves are not those signed before"):
                self.proved.append(f"the log only grew since the checkpoint of {self.older.size} leaves")

    def voided(self, index: int) -> bool:
        return self.voids.get(index, self.peaks.size) < self.status[0]

    def check_ballots(self) -> None:
        """Complete edition: every ballot is somebody's, and which one counts follows from the rule."""
        for index in self.leaves:
            self.must(index in self.ballots, "BALLOT", f"ballot {index} is not opened")
        known = {one["said"]["entry"] for one in self.entries}
        self.must(len(known) == len(self.entries), "DOUBLE", "an entitlement is on the roll twice")
        for entry, cast in self.revisions.items():
            self.must(entry in known, "BALLOT", "a ballot of nobody on the roll", cast[0][3])
            standing = [one for one in cast if not self.voided(one[0])]
            owners = [one for one in standing if self.household and one[1] == "OWNER"]
            counts = (owners or standing or [(None,)])[-1][0]
            for index, _, effective, line in cast:
                self.must(effective == (index == counts), "EFFECTIVE", f"ballot {index} is not taken as the rule says", line)
            if counts is not None:
                self.effective[counts] = self.ballots[counts]

    def check_status(self) -> None:
        if self.complete:
            mine = {vote[0]: index for index, vote in self.effective.items()}
            for line, one in zip(self.entry_lines, self.entries, strict=True):
                entry, index = one["said"]["entry"], mine.get(one["said"]["entry"])
                said = {"status": "NONE"} if index is None else {"status": "EFFECTIVE", "index": index}
                salt = hmac.digest(bytes.fromhex(one["salt"]), b"status", "sha256").hex()
                same = commits(salt, {"election": self.election, "entry": entry, **said}) == one.get("status")
                self.must(same, "STATUS", "another status than its ballots give", line)
        root = root_over(one["status"] for one in self.entries)
        self.must(root == self.status[1], "STATUS", "the status tree is not the one that was logged", self.status[2])
        self.must(len(self.effective) <= len(self.entries), "DOUBLE", "more ballots count than there are entitlements")
        if not self.complete:
            for index in self.effective:
                self.must(not self.voided(index), "VOID", f"ballot {index} was voided")

    # Counting

    def check_result(self) -> None:
        figures, self.line = dict(self.last_result["figures"]), self.result_line
        merged = figures.pop("merged", False)
        figures.pop("salt", None)
        self.rules, self.roll = self.terms["rules"], self.totals
        kinds = {"HOUSEHOLD_BALLOT": self.count_household, "CANDIDATES": self.count_candidates}
        outcome, mine = kinds.get(self.head["preset"], self.count_items)(figures)
        if path := difference(mine, figures):
            self.fault("FIGURES", f"counted again, it differs at {path}")
        self.must(outcome == self.last_result["outcome"], "OUTCOME", f"it came to {outcome}")
        if not self.household and not self.complete:
            whole = "" if merged else ", and they are those that the log names"
            self.proved.append(f"the sums fit the roll and give every test as said{whole}")
            self.open.append("the sums themselves: single votes by area are opened in the complete edition only")

    def weights(self) -> dict[str, Said]:
        return {one["said"]["entry"]: {name: one["said"][name] for name in ("heads", "area")} for one in self.entries}

    def count_household(self, _: Said) -> tuple[str, Said]:
        """Up to so many marks; equal marks share a rank unless the border of the seats parts them: then the lot."""
        seats, numbers = self.terms["seats"], self.terms["nominees"]
        most = self.rules["max_marks"] or seats
        ballots = [choice["marks"] for _, choice, _ in self.effective.values()]
        valid = [marks for marks in ballots if 0 < len(marks) <= most and len({*marks} & {*numbers}) == len(marks)]
        marked = Counter(number for marks in valid for number in marks)
        ranking = []
        for number in numbers:
            ahead = sum(marked[one] > marked[number] for one in numbers)
            tied = [one for one in numbers if marked[one] == marked[number]]
            lot = ahead < seats < ahead + len(tied)
            place = ahead + sum((self.ticket(one) < self.ticket(number)) if lot else one < number for one in tied)
            rank = place + 1 if lot else ahead + 1
            row = {"number": number, "rank": rank, "marks": marked[number], "seated": place < seats, "by_lot": lot}
            ranking.append((place, row))
        cast, homes = len(ballots), len(self.entries)
        reached = homes > 0 and self.rules["turnout_below"] * cast >= self.rules["turnout_above"] * homes
        low = "REPEAT" if self.terms["round"] == 1 else "RANKED_LOW_TURNOUT"
        ranked = [row for _, row in sorted(ranking, key=lambda one: one[0])]
        return "RANKED" if reached else low, {
            "households": homes, "returned": cast, "valid": len(valid), "invalid": cast - len(valid), "ranking": ranked
        }  # fmt: skip

    def ticket(self, number: int) -> str:
        return sha(f"{self.terms['seed']}|{self.election}|{number}".encode()).hex()

    def count_candidates(self, shown: Said) -> tuple[str, Said]:
        """Each must pass for himself; votes, then area, then lot."""
        seats, numbers, weight = self.terms["seats"], self.terms["nominees"], {}
        if self.complete:
            weight = self.weights()
            taking = plus(*(weight[entry] for entry, _, _ in self.effective.values()))
            votes = {number: plus() for number in numbers}
            for entry, choice, fault in self.effective.values():
                marks = {*choice["marks"]} if not fault else set()
                if len(marks) <= seats and marks <= {*numbers}:
                    votes |= {number: plus(votes[number], weight[entry]) for number in marks}
        else:
            tested = [row for row in shown["candidates"] if "fewer" not in row]
            parts = {one["measure"]: one["part"] for one in tested[0]["tests"][:2]} if tested else {"AREA": 0, "HEADS": 0}
            taking = {"heads": parts["HEADS"], "area": parts["AREA"]}
            votes = {row["number"]: {"heads": row["heads"], "area": row["area"]} for row in tested}
            self.check_turnout(taking)
        found = {number: four_tests(self.roll, taking, votes[number], OVER_HALF) for number in votes}
        order = {number: (-votes[number]["heads"], -votes[number]["area"], self.ticket(number)) for number in votes}
        ranked = sorted((number for number in votes if found[number]["passed"]), key=order.__getitem__)
        equal = Counter(order[number][:2] for number in ranked)
        rows = []
        for number in ranked + sorted({*numbers} - {*ranked}):
            rank = ranked.index(number) + 1 if number in ranked else None
            told = {"number": number, "rank": rank, "elected": rank is not None and rank <= seats,
                    "by_lot": rank is not None and equal[order[number][:2]] > 1}  # fmt: skip
            rows.append(told | (votes[number] | found[number] if number in votes else {"passed": False, "fewer": 5}))
        again = 2 * min(len(ranked), seats) < seats
        whole = {"roll": self.roll, "seats": seats, "candidates": rows, "reserve": ranked[seats:], "elect_again": again}
        return "ELECT_AGAIN" if again else "ELECTED", whole

    def check_turnout(self, taking: Said) -> None:
        self.must(taking["heads"] <= len(self.effective), "FIGURES", "more heads took part than ballots count")

    def count_items(self, shown: Said) -> tuple[str, Said]:
        """Each item by its majority; who marked nothing or twice is invalid."""
        kinds = {"UNANIMOUS": self.unanimous_item, "MEMBERS_VOTE": self.members_item}
        count, items = kinds.get(self.head["preset"], self.owners_item), []
        for place, item in enumerate(self.terms["items"]):
            told = shown["items"][place]
            items.append({**item, **count(item, self.sides(item) if self.complete else told, told)})
        stands = [item["stands"] for item in items]
        whole = {"roll": self.roll, "items": items}
        if self.head["preset"] == "MEMBERS_VOTE":
            owners = self.owner_members(shown)
            whole = {"members": len(self.entries), "owner_members": owners, "items": items}
        return "PASSED" if all(stands) else "PARTLY" if any(stands) else "LOST", whole

    def sides(self, item: Said) -> Said:
        """Sums by choice, of everybody who did not send anything back, and of those of them with proof of delivery."""
        weight, delivered = self.weights(), {one["said"]["entry"]: one["delivered"] for one in self.entries}
        owners = {one["said"]["entry"]: one["said"]["basis"] == "OWNER_MEMBER" for one in self.entries}
        found = {name: [] for name in ("agree", "oppose", "abstain", "invalid")}
        for entry, choice, fault in self.effective.values():
            marked = "INVALID" if fault else choice["items"].get(str(item["number"]), "INVALID")
            found[marked.lower()].append(entry)
        back = {entry for side in found.values() for entry in side}
        silent = [entry for entry in weight if entry not in back]
        members = {name: len(entries) for name, entries in found.items()}
        sums = {name: plus(*map(weight.__getitem__, side)) for name, side in {**found, "silent": silent}.items()}
        proven = plus(*(weight[entry] for entry in silent if delivered[entry]))
        return {**sums, "members": members, "back_owners": sum(owners[entry] for entry in back), "proven": proven}

    def owners_item(self, item: Said, sides: Said, told: Said) -> Said:
        names = ("agree", "oppose", "abstain", "invalid", "silent") if "oppose" in sides else (
            "agree", "not_agree", "not_taking_part")  # fmt: skip
        shown = {name: {"heads": sides[name]["heads"], "area": sides[name]["area"]} for name in names}
        self.must(plus(*shown.values()) == self.roll, "FIGURES", f"item {item['number']}: the sides are not the whole roll")
        counted = {"not_agree"} if "not_agree" in shown else {"oppose", "abstain"}
        counted |= {"invalid"} & {*shown} if self.rules["invalid_participates"] else set()
        taking, rule = plus(shown["agree"], *(shown[name] for name in sorted(counted))), self.rules["silent_rule"]
        if not self.complete:
            self.check_turnout(taking)
        majority = "SPECIAL" if item["matter"] in SPECIAL else "ORDINARY"
        threshold = THREE_QUARTERS if majority == "SPECIAL" else OVER_HALF
        plain, moved = four_tests(self.roll, taking, shown["agree"], threshold), None
        if rule != "NONE":
            self.must(self.terms["silence_adopted"] and not self.terms["founding_pmc"], "SILENCE", "silence may not count")
            moved = self.with_silence(shown, taking, sides, told, threshold)
        stands = (moved or plain)["passed"]
        return {"majority": majority, **shown, **plain, "silent_rule": rule, "with_silence": moved, "stands": stands}

    def with_silence(self, shown: Said, taking: Said, sides: Said, told: Said, threshold: Share) -> Said:
        proven = sides.get("proven")
        if proven is None:  # public: how many were proven silent is taken from the figures
            area, heads = (one["part"] for one in told["with_silence"]["tests"][:2])
            proven = {"heads": heads - taking["heads"], "area": area - taking["area"]}
            self.must(min(proven.values()) >= 0, "SILENCE", "silence takes nobody's part away")
        follows = self.rules["silent_rule"] == "FOLLOW_MAJORITY"
        if "oppose" in shown:
            follows &= all(shown["agree"][name] > shown["oppose"][name] for name in ("heads", "area"))
        else:
            follows &= told["with_silence"]["tests"][2]["part"] != shown["agree"]["area"]
        agree = plus(shown["agree"], proven) if follows else shown["agree"]
        return four_tests(self.roll, plus(taking, proven), agree, threshold)

    def unanimous_item(self, item: Said, sides: Said, told: Said) -> Said:
        names = [name for name in ("agree", "oppose", "abstain", "invalid", "silent", "not_agree") if name in told]
        shown = {name: sides[name] for name in names}
        agreed = shown["agree"] if isinstance(shown["agree"], int) else shown["agree"]["heads"]
        found = verdict([test("UNANIMITY", "HEADS", agreed, len(self.entries), ALL)])
        return {"majority": "UNANIMOUS", **shown, **found, "stands": found["passed"]}

    def members_item(self, item: Said, sides: Said, told: Said) -> Said:
        source = sides["members"] if self.complete else told
        shown = {name: source[name] for name in ("agree", "oppose", "abstain", "invalid", "not_agree") if name in source}
        tests = [test("QUORUM_MEMBERS", "HEADS", sum(shown.values()), len(self.entries), OVER_HALF)]
        if owners := self.owner_members(self.last_result["figures"]):
            part = sides["back_owners"] if self.complete else told["tests"][1]["part"]
            tests.append(test("QUORUM_OWNERS", "HEADS", part, owners, OVER_HALF))
        tests.append(test("APPROVAL_MEMBERS", "HEADS", shown["agree"], len(self.entries), OVER_HALF))
        found = verdict(tests)
        return {"majority": "MEMBERS", **shown, **found, "stands": found["passed"]}

    def owner_members(self, shown: Said) -> int:
        if not self.complete:
            return int(shown["owner_members"])
        return sum(one["said"]["basis"] == "OWNER_MEMBER" for one in self.entries)

    # A voter's own proof

    def check_receipt(self) -> None:
        mine = self.receipt
        if mine is None:
            return
        self.must(mine["election_id"] == self.election, "RECEIPT", "a receipt of another election", 0)
        if not self.must(self.watched == mine["leaf"], "RECEIPT", "the log does not hold the ballot of this receipt", 0):
            return
        leaf, index = json.loads(mine["leaf"]), mine["log_index"]
        who = commits(mine["who_salt"], mine["who_said"]) == leaf["who"]
        what = "what" not in leaf or commits(mine["what_salt"], mine["what_said"]) == leaf["what"]
        self.must(who and what, "RECEIPT", "its leaf does not commit to what the receipt opens", 0)
        if mine.get("checkpoint"):
            note, path = Note(mine["checkpoint"]), [bytes.fromhex(step) for step in mine["inclusion"]]
            leads = climbs(sha(b"\x00", mine["leaf"].encode()), index, note.size, path, note.root)
            signed = note.signed_by(self.key or self.notary)
            self.must(leads and signed, "RECEIPT", "its proof does not lead to a signed checkpoint", 0)
        fate = "is the one that counts" if index in self.effective else "was replaced or voided: another one counts or none"
        self.proved.append(f"your ballot is leaf {index}, as you cast it; it {fate}")

    def summarise(self) -> None:
        ballots, homes = len(self.leaves), len(self.entries)
        self.proved += [
            f"the log: {self.peaks.size} leaves in order, {ballots} ballots, signed in {len(self.notes)} checkpoints",
            f"the roll: {homes} entitlements as frozen before the opening, {len(self.corrections)} logged corrections",
            f"windows: nothing was cast before the opening or after the closing (leaf {self.closed})",
            f"the status tree: {len(self.effective)} of {homes} entitlements have a ballot that counts",
        ]
        if self.household or self.complete:
            self.proved.append("the result: counted again from the opened ballots, it is the same to the last figure")
        if self.complete:
            self.proved.append("one ballot an entitlement: no two that count are of one")
            self.open.append("as what somebody cast (owner, resident, proxy) and deliveries: the log commits to neither")
        else:
            self.open.append("that no two counted ballots are of one home: each home proves its own status by itself")


def difference(mine: Any, theirs: Any, path: str = "figures") -> str | None:
    """The first place where two figures are not the same."""
    if isinstance(mine, dict) and isinstance(theirs, dict):
        for name in sorted({*mine, *theirs}):
            if name not in mine or name not in theirs:
                return f"{path}.{name}"
            if found := difference(mine[name], theirs[name], f"{path}.{name}"):
                return found
        return None
    if isinstance(mine, list) and isinstance(theirs, list) and len(mine) == len(theirs):
        pairs = enumerate(zip(mine, theirs, strict=True))
        return next((found for at, pair in pairs if (found := difference(*pair, f"{path}[{at}]"))), None)
    return None if mine == theirs and type(mine) is type(theirs) else f"{path}: {mine!r}, not {theirs!r}"


def verify(file: Any, key: str | None = None, checkpoint: str | None = None, receipt: Said | None = None) -> Election:
    """The record in a zip (path or file) with what was found. Errors: Unreadable."""
    try:
        older = Note(checkpoint) if checkpoint else None
        with zipfile.ZipFile(file) as archive:
            if archive.namelist() != ["record.ndjson"]:
                raise Unreadable("not one file named record.ndjson")
            with archive.open("record.ndjson") as lines:
                return Election(key, older, receipt).read(io.BufferedReader(lines))
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error, *MALFORMED) as fault:
        raise Unreadable(f"{type(fault).__name__}: {fault}") from fault


def main(arguments: list[str]) -> int:
    asked = argparse.ArgumentParser(description="Checks the record of a Linli election.")
    asked.add_argument("record")
    asked.add_argument("--key", help="the notary's public key, from a poster: name+id+key")
    asked.add_argument("--checkpoint", help="file with an older checkpoint of the same log")
    asked.add_argument("--receipt", help="file with your own receipt (JSON)")
    given = asked.parse_args(arguments)
    try:
        older = open(given.checkpoint, encoding="utf-8").read() if given.checkpoint else None
        receipt = json.load(open(given.receipt, encoding="utf-8")) if given.receipt else None
        found = verify(given.record, given.key, older, receipt)
    except (OSError, ValueError, Unreadable) as fault:
        sys.stdout.write(f"UNREADABLE: {fault}\n")
        return 2
    wrong = sorted(found.wrong)
    shown = [f"WRONG: line {line}: {code}: {text}" for line, code, text in wrong[:20]]
    shown += [f"PROVED: {text}" for text in found.proved if not wrong]
    shown += [f"NOT PROVED: {text}" for text in dict.fromkeys(found.open)]
    sys.stdout.write("\n".join([*shown, f"{len(wrong)} wrong." if wrong else "Nothing is wrong.", ""]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
