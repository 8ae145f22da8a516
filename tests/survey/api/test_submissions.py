"""Answers come in once, are re-checked, edited without loss, and go for good when consent is taken back."""

import asyncio
from typing import Any

import psycopg
import pytest

from shared.database import new_id
from tests.factories.tokens import Somebody
from tests.survey.api.conftest import ANSWERS, Office
from tests.survey.api.neighbour import CODE, HOMES

PATH = "/v1/submissions"


async def test_answers_are_re_checked_and_computed_again(office: Office) -> None:
    found = await office.round()

    said = await office.done(office.visitor, PATH, office.submission(found))

    assert (said["state"], said["faults"], said["allowed"]) == ("COUNTS", [], ["EDIT", "WITHDRAW"])
    assert said["values"]["/household/people"] == "3"
    assert said["answers"] == ANSWERS


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"matters": []}, {"pointer": "/matters", "code": "REQUIRED"}),
        ({"matters": ["LAMP", "ROOF", "DOOR", "PIPE"]}, {"pointer": "/matters", "code": "CONSTRAINT"}),
        ({"matters": ["MOON"]}, {"pointer": "/matters", "code": "NOT_A_CHOICE"}),
        ({"matters": "LAMP"}, {"pointer": "/matters", "code": "WRONG_KIND"}),
        ({"help_other": "x"}, {"pointer": "/help_other", "code": "NOT_RELEVANT"}),
        ({"colour": "red"}, {"pointer": "/colour", "code": "UNKNOWN_FIELD"}),
        ({"come_again_on": "2026-11-22"}, {"pointer": "/come_again_on", "code": "CONSTRAINT"}),
        ({"come_again_on": "2026-02-30"}, {"pointer": "/come_again_on", "code": "WRONG_KIND"}),
    ],
)
async def test_what_fails_is_kept_flagged_and_not_counted(
    office: Office, changed: dict[str, Any], fault: dict[str, str]
) -> None:
    found = await office.round()

    said = await office.done(office.visitor, PATH, office.submission(found, answers=changed))
    listed = (await office.get(office.clerk, PATH, round_id=found["id"], state="FLAGGED")).json()["items"]

    assert said["state"] == "FLAGGED"
    assert [{name: one[name] for name in fault} for one in said["faults"]] == [fault]
    assert [one["id"] for one in listed] == [said["id"]]
    assert said["answers"] == {**ANSWERS, **changed}


async def test_syncing_answers_twice_changes_nothing(office: Office) -> None:
    """VIS-3. Fifty at once are one record."""
    found = await office.round()
    body = office.submission(found)

    replies = await asyncio.gather(*(office.post(office.visitor, PATH, body) for _ in range(50)))
    after_edit = await office.put(office.visitor, f"{PATH}/{body['id']}", office.edit(), 1)
    again = await office.post(office.visitor, PATH, body)

    assert {reply.status_code for reply in replies} == {201}
    assert len({reply.json()["received_at"] for reply in replies}) == 1
    assert len((await office.get(office.clerk, PATH, round_id=found["id"])).json()["items"]) == 1
    assert (after_edit.status_code, again.status_code, again.json()["version"]) == (200, 201, 2)


async def test_one_id_for_other_answers_is_refused(office: Office) -> None:
    """VIS-3."""
    found = await office.round()
    body = office.submission(found)
    await office.done(office.visitor, PATH, body)

    other = await office.post(office.visitor, PATH, {**body, "answers": {**ANSWERS, "occupation": "SELF"}})
    elsewhere = await office.post(office.visitor, PATH, {**body, "home_id": str(HOMES[1])})
    somebody = await office.post(office.volunteer, PATH, body)

    assert [other.status_code, elsewhere.status_code, somebody.status_code] == [409, 409, 409]


async def test_two_people_at_once_on_one_answer_lose_no_update(office: Office) -> None:
    """One edition stands, the other is refused; the root id stays."""
    found = await office.round()
    record = await office.done(office.visitor, PATH, office.submission(found))
    path = f"{PATH}/{record['id']}"
    edits = [office.edit(answers={"occupation": name}) for name in ("SELF", "STUDENT")]

    replies = await asyncio.gather(
        office.put(office.visitor, path, edits[0], 1), office.put(office.clerk, path, edits[1], 1)
    )

    assert sorted(reply.status_code for reply in replies) == [200, 412]
    winner = next(place for place, reply in enumerate(replies) if reply.status_code == 200)
    now = (await office.get(office.clerk, path)).json()
    assert (now["id"], now["version"], now["instance_id"]) == (record["id"], 2, edits[winner]["instance_id"])
    assert now["answers"]["occupation"] == ("SELF", "STUDENT")[winner]


