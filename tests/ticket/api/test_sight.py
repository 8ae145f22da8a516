"""Who may see which ticket and how much of it; rows counted, not only status codes."""

from typing import Any

import pytest

from services.ticket.rules.roles import Role
from tests.factories.tokens import Somebody
from tests.ticket.api.conftest import CODE, COMPOUND, ELSEWHERE, ELSEWHERE_CODE, HOME, UNIT, Desk


async def ids_seen(desk: Desk, who: Somebody, **query: Any) -> set[str]:
    reply = await desk.get(who, "/v1/tickets", **query)
    assert reply.status_code == 200, reply.text
    return {item["id"] for item in reply.json()["items"]}


async def test_a_ticket_of_another_compound_does_not_exist(desk: Desk) -> None:
    ticket = await desk.report()

    read = await desk.get(desk.stranger, f"/v1/tickets/{ticket['id']}")
    history = await desk.get(desk.stranger, f"/v1/tickets/{ticket['id']}/history")
    moved = await desk.try_move(desk.stranger, ticket, "ACCEPTED")
    followed = await desk.post(desk.stranger, f"/v1/tickets/{ticket['id']}/followers", {})

    assert [reply.status_code for reply in (read, history, moved, followed)] == [404] * 4
    assert await ids_seen(desk, desk.stranger) == set()


async def test_neighbours_see_the_public_face_without_person_home_or_unscreened_words(desk: Desk) -> None:
    """PRI-2."""
    ticket = await desk.report(place={"compound_id": str(COMPOUND), "home_id": str(HOME), "words": "我家门口"})
    before = (await desk.get(desk.neighbour, f"/v1/tickets/{ticket['id']}")).json()
    await desk.move(desk.clerk, ticket, "ACCEPTED")

    after = (await desk.get(desk.neighbour, f"/v1/tickets/{ticket['id']}")).json()

    assert (before["sight"], before["words"], before["photos"]) == ("PUBLIC", None, [])
    assert (after["words"], after["place"]["words"], len(after["photos"])) == ("三层楼道灯不亮", "我家门口", 1)
    assert (after["reporter_id"], after["place"]["home"], after["place"]["home_id"]) == (None, None, None)
    assert after["place"]["building"] == "3"


async def test_a_report_about_others_is_not_shown_to_neighbours(desk: Desk) -> None:
    """TKT-1. A 举报 names people."""
    ticket = await desk.report(kind="REPORT", category="safety.illegal_building")

    seen_by = {
        name: ticket["id"] in await ids_seen(desk, who)
        for name, who in (("resident", desk.resident), ("neighbour", desk.neighbour), ("clerk", desk.clerk))
    }

    assert seen_by == {"resident": True, "neighbour": False, "clerk": True}
    assert (await desk.get(desk.neighbour, f"/v1/tickets/{ticket['id']}")).status_code == 404


async def test_roles_of_a_whole_street_reach_its_compounds(desk: Desk) -> None:
    ticket = await desk.report()

    street = (await desk.get(desk.officer, f"/v1/tickets/{ticket['id']}")).json()
    another = await desk.get(Somebody([f"STREET_OFFICER@{ELSEWHERE_CODE[:9]}"]), f"/v1/tickets/{ticket['id']}")

    assert street["sight"] == "FULL"
    assert another.status_code == 404


async def test_a_worker_sees_whole_what_is_his_and_what_waits_for_anybody(desk: Desk) -> None:
    named, open_to_all = await desk.report(), await desk.report(category="sanitation.litter")
    for ticket, worker in ((named, {"worker_id": str(desk.worker.subject)}), (open_to_all, {})):
        await desk.move(desk.clerk, ticket, "ACCEPTED")
        await desk.move(desk.clerk, ticket, "DISPATCHED", unit=UNIT, **worker)
    other = Somebody([f"HANDLER@{CODE}"])

    mine = await ids_seen(desk, desk.worker, assigned_to_me=True)
    sights = [(await desk.get(other, f"/v1/tickets/{ticket['id']}")).json()["sight"] for ticket in (named, open_to_all)]

    assert mine == {named["id"]}
    assert sights == ["PUBLIC", "FULL"]


async def test_lists_are_narrowed_by_every_filter(desk: Desk) -> None:
    lamp = await desk.report()
    litter = await desk.report(desk.neighbour, category="sanitation.litter", kind="COMPLAINT")
    await desk.move(desk.clerk, lamp, "ACCEPTED")
    both, neither = {lamp["id"], litter["id"]}, set[str]()

    found = {
        "compound": await ids_seen(desk, desk.clerk, compound_id=str(COMPOUND)),
        "elsewhere": await ids_seen(desk, desk.clerk, compound_id=str(ELSEWHERE)),
        "region": await ids_seen(desk, desk.clerk, region=CODE[:6]),
        "other region": await ids_seen(desk, desk.clerk, region="31"),
        "state": await ids_seen(desk, desk.clerk, state="ACCEPTED"),
        "kind": await ids_seen(desk, desk.clerk, kind="COMPLAINT"),
        "category": await ids_seen(desk, desk.clerk, category="sanitation.litter"),
        "mine": await ids_seen(desk, desk.resident, mine=True),
        "overdue": await ids_seen(desk, desk.clerk, overdue=True),
    }

    assert found == {
        "compound": both, "elsewhere": neither, "region": both, "other region": neither, "state": {lamp["id"]},
        "kind": {litter["id"]}, "category": {litter["id"]}, "mine": {lamp["id"]}, "overdue": neither,
    }  # fmt: skip


