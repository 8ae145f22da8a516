"""Scene 9. Everyday life: a lamp from report to rating, a sewer that goes to the city, an old neighbour's rice."""

import time
import uuid
from typing import Any

from tests.journeys.cast import Cast
from tests.journeys.repairing import CONTENT, fixed_and_rated, move, photo, signed
from tests.journeys.stage import Person, Stage

CITY = "12345"


def everyday_life(stage: Stage, cast: Cast) -> None:
    stage.begin("Scene 9 · Everyday life 日常")
    lamp = _the_lamp(stage, cast)
    sewer = _the_sewer(stage, cast)
    _the_call(stage, cast)
    rice = _the_rice(stage, cast)
    stage.end(f"lamp {lamp}, sewer {sewer}, rice {rice}")


# The lamp.


def _the_lamp(stage: Stage, cast: Cast) -> str:
    owner, clerk = cast["owner Zhao"], cast["clerk"]
    lamp = _report(stage, cast, owner, "the owner reports a dark stair lamp with a photo", "三层楼道灯不亮", twice=True)
    lamp = move(stage, "the desk accepts it", lamp, clerk, "ACCEPTED")
    second = _joined(stage, cast, lamp)
    lamp = signed(stage, cast, lamp)
    lamp = _extended(stage, cast, lamp)
    lamp = fixed_and_rated(stage, cast, lamp)
    joined = stage.get("the neighbour sees his own report", f"/v1/tickets/{second['id']}", cast["neighbour Qian"])
    lead = stage.get("and the answer of the one that leads", f"/v1/tickets/{joined['lead_id']}", cast["neighbour Qian"])
    stage.check(f"the answer: {lead['answer']}", lead["answer"] == lamp["answer"] is not None)
    stage.post("and is called back himself", f"/v1/tickets/{second['id']}/callbacks", clerk, CONTENT, expect=201)
    history = stage.get("everybody may read its history", f"/v1/tickets/{lamp['id']}/history", cast["neighbour Qian"])
    stage.say("      " + " → ".join(move["to_state"] for move in history["items"]))
    return str(lamp["state"])


def _report(
    stage: Stage, cast: Cast, by: Person, told: str, words: str, category: str = "facilities.stair_lamp",
    kind: str = "HELP", pictured: bool = True, twice: bool = False,
) -> dict[str, Any]:  # fmt: skip
    new = {
        "client_id": str(uuid.uuid4()),
        "place": {"compound_id": cast.compound["id"], "building": "3", "entrance": "2"},
        "kind": kind,
        "category": category,
        "words": words,
        "photos": [photo(stage, by, words)] if pictured else [],
    }
    ticket: dict[str, Any] = stage.post(told, "/v1/tickets", by, new, expect=201)
    if twice:  # as phones do
        again = stage.post("his phone sends it a second time", "/v1/tickets", by, new, expect=201)
        stage.check("the same client id is the same ticket", again["id"] == ticket["id"])
    return ticket


def _joined(stage: Stage, cast: Cast, lamp: dict[str, Any]) -> dict[str, Any]:
    """A neighbour reports the same; the desk is offered the first one and merges."""
    second = _report(stage, cast, cast["neighbour Qian"], "a neighbour reports the same lamp", "楼道太黑了")
    similar = stage.get("the first one is offered", f"/v1/tickets/{second['id']}/similar", cast["clerk"])["items"]
    stage.check("the lamp is among them", lamp["id"] in [one["id"] for one in similar])
    second = move(stage, "the desk accepts the second", second, cast["clerk"], "ACCEPTED")
    second = move(stage, "and joins it to the first", second, cast["clerk"], "MERGED", lead_id=lamp["id"])
    stage.post("a third one presses “me too” instead", f"/v1/tickets/{lamp['id']}/followers", cast["old Mrs Sun"], None,
               expect=201)  # fmt: skip
    return second


def _extended(stage: Stage, cast: Cast, lamp: dict[str, Any]) -> dict[str, Any]:
    """Once, before the due, approved by the desk; both dues stay."""
    stage.pass_days(2)
    handler = cast["electrician Li"]
    lamp = move(stage, "he asks for two days more", lamp, handler, "EXTENSION_REQUESTED", days=2, reason="等配件到货")
    lamp = move(stage, "the desk grants them", lamp, cast["clerk"], "IN_PROGRESS", granted=True)
    clock = lamp["clock"]
    stage.check(
        f"due {clock['due_at']}, originally {clock['original_due_at']}", clock["due_at"] > clock["original_due_at"]
    )
    again = {"to": "EXTENSION_REQUESTED", "days": 1, "reason": "再等一天"}
    stage.post("a second extension is refused", f"/v1/tickets/{lamp['id']}/moves", handler, again, expect=409)
    return lamp


# The sewer.


