"""Scene 4. Door to door: a questionnaire is published, visitors bring the answers of all homes, figures follow."""

import uuid
from pathlib import Path
from typing import Any

import services.survey.sample
from tests.journeys.cast import Cast
from tests.journeys.households import households_join, pages
from tests.journeys.scene_council import later
from tests.journeys.stage import Stage

FORM = Path(services.survey.sample.__file__).with_name("household.xlsx")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
VISITORS = ("grid worker Wang", "volunteer He", "volunteer Shi")
AT_ONCE = 50


def door_to_door(stage: Stage, cast: Cast) -> None:
    stage.begin("Scene 4 · Door to door 摸底")
    clerk = cast["clerk"]
    new = {"compound_id": cast.compound["id"], "title": "入户摸底"}
    survey = stage.post("the clerk begins a questionnaire", "/v1/surveys", clerk, new, expect=201)
    file = {"file": (FORM.name, FORM.read_bytes(), XLSX)}
    stage.call("and publishes her spreadsheet", "POST", f"/v1/surveys/{survey['id']}/workbooks", clerk, files=file)
    opened = {"survey_id": survey["id"], "title": "十一月入户", "buildings": list(cast.buildings)}
    found = stage.post("a round over all homes is opened", "/v1/rounds", clerk, opened, expect=201)
    path = f"/v1/rounds/{found['id']}"
    homes = [home["home_id"] for home in pages(stage, "the homes to visit", f"{path}/homes", clerk)]
    parts = [(name, homes[at :: len(VISITORS)]) for at, name in enumerate(VISITORS)]
    stage.all_of("three visitors hand in what they gathered", parts,
                 lambda own, part: _handed_in(own, cast, found, *part))  # fmt: skip
    coverage = stage.get("how far the round has come", f"{path}/coverage", clerk)
    stage.check(f"all {len(homes)} homes are done", coverage["done"] == coverage["homes"] == len(homes))
    for move in ("CLOSE", "PUBLISH"):
        stage.post(f"the round: {move}", f"{path}/moves", clerk, {"move": move}, expect=201)
    figures = stage.get("a resident reads the figures", f"{path}/figures", cast["owner Zhao"])
    stage.check("they count every record", (figures["published"], figures["records"]) == (True, len(homes)))
    households_join(stage, cast)
    stage.end(f"{len(homes)} homes answered, {len(figures['tables'])} questions charted, {len(cast.households)} joined")


def _handed_in(stage: Stage, cast: Cast, found: dict[str, Any], name: str, homes: list[str]) -> None:
    """What a visitor gathered without network, in a few pieces."""
    other = cast[next(visitor for visitor in VISITORS if visitor != name)].id
    for start in range(0, len(homes), AT_ONCE):
        piece = homes[start : start + AT_ONCE]
        body = {
            "visits": [_visit(stage, found, home, other) for home in piece],
            "submissions": [_answers(stage, found, home, start + at) for at, home in enumerate(piece)],
        }
        told = f"{name} hands in {len(piece)} homes"
        said = stage.post(told, f"/v1/rounds/{found['id']}/syncs", cast[name], body, expect=201)
        refused = [one for one in said["items"] if one["problem"] is not None]
        stage.check("each visit and each answer is taken", not refused)


def _visit(stage: Stage, found: dict[str, Any], home: str, other: str) -> dict[str, Any]:
    met = {"outcome": "MET", "relation": "OWNER", "visited_at": later(stage, 0), "second_visitor": other}
    return {"id": str(uuid.uuid4()), "round_id": found["id"], "home_id": home, "notice_version": "2026-1", **met}


def _answers(stage: Stage, found: dict[str, Any], home: str, at: int) -> dict[str, Any]:
    answers = {
        "household": {"age_0_13": at % 2, "age_14_59": 2, "age_60": 1},
        "help_wanted": ["SHOPPING"],
        "elder_company": "YES" if at % 3 else "NO",
        "matters": ["LAMP", "ROOF"] if at % 2 else ["LAMP"],
        "occupation": "RETIRED",
        "contact_channel": "DOOR",
    }
    of = {"id": str(uuid.uuid4()), "round_id": found["id"], "home_id": home, "notice_version": "2026-1"}
    return {**of, "answers": answers, "consents": ["ANSWERS"], "answered_at": later(stage, 0)}
