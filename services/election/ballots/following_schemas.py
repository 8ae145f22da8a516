"""The long poll of the turnout on the wire."""

from services.election.ballots.following import Told
from services.election.elections.shown import TurnoutSeen, turnout
from shared.wire import Output, example


class TurnoutEvents(Output):
    """At most one state: the newest. `after` is what to ask with next."""

    model_config = Output.model_config | example(
        items=[TurnoutSeen.model_config["json_schema_extra"]["examples"][0]],  # type: ignore[index]
        after="9f86d081884c7d65",
    )

    items: list[TurnoutSeen]
    after: str | None


def turnout_events(told: Told | None, after: str | None = None) -> TurnoutEvents:
    if told is None:
        return TurnoutEvents(items=[], after=after)
    return TurnoutEvents(items=[turnout(told.turnout)], after=told.id)
