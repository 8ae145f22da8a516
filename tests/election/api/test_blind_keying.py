"""BAL-7: two persons key each paper blind from its scan, a third settles; planted typing errors are all found."""

import random
from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg
import pytest

from services.election.results.opened import PaperUnread, opened_ballots
from services.election.tables import Election
from tests.election.api.conftest import Hall
from tests.election.api.doors import Doors, worker
from tests.election.api.neighbour import Books, home


async def _returned(hall: Hall, *numbers: int) -> Doors:
    doors = Doors(hall, await hall.opened())
    await doors.print()
    await doors.box()
    await doors.brought_back(*numbers)
    await doors.scanned(*numbers)
    return doors


async def _queue(doors: Doors, who: Any) -> list[int]:
    found = (await doors.hall.get(who, f"{doors.path}/keying-queue")).json()["items"]
    assert all(set(one) == {"number", "take", "sha256", "link"} for one in found)
    return [one["number"] for one in found]


async def test_a_keyer_sees_what_he_may_key_and_nothing_else(hall: Hall) -> None:
    """BAL-7, BAL-9. Number and picture; not what he carried, not what he keyed, not what is settled."""
    doors = await _returned(hall, 1, 2)
    anna, bo, chen = doors.keyers

    before = [await _queue(doors, who) for who in (anna, doors.first, doors.second)]
    await doors.key(anna, {"number": 1, "marks": [1]})
    between = [await _queue(doors, who) for who in (anna, bo)]
    await doors.key(bo, {"number": 1, "marks": [1]})
    after = [await _queue(doors, who) for who in (anna, bo, chen)]

    assert before == [[1, 2], [], []]
    assert between == [[2], [1, 2]]
    assert after == [[2], [2], [2]]
    assert (await hall.get(hall.residents[0], f"{doors.path}/keying-queue")).status_code == 403


async def test_of_two_that_differ_a_third_settles(hall: Hall) -> None:
    """BAL-7. Who is like neither of the two is asked to look once more."""
    doors = await _returned(hall, 1, 2)
    anna, bo, chen = doors.keyers
    await doors.key(anna, {"number": 1, "marks": [1]}, {"number": 2, "marks": [1]})
    differing = await doors.key(bo, {"number": 1, "marks": [2]}, {"number": 2, "marks": [2]})
    waiting = await doors.post(hall.clerk, "counts", {"caller_id": str(anna.subject), "counter_id": str(bo.subject),
                                                      "scrutineer_id": str(chen.subject), "place": "室"})  # fmt: skip
    settled = await doors.key(chen, {"number": 1, "marks": [2]})
    alone = await doors.key(chen, {"number": 2, "marks": [3]})
    confirmed = await doors.key(chen, {"number": 2, "marks": [3], "confirmed": True})
    late = await doors.key(worker("CLERK"), {"number": 1, "marks": [1]})

    result = (await doors.counted())["household"]

    assert [one["settled"] for one in (*differing, *settled, *alone, *confirmed)] == [False, False, True, False, True]
    assert [one["why"] for one in (*alone, *late)] == ["AGREES_WITH_NEITHER", "SETTLED"]
    assert waiting.status_code == 409
    assert {one["number"]: one["marks"] for one in result["ranking"]} == {1: 0, 2: 1, 3: 1, 4: 0}


async def test_what_cannot_be_a_reading_is_answered_and_not_kept(hall: Hall, admin_url: str) -> None:
    """BAL-7. Twice by one person, carried by himself, off the ballot, not scanned, not returned, no such paper."""
    doors = await _returned(hall, 1, 2)
    anna = doors.keyers[0]
    readings: Sequence[tuple[Any, dict[str, Any], str | None]] = (
        (anna, {"number": 1, "marks": [1]}, None),
        (anna, {"number": 1, "marks": [1]}, "KEYED_ALREADY"),
        (doors.second, {"number": 1, "marks": [1]}, "CARRIED_IT"),
        (anna, {"number": 2, "marks": [5]}, "NOT_ON_BALLOT"),
        (anna, {"number": 2, "marks": [1, 1]}, "NOT_ON_BALLOT"),
        (anna, {"number": 2, "items": [{"item": 1, "choice": "AGREE"}]}, "NOT_ON_BALLOT"),
        (anna, {"number": 3, "marks": [1]}, "UNKNOWN_PAPER"),
        (anna, {"number": 777, "marks": [1]}, "UNKNOWN_PAPER"),
    )

    told = [(await doors.key(who, reading))[0]["why"] for who, reading, _ in readings]
    twice = await doors.key(doors.keyers[1], {"number": 2, "marks": [1]}, {"number": 2, "marks": [2]})

    assert told == [why for _, _, why in readings]
    assert [one["why"] for one in twice] == [None, "KEYED_ALREADY"]
    with psycopg.connect(admin_url) as connection:
        assert connection.execute("SELECT number, turn FROM election.keying ORDER BY 1").fetchall() == [(1, 1), (2, 1)]


