"""BAL-8: what the archive of an election holds, by digest, and until when it is kept."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.elections.queries import rules_of
from services.election.elections.schemas import ELECTION_ID
from services.election.results.queries import results_of
from services.election.rules.retention import kept_until
from services.election.tables import Checkpoint, Election
from shared.wire import Count, Output, example


class ArchiveSeen(Output):
    """SHA-256 digests of what was announced and counted, and the newest checkpoint of the log: whoever keeps these
    can tell years later whether the record that he is shown is the one of then. `kept_until`: from FINAL on; until
    then nothing of the election is deleted, and the database lets nobody."""

    model_config = Output.model_config | example(
        election_id=ELECTION_ID,
        text_digest="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        roll_root="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        results=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
        log_size=412,
        checkpoint="linli/0197a3f2-7c1e-7d53-9a58-1f1f6f1a2b3c\n412\n…",
        kept_until="2031-12-15",
    )

    election_id: UUID
    text_digest: str | None
    roll_root: str | None
    results: list[str]
    log_size: Count
    checkpoint: str | None
    kept_until: date | None


async def archive_of(db: AsyncSession, election: Election) -> ArchiveSeen:
    newest = select(Checkpoint).where(Checkpoint.election_id == election.id).order_by(Checkpoint.size.desc()).limit(1)
    checkpoint = (await db.execute(newest)).scalar_one_or_none()
    final = election.final_at
    return ArchiveSeen(
        election_id=election.id,
        text_digest=election.text_digest.hex() if election.text_digest else None,
        roll_root=election.roll_root.hex() if election.roll_root else None,
        results=[one.digest.hex() for one in await results_of(db, election)],
        log_size=checkpoint.size if checkpoint else 0,
        checkpoint=checkpoint.note if checkpoint else None,
        kept_until=kept_until(final, rules_of(election).retention_years) if final else None,
    )
