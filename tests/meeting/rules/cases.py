"""Builders with true defaults for the rules of meetings."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from services.meeting.rules.kinds import Kind
from services.meeting.rules.meetings import MeetingCase, MeetingState
from services.meeting.rules.parameters import DEFAULTS
from services.meeting.rules.roles import Caller, Part, People, Role
from services.meeting.rules.screening import Outcome
from services.meeting.rules.topics import MeetingFacts, TopicCase
from services.meeting.rules.votes import VoteCase

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday, 10:00 in Shanghai
PROPOSER, CHAIR, RECORDER, WITNESS, SOMEBODY = (UUID(int=number) for number in range(1, 6))
PEOPLE = People(PROPOSER, CHAIR, RECORDER, WITNESS)
HOUSE = Caller(UUID(int=0), is_house=True)
RULES = DEFAULTS

CALLERS = {
    Part.DESK: Caller(SOMEBODY, frozenset({Role.CLERK})),
    Part.STREET: Caller(SOMEBODY, frozenset({Role.STREET_OFFICER})),
    Part.CHAIR: Caller(CHAIR),
    Part.RECORDER: Caller(RECORDER),
    Part.WITNESS: Caller(WITNESS),
    Part.PROPOSER: Caller(PROPOSER),
    Part.NEIGHBOUR: Caller(SOMEBODY, frozenset({Role.RESIDENT})),
    Part.HOUSE: HOUSE,
}


def topic_case(**changed: object) -> TopicCase:
    """A topic that nothing but the table hinders."""
    facts: dict[str, object] = {
        "outcome": Outcome.ACCEPT,
        "posted_at": NOW - timedelta(days=30),
        "tasks_unfinished": 0,
        "now": NOW,
        "rules": RULES,
        "meeting": MeetingFacts(MeetingState.DRAFT, Kind.COUNCIL, is_same_compound=True),
    }
    return TopicCase(**{**facts, **changed})  # type: ignore[arg-type]


def meeting_case(to: MeetingState | None = None, **changed: object) -> MeetingCase:
    """A council's meeting that nothing but the table hinders on its way to `to`."""
    is_notice = to is MeetingState.NOTICED
    facts: dict[str, object] = {
        "kind": Kind.COUNCIL,
        "starts_at": NOW + timedelta(days=10) if is_notice else NOW,
        "agenda": 2,
        "officers": (CHAIR, RECORDER, WITNESS),
        "members": 9,
        "term": (date(2026, 1, 1), date(2028, 12, 31)),
        "quorum_stood": to is not MeetingState.NO_QUORUM,
        "votes_running": 0,
        "now": NOW,
        "rules": RULES,
    }
    return MeetingCase(**{**facts, **changed})  # type: ignore[arg-type]


def vote_case(**changed: bool) -> VoteCase:
    facts = dict.fromkeys(("meeting_is_open", "has_begun", "kind_resolves", "is_announced", "quorum_stands"), True)
    return VoteCase(**{**facts, **changed})
