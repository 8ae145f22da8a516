"""A round over all homes: visits, tries, coverage, records side by side, figures."""

import asyncio
from typing import Any
from uuid import UUID

import psycopg

from shared.database import new_id
from tests.factories.tokens import Somebody
from tests.survey.api.conftest import Office, records
from tests.survey.api.neighbour import HOMES


async def _coverage(office: Office, found: dict[str, Any]) -> dict[str, Any]:
    return dict((await office.get(office.clerk, f"/v1/rounds/{found['id']}/coverage")).json())


async def test_a_round_has_every_home_of_its_scope(office: Office) -> None:
    """VIS-1."""
    whole = await office.round()
    part = await office.done(
        office.clerk, "/v1/rounds", {"survey_id": whole["survey_id"], "title": "三号楼", "buildings": ["3"]}
    )
    none = await office.post(
        office.clerk, "/v1/rounds", {"survey_id": whole["survey_id"], "title": "九号楼", "buildings": ["9"]}
    )

    assert (whole["homes"], part["homes"], none.status_code) == (12, 6, 409)


async def test_a_round_needs_a_published_questionnaire(office: Office) -> None:
    survey = await office.survey()

    reply = await office.post(office.clerk, "/v1/rounds", {"survey_id": survey["id"], "title": "x"})

    assert reply.status_code == 409
    assert reply.json()["type"].endswith("/version-missing")


async def test_coverage_climbs_with_final_outcomes_and_the_last_try(office: Office) -> None:
    """VIS-1. Three times absent is done; once is tried."""
    found = await office.round()
    await office.done(office.visitor, "/v1/visits", office.visit(found, HOMES[0]))
    await office.done(office.visitor, "/v1/visits", office.absent(found, HOMES[1]))
    for _ in range(3):
        await office.done(office.visitor, "/v1/visits", office.absent(found, HOMES[2]))

    said = await _coverage(office, found)

    assert (said["done"], said["tried"], said["unvisited"]) == (2, 1, 9)
    assert said["share"] == {"numerator": 2, "denominator": 12}
    assert said["visits"] == {"MET": 1, "ABSENT": 4, "REFUSED": 0, "EMPTY": 0, "WRONG_ADDRESS": 0}


async def test_syncing_visits_twice_changes_nothing(office: Office) -> None:
    """VIS-3. Also by another device at the same time, and after the round was closed."""
    found = await office.round()
    bodies = [office.visit(found, home) for home in HOMES[:4]]

    both = await asyncio.gather(*(office.post(office.visitor, "/v1/visits", body) for body in bodies * 2))
    before = await _coverage(office, found)
    assert (await office.move(found, "CLOSE")).status_code == 201
    again = await office.post(office.visitor, "/v1/visits", bodies[0])
    fresh = await office.post(office.visitor, "/v1/visits", office.visit(found, HOMES[5]))

    assert {reply.status_code for reply in both} == {201}
    assert again.status_code == 201
    assert (fresh.status_code, fresh.json()["state"], fresh.json()["allowed"]) == (409, "CLOSED", ["REOPEN", "PUBLISH"])
    assert await _coverage(office, found) == before
    assert before["visits"]["MET"] == 4


async def test_one_id_for_two_visits_is_refused(office: Office) -> None:
    """VIS-3."""
    found = await office.round()
    body = office.visit(found)
    await office.done(office.visitor, "/v1/visits", body)

    replies = [
        await office.post(office.visitor, "/v1/visits", {**body, "outcome": "REFUSED"}),
        await office.post(office.visitor, "/v1/visits", {**body, "home_id": str(HOMES[1])}),
        await office.post(office.clerk, "/v1/visits", body),
    ]

    assert [reply.status_code for reply in replies] == [409, 409, 409]


async def test_a_visit_says_who_came_who_answered_and_which_notice_was_seen(office: Office) -> None:
    """VIS-1, PRI-1."""
    found = await office.round()

    async def refused(**changed: Any) -> tuple[int, Any]:
        reply = await office.post(office.visitor, "/v1/visits", office.visit(found, **changed))
        return reply.status_code, reply.json().get("fields")

    assert await refused(second_visitor=str(office.visitor.subject)) == (422, ["visitors"])
    assert await refused(relation=None) == (422, ["relation"])
    assert await refused(outcome="ABSENT", notice_version=None) == (422, ["relation"])
    assert await refused(notice_version=None) == (422, ["notice_version"])
    assert await refused(notice_version="2025-9") == (422, None)
    assert await refused(home_id=str(new_id())) == (404, None)
    assert await refused(visited_at="2026-11-23T10:41:00+08:00") == (422, ["visited_at"])
    assert await refused(visited_at="2026-11-23T10:40:00+08:00") == (201, None)


