"""Elections made up in memory, whole: a roll, ballots of every channel, a log, a notary, the room's own count, and the
record of it. What is drawn is drawn from one seed, so that a case that fails can be made again."""

import hashlib
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from services.election.results.actions import REPEATS
from services.election.rules import figures, record
from services.election.rules.casting import Cast, standing
from services.election.rules.commitments import Said, canonical, commitment, status_said, status_salt
from services.election.rules.committee import Contest, Papers
from services.election.rules.decisions import Matter
from services.election.rules.figures import ItemBallot, Question
from services.election.rules.household import Terms, count_household
from services.election.rules.leaves import LeafType, leaf_body, leaf_hash
from services.election.rules.members import Members
from services.election.rules.merkle import Frontier, root_of
from services.election.rules.parameters import DEFAULTS, KINDS, Kind, Preset, kept
from services.election.rules.record import Corrected, Counted, Edition, Entry, Facts, Fault, Vote
from services.election.rules.tally import Choice, Silence, SilentRule
from services.election.rules.weights import Roll, Weights
from tests.election.verify.arrivals import Arrivals
from tests.election.verify.disputes import Disputes
from tests.election.verify.plans import (
    CLOSES,
    DAYS,
    EXTRAORDINARY,
    NOTARY_KEY,
    OPENS,
    ORDINARY,
    Ballot,
    Plan,
    note_over,
)


