"""Scene 9: everyday life of tickets, end to end over HTTP on a real database."""

import asyncio
from datetime import timedelta

import pytest

from tests.factories.tokens import Somebody
from tests.ticket.api.conftest import CODE, COMPOUND, HOME, MONDAY, UNIT, Desk


async def test_a_lamp_is_reported_fixed_verified_called_back_and_closed(desk: Desk) -> None:
    """TKT-2, TKT-3, TKT-4, TKT-6. The whole path, with one extension."""
    ticket = await desk.in_progress()
    first_due = ticket["clock"]["due_at"]
    await desk.move(desk.worker, ticket, "EXTENSION_REQUESTED", days=2, reason="缺配件")
    extended = await desk.move(desk.clerk, ticket, "IN_PROGRESS", granted=True)
    await desk.move(desk.worker, ticket, "FEEDBACK", answer="已更换", photos_after=[desk.photo(desk.worker)])
    await desk.move(desk.grid_worker, ticket, "VERIFIED")
    called = await desk.post(
        desk.clerk, f"/v1/tickets/{ticket['id']}/callbacks", {"reached": True, "solved": True, "satisfaction": 5}
    )

    assert (first_due, extended["clock"]["due_at"]) == ("2026-11-30T16:00:00Z", "2026-12-02T16:00:00Z")
    assert extended["clock"]["original_due_at"] == first_due
    assert called.status_code == 201, called.text
    assert (called.json()["state"], called.json()["satisfaction"]) == ("CLOSED", 5)


async def test_the_history_tells_every_move_by_part_and_never_by_name(desk: Desk) -> None:
    """TKT-2, PRI-2."""
    ticket = await desk.answered()

    whole = (await desk.get(desk.clerk, f"/v1/tickets/{ticket['id']}/history")).json()["items"]
    public = await desk.get(desk.neighbour, f"/v1/tickets/{ticket['id']}/history")

    assert [line["to_state"] for line in whole] == ["REPORTED", "ACCEPTED", "DISPATCHED", "IN_PROGRESS", "FEEDBACK"]
    assert [line["by"] for line in whole] == ["REPORTER", "DESK", "DESK", "HANDLER", "HANDLER"]
    assert whole[-1]["words"] == {"answer": "已更换灯泡"}
    assert all(line["words"] == {} for line in public.json()["items"])
    people = (desk.resident, desk.clerk, desk.worker)
    assert not any(str(person.subject) in public.text for person in people)


async def test_two_people_at_once_move_one_ticket_once(desk: Desk) -> None:
    """TKT-2. One stands, the other is told what may be done now."""
    ticket = await desk.report()

    replies = await asyncio.gather(
        desk.try_move(desk.clerk, ticket, "ACCEPTED"), desk.try_move(desk.secretary, ticket, "ACCEPTED")
    )
    refused = max(replies, key=lambda reply: reply.status_code)

    assert sorted(reply.status_code for reply in replies) == [201, 409]
    assert refused.json()["state"] == "ACCEPTED"
    assert "DISPATCHED" in {move["to"] for move in refused.json()["allowed"]}


async def test_an_unsolved_answer_goes_to_rework_and_out_again_twice_at_most(desk: Desk) -> None:
    """TKT-2."""
    ticket = await desk.answered()
    for _ in range(2):
        await desk.move(desk.grid_worker, ticket, "REWORK", reason="还是不亮")
        await desk.move(desk.clerk, ticket, "DISPATCHED", unit=UNIT, worker_id=str(desk.worker.subject))
        await desk.move(desk.worker, ticket, "IN_PROGRESS")
        await desk.move(desk.worker, ticket, "FEEDBACK", answer="再修", photos_after=[desk.photo(desk.worker)])
    await desk.move(desk.grid_worker, ticket, "REWORK", reason="还是不亮")

    again = await desk.try_move(desk.clerk, ticket, "DISPATCHED", unit=UNIT)
    hard = await desk.move(desk.clerk, ticket, "HARD_CASE", reason="线路老化")

    assert (again.status_code, again.json()["why"]) == (409, "REWORKED_ENOUGH")
    assert "IN_PROGRESS" in {move["to"] for move in hard["allowed"]}


