"""What a ballot's *who* commits to, by the version of its log: said here alone, when cast and when opened."""

from uuid import UUID

from services.election.rules.commitments import Said, by_said, who_said
from services.election.tables import Ballot


def named(log: int, of: tuple[UUID, UUID], revision: int, by: tuple[str, UUID | None, UUID | None]) -> Said:
    """`of`: election and entitlement; `by`: as what it is cast, by whom, under which authority."""
    election, entry = map(str, of)
    return who_said(election, entry, revision, by_said(election, entry, *by) if log > 1 else None)


def who_of(log: int, ballot: Ballot) -> Said:
    by = (ballot.capacity, ballot.caster_id, ballot.proxy_id)
    return named(log, (ballot.election_id, ballot.entry_id), ballot.revision, by)
