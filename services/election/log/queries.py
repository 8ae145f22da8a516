"""What may be read of a log: checkpoints, leaves, proofs; while voting runs no fresher than the turnout."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.ballots.naming import who_of
from services.election.ballots.queries import receipt_of
from services.election.ballots.sealed import open_choice
from services.election.elections.queries import entries_of, homes_on, own_home
from services.election.errors import CheckpointMissing, ProofUnknown, StatusUnsettled
from services.election.log.status import Status, status_tree
from services.election.log.trees import Trees
from services.election.rules.commitments import Said
from services.election.rules.leaves import LeafType
from services.election.rules.states import OVER, State
from services.election.rules.turnout import public_hour, told_sizes
from services.election.tables import Ballot, Checkpoint, Election, Leaf, RollEntry, RollHome
from shared.identity import Actor
from shared.paging import Orders, down
from shared.sealing import Keys

CHECKPOINTS = Orders("checkpoints", {"newest": (down(Checkpoint.size),)})


async def checkpoints_of(db: AsyncSession, election: Election, now: datetime) -> Select[Any]:
    """BAL-9. How long the log is tells the turnout: while voting runs, those that cover no ballot, and those of full
    hours at which it had grown by a step. For whoever goes from door to door as well: the index of a ballot that he
    saw cast would tell him its choice, once the public record opens it."""
    found = select(Checkpoint).where(Checkpoint.election_id == election.id)
    if election.state == State.OPEN:
        earliest = select(func.min(Ballot.log_index)).where(Ballot.election_id == election.id)
        first = (await db.execute(earliest)).scalar_one()
        if first is not None:
            hourly = await _hourly(db, election, first, now)
            found = found.where(or_(Checkpoint.size <= first, Checkpoint.size.in_(hourly)))
    return cast("Select[Any]", found)


async def _hourly(db: AsyncSession, election: Election, before: int, now: datetime) -> list[int]:
    """The sizes at full hours that may be told of a log whose first ballot has the index `before`."""
    hour = func.date_trunc("hour", Checkpoint.at)
    wanted = select(func.max(Checkpoint.size)).where(
        Checkpoint.election_id == election.id, Checkpoint.size > before, Checkpoint.at <= public_hour(now)
    )
    return told_sizes(before, (await db.execute(wanted.group_by(hour).order_by(hour))).scalars().all())


async def newest_checkpoint(db: AsyncSession, election: Election, now: datetime) -> Checkpoint:
    """Errors: CheckpointMissing."""
    wanted = (await checkpoints_of(db, election, now)).order_by(Checkpoint.size.desc()).limit(1)
    found: Checkpoint | None = (await db.execute(wanted)).scalar_one_or_none()
    if found is None:
        raise CheckpointMissing
    return found


async def checkpoint_of_size(db: AsyncSession, election: Election, size: int, now: datetime) -> Checkpoint:
    """Errors: ProofUnknown where none of that size may be told."""
    wanted = (await checkpoints_of(db, election, now)).where(Checkpoint.size == size)
    found: Checkpoint | None = (await db.execute(wanted)).scalar_one_or_none()
    if found is None:
        raise ProofUnknown
    return found


def leaves_of(election_id: UUID, start: int, end: int) -> Select[Any]:
    """Leaves from `start` to before `end`, in their order."""
    found = select(Leaf).where(Leaf.election_id == election_id, Leaf.log_index >= start, Leaf.log_index < end)
    return cast("Select[Any]", found.order_by(Leaf.log_index))


async def two_checkpoints(
    db: AsyncSession, election: Election, sizes: tuple[int | None, int | None], now: datetime
) -> tuple[Checkpoint, Checkpoint]:
    """By their sizes; None: the first, the newest. Errors: CheckpointMissing, ProofUnknown."""
    old, new = sizes
    last = await newest_checkpoint(db, election, now)
    if new is not None:
        last = await checkpoint_of_size(db, election, new, now)
    if old is not None:
        return await checkpoint_of_size(db, election, old, now), last
    first = (await checkpoints_of(db, election, now)).order_by(Checkpoint.size).limit(1)
    return (await db.execute(first)).scalar_one(), last


async def consistency(
    db: AsyncSession, trees: Trees, election: Election, old: Checkpoint, new: Checkpoint
) -> Sequence[bytes]:
    """That the log under the larger checkpoint begins with that under the smaller. Errors: ProofUnknown."""
    if old.size > new.size:
        raise ProofUnknown
    return (await trees.tree(db, election.id, new.size)).consistency(old.size, new.size)


@dataclass(frozen=True, slots=True)
class Receipt:
    """A caster's own ballot, opened, with the way from its leaf to a signed root (None: not signed yet). `what` is None
    until the closing (BAL-9): he knows what he marked, and nobody reads it over his shoulder."""

    index: int
    leaf: str
    who_salt: bytes
    who: Said
    what_salt: bytes
    what: Said | None
    checkpoint: Checkpoint | None
    inclusion: Sequence[bytes]


async def proved_receipt(
    db: AsyncSession, actor: Actor, keys: Keys, trees: Trees, election: Election, index: int
) -> Receipt:
    """For whoever cast it, and nobody else. Errors: BallotUnknown."""
    ballot, _, _ = await receipt_of(db, actor, election, index)
    assert ballot.choice_sealed is not None, "cast by somebody"
    what_salt, what = open_choice(keys, election.id, ballot.entry_id, ballot.revision, ballot.choice_sealed)
    body = (await db.execute(leaves_of(election.id, index, index + 1))).scalar_one().body
    covering = await _covering(db, election, index)
    path: Sequence[bytes] = ()
    if covering is not None:
        path = (await trees.tree(db, election.id, covering.size)).inclusion(index, covering.size)
    who = who_of(election.log_version, ballot)
    told = what if election.state in OVER else None
    return Receipt(index, body.decode(), ballot.who_salt, who, what_salt, told, covering, path)


async def _covering(db: AsyncSession, election: Election, index: int) -> Checkpoint | None:
    """The newest that covers a leaf; while voting runs the first one, which tells least of how many voted since."""
    size = Checkpoint.size.asc() if election.state == State.OPEN else Checkpoint.size.desc()
    wanted = select(Checkpoint).where(Checkpoint.election_id == election.id, Checkpoint.size > index)
    return (await db.execute(wanted.order_by(size).limit(1))).scalar_one_or_none()


async def status_leaf(db: AsyncSession, election_id: UUID) -> Leaf | None:
    """The newest STATUS leaf."""
    wanted = select(Leaf).where(Leaf.election_id == election_id, Leaf.type == LeafType.STATUS)
    return (await db.execute(wanted.order_by(Leaf.log_index.desc()).limit(1))).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class Proved:
    """The status of one entitlement, with the way from it to the root that the STATUS leaf at `leaf` names."""

    status: Status
    label: str
    entries: int
    root: bytes
    leaf: int
    inclusion: Sequence[bytes]


async def my_statuses(db: AsyncSession, actor: Actor, election: Election) -> list[Proved]:
    """The caller's own entitlements only. Errors: StatusUnsettled before the count, or where a recount is due."""
    mine = {entry.id: entry for entry in await entries_of(db, actor, election.id)}
    homes = await homes_on(db, election.id, list(mine))
    leaf, built = await status_leaf(db, election.id), await status_tree(db, election.id)
    if leaf is None or f'"root":"{built.root.hex()}"'.encode() not in leaf.body:
        raise StatusUnsettled(state=election.state)
    size = len(built.lines)
    return [
        Proved(
            line,
            _label(actor, mine[line.entry_id], homes),
            size,
            built.root,
            leaf.log_index,
            built.tree.inclusion(place, size),
        )
        for place, line in enumerate(built.lines)
        if line.entry_id in mine
    ]


def _label(actor: Actor, entry: RollEntry, homes: Mapping[UUID, Sequence[RollHome]]) -> str:
    known = own_home(actor, entry, homes.get(entry.id, ()))
    return known.label if known else entry.label


async def entries_in_place(db: AsyncSession, election_id: UUID) -> Sequence[RollEntry]:
    """The whole roll, in its order."""
    found = await db.execute(select(RollEntry).where(RollEntry.election_id == election_id).order_by(RollEntry.place))
    return found.scalars().all()
