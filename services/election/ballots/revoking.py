"""Voids a ballot before closing: its voter is there in person, two officers record it (BAL-12)."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.election.ballots.objecting import OPEN, dispute_refused
from services.election.ballots.queries import casts_of, index_of, on_roll
from services.election.ballots.running import running
from services.election.history import who
from services.election.log.appending import Line, append
from services.election.rules.casting import standing
from services.election.rules.disputing import DisputeWhy, revocation_refusal
from services.election.rules.leaves import LeafType
from services.election.rules.roles import DESK_ROLES
from services.election.tables import BallotBox, BallotVoid
from shared import audit
from shared.identity import Actor, Verifier
from shared.problems import NotSignedIn, RoleForbidden


@dataclass(frozen=True, slots=True)
class Revoking:
    """What two officers record: the home of the entitlement, the reason, and the second one's access token."""

    home_id: UUID
    reason: str
    second_token: str


async def revoke_ballot(
    db: AsyncSession, actor: Actor, verifier: Verifier, election_id: UUID, asked: Revoking, now: datetime
) -> BallotVoid:
    """BAL-12. The voter came in person: his ballot is void, and the paper or another cast may follow.

    Errors: ElectionUnknown, NotOpen, RoleForbidden, HomeNotOnRoll, DisputeRefused.
    """
    election, box = await running(db, actor, election_id, now, OPEN)
    if not actor.holds(DESK_ROLES, election.compound_code):
        raise RoleForbidden(needed=sorted(DESK_ROLES))
    second = _second(verifier, actor, asked.second_token, election.compound_code)
    found = await on_roll(db, election.id, asked.home_id)
    history = (await casts_of(db, election.id, [found.entry.id])).get(found.entry.id, [])
    why = revocation_refusal(history)
    if why is not None:
        raise dispute_refused(why)
    stands = standing(history)
    assert stands is not None, "judged before"
    void = await _void(db, box, found.entry.id, stands.revision, asked.reason, (who(actor), who(second)), now)
    audit.note(db, "election", election.id, election.compound_code, entry=str(found.entry.id), second=void.second)
    return void


def _second(verifier: Verifier, actor: Actor, token: str, code: str) -> Actor:
    """The other officer, by his own sign-in. Errors: DisputeRefused."""
    try:
        second = verifier.verify(token)
    except NotSignedIn:
        raise dispute_refused(DisputeWhy.SECOND_OFFICER) from None
    if second.subject == actor.subject or not second.holds(DESK_ROLES, code):
        raise dispute_refused(DisputeWhy.SECOND_OFFICER)
    return second


async def _void(
    db: AsyncSession,
    box: BallotBox,
    entry_id: UUID,
    revision: int,
    reason: str,
    officers: tuple[str, str],
    now: datetime,
) -> BallotVoid:
    """Under the locked box: the VOID line names the ballot's own and the SHA-256 of the reason."""
    of = await index_of(db, box.election_id, entry_id, revision)
    digest = hashlib.sha256(reason.encode()).hexdigest()
    by, second = officers
    void = BallotVoid(
        election_id=box.election_id,
        entry_id=entry_id,
        revision=revision,
        log_index=await append(db, box, [Line(LeafType.VOID, {"of": of, "reason": digest})], now),
        reason=reason,
        by=by,
        second=second,
        at=now,
    )
    db.add(void)
    await db.flush()
    return void