async def test_the_same_edit_twice_is_one_edition_and_an_old_one_is_refused(office: Office) -> None:
    found = await office.round()
    record = await office.done(office.visitor, PATH, office.submission(found))
    path = f"{PATH}/{record['id']}"
    first, second = office.edit(), office.edit()

    replies = [
        await office.put(office.visitor, path, first, 1),
        await office.put(office.visitor, path, first, 1),
        await office.put(office.visitor, path, second, 2),
        await office.put(office.visitor, path, first, 3),
        await office.put(office.visitor, path, {**first, "reason": "x", "consents": ["ANSWERS", "SERVE"]}, 3),
    ]

    assert [reply.status_code for reply in replies] == [200, 200, 200, 409, 409]
    assert replies[3].json()["current"] == second["instance_id"]


async def test_without_consent_nothing_is_kept(office: Office) -> None:
    """VIS-2, PRI-1."""
    found = await office.round()

    none = await office.post(office.visitor, PATH, office.submission(found, consents=[]))
    other = await office.post(office.visitor, PATH, office.submission(found, notice_version="1"))

    assert (none.status_code, none.json()["needed"]) == (422, ["ANSWERS"])
    assert (other.status_code, other.json()["notice_version"]) == (422, "2026-1")
    assert (await office.get(office.clerk, PATH, round_id=found["id"])).json()["items"] == []


async def test_a_sensitive_answer_without_its_own_consent_is_left_out(office: Office) -> None:
    """VIS-2. The rest counts, and the answer is not even kept."""
    found = await office.round()
    body = office.submission(found, answers={"party_member": "YES", "willing_to_serve": ["PMC"]})

    said = await office.done(office.visitor, PATH, {**body, "consents": ["ANSWERS", "SERVE"]})

    assert said["state"] == "COUNTS"
    assert [(one["pointer"], one["code"]) for one in said["faults"]] == [("/party_member", "CONSENT_MISSING")]
    assert "party_member" not in said["answers"]
    assert said["values"]["/willing_to_serve"] == "PMC"


async def test_one_consent_taken_back_removes_that_answer_only(office: Office, admin_url: str) -> None:
    """VIS-2. A mark stays; no earlier edition can be opened any more."""
    found = await office.round()
    body = office.submission(found, answers={"party_member": "YES", "willing_to_serve": ["PMC"]})
    record = await office.done(office.visitor, PATH, {**body, "consents": ["ANSWERS", "SERVE", "PARTY"]})

    said = await office.done(office.resident, f"{PATH}/{record['id']}/withdrawals", {"purposes": ["PARTY"]})

    assert (said["state"], said["consents"]) == ("COUNTS", ["ANSWERS", "SERVE"])
    assert [(one["pointer"], one["code"]) for one in said["faults"]] == [("/party_member", "CONSENT_WITHDRAWN")]
    assert "party_member" not in said["answers"]
    assert said["answers"]["willing_to_serve"] == ["PMC"]
    with psycopg.connect(admin_url) as connection:
        rows = connection.execute("SELECT instance_id FROM survey.answers").fetchall()
    assert [str(row[0]) for row in rows] == [said["instance_id"]]


async def test_all_consent_taken_back_leaves_a_mark_and_nothing_else(office: Office, admin_url: str) -> None:
    """VIS-2. A late sync does not bring the answers back."""
    found = await office.round()
    body = office.submission(found)
    record = await office.done(office.visitor, PATH, body)
    path = f"{PATH}/{record['id']}"

    first = await office.done(office.resident, f"{path}/withdrawals", {})
    second = await office.done(office.clerk, f"{path}/withdrawals", {})
    again = await office.done(office.visitor, PATH, body)
    edit = await office.put(office.visitor, path, office.edit(), 2)

    assert (first["state"], first["answers"], first["values"], first["allowed"]) == ("WITHDRAWN", None, None, [])
    assert second["withdrawn_at"] == first["withdrawn_at"]
    assert (again["state"], again["answers"], edit.status_code) == ("WITHDRAWN", None, 409)
    with psycopg.connect(admin_url) as connection:
        assert connection.execute("SELECT count(*) FROM survey.answers").fetchone() == (0,)


