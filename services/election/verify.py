"""Checks the record of a Linli election without trusting the house that made it: `python verify.py record.zip`.

One file: the standard library and `cryptography`, nothing of the house; it counts by its own code. It says what it
proved, what it could not and why, and names the first wrong line. Exit 0: nothing wrong, 1: wrong, 2: unreadable.
"""
# fmt: off
# mypy: disable-error-code="var-annotated, no-any-return"

import argparse, hashlib, hmac, json, sys, zipfile, zlib  # noqa: E401, I001
from base64 import b64decode
from collections import Counter
from datetime import datetime, timedelta, timezone
from functools import reduce
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Said = dict[str, Any]
SHANGHAI, PUNCTUAL = timezone(timedelta(hours=8)), timedelta(hours=1)
SPECIAL = {"RAISE_FUND", "REBUILD", "CHANGE_COMMON_PARTS"}
TWO_THIRDS, OVER_HALF, THREE_QUARTERS, ALL = (2, 3, True), (1, 2, False), (3, 4, True), (1, 1, True)
LATE_LEAVES, LEAVES_OF_ANY_TIME = {"TRANSCRIBED", "STATUS", "COUNTED", "FINAL"}, {"VOID", "CORRECTION"}
NAMES = {"TRANSCRIBED": {"RETURNED"}, "VOID": {"CAST", "RETURNED"}, "LETTER": {"AUTHORITY"}, "SETTLED": {"OBJECTION"}}
ORDER = "RECORD TERMS ENTRY CHECKPOINT LEAF CORRECTION BALLOT OPENING EFFECTIVE RESULT END".split()  # noqa: SIM905
SIDES, BOTH = ("agree", "oppose", "abstain", "invalid"), ("heads", "area")
MALFORMED = (KeyError, ValueError, TypeError, IndexError, AttributeError, StopIteration, RecursionError, OverflowError)
def canonical(said: Any) -> str:
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()
def commits(salt: str, said: Any) -> str:
    return sha(bytes.fromhex(salt), canonical(said).encode()).hex()
def day_of(instant: Any) -> str:
    return datetime.fromisoformat(str(instant)).astimezone(SHANGHAI).date().isoformat()
def plus(*sides: Said) -> Said:
    return {name: sum(side[name] for side in sides) for name in BOTH}
class Peaks:
    """A log so far, as the roots of its complete subtrees, largest first (RFC 6962)."""
    def __init__(self, commitments: Any = ()) -> None:
        self.size, self.peaks = 0, []
        for one in commitments:
            self.add(sha(b"\x00", bytes.fromhex(one)))
    def add(self, leaf: bytes) -> None:
        size = self.size
        while size & 1:
            leaf, size = sha(b"\x01", self.peaks.pop(), leaf), size >> 1
        self.peaks.append(leaf)
        self.size += 1
    def root(self) -> bytes:
        return reduce(lambda right, left: sha(b"\x01", left, right), reversed(self.peaks or [sha()]))
class Note:
    """A signed checkpoint: origin, size, root and algorithms; then who signed."""
    def __init__(self, text: str) -> None:
        body, _, line = text.partition("\n\n")
        self.origin, size, root, algorithms = body.split("\n")
        self.size, self.root, self.body = int(size), b64decode(root, validate=True), (body + "\n").encode()
        mark, self.name, signed = line.removesuffix("\n").split(" ")
        self.signed = b64decode(signed, validate=True)
        if (mark, len(self.signed), algorithms, text[-1]) != ("—", 68, "SHA-256 Ed25519", "\n"):
            raise ValueError("not a checkpoint of SHA-256 and Ed25519")
    def signed_by(self, key: str) -> bool:
        name, key_id, encoded = key.split("+", 2)
        public = b64decode(encoded, validate=True)
        known = sha(name.encode(), b"\n", public)[:4]
        try:
            Ed25519PublicKey.from_public_bytes(public[1:]).verify(self.signed[4:], self.body)
        except InvalidSignature:
            return False
        return (self.name, self.signed[:4], key_id, public[:1]) == (name, known, known.hex(), b"\x01")