async def test_who_handled_does_not_verify_and_who_verified_does_not_call_back(desk: Desk) -> None:
    """TKT-2."""
    double = Somebody([f"HANDLER@{CODE}", f"GRID_WORKER@{CODE}"])
    answered = await desk.answered(worker=double)

    handled = await desk.try_move(double, answered, "VERIFIED")
    await desk.move(desk.clerk, answered, "VERIFIED")
    own = await desk.try_move(desk.clerk, answered, "CALLBACK")
    other = await desk.try_move(desk.secretary, answered, "CALLBACK")

    assert (handled.status_code, handled.json()["why"]) == (409, "HANDLED_HIMSELF")
    assert (own.status_code, own.json()["why"]) == (409, "VERIFIED_HIMSELF")
    assert other.status_code == 201


async def test_a_duplicate_is_offered_joined_merged_and_unmerged(desk: Desk) -> None:
    """TKT-5."""
    first, second = await desk.report(), await desk.report(desk.neighbour)
    for ticket in (first, second):
        await desk.move(desk.clerk, ticket, "ACCEPTED")

    offered = await desk.get(desk.neighbour, f"/v1/tickets/{second['id']}/similar")
    joined = await desk.post(desk.neighbour, f"/v1/tickets/{first['id']}/followers", {})
    again = await desk.post(desk.neighbour, f"/v1/tickets/{first['id']}/followers", {})
    merged = await desk.move(desk.clerk, second, "MERGED", lead_id=first["id"])
    lead = (await desk.get(desk.clerk, f"/v1/tickets/{first['id']}")).json()
    apart = await desk.move(desk.clerk, second, "ACCEPTED", reason="不是同一盏灯")
    lead_after = (await desk.get(desk.clerk, f"/v1/tickets/{first['id']}")).json()

    assert [item["id"] for item in offered.json()["items"]] == [first["id"]]
    assert (joined.json()["followers"], again.json()["followers"]) == (1, 1)
    assert merged["lead_id"] == first["id"]
    assert (lead["joined"], lead_after["joined"], apart["lead_id"]) == (1, 0, None)


async def test_a_withdrawn_leading_ticket_lets_the_joined_go_on(desk: Desk) -> None:
    """TKT-5."""
    first, second = await desk.report(), await desk.report(desk.neighbour)
    for ticket in (first, second):
        await desk.move(desk.clerk, ticket, "ACCEPTED")
    await desk.move(desk.clerk, second, "MERGED", lead_id=first["id"])

    await desk.move(desk.resident, first, "WITHDRAWN")
    freed = (await desk.get(desk.neighbour, f"/v1/tickets/{second['id']}")).json()

    assert (freed["state"], freed["lead_id"]) == ("ACCEPTED", None)


async def test_who_joined_is_called_back_once_the_leading_ticket_is_answered(desk: Desk) -> None:
    """TKT-5, TKT-6."""
    second = await desk.report(desk.neighbour)
    await desk.move(desk.clerk, second, "ACCEPTED")
    lead = await desk.in_progress()
    await desk.move(desk.clerk, second, "MERGED", lead_id=lead["id"])
    call = {"reached": True, "solved": True, "satisfaction": 4}

    early = await desk.post(desk.clerk, f"/v1/tickets/{second['id']}/callbacks", call)
    await desk.move(desk.worker, lead, "FEEDBACK", answer="好了", photos_after=[desk.photo(desk.worker)])
    await desk.move(desk.grid_worker, lead, "VERIFIED")
    await desk.post(desk.clerk, f"/v1/tickets/{lead['id']}/callbacks", call)
    later = await desk.post(desk.clerk, f"/v1/tickets/{second['id']}/callbacks", call)

    assert (early.status_code, later.status_code) == (409, 201)
    assert later.json()["state"] == "MERGED"


async def test_a_sewer_under_the_municipal_road_goes_up_with_its_number(desk: Desk) -> None:
    """TKT-7."""
    ticket = await desk.report(category="utilities.sewer")
    await desk.move(desk.clerk, ticket, "ACCEPTED")

    own = await desk.try_move(desk.clerk, ticket, "DISPATCHED", unit={**UNIT, "kind": "COMMUNITY"})
    up = await desk.move(
        desk.clerk,
        ticket,
        "ESCALATED",
        platform="12345",
        outer_number="TY2026112300017",
        partner_id=str(desk.partner.subject),
    )
    back = await desk.move(desk.partner, ticket, "FEEDBACK", answer="市政已疏通")

    assert (own.status_code, own.json()["why"]) == (409, "COMMUNITY_MAY_NOT_LEAD")
    assert up["outer_number"] == "TY2026112300017"
    assert back["answer"] == "市政已疏通"