async def test_an_edition_without_a_consent_takes_it_back(office: Office, admin_url: str) -> None:
    """VIS-2. The edition before cannot be opened any more either."""
    found = await office.round()
    body = office.submission(found, answers={"party_member": "YES"}, consents=["ANSWERS", "PARTY"])
    record = await office.done(office.visitor, PATH, body)
    path = f"{PATH}/{record['id']}"

    kept = await office.put(office.visitor, path, office.edit(consents=["ANSWERS", "PARTY"]), 1)
    dropped = await office.put(office.visitor, path, office.edit(), 2)

    with psycopg.connect(admin_url) as connection:
        rows = connection.execute("SELECT instance_id FROM survey.answers").fetchall()
    assert (kept.status_code, dropped.status_code) == (200, 200)
    assert [str(row[0]) for row in rows] == [dropped.json()["instance_id"]]


async def test_a_consent_that_was_never_given_is_taken_back_in_silence(office: Office, admin_url: str) -> None:
    """VIS-2. Nothing changes, so nobody is told that something did."""
    found = await office.round()
    record = await office.done(office.visitor, PATH, office.submission(found))

    said = await office.done(office.resident, f"{PATH}/{record['id']}/withdrawals", {"purposes": ["PARTY"]})

    with psycopg.connect(admin_url) as connection:
        told = connection.execute("SELECT 1 FROM survey.outbox WHERE type LIKE '%withdrawn%'").fetchall()
    assert (said["version"], told) == (1, [])


async def test_who_visits_here_no_longer_sees_nothing_of_what_he_took_down(office: Office) -> None:
    """PRI-2. An ended role ends the sight of other people's answers, whoever wrote them down."""
    found = await office.round()
    record = await office.done(office.visitor, PATH, office.submission(found))
    visit = await office.done(office.visitor, "/v1/visits", office.visit(found))
    ended = Somebody([f"RESIDENT@{CODE}"], subject=office.visitor.subject)

    gone = [await office.get(ended, f"{PATH}/{record['id']}"), await office.get(ended, f"/v1/visits/{visit['id']}")]
    lists = [await office.get(ended, path, round_id=found["id"]) for path in (PATH, "/v1/visits")]
    side = (await office.get(ended, f"/v1/rounds/{found['id']}/homes/{HOMES[0]}")).json()
    taken_back = await office.post(ended, f"{PATH}/{record['id']}/withdrawals", {})

    assert [reply.status_code for reply in (*gone, taken_back)] == [404, 404, 404]
    assert [reply.json()["items"] for reply in lists] == [[], []]
    assert (side["visits"], side["records"]) == ([], [])


async def test_the_office_reads_sensitive_answers_for_a_purpose_that_the_audit_keeps(
    office: Office, admin_url: str
) -> None:
    """PRI-2, PRI-7. Who heard it and the home itself read it as it was told; nobody else can ask."""
    found = await office.round()
    body = office.submission(found, answers={"party_member": "YES"}, consents=["ANSWERS", "PARTY"])
    record = await office.done(office.visitor, PATH, body)
    path, reading = f"{PATH}/{record['id']}", {"purpose": "核对党员名册"}

    seen = [(await office.get(who, path)).json() for who in (office.clerk, office.officer)]
    seen += (await office.get(office.clerk, f"/v1/rounds/{found['id']}/homes/{HOMES[0]}")).json()["records"]
    heard = [(await office.get(who, path)).json() for who in (office.visitor, office.resident)]
    read = await office.done(office.officer, f"{path}/readings", reading)
    refused = [await office.post(who, f"{path}/readings", reading) for who in (office.visitor, office.stranger)]
    bare = await office.post(office.clerk, f"{path}/readings", {"purpose": " "})

    assert [(one["answers"], one["withheld"]) for one in seen] == [(ANSWERS, ["/party_member"])] * 3
    assert all("/party_member" not in one["values"] for one in seen)
    assert [(one["answers"]["party_member"], one["withheld"]) for one in (*heard, read)] == [("YES", [])] * 3
    assert [reply.status_code for reply in (*refused, bare)] == [403, 404, 422]
    with psycopg.connect(admin_url) as connection:
        rows = connection.execute(
            "SELECT actor, operation, subject_id, purpose FROM survey.audit WHERE purpose IS NOT NULL"
        ).fetchall()
    assert rows == [(f"person:{office.officer.subject}", "read_answers", record["id"], reading["purpose"])]


