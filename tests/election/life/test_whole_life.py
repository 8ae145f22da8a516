"""The whole life of a household ballot against a small model: whatever order things come in, both say the same."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from tests.election.api.conftest import MONDAY, NAMES
from tests.election.life.path import Life
from tests.election.life.world import PARTS, World, live

VOTERS = 12
HOUSEHOLDS = 20


class HouseholdLife(Life):
    """Residents cast and cast again; whose marks are how many is counted by hand."""

    @initialize()
    def draft(self) -> None:
        self.hall.now_is(MONDAY)
        self.ballots: dict[int, tuple[tuple[int, ...], int]] = {}
        """Home -> marks of the newest ballot and its revision."""
        self.area = 8000
        self.begin(self.world.do(self.hall.draft()))

    def roll_is_corrected(self) -> bool:
        return not self.model.frozen

    def counted(self, result: Mapping[str, Any]) -> None:
        marks = Counter(mark for chosen, _ in self.ballots.values() for mark in chosen)
        self.model.repeat_due |= result["outcome"] == "REPEAT"
        assert result["household"]["cast"] == len(self.ballots)
        assert {one["number"]: one["marks"] for one in result["household"]["ranking"]} == {
            number: marks[number] for number in range(1, len(NAMES) + 1)
        }
        assert (result["outcome"] == "REPEAT") == (2 * len(self.ballots) < HOUSEHOLDS)

    @rule(area=st.integers(4000, 12000))
    def correct(self, area: int) -> None:
        """PUB-6. What an objection asked for; once frozen nothing of a household roll moves the count."""
        if not self.model.due or self.model.state != "ROLL_POSTED":
            return
        objection = self.model.due[0]
        body = {
            "change": "AREA",
            "home_id": str(self.hall.residents[0].homes[0]),
            "reason": "核对产权证",
            "area": f"{area // 100}.{area % 100:02d}",
            "objection_id": objection,
        }
        reply = self.post(self.hall.clerk, f"{self.path}/roll/corrections", body)
        same = area == self.area
        assert reply.status_code == (409 if same else 201), reply.text
        if not same:
            self.area = area
            self.model.due.remove(objection)

    @rule(
        home=st.integers(0, VOTERS - 1),
        marks=st.lists(st.integers(1, len(NAMES)), min_size=1, max_size=2, unique=True),
        seen=st.booleans(),
    )
    def cast(self, home: int, marks: list[int], seen: bool) -> None:
        """BAL-12. A first ballot, or another over the one that its caster has seen (or has not)."""
        _, revision = self.ballots.get(home, ((), 0))
        replaces = revision if seen else 0
        taken = self.model.takes_ballots() and replaces == revision
        voter = self.hall.residents[home]
        body = {"home_id": str(voter.homes[0]), "marks": marks, "replaces": replaces}
        reply = self.post(voter, f"{self.path}/ballots", body)
        assert reply.status_code == (201 if taken else 409 if self.model.shown else 404), reply.text
        if taken:
            self.ballots[home] = (tuple(marks), revision + 1)


def test_a_few_lives_go_as_the_model_says(world: World) -> None:
    """VOTE-10, PUB-6, BAL-6, BAL-11, BAL-12."""
    assert world.hall is not None
    live(HouseholdLife, 4, 30)


@pytest.mark.prove
@pytest.mark.parametrize("part", range(PARTS))
def test_two_hundred_lives_of_fifty_events_never_part_from_the_model(world: World, part: int) -> None:
    """VOTE-10, PUB-6, BAL-6, BAL-11, BAL-12. No order of events certifies early."""
    assert world.hall is not None
    live(HouseholdLife, 200 // PARTS, 50, part)