async def test_a_main_unit_may_have_helping_units(desk: Desk) -> None:
    """TKT-8."""
    ticket = await desk.report()
    await desk.move(desk.clerk, ticket, "ACCEPTED")

    given = await desk.move(desk.clerk, ticket, "DISPATCHED", unit={**UNIT, "helping": ["物业电工班"]})

    assert (given["unit"], given["unit_kind"], given["helping_units"]) == ("宏远维修", "CONTRACTOR", ["物业电工班"])


async def test_a_volunteer_takes_a_neighbours_request_and_the_helped_person_confirms(desk: Desk) -> None:
    """TKT-1, TKT-2 [P by kind]."""
    ticket = await desk.report(
        kind="NEIGHBOUR_HELP", category="neighbours.errand", words="帮我扛一袋米上楼", photos=[],
        place={"compound_id": str(COMPOUND), "home_id": str(HOME)},
    )  # fmt: skip
    await desk.move(desk.clerk, ticket, "ACCEPTED")
    unit = {"name": "志愿者", "kind": "VOLUNTEER", "helping": []}
    await desk.move(desk.volunteer, ticket, "DISPATCHED", unit=unit, worker_id=str(desk.volunteer.subject))
    await desk.move(desk.volunteer, ticket, "IN_PROGRESS")
    await desk.move(desk.volunteer, ticket, "FEEDBACK", answer="送到了")

    yes = await desk.post(
        desk.resident, f"/v1/tickets/{ticket['id']}/callbacks", {"reached": True, "solved": True, "satisfaction": 5}
    )

    assert (yes.status_code, yes.json()["state"]) == (201, "CLOSED")
    assert yes.json()["place"]["home"] == "3-2-501"


async def test_three_fruitless_calls_close_a_ticket_without_a_rating(desk: Desk) -> None:
    """TKT-6."""
    ticket = await desk.answered()
    await desk.move(desk.grid_worker, ticket, "VERIFIED")
    path = f"/v1/tickets/{ticket['id']}/callbacks"

    tries = [(await desk.post(desk.clerk, path, {"reached": False})).json()["call_tries"] for _ in range(3)]
    closed = await desk.move(desk.clerk, ticket, "CLOSED")

    assert tries == [1, 2, 3]
    assert closed["satisfaction"] is None


async def test_a_suspension_moves_the_due_and_shows_paused(desk: Desk) -> None:
    """TKT-3."""
    ticket = await desk.in_progress()
    suspended = await desk.move(desk.secretary, ticket, "SUSPENDED", grounds="等待停电窗口")

    desk.now_is(MONDAY + timedelta(days=2))
    resumed = await desk.move(desk.worker, ticket, "IN_PROGRESS")

    assert suspended["clock"]["colour"] == "PAUSED"
    assert resumed["clock"]["due_at"] == "2026-12-02T16:00:00Z"


async def test_a_closed_ticket_is_reopened_within_fifteen_days_only(desk: Desk) -> None:
    """TKT-2, DAY-1."""
    ticket = await desk.answered()
    await desk.move(desk.grid_worker, ticket, "VERIFIED")
    await desk.post(
        desk.clerk, f"/v1/tickets/{ticket['id']}/callbacks", {"reached": True, "solved": True, "satisfaction": 3}
    )

    desk.now_is(MONDAY + timedelta(days=16))
    late = await desk.try_move(desk.resident, ticket, "REOPENED", reason="又坏了")
    desk.now_is(MONDAY + timedelta(days=15))
    intime = await desk.try_move(desk.resident, ticket, "REOPENED", reason="又坏了")

    assert (late.status_code, late.json()["why"]) == (409, "REOPENED_TOO_LATE")
    assert (intime.status_code, intime.json()["clock"]["due_at"]) == (201, "2026-12-15T16:00:00Z")


