"""Opens what the count needs: the ballots that stand, with their choices. Nothing here runs before closing."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.ballots.queries import JUDGED, cast_of, with_what_became
from services.election.ballots.sealed import Opener
from services.election.rules.casting import Cast, standing
from services.election.rules.commitments import Said
from services.election.tables import Ballot, Election, PaperFact, Transcription
from services.election.tables.papers import Paper
from shared.sealing import Keys

PIECE = 2_000
READ_AS = and_(
    Transcription.election_id == Ballot.election_id,
    Transcription.entry_id == Ballot.entry_id,
    Transcription.revision == Ballot.revision,
)


@dataclass(frozen=True, slots=True)
class Opened:
    """The effective ballot of one entitlement. `log_index`: of its CAST or RETURNED leaf."""

    entry_id: UUID
    revision: int
    log_index: int
    choice: Said
    objected: bool = False
    agent_without_letter: bool = False

    @property
    def marks(self) -> list[int]:
        found = self.choice["marks"]
        assert isinstance(found, list), "a ballot of names"
        return [int(mark) for mark in found]

    @property
    def items(self) -> Mapping[int, str]:
        found = self.choice["items"]
        assert isinstance(found, dict), "a ballot of items"
        return {int(number): str(choice) for number, choice in found.items()}


async def opened_ballots(db: AsyncSession, keys: Keys, election: Election) -> list[Opened]:
    """One an entitlement that cast, by the one rule of what stands, in no order that says anything.

    Read and opened piece by piece: others are served meanwhile, and what is not needed any more is let go.
    """
    opener = Opener(keys, election.id)
    found: list[Opened] = []
    async for entry_id, history in _histories(db, election.id):
        stands = standing([one for one, _, _ in history])
        if stands is not None:  # all of them may be void
            _, index, sealed = next(one for one in history if one[0] is stands)
            choice = opener.choice(entry_id, stands.revision, sealed)
            found.append(Opened(entry_id, stands.revision, index, choice, stands.objected, stands.without_letter))
    return found


async def _histories(db: AsyncSession, election_id: UUID) -> AsyncIterator[tuple[UUID, list[tuple[Cast, int, bytes]]]]:
    """What each entitlement has cast: as it is judged, its index, and its choice as it lies sealed (of a paper, as it
    was read)."""
    sealed = func.coalesce(Ballot.choice_sealed, Transcription.choice_sealed)
    wanted = select(Ballot.entry_id, Ballot.log_index, sealed, *JUDGED).where(Ballot.election_id == election_id)
    wanted = with_what_became(wanted).outerjoin(Transcription, READ_AS)
    entry_id: UUID | None = None
    history: list[tuple[Cast, int, bytes]] = []
    rows = await db.stream(wanted.execution_options(yield_per=PIECE))
    async for piece in rows.partitions():
        for row in piece:
            if row[0] != entry_id:
                if entry_id is not None:
                    yield entry_id, history
                entry_id, history = row[0], []
            history.append((cast_of(*row[3:]), row[1], row[2]))
    if entry_id is not None:
        yield entry_id, history


async def delivered_to(db: AsyncSession, election: Election) -> frozenset[str]:
    """BAL-2. Entitlements whose paper was issued with a signature or photo: the proof of delivery, ballot by ballot.

    Since the log's second version only what the house had by the closing, as its CLOSE line says.
    """
    wanted = (
        select(Paper.entry_id)
        .join(PaperFact, (PaperFact.election_id == Paper.election_id) & (PaperFact.number == Paper.number))
        .where(
            Paper.election_id == election.id,
            PaperFact.kind == "ISSUED",
            PaperFact.accepted,
            PaperFact.evidence.is_not(None),
        )
    )
    if election.log_version > 1:
        wanted = wanted.where(PaperFact.late.is_(False))
    return frozenset(str(entry) for entry in (await db.execute(wanted)).scalars())
