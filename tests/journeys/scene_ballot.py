"""Scene 6. Marking ballots: more nominees than seats; the households ballot them, and they are ranked.

What the story knows of ballots over HTTP stands in this file, of paper ballots in scene_papers.py.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.journeys.cast import Cast
from tests.journeys.pages import whole_page
from tests.journeys.scene_council import later
from tests.journeys.scene_papers import MARKED, at_the_doors, opened_and_keyed
from tests.journeys.stage import Person, Stage

NOMINEES = ("王秀兰", "李建国", "赵敏", "周强", "吴桂芳", "郑海", "冯玉梅")
SEATS = 5


def marking_ballots(stage: Stage, cast: Cast) -> None:
    stage.begin("Scene 6 · Marking ballots 划票")
    path = _announced(stage, cast)
    stage.pass_days(4)
    stage.post("it is opened", f"{path}/openings", cast["clerk"], None, expect=201)
    _waits(stage, cast, path)
    wanted = _cast(stage, cast, path)
    papers = at_the_doors(stage, cast, path)
    stage.pass_days(7)
    stage.post("it is closed", f"{path}/closings", cast["clerk"], None, expect=201)
    counters = opened_and_keyed(stage, cast, path, papers)
    wanted.update(number for marks in MARKED for number in marks)
    result = stage.post("and counted", f"{path}/counts", cast["clerk"], counters, expect=201)
    counted = result["household"]
    marks = {one["number"]: one["marks"] for one in counted["ranking"]}
    stage.check(f"{counted['cast']} ballots: {list(marks.values())}", marks == wanted)
    stage.check("in the order of their marks", list(marks) == [number for number, _ in wanted.most_common()])
    stage.check("more than half of the households took part", 2 * counted["cast"] > counted["households"])
    seated = [one["name"] for one in counted["ranking"] if one["seated"]]
    stage.check(f"{len(seated)} are seated: {' '.join(seated)}", (len(seated), result["outcome"]) == (SEATS, "RANKED"))
    stage.end(f"{counted['cast']} of {counted['households']} households, {result['outcome']}")


def _announced(stage: Stage, cast: Cast) -> str:
    """The path of a ballot over the whole compound, its roll frozen and its text announced."""
    clerk = cast["clerk"]
    draft = {
        "compound_id": cast.compound["id"],
        "rule_set": "HOUSEHOLD_BALLOT",
        "title": "物业管理委员会业主代表推选",
        "words": "每户一票,至多划五人。",
        "seats": SEATS,
        "opens_at": later(stage, 4),
        "closes_at": later(stage, 10),
        "buildings": list(cast.buildings),
        "nominees": [{"name": name, "consents": True} for name in NOMINEES],
    }
    election = stage.post("a ballot of all households is drafted", "/v1/elections", clerk, draft, expect=201)
    path = f"/v1/elections/{election['id']}"
    stage.post("the roll is frozen", f"{path}/rolls", clerk, None, expect=201)
    stage.post("it is announced, with the seed of the lot", f"{path}/announcements", clerk, None, expect=201)
    told = stage.get("everybody may read what was announced", f"{path}/announcement", cast["owner Zhao"])
    digest = hashlib.sha256(told["text"].encode()).hexdigest()
    stage.check("its digest is the text's own", digest == told["digest"])
    return path


def _waits(stage: Stage, cast: Cast, path: str) -> None:
    inbox = whole_page(stage, "it waits in the owner's inbox", "/v1/inbox", cast["owner Zhao"])
    found = [line for line in inbox["items"] if line["why"] == "CAST" and path.endswith(line["id"])]
    stage.check("to be cast, and no room is missing", found and inbox["missing"] == [])


def _cast(stage: Stage, cast: Cast, path: str) -> Counter[int]:
    """Every household that joined casts; the marks by nominee as the story itself counts them."""
    names = ("owner Zhao", "neighbour Qian", "old Mrs Sun")
    known = [(cast[name], home["id"]) for name, home in zip(names, cast.homes, strict=False)]
    ballots = [
        (person, {"home_id": home, "marks": list(_marks(place)), "replaces": 0})
        for place, (person, home) in enumerate([*known, *cast.households], start=1)
    ]

    def casts(own: Stage, ballot: tuple[Person, dict[str, Any]]) -> None:
        own.post("", f"{path}/ballots", *ballot, expect=201)

    stage.all_of(f"{len(ballots)} households cast, each on its own phone", ballots, casts)
    first = known[0][1]
    stage.post("a second ballot of one home that saw none is refused", f"{path}/ballots", cast["owner Zhao"],
               {"home_id": first, "marks": [4], "replaces": 0}, expect=409)  # fmt: skip
    turnout = stage.get("the desk sees how many have cast", f"{path}/turnout", cast["clerk"])
    stage.check(f"{turnout['cast']} of {turnout['households']}", turnout["cast"] == len(ballots))
    return Counter(number for _, ballot in ballots for number in ballot["marks"])


def _marks(place: int) -> Iterator[int]:
    """The first nominee is on every ballot, the n-th on each n-th; never more than there are seats."""
    fitting = [number for number in range(1, len(NOMINEES) + 1) if place % number == 0]
    yield from fitting[:SEATS]
