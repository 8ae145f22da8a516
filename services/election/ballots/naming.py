"""What a ballot's *who* commits to, by the version of its log: said here alone, when cast and when opened."""

from services.election.rules.commitments import Said, by_said, who_said
from services.election.tables import Ballot


def who_of(log: int, ballot: Ballot) -> Said:
    election, entry = str(ballot.election_id), str(ballot.entry_id)
    by = by_said(election, entry, ballot.capacity, ballot.caster_id, ballot.proxy_id) if log > 1 else None
    return who_said(election, entry, ballot.revision, by)
