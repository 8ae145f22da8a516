"""A home's next household, a letting owner and a former household before answers of one home (PRI-3)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest

from tests.factories.tokens import Somebody
from tests.survey.api.conftest import Office
from tests.survey.api.neighbour import CODE, HOMES

PATH = "/v1/submissions"
ANSWERED = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # as `ANSWERED_AT` says in Shanghai


def lives_here(relation: str = "OWNER", since: int = 0, subject: UUID | None = None, **changed: Any) -> Somebody:
    """Somebody bound to the first home so many seconds after the answers of `Office.submission` were given."""
    who = {"subject": subject} if subject else {}
    tie = f"{relation}@{int(ANSWERED.timestamp()) + since}"
    return Somebody([f"RESIDENT@{CODE}"], homes=[HOMES[0]], **{"tie": tie, **who, **changed})


async def seen(office: Office, who: Somebody, found: dict[str, Any], records: Sequence[dict[str, Any]]) -> list[bool]:
    """Which of the records he sees: one by one, in the list, and side by side, all the same."""
    single = [(await office.get(who, f"{PATH}/{record['id']}")).status_code == 200 for record in records]
    listed = (await office.get(who, PATH, round_id=found["id"])).json()["items"]
    side = (await office.get(who, f"/v1/rounds/{found['id']}/homes/{HOMES[0]}")).json()["records"]
    ids = [{one["id"] for one in items} for items in (listed, side)]
    assert [[record["id"] in some for record in records] for some in ids] == [single, single]
    return single


async def test_the_next_household_sees_and_takes_back_nothing_of_the_former_ones(office: Office) -> None:
    """PRI-3, VIS-2. Neither what a visitor took down nor what a former resident wrote himself."""
    found = await office.round()
    heard = await office.done(office.visitor, PATH, office.submission(found))
    written = await office.done(lives_here(), PATH, office.submission(found))
    next_one, who_stayed = lives_here(since=1), lives_here(since=0)

    sights = [await seen(office, who, found, (heard, written)) for who in (next_one, who_stayed)]
    taken_back = [await office.post(next_one, f"{PATH}/{one['id']}/withdrawals", {}) for one in (heard, written)]
    edited = await office.put(next_one, f"{PATH}/{written['id']}", office.edit(), 1)

    assert sights == [[False, False], [True, True]]
    assert [reply.status_code for reply in (*taken_back, edited)] == [404, 404, 404]


async def test_who_wrote_his_answers_himself_sees_and_takes_them_back_when_he_has_left(office: Office) -> None:
    """PRI-3, VIS-2. Without any role in the compound; to correct them he would have to live there."""
    found = await office.round()
    resident = lives_here()
    record = await office.done(resident, PATH, office.submission(found, answers={"occupation": "SELF"}))
    path, gone = f"{PATH}/{record['id']}", Somebody([], subject=resident.subject)

    read = (await office.get(gone, path)).json()
    edited = await office.put(gone, path, office.edit(), 1)
    taken_back = await office.post(gone, f"{path}/withdrawals", {})

    assert (read["answers"]["occupation"], read["allowed"]) == ("SELF", ["WITHDRAW"])
    assert edited.status_code == 404
    assert (taken_back.status_code, taken_back.json()["state"]) == (201, "WITHDRAWN")


async def test_an_owner_does_not_read_what_his_tenant_wrote_nor_the_tenant_what_he_did(office: Office) -> None:
    """PRI-3."""
    found = await office.round()
    owner, tenant = lives_here("OWNER", -9), lives_here("TENANT", -5)
    records = [await office.done(who, PATH, office.submission(found)) for who in (owner, tenant)]

    everybody = (owner, lives_here("FAMILY", -1), tenant, lives_here("TENANT", -1))
    sights = [await seen(office, who, found, records) for who in everybody]

    assert sights == [[True, False], [True, False], [False, True], [False, True]]


@pytest.mark.parametrize("first", ["visit", "record"])
async def test_what_a_tenant_said_at_the_door_is_not_his_landlords(office: Office, first: str) -> None:
    """PRI-3. The visit says who opened the door, whether it is handed in before the answers or after them."""
    found = await office.round()
    owner, tenant = lives_here("OWNER", -9), lives_here("TENANT", -5)
    body = office.visit(found, relation="TENANT")
    if first == "visit":
        await office.done(office.visitor, "/v1/visits", body)
    record = await office.done(office.visitor, PATH, office.submission(found))
    if first == "record":
        await office.done(office.visitor, "/v1/visits", body)

    sights = [await seen(office, who, found, [record]) for who in (owner, tenant)]
    corrected = {name: body[name] for name in ("second_visitor", "outcome", "notice_version", "visited_at")}
    await office.put(office.visitor, f"/v1/visits/{body['id']}", {**corrected, "relation": "FAMILY"}, 1)
    after = [await seen(office, who, found, [record]) for who in (owner, tenant)]

    assert (sights, after) == ([[False], [True]], [[True], [False]])


@pytest.mark.parametrize("first", ["visits", "submissions"])
async def test_of_two_visits_each_says_who_told_what_was_answered_then(office: Office, first: str) -> None:
    """PRI-3. A tenant in the morning, his landlord at noon, and one device that hands in all of it at once."""
    found = await office.round()
    owner, tenant = lives_here("OWNER", -9 * 3600), lives_here("TENANT", -8 * 3600)
    told = (("TENANT", "2026-11-23T08:00:00+08:00"), ("OWNER", "2026-11-23T10:00:00+08:00"))
    everything = {
        "visits": [office.visit(found, relation=relation, visited_at=at) for relation, at in told],
        "submissions": [office.submission(found, answered_at=at) for _, at in told],
    }
    path = f"/v1/rounds/{found['id']}/syncs"

    await office.done(office.visitor, path, {first: everything[first]})
    said = await office.done(office.visitor, path, everything)
    sights = [await seen(office, who, found, everything["submissions"]) for who in (tenant, owner)]

    assert {one["problem"] for one in said["items"]} == {None}
    assert sights == [[True, False], [False, True]]


async def test_a_token_that_does_not_say_since_when_opens_only_ones_own_words(office: Office) -> None:
    """PRI-3. Issued by the version before: it fails closed, and lasts ten minutes."""
    found = await office.round()
    before = lives_here(tie=None)
    heard = await office.done(office.visitor, PATH, office.submission(found))
    written = await office.done(before, PATH, office.submission(found))

    assert await seen(office, before, found, (heard, written)) == [False, True]


async def test_a_record_from_before_is_read_by_who_lived_there_then(office: Office, admin_url: str) -> None:
    """PRI-3. Nobody wrote down whether a neighbour or a visitor took it down: the time alone decides."""
    found = await office.round()
    resident = lives_here()
    record = await office.done(resident, PATH, office.submission(found))
    with psycopg.connect(admin_url) as connection:
        connection.execute("UPDATE survey.submission SET of_home = false, told_as = NULL")

    left, later = Somebody([f"RESIDENT@{CODE}"], subject=resident.subject), lives_here(since=1)
    sights = [await seen(office, who, found, [record]) for who in (resident, left, later)]
    edited = await office.put(resident, f"{PATH}/{record['id']}", office.edit(), 1)

    assert (sights, edited.status_code) == ([[True], [False], [False]], 200)


async def test_a_device_whose_clock_runs_ahead_tells_nothing_to_those_who_come_later(office: Office) -> None:
    """PRI-3. Answers are not given later than they come in."""
    found = await office.round()
    ahead = "2026-11-30T10:00:00+08:00"
    record = await office.done(office.visitor, PATH, office.submission(found, answered_at=ahead))
    later = lives_here(since=2 * 24 * 3600)

    assert await seen(office, later, found, [record]) == [False]
