"""Dues announced once, dues filled in, categories, and what the room tells of itself."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from fastapi import FastAPI

from services.ticket.jobs import announce_overdue, fill_in_dues
from services.ticket.rules.categories import SEED
from shared.days import TABLES, YearTable
from tests.factories.tokens import Somebody
from tests.ticket.api.conftest import CODE, MONDAY, UNIT, Desk


def events(admin_url: str, kind: str) -> list[dict[str, Any]]:
    with psycopg.connect(admin_url) as connection:
        rows = connection.execute(
            "SELECT subject, compound_code, data FROM ticket.outbox WHERE type = %s ORDER BY id", (kind,)
        )
        return [{"subject": row[0], "code": row[1], **row[2]} for row in rows]


async def test_a_passed_due_is_announced_exactly_once(desk: Desk, admin_url: str) -> None:
    """TKT-3. First the signature is late, a week later the work."""
    ticket = await desk.report()
    await desk.move(desk.clerk, ticket, "ACCEPTED")
    await desk.move(desk.clerk, ticket, "DISPATCHED", unit=UNIT)

    desk.now_is(MONDAY + timedelta(hours=5))
    first = [await announce_overdue(desk.house) for _ in range(2)]
    desk.now_is(MONDAY + timedelta(days=8))
    later = [await announce_overdue(desk.house) for _ in range(2)]
    told = events(admin_url, "linli.ticket.overdue.v1")

    assert (first, later) == ([1, 0], [1, 0])
    assert [event["clock"] for event in told] == ["SIGN", "FINISH"]
    assert {event["subject"] for event in told} == {ticket["id"]}


async def test_an_unanswered_emergency_is_announced_after_half_an_hour_at_night(desk: Desk, admin_url: str) -> None:
    """TKT-3."""
    desk.now_is(MONDAY + timedelta(hours=15))
    await desk.report(emergency=True)

    desk.now_is(MONDAY + timedelta(hours=15, minutes=31))
    await announce_overdue(desk.house)

    assert [event["clock"] for event in events(admin_url, "linli.ticket.overdue.v1")] == ["ANSWER"]


async def test_the_overdue_filter_agrees_with_the_colour(desk: Desk) -> None:
    """TKT-3."""
    late, answered = await desk.in_progress(), await desk.answered(category="sanitation.litter")

    desk.now_is(MONDAY + timedelta(days=8))
    items = (await desk.get(desk.clerk, "/v1/tickets", overdue=True)).json()["items"]

    assert [(item["id"], item["clock"]["colour"]) for item in items] == [(late["id"], "RED")]
    assert answered["clock"]["colour"] == "GREEN"


async def test_a_report_in_an_unpublished_year_is_taken_and_its_due_filled_in_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DAY-1, TKT-3. Nothing is guessed, and nobody is turned away."""
    with monkeypatch.context() as without:
        without.delitem(TABLES, 2026)
        taken = await desk.report()
        filled_early = await fill_in_dues(desk.house)
    filled = await fill_in_dues(desk.house)
    after = (await desk.get(desk.clerk, f"/v1/tickets/{taken['id']}")).json()

    assert (taken["clock"]["due_at"], taken["clock"]["awaits_calendar"]) == (None, True)
    assert (filled_early, filled) == (0, 1)
    assert after["clock"]["due_at"] == "2026-11-30T16:00:00Z"


async def test_events_are_thin(desk: Desk, admin_url: str) -> None:
    ticket = await desk.report()
    await desk.move(desk.clerk, ticket, "ACCEPTED")

    moved = events(admin_url, "linli.ticket.moved.v1")

    assert moved == [
        {
            "subject": ticket["id"],
            "code": CODE,
            "state": "ACCEPTED",
            "kind": "HELP",
            "category": "facilities.stair_lamp",
            "from_state": "REPORTED",
        }
    ]


async def test_every_write_leaves_an_audit_row(desk: Desk, admin_url: str) -> None:
    """PRI-7."""
    ticket = await desk.report()
    await desk.move(desk.clerk, ticket, "ACCEPTED")

    with psycopg.connect(admin_url) as connection:
        rows = connection.execute(
            "SELECT actor, operation, subject_id, compound_code FROM ticket.audit ORDER BY id"
        ).fetchall()

    assert rows == [
        (f"person:{desk.resident.subject}", "report_ticket", ticket["id"], CODE),
        (f"person:{desk.clerk.subject}", "move_ticket", ticket["id"], CODE),
    ]


