"""Ballots as they come in, and what is answered: receipts, never a choice."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from services.election.ballots.actions import Marked
from services.election.ballots.naming import who_told
from services.election.ballots.queries import Mine
from services.election.ballots.sealed import open_choice
from services.election.ballots.taking import Taken
from services.election.elections.schemas import ELECTION_ID, HOME_ID
from services.election.rules.casting import Capacity, Channel, standing
from services.election.rules.choices import Chosen
from shared.sealing import Keys
from shared.wire import Count, Input, Instant, Output, Whole, example

MOST_MARKS = 200
MOST_ITEMS = 50
MOST_REVISIONS = 1000


class ItemAnswer(Input):
    """BAL-1. What is answered to one item of a decision."""

    model_config = Input.model_config | example(number=1, choice="AGREE")

    number: Annotated[Whole, Field(ge=1, le=MOST_ITEMS)]
    choice: Literal["AGREE", "OPPOSE", "ABSTAIN"]


class NewBallot(Input):
    """One entitlement's ballot. `home_id`: any home of it; left out in a members' vote, where `member_id` says for whom
    an agent casts. Either `marks`, the numbers of names marked, or `items`, one answer to each item of a decision.
    `replaces` is the newest revision that the caster has seen (0: none), so that of two people at once one is refused
    and nobody overwrites what he does not know of."""

    model_config = Input.model_config | example(home_id=HOME_ID, marks=[1, 3], replaces=0)

    home_id: UUID | None = None
    member_id: UUID | None = None
    marks: Annotated[list[Annotated[Whole, Field(ge=1, le=MOST_MARKS)]], Field(max_length=MOST_MARKS)] | None = None
    items: Annotated[list[ItemAnswer], Field(max_length=MOST_ITEMS)] | None = None
    replaces: Annotated[Whole, Field(ge=0, le=MOST_REVISIONS)] = 0

    def marked(self) -> Marked:
        return Marked(self.home_id, Chosen(self._marks(), self._items()), self.replaces, self.member_id)

    def _marks(self) -> tuple[int, ...] | None:
        return None if self.marks is None else tuple(self.marks)

    def _items(self) -> dict[int, str] | None:
        """An item answered twice is answered not at all: the ballot then does not fit."""
        if self.items is None:
            return None
        answers: dict[int, str] = {one.number: one.choice for one in self.items}
        return answers if len(answers) == len(self.items) else {}


class ReceiptSeen(Output):
    """What a caster keeps. `what` is SHA-256(`what_salt` ‖ `{"election":…,"marks":[…]}`), of a decision
    `{"election":…,"items":{"1":"AGREE"}}`, and `who` SHA-256(`who_salt` ‖ `who_said`), canonical
    JSON, so that he can show later what he cast. `code` may be read out: it tells no choice."""

    model_config = Output.model_config | example(
        election_id=ELECTION_ID,
        entry_id="0197a3f2-7c1e-7d53-9a58-1f1f6f1a0006",
        home_id=HOME_ID,
        label="3-2-501",
        revision=1,
        log_index=41,
        channel="ONLINE",
        capacity="RESIDENT",
        cast_at="2026-12-02T03:12:00Z",
        step_up=None,
        code="7K2M9QX4TB",
        algorithm="SHA-256",
        who="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        who_salt="60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
        who_said={
            "election": ELECTION_ID,
            "entry": "0197a3f2-7c1e-7d53-9a58-1f1f6f1a0006",
            "revision": 1,
            "capacity": "RESIDENT",
            "caster": "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
            "authority": "",
        },
        what="fd61a03af4f77d870fc21e05e7e80678095c92d808cfb3b5c279ee04c74aca13",
        what_salt="a4e624d686e03ed2767c0abd85c14426b0b1157d2ce81d27bb4fe4f6f01d688a",
    )

    election_id: UUID
    entry_id: UUID
    home_id: UUID | None
    """The first home of the entitlement; null for a member."""
    label: str
    revision: Count
    log_index: Count
    channel: Channel
    capacity: Capacity
    cast_at: Instant
    step_up: str | None
    """BAL-5. The second factor it was signed with, and when."""
    code: str
    algorithm: str
    who: str
    who_salt: str
    who_said: Mapping[str, Any]
    """`caster` tells the people of one entitlement apart, without naming them."""
    what: str
    what_salt: str


class HomeBallot(Output):
    """One of my homes on the roll. `newest` is what a cast now would have to replace."""

    model_config = Output.model_config | example(
        home_id=HOME_ID,
        label="3-2-501",
        capacity="OWNER",
        newest=1,
        stands=1,
        cast_by_me=True,
        suspended=False,
        log_index=41,
    )

    home_id: UUID | None
    label: str
    capacity: Capacity | None
    """As what I may cast for it; null: not at all."""
    newest: Count
    stands: Count | None
    cast_by_me: bool
    suspended: bool
    """VOTE-1. An objection of a co-owner is not resolved, or the agent's letter is missing: it would be INVALID."""
    log_index: Count | None
    """Of the newest ballot that I cast for it, whether it stands or not, for `get_receipt` and `get_proved_receipt`;
    null: none."""


class MyBallots(Output):
    model_config = Output.model_config | example(
        items=[HomeBallot.model_config["json_schema_extra"]["examples"][0]]  # type: ignore[index]
    )

    items: list[HomeBallot]


def receipt(keys: Keys, taken: Taken) -> ReceiptSeen:
    ballot, entry = taken.ballot, taken.entry
    assert ballot.what is not None, "cast online"
    return ReceiptSeen(
        election_id=taken.election_id,
        entry_id=ballot.entry_id,
        home_id=entry.home,
        label=entry.label,
        revision=ballot.revision,
        log_index=ballot.log_index,
        channel=Channel(ballot.channel),
        capacity=Capacity(ballot.capacity),
        cast_at=ballot.cast_at,
        step_up=ballot.step_up,
        code=ballot.code,
        algorithm="SHA-256",
        who=ballot.who.hex(),
        who_salt=ballot.who_salt.hex(),
        who_said=dict(taken.who_said or who_told(taken.election_id, ballot)),
        what=ballot.what.hex(),
        what_salt=(taken.what_salt or _opened_salt(keys, taken)).hex(),
    )


def _opened_salt(keys: Keys, taken: Taken) -> bytes:
    """Of a ballot that was sealed before this request."""
    ballot = taken.ballot
    assert ballot.choice_sealed is not None, "cast online"
    salt, _ = open_choice(keys, taken.election_id, ballot.entry_id, ballot.revision, ballot.choice_sealed)
    return salt


def home_ballot(mine: Mine, me: UUID) -> HomeBallot:
    stands = standing(mine.casts)
    return HomeBallot(
        home_id=mine.home_id,
        label=mine.label,
        capacity=mine.capacity,
        newest=stands.revision if stands else 0,
        stands=stands.revision if stands else None,
        cast_by_me=stands is not None and stands.caster == me,
        suspended=stands is not None and stands.is_suspended,
        log_index=mine.index,
    )
