"""Scene 6. Marking ballots: more nominees than seats, balloted by households and ranked; then all of it in one view."""

import hashlib

from tests.journeys.cast import Cast
from tests.journeys.scene_council import later
from tests.journeys.stage import Stage

NOMINEES = ("王秀兰", "李建国", "赵敏", "周强")
VOTERS = {"owner Zhao": [1, 2], "neighbour Qian": [1, 2], "old Mrs Sun": [1, 3]}


def marking_ballots(stage: Stage, cast: Cast) -> None:
    stage.begin("Scene 6 · Marking ballots 划票")
    clerk = cast["clerk"]
    draft = {
        "compound_id": cast.compound["id"],
        "rule_set": "HOUSEHOLD_BALLOT",
        "title": "物业管理委员会业主代表推选",
        "words": "每户一票,至多划二人。",
        "seats": 2,
        "opens_at": later(stage, 4),
        "closes_at": later(stage, 10),
        "buildings": ["3"],
        "nominees": [{"name": name, "consents": True} for name in NOMINEES],
    }
    election = stage.post("a household ballot is drafted", "/v1/elections", clerk, draft, expect=201)
    path = f"/v1/elections/{election['id']}"
    stage.post("the roll is frozen", f"{path}/rolls", clerk, None, expect=201)
    stage.post("it is announced, with the seed of the lot", f"{path}/announcements", clerk, None, expect=201)
    told = stage.get("everybody may read what was announced", f"{path}/announcement", cast["owner Zhao"])
    digest = hashlib.sha256(told["text"].encode()).hexdigest()
    stage.check("its digest is the text's own", digest == told["digest"])
    stage.pass_days(4)
    stage.post("it is opened", f"{path}/openings", clerk, None, expect=201)
    _waits(stage, cast, election["id"])
    for (name, marks), home in zip(VOTERS.items(), cast.homes, strict=False):
        ballot = {"home_id": home["id"], "marks": marks, "replaces": 0}
        stage.post(f"{name} casts for his home", f"{path}/ballots", cast[name], ballot, expect=201)
    stage.post("a second ballot of one home that saw none is refused", f"{path}/ballots", cast["owner Zhao"],
               {"home_id": cast.homes[0]["id"], "marks": [4], "replaces": 0}, expect=409)  # fmt: skip
    stage.pass_days(7)
    stage.post("it is closed", f"{path}/closings", clerk, None, expect=201)
    result = stage.post("and counted", f"{path}/counts", clerk, None, expect=201)
    marks = {one["name"]: one["marks"] for one in result["ranking"]}
    stage.check(
        f"{result['cast']} ballots: {marks}", (result["cast"], list(marks.values())) == (len(VOTERS), [3, 2, 1, 0])
    )
    _overview(stage, cast, election["id"])
    stage.end(f"{result['cast']} of {result['households']} households, {result['outcome']}; overview and inbox show it")


def _waits(stage: Stage, cast: Cast, election: str) -> None:
    inbox = stage.whole("it waits in the owner's inbox", "/v1/inbox", cast["owner Zhao"])
    found = [line for line in inbox["items"] if (line["why"], line["id"]) == ("CAST", election)]
    stage.check("to be cast, and no room is missing", found and inbox["missing"] == [])


def _overview(stage: Stage, cast: Cast, election: str) -> None:
    told = stage.whole("the overview of the compound", f"/v1/overview/{cast.compound['id']}", cast["clerk"])
    stage.check("every room answered", told["missing"] == [])
    stage.check("the ballot stands counted", told["elections"]["items"][0]["id"] == election)
    shown = {name: len(told[name]["items"]) for name in ("tickets", "rounds", "elections", "topics", "meetings")}
    stage.check(f"it shows {shown}", all(shown.values()))
