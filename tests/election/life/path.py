"""The path that every election goes (VOTE-10, BAL-6, PUB-6) against a small model: what it refuses the room must
refuse, what it takes the room must take. Each kind's life adds its ballots and its count."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx2
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.election.api.conftest import CLOSES, MONDAY, OPENS
from tests.election.life.world import WORLDS
from tests.factories.tokens import Somebody

OBJECTION_DAYS = 7
LEAST_DAYS = 5
LAST = datetime(2026, 12, 20, tzinfo=MONDAY.tzinfo)
"""No life goes on into a year whose holidays nobody knows yet."""
LATEST_OPENING = CLOSES - timedelta(days=LEAST_DAYS)
MINUTE = timedelta(minutes=1)
AFTER = {
    "rolls": "ROLL_POSTED",
    "announcements": "ANNOUNCED",
    "openings": "OPEN",
    "closings": "CLOSED",
    "counts": "COUNTED",
    "recounts": "COUNTED",
    "result-postings": "POSTED",
    "finals": "FINAL",
    "cancellations": "CANCELLED",
    "repeats": "REPEATED",
}
NAMED = {
    "POST_ROLL": "rolls",
    "ANNOUNCE": "announcements",
    "OPEN": "openings",
    "CLOSE": "closings",
    "COUNT": "counts",
    "RECOUNT": "recounts",
    "POST": "result-postings",
    "FINALISE": "finals",
    "REPEAT": "repeats",
    "CANCEL": "cancellations",
}
"""Step as `allowed` names it -> its path."""
BODIES: Mapping[str, dict[str, Any]] = {
    "recounts": {"reason": "异议成立"},
    "cancellations": {"reason": "名单有误"},
    "repeats": {
        "opens_at": (CLOSES + timedelta(days=30)).isoformat(),
        "closes_at": (CLOSES + timedelta(days=37)).isoformat(),
    },
}
SETTLES = ("NONE", "NONE", "RECOUNT", "REPEAT", "CORRECT")


def midnight_after(instant: datetime, days: int) -> datetime:
    """24:00 in Shanghai of the last day; moved on by weekends (no other holiday lies in these weeks)."""
    local = instant + timedelta(hours=8)
    day = local.date() + timedelta(days=days)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    end = datetime.combine(day + timedelta(days=1), datetime.min.time(), instant.tzinfo)
    return end - timedelta(hours=8)


@dataclass
class Path:
    """What should be the case. `due`: upheld objections whose correction is not made yet."""

    state: str = "DRAFT"
    now: datetime = MONDAY
    closes: datetime = CLOSES
    extends: bool = True
    least: timedelta = timedelta(days=LEAST_DAYS)
    noted: bool = True
    shown: bool = False
    frozen: bool = False
    open_objections: int = 0
    due: list[str] = field(default_factory=list)
    recount_due: bool = False
    repeat_due: bool = False
    posted: datetime | None = None
    counts: int = 0

    def may(self, step: str) -> bool:
        """Whether the step is taken now."""
        corrected = not self.due
        settled = not self.open_objections and not self.recount_due and corrected
        over = self.posted is not None and self.now >= midnight_after(self.posted, OBJECTION_DAYS)
        in_time = self.now < OPENS + MINUTE or self.now <= self.closes - self.least
        return {
            "rolls": self.state == "DRAFT",
            "announcements": self.state == "ROLL_POSTED" and not self.open_objections and corrected and self.noted,
            "openings": self.state == "ANNOUNCED" and OPENS <= self.now < self.closes and in_time,
            "closings": self.state == "OPEN" and self.now >= self.closes,
            "counts": self.state == "CLOSED",
            "recounts": self.state in {"COUNTED", "POSTED"} and self.recount_due and corrected,
            "result-postings": self.state == "COUNTED" and not self.recount_due and corrected,
            "finals": self.state == "POSTED" and settled and over and not self.repeat_due,
            "cancellations": self.state in {"DRAFT", "ROLL_POSTED", "ANNOUNCED"},
            "repeats": self.state in {"COUNTED", "POSTED"} and self.repeat_due,
            "extensions": self.state == "OPEN" and self.extends and self.closes == CLOSES and self.now < CLOSES,
        }[step]

    def takes_ballots(self) -> bool:
        return self.state == "OPEN" and OPENS <= self.now < self.closes


class Life(RuleBasedStateMachine):
    """One election from its draft on. A kind says how it is drafted (`path_of` set) and how it is counted."""

    def __init__(self) -> None:
        super().__init__()
        (self.world,) = WORLDS
        self.hall = self.world.hall
        self.model = Path()
        self.objections: list[tuple[str, str, bool]] = []
        """Undecided: id, about, late."""

    def begin(self, election: dict[str, Any]) -> None:
        self.election = election
        self.path = f"/v1/elections/{election['id']}"

    def roll_is_corrected(self) -> bool:
        """Whether an objection to the roll may be settled by a correction of it."""
        return False

    def counted(self, result: Mapping[str, Any]) -> None:
        """Every figure as the model has it."""
        raise NotImplementedError

    def post(self, who: Somebody, path: str, body: Mapping[str, Any] | None = None) -> httpx2.Response:
        """The room's clock runs on while a test thinks: it is put back to the model's instant before each event."""
        self.hall.now_is(self.model.now)
        reply: httpx2.Response = self.world.do(self.hall.post(who, path, body))
        return reply

    def step(self, step: str) -> None:
        expected = self.model.may(step)
        reply = self.post(self.hall.clerk, f"{self.path}/{step}", BODIES.get(step))
        assert reply.status_code == (201 if expected else 409), f"{step} in {self.model}: {reply.text}"
        if expected:
            self._made(step, reply.json())

    def _made(self, step: str, told: Mapping[str, Any]) -> None:
        model = self.model
        model.state = AFTER[step]
        model.shown |= step == "rolls"
        model.frozen |= step == "announcements"
        if step in {"counts", "recounts"}:
            model.counts += 1
            assert told["number"] == model.counts
            model.recount_due, model.posted = False, None
            self.counted(told)
        if step == "result-postings":
            model.posted = model.now

    @rule()
    def ahead(self) -> None:
        """What comes next on the path, so that lives get far; refused like everything else when it is too early."""
        after = {after: step for step, after in AFTER.items() if step not in {"recounts", "cancellations", "repeats"}}
        order = list(after)
        if self.model.state in order[:-1] or self.model.state == "DRAFT":
            here = order.index(self.model.state) if self.model.state in order else -1
            self.step(after[order[here + 1]])

    @rule(step=st.sampled_from([step for step in AFTER if step != "cancellations"]))
    def any_step(self, step: str) -> None:
        self.step(step)

    @rule(chance=st.integers(0, 9))
    def call_off(self, chance: int) -> None:
        if chance == 0:
            self.step("cancellations")

    @rule(chance=st.integers(0, 9))
    def time_goes_on(self, chance: int) -> None:
        """To the next instant that matters: opening, the last one at which it may still open, closing, objections."""
        marks = [OPENS, LATEST_OPENING - MINUTE, LATEST_OPENING + MINUTE, self.model.closes]
        marks += [CLOSES + timedelta(days=days) for days in (5, 11)] + [LAST]
        later = [instant for instant in sorted(marks) if instant > self.model.now]
        dead_end = self.model.state == "ANNOUNCED" and self.model.now >= OPENS and chance > 2
        if later and self.model.state not in {"DRAFT", "ROLL_POSTED"} and not dead_end:
            self.model.now = later[0]

    @rule(days=st.integers(1, 2))
    def extend(self, days: int) -> None:
        """BAL-6. Once, before the end."""
        taken = self.model.may("extensions")
        closes = self.model.closes + timedelta(days=days)
        body = {"closes_at": closes.isoformat(), "reason": "返还率不足"}
        reply = self.post(self.hall.clerk, f"{self.path}/extensions", body)
        assert reply.status_code == (201 if taken else 409), reply.text
        if taken:
            self.model.closes = closes

    @rule(about=st.sampled_from(["ROLL", "PROCEDURE", "COUNT"]))
    def object(self, about: str) -> None:
        """PUB-6. In time it holds up; late it does not."""
        model = self.model
        over = model.state in {"DRAFT", "FINAL", "CANCELLED", "REPEATED"}
        states = {
            "ROLL": not over,
            "PROCEDURE": not over and model.state != "ROLL_POSTED",
            "COUNT": model.state in {"COUNTED", "POSTED"},
        }
        reply = self.post(self.hall.residents[1], f"{self.path}/objections", {"about": about, "words": "有误"})
        assert reply.status_code == (201 if states[about] else 409 if model.shown else 404), reply.text
        if not states[about]:
            return
        late = model.posted is not None and model.now >= midnight_after(model.posted, OBJECTION_DAYS)
        if about == "ROLL":
            late = model.state != "ROLL_POSTED"
        assert reply.json()["late"] == late
        self.objections.append((reply.json()["id"], about, late))
        model.open_objections += not late

    def _effects(self, about: str) -> set[str]:
        """What deciding can still bring about."""
        if self.model.state in {"FINAL", "CANCELLED", "REPEATED"}:
            return {"NONE"}
        counted = {"RECOUNT"} if self.model.counts else set()
        return {"NONE", "REPEAT"} | counted | ({"CORRECT"} if about == "ROLL" and self.roll_is_corrected() else set())

    @rule(effect=st.sampled_from(SETTLES))
    def decide(self, effect: str) -> None:
        if not self.objections:
            return
        objection, about, late = self.objections[-1]
        body = {"effect": effect, "answer": "已核实"}
        reply = self.post(self.hall.officer, f"/v1/objections/{objection}/decisions", body)
        possible = effect in self._effects(about)
        assert reply.status_code == (201 if possible else 422), reply.text
        if not possible:
            return
        self.objections.pop()
        self.model.open_objections -= not late
        self.model.recount_due |= effect == "RECOUNT"
        self.model.repeat_due |= effect == "REPEAT"
        if effect == "CORRECT":
            self.model.due.append(objection)

    @rule()
    def take_back(self) -> None:
        """PUB-2. Before it is decided, by whoever raised it."""
        if self.objections:
            objection, _, late = self.objections.pop()
            reply = self.post(self.hall.residents[1], f"/v1/objections/{objection}/withdrawals")
            assert reply.status_code == 201, reply.text
            self.model.open_objections -= not late

    @invariant()
    def state_is_as_the_model_says_and_nothing_is_certified_early(self) -> None:
        if not hasattr(self, "path"):
            return
        self.hall.now_is(self.model.now)
        seen = self.world.do(self.hall.get(self.hall.clerk, self.path)).json()
        assert seen["state"] == self.model.state
        expected = {step for step, path in NAMED.items() if self.model.may(path)}
        expected |= {"EXTEND"} if self.model.may("extensions") else set()
        expected |= {"CHANGE"} if self.model.state == "DRAFT" else set()
        assert set(seen["allowed"]) == expected, self.model
        if self.model.state == "FINAL":
            assert self.model.posted is not None
            assert self.model.now >= midnight_after(self.model.posted, OBJECTION_DAYS)
            assert not self.model.open_objections
            assert not self.model.due
