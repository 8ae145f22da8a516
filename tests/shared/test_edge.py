"""One request, one transaction: what is stored, what is undone, and what a repetition answers."""

import asyncio
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from sqlalchemy.dialects import postgresql

from shared import audit
from tests.factories.tokens import Somebody
from tests.shared.tiny import Gates, Tiny

Rows = Callable[[str], list[tuple[object, ...]]]
CLERK = Somebody(["CLERK@140109013"])


async def test_a_write_leaves_its_row_its_event_and_its_audit_row_together(tiny: Tiny, rows: Rows) -> None:
    """PRI-7."""
    reply = await tiny.http.post("/v1/things", json={"name": "灯"}, headers=CLERK.headers)

    assert reply.status_code == 201, reply.text
    assert rows("SELECT name FROM thing") == [("灯",)]
    assert rows("SELECT type, subject, compound_code FROM outbox") == [
        ("linli.tiny.added.v1", str(reply.json()["id"]), "140109013001001")
    ]
    assert rows("SELECT actor, operation, subject_kind, outcome, origin FROM audit") == [
        (f"person:{CLERK.subject}", "add_thing", "thing", 201, "127.0.0.1")
    ]


@pytest.mark.parametrize(("name", "status"), [("refused", 409), ("crash", 500), ("odd", 500)])
async def test_a_write_that_is_refused_crashes_or_cannot_be_written_down_leaves_nothing(
    tiny: Tiny, rows: Rows, name: str, status: int
) -> None:
    reply = await tiny.http.post("/v1/things", json={"name": name}, headers=CLERK.headers)

    assert reply.status_code == status
    assert reply.headers["content-type"] == "application/problem+json"
    assert "planted" not in reply.text
    for table in ("thing", "outbox", "audit"):
        assert rows(f"SELECT * FROM {table}") == []


async def test_a_refusal_that_keeps_commits_what_was_counted(tiny: Tiny, rows: Rows) -> None:
    reply = await tiny.http.post("/v1/things", json={"name": "counted"}, headers=CLERK.headers)

    assert reply.status_code == 409
    assert rows("SELECT name FROM thing") == [("counted",)]
    assert rows("SELECT outcome FROM audit") == [(409,)]


async def test_a_repeated_key_answers_the_stored_reply_and_writes_that_it_did(tiny: Tiny, rows: Rows) -> None:
    keyed = {**CLERK.headers, "Idempotency-Key": "report-1"}
    first = await tiny.http.post("/v1/things", json={"name": "灯"}, headers=keyed)

    again = await tiny.http.post("/v1/things", json={"name": "灯"}, headers=keyed)

    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert rows("SELECT count(*) FROM thing") == [(1,)]
    assert rows("SELECT count(*) FROM idempotency_replay") == [(1,)]


async def test_a_key_belongs_to_one_caller_and_one_body(tiny: Tiny, rows: Rows) -> None:
    keyed = {**CLERK.headers, "Idempotency-Key": "report-1"}
    await tiny.http.post("/v1/things", json={"name": "灯"}, headers=keyed)

    other_body = await tiny.http.post("/v1/things", json={"name": "门"}, headers=keyed)
    other_caller = Somebody(["CLERK@140109013"])
    mine = {**other_caller.headers, "Idempotency-Key": "report-1"}
    other = await tiny.http.post("/v1/things", json={"name": "灯"}, headers=mine)

    assert other_body.status_code == 422
    assert other_body.json()["type"].endswith("/problems/key-reused")
    assert other.status_code == 201
    assert rows("SELECT count(*) FROM thing") == [(2,)]


async def test_a_key_whose_first_request_still_runs_is_told_so(tiny: Tiny, rows: Rows) -> None:
    gates = tiny.app.state.gates = Gates()
    keyed = {**CLERK.headers, "Idempotency-Key": "report-1"}
    first = asyncio.create_task(tiny.http.post("/v1/things", json={"name": "slow"}, headers=keyed))
    await gates.reached.wait()

    second = await tiny.http.post("/v1/things", json={"name": "slow"}, headers=keyed)
    gates.go.set()

    assert second.status_code == 409
    assert second.json()["type"].endswith("/problems/still-running")
    assert second.headers["retry-after"] == "1"
    assert (await first).status_code == 201
    assert rows("SELECT count(*) FROM thing") == [(1,)]


