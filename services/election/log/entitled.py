"""BAL-9: who may have the complete record: auditors, who counted, and owners where the rule set lets them."""

from sqlalchemy import Uuid, any_, exists, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.elections.queries import rules_of
from services.election.errors import RecordForbidden
from services.election.history import who
from services.election.results.queries import results_of
from services.election.rules.roles import Role
from services.election.tables import Election, RollEntry
from shared import audit
from shared.identity import Actor


async def open_record(db: AsyncSession, actor: Actor, election: Election, purpose: str) -> None:
    """BAL-9. The access stands in the audit with its purpose before a byte is sent. Errors: RecordForbidden."""
    if not await _is_entitled(db, actor, election):
        raise RecordForbidden
    audit.note(db, "election", election.id, election.compound_code, purpose, record="COMPLETE")


async def _is_entitled(db: AsyncSession, actor: Actor, election: Election) -> bool:
    if actor.holds({Role.AUDITOR}, election.compound_code):
        return True
    for one in await results_of(db, election):
        if one.counted_by == who(actor) or actor.subject in (one.caller_id, one.counter_id, one.scrutineer_id):
            return True
    if not rules_of(election).inspection:
        return False
    owns = exists().where(
        RollEntry.election_id == election.id, literal(actor.subject, Uuid()) == any_(RollEntry.owner_ids)
    )
    return bool((await db.execute(select(owns))).scalar_one())
