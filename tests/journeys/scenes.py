"""The scenes that can be played so far, in order."""

from collections.abc import Callable

from tests.journeys.cast import Cast
from tests.journeys.scene_everyday import everyday_life
from tests.journeys.scene_joining import people_join
from tests.journeys.scene_roll import the_roll
from tests.journeys.stage import Stage

SCENES: tuple[Callable[[Stage, Cast], None], ...] = (the_roll, people_join, everyday_life)
