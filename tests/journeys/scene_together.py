"""The end: what became of the council's lamp is evaluated and archived, and overview and inbox show all of it."""

from tests.journeys.cast import Cast
from tests.journeys.pages import whole_page
from tests.journeys.stage import Stage

SHOWN = ("tickets", "rounds", "elections", "topics", "meetings")


def all_in_one_view(stage: Stage, cast: Cast) -> None:
    stage.begin("Together · One view 一览")
    clerk = cast["clerk"]
    for told, move in (
        ("the posting of the minutes is over: it is executed", {"to": "EXECUTING"}),
        ("its task is done, so it is evaluated", {"to": "EVALUATED", "evaluation": "两周内修好,三户满意"}),
        ("and archived", {"to": "ARCHIVED"}),
    ):
        stage.post(told, f"{cast.topic}/moves", clerk, move, expect=201)
    history = stage.get("a neighbour reads the lamp's whole way", f"{cast.topic}/history", cast["neighbour Qian"])
    stage.say("      " + " → ".join(step["to_state"] for step in history["items"]))
    overview = whole_page(stage, "the overview of the compound", f"/v1/overview/{cast.compound['id']}", clerk)
    stage.check("every room answered", overview["missing"] == [])
    shown = {name: len(overview[name]["items"]) for name in SHOWN}
    stage.check(f"it shows {shown}", all(shown.values()))
    inbox = whole_page(stage, "and the clerk's inbox", "/v1/inbox", clerk)
    stage.check("no room is missing there either", inbox["missing"] == [])
    stage.end(f"topic {history['items'][-1]['to_state']}; overview and inbox show all five rooms")
