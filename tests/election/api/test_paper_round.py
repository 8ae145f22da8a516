"""BAL-7, BAL-12: printed ballots from their numbering to the count, beside ballots that were cast online."""

import asyncio
import hashlib
import json
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg

from services.election.papers.queries import papers_outstanding
from shared.database import new_id
from tests.election.api.conftest import CLOSES, MONDAY, Hall
from tests.election.api.doors import Doors, counters, worker
from tests.election.api.neighbour import home_id


async def test_papers_go_out_come_back_are_keyed_twice_and_count_with_those_cast_online(hall: Hall) -> None:
    """BAL-7, BAL-12, BAL-9. The whole way; nothing but number, seal and day is known of a paper before it is opened."""
    doors = Doors(hall, await hall.opened())
    run = await doors.print()
    await doors.box()
    for place in range(10):
        await hall.cast(hall.residents[place], doors.election, place, [1, 2])
    await doors.brought_back(11, 12, 13, 14)
    turnout = (await hall.get(hall.clerk, f"{doors.path}/turnout")).json()
    blocked = await hall.try_cast(hall.residents[10], doors.election, 10, [3])
    late = await doors.try_fact(1, "RETURNED", box=1)
    await doors.scanned(11, 12, 13, 14)
    early_count = await doors.post(hall.clerk, "counts", counters())
    await doors.key_twice({11: [3], 12: [3, 1], 13: [1, 2, 3], 14: []})

    result = (await doors.counted())["household"]

    assert (run["first_paper"], run["papers"], turnout["cast"]) == (1, 20, 14)
    assert (blocked.status_code, late.json()["why"]) == (409, "HOME_HAS_CAST")
    assert early_count.json()["type"].endswith("papers-outstanding")
    assert (result["cast"], result["valid"], result["invalid"]) == (14, 12, 2)
    assert {one["number"]: one["marks"] for one in result["ranking"]} == {1: 11, 2: 10, 3: 2, 4: 0}


async def test_every_paper_is_in_the_log_as_returned_and_as_transcribed(hall: Hall, admin_url: str) -> None:
    """BAL-7. RETURNED bears the digest of the box's seal; TRANSCRIBED points to it; neither tells a choice."""
    doors = Doors(hall, await hall.opened())
    await doors.print()
    await doors.box(seal="封 77")
    await doors.brought_back(4)
    await doors.scanned(4)
    await doors.key_twice({4: [2]})

    with psycopg.connect(admin_url) as connection:
        rows = connection.execute("SELECT log_index, body FROM election.leaf ORDER BY 1").fetchall()
    bodies = {index: json.loads(body) for index, body in rows}
    returned = next(index for index, body in bodies.items() if body["type"] == "RETURNED")
    transcribed = next(body for body in bodies.values() if body["type"] == "TRANSCRIBED")
    assert set(bodies[returned]) == {"type", "day", "who", "batch"}
    assert bodies[returned]["batch"] == hashlib.sha256("封 77".encode()).hexdigest()
    assert (set(transcribed), transcribed["of"]) == ({"type", "day", "of", "what"}, returned)
    assert [body["type"] for body in bodies.values()][-3:] == ["RETURNED", "CLOSE", "TRANSCRIBED"]


async def test_a_paper_and_an_online_cast_at_the_same_instant_leave_one_ballot(hall: Hall) -> None:
    """BAL-12. Two tablets and the voter himself at once, home by home: one stands, the rest are refused cleanly."""
    doors = Doors(hall, await hall.opened())
    await doors.print()
    await doors.box()
    other = Doors(hall, doors.election)

    replies = await asyncio.gather(
        *(
            one
            for place in range(12)
            for one in (
                doors.try_fact(place + 1, "RETURNED", box=1),
                hall.try_cast(hall.residents[place], doors.election, place, [1]),
                other.try_fact(place + 1, "RETURNED", box=1),
            )
        )
    )

    statuses = [Counter(reply.status_code for reply in replies[place : place + 3]) for place in range(0, 36, 3)]
    assert statuses == [{201: 1, 409: 2}] * 12
    whys = {reply.json()["why"] for reply in replies if reply.status_code == 409}
    assert whys <= {"HOME_HAS_CAST", "SAME_AGAIN", "PAPER_RETURNED"}
    assert (await hall.get(hall.clerk, f"{doors.path}/turnout")).json()["cast"] == 12


