"""What casts need of their request: when it came, from where, and under which key."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request

from services.election.ballots.actions import Asked, Moment
from services.election.ballots.writer import Origin
from shared.edge import Now, house_of
from shared.idempotency import repeatable
from shared.identity import Actor
from shared.telemetry import current_trace


async def _moment(now: Now) -> Moment:
    return Moment(now, datetime.now(UTC))


AtThisMoment = Annotated[Moment, Depends(_moment)]


async def asked_by(request: Request, actor: Actor) -> Asked:
    """The request of a cast. No dependency: on the hottest path each costs as much as a statement."""
    subject = f"{actor.kind}:{actor.subject}"
    address = request.client.host if request.client else "-"
    moment = Moment(house_of(request).clock.now(), datetime.now(UTC))
    return Asked(moment, Origin(subject, address, current_trace().request_id), await repeatable(request, subject))
