"""Rule sets of a place: written, versioned, signed for, and chosen for an election."""

import asyncio
from typing import Any

import psycopg
import pytest

from services.election.rules.parameter_wording import PARAMETER_WORDS
from services.election.rules.parameters import PARAMETERS
from shared.database import new_id
from tests.election.api.conftest import CLOSES, MONDAY, OPENS, Hall
from tests.election.api.drafts import draft_of
from tests.election.api.neighbour import CODE

WINDOW = {"opens_at": OPENS.isoformat(), "closes_at": CLOSES.isoformat()}
RULES = {"scope": CODE[:9], "preset": "ORDINARY", "name": "长风西街街道业主表决规则", "parameters": {"notice_days": 3}}
SIGNATURE = {"version": 1, "parameter": "online", "text": "《某市业主大会活动规则》第三十一条", "dated": "2024-05-01"}


async def made(hall: Hall, **changed: Any) -> dict[str, Any]:
    reply = await hall.post(hall.officer, "/v1/rule-sets", {**RULES, **changed})
    assert reply.status_code == 201, reply.text
    return dict(reply.json())


async def drafted(hall: Hall, rules: dict[str, Any], **changed: Any) -> Any:
    draft = {**draft_of("ORDINARY", **WINDOW, rule_set_id=rules["id"]), **changed}
    draft.pop("rule_set")
    return await hall.post(hall.clerk, "/v1/elections", draft)


async def change(hall: Hall, rules: dict[str, Any], version: int, **parameters: Any) -> Any:
    return await hall.client.put(
        f"/v1/rule-sets/{rules['id']}",
        headers={**hall.officer.headers, "If-Match": f'"{version}"'},
        json={"name": "新版", "parameters": parameters},
    )


async def test_every_parameter_is_written_out_and_the_table_says_its_bounds(hall: Hall) -> None:
    """A later default changes nothing that was written."""
    rules = await made(hall)
    table = (await hall.get(hall.residents[0], "/v1/rule-sets/parameters")).json()["items"]

    of_preset = {one["name"]: one for one in table if "ORDINARY" in one["defaults"]}
    assert set(rules["parameters"]) == set(of_preset)
    assert (rules["parameters"]["notice_days"], of_preset["notice_days"]["defaults"]["ORDINARY"]) == (3, 15)
    assert (of_preset["notice_days"]["least"], of_preset["notice_days"]["most"]) == (0, 60)
    assert [one["name"] for one in table if one["verify"]] == ["online"]
    assert (rules["kind"], rules["verify_locally"], rules["sign_offs"]) == ("T1", ["online"], [])


async def test_a_version_never_changes_and_the_next_needs_the_one_that_was_read(hall: Hall) -> None:
    rules = await made(hall)

    second = await change(hall, rules, 1, notice_days=20)
    stale = await change(hall, rules, 1, notice_days=30)
    bare = await hall.client.put(
        f"/v1/rule-sets/{rules['id']}", headers=hall.officer.headers, json={"name": "新版", "parameters": {}}
    )

    path = f"/v1/rule-sets/{rules['id']}"
    first = (await hall.get(hall.clerk, path, version=1)).json()
    versions = (await hall.get(hall.clerk, f"{path}/versions")).json()["items"]
    listed = (await hall.get(hall.clerk, "/v1/rule-sets", code=CODE, preset="ORDINARY")).json()["items"]
    assert (second.status_code, second.headers["etag"], second.json()["version"]) == (200, '"2"', 2)
    assert (stale.status_code, bare.status_code) == (412, 428)
    assert (first["parameters"]["notice_days"], second.json()["parameters"]["notice_days"]) == (3, 20)
    assert [one["version"] for one in versions] == [2, 1]
    assert [one["version"] for one in listed] == [2]


async def test_of_many_who_change_one_version_at_once_one_does(hall: Hall) -> None:
    rules = await made(hall)

    replies = await asyncio.gather(*(change(hall, rules, 1, notice_days=place) for place in range(6)))

    assert sorted(one.status_code for one in replies) == [200] + [412] * 5