@pytest.mark.parametrize("sort", ["newest", "oldest", "due"])
async def test_pages_follow_each_other_without_gap_or_double(desk: Desk, sort: str) -> None:
    made = {(await desk.report())["id"] for _ in range(5)}
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2, "sort": sort}

    for _ in range(4):
        page = (await desk.get(desk.clerk, "/v1/tickets", **query)).json()
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]

    assert len(seen) == 5
    assert set(seen) == made


@pytest.mark.parametrize("form", ["application/x-ndjson", "text/csv"])
async def test_a_list_leaves_whole_in_other_forms(desk: Desk, form: str) -> None:
    ticket = await desk.report(words='=cmd|"/c calc"!A1')

    reply = await desk.client.get("/v1/tickets", headers={**desk.clerk.headers, "Accept": form})

    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith(form)
    assert ticket["id"] in reply.text
    assert "\n=cmd" not in reply.text
    assert ",=cmd" not in reply.text


async def test_a_contact_is_masked_until_read_with_a_purpose(desk: Desk) -> None:
    """PRI-2. The desk reports for an old neighbour without a phone of her own."""
    contact = {"name": "王奶奶", "phone": "14000001234"}
    ticket = await desk.report(desk.clerk, contact=contact, kind="NEIGHBOUR_HELP", category="neighbours.errand")

    shown = (await desk.get(desk.secretary, f"/v1/tickets/{ticket['id']}")).json()
    purpose = {"purpose": "上门前联系"}
    read = await desk.post(desk.secretary, f"/v1/tickets/{ticket['id']}/contact-readings", purpose)
    refused = await desk.post(desk.volunteer, f"/v1/tickets/{ticket['id']}/contact-readings", purpose)

    assert shown["contact"] == {"name": "王*", "phone": "140******34"}
    assert shown["reporter_id"] is None
    assert read.json() == contact
    assert refused.status_code == 404


async def test_the_list_shows_exactly_what_can_be_read_one_by_one(desk: Desk) -> None:
    """Rows, not only status codes: each role alone, each role elsewhere, and everybody who plays a part."""
    made = [await desk.in_progress(), await desk.report(kind="REPORT"), await desk.report(desk.neighbour)]
    waiting = await desk.report(kind="REPORT", category="safety.clutter")
    await desk.move(desk.clerk, waiting, "ACCEPTED")
    await desk.move(desk.clerk, waiting, "DISPATCHED", unit=UNIT)
    up = await desk.report(kind="REPORT", category="safety.cables")
    await desk.move(desk.clerk, up, "ACCEPTED")
    outer = {"platform": "12345", "outer_number": "17", "partner_id": str(desk.partner.subject)}
    await desk.move(desk.clerk, up, "ESCALATED", **outer)
    alone = [Somebody([f"{role}@{code}"]) for role in Role for code in (CODE, ELSEWHERE_CODE, "")]
    jobless = Somebody(subject=desk.worker.subject)
    parts = [desk.resident, desk.neighbour, desk.worker, desk.partner, jobless, Somebody()]

    for who in (*alone, *parts):
        read = {
            ticket["id"]
            for ticket in (*made, waiting, up)
            if (await desk.get(who, f"/v1/tickets/{ticket['id']}")).status_code == 200
        }
        assert await ids_seen(desk, who) == read, who.grants
    assert await ids_seen(desk, jobless) == set()
    assert up["id"] in await ids_seen(desk, desk.partner)


async def test_what_went_to_the_police_unscreened_stays_unseen_by_neighbours(desk: Desk) -> None:
    """PRI-2. The desk sends it on from the report: nobody has looked whether its words name somebody."""
    ticket = await desk.report(kind="COMPLAINT", category="neighbours.dispute", words="501 又打人了")
    await desk.move(desk.clerk, ticket, "HANDED_OVER", emergency_line="110")

    seen = (await desk.get(desk.neighbour, f"/v1/tickets/{ticket['id']}")).json()
    own = (await desk.get(desk.resident, f"/v1/tickets/{ticket['id']}")).json()

    assert (seen["sight"], seen["words"], seen["photos"]) == ("PUBLIC", None, [])
    assert own["words"] == "501 又打人了"


async def test_similar_tickets_are_those_the_caller_may_see(desk: Desk) -> None:
    """TKT-5. The platform that has one of two, who moved away, a neighbour, the desk."""
    first, second = await desk.report(), await desk.report(desk.neighbour)
    named = await desk.report(desk.neighbour, kind="REPORT")
    for ticket in (first, second):
        await desk.move(desk.clerk, ticket, "ACCEPTED")
    outer = {"platform": "12345", "outer_number": "17", "partner_id": str(desk.partner.subject)}
    await desk.move(desk.clerk, first, "ESCALATED", **outer)
    moved_away = Somebody(subject=desk.resident.subject)

    async def similar(who: Somebody) -> set[str]:
        reply = await desk.get(who, f"/v1/tickets/{first['id']}/similar")
        return {item["id"] for item in reply.json()["items"]}

    assert await similar(desk.partner) == set()
    assert await similar(moved_away) == set()
    assert await similar(desk.resident) == {second["id"]}
    assert await similar(desk.clerk) == {second["id"], named["id"]}


async def test_only_the_desk_reports_for_somebody_else(desk: Desk) -> None:
    """PRI-2. A contact that would be lost is refused, and nothing is stored."""
    place = {"compound_id": str(COMPOUND)}
    body = {"place": place, "kind": "HELP", "category": "neighbours.errand", "words": "买药"}

    reply = await desk.post(desk.grid_worker, "/v1/tickets", {**body, "contact": {"name": "王奶奶"}})

    assert (reply.status_code, reply.json()["needed"]) == (403, ["CLERK", "SECRETARY"])
    assert await ids_seen(desk, desk.clerk) == set()