async def test_who_came_along_is_somebody_who_visits_here(office: Office) -> None:
    """VIS-1. Judged as of the visit: one without network is handed in when a role may have ended."""
    found = await office.round()
    left, gone = Somebody(), Somebody()
    office.holds(left, "VOLUNTEER", until="2026-11-23T02:10:00Z")  # after ANSWERED_AT, before now
    office.holds(gone, "VOLUNTEER", until="2026-11-23T02:00:00Z")
    office.holds(office.resident, "RESIDENT")

    async def status(path: str, who: UUID) -> tuple[int, str]:
        reply = await office.post(office.visitor, path, office.visit(found, second_visitor=str(who)))
        return reply.status_code, reply.json().get("type", "").rpartition("/")[2]

    said = [await status("/v1/visits", who.subject) for who in (left, gone, office.resident)]
    nobody = await office.post(
        office.visitor, "/v1/visits", office.visit(found, second_visitor=str(new_id())), **{"Accept-Language": "en"}
    )

    assert said == [(201, ""), (422, "visitor-unknown"), (422, "visitor-unknown")]
    assert (nobody.status_code, nobody.json()["title"]) == (422, "The second visitor is nobody who visits here")
    assert (await _coverage(office, found))["visits"]["MET"] == 1


async def test_a_correction_names_no_stranger_and_leaves_who_stands_there(office: Office, admin_url: str) -> None:
    """VIS-1. Whoever was on record before this was asked stays, until somebody names another."""
    found = await office.round()
    body = office.visit(found)
    path = f"/v1/visits/{(await office.done(office.visitor, '/v1/visits', body))['id']}"
    old = new_id()
    with psycopg.connect(admin_url) as connection:
        connection.execute("UPDATE survey.visit SET second_visitor = %s", (old,))
    change = {"visited_at": body["visited_at"], "outcome": "EMPTY"}

    kept = await office.put(office.visitor, path, {**change, "second_visitor": str(old)}, 1)
    stranger = await office.put(office.visitor, path, {**change, "second_visitor": str(new_id())}, 2)
    right = await office.put(office.visitor, path, {**change, "second_visitor": str(office.clerk.subject)}, 2)

    assert [reply.status_code for reply in (kept, stranger, right)] == [200, 422, 200]


async def test_a_building_without_homes_is_not_silently_left_out_of_a_round(office: Office) -> None:
    """VIS-1."""
    survey = await office.published()
    body = {"survey_id": survey["id"], "title": "十一月入户"}

    misspelt = await office.post(office.clerk, "/v1/rounds", {**body, "buildings": ["3", "44", "5"]})
    right = await office.done(office.clerk, "/v1/rounds", {**body, "buildings": ["3", "4"]})

    assert (misspelt.status_code, misspelt.json()["buildings"], right["homes"]) == (409, ["44", "5"], 12)


async def test_a_corrected_visit_is_told_with_its_new_outcome(office: Office, admin_url: str) -> None:
    found = await office.round()
    visit = await office.done(office.visitor, "/v1/visits", office.visit(found))
    change = {"second_visitor": visit["second_visitor"], "visited_at": visit["visited_at"], "outcome": "EMPTY"}
    await office.put(office.visitor, f"/v1/visits/{visit['id']}", change, 1)

    with psycopg.connect(admin_url) as connection:
        told = connection.execute(
            "SELECT type, data->>'outcome' FROM survey.outbox WHERE type LIKE '%visit%' ORDER BY id"
        ).fetchall()
    assert told == [("linli.survey.visit_recorded.v1", "MET"), ("linli.survey.visit_corrected.v1", "EMPTY")]