async def test_an_owners_decision_waits_for_the_officer_who_read_the_local_text(hall: Hall) -> None:
    """BAL-5 *verify*: shown on the election; by a street officer, with text and date; a new version is signed anew."""
    rules = await made(hall, parameters={"notice_days": 3, "roll_posting_days": 0})
    election = (await drafted(hall, rules)).json()
    await hall.step(election, "rolls")
    await hall.noted(election)
    path, sign = f"/v1/elections/{election['id']}", f"/v1/rule-sets/{rules['id']}/sign-offs"

    waiting = await hall.post(hall.clerk, f"{path}/announcements", None, **{"Accept-Language": "en"})
    by_clerk = await hall.post(hall.clerk, sign, SIGNATURE)
    signed = await hall.post(hall.officer, sign, SIGNATURE)
    twice = await hall.post(hall.officer, sign, SIGNATURE)
    seen = (await hall.get(hall.clerk, path)).json()
    announced = await hall.step(election, "announcements")
    following = (await change(hall, rules, 1, notice_days=3)).json()

    assert (election["verify_locally"], waiting.json()["why"]) == (["online"], "VERIFY_LOCALLY")
    assert waiting.json()["detail"].startswith("Verify locally")
    assert (by_clerk.status_code, signed.status_code, twice.status_code) == (403, 201, 409)
    assert signed.json()["sign_offs"][0]["officer"] == f"person:{hall.officer.subject}"
    assert (seen["verify_locally"], seen["allowed"]) == ([], ["ANNOUNCE", "CANCEL"])
    assert (announced["state"], following["verify_locally"]) == ("ANNOUNCED", ["online"])


async def test_a_preset_alone_has_nobody_who_signed(hall: Hall) -> None:
    """BAL-5."""
    draft = draft_of("ORDINARY", **WINDOW, parameters={"roll_posting_days": 0, "notice_days": 3})
    election = (await hall.post(hall.clerk, "/v1/elections", draft)).json()
    await hall.step(election, "rolls")

    refused = await hall.post(hall.clerk, f"/v1/elections/{election['id']}/announcements")

    assert refused.json()["why"] == "VERIFY_LOCALLY"


async def test_an_election_keeps_the_version_it_was_made_from(hall: Hall) -> None:
    """Frozen with the announcement; a draft may take the newer one."""
    rules = await made(hall)
    old = (await drafted(hall, rules)).json()
    await change(hall, rules, 1, notice_days=20)
    new = (await drafted(hall, rules)).json()
    body = {**draft_of("ORDINARY", **WINDOW), "rule_set_version": 2}
    body = {name: value for name, value in body.items() if name not in ("rule_set", "compound_id")}
    put = await hall.client.put(
        f"/v1/elections/{old['id']}", headers={**hall.clerk.headers, "If-Match": '"1"'}, json=body
    )

    versions = [(one["rule_set_version"], one["parameters"]["notice_days"]) for one in (old, new, put.json())]
    assert versions == [(1, 3), (2, 20), (2, 20)]


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"scope": "14x"}, "/scope"),
        ({"scope": "1"}, "/scope"),
        ({"preset": "REFERENDUM"}, "/preset"),
        ({"name": ""}, "/name"),
        ({"parameters": {"notice_days": 61}}, "/parameters/notice_days"),
        ({"parameters": {"notice_days": -1}}, "/parameters/notice_days"),
        ({"parameters": {"notice_days": "15"}}, "/parameters/notice_days"),
        ({"parameters": {"notice_days": 1.5}}, "/parameters/notice_days"),
        ({"parameters": {"notice_days": None}}, "/parameters/notice_days"),
        ({"parameters": {"revote": "yes"}}, "/parameters/revote"),
        ({"parameters": {"online": "SOMETIMES"}}, "/parameters/online"),
        ({"parameters": {"colour": "red"}}, "/parameters/colour"),
        ({"parameters": {"retention_years": 4}}, "/parameters/retention_years"),
        ({"parameters": []}, "/parameters"),
        ({"version": 3}, "/version"),
    ],
)
async def test_what_is_wrong_in_a_rule_set_is_told_field_by_field(
    hall: Hall, changed: dict[str, Any], pointer: str
) -> None:
    zh = await hall.post(hall.officer, "/v1/rule-sets", {**RULES, **changed})
    en = await hall.post(hall.officer, "/v1/rule-sets", {**RULES, **changed}, **{"Accept-Language": "en"})

    assert (zh.status_code, en.status_code) == (422, 422), zh.text
    assert [one["pointer"] for one in zh.json()["errors"]] == [pointer]
    assert zh.json()["errors"][0]["detail"] != en.json()["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("parameters", "at_fault"),
    [({"max_marks": 2}, "max_marks"), ({"window_min_days": 50, "window_max_days": 40}, "window")],
)
async def test_parameters_of_another_preset_or_against_each_other_are_named(
    hall: Hall, parameters: dict[str, int], at_fault: str
) -> None:
    reply = await hall.post(hall.officer, "/v1/rule-sets", {**RULES, "parameters": parameters})

    assert (reply.status_code, reply.json()["at_fault"]) == (422, at_fault)


