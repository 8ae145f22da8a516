"""How a roll is shown: totals by building, and one's own rows."""

from uuid import UUID

from services.election.elections.queries import RollTotals
from services.election.elections.schemas import HOME_ID
from services.election.tables import Election
from shared.wire import Count, Output, example


class BuildingRoll(Output):
    model_config = Output.model_config | example(building="3", households=48)

    building: str
    households: Count


class HomeOnRoll(Output):
    """One's own row of the roll."""

    model_config = Output.model_config | example(home_id=HOME_ID, label="3-2-501")

    home_id: UUID
    label: str


class RollSeen(Output):
    """The frozen roll: totals by building, one's own homes in full, no other row (BAL-9)."""

    model_config = Output.model_config | example(
        households=612,
        area_unknown=3,
        owner_unknown=5,
        buildings=[{"building": "3", "households": 48}],
        mine=[{"home_id": HOME_ID, "label": "3-2-501"}],
    )

    households: Count
    area_unknown: Count
    owner_unknown: Count
    buildings: list[BuildingRoll]
    mine: list[HomeOnRoll]


def roll(election: Election, totals: RollTotals) -> RollSeen:
    return RollSeen(
        households=election.entries,
        area_unknown=totals.area_unknown,
        owner_unknown=totals.owner_unknown,
        buildings=[BuildingRoll.model_validate(one) for one in totals.buildings],
        mine=[HomeOnRoll.model_validate(home) for home in totals.mine],
    )