async def test_a_refused_request_does_not_use_up_its_key(tiny: Tiny) -> None:
    keyed = {**CLERK.headers, "Idempotency-Key": "report-1"}
    refused = await tiny.http.post("/v1/things", json={"name": "refused"}, headers=keyed)

    again = await tiny.http.post("/v1/things", json={"name": "灯"}, headers=keyed)

    assert (refused.status_code, again.status_code) == (409, 201)


async def test_a_repetition_is_on_record_too(tiny: Tiny, rows: Rows) -> None:
    """PRI-7."""
    keyed = {**CLERK.headers, "Idempotency-Key": "report-1"}
    for _ in range(2):
        await tiny.http.post("/v1/things", json={"name": "灯"}, headers=keyed)

    assert rows("SELECT details->'replayed' FROM audit ORDER BY id") == [(None,), (True,)]


async def test_a_reply_that_must_be_kept_nowhere_is_made_anew(tiny: Tiny, rows: Rows) -> None:
    keyed = {**CLERK.headers, "Idempotency-Key": "secret-1"}

    secrets = [(await tiny.http.post("/v1/things/secrets", headers=keyed)).json()["secret"] for _ in range(2)]

    assert secrets[0] != secrets[1]
    assert rows("SELECT count(*) FROM idempotency") == [(0,)]


async def test_of_two_that_write_the_same_one_is_told_that_it_was_second(tiny: Tiny, rows: Rows) -> None:
    thing = {"name": "unique"}

    replies = await asyncio.gather(*(tiny.http.post("/v1/things", json=thing, headers=CLERK.headers) for _ in range(4)))

    assert sorted(reply.status_code for reply in replies) == [201, 409, 409, 409]
    assert {reply.json()["type"].rsplit("/")[-1] for reply in replies if reply.status_code == 409} == {"collided"}


async def test_a_neighbour_in_this_process_does_not_lift_the_guard(tiny: Tiny) -> None:
    headers = {"Authorization": f"Internal {tiny.house.house_key.sign('ticket')}"}

    assert (await tiny.http.post("/internal/twice", headers=headers)).status_code == 500


async def test_stored_replies_are_sealed(tiny: Tiny, rows: Rows) -> None:
    """PRI-2."""
    keyed = {**CLERK.headers, "Idempotency-Key": "report-1"}
    await tiny.http.post("/v1/things", json={"name": "plainly-seen"}, headers=keyed)

    (sealed,) = rows("SELECT reply_sealed FROM idempotency")[0]

    assert isinstance(sealed, bytes)
    assert b"plainly-seen" not in sealed


async def test_a_write_goes_on_when_its_caller_goes_away(tiny: Tiny, rows: Rows) -> None:
    gates = tiny.app.state.gates = Gates()
    request = asyncio.create_task(tiny.http.post("/v1/things", json={"name": "slow"}, headers=CLERK.headers))
    await gates.reached.wait()

    request.cancel()
    gates.go.set()
    await asyncio.gather(*tiny.house.writing)

    assert rows("SELECT name FROM thing") == [("slow",)]


async def test_the_deadline_says_unknown_and_the_same_key_tells_the_outcome_later(tiny: Tiny, rows: Rows) -> None:
    gates = tiny.app.state.gates = Gates()
    tiny.house.settings = tiny.house.settings.model_copy(update={"write_seconds": 0.05})
    keyed = {**CLERK.headers, "Idempotency-Key": "report-1"}

    first = await tiny.http.post("/v1/things", json={"name": "slow"}, headers=keyed)
    gates.go.set()
    await asyncio.gather(*tiny.house.writing)
    tiny.house.settings = tiny.house.settings.model_copy(update={"write_seconds": 20})
    later = await tiny.http.post("/v1/things", json={"name": "slow"}, headers=keyed)

    assert first.status_code == 503
    assert first.json()["type"].endswith("/problems/outcome-unknown")
    assert later.status_code == 201
    assert later.headers["idempotency-replayed"] == "true"
    assert rows("SELECT count(*) FROM thing") == [(1,)]