def _the_sewer(stage: Stage, cast: Cast) -> str:
    clerk, city = cast["clerk"], cast["city"]
    sewer = _report(stage, cast, cast["owner Zhao"], "a sewer under the municipal road is blocked", "路下水道堵了",
                    category="utilities.sewer")  # fmt: skip
    sewer = move(stage, "the desk accepts it", sewer, clerk, "ACCEPTED")
    unit = {"name": "居委会", "kind": "COMMUNITY"}
    refused = stage.post("the community may not lead here", f"/v1/tickets/{sewer['id']}/moves", clerk,
                         {"to": "DISPATCHED", "unit": unit}, expect=409)  # fmt: skip
    stage.say(f"      {refused.get('detail', refused['title'])}")
    number = f"TY-{stage.run}-1"
    sewer = move(stage, "so it goes to the city with the city's number", sewer, clerk, "ESCALATED",
                  platform=CITY, outer_number=number, partner_id=city.id)  # fmt: skip
    stage.check(f"it follows number {number}", sewer["outer_number"] == number)
    seen = stage.get("the platform reads it", f"/v1/tickets/{sewer['id']}", city)
    stage.check("and may answer it", "FEEDBACK" in [move["to"] for move in seen["allowed"]])
    sewer = move(stage, "three days later the platform answers over the API", _later(stage, sewer), city, "FEEDBACK",
                  answer="市政已疏通,井盖已更换")  # fmt: skip
    sewer = move(stage, "the grid worker verifies", sewer, cast["grid worker Wang"], "VERIFIED")
    sewer = move(stage, "it waits for the call", sewer, clerk, "CALLBACK")
    call = {"reached": True, "solved": True, "satisfaction": 4}
    sewer = stage.post("the reporter is content", f"/v1/tickets/{sewer['id']}/callbacks", clerk, call, expect=201)
    _heard(stage, city, sewer)
    return str(sewer["state"])


STEPS = ("REPORTED", "ACCEPTED", "ESCALATED", "FEEDBACK", "VERIFIED", "CALLBACK", "CLOSED")


def _heard(stage: Stage, city: Person, sewer: dict[str, Any]) -> None:
    """The platform pulls with its cursor until it knows of the end: every step once, in order."""
    heard: list[str] = []
    after = "0"
    for _ in range(40):
        told = stage.get("the platform pulls events after its cursor", f"/v1/events?after={after}&limit=200", city)
        heard += [event["data"]["state"] for event in told["items"] if event["subject"] == sewer["id"]]
        after = told["after"]
        if "CLOSED" in heard:
            break
        time.sleep(0.25)  # the relay brings events within a second or so
    stage.check(f"it heard every step once and in order: {' '.join(heard)}", tuple(heard) == STEPS)


def _later(stage: Stage, ticket: dict[str, Any]) -> dict[str, Any]:
    stage.pass_days(3)
    return ticket


# Somebody without an account.


def _the_call(stage: Stage, cast: Cast) -> None:
    """The desk reports for a caller, whose name and phone it alone may read, with a reason."""
    clerk = cast["clerk"]
    new = {
        "place": {"compound_id": cast.compound["id"], "building": "3", "entrance": "2"},
        "kind": "HELP",
        "category": "facilities.stair_lamp",
        "words": "四层楼道灯也不亮",
        "contact": {"name": "周桂芳", "phone": "13835100423"},
    }
    told = stage.post("the desk reports for a caller", "/v1/tickets", clerk, new, expect=201)
    reading = {"purpose": "上门前联系"}
    path = f"/v1/tickets/{told['id']}/contact-readings"
    seen = stage.post("and reads name and phone, saying what for", path, clerk, reading, expect=201)
    stage.check("name and phone in clear", (seen["name"], seen["phone"]) == ("周桂芳", "13835100423"))


# The rice.


def _the_rice(stage: Stage, cast: Cast) -> str:
    asks, helps, clerk = cast["old Mrs Sun"], cast["volunteer He"], cast["clerk"]
    rice = _report(stage, cast, asks, "old Mrs Sun asks for a hand with her rice", "请帮忙扛一袋米上楼",
                   category="neighbours.errand", kind="NEIGHBOUR_HELP", pictured=False)  # fmt: skip
    rice = move(stage, "the desk lets it out", rice, clerk, "ACCEPTED")
    listed = stage.get(
        "a volunteer sees it", f"/v1/tickets?compound_id={cast.compound['id']}&kind=NEIGHBOUR_HELP", helps
    )
    stage.check("it is offered to him", rice["id"] in [one["id"] for one in listed["items"]])
    unit = {"name": "志愿者", "kind": "VOLUNTEER"}
    rice = move(stage, "and takes it", rice, helps, "DISPATCHED", unit=unit, worker_id=helps.id)
    rice = move(stage, "he sets out", rice, helps, "IN_PROGRESS")
    rice = move(stage, "and is done", rice, helps, "FEEDBACK", answer="米已扛到家")
    rice = move(stage, "she confirms it herself", rice, asks, "VERIFIED")
    rice = move(stage, "no one needs to call her", rice, asks, "CALLBACK")
    call = {"reached": True, "solved": True, "satisfaction": 5, "words": "谢谢小何"}
    rice = stage.post("her own yes closes it", f"/v1/tickets/{rice['id']}/callbacks", asks, call, expect=201)
    stage.check("it is CLOSED", rice["state"] == "CLOSED")
    return str(rice["state"])
