"""The scenes that can be played so far, in order."""

from collections.abc import Callable

from tests.journeys.cast import Cast
from tests.journeys.scene_ballot import marking_ballots
from tests.journeys.scene_council import the_first_council
from tests.journeys.scene_everyday import everyday_life
from tests.journeys.scene_joining import people_join
from tests.journeys.scene_roll import the_roll
from tests.journeys.scene_survey import door_to_door
from tests.journeys.scene_together import all_in_one_view
from tests.journeys.stage import Stage

SCENES: tuple[Callable[[Stage, Cast], None], ...] = (
    the_roll,
    people_join,
    the_first_council,
    door_to_door,
    marking_ballots,
    everyday_life,
    all_in_one_view,
)
