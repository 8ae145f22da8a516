# fmt: off
"""Checks the record of a Linli election without trusting the house that made it: `python verify.py record.zip`.
One file: the standard library and `cryptography`; it counts by its own code. It says what it proved, what it could not
and why, and names the first wrong line. Exit 0: nothing wrong, 1: wrong, 2: unreadable."""
# mypy: disable-error-code="var-annotated, no-any-return, dict-item"
import argparse, base64, collections, functools, hashlib, hmac, json, sys, zipfile  # noqa: E401, I001
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Said = dict[str, Any]
DAY, PUNCTUAL, SPECIAL = timedelta(days=1), timedelta(hours=1), {"RAISE_FUND", "REBUILD", "CHANGE_COMMON_PARTS"}
TWO_THIRDS, OVER_HALF, THREE_QUARTERS, ALL = (2, 3, True), (1, 2, False), (3, 4, True), (1, 1, True)
LATE_LEAVES, LEAVES_OF_ANY_TIME = {"TRANSCRIBED", "STATUS", "COUNTED", "FINAL"}, {"VOID", "CORRECTION"}
CHANGES, FIRST, AGAIN = LEAVES_OF_ANY_TIME | {"TRANSCRIBED"}, ["ANNOUNCED", "ROLL"], {"REPEAT", "ELECT_AGAIN"}
NAMES = {"TRANSCRIBED": {"RETURNED"}, "VOID": {"CAST", "RETURNED"}, "LETTER": {"AUTHORITY"}, "SETTLED": {"OBJECTION"}}
ORDER = "RECORD TERMS ENTRY CHECKPOINT LEAF CORRECTION BALLOT OPENING EFFECTIVE RESULT END".split()  # noqa: SIM905
SIDES, BOTH, ENDS = ("agree", "oppose", "abstain", "invalid"), ("heads", "area"), ("RECORD", "TERMS", "END")
SHOWN, ROLL = (*SIDES, "silent", "not_agree", "not_taking_part"), {"households": "entries", "area_hundredths": "area"}
OPTIONS = {"record": "the zip", "--key": "the notary's public key as a poster says it: name+id+key",
           "--checkpoint": "an older one (file)", "--receipt": "your own (JSON)", "--statuses": "your proofs (JSON)"}
def canonical(said: Any) -> str:
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()
def commits(salt: str, said: Any) -> str:
    return sha(bytes.fromhex(salt), canonical(said).encode()).hex()
def after(day: str, days: int) -> datetime:  # when so many days are over: the first is not counted; none: at once
    return datetime.fromisoformat(f"{day}T00:00:00+08:00") + (days and days + 1) * DAY
def heads(side: Any) -> Any:
    return side if isinstance(side, int) else side["heads"]
def plus(*sides: Said) -> Said:
    return {name: sum(side[name] for side in sides) for name in BOTH}
class Peaks:  # a log so far, as the roots of its complete subtrees, largest first (RFC 6962)
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
        return functools.reduce(lambda right, left: sha(b"\x01", left, right), reversed(self.peaks or [sha()]))
class Note:  # a signed checkpoint: origin, size, root and algorithms; then who signed
    def __init__(self, text: str) -> None:
        body, _, line = text.partition("\n\n")
        self.origin, size, root, algorithms = body.split("\n")
        self.size, self.root, self.body = int(size), base64.b64decode(root, validate=True), (body + "\n").encode()
        mark, self.name, signed = line.removesuffix("\n").split(" ")
        self.signed = base64.b64decode(signed, validate=True)
        if (mark, len(self.signed), algorithms, text[-1]) != ("—", 68, "SHA-256 Ed25519", "\n"):
            raise ValueError("not a checkpoint of SHA-256 and Ed25519")
    def signed_by(self, key: str) -> bool:
        name, key_id, encoded = key.split("+", 2)
        public = base64.b64decode(encoded, validate=True)
        known = sha(name.encode(), b"\n", public)[:4]
        try:
            Ed25519PublicKey.from_public_bytes(public[1:]).verify(self.signed[4:], self.body)
        except InvalidSignature:
            return False
        return (self.name, self.signed[:4], key_id, public[:1]) == (name, known, known.hex(), b"\x01")
