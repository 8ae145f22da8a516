"""How a counted result is shown: figures, names and, where it was drawn, the tickets of the lot."""

from collections.abc import Sequence
from typing import Any

from services.election.elections.nominees import Name
from services.election.elections.queries import rules_of
from services.election.elections.shown import RankedSeen, ResultSeen
from services.election.rules.household import Outcome
from services.election.rules.lot import drawn
from services.election.tables import Election, Result


def result(election: Election, found: Result, names: Sequence[Name]) -> ResultSeen:
    """VOTE-8, BAL-11."""
    figures = found.figures
    households, returned = figures["households"], figures["returned"]
    share = rules_of(election).turnout
    called = {one.number: one.name for one in names}
    return ResultSeen(
        election_id=election.id,
        households=households,
        cast=returned,
        valid=figures["valid"],
        invalid=figures["invalid"],
        turnout_inequality=f"{share.below}*{returned} >= {share.above}*{households}",
        turnout_reached=share.holds(returned, households),
        outcome=Outcome(found.outcome),
        advisory=True,
        seats=election.seats,
        seed=election.seed,
        ranking=[_ranked(election, row, called) for row in figures["ranking"]],
        counted_at=found.counted_at,
    )


def _ranked(election: Election, row: dict[str, Any], called: dict[int, str]) -> RankedSeen:
    number = int(row["number"])
    ticket = drawn(election.seed, str(election.id), number) if row["by_lot"] else None
    return RankedSeen.model_validate({**row, "name": called[number], "ticket": ticket})
