"""The paper part of scene 6: printed, issued at the door, dropped into the box, returned by number, opened, keyed."""

from typing import Any

from tests.journeys.cast import Cast
from tests.journeys.stage import Stage
from tests.shared.pictures import picture

SEAL = "封 004711"
MARKED = ([1], [1, 2])


def at_the_doors(stage: Stage, cast: Cast, path: str) -> list[int]:
    """While voting runs: two homes of a building mark on paper. The numbers that came back."""
    clerk, worker, second = cast["clerk"], cast["grid worker Wang"], cast["volunteer He"]
    scope = {"building": "3"}
    run = stage.post("ballots of a building are numbered", f"{path}/print-runs", clerk, scope, expect=201)
    printed = stage.call("and set as PDF", "GET", f"{path}/print-runs/{run['number']}/ballots", clerk)
    stage.check("a PDF", printed.content.startswith(b"%PDF-"))
    stage.call("with the issue list", "GET", f"{path}/print-runs/{run['number']}/issue-list", clerk)
    stage.post("a box is sealed", f"{path}/boxes", clerk, {"number": 1, "seal": SEAL}, expect=201)
    codes = {one["number"]: one["code"] for one in stage.get(
        "the numbers with their codes", f"{path}/print-runs/{run['number']}/papers", clerk)["items"]}  # fmt: skip
    doors = stage.get("the grid worker takes his list along", f"{path}/worklist?building=3", worker)["items"]
    waiting = [one["number"] for one in doors if one["todo"] == "ISSUE"][-len(MARKED) :]
    stage.check("a home that has cast online has nothing to do", any(one["todo"] == "NONE" for one in doors))
    for number in waiting:
        told: dict[str, Any] = {"code": codes[number], "second_id": second.id}
        fact = f"{path}/papers/{number}/facts"
        stage.post("one is handed out", fact, worker, told | {"kind": "ISSUED"}, expect=201)
        back = stage.post("it drops into the box", fact, worker, told | {"kind": "RETURNED", "box": 1}, expect=201)
        stage.check("the stub gets its ten characters", len(back["stub"]) == 10)
    stage.post("a code that is not the paper's is refused", f"{path}/papers/{waiting[0]}/facts", worker,
               {"code": "AAAAAAAA", "second_id": second.id, "kind": "LOST"}, expect=409)  # fmt: skip
    return waiting


def opened_and_keyed(stage: Stage, cast: Cast, path: str, numbers: list[int]) -> dict[str, str]:
    """After closing: opened before witnesses, scanned, keyed twice, settled. Who counts it, for the count."""
    clerk, secretary, officer = cast["clerk"], cast.secretary, cast.officer
    witnesses = [cast["owner Zhao"].id, cast["old Mrs Sun"].id]
    opening = {"seal_found": SEAL, "witnesses": witnesses, "counted": len(numbers)}
    box = stage.post("the box is opened", f"{path}/boxes/1/openings", clerk, opening, expect=201)
    stage.check("its seal is the one that was given", box["seal_intact"])
    for number in numbers:
        file = {"file": (f"{number}.jpg", picture())}
        scan = stage.call("a paper is scanned", "POST", "/v1/files", clerk, files=file).json()
        stage.post("and laid down", f"{path}/papers/{number}/scans", clerk, {"file": scan["reference"]}, expect=201)
    counts = f"{path}/counts"
    counters = {"caller_id": stage.get("who am I", "/v1/me", secretary)["id"], "counter_id": cast["clerk"].id,
                "scrutineer_id": stage.get("who am I", "/v1/me", officer)["id"], "place": "社区活动室"}  # fmt: skip
    stage.post("it is not counted before all are read", counts, clerk, counters, expect=409)
    queue = stage.get("what the grid worker may key", f"{path}/keying-queue", cast["grid worker Wang"])["items"]
    stage.check("not what he carried", queue == [])
    first = [{"number": number, "marks": marks} for number, marks in zip(numbers, MARKED, strict=True)]
    slip = [first[0], {"number": numbers[1], "marks": [1, 3]}]
    stage.post("one keys them from the scans", f"{path}/keyings", clerk, {"readings": first}, expect=201)
    read = stage.post("another too, with a slip", f"{path}/keyings", secretary, {"readings": slip}, expect=201)["items"]
    stage.check("one agrees, one waits", [one["settled"] for one in read] == [True, False])
    stage.post("a third settles", f"{path}/keyings", officer, {"readings": first[1:]}, expect=201)
    balance = stage.get("the papers balance", f"{path}/paper-balance", clerk)
    stage.check("line by line", balance["lines"] and all(line["is_even"] for line in balance["lines"]))
    stage.check("none is left to read", balance["outstanding"] == 0)
    return counters
