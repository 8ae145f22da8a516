"""A co-owner objects to the ballot of his entitlement, and the objection is resolved or not (VOTE-1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, Uuid, any_, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.ballots.actions import Moment
from services.election.ballots.queries import casts_of, index_of
from services.election.ballots.running import Party, party_of, running
from services.election.errors import BallotObjectionUnknown, DisputeRefused, HomeNotOnRoll
from services.election.history import who
from services.election.log.appending import Line, append
from services.election.rules.cast_wording import CAST_WORDS, DISPUTE_WORDS
from services.election.rules.casting import Capacity, Cast, CastWhy, online_refusal, standing
from services.election.rules.commitments import Said, commitment, objection_said, salt_of
from services.election.rules.disputing import DisputeWhy, objection_refusal
from services.election.rules.leaves import LeafType
from services.election.rules.parameters import Kind, Online
from services.election.rules.roles import DESK_ROLES
from services.election.rules.states import State
from services.election.tables import BallotBox, BallotObjection, Election, RollEntry
from shared import audit
from shared.database import new_id
from shared.files import References
from shared.identity import Actor
from shared.paging import Orders, down
from shared.sealing import Keys

OPEN = frozenset({State.OPEN})
OBJECTIONS = Orders("ballot_objections", {"newest": (down(BallotObjection.at), down(BallotObjection.id))})


@dataclass(frozen=True, slots=True)
class Objecting:
    """An objection as it comes in: by the co-owner himself, or by the desk for one who wrote it on paper."""

    home_id: UUID
    objector_id: UUID | None
    paper: str | None


async def object_to_ballot(
    db: AsyncSession, actor: Actor, keys: Keys, election_id: UUID, asked: Objecting, moment: Moment
) -> tuple[BallotObjection, RollEntry]:
    """VOTE-1. The ballot that stands is suspended; not resolved before closing it is INVALID.

    Errors: ElectionUnknown, NotOpen, HomeNotOnRoll, DisputeRefused (also: no fresh second factor),
    ReferenceRefused.
    """
    paper = _paper(keys, actor, asked.paper, moment.now)
    election, box = await running(db, actor, election_id, moment.now, OPEN)
    party = await party_of(db, actor, election, asked.home_id)
    objector = _objector(actor, election, party, asked, moment.real)
    history = (await casts_of(db, election.id, [party.entry.id])).get(party.entry.id, [])
    why = objection_refusal(Kind(election.kind), objector, history)
    if why is None and not all(map(_is_withdrawn, await _earlier(db, election, party, objector))):
        why = DisputeWhy.OBJECTED_ALREADY
    if why is not None:
        raise dispute_refused(why)
    objection = BallotObjection(
        id=new_id(),
        election_id=election.id,
        entry_id=party.entry.id,
        objector_id=objector,
        at=moment.now,
        file_token=paper,
    )
    if election.log_version > 1:
        objection.log_index = await _write_down(db, box, party.entry, objection, history)
    db.add(objection)
    await db.flush()
    audit.note(db, "ballot-objection", objection.id, election.compound_code)
    return objection, party.entry


async def _write_down(
    db: AsyncSession, box: BallotBox, entry: RollEntry, objection: BallotObjection, history: Sequence[Cast]
) -> int:
    """Its OBJECTION line: against the ballot at `of`, by somebody; so that none is claimed once the box is shut."""
    stands = standing(history)
    assert stands is not None, "judged before"
    said = objection_said(str(objection.election_id), str(entry.id), objection.objector_id)
    line: Said = {
        "of": await index_of(db, objection.election_id, entry.id, stands.revision),
        "who": commitment(objection_salt(entry.salt, objection.id), said).hex(),
    }
    return await append(db, box, [Line(LeafType.OBJECTION, line)], objection.at)


def objection_salt(entry_salt: bytes, objection_id: UUID) -> bytes:
    return salt_of(entry_salt, f"objection/{objection_id}")


def _paper(keys: Keys, actor: Actor, token: str | None, now: datetime) -> str | None:
    """Errors: ReferenceRefused."""
    if token is None:
        return None
    file = References(keys.files).attached(token, actor.subject, now)
    return f"{file.id} {file.sha256}"


def _objector(actor: Actor, election: Election, party: Party, asked: Objecting, real: datetime) -> UUID:
    """In writing: signed as a ballot is, or on a paper that the desk holds. Errors: HomeNotOnRoll, DisputeRefused."""
    if party.own is Capacity.OWNER and asked.objector_id is None:
        stepped_at = actor.step_up.at if actor.step_up is not None else None
        why = online_refusal(Kind(election.kind), Online.OWN, stepped_at, real)
        if why is not None:
            raise dispute_refused(why)
        return actor.subject
    if not party.desk or asked.objector_id not in party.owners:
        raise HomeNotOnRoll
    if asked.paper is None:
        raise dispute_refused(DisputeWhy.PAPER_NEEDED)
    return asked.objector_id


async def _earlier(db: AsyncSession, election: Election, party: Party, objector: UUID) -> Sequence[BallotObjection]:
    found = select(BallotObjection).where(
        BallotObjection.election_id == election.id,
        BallotObjection.entry_id == party.entry.id,
        BallotObjection.objector_id == objector,
    )
    return (await db.execute(found)).scalars().all()


def _is_withdrawn(objection: BallotObjection) -> bool:
    """By himself: another ballot may have been cast since, and he objects again. What the co-owners agreed on at the
    desk stays."""
    return objection.resolved_by == f"person:{objection.objector_id}"


async def resolve_ballot_objection(
    db: AsyncSession, actor: Actor, election_id: UUID, objection_id: UUID, words: str | None, now: datetime
) -> tuple[BallotObjection, RollEntry]:
    """VOTE-1. Withdrawn by the objector, or resolved by the desk with the co-owners' joint word; before closing.

    Errors: ElectionUnknown, NotOpen, BallotObjectionUnknown, DisputeRefused.
    """
    election, box = await running(db, actor, election_id, now, OPEN)
    found = await db.execute(visible(actor, election).where(BallotObjection.id == objection_id))
    row = found.one_or_none()
    if row is None:
        raise BallotObjectionUnknown
    objection: BallotObjection = row[0]
    if objection.resolved_at is not None:
        raise dispute_refused(DisputeWhy.RESOLVED_ALREADY)
    own = objection.objector_id == actor.subject
    if not own and not actor.holds(DESK_ROLES, election.compound_code):
        raise BallotObjectionUnknown
    if not own and words is None:
        raise dispute_refused(DisputeWhy.WORDS_NEEDED)
    if objection.log_index is not None:
        await append(db, box, [Line(LeafType.SETTLED, {"of": objection.log_index})], now)
    objection.resolved_at, objection.resolved_by, objection.resolution = now, who(actor), words
    audit.note(db, "ballot-objection", objection.id, election.compound_code)
    return objection, row[1]


def visible(actor: Actor, election: Election) -> Select[Any]:
    """The desk sees all, an owner those of his entitlement. One row: BallotObjection, RollEntry."""
    found = (
        select(BallotObjection, RollEntry)
        .join(RollEntry, RollEntry.id == BallotObjection.entry_id)
        .where(BallotObjection.election_id == election.id)
    )
    if not actor.holds(DESK_ROLES, election.compound_code):
        mine = literal(actor.subject, Uuid()) == any_(RollEntry.owner_ids)
        found = found.where(or_(mine, BallotObjection.objector_id == actor.subject))
    return cast("Select[Any]", found)


def dispute_refused(why: DisputeWhy | CastWhy) -> DisputeRefused:
    zh, en = CAST_WORDS[why] if isinstance(why, CastWhy) else DISPUTE_WORDS[why]
    return DisputeRefused(why=why, why_zh=zh, why_en=en)
