"""The whole life of a household ballot against a small model: whatever order things come in, both say the same.

200 lives of up to 50 events each, over HTTP into a real database. The model is a few lines that a person can check;
what it refuses the room must refuse, what it takes the room must take, and the figures must be equal at every count.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from services.election.app import create_app
from services.election.settings import ElectionSettings
from tests.election.api.conftest import CLOSES, MONDAY, NAMES, OPENS, Hall
from tests.election.api.neighbour import Books, registry_app
from tests.factories.tokens import PUBLISHED

VOTERS = 12
OBJECTION_DAYS = 7
LAST = datetime(2026, 12, 20, tzinfo=MONDAY.tzinfo)
"""No life goes on into a year whose holidays nobody knows yet."""


@dataclass
class Model:
    """What should be the case. `ballots`: home -> marks of the newest ballot and its revision."""

    state: str = "DRAFT"
    now: datetime = MONDAY
    ballots: dict[int, tuple[tuple[int, ...], int]] = field(default_factory=dict)
    open_objections: int = 0
    recount_due: bool = False
    repeat_due: bool = False
    posted: datetime | None = None
    counts: int = 0

    def may(self, step: str) -> bool:
        """Whether the step is taken now."""
        settled = not self.open_objections and not self.recount_due
        over = self.posted is not None and self.now >= _midnight_after(self.posted, OBJECTION_DAYS)
        return {
            "rolls": self.state == "DRAFT",
            "announcements": self.state == "ROLL_POSTED" and self.now < OPENS - timedelta(days=3) and settled,
            "openings": self.state == "ANNOUNCED" and OPENS <= self.now < CLOSES,
            "closings": self.state == "OPEN" and self.now >= CLOSES,
            "counts": self.state == "CLOSED",
            "recounts": self.state in {"COUNTED", "POSTED"} and self.recount_due,
            "result-postings": self.state == "COUNTED" and not self.recount_due,
            "finals": self.state == "POSTED" and settled and over and not self.repeat_due,
            "cancellations": self.state in {"DRAFT", "ROLL_POSTED", "ANNOUNCED"},
            "repeats": self.state in {"COUNTED", "POSTED"} and self.repeat_due,
        }[step]

    def takes_ballots(self) -> bool:
        return self.state == "OPEN" and OPENS <= self.now < CLOSES


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
BODIES: Mapping[str, dict[str, Any]] = {
    "recounts": {"reason": "异议成立"},
    "cancellations": {"reason": "名单有误"},
    "repeats": {
        "opens_at": (CLOSES + timedelta(days=30)).isoformat(),
        "closes_at": (CLOSES + timedelta(days=37)).isoformat(),
    },
}


def _midnight_after(instant: datetime, days: int) -> datetime:
    """24:00 in Shanghai of the last day; moved on by weekends (no other holiday lies in these weeks)."""
    local = instant + timedelta(hours=8)
    day = local.date() + timedelta(days=days)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    end = datetime.combine(day + timedelta(days=1), datetime.min.time(), instant.tzinfo)
    return end - timedelta(hours=8)


@dataclass
class World:
    """One running room for all lives, and the loop that it runs in."""

    runner: asyncio.Runner
    hall: Hall

    def do(self, work: Any) -> Any:
        return self.runner.run(work)


WORLDS: list[World] = []


class Life(RuleBasedStateMachine):
    """One election from its draft on."""

    def __init__(self) -> None:
        super().__init__()
        (self.world,) = WORLDS
        self.hall = self.world.hall
        self.model = Model()
        self.objections: list[str] = []
        self.lateness: dict[str, bool] = {}
        self.posted = False

    def _post(self, who: Any, path: str, body: Mapping[str, Any] | None = None) -> httpx2.Response:
        reply: httpx2.Response = self.world.do(self.hall.post(who, path, body))
        return reply

    @initialize()
    def draft(self) -> None:
        self.hall.now_is(MONDAY)
        self.election: dict[str, Any] = self.world.do(self.hall.draft())
        self.path = f"/v1/elections/{self.election['id']}"

    def _step(self, step: str) -> None:
        self._at_noon()
        expected = self.model.may(step)
        reply = self._post(self.hall.clerk, f"{self.path}/{step}", BODIES.get(step))
        assert reply.status_code == (201 if expected else 409), f"{step} in {self.model.state}: {reply.text}"
        if not expected:
            return
        self.model.state = AFTER[step]
        if step in {"counts", "recounts"}:
            self._counted(reply.json())
        if step == "result-postings":
            self.model.posted = self.model.now

    def _at_noon(self) -> None:
        """The room's clock runs on while a test thinks: it is put back to the model's instant before each event."""
        self.hall.now_is(self.model.now)

    def _counted(self, result: Mapping[str, Any]) -> None:
        """Every figure as the model has it."""
        marks = Counter(mark for chosen, _ in self.model.ballots.values() for mark in chosen)
        self.model.recount_due, self.model.posted = False, None
        self.model.counts += 1
        self.model.repeat_due |= result["outcome"] == "REPEAT"
        assert result["number"] == self.model.counts
        assert result["household"]["cast"] == len(self.model.ballots)
        assert {one["number"]: one["marks"] for one in result["household"]["ranking"]} == {
            number: marks[number] for number in range(1, len(NAMES) + 1)
        }
        assert (result["outcome"] == "REPEAT") == (2 * len(self.model.ballots) < 20)

    @rule()
    def ahead(self) -> None:
        """What comes next on the path, so that lives get far; refused like everything else when it is too early."""
        after = {after: step for step, after in AFTER.items() if step not in {"recounts", "cancellations", "repeats"}}
        order = list(after)
        if self.model.state in order[:-1] or self.model.state == "DRAFT":
            here = order.index(self.model.state) if self.model.state in order else -1
            self._step(after[order[here + 1]])

    @rule(step=st.sampled_from([step for step in AFTER if step != "cancellations"]))
    def any_step(self, step: str) -> None:
        self._step(step)

    @rule(chance=st.integers(0, 9))
    def call_off(self, chance: int) -> None:
        if chance == 0:
            self._step("cancellations")

    @rule()
    def time_goes_on(self) -> None:
        """To the next instant that matters: opening, closing, the end of objections."""
        marks = [OPENS, CLOSES, CLOSES + timedelta(days=5), CLOSES + timedelta(days=11), LAST]
        ready = self.model.state not in {"DRAFT", "ROLL_POSTED"}
        later = [instant for instant in marks if instant > self.model.now]
        if later and ready:
            self.model.now = later[0]

    @rule(
        home=st.integers(0, VOTERS - 1),
        marks=st.lists(st.integers(1, len(NAMES)), min_size=1, max_size=2, unique=True),
        seen=st.booleans(),
    )
    def cast(self, home: int, marks: list[int], seen: bool) -> None:
        """BAL-12. A first ballot, or another over the one that its caster has seen (or has not)."""
        self._at_noon()
        _, revision = self.model.ballots.get(home, ((), 0))
        replaces = revision if seen else 0
        taken = self.model.takes_ballots() and replaces == revision
        body = {"home_id": self.hall_home(home), "marks": marks, "replaces": replaces}
        reply = self._post(self.hall.residents[home], f"{self.path}/ballots", body)
        refused = 409 if self._is_known() else 404
        assert reply.status_code == (201 if taken else refused), reply.text
        if taken:
            self.model.ballots[home] = (tuple(marks), revision + 1)

    def hall_home(self, home: int) -> str:
        return str(self.hall.residents[home].homes[0])

    def _is_known(self) -> bool:
        """To voters: from the posting of the roll on."""
        return self.model.state != "DRAFT" and (self.model.state != "CANCELLED" or self.posted)

    @invariant()
    def remembers(self) -> None:
        if self.model.state == "ROLL_POSTED":
            self.posted = True

    @rule(about=st.sampled_from(["PROCEDURE", "COUNT"]))
    def object(self, about: str) -> None:
        """PUB-6. In time it holds up; late it does not."""
        self._at_noon()
        states = {"COUNTED", "POSTED"} | ({"ANNOUNCED", "OPEN", "CLOSED"} if about == "PROCEDURE" else set())
        taken = self.model.state in states
        reply = self._post(self.hall.residents[1], f"{self.path}/objections", {"about": about, "words": "有误"})
        known = self._is_known()
        assert reply.status_code == (201 if taken else 409 if known else 404), reply.text
        if taken:
            posted = self.model.posted
            late = posted is not None and self.model.now >= _midnight_after(posted, OBJECTION_DAYS)
            assert reply.json()["late"] == late
            self.objections.append(reply.json()["id"])
            self.model.open_objections += not late
            self.lateness[reply.json()["id"]] = late

    @rule(effect=st.sampled_from(["NONE", "NONE", "RECOUNT", "REPEAT"]))
    def decide(self, effect: str) -> None:
        if not self.objections:
            return
        self._at_noon()
        objection = self.objections[-1]
        reply = self._post(
            self.hall.officer, f"/v1/objections/{objection}/decisions", {"effect": effect, "answer": "已核实"}
        )
        possible = effect != "RECOUNT" or self.model.counts > 0
        assert reply.status_code == (201 if possible else 422), reply.text
        if not possible:
            return
        self.objections.pop()
        self.model.open_objections -= not self.lateness[objection]
        self.model.recount_due |= effect == "RECOUNT"
        self.model.repeat_due |= effect == "REPEAT"

    @invariant()
    def state_is_as_the_model_says_and_nothing_is_certified_early(self) -> None:
        if not hasattr(self, "path"):
            return
        self._at_noon()
        seen = self.world.do(self.hall.get(self.hall.clerk, self.path)).json()
        assert seen["state"] == self.model.state
        allowed = {"POST": "result-postings", "FINALISE": "finals", "CLOSE": "closings", "COUNT": "counts"}
        for step, path in allowed.items():
            assert (step in seen["allowed"]) == self.model.may(path), (step, seen["allowed"], self.model)
        if self.model.state == "FINAL":
            assert self.model.posted is not None
            assert self.model.now >= _midnight_after(self.model.posted, OBJECTION_DAYS)
            assert not self.model.open_objections


@pytest.fixture
def world(clean: None, database_urls: Mapping[str, str], tmp_path: Path) -> Iterator[World]:
    app = create_app(
        ElectionSettings(
            database_url=database_urls["election"], data_dir=tmp_path, background=False, registry_url="http://house"
        )
    )
    books = Books()
    app.state.room.transports["registry"] = httpx2.ASGITransport(registry_app(PUBLISHED, books))
    with asyncio.Runner() as runner:
        lifespan = app.router.lifespan_context(app)
        runner.run(lifespan.__aenter__())
        client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://house")
        WORLDS.append(World(runner, Hall(client, app.state.room, books)))
        try:
            yield WORLDS[0]
        finally:
            WORLDS.clear()
            runner.run(client.aclose())
            runner.run(lifespan.__aexit__(None, None, None))


def _lives(count: int, events: int) -> None:
    bounds = settings(
        max_examples=count,
        stateful_step_count=events,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
    )
    run_state_machine_as_test(Life, settings=bounds)


def test_a_few_lives_go_as_the_model_says(world: World) -> None:
    """VOTE-10, PUB-6, BAL-11, BAL-12."""
    assert world.hall is WORLDS[0].hall
    _lives(4, 30)


@pytest.mark.prove
def test_two_hundred_lives_of_fifty_events_never_part_from_the_model(world: World) -> None:
    """VOTE-10, PUB-6, BAL-11, BAL-12. No order of events certifies early."""
    assert world.hall is WORLDS[0].hall
    _lives(200, 50)