async def test_a_neighbour_is_never_asked_with_a_transaction_open(tiny: Tiny) -> None:
    headers = {"Authorization": f"Internal {tiny.house.house_key.sign('ticket')}"}

    reply = await tiny.http.post("/internal/things", headers=headers)

    assert reply.status_code == 500


async def test_an_edit_needs_the_version_that_was_read(tiny: Tiny) -> None:
    missing = await tiny.http.put("/v1/things/1", headers=CLERK.headers)
    stale = await tiny.http.put("/v1/things/1", headers={**CLERK.headers, "If-Match": '"2"'})
    odd = await tiny.http.put("/v1/things/1", headers={**CLERK.headers, "If-Match": "three"})
    right = await tiny.http.put("/v1/things/1", headers={**CLERK.headers, "If-Match": 'W/"3"'})

    assert [reply.status_code for reply in (missing, stale, odd, right)] == [428, 412, 400, 200]
    assert right.headers["etag"] == '"4"'


async def test_the_chain_of_audit_rows_tells_a_change_a_removal_and_a_swap(tiny: Tiny, tiny_url: str) -> None:
    """PRI-7. The runtime role may not do any of this; whoever owns the database can, and is found out."""
    for name in ("a", "b", "c", "d"):
        await tiny.http.post("/v1/things", json={"name": name}, headers=CLERK.headers)
    sealed = 0
    while sealed < 4:  # another worker's open transaction holds the sealer back for a moment
        async with tiny.house.database.write() as session, session.begin():
            sealed += await audit.seal(session, tiny.house.metadata)

    assert await _faults(tiny, "SELECT 1") == []
    assert await _faults(tiny, "UPDATE tiny.audit SET outcome = 200 WHERE id = 2") == [2]
    assert await _faults(tiny, "DELETE FROM tiny.audit WHERE id = 3") == [3]
    assert await _faults(tiny, "DELETE FROM tiny.audit_seal WHERE position = 2") == [3, None]
    swap = "UPDATE tiny.audit_seal SET audit_id = CASE audit_id WHEN 1 THEN 2 ELSE 1 END WHERE audit_id < 3"
    assert await _faults(tiny, f"ALTER TABLE tiny.audit_seal DROP CONSTRAINT uq_audit_seal_audit_id; {swap}") == [1, 2]


async def test_the_sealer_reads_what_is_new_and_not_what_is_sealed(tiny: Tiny, tiny_url: str) -> None:
    """PRI-7. As the database plans it once it knows the table; each row is of a transaction of its own."""
    row = "(at, actor, operation, origin, request_id, outcome, details) VALUES (now(), 'a', 'o', '-', 'r', 201, '{}')"
    last, rows = 2_990, "DO $$ BEGIN FOR i IN 1..3000 LOOP INSERT INTO tiny.audit %s; COMMIT; END LOOP; END $$"
    statement = audit.unsealed(tiny.house.metadata, last).compile(
        dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}
    )
    with psycopg.connect(tiny_url, autocommit=True) as connection:
        connection.execute(rows.replace("%s", row).encode())
        connection.execute("ANALYZE tiny.audit")
        found = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}".encode()).fetchone()

    assert found is not None
    plan = found[0][0]["Plan"]
    assert _rows_read(plan) < 50


def _rows_read(plan: dict[str, Any]) -> float:
    """By a step of the plan and all under it, thrown away or not."""
    thrown = sum(plan.get(f"Rows Removed by {why}", 0) for why in ("Filter", "Join Filter", "Index Recheck"))
    here = (plan["Actual Rows"] + thrown) * plan["Actual Loops"]
    return float(here + sum(_rows_read(part) for part in plan.get("Plans", ())))


async def _faults(tiny: Tiny, tampering: str) -> list[int | None]:
    """The positions that the check names after a tampering that is then undone."""
    async with tiny.house.database.write() as session:
        for statement in tampering.split("; "):
            await (await session.connection()).exec_driver_sql(statement)
        walked = await audit.verify(session, tiny.house.metadata)
        await session.rollback()
    return [fault.position for fault in walked.faults]