@pytest.mark.parametrize("line", ["110", "119", "120", "122"])
async def test_an_emergency_of_others_is_handed_over_and_over(desk: Desk, line: str) -> None:
    """TKT-2."""
    ticket = await desk.report(emergency=True)

    handed = await desk.move(desk.clerk, ticket, "HANDED_OVER", emergency_line=line)

    assert ticket["clock"]["answer_due_at"].startswith("2026-11-23T02:30:00")
    assert (handed["emergency_line"], handed["allowed"]) == (line, [])


async def test_a_hard_case_closed_in_time_stays_so_and_is_rated_by_nobody_but_the_reporter(desk: Desk) -> None:
    """TKT-3, TKT-6."""
    ticket = await desk.answered()
    await desk.move(desk.grid_worker, ticket, "REWORK", reason="还是不亮")
    await desk.move(desk.clerk, ticket, "HARD_CASE", reason="线路老化", solved=True)
    closed = await desk.move(desk.officer, ticket, "CLOSED", reason="列入改造计划", solved=True, satisfaction=5)
    desk.now_is(MONDAY + timedelta(days=30))
    later = (await desk.get(desk.clerk, f"/v1/tickets/{ticket['id']}")).json()
    history = (await desk.get(desk.neighbour, f"/v1/tickets/{ticket['id']}/history")).json()["items"]

    assert (closed["solved"], closed["satisfaction"]) == (None, None)
    assert later["clock"]["colour"] == "GREEN"
    assert {line["solved"] for line in history} == {None}


async def test_who_handled_or_verified_calls_back_nobody_who_joined(desk: Desk) -> None:
    """TKT-2, TKT-5."""
    joined, lead = await desk.report(desk.neighbour), await desk.answered()
    await desk.move(desk.clerk, joined, "ACCEPTED")
    await desk.move(desk.clerk, joined, "MERGED", lead_id=lead["id"])
    await desk.move(desk.clerk, lead, "VERIFIED")
    call = {"reached": True, "solved": True, "satisfaction": 4}
    await desk.post(desk.secretary, f"/v1/tickets/{lead['id']}/callbacks", call)

    own = await desk.post(desk.clerk, f"/v1/tickets/{joined['id']}/callbacks", call)
    other = await desk.post(desk.secretary, f"/v1/tickets/{joined['id']}/callbacks", call)

    assert (own.status_code, own.json()["why"]) == (409, "VERIFIED_HIMSELF")
    assert other.status_code == 201


@pytest.mark.parametrize("kind", ["ENQUIRY", "REPORT", "PRAISE"])
async def test_a_correction_after_the_answer_moves_no_due_and_rework_counts_by_what_it_is(
    desk: Desk, kind: str
) -> None:
    """TKT-3. In time stays in time; a clock that runs on is the corrected kind's."""
    ticket = await desk.answered()
    desk.now_is(MONDAY + timedelta(days=8))

    changed = await desk.corrected(ticket, kind, emergency=True)
    back = await desk.move(desk.clerk, ticket, "REWORK", reason="还是不亮")

    assert (changed["kind"], changed["emergency"]) == (kind, True)
    assert changed["clock"] == ticket["clock"]
    assert (changed["clock"]["colour"], changed["clock"]["due_at"]) == ("GREEN", "2026-11-30T16:00:00Z")
    limits = {"ENQUIRY": "2026-11-24T16:00:00Z", "REPORT": "2026-11-30T16:00:00Z", "PRAISE": None}
    assert (back["clock"]["due_at"], back["clock"]["original_due_at"]) == (limits[kind], limits[kind])


async def test_a_correction_of_a_closed_ticket_leaves_it_in_time(desk: Desk) -> None:
    """TKT-3, TKT-6. An enquiry would have been due the day after."""
    ticket = await desk.answered()
    await desk.move(desk.grid_worker, ticket, "VERIFIED")
    called = {"reached": True, "solved": True, "satisfaction": 5}
    closed = (await desk.post(desk.clerk, f"/v1/tickets/{ticket['id']}/callbacks", called)).json()
    desk.now_is(MONDAY + timedelta(days=8))

    changed = await desk.corrected(ticket, "ENQUIRY")

    assert (closed["state"], changed["state"], changed["kind"]) == ("CLOSED", "CLOSED", "ENQUIRY")
    assert changed["clock"] == closed["clock"]
