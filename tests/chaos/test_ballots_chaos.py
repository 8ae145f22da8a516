"""Ballots while rooms, gateway and PostgreSQL are killed and stopped; and a room with planted faults is found out."""

import pytest

from tests.chaos.ballots import Ballots
from tests.chaos.caller import Temper
from tests.chaos.checker import Kind, Wrong
from tests.chaos.processes import Shape
from tests.chaos.run import Asked, play

pytestmark = pytest.mark.prove
ROOMS = ("registry", "election")
SEED = 20_261_126


async def test_every_acknowledged_ballot_stands_once_with_its_choice_and_index() -> None:
    """BAL-12 and the log, through kills and stops: dense, each line as its receipt says, each ballot noticed."""
    outcome = await play(Asked(16.0, SEED, Shape(rooms=ROOMS), (Ballots(),)))

    assert outcome.wrong == [], _listed(outcome.wrong)
    assert outcome.rested
    assert len(outcome.recoveries) >= 5
    assert len(outcome.ledger.acknowledged()) > 30


@pytest.mark.parametrize(
    ("planted", "found"),
    [("acknowledges-too-much", (Kind.LOST, "ballot")), ("replays-by-read", (Kind.LOST, "repetition"))],
)
async def test_ballots_that_were_rolled_back_or_repeated_by_a_read_are_found(
    planted: str, found: tuple[Kind, str]
) -> None:
    """The negative controls: some commits are not; a repetition is answered with nothing written."""
    shape = Shape(rooms=ROOMS, broken={"election": (planted,)})
    temper = Temper(hangs_up=0.6)

    outcome = await play(Asked(5.0, SEED, shape, (Ballots(),), weather=None, temper=temper, rest_seconds=4.0))

    assert found in {(wrong.kind, wrong.what) for wrong in outcome.wrong}, _listed(outcome.wrong)


async def test_a_voter_who_forgets_his_key_is_found() -> None:
    """The other negative control: a sound house, and clients that take a new key for each try."""
    temper = Temper(hangs_up=0.4, keeps_key=False)
    asked = Asked(4.0, SEED, Shape(rooms=ROOMS), (Ballots(),), weather=None, temper=temper, rest_seconds=8.0)

    outcome = await play(asked)

    assert (Kind.REFUSED, "ballot") in {(wrong.kind, wrong.what) for wrong in outcome.wrong}, _listed(outcome.wrong)


def _listed(wrong: list[Wrong]) -> str:
    return "\n".join(map(str, wrong)) or "nothing was found"