async def test_a_return_after_closing_is_refused_and_kept(hall: Hall, admin_url: str) -> None:
    """BAL-7. Also when the worker's clock says that it came in time."""
    doors = Doors(hall, await hall.opened())
    await doors.print()
    await doors.box()
    await doors.fact(1, "ISSUED")
    hall.now_is(CLOSES)
    unclosed = await doors.try_fact(1, "RETURNED", box=1)
    await doors.close()

    late = await doors.try_fact(2, "RETURNED", box=1, captured_at=(CLOSES - timedelta(hours=1)).isoformat())

    assert [reply.json()["why"] for reply in (unclosed, late)] == ["NOT_OPEN", "CLOSED"]
    with psycopg.connect(admin_url) as connection:
        kept = connection.execute("SELECT number, why, accepted FROM election.paper_fact ORDER BY id").fetchall()
        ballots = connection.execute("SELECT count(*) FROM election.ballot").fetchone()
    assert kept == [(1, None, True), (1, "NOT_OPEN", False), (2, "CLOSED", False)]
    assert ballots == (0,)


async def test_a_return_that_proves_nothing_registers_nothing(hall: Hall) -> None:
    """BAL-7. A broken or guessed code, a box that nobody sealed."""
    doors = Doors(hall, await hall.opened())
    await doors.print()
    await doors.box()
    tries: list[tuple[dict[str, Any], str]] = [
        ({"code": "AAAAAAAA"}, "WRONG_CODE"),
        ({"code": "L1:BROKEN"}, "WRONG_CODE"),
        ({"code": "测"}, "WRONG_CODE"),
        ({"box": 9}, "BOX_UNKNOWN"),
        ({"box": None}, "BOX_UNKNOWN"),
    ]

    refused = [await doors.try_fact(1, "RETURNED", **{"box": 1, **changed}) for changed, _ in tries]

    assert [(reply.status_code, reply.json()["why"]) for reply in refused] == [(409, why) for _, why in tries]
    assert (await hall.get(hall.clerk, f"{doors.path}/turnout")).json()["cast"] == 0


async def test_a_code_of_another_election_or_number_does_not_fit(hall: Hall) -> None:
    """BAL-7."""
    doors, other = Doors(hall, await hall.opened()), None
    await doors.print()
    hall.now_is(MONDAY)
    other = Doors(hall, await hall.opened())
    await other.print()

    foreign = await doors.try_fact(1, "ISSUED", code=other.code(1))
    neighbours = await doors.try_fact(1, "ISSUED", code=doors.code(2)[:8])
    unknown = await doors.try_fact(99, "ISSUED")
    typed = await doors.try_fact(1, "ISSUED", code=f" {doors.code(1)[:8].lower()} ")

    assert [reply.json()["why"] for reply in (foreign, neighbours)] == ["WRONG_CODE"] * 2
    assert unknown.json()["type"].endswith("paper-unknown")
    assert typed.status_code == 201


async def test_two_are_present_and_they_are_two(hall: Hall) -> None:
    """BAL-10."""
    doors = Doors(hall, await hall.opened())
    await doors.print()

    alone = await doors.try_fact(1, "ISSUED", second_id=str(doors.first.subject))

    assert alone.json()["why"] == "NOT_TWO"


async def test_a_spoiled_paper_is_replaced_by_a_new_number_and_void(hall: Hall) -> None:
    """BAL-7."""
    doors = Doors(hall, await hall.opened())
    await doors.print(building="1", entrance="1")
    await doors.box()
    await doors.fact(3, "ISSUED")
    await doors.fact(3, "SPOILED", words="墨水打翻")
    again = await doors.print(home_ids=[str(home_id(2))])
    void = await doors.try_fact(3, "RETURNED", box=1)
    await doors.brought_back(6)
    late = await doors.try_fact(6, "LOST")

    nothing = await doors.post(hall.clerk, "print-runs", {"home_ids": [str(home_id(2))]})

    assert (again["number"], again["first_paper"], again["papers"]) == (2, 6, 1)
    assert [reply.json()["why"] for reply in (void, late, nothing)] == ["VOID", "RETURNED_ALREADY", "NOTHING_TO_PRINT"]
    balance = (await hall.get(hall.clerk, f"{doors.path}/paper-balance")).json()
    assert balance["spoiled"] == [{"number": 3, "state": "SPOILED", "words": "墨水打翻"}]
    assert [(one["print_run"], one["issued"], one["returned"], one["spoiled"]) for one in balance["lines"]] == [
        (1, 1, 0, 1),
        (2, 1, 1, 0),
    ]