@dataclass
class Made:
    """An election that is over, counted and signed."""

    plan: Plan
    chance: random.Random = field(init=False)
    bodies: list[bytes] = field(default_factory=list)
    rows: list[tuple[Said, bytes, str]] = field(default_factory=list)
    ballots: list[Ballot] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    corrections: list[Corrected] = field(default_factory=list)
    faults: dict[int, Fault] = field(default_factory=dict)
    frontier: Frontier = field(default_factory=Frontier)
    day: str = DAYS[0]

    def __post_init__(self) -> None:
        self.chance = random.Random(self.plan.seed)
        self.election = str(UUID(int=self.chance.getrandbits(128)))
        self.kind = KINDS[self.plan.preset]
        self.rules = self.plan.rules or DEFAULTS[self.plan.preset]
        self.items = self._items()
        self.disputes, self.arrivals = Disputes(self), Arrivals(self)
        self._roll()
        self._voted()
        self._closed()

    # What happened

    def write(self, kind: LeafType, said: Said) -> int:
        body = leaf_body(kind, self.day, said)
        self.bodies.append(body)
        self.frontier.extend([leaf_hash(body)])
        return len(self.bodies) - 1

    def sign(self) -> None:
        self.notes.append(note_over(self.election, self.frontier))

    def salt(self) -> bytes:
        return self.chance.randbytes(32)

    def _items(self) -> list[dict[str, Any]]:
        pools = {
            Preset.ORDINARY: ORDINARY,
            Preset.SPECIAL: [*ORDINARY, *EXTRAORDINARY],
            Preset.UNANIMOUS: [Matter.HOUSING_TO_BUSINESS],
            Preset.MEMBERS_VOTE: ORDINARY,
        }
        pool = pools.get(self.plan.preset, [])
        return [
            {"number": number, "matter": str(self.chance.choice(pool))}
            for number in range(1, self.chance.randint(1, 3) + 1)
            if pool
        ]

    @cached_property
    def terms(self) -> dict[str, Any]:
        named = self.plan.preset in {Preset.HOUSEHOLD_BALLOT, Preset.CANDIDATES}
        return {
            "seats": self.plan.seats if named else 0,
            "round": 1,
            "seed": "0123abcd",
            "rules": kept(self.plan.preset, self.rules),
            "items": self.items,
            "nominees": list(range(1, self.plan.nominees + 1)) if named else [],
            "opens_at": OPENS,
            "closes_at": CLOSES,
            "silence_adopted": self.plan.silence,
            "founding_pmc": False,
        }

    @cached_property
    def text(self) -> str:
        """Asked for when the roll is made."""
        terms, unknown = self.terms, sum(int(said["area_unknown"]) for said, _, _ in self.rows)
        said = {
            "election": self.election,
            "kind": str(self.kind),
            "seats": terms["seats"],
            "round": 1,
            "rules": terms["rules"],
            "opens_at": OPENS,
            "closes_at": CLOSES,
            "lot": {"algorithm": "SHA-256", "line": "seed|election|number", "seed": terms["seed"]},
            "nominees": [{"name": f"候选人{number}", "number": number, "words": ""} for number in terms["nominees"]],
            "items": [{**item, "title": "事项", "words": "…"} for item in self.items],
            "preset": str(self.plan.preset),
            "silence_adopted": "议事规则第九条" if self.plan.silence else None,
            "title": "测试投票",
            "households": len(self.rows),
            "heads": self.totals()["heads"],
            "area_hundredths": self.totals()["area"],
            "area_unknown": unknown,
            "owner_unknown": 0,
        }
        return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    def _roll(self) -> None:
        members = self.kind is Kind.MEMBERS
        for place in range(self.plan.homes):
            basis = self.chance.choice(["OWNER_MEMBER", "MEMBER"]) if members else "REGISTERED"
            area = 0 if members else self.chance.randint(3000, 18000)
            said = {
                "election": self.election,
                "entry": str(UUID(int=self.chance.getrandbits(128))),
                "place": place,
                "heads": 1,
                "area": area,
                "area_unknown": int(self.chance.random() < 0.01),
                "head_key": self.chance.randbytes(32).hex(),
                "basis": basis,
            }
            self.rows.append((said, self.salt(), f"{place // 20 + 1}-{place % 3 + 1}-{place % 20 + 101}"))
        announced: Said = {"text": hashlib.sha256(self.text.encode()).hexdigest()}
        self.write(LeafType.ANNOUNCED, {**announced, "log": self.plan.log} if self.plan.log > 1 else announced)
        root = root_of([leaf_hash(commitment(salt, said)) for said, salt, _ in self.rows])
        unknown = sum(said["area_unknown"] for said, _, _ in self.rows)
        roll = {"root": root.hex(), "entries": len(self.rows), "area_unknown": unknown, "owner_unknown": 0}
        self.write(LeafType.ROLL, {**roll, **self.totals()})
        self.sign()

    def totals(self) -> dict[str, int]:
        return {name: sum(int(said[name]) for said, _, _ in self.rows) for name in ("heads", "area")}

    def _voted(self) -> None:
        self.day = DAYS[1]
        self.write(LeafType.OPENED, {"closes_at": CLOSES})
        self.day = DAYS[2]
        voters = [place for place in range(self.plan.homes) if self.chance.random() * 1000 < self.plan.ballots]
        voters += [place for place in voters if self.chance.random() * 1000 < self.plan.again]
        self.chance.shuffle(voters)
        for count, place in enumerate(voters):
            self.arrivals.cast(place)
            if count % 97 == 96:
                self.sign()
        for ballot in self.ballots:
            if not ballot.voided and self.chance.random() * 1000 < self.plan.voided:
                self.arrivals.void(ballot)
        if self.plan.log > 1 and self.kind not in {Kind.HOUSEHOLD, Kind.MEMBERS}:
            self.disputes.disputed(self.effective)

    @cached_property
    def ballots_of(self) -> dict[int, list[Ballot]]:
        return {}

    def choice(self, place: int) -> Said:
        if self.plan.choose is not None:
            return {"election": self.election, **self.plan.choose(self.chance, place)}
        if self.items:
            marks = [*["AGREE"] * 8, "OPPOSE", "ABSTAIN", "INVALID"]
            said = {str(item["number"]): self.chance.choice(marks) for item in self.items}
            if self.chance.random() < 0.05:
                said.pop(self.chance.choice(list(said)))  # blank
            return {"election": self.election, "items": said}
        numbers = self.terms["nominees"]
        most = min(len(numbers), self.plan.seats + (self.chance.random() < 0.05))
        return {"election": self.election, "marks": sorted(self.chance.sample(numbers, self.chance.randint(0, most)))}

    def _closed(self) -> None:
        self.day = DAYS[3]
        self.write(LeafType.CLOSE, self.disputes.closing(self.effective, self.delivered))
        self.sign()
        self.day = DAYS[4]
        for ballot in self.ballots:
            if ballot.channel == "PAPER":
                self.write(
                    LeafType.TRANSCRIBED,
                    {"of": ballot.index, "what": commitment(ballot.what_salt, ballot.what or {}).hex()},
                )
        for place in self.chance.sample(range(len(self.rows)), self.plan.corrected):
            self._correct(place)
        self.write(LeafType.STATUS, {"root": self.status_root.hex(), "entries": len(self.rows)})
        self.outcome, self.counted = self._count()
        digest = hashlib.sha256(canonical(self.counted)).hexdigest()
        self.write(LeafType.COUNTED, {"number": 1, "figures": digest})
        if self.outcome not in REPEATS:
            self.day = DAYS[5]
            self.write(LeafType.FINAL, {"number": 1})
        self.sign()

    def _correct(self, place: int) -> None:
        said, _, label = self.rows[place]
        before, salt, words = self.totals(), self.salt(), "面积更正"
        self.frozen.setdefault(place, self.rows[place])
        said = {**said, "area": int(said["area"]) + self.chance.randint(1, 500)}
        self.rows[place] = (said, salt, label)
        leaf = {
            "entry": commitment(salt, said).hex(),
            "before": before,
            "after": self.totals(),
            "reason": hashlib.sha256(words.encode()).hexdigest(),
        }
        self.corrections.append(Corrected(self.write(LeafType.CORRECTION, leaf), salt, said, words))

    @cached_property
    def frozen(self) -> dict[int, tuple[Said, bytes, str]]:
        return {}

    @cached_property
    def effective(self) -> Mapping[int, Ballot]:
        found = {}
        for place, cast in self.ballots_of.items():
            stands = standing([Cast(one.revision, one.caster, one.capacity, one.voided) for one in cast])
            if stands is not None:
                found[place] = next(one for one in cast if one.revision == stands.revision)
        return found

    def status(self, place: int) -> bytes:
        said, salt, _ = self.frozen.get(place, self.rows[place])
        ballot = self.effective.get(place)
        return commitment(status_salt(salt), status_said(self.election, str(said["entry"]), ballot and ballot.index))

    @property
    def status_root(self) -> bytes:
        return root_of([leaf_hash(self.status(place)) for place in range(len(self.rows))])

    # The room's own count

    @cached_property
    def delivered(self) -> frozenset[int]:
        return (
            frozenset(place for place in range(len(self.rows)) if place % 3 == 0) if self.plan.silence else frozenset()
        )

    def _count(self) -> tuple[str, dict[str, Any]]:
        preset, roll = self.plan.preset, self._weighed()
        if preset is Preset.HOUSEHOLD_BALLOT:
            terms = self.terms
            by = Terms(
                seats=terms["seats"],
                max_marks=self.rules.max_marks or terms["seats"],
                numbers=frozenset(terms["nominees"]),
                seed=terms["seed"],
                election=self.election,
                turnout=self.rules.turnout,
            )
            marks = [ballot.what["marks"] for ballot in self.effective.values() if ballot.what]
            counted = count_household(by, len(self.rows), marks)  # type: ignore[arg-type]
            return str(counted.outcome), figures.household(counted)
        if preset is Preset.CANDIDATES:
            numbers, takes_part = frozenset(self.terms["nominees"]), self.rules.invalid_participates
            contest = Contest(self.plan.seats, numbers, self.terms["seed"], self.election, takes_part)
            outcome, found = figures.candidates(contest, roll, self._papers())
            return str(outcome), {**found, "salt": self.salt().hex()}
        questions = [Question(item["number"], Matter(item["matter"])) for item in self.items]
        outcome, found = self._decided(questions, roll)
        return str(outcome), {**found, "salt": self.salt().hex()}

    def _weighed(self) -> Roll:
        return Roll({str(said["entry"]): Weights(int(said["heads"]), int(said["area"])) for said, _, _ in self.rows})

    def _papers(self) -> Iterator[Papers]:
        for place, ballot in self.effective.items():
            marks = frozenset() if place in self._faulty else frozenset(ballot.what["marks"])  # type: ignore[index]
            yield Papers(str(self.rows[place][0]["entry"]), marks)

    @cached_property
    def _faulty(self) -> Mapping[int, Fault]:
        if self.kind in {Kind.HOUSEHOLD, Kind.MEMBERS}:
            return {}
        if self.plan.log > 1:
            return self.disputes.faults(self.effective)
        faulty = [place for place in sorted(self.effective) if self.chance.random() < 0.04]
        return {place: self.chance.choice(list(Fault)) for place in faulty}

    def _decided(self, questions: Sequence[Question], roll: Roll) -> tuple[str, dict[str, Any]]:
        ballots = []
        for place, ballot in self.effective.items():
            choices = {int(number): Choice(choice) for number, choice in ballot.what["items"].items()}  # type: ignore[index]
            fault = self._faulty.get(place)
            ballots.append(
                ItemBallot(
                    str(self.rows[place][0]["entry"]), choices, fault is Fault.OBJECTED, fault is Fault.NO_LETTER
                )
            )
        if self.plan.preset is Preset.UNANIMOUS:
            return figures.unanimous(questions, roll, ballots)
        if self.plan.preset is Preset.MEMBERS_VOTE:
            basis = {str(said["entry"]): said["basis"] for said, _, _ in self.rows}
            owners = frozenset(entry for entry, found in basis.items() if found == "OWNER_MEMBER")
            return figures.members_vote(questions, Members(frozenset(basis), owners), ballots)
        proven = frozenset(str(self.rows[place][0]["entry"]) for place in self.delivered)
        silence = Silence(SilentRule(self.rules.silent_rule), self.plan.silence, False, proven)
        return figures.owners_decision(
            questions, roll, ballots, figures.Terms(self.rules.invalid_participates, silence)
        )

    # Its record

    def facts(self) -> Facts:
        entries = []
        for place in range(len(self.rows)):
            said, salt, label = self.frozen.get(place, self.rows[place])
            found = commitment(salt, said)
            entries.append(Entry(place, found, self.status(place), salt, said, label, place in self.delivered))
        return Facts(
            election=self.election,
            kind=self.kind,
            preset=self.plan.preset,
            terms=self.terms,
            text=self.text,
            notary=NOTARY_KEY,
            entries=entries,
            corrections=self.corrections,
            votes=[self._vote(ballot) for ballot in self.ballots],
            checkpoints=self.notes,
            results=[Counted(1, self.outcome, self.counted)],
            openings=self.disputes.openings if self.plan.log > 1 else [],
            log=self.plan.log,
        )

    def _vote(self, ballot: Ballot) -> Vote:
        effective = self.effective.get(ballot.entry) is ballot
        return Vote(
            index=ballot.index,
            channel=ballot.channel,
            capacity=str(ballot.capacity),
            who_salt=ballot.who_salt,
            who=self.disputes.who(ballot),
            effective=effective,
            what_salt=ballot.what_salt,
            what=ballot.what,
            fault=self._faulty.get(ballot.entry) if effective else None,
        )

    def lines(self, edition: Edition) -> list[dict[str, Any]]:
        facts = self.facts()
        lines = [
            *record.before_leaves(facts, edition),
            *(record.leaf_line(index, body) for index, body in enumerate(self.bodies)),
            *record.after_leaves(facts, edition),
        ]
        return [dict(line) for line in [*lines, record.end_line(len(lines))]]