def test(name: str, measure: str, part: int, whole: int, share: tuple[int, int, bool]) -> Said:
    above, below, inclusive = share
    least = -(-above * whole // below) if inclusive else above * whole // below + 1
    shown = [f"{times}*{one}" if times > 1 else f"{one}" for times, one in ((below, part), (above, whole))]
    return {"test": name, "measure": measure, "part": part, "whole": whole, "least": least,
            "share": f"{'≥' if inclusive else '>'} {above}/{below}", "holds": whole > 0 and part >= least,
            "inequality": f"{shown[0]} {'>=' if inclusive else '>'} {shown[1]}"}
def verdict(*tests: Said) -> Said:
    failed = [one["test"] for one in tests if not one["holds"]]
    return {"passed": not failed, "failed": failed, "tests": [*tests]}
def four_tests(roll: Said, taking: Said, agree: Said, share: tuple[int, int, bool]) -> Said:
    asked = (("PARTICIPATION", taking, roll, TWO_THIRDS), ("APPROVAL", agree, taking, share))
    return verdict(*(test(f"{name}_{measure.upper()}", measure.upper(), part[measure], whole[measure], needed)
                     for name, part, whole, needed in asked for measure in ("area", "heads")))
class Record:  # line after line, each judged where it stands; then what only the whole can show
    def __init__(self, key: str | None, older: list[Note], mine: list[tuple[str, Said]]) -> None:
        self.key, self.older, self.mine = key, older, mine
        self.wrong, self.proved, self.open, self.entries, self.notes, self.results = [], [], [], [], [], []
        self.counted, self.ends, self.counts = [], [], collections.Counter()
        self.line, self.stage, self.day, self.closed, self.final, self.changed = 0, 0, "", -1, -1, -1
        self.peaks, self.roots = Peaks(), {note.size: b"" for note in older}
        self.cast, self.claims, self.corrections, self.totals, self.close = {}, {}, {}, {}, {}
        self.ballots, self.effective, self.opened, self.statuses = {}, {}, {}, {}
        self.named: Said = {kind: {} for kind in NAMES}
        self.read, self.voids, self.letters, self.settled = self.named.values()
    def must(self, holds: Any, code: str, text: str, line: int | None = None) -> bool:
        self.wrong += [(self.line if line is None else line, code, text)] * (not holds)
        return bool(holds)
    def judge(self, lines: Any) -> "Record":
        for self.line, raw in enumerate(lines, 1):
            try:
                said = json.loads(raw)
                kind, stage = said["line"], ORDER.index(said["line"])
                self.must(kind == "LEAF" or raw == canonical(said).encode() + b"\n", "FORMAT", "not canonical JSON")
                self.must(stage >= self.stage, "ORDER", f"{kind} stands too late")
                self.stage, self.counts[kind] = max(self.stage, stage), self.counts[kind] + 1
                getattr(self, f"on_{kind.lower()}")(said)
            except Exception as fault:  # a file may be anything
                self.must(False, "FORMAT", f"cannot be read, or does not fit together: {fault!r}")
        self.must({self.counts[one] for one in ENDS} == {1}, "CUT", "the file is cut, or an end of it is there twice")
        self.wrong.sort()
        return self
    def on_record(self, said: Said) -> None:
        self.head, self.election, self.notary, self.version = said, said["election"], said["notary"], said["version"]
        self.complete, self.household = said["edition"] == "COMPLETE", said["kind"] == "T2"
        known = (self.line, said["count"]) == (1, "linli-count/1") and self.version in (1, 2)
        self.must(known and said["edition"] in {"PUBLIC", "COMPLETE"}, "FORMAT", "another kind of record")
        self.must(self.key in (None, self.notary), "KEY", "another notary's key than the one you gave")
    def on_terms(self, said: Said) -> None:
        self.terms, self.terms_line, self.rules, text = said, self.line, said["rules"], json.loads(said["text"])
        self.opens, self.closes = (datetime.fromisoformat(said[one]) for one in ("opens_at", "closes_at"))
        text |= {"seed": text["lot"]["seed"], "nominees": [one["number"] for one in text["nominees"]],
                 "items": [{name: one[name] for name in ("number", "matter")} for one in text.get("items", [])],
                 "silence_adopted": bool(text.get("silence_adopted"))}
        for name in {*said} - {"line", "text", "founding_pmc"} | {"kind", "preset", "election"}:
            told = (self.head | said)[name]
            self.must(text.get(name) == told, "TERMS", f"{name} is not what was announced")
        self.text, self.takes_part = text, self.rules.get("invalid_participates", True)
        self.invalid = {"invalid", "not_agree" if self.takes_part else "not_taking_part"}
        self.silent = {"silent", "not_taking_part", *["not_agree"] * (self.head["preset"] == "UNANIMOUS")}
    def on_entry(self, said: Said) -> None:
        self.must(said["place"] == len(self.entries), "ROLL", f"place {len(self.entries)} of the roll is missing")
        if self.complete:
            own = {**said["said"], "election": self.election, "place": len(self.entries), "heads": 1} == said["said"]
            self.must(own and commits(said["salt"], said["said"]) == said["commitment"], "ROLL_ENTRY", "not as frozen")
        self.entries.append({**said, "at": self.line})
    def on_checkpoint(self, said: Said) -> None:
        note = Note(said["note"])
        self.must(note.signed_by(self.notary), "SIGNATURE", "the notary did not sign this checkpoint")
        self.must(note.origin == f"linli/{self.election}", "ORIGIN", "a checkpoint of another log")
        self.must(not self.notes or note.size > self.notes[-1][1].size, "CHECKPOINT", "checkpoints are out of order")
        self.notes.append((self.line, note, len(said["cosignatures"])))
        self.roots[note.size] = b""
    def on_leaf(self, said: Said) -> None:
        index, body, leaf = said["index"], said["body"], json.loads(said["body"])
        self.must(index == self.peaks.size, "LOG_INDEX", f"leaf {self.peaks.size} is missing")
        self.peaks.add(sha(b"\x00", body.encode()))
        if self.peaks.size in self.roots:
            self.roots[self.peaks.size] = self.peaks.root()
        kind, day, late = leaf["type"], leaf["day"], self.closed >= 0
        self.begins = after(day, 0)
        self.must(canonical(leaf) == body, "LEAF", "the leaf is not canonical JSON")
        self.must(day >= self.day, "DAY", f"leaf {index} is dated before the one before it")
        self.day, self.changed = day, index if kind in CHANGES else self.changed
        self.must(FIRST[index:][:1] == [kind] * (index < 2 or kind in FIRST), "LEAF_ORDER", f"{kind} may not be here")
        fits = self.final < 0 and (kind in LEAVES_OF_ANY_TIME or (kind in LATE_LEAVES) == late)
        if self.must(fits, "LATE_LEAF" if late else "LEAF_ORDER", f"{kind} may not stand here"):
            getattr(self, f"leaf_{kind.lower()}")(index, leaf)
    def leaf_announced(self, index: int, leaf: Said) -> None:
        self.must(sha(self.terms["text"].encode()).hex() == leaf["text"], "TEXT", "not the announced", self.terms_line)
        self.must(self.version == leaf.get("log", 1), "VERSION", "the log was begun as one of another version", 1)
        self.must(after(leaf["day"], self.rules.get("notice_days", 0)) <= self.opens, "NOTICE", "it opens too soon")
    def leaf_roll(self, index: int, leaf: Said) -> None:
        root = Peaks(one["commitment"] for one in self.entries).root().hex()
        self.must((root, len(self.entries)) == (leaf["root"], leaf["entries"]), "ROLL_ROOT", "not the frozen roll")
        self.totals = {name: leaf[name] for name in BOTH}
        names = (*BOTH, "area_unknown") * self.complete
        sums = {"heads": len(self.entries)} | {name: sum(one["said"][name] for one in self.entries) for name in names}
        self.must(sums.items() <= leaf.items(), "ROLL_TOTALS", f"the rows have {sums}")
        told = {ROLL.get(name, name): one for name, one in self.text.items() if ROLL.get(name, name) in leaf}
        self.must(told.items() <= leaf.items(), "ROLL_TOTALS", f"announced was a roll of {told}")
    def leaf_opened(self, index: int, leaf: Said) -> None:
        end, least = datetime.fromisoformat(leaf["closes_at"]), self.rules.get("window_min_days", 0) * DAY
        fits = self.ends == [self.closes] and 0 * DAY < end - self.closes <= self.rules.get("extension_days", 0) * DAY
        if leaf["type"] == "OPENED":
            fits = not self.ends and end == self.closes and self.opens < self.begins + DAY
            fits &= least <= self.closes - self.opens <= self.rules.get("window_max_days", 90) * DAY
            fits &= self.begins - self.opens <= PUNCTUAL or self.closes - self.begins >= least
        fits &= self.begins <= self.closes
        self.must(fits, "WINDOW", "not the announced window, or an extension that may not be")
        self.ends.append(end)
    def leaf_cast(self, index: int, leaf: Said) -> None:
        self.must((leaf["type"] == "CAST") == ("what" in leaf), "LEAF", "only a cast ballot tells its choice")
        self.must(self.ends and self.begins <= self.ends[-1], "WINDOW", "a ballot before or after the window")
        self.must("what" not in leaf or self.rules.get("online") in (None, "OWN"), "CHANNEL", "online, not on paper")
        self.cast[index] = leaf
    def leaf_close(self, index: int, leaf: Said) -> None:
        self.closed, self.close = index, leaf
        self.must(self.ends and self.ends[-1] < self.begins + DAY, "WINDOW", "closed before the announced end")
    def leaf_authority(self, index: int, leaf: Said) -> None:
        self.must(leaf["type"] == "AUTHORITY" or leaf["of"] in self.cast, "OBJECTION", "against no ballot")
        self.claims[index] = leaf
    def leaf_void(self, index: int, leaf: Said) -> None:
        kind, of = leaf["type"], leaf["of"]
        fits = (self.cast.get(of) or self.claims.get(of) or leaf)["type"] in NAMES[kind]
        self.must(fits and of not in self.named[kind], kind, f"leaf {of} cannot be named so, or was before")
        self.named[kind][of] = leaf["what"] if kind == "TRANSCRIBED" else index
    def leaf_correction(self, index: int, leaf: Said) -> None:
        self.must(leaf["before"] == self.totals, "CORRECTION", "the totals before it are not those that stood")
        self.totals, self.corrections[index] = leaf["after"], leaf
    def leaf_status(self, index: int, leaf: Said) -> None:
        self.must(leaf["entries"] == len(self.entries), "STATUS", "not one status an entry of the roll")
        self.statuses[index] = leaf["root"], self.line
    def leaf_counted(self, index: int, leaf: Said) -> None:
        self.counted += [leaf] * (leaf["type"] == "COUNTED")
        self.final = index if leaf["type"] == "FINAL" else self.final
        fits = leaf["number"] == len(self.counted) and max(self.statuses, default=-1) > self.changed
        self.must(fits, "LEAF_ORDER", "counts are numbered, follow a status that still holds, the last is final")
        over = after(self.counted[-1]["day"], self.rules.get("objection_days", 0)) <= self.begins
        self.must(over or self.final < 0, "WINDOW", "it is final before the days for objections are over")
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
    def matches(self, salt: str, said: Said, committed: Any) -> bool:
        return commits(salt, said) == committed and said["election"] == self.election
    def on_ballot(self, said: Said) -> None:
        index, kind, effective = said["index"], said["line"], said.get("effective", True)
        self.must(self.complete == (kind == "BALLOT") and index in self.cast, kind, "no ballot of this log")
        self.must(index > next(reversed(self.ballots), -1), "DOUBLE", "there twice, or out of order")
        self.must(index not in self.voids or not effective, "VOID", "a voided ballot is counted")
        leaf, who, as_what = self.cast[index], said.get("who", {}), said.get("capacity")
        if self.complete:
            self.must(self.matches(said["who_salt"], who, leaf["who"]), "OPENING", "not whom the leaf commits to")
            same = who.get("capacity", as_what) == as_what and (as_what == "PAPER") == (leaf["type"] == "RETURNED")
            self.must(same, "BALLOT", "not cast as what it is said to be")
        what = leaf.get("what") or self.read.get(index)
        if (effective or what) and (self.complete or self.household):
            same = "what" in said and self.matches(said["what_salt"], said["what"], what)
            self.must(same, "OPENING", "the ballot is not opened, or not with the choice that was committed to")
        self.effective |= {index: (who.get("entry"), said.get("what"), said.get("fault"))} if effective else {}
        self.ballots[index] = {**said, "entry": who.get("entry"), "at": self.line}
    on_effective = on_ballot
    def on_opening(self, said: Said) -> None:
        leaf, one = self.claims[said["index"]], said["said"]
        same = self.matches(said["salt"], one, leaf["who"]) and ("objector" if "of" in leaf else "warrant") in one
        same &= "of" not in leaf or one["entry"] == self.ballots[leaf["of"]]["entry"]
        self.must(same and said["index"] not in self.opened, "OPENING", "not whom the leaf commits to, or opened twice")
        self.opened[said["index"]] = one
    def on_result(self, said: Said) -> None:
        self.results.append((self.line, said))
        number, digest = len(self.results), sha(canonical(said["figures"]).encode()).hex()
        merged = said["figures"].get("merged") is True and not (self.complete or self.household)
        self.open += ["that these figures are the logged ones, as small sides are merged (complete edition)"] * merged
        same = [(said["number"], digest)] == [(number, leaf["figures"]) for leaf in self.counted[number - 1 : number]]
        self.must(merged or same, "DIGEST", "not the figures that were logged")
    def on_end(self, said: Said) -> None:  # what only the whole can show
        self.must(said["lines"] == self.line - 1, "CUT", "lines were added or are missing")
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
        if self.must(self.closed >= 0 and self.statuses and self.results, "UNCOUNTED", "it is not counted", 0):
            self.must(max(self.statuses) > self.changed, "RECOUNT", "something was changed since it was counted", 0)
            if self.complete:
                self.check_ballots()
            if self.version > 1:
                self.check_faults()
            self.check_status()
            self.must(len(self.results) == len(self.counted), "RESULT", "a count that was logged is missing", 0)
            self.check_result(*self.results[-1])
            for kind, one in self.mine:
                getattr(self, f"check_{kind}")(one)
            self.summarise()
    def check_ballots(self) -> None:
        # BAL-11, BAL-12: of somebody's ballots the newest counts, unless it is void. An owner may replace a resident's;
        # else nobody but who cast it, where the rules let him; and never a paper what came online, or the reverse.
        self.must(self.cast.keys() == self.ballots.keys(), "BALLOT", "not every ballot is opened", 0)
        self.must(self.counts["CORRECTION"] == len(self.corrections), "CORRECTION", "not every one is opened", 0)
        self.weight = {one["said"]["entry"]: {name: one["said"][name] for name in BOTH} for one in self.entries}
        self.must(len(self.weight) == len(self.entries), "DOUBLE", "a home is on the roll twice", 0)
        newest: dict[str, Said] = {}
        for index, one in self.ballots.items():
            self.must(one["entry"] in self.weight, "BALLOT", "a ballot of nobody on the roll", one["at"])
            old = newest.get(one["entry"])
            first = one["who"]["revision"] == (old["who"]["revision"] if old else 0) + 1
            self.must(first, "DOUBLE", "two first ballots of one entitlement, or one hidden", one["at"])
            newest[one["entry"]] = one
            if old and self.voids.get(old["index"], index) >= index:  # it stood, and is replaced
                told = [(each["capacity"], each["who"].get("caster")) for each in (old, one)]
                alone, prevails = "PAPER" not in told[0] + told[1], (told[0][0], told[1][0]) == ("RESIDENT", "OWNER")
                self.must(alone, "CHANNEL", "a paper stands beside another ballot of its entitlement", one["at"])
                own = told[0] == told[1] and self.rules.get("revote", True)
                self.must(own or prevails or not alone, "REVOTE", "it replaces a ballot that it may not", one["at"])
        for index, one in self.ballots.items():
            counts = newest[one["entry"]] is one and index not in self.voids
            self.must(one["effective"] == counts, "EFFECTIVE", "not the ballot that the rule takes", one["at"])
    def check_faults(self) -> None:  # an objection not settled, an authority without its letter: logged before CLOSE
        standing = {at: leaf["of"] for at, leaf in self.claims.items() if "of" in leaf and at not in self.settled}
        told = {index: vote[2] for index, vote in self.effective.items() if vote[2]}
        closed = {one: fault for fault, those in self.close["faults"].items() for one in those if one not in self.voids}
        objected = {index for index, fault in told.items() if fault == "OBJECTED"}
        fits = {*standing.values()} & {*self.effective} <= objected and len(objected) <= len(standing)
        self.must(fits and told == closed, "FAULT", "the invalid ballots are not those of the log at its closing", 0)
        if self.complete:
            self.must({*self.opened} == {*self.claims}, "OPENING", "not everything is opened", 0)
            by = {one["authority"]: (one["entry"], at, one["warrant"] != "AGENT" or one["paper"] or at in self.letters)
                  for at, one in self.opened.items() if "authority" in one}
            against = [(one["entry"], one["objector"]) for index, one in self.opened.items() if index in standing]
            for at, ballot in self.ballots.items():
                who, entry = ballot["who"], ballot["entry"]
                home, since, good = by.get(who["authority"], (entry, -1, True))
                fits = (since >= 0) == (who["capacity"] == "PROXY") and (home, since < at) == (entry, True)
                self.must(fits, "AUTHORITY", f"leaf {at} was cast under none that was logged before it", 0)
                is_objected = any(one == entry and objector != who["caster"] for one, objector in against)
                due = "OBJECTED" if is_objected else None if good else "NO_LETTER"
                self.must(self.effective.get(at, (due,))[-1] == due, "FAULT", f"leaf {at}: by the log {due}", 0)
    def check_status(self) -> None:
        mine, rows, proofs = {vote[0]: at for at, vote in self.effective.items()}, self.entries * self.complete, []
        for one in rows:
            key, own = bytes.fromhex(one["salt"]), {"election": self.election, "entry": one["said"]["entry"]}
            salts = [hmac.digest(key, what, "sha256").hex() for what in (b"status", b"delivered")]
            proofs.append(commits(salts[1], {**own, "delivered": int(one["delivered"])}))
            own |= {"status": "EFFECTIVE", "index": mine[own["entry"]]} if own["entry"] in mine else {"status": "NONE"}
            self.must(commits(salts[0], own) == one["status"], "STATUS", "not what its ballots give", one["at"])
        told = {"deliveries": sum(one["delivered"] for one in rows), "delivered": Peaks(proofs).root().hex()}
        self.must(not rows or self.version == 1 or told.items() <= self.close.items(), "DELIVERED", "not as closed", 0)
        root, line = self.statuses[max(self.statuses)]
        same = Peaks(one["status"] for one in self.entries).root().hex() == root
        self.must(same, "STATUS", "not the status tree that was logged", line)
        self.must(len(self.effective) <= len(self.entries), "DOUBLE", "more ballots count than entitlements are", 0)
    def check_result(self, line: int, result: Said) -> None:
        self.line, figures = line, {n: one for n, one in result["figures"].items() if n not in ("merged", "salt")}
        counts = {"HOUSEHOLD_BALLOT": self.count_household, "CANDIDATES": self.count_candidates}
        outcome, mine = counts.get(self.head["preset"], self.count_items)(figures)
        for name in sorted({*mine, *figures}):
            own, given = canonical(mine.get(name)), canonical(figures.get(name))
            self.must(own == given, "FIGURES", f"counted again, {name} is {own}")
        self.must(outcome == result["outcome"], "OUTCOME", f"it came to {outcome}")
        self.must(self.final < 0 or outcome not in AGAIN, "OUTCOME", f"it is final, though it came to {outcome}")
    def check_sides(self, sides: Said) -> None:  # who came back has a ballot that counts; if valid, one without fault
        ballots, good = len(self.effective), sum(not vote[2] for vote in self.effective.values())
        removed, known = len(self.entries) - self.totals["heads"], not self.silent & self.invalid & sides.keys()
        back = sum(heads(sides[name]) for name in sides.keys() - self.silent)
        valid = sum(heads(sides[name]) for name in sides.keys() - self.silent - self.invalid)
        fits = not known or ballots - removed <= back <= ballots
        self.must(fits, "FIGURES", f"{back} heads took part, and {ballots} ballots count")
        self.must(valid <= good, "FAULT", f"{valid} heads are valid, and {good} ballots that count have no fault")
    def ticket(self, number: Any) -> str:
        return sha(f"{self.terms['seed']}|{self.election}|{number}".encode()).hex()
    def count_household(self, _: Said) -> tuple[str, Said]:
        seats, numbers, rules = self.terms["seats"], self.terms["nominees"], self.rules
        most, ballots = rules["max_marks"] or seats, [choice["marks"] for _, choice, _ in self.effective.values()]
        valid = [marks for marks in ballots if 0 < len(marks) <= most and len({*marks} & {*numbers}) == len(marks)]
        got = collections.Counter(number for marks in valid for number in marks)
        above = {number: sum(got[one] > got[number] for one in numbers) for number in numbers}
        lots = {number: ahead < seats < ahead + [*above.values()].count(ahead) for number, ahead in above.items()}
        order = sorted(numbers, key=lambda one: (above[one], self.ticket(one) if lots[one] else "", one))
        ranking = [{"number": one, "rank": (place if lots[one] else above[one]) + 1, "marks": got[one],
                    "seated": place < seats, "by_lot": lots[one]} for place, one in enumerate(order)]
        cast, homes, ok = len(ballots), len(self.entries), len(valid)
        enough = homes > 0 and rules["turnout_below"] * cast >= rules["turnout_above"] * homes
        outcome = "RANKED" if enough else "REPEAT" if self.terms["round"] == 1 else "RANKED_LOW_TURNOUT"
        return outcome, {"households": homes, "returned": cast, "valid": ok, "invalid": cast - ok, "ranking": ranking}
    def count_candidates(self, shown: Said) -> tuple[str, Said]:
        seats, numbers = self.terms["seats"], self.terms["nominees"]
        told = [row for row in shown["candidates"] if "fewer" not in row]
        votes: Said = {row["number"]: {name: row[name] for name in BOTH} for row in told}
        taking: Said = {"area": told[0]["tests"][0]["part"], "heads": told[0]["tests"][1]["part"]} if told else plus()
        if self.complete:
            valid = {entry: {*choice["marks"]} for entry, choice, fault in self.effective.values() if not fault}
            valid = {entry: one for entry, one in valid.items() if 0 < len(one) <= seats and one <= {*numbers}}
            taking = plus(*(self.weight[one] for one, *_ in self.effective.values() if one in valid or self.takes_part))
            votes = {n: plus(*(self.weight[one] for one, marks in valid.items() if n in marks)) for n in numbers}
        if votes:
            agree, came, whole = max(one["heads"] for one in votes.values()), taking["heads"], self.totals["heads"]
            self.check_sides({"agree": agree, "not_agree": came - agree, "not_taking_part": whole - came})
        found = {number: four_tests(self.totals, taking, votes[number], OVER_HALF) for number in votes}
        order = {number: (-votes[number]["heads"], -votes[number]["area"], self.ticket(number)) for number in votes}
        ranked = sorted((number for number in votes if found[number]["passed"]), key=order.__getitem__)
        equal = collections.Counter(order[number][:2] for number in ranked)
        rows = [{"number": number, "rank": place + 1 if number in ranked else None,
                 "elected": number in ranked[:seats], "by_lot": number in ranked and equal[order[number][:2]] > 1,
                 **votes.get(number, {"passed": False, "fewer": 5}), **found.get(number, {})}
                for place, number in enumerate(ranked + sorted({*numbers} - {*ranked}))]
        again = 2 * min(len(ranked), seats) < seats
        return "ELECT_AGAIN" if again else "ELECTED", {"roll": self.totals, "seats": seats, "candidates": rows,
                                                       "reserve": ranked[seats:], "elect_again": again}
    def count_items(self, shown: Said) -> tuple[str, Said]:
        preset, items, whole = self.head["preset"], [], {"roll": self.totals}
        if preset == "MEMBERS_VOTE":
            owners = [one["said"]["basis"] for one in self.entries if self.complete].count("OWNER_MEMBER")
            whole = {"members": len(self.entries), "owner_members": owners if self.complete else shown["owner_members"]}
        for item, told in zip(self.terms["items"], shown["items"], strict=True):
            given = self.sides(item) if self.complete else told
            sides = {name: given[name] for name in SHOWN if name in told}
            sides = {name: heads(side) if isinstance(told[name], int) else side for name, side in sides.items()}
            self.check_sides(sides)
            count = {"UNANIMOUS": self.unanimous, "MEMBERS_VOTE": self.members}.get(preset, self.decided)
            items.append({**item, **sides, **count(sides, given, told, {**item, **whole})})
        stands = {item["stands"] for item in items}
        return "PASSED" if stands == {True} else "PARTLY" if True in stands else "LOST", {**whole, "items": items}
    def sides(self, item: Said) -> Said:
        rows = {one["said"]["entry"]: one for one in self.entries}
        side = dict.fromkeys(rows, "silent")
        for entry, choice, fault in self.effective.values():
            side[entry] = "invalid" if fault else choice["items"].get(str(item["number"]), "INVALID").lower()
        proven = plus(*(self.weight[one] for one in rows if side[one] == "silent" and rows[one]["delivered"]))
        owners = sum(rows[one]["said"]["basis"] == "OWNER_MEMBER" for one in rows if side[one] != "silent")
        sums = {name: plus(*(self.weight[one] for one in rows if side[one] == name)) for name in (*SIDES, "silent")}
        return {**sums, "proven": proven, "owners": owners}
    def decided(self, sides: Said, given: Said, told: Said, item: Said) -> Said:
        whole, rule = plus(*sides.values()) == self.totals, self.rules["silent_rule"]
        self.must(whole, "FIGURES", f"item {item['number']}: the sides are not the roll")
        stays = self.silent if self.takes_part else self.silent | self.invalid
        taking, agree = plus(*(side for name, side in sides.items() if name not in stays)), sides["agree"]
        majority, share = ("SPECIAL", THREE_QUARTERS) if item["matter"] in SPECIAL else ("ORDINARY", OVER_HALF)
        plain, moved = four_tests(self.totals, taking, agree, share), None
        if rule != "NONE":
            self.must(self.terms["silence_adopted"] and not self.terms["founding_pmc"], "SILENCE", "it may not count")
            area, came, agreed = (one["part"] for one in told["with_silence"]["tests"][:3])
            proven = given.get("proven") or {"area": area - taking["area"], "heads": came - taking["heads"]}
            silent = sides.get("silent") or sides["not_taking_part"]
            fits = proven["heads"] <= self.close.get("deliveries", silent["heads"]) and min(proven.values()) >= 0
            fits &= all(proven[name] <= silent[name] for name in BOTH)
            self.must(fits, "DELIVERED", "more than logged, or than did not come back")
            follows = rule == "FOLLOW_MAJORITY" and (all(
                agree[name] > sides["oppose"][name] for name in BOTH) if "oppose" in sides else agreed != agree["area"])
            moved = four_tests(self.totals, plus(taking, proven), plus(agree, proven) if follows else agree, share)
        return {"majority": majority, **plain, "silent_rule": rule, "with_silence": moved,
                "stands": (moved or plain)["passed"]}
    def unanimous(self, sides: Said, given: Said, told: Said, item: Said) -> Said:
        whole = sum(map(heads, sides.values())) == self.totals["heads"]
        self.must(whole, "FIGURES", f"item {item['number']}: the sides are not the roll")
        found = verdict(test("UNANIMITY", "HEADS", heads(sides["agree"]), self.totals["heads"], ALL))
        return {"majority": "UNANIMOUS", **found, "stands": found["passed"]}
    def members(self, sides: Said, given: Said, told: Said, item: Said) -> Said:
        owners = [("QUORUM_OWNERS", given.get("owners", told["tests"][1]["part"]), item["owner_members"])]
        tests = [("QUORUM_MEMBERS", sum(sides.values()), item["members"]), *owners * bool(item["owner_members"]),
                 ("APPROVAL_MEMBERS", sides["agree"], item["members"])]
        found = verdict(*(test(name, "HEADS", part, whole, OVER_HALF) for name, part, whole in tests))
        return {"majority": "MEMBERS", **found, "stands": found["passed"]}
    def check_receipt(self, mine: Said) -> None:
        leaf, index = json.loads(mine["leaf"]), mine["log_index"]
        fits = self.matches(mine["who_salt"], mine["who_said"], leaf["who"]) and mine["election_id"] == self.election
        fits &= not mine["what_said"] or self.matches(mine["what_salt"], mine["what_said"], leaf["what"])
        fits &= canonical(self.cast.get(index)) == mine["leaf"]
        self.must(fits, "RECEIPT", "its ballot is not in this log, or is not what it says", 0)
        fate = "counts" if index in self.effective else "does not count: it was replaced or voided"
        self.proved.append(f"your ballot is leaf {index}, and it {fate}")
    def check_proof(self, mine: Said) -> None:
        said, place, index = mine["said"], mine["place"], mine["said"].get("index")
        fits = mine["leaf"] == max(self.statuses) and self.matches(mine["salt"], said, self.entries[place]["status"])
        fits &= index in self.effective if said["status"] == "EFFECTIVE" else index is None
        self.must(fits, "PROOF", f"place {place}: not its status at the last count, or its ballot counts not", 0)
        self.proved.append(f"your status, place {place}: {'none' if index is None else f'leaf {index}'} counts")
    def summarise(self) -> None:
        sums, signed, cosigned = not self.complete and not self.household, self.notes[-1][1].size, self.notes[-1][2]
        self.proved += [
            f"the log: {self.peaks.size} leaves, {len(self.cast)} of them ballots, under {len(self.notes)} checkpoints",
            f"the roll: {len(self.entries)} entitlements as frozen; logged corrections: {len(self.corrections)}",
            f"notice, window: no ballot was before or after it; {len(self.effective)} count, one status an entitlement",
            "the result: " + ("the sums fit the roll, and every test" if sums else "counted again, it is the same"),
            *["one ballot an entitlement: no two that count are of one", "each replacing was allowed"] * self.complete]
        self.open += [text for text, is_open in (
            (f"leaves from {signed} on: no checkpoint covers them yet", signed < self.peaks.size),
            ("that everybody is shown this one log: fewer than two cosigned it (compare a poster)", cosigned < 2),
            ("whose the notary's key is: the record names it itself (give --key from elsewhere)", self.key is None),
            ("the sums themselves, whose letter was there, who has proof of delivery (complete edition only)", sums),
            ("as what somebody cast, objections, deliveries: a log of the first version holds none", self.version == 1),
            ("that no two counted ballots are of one home: each home can prove its own status", not self.complete),
            ("that none replaced another's, or a paper one cast online (complete edition only)", not self.complete),
            ("hours, holidays, how long roll and result were posted: the log has but the house's own days", True),
        ) if is_open]
def verify(file: Any, key: str | None = None, checkpoint: str | None = None, receipt: Said | None = None) -> Record:
    """A record's zip, judged. `receipt` has proofs of statuses as `items`, beside it or alone. Errors: ValueError."""
    try:
        own = receipt or {}
        mine = [("receipt", own)] * bool(own.keys() - {"items"}) + [("proof", one) for one in own.get("items", [])]
        older = [Note(text) for text in (checkpoint, own.get("checkpoint")) if text]
        with zipfile.ZipFile(file) as archive, archive.open("record.ndjson") as lines:
            [_] = archive.namelist()  # one file, and no other
            return Record(key, older, mine).judge(lines)
    except Exception as fault:
        raise ValueError(f"no record: {fault!r}") from fault
def main(arguments: list[str]) -> int:
    asked = argparse.ArgumentParser(description="Checks the record of a Linli election.")
    for name, told in OPTIONS.items():
        asked.add_argument(name, help=told)
    given = asked.parse_args(arguments)
    try:
        older, mine, proofs = (Path(one).read_text("utf-8") if one else "" for one in [*vars(given).values()][2:])
        found = verify(given.record, given.key, older, {**json.loads(mine or "{}"), **json.loads(proofs or "{}")})
    except (OSError, ValueError, TypeError) as fault:
        asked.exit(2, f"UNREADABLE: {fault}\n")
    shown = [f"WRONG: line {line}: {code}: {text}" for line, code, text in found.wrong[:20]]
    shown += [f"PROVED: {text}" for text in found.proved if not found.wrong]
    shown += [f"NOT PROVED: {text}" for text in found.open]
    sys.stdout.write("\n".join([*shown, f"{len(found.wrong)} wrong." if found.wrong else "Nothing is wrong.", ""]))
    return 1 if found.wrong else 0
if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
