"""Scene 3. The first council lists problems; a constituted one resolves, and its task comes back as a mended lamp."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.journeys.cast import Cast
from tests.journeys.pages import whole_page
from tests.journeys.repairing import fixed_and_rated, move, signed
from tests.journeys.stage import Stage

SOUND = {
    "inside_compound": True,
    "lawful": True,
    "private_quarrel": False,
    "owners_matter": False,
    "emergency": False,
}
MEMBERS = ("owner Zhao", "neighbour Qian", "old Mrs Sun")
NAMES = {
    "owner Zhao": "赵文博",
    "neighbour Qian": "钱小芸",
    "old Mrs Sun": "孙桂英",
    "party member Kong": "孔令明",
    "clerk": "何静",
    "volunteer He": "何志远",
}
RUNNERS = {"chair": "party member Kong", "recorder": "clerk", "witness": "volunteer He"}


def the_first_council(stage: Stage, cast: Cast) -> None:
    stage.begin("Scene 3 · The first council 小区议事会")
    problems = _open_council(stage, cast)
    task = _resolved(stage, cast)
    stage.end(
        f"{problems} problems answered, a lamp resolved: its ticket {task['ticket_state']}, its task {task['state']}"
    )


def later(stage: Stage, days: int) -> str:
    """An instant of the house's own time, so many days from now."""
    return (datetime.now(UTC) + timedelta(days=stage.days + days)).isoformat()


def _announced(stage: Stage, cast: Cast, **planned: Any) -> dict[str, Any]:
    """A meeting with officers, in four days."""
    clerk = cast["clerk"]
    body = {"compound_id": cast.compound["id"], "place": "社区活动室", "starts_at": later(stage, 4), **planned}
    meeting = stage.post("the clerk plans a meeting", "/v1/meetings", clerk, body, expect=201)
    path = f"/v1/meetings/{meeting['id']}"
    officers = {
        part: {"person_id": cast[name].id, "name": NAMES[name], "capacity": "OFFICE"} for part, name in RUNNERS.items()
    }
    told = "and names who chairs, records, witnesses"
    stage.call(told, "PUT", f"{path}/officers", clerk, json=officers, headers={"If-Match": f'"{meeting["version"]}"'})
    return dict(meeting)


def _opened(stage: Stage, cast: Cast, meeting: dict[str, Any], people: tuple[str, ...]) -> str:
    path = f"/v1/meetings/{meeting['id']}"
    stage.post("it is announced", f"{path}/moves", cast["clerk"], {"to": "NOTICED"}, expect=201)
    stage.pass_days(4)
    stage.post("it is opened", f"{path}/moves", cast[RUNNERS["chair"]], {"to": "OPEN"}, expect=201)
    for name in people:
        code = stage.get("the recorder shows the code", f"{path}/sign-in-code", cast["clerk"])["code"]
        stage.post(f"{name} signs in with it", f"{path}/arrivals", cast[name], {"code": code}, expect=201)
    return path


def _open_council(stage: Stage, cast: Cast) -> int:
    meeting = _announced(stage, cast, kind="OPEN_COUNCIL", title="第一次开放议事会", agenda=["征集问题"])
    path = _opened(stage, cast, meeting, MEMBERS)
    answers: dict[str, dict[str, Any]] = {
        "三层楼道灯不亮": {"next_step": "TOPIC", "reason": "需大家议"},
        "垃圾没人清": {"next_step": "TICKET", "reason": "日常保洁", "category": "facilities.stair_lamp"},
        "想要泳池": {"next_step": "NOTHING", "reason": "没有场地,也没有资金"},
    }
    for words, answer in answers.items():
        told = f"a resident says: {words}"
        problem = stage.post(told, f"{path}/problems", cast["owner Zhao"], {"words": words}, expect=201)
        answered = f"{path}/problems/{problem['id']}/answers"
        stage.post(f"the answer: {answer['next_step']}", answered, cast["clerk"], answer, expect=201)
    listed = stage.get("everybody may read the list", f"{path}/problems", cast["neighbour Qian"])
    stage.check("no problem is left unanswered", listed["unanswered"] == 0)
    stage.post("the council was held", f"{path}/moves", cast["clerk"], {"to": "HELD"}, expect=201)
    return len(listed["items"])


