"""Scene 1. The roll: the office opens a compound and imports its register; nothing that exists is left out."""

from pathlib import Path
from typing import Any

from tests.journeys.cast import Cast, community_of
from tests.journeys.stage import Stage

REGISTER = Path(__file__).parent.parent / "registry" / "data" / "home-register.xlsx"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HOMES, HEADS, AREA = 611, 600, "45941.99"


def the_roll(stage: Stage, cast: Cast) -> None:
    stage.begin("Scene 1 · The roll 住户登记")
    me = stage.get("the secretary signs in and sees who she is", "/v1/me", cast.secretary)
    new = {"community_code": community_of(me), "name": f"晋阳苑 {stage.run}", "address": "长风西街"}
    cast.compound = stage.post("she opens a compound", "/v1/compounds", cast.secretary, new, expect=201)

    report = _import(stage, cast, "she imports the register as it is: all or nothing", partial=False)
    stage.check("nothing is taken while rows are wrong", report["state"] == "REFUSED")
    report = _import(stage, cast, "she takes the rows that can be taken", partial=True)
    stage.check(f"{HOMES} homes are entered", report["report"]["homes_added"] == HOMES)
    _findings(stage, cast, report)

    again = _import(stage, cast, "the same file once more", partial=True)
    stage.check("the second import changes nothing", again["state"] == "UNCHANGED")
    _register(stage, cast)
    stage.end(f"{HOMES} homes, {HEADS} heads, {AREA} m²; five unknowns named")


def _import(stage: Stage, cast: Cast, told: str, partial: bool) -> dict[str, Any]:
    path = f"/v1/compounds/{cast.compound['id']}/roll-imports"
    file = {"file": (REGISTER.name, REGISTER.read_bytes(), XLSX)}
    begun = stage.call(
        told, "POST", path, cast.secretary, files=file, params={"partial": str(partial).lower()}, expect=202
    ).json()
    report: dict[str, Any] = stage.get("… and waits for the report", f"{path}/{begun['id']}?wait=25", cast.secretary)
    return report


def _findings(stage: Stage, cast: Cast, report: dict[str, Any]) -> None:
    path = f"/v1/compounds/{cast.compound['id']}/roll-imports/{report['id']}/findings"
    found = stage.get("what was wrong, row by row", path, cast.secretary)["items"]
    for one in found:
        stage.say(f"      {one['sheet']} row {one['row']} column {one['column']}: {one['reason']}")
    stage.check("ten findings are named with sheet, row, column and reason", len(found) == 10)


def _register(stage: Stage, cast: Cast) -> None:
    path = f"/v1/compounds/{cast.compound['id']}"
    figures = stage.get("heads and area of the whole", f"{path}/register", cast.secretary)
    stage.check(
        f"{HOMES} homes count {HEADS} heads and {AREA} m² known",
        (figures["homes"], figures["heads"], figures["area_known"]) == (HOMES, HEADS, AREA),
    )
    stage.check("four areas and one owner are unknown", (figures["areas_unknown"], figures["owners_unknown"]) == (4, 1))
    stage.get("heads and area of building 3", f"{path}/register?building=3", cast.secretary)
    cast.homes = stage.get(
        "the homes of building 3, entrance 2", f"{path}/homes?building=3&entrance=2", cast.secretary
    )["items"]
    stage.call("the whole roll as CSV", "GET", f"{path}/homes", cast.secretary, headers={"Accept": "text/csv"})
