"""Something of everything in survey, election and meeting of one compound, made through the public API."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text

from services.registry.rules.roles import Role
from services.survey.sample import make
from shared.clock import hold
from shared.database import new_id
from shared.house import House
from tests.factories.seeded_meetings import in_place, seed_meetings

if TYPE_CHECKING:
    from tests.factories.whole_house import Seeded, WholeHouse

NOMINEES = ("王秀兰", "李建国", "赵敏", "周强")


async def seed_rooms(house: "WholeHouse", place: "Seeded") -> None:
    """A round with a visit and its answers, a ballot that is announced, a council with all that a meeting leaves."""
    await _survey(house, place)
    await _election(house, place)
    await seed_meetings(house, place)


async def _survey(house: "WholeHouse", place: "Seeded") -> None:
    ids, clerk = place.ids, house.as_role(Role.CLERK, place)
    visitor = house.as_role(Role.GRID_WORKER, place)
    survey = await house.done("POST", "/v1/surveys", clerk, json=in_place(place, title="入户摸底"))
    records = dict(make.records())
    version = await house.done("POST", f"/v1/surveys/{survey['id']}/versions", clerk, json=records)
    opened = await house.done("POST", "/v1/rounds", clerk, json={"survey_id": survey["id"], "title": "十一月入户"})
    ids |= {"survey_id": survey["id"], "number": str(version["number"]), "round_id": opened["id"]}
    now = datetime.now(UTC).isoformat()
    at = {"round_id": opened["id"], "home_id": ids["home_id"], "notice_version": "2026-1"}
    visit = {
        **at,
        "id": str(new_id()),
        "second_visitor": str(place.people[Role.VOLUNTEER]),
        "outcome": "MET",
        "relation": "OWNER",
        "visited_at": now,
    }
    ids["visit_id"] = (await house.done("POST", "/v1/visits", visitor, json=visit))["id"]
    answers = {
        "household": {"age_0_13": 0, "age_14_59": 2, "age_60": 1},
        "help_wanted": ["SHOPPING"],
        "elder_company": "YES",
        "matters": ["LAMP", "ROOF"],
        "occupation": "RETIRED",
        "contact_channel": "DOOR",
    }
    record = {**at, "id": str(new_id()), "answers": answers, "consents": ["ANSWERS"], "answered_at": now}
    ids["submission_id"] = (await house.done("POST", "/v1/submissions", visitor, json=record))["id"]


async def _election(house: "WholeHouse", place: "Seeded") -> None:
    opens = datetime.now(UTC) + timedelta(days=30)
    draft = in_place(
        place,
        rule_set="HOUSEHOLD_BALLOT",
        title="业主代表推选",
        words="每户一票,至多划二人。",
        seats=2,
        opens_at=opens.isoformat(),
        closes_at=(opens + timedelta(days=7)).isoformat(),
        nominees=[{"name": name, "consents": True} for name in NOMINEES],
    )
    election = await house.done("POST", "/v1/elections", house.as_role(Role.CLERK, place), json=draft)
    place.ids |= {"election_id": election["id"], "log_index": "1"}
    path = f"/v1/elections/{election['id']}"
    await _papers(house, place, path)
    words = {"about": "PROCEDURE", "words": "公告贴得太晚。"}
    objected = await house.done("POST", f"{path}/objections", house.as_role(Role.RESIDENT, place), json=words)
    place.ids["objection_id"] = objected["id"]
    await _decision(house, place)


async def _decision(house: "WholeHouse", place: "Seeded") -> None:
    """An owners' decision that is open, with an agent: its rule set is signed for, its roll noted."""
    clerk, officer = house.as_role(Role.CLERK, place), house.as_role(Role.STREET_OFFICER, place)
    parameters = {"roll_posting_days": 0, "notice_days": 0}
    rules = {"scope": place.code, "preset": "ORDINARY", "name": "本小区表决规则", "parameters": parameters}
    made = await house.done("POST", "/v1/rule-sets", clerk, json=rules)
    place.ids["rule_set_id"] = made["id"]
    read = {"version": 1, "parameter": "online", "text": "本市规则第三十一条", "dated": "2024-05-01"}
    await house.done("POST", f"/v1/rule-sets/{made['id']}/sign-offs", officer, json=read)
    opens = datetime.now(UTC) - timedelta(minutes=30)
    draft = in_place(
        place,
        rule_set_id=made["id"],
        rule_set_version=1,
        title="动用维修资金",
        words="方案见附件。",
        items=[{"matter": "USE_FUND", "title": "修缮屋面", "words": ""}],
        opens_at=opens.isoformat(),
        closes_at=(opens + timedelta(days=7)).isoformat(),
    )
    room = house.house.apps["election"].state.room
    await _turned(room, timedelta(hours=-1))  # announced before it opens
    path = f"/v1/elections/{(await house.done('POST', '/v1/elections', clerk, json=draft))['id']}"
    await house.done("POST", f"{path}/rolls", clerk)
    bounds = (await house.done("GET", f"{path}/roll", clerk))["bounds"]
    if bounds["best"] != bounds["worst"]:
        note = {"words": "资料缺失。", "best": bounds["best"], "worst": bounds["worst"]}
        await house.done("POST", f"{path}/roll/notes", clerk, json=note)
    await house.done("POST", f"{path}/announcements", clerk)
    await _turned(room, timedelta(0))
    await house.done("POST", f"{path}/openings", clerk)
    agent = {
        "home_id": place.ids["home_id"],
        "warrant": "AGENT",
        "agent_id": str(place.people[Role.VOLUNTEER]),
    }
    place.ids["proxy_id"] = (await house.done("POST", f"{path}/proxies", clerk, json=agent))["id"]


async def _papers(house: "WholeHouse", place: "Seeded", path: str) -> None:
    """Announced, so that it has printed ballots, a box and a device."""
    clerk = house.as_role(Role.CLERK, place)
    await house.done("POST", f"{path}/rolls", clerk)
    await house.done("POST", f"{path}/announcements", clerk)
    run = await house.done("POST", f"{path}/print-runs", clerk, json={})
    box = await house.done("POST", f"{path}/boxes", clerk, json={"number": 1, "seal": "A 1"})
    holder = str(place.people[Role.GRID_WORKER])
    device = await house.done("POST", f"{path}/devices", clerk, json={"holder_id": holder, "public_key": "3d" * 32})
    place.ids |= {"run": str(run["number"]), "box": str(box["number"]), "device_id": device["id"]}


async def _turned(room: House, offset: timedelta) -> None:
    """The clock of one room, where its background would read it and where it stands now."""
    async with room.database.write() as session:
        await hold(session)
        kept = (
            "INSERT INTO clock (id, offset_seconds) VALUES (1, :seconds) ON CONFLICT (id) DO UPDATE SET offset_seconds"
        )
        await session.execute(text(f"{kept} = excluded.offset_seconds"), {"seconds": int(offset.total_seconds())})
        await session.commit()
    room.clock.offset = offset