MALFORMED: tuple[dict[str, Any], ...] = (
    {"number": 1}, {"number": 1, "marks": [1], "items": [{"item": 1, "choice": "AGREE"}]}, {"number": 0, "marks": []},
    {"number": 1, "marks": [0]}, {"number": 1, "marks": ["1"]}, {"number": 1, "items": []},
    {"number": 1, "items": [{"item": 1, "choice": "YES"}]}, {"number": 1, "marks": [1], "confirmed": "yes"},
    {"number": 1, "items": [{"item": 1, "choice": "AGREE"}, {"item": 1, "choice": "OPPOSE"}]},
)  # fmt: skip


async def test_a_malformed_reading_is_refused(hall: Hall) -> None:
    doors = await _returned(hall, 1)

    refused = [await doors.post(doors.keyers[0], "keyings", {"readings": [reading]}) for reading in MALFORMED]

    assert [reply.status_code for reply in refused] == [422] * len(MALFORMED)


async def test_a_paper_is_scanned_out_of_an_opened_box_until_it_is_keyed(hall: Hall) -> None:
    """BAL-7. A blurred picture is taken again; what was keyed keeps its picture."""
    doors = Doors(hall, await hall.opened())
    await doors.print()
    await doors.box()
    await doors.brought_back(1)
    early = await doors.try_scan(1)
    await doors.close()
    shut = await doors.try_scan(1)
    assert (await doors.open_box()).status_code == 201
    unreturned, unknown = await doors.try_scan(2), await doors.try_scan(99)
    takes = [(await doors.try_scan(1)).json()["take"] for _ in range(2)]
    strangers = await doors.post(doors.keyers[1], "papers/1/scans", {"file": "f1.e30.e30"})
    await doors.key(doors.keyers[0], {"number": 1, "marks": [1]})
    keyed = await doors.try_scan(1)

    assert [reply.json()["why"] for reply in (early, shut, unreturned, keyed)] == [
        "NOT_CLOSED", "BOX_SHUT", "NOT_RETURNED", "KEYED",
    ]  # fmt: skip
    assert (takes, unknown.status_code, strangers.status_code) == ([1, 2], 404, 422)


async def test_readings_lie_sealed_until_they_settle_and_after(hall: Hall, admin_url: str) -> None:
    """BAL-9. No column tells a choice, no audit row, no reply."""
    doors = await _returned(hall, 1)
    told = await doors.key(doors.keyers[0], {"number": 1, "marks": [1, 4]})
    await doors.key(doors.keyers[1], {"number": 1, "marks": [1, 4]})

    with psycopg.connect(admin_url) as connection:
        rows = [
            connection.execute(f"SELECT t::text FROM election.{table} t").fetchall()
            for table in ("keying", "settlement", "transcription", "audit", "leaf")
        ]
    text = str(rows) + str(told)
    assert "marks" not in text
    assert b'{"election"'.hex() not in str(rows[:3])