async def test_the_balance_is_even_per_pair_and_run_and_tells_the_boxes(hall: Hall) -> None:
    """BAL-7. Issued = returned + spoiled + missing; printed = in hand + issued; box by box registered and found."""
    doors = Doors(hall, await hall.opened())
    others = Doors(hall, doors.election)
    await doors.print(building="1")
    await doors.print(building="2")
    await doors.box()
    await doors.box(2, "B 2")
    await doors.brought_back(1, 2)
    await others.brought_back(11, box=2)
    await doors.fact(3, "ISSUED")
    await others.fact(12, "ISSUED")
    await others.fact(12, "LOST")
    await doors.fact(4, "UNDELIVERABLE", words="贴于单元门")
    await doors.close()
    assert (await doors.open_box(counted=2)).json()["seal_intact"] is True
    assert (await doors.open_box(2, seal_found="B 3", counted=2)).json()["seal_intact"] is False

    balance = (await hall.get(hall.clerk, f"{doors.path}/paper-balance")).json()

    lines = [
        (one["print_run"], one["issued"], one["returned"], one["missing"], one["lost"]) for one in balance["lines"]
    ]
    assert lines == [(1, 3, 2, 1, 0), (2, 2, 1, 1, 1)]
    assert all(one["is_even"] for one in balance["lines"])
    assert (balance["printed"], balance["in_hand"], balance["outstanding"]) == (20, 15, 3)
    assert balance["boxes"] == [
        {"number": 1, "registered": 2, "found": 2, "seal_intact": True},
        {"number": 2, "registered": 1, "found": 2, "seal_intact": False},
    ]
    assert [(one["number"], one["served"], one["words"]) for one in balance["notices"]] == [(4, False, "贴于单元门")]


async def test_a_notice_of_a_ballot_that_could_not_be_delivered_hangs_its_days_out(hall: Hall) -> None:
    """BAL-7, DAY-1. [P] seven days before the end; posted as soon as the roll is announced."""
    doors = Doors(hall, await hall.announced())
    await doors.print()
    await doors.fact(1, "UNDELIVERABLE")
    hall.now_is(CLOSES - timedelta(days=6))
    await doors.fact(2, "UNDELIVERABLE", captured_at=MONDAY.isoformat())
    await doors.fact(3, "UNDELIVERABLE", captured_at=(CLOSES - timedelta(days=6, hours=1)).isoformat())

    notices = (await hall.get(hall.clerk, f"{doors.path}/paper-balance")).json()["notices"]

    assert [(one["number"], one["served"]) for one in notices] == [(1, True), (2, True), (3, False)]


async def test_a_box_is_opened_after_closing_before_two_witnesses_and_once(hall: Hall) -> None:
    """BAL-7."""
    doors = Doors(hall, await hall.opened())
    await doors.box()
    twice = await doors.post(hall.clerk, "boxes", {"number": 1, "seal": "B"})
    early = await doors.open_box()
    await doors.close()
    witness = str(new_id())
    one, same = await doors.open_box(witnesses=[witness]), await doors.open_box(witnesses=[witness, witness])
    unknown = await doors.open_box(7)
    opened, again = await doors.open_box(), await doors.open_box()

    assert [reply.json()["why"] for reply in (twice, early, again)] == ["BOX_TAKEN", "NOT_CLOSED", "BOX_OPENED"]
    assert [reply.status_code for reply in (one, same, unknown, opened)] == [422, 422, 404, 201]


