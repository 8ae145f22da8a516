"""The whole life of an owners' decision against a small model: co-owners, proxies, voids, objections, corrections of
the roll before and after it is frozen, and every figure by a second, slow opinion."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from tests.election.api.conftest import CLOSES, MONDAY, OPENS
from tests.election.api.drafts import draft_of
from tests.election.api.neighbour import home_id
from tests.election.life.compound import AGENTS, OWNERS, PEOPLE, Home, Proposed, Roll, books, person
from tests.election.life.path import Life
from tests.election.life.reference import SIDES, Counted, Side, owners_count
from tests.election.life.world import LIVES, PARTS, World, live

WINDOW = {"opens_at": OPENS.isoformat(), "closes_at": CLOSES.isoformat()}
SHORT = {"notice_days": 3, "roll_posting_days": 0}
WORDS = ("AGREE", "AGREE", "AGREE", "OPPOSE", "ABSTAIN")
CORRECTABLE = {"ROLL_POSTED", "ANNOUNCED", "OPEN", "CLOSED", "COUNTED", "POSTED"}
MOST_PRINCIPALS = 3
ANYONE = st.sampled_from(OWNERS)
AGENT = st.sampled_from(AGENTS)
PLACE = st.integers(0, 9)


@dataclass
class Ballot:
    """One cast of a head: by whom, as his own or another's, what he said, and what became of it."""

    by: str
    agent: bool
    word: str
    void: bool = False


@dataclass
class Box:
    """All of one head: its ballots, its objectors (True: not resolved), its agent and those that he had."""

    ballots: list[Ballot] = field(default_factory=list)
    objectors: dict[str, bool] = field(default_factory=dict)
    agent: str | None = None

    @property
    def stands(self) -> Ballot | None:
        """The newest since the last void."""
        last = self.ballots[-1] if self.ballots else None
        return None if last is None or last.void else last

    @property
    def counts_as(self) -> str | None:
        """VOTE-1. Against an unresolved objection of somebody else it is INVALID."""
        stands = self.stands
        if stands is None:
            return None
        disputed = any(is_open and who != stands.by for who, is_open in self.objectors.items())
        return "INVALID" if disputed else stands.word