async def test_a_decisions_papers_are_keyed_item_by_item(hall: Hall) -> None:
    """BAL-1. Double-marked or blank is INVALID for that item; such a paper took part."""
    election = await hall.decision_opened("ORDINARY")
    doors = Doors(hall, election)
    items = (await hall.get(hall.clerk, doors.path)).json()["items"]
    await doors.print()
    await doors.box()
    numbers = list(range(1, 21))
    await doors.brought_back(*numbers)
    await doors.scanned(*numbers)
    choices = {number: "AGREE" if number < 11 else "OPPOSE" if number < 16 else "INVALID" for number in numbers}
    for who in doors.keyers[:2]:
        told = await doors.key(who, *(
            {"number": number, "items": [{"item": one["number"], "choice": choice} for one in items]}
            for number, choice in choices.items()
        ))  # fmt: skip
        assert all(one["taken"] for one in told), told

    item = (await doors.counted())["items"][0]

    heads = {name: item[name]["heads"] for name in ("agree", "oppose", "abstain", "invalid")}
    assert heads == {"agree": 10, "oppose": 5, "abstain": 0, "invalid": 5}


PAPERS = 200


async def test_planted_typing_errors_are_all_found(hall: Hall, books: Books, admin_url: str) -> None:
    """BAL-7. 200 papers; each keyer errs on two (1 %), once both on the same paper. Every one goes to the third and
    the count is the truth. Two who mistype one paper alike would not be seen: none is planted so."""
    books.homes[:] = [home(place) for place in range(PAPERS)]
    doors, chance = Doors(hall, await hall.opened()), random.Random(5)
    await doors.print()
    await doors.box()
    tablet = await doors.tablet()
    for start in range(1, PAPERS + 1, 100):
        facts = [tablet.fact(doors, number, "RETURNED", box=1) for number in range(start, start + 100)]
        assert all(one["accepted"] for one in (await doors.packet(tablet, facts))["facts"])
    await doors.scanned(*range(1, PAPERS + 1))
    truth = {number: sorted(chance.sample([1, 2, 3, 4], chance.randint(0, 3))) for number in range(1, PAPERS + 1)}
    wrong = chance.sample([number for number, marks in truth.items() if len(marks) <= 2], 3)
    slips = [{wrong[0]: 0, wrong[1]: 0}, {wrong[1]: 1, wrong[2]: 0}]

    for who, slip in zip(doors.keyers[:2], slips, strict=True):
        typed = {number: _slipped(marks, slip.get(number)) for number, marks in truth.items()}
        told = await doors.key(who, *({"number": number, "marks": marks} for number, marks in typed.items()))
        assert all(one["taken"] for one in told)
    disputed = await _queue(doors, doors.keyers[2])
    settled = await doors.key(doors.keyers[2], *({"number": n, "marks": truth[n], "confirmed": True} for n in disputed))

    result = (await doors.counted())["household"]
    assert disputed == sorted(wrong)
    assert all(one["settled"] for one in settled)
    valid = [marks for marks in truth.values() if 1 <= len(marks) <= 2]
    votes = Counter(mark for marks in valid for mark in marks)
    assert (result["cast"], result["valid"]) == (PAPERS, len(valid))
    assert {one["number"]: one["marks"] for one in result["ranking"]} == {
        number: votes[number] for number in range(1, 5)
    }
    with psycopg.connect(admin_url) as connection:
        rows = connection.execute("SELECT agreed, count(*) FROM election.settlement GROUP BY 1 ORDER BY 1").fetchall()
    assert rows == [(False, len(wrong)), (True, PAPERS - len(wrong))]


def _slipped(marks: list[int], slip: int | None) -> list[int]:
    """A mark missed or added; `slip` makes two keyers' errors on one paper differ."""
    if slip is None:
        return marks
    other = [mark for mark in (1, 2, 3, 4) if mark not in marks][slip % (4 - len(marks))]
    return sorted({*marks, other})


async def test_no_count_is_short_of_a_paper_that_nobody_read(hall: Hall) -> None:
    """BAL-7. The step asks first (`test_of_two_that_differ_a_third_settles`); the count itself asks again."""
    doors = await _returned(hall, 1, 2)
    anna, bo, _ = doors.keyers
    await doors.key(anna, {"number": 1, "marks": [1]})
    await doors.key(bo, {"number": 1, "marks": [1]})

    async with hall.house.database.read() as db:
        election = await db.get_one(Election, UUID(doors.election["id"]))
        with pytest.raises(PaperUnread):
            await opened_ballots(db, hall.house.keys, election)
