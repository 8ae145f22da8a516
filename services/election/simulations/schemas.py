"""What is assumed of a vote, and what it would come to."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.election.elections.schemas import ELECTION_ID
from services.election.rules.simulation import Assumption, Outlook, would_pass
from services.election.rules.thresholds import Criterion, Measure
from services.election.rules.weights import Weights
from services.election.simulations.queries import By, Scene, Simulated
from shared.wire import Area, Count, Input, Instant, Output, Whole, area_text, example


class Part(Input):
    """Heads, and area in square metres."""

    model_config = Input.model_config | example(heads=31, area="2700.01")

    heads: Annotated[Whole, Field(ge=0)]
    area: Area

    def weights(self) -> Weights:
        return Weights(self.heads, self.area)


NONE = Part(heads=0, area="0.00")  # type: ignore[arg-type]  # as it is written on the wire


class NewSimulation(Input):
    """What is taken to come back by closing, all of it: not what did, which nobody knows before the count."""

    model_config = Input.model_config | example(
        agree={"heads": 31, "area": "2700.01"},
        oppose={"heads": 20, "area": "1800.00"},
        abstain={"heads": 9, "area": "899.99"},
    )

    agree: Part
    oppose: Part = NONE
    abstain: Part = NONE
    invalid: Part = NONE

    def assumption(self) -> Assumption:
        parts = (self.agree, self.oppose, self.abstain, self.invalid)
        return Assumption(*(part.weights() for part in parts))


_TEST = {
    "test": "APPROVAL_HEADS",
    "measure": "HEADS",
    "part": "30",
    "whole": "60",
    "least": "31",
    "inequality": "2*30 > 60",
    "holds": False,
    "missing": "1",
    "more": "1",
}
_SCENE = {"by": "ROLL", "heads": 89, "area": "8000.00", "would_pass": False, "tests": [_TEST]}


class OutlookSeen(Output):
    """One test. Figures as text: heads as whole numbers, area in square metres; the inequality in heads or 0.01 m².

    `missing`: so much at least, of those taken to take part. `more`: or so much that would have to come besides, and
    agree; null where not even the whole rest would do.
    """

    model_config = Output.model_config | example(**_TEST)

    test: Criterion
    measure: Measure
    part: str
    whole: str
    least: str
    inequality: str
    holds: bool
    missing: str
    more: str | None


class SceneSeen(Output):
    """The tests by one pair of denominators."""

    model_config = Output.model_config | example(**_SCENE)

    by: By
    heads: Count
    area: Area
    would_pass: bool
    tests: list[OutlookSeen]


class SoFarSeen(Output):
    """How many have voted, as this caller may know it: exact, or as of the hour and rounded down."""

    model_config = Output.model_config | example(entitlements=612, cast=320, as_of="2026-12-02T03:00:00Z", exact=False)

    entitlements: Count
    cast: Count
    as_of: Instant
    exact: bool


class SimulationSeen(Output):
    """What if. No result, and no look at any ballot."""

    model_config = Output.model_config | example(
        election_id=ELECTION_ID,
        scenes=[_SCENE],
        so_far=SoFarSeen.model_config["json_schema_extra"]["examples"][0],  # type: ignore[index]
    )

    election_id: UUID
    scenes: list[SceneSeen]
    so_far: SoFarSeen | None


def simulation(found: Simulated) -> SimulationSeen:
    so_far = found.so_far
    return SimulationSeen(
        election_id=found.election.id,
        scenes=[_scene(scene) for scene in found.scenes],
        so_far=SoFarSeen(entitlements=so_far.households, cast=so_far.cast, as_of=so_far.as_of, exact=so_far.exact)
        if so_far
        else None,
    )


def _scene(scene: Scene) -> SceneSeen:
    return SceneSeen(
        by=scene.by,
        heads=scene.roll.heads,
        area=scene.roll.area,
        would_pass=would_pass(scene.outlooks),
        tests=[_outlook(one) for one in scene.outlooks],
    )


def _outlook(one: Outlook) -> OutlookSeen:
    figure = one.figure
    told = str if figure.measure is Measure.HEADS else area_text
    return OutlookSeen(
        test=figure.test,
        measure=figure.measure,
        part=told(figure.part),
        whole=told(figure.whole),
        least=told(figure.least),
        inequality=figure.inequality,
        holds=figure.holds,
        missing=told(one.missing),
        more=None if one.more is None else told(one.more),
    )