@pytest.mark.parametrize("table", ["ticket_move", "ticket_callback", "overdue_notice", "audit"])
async def test_history_cannot_be_changed_by_the_room(app: FastAPI, database_urls: dict[str, str], table: str) -> None:
    with psycopg.connect(database_urls["ticket"]) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(f"DELETE FROM ticket.{table}")


async def test_categories_come_with_both_catalogues(desk: Desk) -> None:
    """TKT-1."""
    page = (await desk.client.get("/v1/categories", params={"limit": 200})).json()
    litter = next(item for item in page["items"] if item["code"] == "sanitation.litter")

    assert len(page["items"]) == len(SEED)
    assert {code["std_ref"] for code in litter["catalogue"]} == {"GB/T 30428.2-2013", "GB/T 47678.5-2026"}


async def test_only_an_administrator_of_the_whole_house_changes_categories(desk: Desk) -> None:
    """TKT-7."""
    path, version = "/v1/categories/facilities.lift", {"If-Match": '"1"'}
    change = {"zh": "电梯故障", "en": "Lift", "community_may_lead": True, "active": False, "catalogue": []}

    async def put(who: Somebody, **headers: str) -> int:
        return (await desk.client.put(path, headers={**who.headers, **headers}, json=change)).status_code

    assert await put(desk.clerk, **version) == 403
    assert await put(Somebody([f"ADMINISTRATOR@{CODE}"]), **version) == 403
    assert await put(desk.administrator, **version) == 200
    assert await put(desk.administrator, **version) == 412
    retired = await desk.post(
        desk.resident,
        "/v1/tickets",
        {"place": {"compound_id": "0197a3f2-0000-7000-8000-000000000001"}, "kind": "HELP", "words": "电梯坏了",
         "category": "facilities.lift"},
    )  # fmt: skip
    assert retired.json()["type"].endswith("/problems/category-retired")


async def test_a_new_category_is_added_once(desk: Desk) -> None:
    """TKT-1."""
    body = {
        "code": "facilities.stair_rail",
        "zh": "楼梯扶手损坏",
        "en": "Broken stair rail",
        "community_may_lead": True,
    }

    first = await desk.post(desk.administrator, "/v1/categories", body)
    second = await desk.post(desk.administrator, "/v1/categories", body)

    assert (first.status_code, second.status_code) == (201, 409)


async def test_the_contract_names_errors_roles_and_an_example_for_every_operation(app: FastAPI) -> None:
    document = app.openapi()
    operations = [
        operation
        for path in document["paths"].values()
        for method, operation in path.items()
        if method in {"get", "post", "put", "delete"}
    ]

    assert len(operations) == 13
    assert all(operation["x-roles"] and operation["description"] for operation in operations)
    assert all("application/problem+json" in str(operation["responses"]) for operation in operations)
    assert set(document["webhooks"]) == {
        f"linli.ticket.{fact}.v1" for fact in ("reported", "moved", "corrected", "overdue")
    }


async def test_a_suspension_into_an_unpublished_year_counts_once_the_year_is_there(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DAY-1, TKT-3. Suspended on Tuesday 29 December at ten, resumed on Tuesday 5 January at ten: four working days."""
    desk.now_is(datetime(2026, 12, 28, 2, 0, tzinfo=UTC))
    ticket = await desk.in_progress(kind="ENQUIRY")
    desk.now_is(datetime(2026, 12, 29, 2, 0, tzinfo=UTC))
    await desk.move(desk.secretary, ticket, "SUSPENDED", grounds="等配件")
    desk.now_is(datetime(2027, 1, 5, 2, 0, tzinfo=UTC))
    with monkeypatch.context() as without:
        without.delitem(TABLES, 2027, raising=False)
        resumed = await desk.move(desk.worker, ticket, "IN_PROGRESS")
        filled_early = await fill_in_dues(desk.house)

    new_year = frozenset(date(2027, 1, day) for day in (1, 2, 3))
    monkeypatch.setitem(TABLES, 2027, YearTable("?", date(2026, 11, 1), new_year, frozenset()))
    filled = await fill_in_dues(desk.house)
    after = (await desk.get(desk.clerk, f"/v1/tickets/{ticket['id']}")).json()

    assert (ticket["clock"]["due_at"], resumed["clock"]["awaits_calendar"]) == ("2026-12-29T16:00:00Z", True)
    assert (filled_early, filled, after["clock"]["due_at"]) == (0, 1, "2027-01-05T16:00:00Z")
