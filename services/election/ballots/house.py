"""What casts need of their request: when it came, from where, and under which key."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request

from services.election.ballots.actions import Asked, Moment
from services.election.ballots.writer import Origin
from shared.edge import Now
from shared.idempotency import repeatable
from shared.identity import SignedIn
from shared.telemetry import current_trace


async def _moment(now: Now) -> Moment:
    return Moment(now, datetime.now(UTC))


AtThisMoment = Annotated[Moment, Depends(_moment)]


async def _asked(request: Request, actor: SignedIn, moment: AtThisMoment) -> Asked:
    subject = f"{actor.kind}:{actor.subject}"
    address = request.client.host if request.client else "-"
    origin = Origin(subject, address, current_trace().request_id)
    return Asked(moment, origin, await repeatable(request, subject))


CastAsked = Annotated[Asked, Depends(_asked)]