async def test_what_no_officer_need_read_is_not_signed_for(hall: Hall) -> None:
    rules = await made(hall)
    path = f"/v1/rule-sets/{rules['id']}/sign-offs"

    other = await hall.post(hall.officer, path, {**SIGNATURE, "parameter": "notice_days"})
    missing = await hall.post(hall.officer, path, {**SIGNATURE, "version": 2})
    ahead = await hall.post(hall.officer, path, {**SIGNATURE, "dated": "2026-11-24"})

    assert (other.status_code, other.json()["errors"][0]["pointer"]) == (422, "/parameter")
    assert (ahead.status_code, ahead.json()["errors"][0]["pointer"]) == (422, "/dated")
    assert (missing.status_code, missing.json()["type"].rsplit("/", 1)[1]) == (404, "rule-set-unknown")


async def test_an_election_is_made_from_one_source_of_its_own_place(hall: Hall) -> None:
    rules = await made(hall)
    elsewhere = await made(hall, scope=CODE[:9] + "002")

    both = await hall.post(hall.clerk, "/v1/elections", draft_of("ORDINARY", **WINDOW, rule_set_id=rules["id"]))
    none = await drafted(hall, rules, rule_set_id=None)
    foreign, unknown = await drafted(hall, elsewhere), await drafted(hall, {"id": str(new_id())})
    beside = await drafted(hall, rules, parameters={"notice_days": 9})

    assert [one.status_code for one in (both, none, foreign, unknown, beside)] == [422, 422, 404, 404, 422]
    assert (both.json()["errors"][0]["pointer"], none.json()["errors"][0]["pointer"]) == ("/rule_set_id", "/rule_set")
    assert beside.json()["at_fault"] == "notice_days"


async def test_a_rule_set_is_known_where_it_holds_and_written_by_its_desk(
    hall: Hall, database_urls: dict[str, str]
) -> None:
    rules = await made(hall)
    path = f"/v1/rule-sets/{rules['id']}"

    read = [(await hall.get(who, path)).status_code for who in (hall.residents[0], hall.officer, hall.stranger)]
    wide = await hall.post(hall.clerk, "/v1/rule-sets", RULES)
    resident = await hall.post(hall.residents[0], "/v1/rule-sets", RULES)

    assert read == [200, 200, 404]
    assert (wide.status_code, resident.status_code) == (403, 403)
    with psycopg.connect(database_urls["election"], autocommit=True) as connection:
        for table in ("rule_set", "sign_off"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"DELETE FROM {table}")


async def test_a_signature_and_a_draft_at_the_same_moment_see_each_other(hall: Hall) -> None:
    """Whatever comes first: afterwards the draft waits for nobody."""
    hall.now_is(MONDAY)
    for _ in range(3):
        rules = await made(hall)
        draft, signed = await asyncio.gather(
            drafted(hall, rules), hall.post(hall.officer, f"/v1/rule-sets/{rules['id']}/sign-offs", SIGNATURE)
        )

        assert (draft.status_code, signed.status_code) == (201, 201)
        seen = (await hall.get(hall.clerk, f"/v1/elections/{draft.json()['id']}")).json()
        assert seen["verify_locally"] == []


async def test_every_parameter_is_explained_in_both_languages(hall: Hall) -> None:
    found = (await hall.get(hall.clerk, "/v1/rule-sets/parameters")).json()["items"]

    assert {one["name"] for one in found} == set(PARAMETERS) == set(PARAMETER_WORDS)
    assert all(one["words_zh"] and one["words_en"] for one in found)
