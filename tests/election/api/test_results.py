"""From closing to FINAL: provisional result, objections that hold it up, recount, notice and minutes as PDF."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from services.election.results import opened
from services.election.rules.parameters import Rules
from services.election.rules.states import post_by
from services.election.tables import Election
from shared.sealing import Tampered
from tests.election.api.conftest import CLOSES, Hall


async def _closed(hall: Hall, ballots: int = 12) -> dict[str, Any]:
    election = await hall.opened()
    for place in range(ballots):
        await hall.cast(hall.residents[place], election, place, [1])
    hall.now_is(CLOSES)
    await hall.step(election, "closings")
    return election


async def _objected(hall: Hall, election: dict[str, Any], about: str, **more: Any) -> dict[str, Any]:
    body = {"about": about, "words": "我认为这里有误。", **more}
    reply = await hall.post(hall.residents[3], f"/v1/elections/{election['id']}/objections", body)
    assert reply.status_code == 201, reply.text
    return dict(reply.json())


async def _decided(hall: Hall, objection: dict[str, Any], effect: str) -> Any:
    body = {"effect": effect, "answer": "经核实,答复如下。"}
    return await hall.post(hall.officer, f"/v1/objections/{objection['id']}/decisions", body)


def _later(days: int) -> datetime:
    return CLOSES + timedelta(days=days)


async def test_a_result_is_provisional_until_its_objections_are_over(hall: Hall) -> None:
    """PUB-3, PUB-6, VOTE-10."""
    election = await _closed(hall)
    counted = await hall.step(election, "counts")
    posted = await hall.step(election, "result-postings")
    hall.now_is(_later(6))
    early = await hall.post(hall.clerk, f"/v1/elections/{election['id']}/finals")
    hall.now_is(_later(10))

    final = await hall.step(election, "finals")

    result = (await hall.get(hall.residents[1], f"/v1/elections/{election['id']}/result")).json()
    assert (counted["provisional"], posted["state"], final["state"]) == (True, "POSTED", "FINAL")
    assert datetime.fromisoformat(counted["post_by"]) == post_by(CLOSES, Rules())
    assert (early.status_code, early.json()["why"]) == (409, "TOO_EARLY")
    assert (result["provisional"], result["number"], result["digest"]) == (False, 1, counted["digest"])


async def test_an_objection_in_time_holds_the_result_up_until_it_is_decided(hall: Hall) -> None:
    """PUB-6. Only the street office decides, and never on its own objection."""
    election = await _closed(hall)
    await hall.step(election, "counts")
    await hall.step(election, "result-postings")
    objection = await _objected(hall, election, "COUNT")
    hall.now_is(_later(10))
    path = f"/v1/elections/{election['id']}/finals"

    held = await hall.post(hall.clerk, path)
    by_the_desk = await hall.post(
        hall.clerk, f"/v1/objections/{objection['id']}/decisions", {"effect": "NONE", "answer": "不成立。"}
    )
    refused = await _decided(hall, objection, "NONE")
    again = await _decided(hall, objection, "RECOUNT")

    assert (held.status_code, held.json()["why"]) == (409, "OBJECTIONS_OPEN")
    assert (by_the_desk.status_code, refused.status_code, again.status_code) == (403, 201, 409)
    assert (await hall.step(election, "finals"))["state"] == "FINAL"


async def test_a_late_objection_is_recorded_and_holds_nothing_up(hall: Hall) -> None:
    """PUB-6."""
    election = await _closed(hall)
    await hall.step(election, "counts")
    await hall.step(election, "result-postings")
    hall.now_is(_later(10))

    late = await _objected(hall, election, "PROCEDURE")

    assert late["late"] is True
    assert (await hall.step(election, "finals"))["state"] == "FINAL"


async def test_an_upheld_objection_brings_a_recount_and_a_new_posting(hall: Hall) -> None:
    """PUB-6. The first count stays beside the second; posting begins anew."""
    election = await _closed(hall)
    first = await hall.step(election, "counts")
    nothing = await hall.post(hall.clerk, f"/v1/elections/{election['id']}/recounts", {"reason": "再数一遍"})
    await hall.step(election, "result-postings")
    objection = await _objected(hall, election, "COUNT")
    await _decided(hall, objection, "RECOUNT")

    second = await hall.step(election, "recounts", {"reason": "异议成立,重新计票"})

    seen = (await hall.get(hall.clerk, f"/v1/elections/{election['id']}")).json()
    results = (await hall.get(hall.residents[1], f"/v1/elections/{election['id']}/results")).json()["items"]
    assert (nothing.status_code, nothing.json()["why"]) == (409, "NOTHING_TO_RECOUNT")
    assert (second["number"], second["digest"], seen["state"]) == (2, first["digest"], "COUNTED")
    assert [one["number"] for one in results] == [1, 2]
    assert results[1]["reason"] == "异议成立,重新计票"


async def test_an_objector_is_named_to_the_desk_alone_and_may_take_it_back(hall: Hall) -> None:
    """PUB-2, PUB-4."""
    election = await _closed(hall)
    await hall.step(election, "counts")
    objection = await _objected(hall, election, "COUNT")
    path = f"/v1/elections/{election['id']}/objections"

    seen = [len((await hall.get(who, path)).json()["items"]) for who in (hall.clerk, hall.residents[3], hall.family)]
    by_another = await hall.post(hall.family, f"/v1/objections/{objection['id']}/withdrawals")
    taken_back = await hall.post(hall.residents[3], f"/v1/objections/{objection['id']}/withdrawals")
    after = await _decided(hall, objection, "NONE")

    assert seen == [1, 1, 0]
    assert (by_another.status_code, taken_back.status_code, after.status_code) == (404, 201, 409)


async def test_what_cannot_be_objected_to_now_is_refused(hall: Hall) -> None:
    """PUB-6. No count before there is one; no home that is not on the roll; no effect that it cannot have."""
    election = await hall.opened()
    path = f"/v1/elections/{election['id']}/objections"
    stranger = "0197a3f2-0000-7000-8000-00000000ffff"

    count = await hall.post(hall.residents[3], path, {"about": "COUNT", "words": "票数不对"})
    home = await hall.post(hall.residents[3], path, {"about": "ROLL", "words": "面积不对", "home_id": stranger})
    objection = await _objected(hall, election, "PROCEDURE")
    effect = await _decided(hall, objection, "CORRECT")

    assert [count.status_code, home.status_code, effect.status_code] == [409, 404, 422]


async def test_three_persons_count_and_minutes_and_notice_are_pdfs(hall: Hall) -> None:
    """BAL-7, PUB-3. Minutes are the desk's, the notice is everybody's."""
    election = await _closed(hall)
    same = dict.fromkeys(("caller_id", "counter_id", "scrutineer_id"), str(hall.clerk.subject)) | {"place": "会议室"}
    refused = await hall.post(hall.clerk, f"/v1/elections/{election['id']}/counts", same)
    three = {
        "caller_id": str(hall.clerk.subject),
        "counter_id": str(hall.officer.subject),
        "scrutineer_id": str(hall.residents[5].subject),
        "place": "社区会议室",
    }
    await hall.step(election, "counts", three)
    path = f"/v1/elections/{election['id']}"

    notice = await hall.get(hall.residents[1], f"{path}/result-notice")
    minutes = await hall.get(hall.clerk, f"{path}/counting-minutes", number=1)
    by_a_resident = await hall.get(hall.residents[1], f"{path}/counting-minutes")

    assert (refused.status_code, by_a_resident.status_code) == (422, 403)
    assert [one.headers["content-type"] for one in (notice, minutes)] == ["application/pdf"] * 2
    assert [one.content[:5] for one in (notice, minutes)] == [b"%PDF-"] * 2


async def test_the_archive_says_what_is_kept_and_until_when(hall: Hall, database_urls: dict[str, str]) -> None:
    """BAL-8. From FINAL on five years; and nobody deletes in between."""
    election = await _closed(hall)
    counted = await hall.step(election, "counts")
    await hall.step(election, "result-postings")
    hall.now_is(_later(10))
    await hall.step(election, "finals")

    archive = (await hall.get(hall.residents[1], f"/v1/elections/{election['id']}/archive")).json()

    assert archive["kept_until"] == "2031-12-14"
    assert archive["results"] == [counted["digest"]]
    assert archive["roll_root"] is not None
    with psycopg.connect(database_urls["election"], autocommit=True) as connection:
        for table in ("ballot", "leaf", "result", "transcription", "paper_fact", "roll_correction"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"DELETE FROM {table}")


async def test_a_count_that_ends_at_a_changed_ballot_leaves_nothing_under_way(
    hall: Hall, admin_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PRI-2. The next piece was asked for already: it is awaited, and its session goes on."""
    election = await _closed(hall, ballots=3)
    monkeypatch.setattr(opened, "PIECE", 1)
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("UPDATE election.ballot SET choice_sealed = choice_sealed || 'x' WHERE log_index = 3")

    async with hall.house.database.read() as db:
        row = await db.get_one(Election, UUID(election["id"]))
        with pytest.raises(Tampered):
            await opened.opened_ballots(db, hall.house.keys, row)
        at_work = [task for task in asyncio.all_tasks() if "_piece" in repr(task.get_coro())]
        again = await db.get_one(Election, row.id, populate_existing=True)

    assert (at_work, again.state) == ([], "CLOSED")
