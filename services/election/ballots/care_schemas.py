"""Objections of co-owners, revocations, extensions, codes and notices on the wire."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.election.ballots.codes import Told
from services.election.ballots.objecting import Objecting
from services.election.ballots.revoking import Revoking
from services.election.elections.schemas import ELECTION_ID, HOME_ID
from services.election.rules.casting import Channel
from services.election.rules.states import State
from services.election.tables import BallotNotice, BallotObjection, BallotVoid, Election, RollEntry
from shared.files import LONGEST_TOKEN
from shared.identity import LONGEST_TOKEN as LONGEST_ACCESS_TOKEN
from shared.wire import Count, Day, Input, Instant, Output, Text, example

_ID = "0197a3f2-7c1e-7d53-9a58-1f1f6f1a0009"
_PERSON = "0197a3f2-7c1e-7d53-9a58-1f1f6f1a0007"
_TOKEN = "eyJhbGciOiJFZDI1NTE5Iiwia2lkIjoiZDdmNiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiIwMTk3In0.c2lnbmF0dXJl"


class NewBallotObjection(Input):
    """VOTE-1. Against the ballot that stands for this home's entitlement. A co-owner signs with a fresh second factor;
    for one who wrote it on paper the desk says who (`objector_id`) and hands in the paper's reference."""

    model_config = Input.model_config | example(home_id=HOME_ID)

    home_id: UUID
    objector_id: UUID | None = None
    paper: Annotated[str, Field(min_length=1, max_length=LONGEST_TOKEN)] | None = None

    def objecting(self) -> Objecting:
        return Objecting(self.home_id, self.objector_id, self.paper)


class ResolveBallotObjection(Input):
    """The objector withdraws it; or the desk writes down what the co-owners agreed on."""

    model_config = Input.model_config | example(words="共有人双方到场,确认以已投选票为准。")

    words: Annotated[str, Text(500)] | None = None


class BallotObjectionSeen(Output):
    """An objection to the ballot of one entitlement; unresolved at closing its ballot is INVALID."""

    model_config = Output.model_config | example(
        id=_ID, label="3-2-501", objector_id=_PERSON, at="2026-12-03T03:12:00Z", resolved_at=None, resolution=None
    )

    id: UUID
    label: str
    objector_id: UUID
    at: Instant
    resolved_at: Instant | None
    resolution: str | None


class RevokeBallot(Input):
    """BAL-12. The voter is there in person. The second officer signs in too and lends his access token, which is
    checked and kept nowhere."""

    model_config = Input.model_config | example(home_id=HOME_ID, reason="本人到场,要求改投纸票", second_token=_TOKEN)

    home_id: UUID
    reason: Annotated[str, Text(500)]
    second_token: Annotated[str, Field(min_length=1, max_length=LONGEST_ACCESS_TOKEN)]

    def revoking(self) -> Revoking:
        return Revoking(self.home_id, self.reason, self.second_token)


class VoidSeen(Output):
    """A ballot that counts no more: which of the entitlement's, and where the log says so."""

    model_config = Output.model_config | example(
        entry_id="0197a3f2-7c1e-7d53-9a58-1f1f6f1a0006", revision=1, log_index=57, at="2026-12-03T03:12:00Z"
    )

    entry_id: UUID
    revision: Count
    log_index: Count
    at: Instant


class ExtendWindow(Input):
    """BAL-6. The new end, announced before the present one, and why."""

    model_config = Input.model_config | example(closes_at="2026-12-18T10:00:00Z", reason="返还率不足,延长投票时间")

    closes_at: Instant
    reason: Annotated[str, Text(500)]


class WindowSeen(Output):
    """The window as it runs now. `first_closes_at`: the end that was announced first."""

    model_config = Output.model_config | example(
        election_id=ELECTION_ID,
        state="OPEN",
        opens_at="2026-12-01T01:00:00Z",
        closes_at="2026-12-18T10:00:00Z",
        first_closes_at="2026-12-08T10:00:00Z",
        version=5,
    )

    election_id: UUID
    state: State
    opens_at: Instant
    closes_at: Instant
    first_closes_at: Instant | None
    version: Count


class CodeSeen(Output):
    """What a code tells to whoever holds it; an unknown one is told as not recorded."""

    model_config = Output.model_config | example(recorded=True, effective=True, day="2026-12-02")

    recorded: bool
    effective: bool
    day: Day | None


class NoticeSeen(Output):
    """A ballot of my home was registered; was it not me, I object, or ask the desk. Not its place in the log:
    the public record of a household ballot opens it there, and it may be my tenant's."""

    model_config = Output.model_config | example(label="3-2-501", channel="ONLINE", day="2026-12-02", revision=1)

    label: str
    channel: Channel
    day: Day
    revision: Count


def objection_seen(objection: BallotObjection, entry: RollEntry) -> BallotObjectionSeen:
    return BallotObjectionSeen(
        id=objection.id,
        label=entry.label,
        objector_id=objection.objector_id,
        at=objection.at,
        resolved_at=objection.resolved_at,
        resolution=objection.resolution,
    )


def void_seen(void: BallotVoid) -> VoidSeen:
    return VoidSeen.model_validate(void)


def window_seen(election: Election) -> WindowSeen:
    names = ("state", "opens_at", "closes_at", "first_closes_at", "version")
    told: dict[str, Any] = {name: getattr(election, name) for name in names}
    return WindowSeen.model_validate(told | {"election_id": election.id})


def code_seen(told: Told) -> CodeSeen:
    return CodeSeen.model_validate(told)


def notice_seen(notice: BallotNotice, label: str) -> NoticeSeen:
    return NoticeSeen(
        label=label,
        channel=Channel(notice.channel),
        day=date.fromisoformat(notice.day),
        revision=notice.revision,
    )