async def test_who_goes_from_door_to_door_sees_what_is_to_do_and_no_choice(hall: Hall) -> None:
    """BAL-10. The tablet knows a paper's QR without a signal, by a digest in its work list."""
    doors = Doors(hall, await hall.opened())
    await doors.print(building="1", entrance="1")
    await doors.box()
    await hall.cast(hall.residents[0], doors.election, 0, [1])
    await doors.fact(2, "ISSUED")
    await doors.brought_back(3)
    await doors.fact(4, "UNDELIVERABLE")
    await doors.fact(5, "SPOILED")

    found = (await hall.get(doors.first, f"{doors.path}/worklist", building="1")).json()
    entrance = (await hall.get(doors.first, f"{doors.path}/worklist", building="1", entrance="2")).json()
    resident = await hall.get(hall.residents[0], f"{doors.path}/worklist", building="1")

    assert [(one["state"], one["todo"]) for one in found["items"][:5]] == [
        ("PRINTED", "NONE"), ("ISSUED", "COLLECT"), ("RETURNED", "NONE"), ("UNDELIVERABLE", "ISSUE"),
        ("SPOILED", "PRINT"),
    ]  # fmt: skip
    assert {(one["number"], one["todo"]) for one in entrance["items"]} == {(None, "PRINT")}
    said = f"{doors.election['id']}/2/{doors.code(2)}"
    assert found["items"][1]["check"] == hashlib.sha256(said.encode()).hexdigest()
    assert (found["boxes"], resident.status_code) == ([1], 403)


async def test_a_paper_is_brought_to_who_revoked_his_ballot_for_it(hall: Hall) -> None:
    """BAL-10, BAL-12. What is void has not closed the door."""
    doors = Doors(hall, await hall.opened())
    await doors.print(building="1", entrance="1")
    await hall.cast(hall.residents[0], doors.election, 0, [1])
    body = {"home_id": str(home_id(0)), "reason": "改投纸票", "second_token": hall.officer.token()}
    await doors.done(hall.clerk, "revocations", body)

    found = (await hall.get(doors.first, f"{doors.path}/worklist", building="1", entrance="1")).json()

    assert found["items"][0]["todo"] == "ISSUE"


async def test_two_print_runs_at_once_give_each_home_one_number(hall: Hall) -> None:
    """BAL-7. One entitlement, one live paper."""
    doors = Doors(hall, await hall.announced())

    replies = await asyncio.gather(*(doors.post(hall.clerk, "print-runs", {}) for _ in range(4)))

    assert sorted(reply.status_code for reply in replies) == [201, 409, 409, 409]
    assert {reply.json()["why"] for reply in replies if reply.status_code == 409} == {"NOTHING_TO_PRINT"}
    runs = (await hall.get(hall.clerk, f"{doors.path}/print-runs")).json()["items"]
    assert [(one["number"], one["first_paper"], one["papers"]) for one in runs] == [(1, 1, 20)]


async def test_nothing_is_printed_before_the_announcement_or_after_the_end(hall: Hall) -> None:
    """VOTE-9, BAL-7."""
    draft = Doors(hall, await hall.draft())
    reading = {"number": 1, "marks": []}
    asked = {"print-runs": {}, "boxes": {"number": 1, "seal": "A"}, "keyings": {"readings": [reading]}}
    early = [await draft.post(hall.clerk, path, body) for path, body in asked.items()]
    doors = Doors(hall, await hall.opened())
    await doors.close()
    late = await doors.post(hall.clerk, "print-runs", {})

    assert {reply.json()["why"] for reply in (*early, late)} == {"NOT_NOW"}


async def test_a_voided_paper_holds_no_count_up(hall: Hall, admin_url: str) -> None:
    """BAL-7, BAL-12."""
    doors = Doors(hall, await hall.opened())
    await doors.print()
    await doors.box()
    await doors.brought_back(1, 2)
    await doors.close()

    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO election.ballot_void SELECT election_id, entry_id, revision, 900, 'x', 'person:a', 'person:b',"
            " now() FROM election.ballot WHERE paper_number = 1"
        )
    async with hall.house.database.read() as db:
        assert await papers_outstanding(db, UUID(doors.election["id"])) == 1


async def test_papers_are_the_desks_and_the_workers_of_this_compound(hall: Hall) -> None:
    """Access: a stranger finds nothing, a resident may not, a grid worker carries and does not print."""
    doors = Doors(hall, await hall.announced())
    run = await doors.print()
    path = f"{doors.path}/print-runs"

    told = [
        (await doors.post(hall.stranger, "print-runs", {})).status_code,
        (await doors.post(hall.residents[0], "print-runs", {})).status_code,
        (await doors.post(worker(), "print-runs", {})).status_code,
        (await hall.get(worker(), f"{path}/{run['number']}/ballots")).status_code,
        (await hall.get(hall.stranger, f"{path}/{run['number']}/ballots")).status_code,
        (await hall.get(hall.clerk, f"{path}/9/ballots")).status_code,
    ]

    assert told == [404, 403, 403, 403, 404, 404]