async def test_no_kept_reply_brings_withdrawn_answers_back(office: Office, admin_url: str) -> None:
    """VIS-2, PRI-2. What a device repeats under its key is answered as the record stands now."""
    found = await office.round()
    body, key = office.submission(found, answers={"occupation": "SELF"}), {"Idempotency-Key": "handed-in"}
    record = await office.done(office.visitor, PATH, body, **key)
    await office.done(office.resident, f"{PATH}/{record['id']}/withdrawals", {}, **{"Idempotency-Key": "taken-back"})

    again = await office.done(office.visitor, PATH, body, **key)

    assert (again["state"], again["answers"], again["values"]) == ("WITHDRAWN", None, None)
    with psycopg.connect(admin_url) as connection:
        assert connection.execute("SELECT count(*) FROM survey.idempotency").fetchone() == (0,)


async def test_answers_are_not_readable_in_the_database(office: Office, admin_url: str) -> None:
    """PRI-2."""
    found = await office.round()
    body = office.submission(found, answers={"help_wanted": ["OTHER"], "help_other": "搬煤气罐"})

    await office.done(office.visitor, PATH, body)

    with psycopg.connect(admin_url) as connection:
        dump = connection.execute(
            "SELECT (SELECT string_agg(e::text, '') FROM survey.submission_edition e)"
            " || (SELECT string_agg(encode(sealed, 'escape'), '')"
            " FROM survey.answers) || (SELECT string_agg(o::text, '') FROM survey.outbox o)"
            " || (SELECT string_agg(a::text, '') FROM survey.audit a)"
        ).fetchone()
    assert dump is not None
    assert "煤气" not in dump[0]
    assert "SHOPPING" not in dump[0]


async def test_a_resident_answers_for_his_own_home_only(office: Office) -> None:
    """VIS-3."""
    found = await office.round()

    own = await office.post(office.resident, PATH, office.submission(found, HOMES[0]))
    other = await office.post(office.resident, PATH, office.submission(found, HOMES[1]))

    assert (own.status_code, other.status_code) == (201, 404)


async def test_a_record_is_seen_by_who_took_it_its_home_and_the_office(office: Office) -> None:
    found = await office.round()
    record = await office.done(office.visitor, PATH, office.submission(found))
    path = f"{PATH}/{record['id']}"

    async def status(who: Somebody) -> int:
        return (await office.get(who, path)).status_code

    assert [await status(who) for who in (office.visitor, office.clerk, office.officer, office.resident)] == [200] * 4
    assert [await status(who) for who in (office.volunteer, office.neighbour, office.stranger)] == [404] * 3
    assert (await office.put(office.resident, path, office.edit(), 1)).status_code == 404
    assert (await office.post(office.volunteer, f"{path}/withdrawals", {})).status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"answers": []},
        {"answers": "x"},
        {"consents": ["answers"]},
        {"answered_at": "2026-11-23"},
        {"id": "7"},
        {"colour": "red"},
        {"notice_version": ""},
    ],
)
async def test_a_malformed_record_is_a_field_error(office: Office, change: dict[str, Any]) -> None:
    found = await office.round()

    reply = await office.post(office.visitor, PATH, {**office.submission(found), **change})

    assert reply.status_code == 422
    assert reply.json()["errors"]


@pytest.mark.parametrize(
    "answers",
    [
        {"\ud800": 1},
        {"a/b~c\u0000": {"x": [1, {"y": None}]}},
        {"household": [1, 2]},
        {"household": {"age_0_13": 1e308, "age_14_59": True, "age_60": "1"}},
        {"matters": [["LAMP"], None]},
        {"occupation": {"x": 1}},
        {"contact_channel": "DOOR DOOR"},
    ],
)
async def test_no_answer_breaks_the_room(office: Office, answers: dict[str, Any]) -> None:
    found = await office.round()

    reply = await office.post(office.visitor, PATH, office.submission(found, answers=answers))

    assert reply.status_code in {201, 400, 422}
    assert reply.status_code != 201 or reply.json()["state"] == "FLAGGED"


async def test_an_unknown_record_is_not_there(office: Office) -> None:
    for path in (f"{PATH}/{new_id()}", f"/v1/visits/{new_id()}", f"/v1/rounds/{new_id()}", f"/v1/surveys/{new_id()}"):
        assert (await office.get(office.clerk, path)).status_code == 404