async def test_of_two_corrections_of_a_visit_the_second_is_refused(office: Office) -> None:
    """VIS-1. A wrong outcome is corrected; each wording stays on record."""
    found = await office.round()
    body = office.visit(found)
    visit = await office.done(office.visitor, "/v1/visits", body)
    change = {name: body[name] for name in ("second_visitor", "visited_at")} | {"outcome": "EMPTY"}

    replies = await asyncio.gather(
        *(office.put(who, f"/v1/visits/{visit['id']}", change, 1) for who in (office.visitor, office.clerk))
    )

    assert sorted(reply.status_code for reply in replies) == [200, 412]
    assert (await office.get(office.clerk, f"/v1/visits/{visit['id']}")).json()["version"] == 2
    assert (await _coverage(office, found))["visits"]["EMPTY"] == 1
    assert (await office.post(office.visitor, "/v1/visits", body)).json()["outcome"] == "EMPTY"


async def test_homes_are_taken_along_by_one_visitor(office: Office) -> None:
    """VIS-3."""
    found = await office.round()
    path = f"/v1/rounds/{found['id']}"
    mine, theirs = {"home_ids": [str(one) for one in HOMES[:3]]}, {"home_ids": [str(one) for one in HOMES[2:5]]}

    both = await asyncio.gather(
        office.post(office.visitor, f"{path}/batches", mine), office.post(office.volunteer, f"{path}/batches", theirs)
    )
    await office.done(office.clerk, f"{path}/returns", {"home_ids": [str(one) for one in HOMES[2:3]]})

    assert sorted(reply.status_code for reply in both) == [201, 409]
    winner = office.visitor if both[0].status_code == 201 else office.volunteer
    taken = (await office.get(winner, f"{path}/homes", mine="true")).json()["items"]
    assert len(taken) == 2


async def test_two_records_of_one_home_stand_side_by_side_until_the_office_chooses(office: Office) -> None:
    """VIS-3."""
    found = await office.round()
    path = f"/v1/rounds/{found['id']}/homes/{HOMES[0]}"
    first = await office.done(office.visitor, "/v1/submissions", office.submission(found))
    second = await office.done(office.volunteer, "/v1/submissions", office.submission(found))

    side = (await office.get(office.clerk, path)).json()
    disputed = (await _coverage(office, found))["disputed"]
    choice = {"submission_id": second["id"]}
    await office.done(office.clerk, f"{path}/choices", choice, **{"If-Match": f'"{side["version"]}"'})
    stale = await office.post(office.clerk, f"{path}/choices", choice, **{"If-Match": f'"{side["version"]}"'})
    home = (await office.get(office.clerk, f"/v1/rounds/{found['id']}/homes", limit=1)).json()["items"][0]

    assert {record["id"] for record in side["records"]} == {first["id"], second["id"]}
    assert (disputed, stale.status_code) == (1, 412)
    assert (home["records"], home["counted"], home["disputed"]) == (2, second["id"], False)
    assert len((await office.get(office.visitor, path)).json()["records"]) == 1


async def test_figures_hide_small_cells_and_are_published_once(office: Office) -> None:
    """VIS-4."""
    found = await office.round()
    path = f"/v1/rounds/{found['id']}/figures"
    for number, home in enumerate(HOMES):
        occupation = "RETIRED" if number < 7 else "EMPLOYED"
        await office.done(
            office.visitor, "/v1/submissions", office.submission(found, home, answers={"occupation": occupation})
        )
    hidden = await office.get(office.resident, path)
    early = await office.move(found, "PUBLISH")
    await office.move(found, "CLOSE")
    published = await office.move(found, "PUBLISH")
    said = (await office.get(office.resident, path)).json()

    tables = {table["question"]: {cell["cell"]: cell["count"] for cell in table["counts"]} for table in said["tables"]}
    assert (hidden.status_code, early.status_code, published.status_code) == (409, 409, 201)
    assert (said["records"], said["published"]) == (12, True)
    assert (tables["occupation"]["EMPLOYED"], tables["occupation"]["RETIRED"]) == (5, None)
    assert all(count is None or count >= 5 for cells in tables.values() for count in cells.values())
    assert (await office.move(found, "REOPEN")).status_code == 409


async def test_fewer_records_than_the_threshold_show_nothing(office: Office) -> None:
    """VIS-4."""
    found = await office.round()
    for home in HOMES[:4]:
        await office.done(office.visitor, "/v1/submissions", office.submission(found, home))

    said = (await office.get(office.clerk, f"/v1/rounds/{found['id']}/figures")).json()

    assert (said["records"], said["tables"]) == (None, [])