class OwnersLife(Life):
    """Heads are named by their owners; a home that is merged into another's head votes with it from then on."""

    @initialize(special=st.booleans())
    def draft(self, special: bool) -> None:
        self.hall.now_is(MONDAY)
        self.hall.books.homes = books()
        self.special, self.roll, self.model.noted = special, Roll(), False
        self.boxes: dict[str, Box] = {}
        self.disputes: list[tuple[str, str, str]] = []
        """Unresolved objections to ballots: id, head, objector."""
        self.proxies: list[tuple[str, str, str]] = []
        """Standing authorities: id, head, agent."""
        self.principals: dict[str, set[str]] = {agent: set() for agent in AGENTS}
        """Agent -> heads that he stands for or has cast for."""
        self.proposals: list[Proposed] = []
        preset = "SPECIAL" if special else "ORDINARY"
        draft = self.world.do(self.hall.signed(draft_of(preset, parameters=SHORT, **WINDOW)))
        reply = self.post(self.hall.clerk, "/v1/elections", draft)
        assert reply.status_code == 201, reply.text
        self.begin(reply.json())

    def roll_is_corrected(self) -> bool:
        return True

    def box(self, head: str) -> Box:
        return self.boxes.setdefault(head, Box())

    def counted(self, result: Mapping[str, Any]) -> None:
        homes = [(one.head, one.area) for one in self.roll.homes.values()]
        words = {head: word for head in self.roll.heads() if (word := self.box(head).counts_as)}
        expected = owners_count(homes, words, self.special)
        found = self.world.figures(self.election["id"])["items"]
        assert [self._read(item) for item in found] == [expected] * len(found)
        assert result["outcome"] == ("LOST" if expected.failed else "PASSED")

    @staticmethod
    def _read(item: Mapping[str, Any]) -> Counted:
        sides = {side: Side(item[side]["heads"], item[side]["area"]) for side in SIDES}
        return Counted(sides, tuple(item["failed"]))

    # The roll

    @rule()
    def sign_note(self) -> None:
        """OWN-6. Nobody knows whose one home is."""
        if self.model.state == "ROLL_POSTED":
            self.hall.now_is(self.model.now)
            self.world.do(self.hall.noted(self.election))
            self.model.noted = True

    @rule(
        change=st.sampled_from(["AREA", "AREA", "MERGE", "SPLIT", "REMOVE"]),
        place=PLACE,
        area=st.integers(4000, 12000),
        other=PLACE,
        carries_out=st.booleans(),
    )
    def correct(self, change: str, place: int, area: int, other: int, carries_out: bool) -> None:
        """VOTE-7. At once while the roll is posted; frozen, a proposal of what an entitlement weighs."""
        model, objection = self.model, None
        more: dict[str, Any] = {"AREA": {"area": f"{area // 100}.{area % 100:02d}"}}.get(change, {})
        more = {"with_home_id": str(home_id(other))} if change == "MERGE" else more
        if carries_out and model.due:
            objection = more["objection_id"] = model.due[0]
        now = self.roll.changed(change, place, area, other)
        body = {"change": change, "home_id": str(home_id(place)), "reason": "核对产权证", **more}
        reply = self.post(self.hall.clerk, f"{self.path}/roll/corrections", body)
        if model.state not in CORRECTABLE or (model.frozen and change == "SPLIT"):
            assert reply.status_code == 409, reply.text
            return
        assert reply.status_code == (int(now) if isinstance(now, str) else 201), (change, reply.text)
        if isinstance(now, str):
            return
        if model.frozen:
            before = self.roll.homes[place]
            self.proposals.append(Proposed(reply.json()["number"], place, before, now, objection))
            return
        self.roll.put(place, now)
        model.noted = not any(not one.names for one in self.roll.homes.values())
        if objection:
            model.due.remove(objection)

    @rule(last=st.booleans())
    def confirm(self, last: bool) -> None:
        """VOTE-7. By a second officer, if the home still is what it was."""
        if not self.proposals:
            return
        one = self.proposals[-1 if last else 0]
        reply = self.post(self.hall.officer, f"{self.path}/roll/corrections/{one.number}/confirmations")
        lost = one.objection is not None and one.objection not in self.model.due
        if self.model.state not in CORRECTABLE or not self._as_proposed(one):
            assert reply.status_code == 409, reply.text
            return
        assert reply.status_code == (404 if lost else 201), reply.text
        if lost:
            return
        self.proposals.remove(one)
        self.roll.put(one.place, one.after)
        self.model.recount_due |= self.model.counts > 0
        if one.objection:
            self.model.due.remove(one.objection)

    def _as_proposed(self, one: Proposed) -> bool:
        same = self.roll.homes.get(one.place) == one.before
        there = one.after is None or one.after.head in self.roll.heads()
        return same and there and (one.after is not None or len(self.roll.homes) > 1)

    # Ballots

    @rule(name=ANYONE, place=PLACE, word=st.sampled_from(WORDS), seen=st.integers(0, 3))
    def cast(self, name: str, place: int, word: str, seen: int) -> None:
        """VOTE-1, BAL-12."""
        self._cast(name, place, word, seen > 0)

    @rule(place=PLACE, word=st.sampled_from(WORDS), which=st.integers(0, 1))
    def cast_own(self, place: int, word: str, which: int) -> None:
        """By one who may, so that most ballots are taken."""
        home = self.roll.homes.get(place)
        if home is not None and home.names:
            self._cast(sorted(home.names)[which % len(home.names)], place, word, True)

    @rule(agent=AGENT, place=PLACE, word=st.sampled_from(WORDS))
    def cast_for_another(self, agent: str, place: int, word: str) -> None:
        """BAL-4."""
        self._cast(agent, place, word, True)

    def _cast(self, name: str, place: int, word: str, seen: bool) -> None:
        home = self.roll.homes.get(place)
        box = self.box(home.head) if home else Box()
        replaces = len(box.ballots) if seen and box.stands else 0
        status = self._cast_status(name, home, box, replaces)
        items = [{"number": number, "choice": word} for number in range(1, 2 if self.special else 3)]
        body = {"home_id": str(home_id(place)), "items": items, "replaces": replaces}
        reply = self.post(PEOPLE[name], f"{self.path}/ballots", body)
        assert reply.status_code == status, (name, place, reply.text)
        if status == 201 and home:
            box.ballots.append(Ballot(name, name in AGENTS, word))
            if name in AGENTS:
                self.principals[name].add(home.head)

    def _cast_status(self, name: str, home: Home | None, box: Box, replaces: int) -> int:
        if not self.model.frozen:
            return 409 if self.model.shown else 404
        if home is None:
            return 404
        if not self.model.takes_ballots():
            return 409
        if name not in self.roll.owners(home.head) and box.agent != name:
            return 404
        stands = box.stands
        if stands is None:
            return 201 if replaces == 0 else 409
        return 201 if stands.by == name and replaces == len(box.ballots) else 409

    @property
    def _runs(self) -> bool:
        return self.model.state in {"ANNOUNCED", "OPEN"} and self.model.now < self.model.closes

    @property
    def _is_open(self) -> bool:
        return self._runs and self.model.state == "OPEN"

    def _early(self, place: int, runs: bool) -> int | None:
        """What is answered before anybody is looked at: unknown, not running, or not on the roll."""
        if not self.model.shown:
            return 404
        if not runs:
            return 409
        return None if place in self.roll.homes else 404

    @rule(name=ANYONE, place=PLACE, agent=AGENT)
    def give_authority(self, name: str, place: int, agent: str) -> None:
        """BAL-4. Three principals an agent, whether they stand or he has cast for them."""
        home = self.roll.homes.get(place)
        body = {"home_id": str(home_id(place)), "warrant": "PROXY", "agent_id": str(person(agent))}
        reply = self.post(PEOPLE[name], f"{self.path}/proxies", body)
        status = self._early(place, self._runs)
        if status is None and home:
            full = len(self.principals[agent] - {home.head}) >= MOST_PRINCIPALS
            mine = name in self.roll.owners(home.head)
            status = 404 if not mine else 409 if self.box(home.head).agent or full else 201
        assert reply.status_code == status, reply.text
        if status == 201 and home:
            self.box(home.head).agent = agent
            self.proxies.append((reply.json()["id"], home.head, agent))
            self.principals[agent].add(home.head)

    @rule()
    def end_authority(self) -> None:
        """BAL-4. What was cast stands, and still is one of the agent's principals."""
        if not self.proxies:
            return
        proxy, head, agent = self.proxies[0]
        self.hall.now_is(self.model.now)
        path = f"{self.path}/proxies/{proxy}"
        reply = self.world.do(self.hall.client.delete(path, headers=PEOPLE[agent].headers))
        assert reply.status_code == (204 if self._runs else 409), reply.text
        if self._runs:
            self.proxies.pop(0)
            box = self.box(head)
            box.agent = None
            if not any(one.by == agent and not one.void for one in box.ballots):
                self.principals[agent].discard(head)

    @rule(place=PLACE)
    def revoke(self, place: int) -> None:
        """BAL-12. In person, by two officers."""
        home = self.roll.homes.get(place)
        body = {
            "home_id": str(home_id(place)),
            "reason": "本人到场",
            "second_token": self.hall.officer.token(),
        }
        reply = self.post(self.hall.clerk, f"{self.path}/revocations", body)
        status = 409 if not self._is_open else self._early(place, self._is_open)
        stands = self.box(home.head).stands if home else None
        assert reply.status_code == (status or (201 if stands else 409)), reply.text
        if reply.status_code == 201 and home and stands:
            for one in self.box(home.head).ballots:
                one.void = True
            if stands.agent and self.box(home.head).agent != stands.by:
                self.principals[stands.by].discard(home.head)

    @rule(name=ANYONE, place=PLACE)
    def dispute(self, name: str, place: int) -> None:
        """VOTE-1. A co-owner objects to the ballot that stands, anew once he gave in."""
        home = self.roll.homes.get(place)
        reply = self.post(PEOPLE[name], f"{self.path}/ballot-objections", {"home_id": str(home_id(place))})
        status = self._early(place, self._is_open)
        if status is None and home:
            box = self.box(home.head)
            mine = name in self.roll.owners(home.head)
            fair = box.stands is not None and box.stands.by != name and not box.objectors.get(name)
            status = 404 if not mine else 201 if fair else 409
        assert reply.status_code == status, reply.text
        if status == 201 and home:
            self.box(home.head).objectors[name] = True
            self.disputes.append((reply.json()["id"], home.head, name))

    @rule()
    def give_in(self) -> None:
        """VOTE-1. Withdrawn before closing; afterwards it stays."""
        if not self.disputes:
            return
        dispute, head, name = self.disputes[0]
        reply = self.post(PEOPLE[name], f"{self.path}/ballot-objections/{dispute}/resolutions", {})
        assert reply.status_code == (201 if self._is_open else 409), reply.text
        if self._is_open:
            self.disputes.pop(0)
            self.box(head).objectors[name] = False


def test_a_few_owners_decisions_go_as_the_model_says(world: World) -> None:
    """VOTE-1 to VOTE-10, BAL-1, BAL-4, BAL-12, OWN-6, PUB-6."""
    assert world.hall is not None
    live(OwnersLife, 4, 40)


@pytest.mark.prove
@pytest.mark.parametrize("part", range(PARTS))
def test_many_owners_decisions_of_fifty_events_never_part_from_the_model(world: World, part: int) -> None:
    """VOTE-1 to VOTE-10, BAL-1, BAL-4, BAL-12, OWN-6, PUB-6."""
    assert world.hall is not None
    live(OwnersLife, LIVES // PARTS, 60, part)
