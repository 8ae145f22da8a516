"""What a ballot's *who* commits to, by the version of its log: said here alone, when cast and when opened."""

from uuid import UUID

from services.election.ballots.storing import Stored
from services.election.rules.commitments import Said, by_said, commitment, who_said
from services.election.rules.leaves import LOG
from services.election.tables import Ballot


def named(log: int, of: tuple[UUID, UUID], revision: int, by: tuple[str, UUID | None, UUID | None]) -> Said:
    """`of`: election and entitlement; `by`: as what it is cast, by whom, under which authority."""
    election, entry = map(str, of)
    return who_said(election, entry, revision, by_said(election, entry, *by) if log > 1 else None)


def who_of(log: int, ballot: Ballot) -> Said:
    by = (ballot.capacity, ballot.caster_id, ballot.proxy_id)
    return named(log, (ballot.election_id, ballot.entry_id), ballot.revision, by)


def who_told(election: UUID, ballot: Stored) -> Said:
    """Where its election is not at hand: what it does commit to, of any version."""
    by = (ballot.capacity, ballot.caster_id, ballot.proxy_id)
    said = (named(log, (election, ballot.entry_id), ballot.revision, by) for log in range(LOG, 0, -1))
    return next(one for one in said if commitment(ballot.who_salt, one) == ballot.who)