async def test_a_round_of_another_compound_is_not_there(office: Office) -> None:
    found = await office.round()

    replies = [
        await office.get(office.stranger, f"/v1/rounds/{found['id']}{rest}")
        for rest in ("", "/coverage", "/homes", f"/homes/{HOMES[0]}", "/figures")
    ]

    assert {reply.status_code for reply in replies} == {404}
    assert (await office.get(office.stranger, "/v1/rounds")).json()["items"] == []
    assert (await office.get(office.resident, f"/v1/rounds/{found['id']}/coverage")).status_code == 403


async def test_who_is_willing_is_read_only_with_consent_and_on_record(office: Office, admin_url: str) -> None:
    """VIS-6."""
    found = await office.round()
    willing = {"willing_to_serve": ["PMC", "STAIR"]}
    for home, consents in ((HOMES[0], ["ANSWERS", "SERVE"]), (HOMES[1], ["ANSWERS"]), (HOMES[2], ["ANSWERS", "SERVE"])):
        body = office.submission(found, home, consents=consents, answers=willing)
        record = await office.done(office.visitor, "/v1/submissions", body)
    await office.done(office.visitor, f"/v1/submissions/{record['id']}/withdrawals", {"purposes": ["SERVE"]})
    path, reading = f"/v1/rounds/{found['id']}/offer-readings", {"consent": "SERVE", "purpose": "推荐委员人选"}

    said = await office.done(office.clerk, path, reading)
    unknown = await office.post(office.clerk, path, {**reading, "consent": "OTHER"})
    visitor = await office.post(office.visitor, path, reading)

    assert [(one["home_id"], one["said"]) for one in said["items"]] == [
        (str(HOMES[0]), {"/willing_to_serve": "PMC STAIR"})
    ]
    assert (unknown.status_code, unknown.json()["purposes"]) == (422, ["PARTY", "SERVE", "CONTACT"])
    assert visitor.status_code == 403
    with psycopg.connect(admin_url) as connection:
        rows = connection.execute("SELECT purpose FROM survey.audit WHERE operation = 'read_offers'").fetchall()
    assert rows == [("推荐委员人选",)]


async def test_a_consent_of_a_group_covers_what_is_asked_in_it(office: Office) -> None:
    """VIS-2, VIS-6."""
    survey = await office.survey()
    group = {"label": "参与", "consent": "SERVE"}
    rows = [
        {"type": "begin_group", "name": "service", **group},
        {"type": "text", "name": "as_what", "label": "愿做什么"},
        {"type": "end_group", "name": ""},
    ]
    form = {"survey": rows, "choices": [], "settings": records()["settings"]}
    await office.done(office.clerk, f"/v1/surveys/{survey['id']}/versions", form)
    found = await office.done(office.clerk, "/v1/rounds", {"survey_id": survey["id"], "title": "小问卷"})
    for home, consents in ((HOMES[0], ["ANSWERS", "SERVE"]), (HOMES[1], ["ANSWERS"])):
        body = office.submission(found, home, consents=consents)
        body["answers"] = {"service": {"as_what": "楼门长"}}
        assert (await office.done(office.visitor, "/v1/submissions", body))["state"] == "COUNTS"

    reading = {"consent": "SERVE", "purpose": "推荐楼门长"}
    said = await office.done(office.clerk, f"/v1/rounds/{found['id']}/offer-readings", reading)

    assert [(one["home_id"], one["said"]) for one in said["items"]] == [(str(HOMES[0]), {"/service/as_what": "楼门长"})]


async def test_homes_visits_and_records_leave_as_tables(office: Office) -> None:
    found = await office.round()
    await office.done(office.visitor, "/v1/visits", office.visit(found))
    await office.done(office.visitor, "/v1/submissions", office.submission(found))

    lines = []
    for path in (
        f"/v1/rounds/{found['id']}/homes?",
        f"/v1/visits?round_id={found['id']}",
        f"/v1/submissions?round_id={found['id']}",
    ):
        reply = await office.client.get(path, headers={**office.clerk.headers, "Accept": "text/csv"})
        assert reply.status_code == 200, reply.text
        lines.append(len(reply.text.splitlines()))

    assert lines == [13, 2, 2]
