"""A beaten house of processes holds what it acknowledged; and a house with planted faults is found out."""

import pytest

from gateway.admission import SILENT_SECONDS
from tests.chaos.caller import Temper
from tests.chaos.checker import Kind, Wrong
from tests.chaos.freeze import freeze
from tests.chaos.processes import Shape
from tests.chaos.run import Asked, play
from tests.chaos.tasks import Tasks
from tests.chaos.tickets import Tickets

pytestmark = pytest.mark.prove
SECONDS = 18.0
SEED = 20_261_125


async def test_what_is_acknowledged_stands_once_whatever_is_killed_or_stopped() -> None:
    outcome = await play(Asked(SECONDS, SEED, Shape(workers={"meeting": 1})))

    assert outcome.wrong == [], _listed(outcome.wrong)
    assert outcome.rested
    assert len(outcome.recoveries) >= 5
    assert len(outcome.ledger.acknowledged()) > 20


async def test_faults_planted_in_the_house_are_found_and_named() -> None:
    """The negative control: no process is hit, but clients hang up, and the rooms themselves do wrong."""
    broken = {"ticket": ("forgets-keys", "acknowledges-too-much", "swallows-events"), "meeting": ("files-twice",)}
    outcome = await play(
        Asked(
            6.0,
            SEED,
            Shape(broken=broken),
            (Tickets(), Tasks()),
            weather=None,
            temper=Temper(hangs_up=0.3),
            rest_seconds=6.0,
        )
    )

    found = {(wrong.kind, wrong.what) for wrong in outcome.wrong}
    assert {
        (Kind.DOUBLED, "ticket"),
        (Kind.LOST, "ticket"),
        (Kind.UNHEARD, "event"),
        (Kind.INVENTED, "ticket of a task"),
    } <= found, _listed(outcome.wrong)


async def test_a_client_that_forgets_its_key_is_found_and_named() -> None:
    """The other negative control: a sound house, and a client that takes a new key for each try."""
    shape = Shape(rooms=("registry", "ticket"))
    temper = Temper(hangs_up=0.3, keeps_key=False)

    outcome = await play(Asked(4.0, SEED, shape, (Tickets(),), weather=None, temper=temper, rest_seconds=10.0))

    assert (Kind.DOUBLED, "ticket") in {(wrong.kind, wrong.what) for wrong in outcome.wrong}, _listed(outcome.wrong)


def _listed(wrong: list[Wrong]) -> str:
    return "\n".join(map(str, wrong)) or "nothing was found"


async def test_a_room_that_is_stopped_does_not_starve_the_others() -> None:
    found = await freeze()

    assert found.good_part(since=SILENT_SECONDS + 1) == 1
    assert found.thawed_after < 10
