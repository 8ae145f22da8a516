"""Opens what the count needs: the ballots that stand, with their choices. Nothing here runs before closing."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.ballots.queries import casts_of
from services.election.ballots.sealed import open_choice
from services.election.rules.casting import standing
from services.election.rules.commitments import Said
from services.election.tables import Ballot, Election, PaperFact, Transcription
from services.election.tables.papers import Paper
from shared.sealing import Keys


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
    """One an entitlement that cast, by the one rule of what stands, in no order that says anything."""
    ballots = {
        (one.entry_id, one.revision): one
        for one in (await db.execute(select(Ballot).where(Ballot.election_id == election.id))).scalars()
    }
    read = select(Transcription).where(Transcription.election_id == election.id)
    papers = {(row.entry_id, row.revision): row.choice_sealed for row in (await db.execute(read)).scalars()}
    history = await casts_of(db, election.id)
    found = []
    for entry_id, casts in history.items():
        stands = standing(casts)
        if stands is not None:  # all of them may be void
            place = (entry_id, stands.revision)
            _, choice = open_choice(keys, election.id, *place, ballots[place].choice_sealed or papers[place])
            index = ballots[place].log_index
            found.append(Opened(*place, index, choice, stands.objected, stands.without_letter))
    return found


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
