"""What a ballot's *who* commits to, by the version of its log: said here alone, when cast and when opened."""

from services.election.rules.commitments import Said, by_said, commitment, who_said
from services.election.rules.leaves import LOG
from services.election.tables import Ballot


def who_of(log: int, ballot: Ballot) -> Said:
    election, entry = str(ballot.election_id), str(ballot.entry_id)
    by = by_said(election, entry, ballot.capacity, ballot.caster_id, ballot.proxy_id) if log > 1 else None
    return who_said(election, entry, ballot.revision, by)


def who_told(ballot: Ballot) -> Said:
    """Where its election is not at hand: what it does commit to, of any version."""
    said = (who_of(log, ballot) for log in range(LOG, 0, -1))
    return next(one for one in said if commitment(ballot.who_salt, one) == ballot.who)