def test(name: str, measure: str, part: int, whole: int, share: tuple[int, int, bool]) -> Said:
    above, below, inclusive = share
    left, right = below * part, above * whole
    shown = [f"{times}*{one}" if times > 1 else f"{one}" for times, one in ((below, part), (above, whole))]
    return {"test": name, "measure": measure, "part": part, "whole": whole,
            "share": f"{'≥' if inclusive else '>'} {above}/{below}",
            "least": -(-right // below) if inclusive else right // below + 1,
            "inequality": f"{shown[0]} {'>=' if inclusive else '>'} {shown[1]}",
            "holds": whole > 0 and (left >= right if inclusive else left > right)}
def verdict(*tests: Said) -> Said:
    failed = [one["test"] for one in tests if not one["holds"]]
    return {"passed": not failed, "failed": failed, "tests": [*tests]}
def four_tests(roll: Said, taking: Said, agree: Said, share: tuple[int, int, bool]) -> Said:
    asked = (("PARTICIPATION", taking, roll, TWO_THIRDS), ("APPROVAL", agree, taking, share))
    return verdict(*(test(f"{name}_{measure.upper()}", measure.upper(), part[measure], whole[measure], needed)
                     for name, part, whole, needed in asked for measure in ("area", "heads")))
class Record:
    """One record, line after line, each judged where it stands; then what only the whole can show."""
    def __init__(self, key: str | None, older: list[Note], receipt: Said | None) -> None:
        self.key, self.older, self.receipt = key, older, receipt
        self.wrong, self.proved, self.open, self.counts = [], [], [], Counter()
        self.line, self.stage, self.day = 0, 0, ""
        self.entries, self.frozen, self.notes, self.results, self.counted, self.ends = [], [], [], [], [], []
        self.peaks, self.roots = Peaks(), {note.size: b"" for note in older}
        self.cast, self.claims, self.corrections, self.totals, self.close = {}, {}, {}, {}, {}
        self.ballots, self.history, self.effective, self.who, self.opened = {}, {}, {}, {}, {}
        self.named: Said = {kind: {} for kind in NAMES}
        self.read, self.voids = self.named["TRANSCRIBED"], self.named["VOID"]
        self.closed, self.final, self.status = -1, -1, (-1, "", 0)
    def must(self, holds: Any, code: str, text: str, line: int | None = None) -> bool:
        if not holds:
            self.wrong.append((self.line if line is None else line, code, text))
        return bool(holds)
    def judge(self, lines: Any) -> "Record":
        for self.line, raw in enumerate(lines, 1):
            try:
                said = json.loads(raw)
                kind, stage = said["line"], ORDER.index(said["line"])
                self.must(kind == "LEAF" or raw == canonical(said).encode() + b"\n", "FORMAT", "not canonical JSON")
                self.must(stage >= self.stage, "ORDER", f"{kind} stands too late")
                self.stage = max(self.stage, stage)
                self.counts[kind] += 1
                getattr(self, f"on_{kind.lower()}")(said)
            except MALFORMED as fault:
                self.must(False, "FORMAT", f"cannot be read: {fault!r}")
        try:
            once = self.counts["RECORD"] == self.counts["TERMS"] == self.counts["END"] == 1
            if self.must(once, "CUT", "the file is cut, or its first or last line is there twice"):
                self.conclude()
        except MALFORMED as fault:
            self.must(False, "FORMAT", f"does not fit together: {fault!r}")
        self.wrong.sort()
        return self
    def on_record(self, said: Said) -> None:
        self.head, self.election, self.notary, self.version = said, said["election"], said["notary"], said["version"]
        self.complete, self.household = said["edition"] == "COMPLETE", said["kind"] == "T2"
        known = (self.line, said["count"]) == (1, "linli-count/1") and self.version in (1, 2)
        self.must(known and said["edition"] in {"PUBLIC", "COMPLETE"}, "FORMAT", "another kind of record")
        self.must(self.key in (None, self.notary), "KEY", "another notary's key than the one you gave")
    def on_terms(self, said: Said) -> None:
        self.terms, self.terms_line, text = said, self.line, json.loads(said["text"])
        text |= {"seed": text["lot"]["seed"], "nominees": [one["number"] for one in text["nominees"]],
                 "items": [{name: one[name] for name in ("number", "matter")} for one in text.get("items", [])],
                 "silence_adopted": bool(text.get("silence_adopted"))}
        for name in {*said} - {"line", "text", "founding_pmc"} | {"kind", "preset", "election"}:
            told = (self.head | said)[name]
            self.must(text.get(name, told) == told, "TERMS", f"{name} is not what was announced")
    def on_entry(self, said: Said) -> None:
        self.must(said["place"] == len(self.entries), "ROLL", f"place {len(self.entries)} of the roll is missing")
        if self.complete:
            own = {**said["said"], "election": self.election, "place": len(self.entries), "heads": 1} == said["said"]
            self.must(own and commits(said["salt"], said["said"]) == said["commitment"], "ROLL_ENTRY", "not as frozen")
        self.entries.append(said)
        self.frozen.append((self.line, said))
    def on_checkpoint(self, said: Said) -> None:
        note = Note(said["note"])
        self.must(note.signed_by(self.notary), "SIGNATURE", "the notary did not sign this checkpoint")
        self.must(note.origin == f"linli/{self.election}", "ORIGIN", "a checkpoint of another log")
        self.must(not self.notes or note.size > self.notes[-1][1].size, "CHECKPOINT", "checkpoints are out of order")
        self.notes.append((self.line, note, len(said["cosignatures"])))
        self.roots[note.size] = b""
    # The log
    def on_leaf(self, said: Said) -> None:
        index, body = said["index"], said["body"]
        self.must(index == self.peaks.size, "LOG_INDEX", f"leaf {self.peaks.size} is missing")
        self.peaks.add(sha(b"\x00", body.encode()))
        if self.peaks.size in self.roots:
            self.roots[self.peaks.size] = self.peaks.root()
        leaf = json.loads(body)
        kind, day, late = leaf["type"], leaf["day"], self.closed >= 0
        self.must(canonical(leaf) == body, "LEAF", "the leaf is not canonical JSON")
        self.must(day >= self.day, "DAY", f"leaf {index} is dated before the one before it")
        self.day = day
        if index < 2 or kind in {"ANNOUNCED", "ROLL"}:
            self.must(kind == ("ANNOUNCED", "ROLL", "")[min(index, 2)], "LEAF_ORDER", f"{kind} may not be leaf {index}")
        fits = self.final < 0 and (kind in LEAVES_OF_ANY_TIME or (kind in LATE_LEAVES) == late)
        if self.must(fits, "LATE_LEAF" if late else "LEAF_ORDER", f"{kind} may not stand here"):
            getattr(self, f"leaf_{kind.lower()}")(index, leaf)
    def leaf_announced(self, index: int, leaf: Said) -> None:
        self.must(sha(self.terms["text"].encode()).hex() == leaf["text"], "TEXT", "not the announced", self.terms_line)
        self.must(self.version == leaf.get("log", 1), "VERSION", "the log was begun as one of another version", 1)
    def leaf_roll(self, index: int, leaf: Said) -> None:
        root = Peaks(one["commitment"] for one in self.entries).root().hex()
        self.must((root, len(self.entries)) == (leaf["root"], leaf["entries"]), "ROLL_ROOT", "not the frozen roll",
                  self.frozen[0][0] if self.frozen else None)
        self.totals = {name: leaf[name] for name in BOTH}
        names = (*BOTH, "area_unknown") * self.complete
        sums = {name: sum(one["said"][name] for one in self.entries) for name in names}
        self.must(sums.items() <= leaf.items(), "ROLL_TOTALS", f"the rows have {sums}")
    def leaf_opened(self, index: int, leaf: Said) -> None:
        end, told, opens, begun = (datetime.fromisoformat(one) for one in (
            leaf["closes_at"], self.terms["closes_at"], self.terms["opens_at"], f"{leaf['day']}T00:00:00+08:00"))
        most, least = (timedelta(days=self.terms["rules"].get(one, 0)) for one in ("extension_days", "window_min_days"))
        fits = self.ends == [told] and leaf["day"] <= day_of(told) and told < end <= told + most
        if leaf["type"] == "OPENED":
            fits = not self.ends and end == told and leaf["day"] >= day_of(opens)
            fits &= begun - opens <= PUNCTUAL or told - begun >= least
        self.must(fits, "WINDOW", "not the announced window, or an extension that may not be")
        self.ends.append(end)
    def leaf_cast(self, index: int, leaf: Said) -> None:
        self.must((leaf["type"] == "CAST") == ("what" in leaf), "LEAF", "only a cast ballot tells its choice")
        self.must(self.ends and leaf["day"] <= day_of(self.ends[-1]), "WINDOW", "a ballot before or after the window")
        self.cast[index] = leaf
    def leaf_close(self, index: int, leaf: Said) -> None:
        self.closed, self.close = index, leaf
        self.must(self.ends and leaf["day"] >= day_of(self.ends[-1]), "WINDOW", "closed before the announced end")
    def leaf_authority(self, index: int, leaf: Said) -> None:
        self.must(leaf["type"] == "AUTHORITY" or leaf["of"] in self.cast, "OBJECTION", "against no ballot")
        self.claims[index] = leaf
    def leaf_void(self, index: int, leaf: Said) -> None:
        kind, of = leaf["type"], leaf["of"]
        fits = (self.cast.get(of) or self.claims.get(of) or leaf)["type"] in NAMES[kind]
        self.must(fits and of not in self.named[kind], kind, f"leaf {of} cannot be named so, or was before")
        self.named[kind][of] = leaf.get("what", index)
    def leaf_correction(self, index: int, leaf: Said) -> None:
        self.must(leaf["before"] == self.totals, "CORRECTION", "the totals before it are not those that stood")
        self.totals, self.corrections[index] = leaf["after"], leaf
    def leaf_status(self, index: int, leaf: Said) -> None:
        self.must(leaf["entries"] == len(self.entries), "STATUS", "not one status an entry of the roll")
        self.status = (index, leaf["root"], self.line)
    def leaf_counted(self, index: int, leaf: Said) -> None:
        self.counted += [leaf["figures"]] if leaf["type"] == "COUNTED" else []
        self.must(leaf["number"] == len(self.counted) and self.status[0] >= 0 > self.final, "LEAF_ORDER",
                  "counts are numbered, follow a status of each entry, and the last one is final")
        self.final = index if leaf["type"] == "FINAL" else self.final
    leaf_extended, leaf_returned, leaf_objection, leaf_final = leaf_opened, leaf_cast, leaf_authority, leaf_counted
    leaf_transcribed = leaf_letter = leaf_settled = leaf_void
    def on_correction(self, said: Said) -> None:
        leaf, mine, row = self.corrections[said["index"]], said["said"], self.entries[said["said"]["place"]]
        moved = {name: mine[name] - row["said"][name] for name in BOTH}
        opened = (commits(said["salt"], mine), sha(said["words"].encode()).hex()) == (leaf["entry"], leaf["reason"])
        same = mine == {**row["said"], **{name: mine[name] for name in (*BOTH, "area_unknown")}}
        fits = opened and same and mine["heads"] in (0, 1) and leaf["after"] == plus(leaf["before"], moved)
        self.must(fits, "CORRECTION", "not the correction that was logged, or of more than what the entitlement weighs")
        self.entries[mine["place"]] = {**row, "said": mine}
    def choice(self, said: Said) -> Any:
        committed = self.cast[said["index"]].get("what") or self.read.get(said["index"])
        if self.must("what" in said, "OPENING", "the ballot is not opened"):
            same = commits(said["what_salt"], said["what"]) == committed and said["what"]["election"] == self.election
            self.must(same, "OPENING", "not the choice that was committed to")
        return said.get("what")
    def on_effective(self, said: Said) -> None:
        index = said["index"]
        self.must(not self.complete and index in self.cast, "EFFECTIVE", "no ballot of this log")
        self.must(index > max(self.effective, default=-1), "DOUBLE", "counted twice, or out of order")
        self.must(not self.voided(index), "VOID", "a voided ballot is counted")
        self.effective[index] = ("", self.choice(said) if self.household else None, said.get("fault"))
    def on_ballot(self, said: Said) -> None:
        index, who = said["index"], said["who"]
        self.must(self.complete and index in self.cast, "BALLOT", "no ballot of this log")
        self.must(index > max(self.ballots, default=-1), "DOUBLE", "listed twice, or out of order")
        same = commits(said["who_salt"], who) == self.cast[index]["who"] and who["election"] == self.election
        self.must(same, "OPENING", "not whom the leaf commits to")
        before = self.history.setdefault(who["entry"], [])
        self.must(who["revision"] == len(before) + 1, "DOUBLE", "two first ballots of one entitlement, or one hidden")
        paper = "what" not in self.cast[index]
        same = (said["capacity"] == "PAPER") == paper and said["capacity"] == who.get("capacity", said["capacity"])
        self.must(same, "BALLOT", "not cast as what it is said to be")
        before.append((index, said["capacity"], said["effective"], self.line))
        opened = self.choice(said) if said["effective"] or not paper or index in self.read else None
        self.ballots[index], self.who[index] = (who["entry"], opened, said["fault"]), who
    def on_opening(self, said: Said) -> None:
        leaf, one = self.claims[said["index"]], said["said"]
        same = commits(said["salt"], one) == leaf["who"] and one["election"] == self.election
        same &= one["entry"] == self.ballots[leaf["of"]][0] if "of" in leaf else True
        same &= ("objector" if "of" in leaf else "warrant") in one
        self.must(same and said["index"] not in self.opened, "OPENING", "not whom the leaf commits to, or opened twice")
        self.opened[said["index"]] = one
    def on_result(self, said: Said) -> None:
        self.results.append((self.line, said))
        merged = said["figures"].get("merged") is True and not (self.complete or self.household)
        self.open += ["that these figures are the logged ones, as small sides are merged (complete edition)"] * merged
        logged = (said["number"], self.counted[len(self.results) - 1 :][:1])
        same = logged == (len(self.results), [sha(canonical(said["figures"]).encode()).hex()])
        self.must(merged or same, "DIGEST", "not the figures that were logged")
    def on_end(self, said: Said) -> None:
        self.must(said["lines"] == self.line - 1, "CUT", "lines were added or are missing")
    # What only the whole can show
    def conclude(self) -> None:
        for line, note, _ in self.notes:
            if self.must(note.size <= self.peaks.size, "TRUNCATED", "leaves that were signed are missing", line):
                self.must(self.roots[note.size] == note.root, "CHECKPOINT", "another log was signed", line)
        self.must(self.notes, "UNSIGNED", "no checkpoint", 0)
        for older in self.older:
            ours = older.signed_by(self.key or self.notary) and older.origin == f"linli/{self.election}"
            same = older.size <= self.peaks.size and self.roots[older.size] == older.root
            self.must(ours, "OLDER", "the older checkpoint is not of this log, or not by its notary", 0)
            self.must(same, "NOT_EXTENSION", f"it does not begin with the {older.size} leaves signed before", 0)
            self.proved.append(f"the log only grew since the older checkpoint ({older.size} leaves)")
        if self.must(self.closed >= 0 and self.status[0] >= 0 and self.results, "UNCOUNTED", "it is not counted", 0):
            if self.complete:
                self.check_ballots()
            if self.version > 1:
                self.check_faults()
            self.check_status()
            self.must(len(self.results) == len(self.counted), "RESULT", "a count that was logged is missing", 0)
            self.check_result(*self.results[-1])
            if self.receipt:
                self.check_receipt(self.receipt)
            self.summarise()
    def voided(self, index: int) -> bool:
        return bool(self.voids.get(index, self.peaks.size) < self.status[0])
    def check_ballots(self) -> None:
        # Which of somebody's counts: a void ends everything before it; an owner's prevails; else the newest.
        self.must(self.cast.keys() == self.ballots.keys(), "BALLOT", "not every ballot is opened", 0)
        self.must(self.counts["CORRECTION"] == len(self.corrections), "CORRECTION", "not every one is opened", 0)
        self.weight = {one["said"]["entry"]: {name: one["said"][name] for name in BOTH} for one in self.entries}
        self.must(len(self.weight) == len(self.entries), "DOUBLE", "a home is on the roll twice", self.frozen[0][0])
        for entry, cast in self.history.items():
            self.must(entry in self.weight, "BALLOT", "a ballot of nobody on the roll", cast[0][3])
            live = cast[max((place for place, one in enumerate(cast) if self.voided(one[0])), default=-1) + 1 :]
            alone = len(live) < 2 or "PAPER" not in {one[1] for one in live}
            self.must(alone, "CHANNEL", "a paper stands beside another ballot of its entitlement", cast[0][3])
            counts = ([one for one in live if one[1] == "OWNER"] or live or [(-1,)])[-1][0]
            for index, _, effective, line in cast:
                self.must(effective == (index == counts), "EFFECTIVE", "not the ballot that the rule takes", line)
            if counts >= 0:
                self.effective[counts] = self.ballots[counts]
    def check_faults(self) -> None:
        # A fault is an objection that was not settled, or an authority without its letter: both logged before CLOSE.
        settled, letters, opened = self.named["SETTLED"], self.named["LETTER"], self.opened.items()
        standing = {index: leaf["of"] for index, leaf in self.claims.items() if "of" in leaf and index not in settled}
        told = {index: vote[2] for index, vote in self.effective.items() if vote[2]}
        closed = {one: fault for fault, those in self.close["faults"].items() for one in those if not self.voided(one)}
        objected = {index for index, fault in told.items() if fault == "OBJECTED"}
        fits = {*standing.values()} & {*self.effective} <= objected and len(objected) <= len(standing)
        self.must(fits and told == closed, "FAULT", "the invalid ballots are not those of the log at its closing", 0)
        self.must(not self.complete or {*self.opened} == {*self.claims}, "OPENING", "not everything is opened", 0)
        given = {one["authority"]: (one["entry"], index, one["warrant"] != "AGENT" or one["paper"] or index in letters)
                 for index, one in opened if "authority" in one}
        against = [(one["entry"], one["objector"]) for index, one in opened if index in standing]
        for index, who in self.who.items():
            entry, since, good = given.get(who["authority"], (who["entry"], -1, True))
            fits = (since >= 0) == (who["capacity"] == "PROXY") and (entry, since < index) == (who["entry"], True)
            self.must(fits, "AUTHORITY", f"leaf {index} was cast under none that was logged before it", 0)
            is_objected = any(entry == who["entry"] and one != who["caster"] for entry, one in against)
            due = "OBJECTED" if is_objected else None if good else "NO_LETTER"
            self.must(self.effective.get(index, (due,))[-1] == due, "FAULT", f"leaf {index}: by the log {due}", 0)
    def check_status(self) -> None:
        mine, proofs, rows = {vote[0]: index for index, vote in self.effective.items()}, [], self.frozen * self.complete
        for line, one in rows:
            key, own = bytes.fromhex(one["salt"]), {"election": self.election, "entry": one["said"]["entry"]}
            salts = [hmac.digest(key, what, "sha256").hex() for what in (b"status", b"delivered")]
            proofs.append(commits(salts[1], {**own, "delivered": int(one["delivered"])}))
            own |= {"status": "EFFECTIVE", "index": mine[own["entry"]]} if own["entry"] in mine else {"status": "NONE"}
            self.must(commits(salts[0], own) == one["status"], "STATUS", "not what its ballots give", line)
        told = {"deliveries": sum(one["delivered"] for _, one in rows), "delivered": Peaks(proofs).root().hex()}
        self.must(not rows or self.version == 1 or told.items() <= self.close.items(), "DELIVERED", "not as closed", 0)
        same = Peaks(one["status"] for one in self.entries).root().hex() == self.status[1]
        self.must(same, "STATUS", "not the status tree that was logged", self.status[2])
        self.must(len(self.effective) <= len(self.entries), "DOUBLE", "more ballots count than entitlements are", 0)
    def check_result(self, line: int, result: Said) -> None:
        self.line, figures = line, {n: one for n, one in result["figures"].items() if n not in ("merged", "salt")}
        counts = {"HOUSEHOLD_BALLOT": self.count_household, "CANDIDATES": self.count_candidates}
        outcome, mine = counts.get(self.head["preset"], self.count_items)(figures)
        for name in sorted({*mine, *figures}):
            own, given = canonical(mine.get(name)), canonical(figures.get(name))
            self.must(own == given, "FIGURES", f"counted again, {name} is {own}")
        self.must(outcome == result["outcome"], "OUTCOME", f"it came to {outcome}")
    def ticket(self, number: Any) -> str:
        return sha(f"{self.terms['seed']}|{self.election}|{number}".encode()).hex()
    def count_household(self, _: Said) -> tuple[str, Said]:
        seats, numbers, rules = self.terms["seats"], self.terms["nominees"], self.terms["rules"]
        most, ballots = rules["max_marks"] or seats, [choice["marks"] for _, choice, _ in self.effective.values()]
        valid = [marks for marks in ballots if 0 < len(marks) <= most and len({*marks} & {*numbers}) == len(marks)]
        got = Counter(number for marks in valid for number in marks)
        above = {number: sum(got[one] > got[number] for one in numbers) for number in numbers}
        lots = {number: ahead < seats < ahead + [*above.values()].count(ahead) for number, ahead in above.items()}
        order = sorted(numbers, key=lambda one: (above[one], self.ticket(one) if lots[one] else "", one))
        ranking = [{"number": one, "rank": (place if lots[one] else above[one]) + 1, "marks": got[one],
                    "seated": place < seats, "by_lot": lots[one]} for place, one in enumerate(order)]
        cast, homes = len(ballots), len(self.entries)
        enough = homes > 0 and rules["turnout_below"] * cast >= rules["turnout_above"] * homes
        outcome = "RANKED" if enough else "REPEAT" if self.terms["round"] == 1 else "RANKED_LOW_TURNOUT"
        return outcome, {"households": homes, "returned": cast, "valid": len(valid), "invalid": cast - len(valid),
                         "ranking": ranking}
    def count_candidates(self, shown: Said) -> tuple[str, Said]:
        seats, numbers, rules = self.terms["seats"], self.terms["nominees"], self.terms["rules"]
        told = [row for row in shown["candidates"] if "fewer" not in row]
        votes: Said = {row["number"]: {name: row[name] for name in BOTH} for row in told}
        taking: Said = {"area": told[0]["tests"][0]["part"], "heads": told[0]["tests"][1]["part"]} if told else plus()
        if self.complete:
            weight, votes, taking = self.weight, {number: plus() for number in numbers}, plus()
            for entry, choice, fault in self.effective.values():
                marks = {*choice["marks"]} if not fault else set()
                fits = len(marks) <= seats and marks <= {*numbers}
                taking = plus(taking, *[weight[entry]] * bool((fits and marks) or rules["invalid_participates"]))
                votes |= {number: plus(votes[number], weight[entry]) for number in marks if fits}
        self.must(taking["heads"] <= len(self.effective), "FIGURES", "more heads took part than ballots count")
        found = {number: four_tests(self.totals, taking, votes[number], OVER_HALF) for number in votes}
        order = {number: (-votes[number]["heads"], -votes[number]["area"], self.ticket(number)) for number in votes}
        ranked = sorted((number for number in votes if found[number]["passed"]), key=order.__getitem__)
        equal = Counter(order[number][:2] for number in ranked)
        rows = [{"number": number, "rank": place + 1 if number in ranked else None,
                 "elected": number in ranked[:seats], "by_lot": number in ranked and equal[order[number][:2]] > 1,
                 **votes.get(number, {"passed": False, "fewer": 5}), **found.get(number, {})}
                for place, number in enumerate(ranked + sorted({*numbers} - {*ranked}))]
        again = 2 * min(len(ranked), seats) < seats
        return "ELECT_AGAIN" if again else "ELECTED", {"roll": self.totals, "seats": seats, "candidates": rows,
                                                       "reserve": ranked[seats:], "elect_again": again}
    def count_items(self, shown: Said) -> tuple[str, Said]:
        whole: Said = {"roll": self.totals}
        count = self.unanimous if self.head["preset"] == "UNANIMOUS" else self.decided
        if self.head["preset"] == "MEMBERS_VOTE":
            owners = [one["said"]["basis"] for one in self.entries if self.complete].count("OWNER_MEMBER")
            count, whole = self.members, {"members": len(self.entries)}
            whole["owner_members"] = owners if self.complete else shown["owner_members"]
        items = [{**item, **count(self.sides(item) if self.complete else told, told, {**item, **whole})}
                 for item, told in zip(self.terms["items"], shown["items"], strict=True)]
        stands = {item["stands"] for item in items}
        return "PASSED" if stands == {True} else "PARTLY" if True in stands else "LOST", {**whole, "items": items}
    def sides(self, item: Said) -> Said:
        weight, side = self.weight, {name: [] for name in SIDES}
        rows = {one["said"]["entry"]: one for one in self.entries}
        for entry, choice, fault in self.effective.values():
            side["invalid" if fault else choice["items"].get(str(item["number"]), "INVALID").lower()].append(entry)
        back = {entry for entries in side.values() for entry in entries}
        sums: Said = {name: plus(*map(weight.__getitem__, entries)) for name, entries in side.items()}
        sums["silent"] = plus(*(weight[entry] for entry in rows if entry not in back))
        sums["proven"] = plus(*(weight[entry] for entry in rows if entry not in back and rows[entry]["delivered"]))
        owners = sum(rows[entry]["said"]["basis"] == "OWNER_MEMBER" for entry in back)
        return sums | {"owners": owners, "members": {name: len(entries) for name, entries in side.items()}}
    def decided(self, sides: Said, told: Said, item: Said) -> Said:
        names = (*SIDES, "silent") if "oppose" in sides else ("agree", "not_agree", "not_taking_part")
        shown, rules = {name: sides[name] for name in names}, self.terms["rules"]
        self.must(plus(*shown.values()) == self.totals, "FIGURES", f"item {item['number']}: the sides are not the roll")
        stays = {"silent", "not_taking_part"} | ({"invalid"} if not rules["invalid_participates"] else set())
        taking, agree = plus(*(shown[name] for name in names if name not in stays)), shown["agree"]
        self.must(taking["heads"] <= len(self.effective), "FIGURES", "more heads took part than ballots count")
        majority, share = ("SPECIAL", THREE_QUARTERS) if item["matter"] in SPECIAL else ("ORDINARY", OVER_HALF)
        plain, moved = four_tests(self.totals, taking, agree, share), None
        if rules["silent_rule"] != "NONE":
            allowed = self.terms["silence_adopted"] and not self.terms["founding_pmc"]
            self.must(allowed, "SILENCE", "silence may not count here")
            area, heads, agreed = (one["part"] for one in told["with_silence"]["tests"][:3])
            proven = sides.get("proven") or {"area": area - taking["area"], "heads": heads - taking["heads"]}
            self.must(proven["heads"] <= self.close.get("deliveries", proven["heads"]), "DELIVERED", "more than logged")
            follows = rules["silent_rule"] == "FOLLOW_MAJORITY" and (all(
                agree[name] > shown["oppose"][name] for name in BOTH) if "oppose" in shown else agreed != agree["area"])
            moved = four_tests(self.totals, plus(taking, proven), plus(agree, proven) if follows else agree, share)
        return {"majority": majority, **shown, **plain, "silent_rule": rules["silent_rule"], "with_silence": moved,
                "stands": (moved or plain)["passed"]}
    def unanimous(self, sides: Said, told: Said, item: Said) -> Said:
        shown = {name: sides[name] for name in (*SIDES, "silent", "not_agree") if name in told}
        agreed = shown["agree"] if isinstance(shown["agree"], int) else shown["agree"]["heads"]
        found = verdict(test("UNANIMITY", "HEADS", agreed, item["roll"]["heads"], ALL))
        return {"majority": "UNANIMOUS", **shown, **found, "stands": found["passed"]}
    def members(self, sides: Said, told: Said, item: Said) -> Said:
        given = sides.get("members", told)
        shown = {name: given[name] for name in (*SIDES, "not_agree") if name in given}
        owners = [("QUORUM_OWNERS", sides.get("owners", told["tests"][1]["part"]), item["owner_members"])]
        tests = [("QUORUM_MEMBERS", sum(shown.values()), item["members"]), *owners * bool(item["owner_members"]),
                 ("APPROVAL_MEMBERS", shown["agree"], item["members"])]
        found = verdict(*(test(name, "HEADS", part, whole, OVER_HALF) for name, part, whole in tests))
        return {"majority": "MEMBERS", **shown, **found, "stands": found["passed"]}
    def check_receipt(self, mine: Said) -> None:
        leaf = json.loads(mine["leaf"])
        opened = commits(mine["who_salt"], mine["who_said"]) == leaf["who"]
        opened &= not mine["what_said"] or commits(mine["what_salt"], mine["what_said"]) == leaf["what"]
        held = mine["election_id"] == self.election and canonical(self.cast.get(mine["log_index"])) == mine["leaf"]
        self.must(opened and held, "RECEIPT", "its ballot is not in this log, or is not what it says", 0)
        fate = "counts" if mine["log_index"] in self.effective else "does not count: it was replaced or voided"
        self.proved.append(f"your ballot is leaf {mine['log_index']}, and it {fate}")
    def summarise(self) -> None:
        sums, signed, cosigned = not self.complete and not self.household, self.notes[-1][1].size, self.notes[-1][2]
        self.proved += [
            f"the log: {self.peaks.size} leaves, {len(self.cast)} of them ballots, under {len(self.notes)} checkpoints",
            f"the roll: {len(self.entries)} entitlements as frozen; logged corrections: {len(self.corrections)}",
            f"the window: no ballot came before or after it; {len(self.effective)} count, one status an entitlement",
            "the result: " + ("the sums fit the roll, and every test" if sums else "counted again, it is the same"),
            *["one ballot an entitlement: no two that count are of one"] * self.complete]
        self.open += [text for text, is_open in (
            (f"leaves from {signed} on: no checkpoint covers them yet", signed < self.peaks.size),
            ("that everybody is shown this one log: fewer than two cosigned it (compare a poster)", cosigned < 2),
            ("whose the notary's key is: the record names it itself (give --key from elsewhere)", self.key is None),
            ("the sums themselves, whose letter was there, who has proof of delivery (complete edition only)", sums),
            ("as what somebody cast, objections, deliveries: a log of the first version holds none", self.version == 1),
            ("that no two counted ballots are of one home: each home can prove its own status", not self.complete),
        ) if is_open]
def verify(file: Any, key: str | None = None, checkpoint: str | None = None, receipt: Said | None = None) -> Record:
    """A record's zip (path or file), judged. Errors: ValueError, where it is none at all."""
    try:
        older = [Note(text) for text in (checkpoint, (receipt or {}).get("checkpoint")) if text]
        with zipfile.ZipFile(file) as archive, archive.open("record.ndjson") as lines:
            if archive.namelist() != ["record.ndjson"]:
                raise ValueError("more than one file in it")
            return Record(key, older, receipt).judge(lines)
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error, RuntimeError, *MALFORMED) as fault:
        raise ValueError(f"no record: {fault!r}") from fault
def main(arguments: list[str]) -> int:
    asked = argparse.ArgumentParser(description="Checks the record of a Linli election.")
    asked.add_argument("record", help="the zip")
    asked.add_argument("--key", help="the notary's public key as a poster says it: name+id+key")
    asked.add_argument("--checkpoint", help="file with an older checkpoint of the same log")
    asked.add_argument("--receipt", help="file with your own receipt (JSON)")
    given = asked.parse_args(arguments)
    try:
        older = given.checkpoint and Path(given.checkpoint).read_text("utf-8")
        receipt = given.receipt and json.loads(Path(given.receipt).read_text("utf-8"))
        found = verify(given.record, given.key, older, receipt)
    except (OSError, ValueError) as fault:
        asked.exit(2, f"UNREADABLE: {fault}\n")
    shown = [f"WRONG: line {line}: {code}: {text}" for line, code, text in found.wrong[:20]]
    shown += [f"PROVED: {text}" for text in found.proved if not found.wrong]
    shown += [f"NOT PROVED: {text}" for text in found.open]
    sys.stdout.write("\n".join([*shown, f"{len(found.wrong)} wrong." if found.wrong else "Nothing is wrong.", ""]))
    return 1 if found.wrong else 0
if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
