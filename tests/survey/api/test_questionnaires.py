"""Questionnaires are published whole and right, and never change afterwards."""

import asyncio
import hashlib

import psycopg
import pytest

from services.survey.sample.make import FILE
from tests.survey.api.conftest import Office, records
from tests.survey.api.neighbour import COMPOUND, ELSEWHERE


async def test_the_storys_workbook_is_published_with_notice_and_consents(office: Office) -> None:
    """VIS-2, PRI-1."""
    survey = await office.survey()

    reply = await office.upload(survey, FILE.read_bytes())

    assert reply.status_code == 201, reply.text
    said = reply.json()
    assert (said["number"], said["notice_version"], said["consents"]) == (1, "2026-1", ["PARTY", "SERVE", "CONTACT"])
    assert [item["name"] for item in said["items"] if item["consent"]] == [
        "party_member", "willing_to_serve", "contact_phone",
    ]  # fmt: skip


async def test_the_workbook_and_its_json_are_one_version(office: Office) -> None:
    """VIS-5. Publishing the same again adds nothing."""
    survey = await office.survey()
    path = f"/v1/surveys/{survey['id']}/versions"

    first = (await office.upload(survey, FILE.read_bytes())).json()
    second = await office.done(office.clerk, path, records())

    assert second["digest"] == first["digest"]
    assert len((await office.get(office.clerk, path)).json()["items"]) == 1


async def test_the_xform_is_served_byte_by_byte_as_its_hash_says(office: Office) -> None:
    survey = await office.published()
    path = f"/v1/surveys/{survey['id']}/versions/1"

    version = (await office.get(office.visitor, path)).json()
    xform = await office.get(office.visitor, f"{path}/xform")

    assert version["xform_hash"] == "md5:" + hashlib.md5(xform.content, usedforsecurity=False).hexdigest()
    assert b'<data id="household_survey" version="1">' in xform.content


async def test_a_new_version_says_how_it_maps_and_the_old_one_stays(office: Office) -> None:
    """VIS-5."""
    survey = await office.published()
    path = f"/v1/surveys/{survey['id']}/versions"
    before = (await office.get(office.clerk, f"{path}/1")).json()
    changed = records()
    changed["survey"] = [
        {**row, "name": "work", "replaces": "occupation"} if row.get("name") == "occupation" else row
        for row in changed["survey"]
        if row.get("name") != "come_again_on"
    ]

    second = await office.done(office.clerk, path, changed)

    told = {(one["change"], one["before"], one["now"]) for one in second["mapping"]}
    assert {("RENAMED", "occupation", "work"), ("DROPPED", "come_again_on", None)} <= told
    assert (await office.get(office.clerk, f"{path}/1")).json() == before


async def test_a_question_that_changed_its_type_needs_a_new_name(office: Office) -> None:
    """VIS-5."""
    survey = await office.published()
    changed = records()
    changed["survey"] = [
        {**row, "type": "text"} if row.get("name") == "occupation" else row for row in changed["survey"]
    ]

    reply = await office.post(office.clerk, f"/v1/surveys/{survey['id']}/versions", changed)

    assert reply.status_code == 422
    assert [(one["code"], one["row"]) for one in reply.json()["errors"]] == [("KIND_CHANGED", 12)]


async def test_the_database_lets_nobody_change_a_published_version(
    office: Office, database_urls: dict[str, str]
) -> None:
    """VIS-5. The room itself has no right to."""
    await office.published()

    with psycopg.connect(database_urls["survey"]) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("UPDATE survey_version SET notice_version = 'x'")


async def test_faults_come_with_their_place_in_the_asked_language(office: Office) -> None:
    survey = await office.survey()
    broken = records()
    broken["survey"][1]["constraint"] = "foo(1"
    path = f"/v1/surveys/{survey['id']}/versions"

    zh = (await office.post(office.clerk, path, broken)).json()["errors"]
    en = (await office.post(office.clerk, path, broken, **{"Accept-Language": "en"})).json()["errors"]

    place = {"sheet": "survey", "row": 3, "column": "constraint", "character": 6, "code": "EXPRESSION_ENDS"}
    place["pointer"] = "/survey/1/constraint"
    assert zh == [{**place, "detail": "表达式没有写完,缺少 )"}]
    assert en == [{**place, "detail": "the expression ends where ) is missing"}]


async def test_two_who_publish_at_once_get_one_version_each_or_a_clean_refusal(office: Office) -> None:
    survey = await office.published()
    path = f"/v1/surveys/{survey['id']}/versions"
    one, other = records(), records()
    one["survey"] = one["survey"][:-1]
    other["survey"] = [row for row in other["survey"] if row.get("name") != "occupation"]

    replies = await asyncio.gather(office.post(office.clerk, path, one), office.post(office.clerk, path, other))

    numbers = [item["number"] for item in (await office.get(office.clerk, path)).json()["items"]]
    assert sorted(reply.status_code for reply in replies) in ([201, 409], [201, 201])
    assert numbers == list(range(1, len(numbers) + 1))


async def test_of_two_renames_the_second_is_refused(office: Office) -> None:
    survey = await office.survey()
    path = f"/v1/surveys/{survey['id']}"

    first = await office.put(office.clerk, path, {"title": "甲"}, 1)
    second = await office.put(office.clerk, path, {"title": "乙"}, 1)

    assert (first.status_code, second.status_code) == (200, 412)
    assert (await office.get(office.clerk, path)).json()["title"] == "甲"


async def test_questionnaires_are_the_desks_to_make_and_the_compounds_to_read(office: Office) -> None:
    survey = await office.published()
    path = f"/v1/surveys/{survey['id']}"
    new = {"compound_id": str(COMPOUND), "title": "x"}

    assert (await office.post(office.visitor, "/v1/surveys", new)).status_code == 403
    assert (await office.post(office.stranger, "/v1/surveys", new)).status_code == 404
    assert (await office.post(office.clerk, "/v1/surveys", {**new, "compound_id": str(ELSEWHERE)})).status_code == 404
    assert (await office.get(office.resident, path)).json()["allowed"] == []
    assert (await office.get(office.stranger, path)).status_code == 404
    assert (await office.upload(survey, b"x", office.stranger)).status_code == 404
    assert (await office.client.get(path)).status_code == 401
