"""Cast a ballot: what is checked before it waits for the head lock."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.election.ballots.frozen import Frozen
from services.election.ballots.queries import claim_of
from services.election.ballots.taking import Arrival, RollCorrected, Taken, refused
from services.election.ballots.writer import Origin
from services.election.errors import ChoicesRefused, MarksRefused
from services.election.house import Station
from services.election.rules.casting import online_refusal
from services.election.rules.choices import Chosen, fits
from services.election.rules.parameters import Kind
from shared.idempotency import Repeatable
from shared.identity import Actor, StepUp
from shared.problems import Invalid


@dataclass(frozen=True, slots=True)
class Marked:
    """A ballot as it comes in: the home it is of (None: a member's, by default the caster's own), what was chosen, the
    revision that it replaces (0: none)."""

    home_id: UUID | None
    chosen: Chosen
    replaces: int
    member_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """When a cast arrived: by the house's clock, and in real time, which the life of a second factor is in."""

    now: datetime
    real: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """The request of one cast: when it came, from where, and under which Idempotency-Key."""

    moment: Moment
    origin: Origin
    repeatable: Repeatable | None


async def cast_ballot(station: Station, actor: Actor, election_id: UUID, marked: Marked, asked: Asked) -> Taken:
    """BAL-5, BAL-11, BAL-12. Nothing but the frozen election and the caller's token is needed.

    Errors: Invalid, ElectionUnknown, NotOpen, HomeNotOnRoll, MarksRefused, ChoicesRefused, BallotRefused, KeyReused,
    Busy, Overdue.
    """
    while True:
        try:
            return await _cast(station, actor, election_id, marked, asked)
        except RollCorrected:
            station.elections.forget(election_id)


async def _cast(station: Station, actor: Actor, election_id: UUID, marked: Marked, asked: Asked) -> Taken:
    frozen = await station.elections.of(actor, election_id)
    frame = frozen.frame
    if marked.home_id is None and frame.kind is not Kind.MEMBERS:
        raise Invalid(errors=[{"pointer": "/home_id", "code": "missing"}])
    entry = frozen.entry_of(marked.home_id, marked.member_id or actor.subject)
    _check_choice(frozen, marked.chosen)
    stepped_at = actor.step_up.at if actor.step_up is not None else None
    why = online_refusal(frame.kind, frame.rules.online, stepped_at, asked.moment.real)
    if why is not None:
        raise refused(why)
    arrival = Arrival(
        entry=entry,
        at=asked.moment.now,
        claim=claim_of(actor, frame.code, entry.owners, entry.homes),
        chosen=marked.chosen,
        replaces=marked.replaces,
        step_up=_evidence(actor.step_up),
        key=asked.repeatable.key if asked.repeatable is not None else None,
        digest=asked.repeatable.digest if asked.repeatable is not None else None,
        corrections=frozen.corrections,
    )
    return await station.writer.hand_in(frame, arrival, asked.origin)


def _check_choice(frozen: Frozen, chosen: Chosen) -> None:
    if fits(frozen.sheet, chosen):
        return
    if frozen.sheet.terms is not None:
        raise MarksRefused(most=frozen.sheet.terms.max_marks)
    raise ChoicesRefused(items=len(frozen.sheet.items))


def _evidence(step_up: StepUp | None) -> str | None:
    """BAL-5. What is kept beside the ballot."""
    return None if step_up is None else f"{step_up.method} {step_up.at.isoformat()}"
