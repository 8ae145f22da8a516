"""Random lives of tickets: what `allowed` offers always works, and what it does not offer never does."""

import asyncio
import random
from typing import Any

import pytest
from sqlalchemy import select

from services.ticket.rules.kinds import Kind
from services.ticket.rules.states import FINAL, State
from services.ticket.tables import Ticket
from shared.database import new_id
from tests.factories.tokens import Somebody
from tests.factories.waiting import somebody_waits
from tests.ticket.api.conftest import CODE, UNIT, Desk

CATEGORY = "facilities.stair_lamp"


def filled(desk: Desk, who: Somebody, needs: list[str], lead: str) -> dict[str, Any]:
    """Something true for every field a move may need."""
    worker = who if who is desk.volunteer else desk.worker
    values: dict[str, Any] = {
        "reason": "写明原因",
        "where_to_go": "请找物业",
        "answer": "已处理",
        "grounds": "等配件",
        "emergency_line": "119",
        "unit": UNIT,
        "days": 1,
        "granted": True,
        "lead_id": lead,
        "platform": "12345",
        "outer_number": "17",
        "solved": True,
        "satisfaction": 4,
    }
    given = {need: values[need] for need in needs if need in values}
    given |= {need: [desk.photo(who)] for need in needs if need.startswith("photos")}
    return {**given, "worker_id": str(worker.subject), "partner_id": str(desk.partner.subject)}


async def walk(desk: Desk, seed: int, steps: int) -> list[str]:
    """Moves made, each by a random person out of what he is offered."""
    chance = random.Random(seed)
    kind = chance.choice(list(Kind))
    pmc, clerk = Somebody([f"PMC_MEMBER@{CODE}"]), Somebody([f"CLERK@{CODE}"])
    people = [desk.resident, desk.clerk, desk.secretary, desk.grid_worker, desk.worker, desk.volunteer, desk.officer]
    people += [desk.partner, pmc, clerk]
    lead = await desk.report(desk.neighbour)
    await desk.move(desk.clerk, lead, "ACCEPTED")
    ticket = await desk.report(kind=kind)
    path = f"/v1/tickets/{ticket['id']}"
    made = []
    for _ in range(steps):
        who = chance.choice(people)
        read = await desk.get(who, path)
        if read.status_code == 404:
            continue
        offered = {move["to"]: move["needs"] for move in read.json()["allowed"]}
        for other in set(State) - set(offered):
            refused = await desk.try_move(who, ticket, other, **filled(desk, who, [], lead["id"]))
            assert refused.status_code in {403, 409, 422}, (seed, made, other, refused.text)
        wanted = [to for to in sorted(offered) if to not in FINAL or chance.random() < 0.15]
        if wanted:
            to = chance.choice(wanted)
            moved = await desk.try_move(who, ticket, to, **filled(desk, who, offered[to], lead["id"]))
            assert moved.status_code == 201, (seed, made, to, moved.text)
            made.append(to)
    return made


@pytest.mark.parametrize("seed", [1, 2])
async def test_allowed_never_lies(desk: Desk, seed: int) -> None:
    """TKT-2."""
    assert await walk(desk, seed, steps=12)


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(100, 108))
async def test_allowed_never_lies_over_long_lives(desk: Desk, seed: int) -> None:
    """TKT-2."""
    assert await walk(desk, seed, steps=40)


async def test_two_tickets_merged_into_each_other_at_once_end_as_one_pair(desk: Desk) -> None:
    """TKT-5. No deadlock, no circle."""
    one, other = await desk.report(), await desk.report(desk.neighbour)
    for ticket in (one, other):
        await desk.move(desk.clerk, ticket, "ACCEPTED")

    replies = await asyncio.gather(
        desk.try_move(desk.clerk, one, "MERGED", lead_id=other["id"]),
        desk.try_move(desk.secretary, other, "MERGED", lead_id=one["id"]),
    )

    assert sorted(reply.status_code for reply in replies) == [201, 409]


async def test_one_report_sent_many_times_at_once_is_one_ticket(desk: Desk) -> None:
    """TKT-1."""
    client_id = str(new_id())

    made = await asyncio.gather(*(desk.report(client_id=client_id) for _ in range(8)))
    listed = (await desk.get(desk.clerk, "/v1/tickets")).json()["items"]

    assert len({ticket["id"] for ticket in made}) == 1
    assert len(listed) == 1
    assert {len(ticket["photos"]) for ticket in made} == {1}


async def test_who_is_merged_in_while_the_leading_ticket_is_withdrawn_goes_on_too(desk: Desk) -> None:
    """TKT-5. The withdrawal waits for the merge, and then knows of it."""
    lead, joining = await desk.report(), await desk.report(desk.neighbour)
    for ticket in (lead, joining):
        await desk.move(desk.clerk, ticket, "ACCEPTED")
    async with desk.house.database.write() as session, session.begin():
        found = await session.execute(select(Ticket).order_by(Ticket.id).with_for_update())  # as a merge does
        leading, other = sorted(found.scalars(), key=lambda one: str(one.id) != lead["id"])
        withdrawing = asyncio.create_task(desk.move(desk.resident, lead, "WITHDRAWN"))
        assert await somebody_waits(session)
        other.state, other.former, other.lead_id = "MERGED", "ACCEPTED", leading.id
        leading.joined = 1
    await withdrawing
    freed = (await desk.get(desk.neighbour, f"/v1/tickets/{joining['id']}")).json()

    assert (freed["state"], freed["lead_id"]) == ("ACCEPTED", None)
