"""The whole life of a members' vote against a small model (PMC-4)."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from tests.election.api.conftest import CLOSES, MONDAY, OPENS
from tests.election.api.drafts import MEMBERS, draft_of
from tests.election.api.neighbour import CODE
from tests.election.life.path import Life
from tests.election.life.reference import members_count
from tests.election.life.world import LIVES, PARTS, World, live
from tests.factories.tokens import Somebody

SITTING = [Somebody([f"PMC_MEMBER@{CODE}"], subject=UUID(str(one["person_id"]))) for one in MEMBERS]
OUTSIDER = Somebody([f"PMC_MEMBER@{CODE}"])
WINDOW = {"opens_at": OPENS.isoformat(), "closes_at": CLOSES.isoformat()}


class MembersLife(Life):
    """Members cast once each; nobody else does, and no window is extended."""

    @initialize()
    def draft(self) -> None:
        self.hall.now_is(MONDAY)
        self.words: dict[int, str] = {}
        """Member -> his word."""
        self.model.extends, self.model.least = False, timedelta(0)
        reply = self.post(self.hall.clerk, "/v1/elections", draft_of("MEMBERS_VOTE", **WINDOW))
        assert reply.status_code == 201, reply.text
        self.begin(reply.json())

    def counted(self, result: Mapping[str, Any]) -> None:
        (item,) = self.world.figures(self.election["id"])["items"]
        failed = members_count([bool(one["owner"]) for one in MEMBERS], self.words)
        said = Counter(self.words.values())
        assert tuple(item["failed"]) == failed
        assert [item[word.lower()] for word in ("AGREE", "OPPOSE", "ABSTAIN")] == [
            said[word] for word in ("AGREE", "OPPOSE", "ABSTAIN")
        ]
        assert result["outcome"] == ("LOST" if failed else "PASSED")

    @rule(member=st.integers(0, len(MEMBERS) - 1), word=st.sampled_from(["AGREE", "AGREE", "OPPOSE", "ABSTAIN"]))
    def cast(self, member: int, word: str) -> None:
        """PMC-4. Once: a members' ballot is not replaced."""
        taken = self.model.takes_ballots() and member not in self.words
        body = {"items": [{"number": 1, "choice": word}], "replaces": int(member in self.words)}
        reply = self.post(SITTING[member], f"{self.path}/ballots", body)
        assert reply.status_code == (201 if taken else 409 if self.model.shown else 404), reply.text
        if taken:
            self.words[member] = word

    @rule()
    def cast_by_nobody(self) -> None:
        """Who is not named has no ballot, at any time."""
        body = {"items": [{"number": 1, "choice": "AGREE"}], "replaces": 0}
        reply = self.post(OUTSIDER, f"{self.path}/ballots", body)
        assert reply.status_code == (409 if self.model.shown and not self.model.frozen else 404), reply.text


def test_a_few_members_votes_go_as_the_model_says(world: World) -> None:
    """VOTE-10, PMC-4, PUB-6."""
    assert world.hall is not None
    live(MembersLife, 4, 30)


@pytest.mark.prove
@pytest.mark.parametrize("part", range(PARTS))
def test_many_members_votes_of_fifty_events_never_part_from_the_model(world: World, part: int) -> None:
    """VOTE-10, PMC-4, PUB-6."""
    assert world.hall is not None
    live(MembersLife, LIVES // PARTS, 50, part)