def _resolved(stage: Stage, cast: Cast) -> dict[str, Any]:
    clerk, chair = cast["clerk"], cast[RUNNERS["chair"]]
    topic = _accepted(stage, cast)
    seats = [{"person_id": cast[name].id, "name": NAMES[name], "capacity": "RESIDENTS_DELEGATE"} for name in MEMBERS]
    term = {"term_starts": later(stage, 0)[:10], "term_ends": later(stage, 700)[:10]}
    council = {"compound_id": cast.compound["id"], "name": "晋阳苑议事会", "members": seats, **term}
    council = stage.post("a council of three is constituted", "/v1/meetings/councils", clerk, council, expect=201)
    meeting = _announced(stage, cast, kind="COUNCIL", council_id=council["id"], title="议事会", agenda=["通报"])
    scheduled = {"to": "SCHEDULED", "meeting_id": meeting["id"]}
    stage.post("the topic comes onto its agenda", f"/v1/topics/{topic['id']}/moves", clerk, scheduled, expect=201)
    path = _opened(stage, cast, meeting, MEMBERS)
    text = {"item": 2, "text": "两周内修好三号楼二单元楼道灯。", "method": "NAMED"}
    resolution = stage.post("a resolution is put", f"{path}/resolutions", clerk, text, expect=201)
    here = f"/v1/resolutions/{resolution['id']}"
    stage.post("the vote is opened", f"{here}/openings", chair, {}, expect=201)
    for name, choice in zip(MEMBERS, ("AGREE", "AGREE", "OPPOSE"), strict=True):
        stage.post(f"{name} votes", f"{here}/votes", cast[name], {"choice": choice}, expect=201)
    said = {"item": 2, "saying": "DISSENT", "words": "想先修单元门"}
    stage.post("one dissent is written down", f"{path}/contributions", clerk, said, expect=201)
    closed = stage.post("the vote is closed", f"{here}/closings", chair, {}, expect=201)
    stage.check("two of three carry it", (closed["state"], closed["agree"], closed["oppose"]) == ("PASSED", 2, 1))
    stage.post("the council was held", f"{path}/moves", clerk, {"to": "HELD"}, expect=201)
    _minuted(stage, cast, path)
    return _mended(stage, cast, here)


def _accepted(stage: Stage, cast: Cast) -> dict[str, Any]:
    new = {"compound_id": cast.compound["id"], "title": "修好楼道灯", "words": "二单元三层的灯坏了两个月"}
    topic = stage.post("the owner puts up a topic", "/v1/topics", cast["owner Zhao"], new, expect=201)
    cast.topic = path = f"/v1/topics/{topic['id']}"
    stage.post("his neighbour seconds it", f"{path}/seconds", cast["neighbour Qian"], None, expect=201)
    inbox = whole_page(stage, "it waits in the clerk's inbox", "/v1/inbox", cast["clerk"])
    waits = [line for line in inbox["items"] if line["why"] == "SCREEN" and line["id"] == topic["id"]]
    stage.check("to be screened, and no room is missing", waits and inbox["missing"] == [])
    screening = {"test": SOUND, "outcome": "ACCEPT"}
    return dict(stage.post("the office screens it", f"{path}/screenings", cast["clerk"], screening, expect=201))


def _minuted(stage: Stage, cast: Cast, path: str) -> None:
    """Drafted from the records, laid, signed by three, posted; the topic is posted with them."""
    recorder, clerk = cast[RUNNERS["recorder"]], cast["clerk"]
    draft = stage.call("the minutes are drafted from the records", "GET", f"{path}/minutes/draft", recorder)
    headers = {"If-Match": draft.headers["etag"]}
    laid = stage.post("and laid before their signers", f"{path}/minutes", recorder, {}, headers=headers, expect=201)
    for part, name in RUNNERS.items():
        sign = f"{path}/minutes/{laid['version']}/signatures"
        laid = stage.post(f"the {part} signs", sign, cast[name], {"digest": laid["digest"]}, expect=201)
    stage.check("three signatures stand under one text", laid["is_signed"])
    places = {"places": ["小区公告栏", "3号楼2单元门口"]}
    stage.post("the signed minutes are posted", f"{path}/minutes/1/postings", clerk, places, expect=201)
    posted = stage.get("anybody may read them", f"{path}/minutes/posted")
    stage.check("under the hash of what was signed", posted["edition"]["original_digest"] == laid["digest"])


def _mended(stage: Stage, cast: Cast, resolution: str) -> dict[str, Any]:
    """The task lives on as a ticket, and what becomes of the ticket comes back to it."""
    clerk, chair = cast["clerk"], cast[RUNNERS["chair"]]
    task = {
        "words": "修好三号楼二单元三层楼道灯",
        "category": "facilities.stair_lamp",
        "building": "3",
        "entrance": "2",
        "owner": "社区网格员",
        "due_on": later(stage, 14)[:10],
    }
    made = stage.post("its task is handed out", f"{resolution}/tasks", chair, task, expect=201)
    cast.task = f"/v1/tasks/{made['id']}"
    living = stage.wait_for("a job made it a ticket", cast.task, clerk, {"LIVING"})
    ticket = {"id": living["ticket_id"]}
    ticket = move(stage, "the desk accepts it", ticket, clerk, "ACCEPTED")
    fixed_and_rated(stage, cast, signed(stage, cast, ticket))
    done = stage.wait_for("and the task knows", cast.task, clerk, {"DONE"})
    reports = stage.get("the council reads how it went", f"{cast.task}/reports", cast["owner Zhao"])["items"]
    told = [one["ticket_state"] for one in reports]
    stage.check(f"the ticket told the task: {' '.join(told)}", (told[0], told[-1]) == ("REPORTED", "CLOSED"))
    evaluation = {"evaluation": "灯亮了,走访三户均满意"}
    return dict(stage.post("the chair evaluates it", f"{cast.task}/evaluations", chair, evaluation, expect=201)) | {
        "ticket_state": done["ticket_state"]
    }
