"""Rolls over HTTP: posted for objections, corrected with a reason, signed for, frozen, and checked afterwards."""

import asyncio
import hashlib
import json
from typing import Any
from uuid import UUID

import psycopg
import pytest

from tests.election.api.conftest import CLOSES, OPENS, Hall
from tests.election.api.drafts import draft_of
from tests.election.api.neighbour import CODE, OWNER_OF_FIRST, home, home_id
from tests.factories.tokens import Somebody

WINDOW = {"opens_at": OPENS.isoformat(), "closes_at": CLOSES.isoformat()}
PARAMETERS = {"notice_days": 3, "roll_posting_days": 0}


async def posted(hall: Hall, preset: str = "ORDINARY", **changed: Any) -> dict[str, Any]:
    """Twenty-two owners: one home each of 80 m², the shop's area unknown."""
    parameters = {} if preset == "MEMBERS_VOTE" else PARAMETERS
    draft = draft_of(preset, **WINDOW, parameters=parameters, **changed)
    if preset == "ORDINARY":
        draft = await hall.signed(draft)
    reply = await hall.post(hall.clerk, "/v1/elections", draft)
    assert reply.status_code == 201, reply.text
    return dict(await hall.step(reply.json(), "rolls"))


async def correct(hall: Hall, election: dict[str, Any], change: str, place: int, **more: Any) -> Any:
    body = {"change": change, "home_id": str(home_id(place)), "reason": "核对产权证", **more}
    who = more.pop("by", hall.clerk)
    body.pop("by", None)
    return await hall.post(who, f"/v1/elections/{election['id']}/roll/corrections", body)


async def confirm(hall: Hall, election: dict[str, Any], number: int, by: Somebody) -> Any:
    return await hall.post(by, f"/v1/elections/{election['id']}/roll/corrections/{number}/confirmations")


async def roll_of(hall: Hall, election: dict[str, Any], who: Somebody | None = None) -> dict[str, Any]:
    return dict((await hall.get(who or hall.clerk, f"/v1/elections/{election['id']}/roll")).json())


async def leaves(urls: dict[str, str], election: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    wanted = "SELECT body FROM leaf WHERE election_id = %s AND type = %s ORDER BY log_index"
    async with await psycopg.AsyncConnection.connect(urls["election"]) as connection:
        found = await connection.execute(wanted, (election["id"], kind))
        return [json.loads(bytes(body)) for (body,) in await found.fetchall()]


async def test_a_posted_roll_is_read_by_everybody_and_only_ones_own_row_in_full(hall: Hall) -> None:
    """PUB-4, PUB-6, BAL-9. From the posting on; no name and no area of others, and none that totals would tell."""
    election = await posted(hall)
    path = f"/v1/elections/{election['id']}/roll"

    mine = await roll_of(hall, election, hall.owner)
    board = (await hall.get(hall.owner, f"{path}/homes")).json()["items"]
    visit = (await hall.get(hall.grid_worker, f"{path}/homes")).json()["items"]
    csv = await hall.client.get(f"{path}/homes", headers={**hall.owner.headers, "Accept": "text/csv"})

    assert [(one["label"], one["area"], one["entry_area"]) for one in mine["mine"]] == [("1-1-101", "80.00", "80.00")]
    assert {one["building"]: one["area"] for one in mine["buildings"]} == {"1": "800.00", "2": "800.00", "3": None}
    assert (len(board), {one["label"][-3:] for one in board}, {one["home_id"] for one in board}) == (
        22,
        {"***"},
        {None},
    )
    assert (visit[0]["label"], visit[0]["home_id"]) == ("1-1-101", str(home_id(0)))
    assert csv.headers["content-type"].startswith("text/csv")
    assert "1-1-101" not in csv.text
    assert (await hall.get(hall.stranger, path)).status_code == 404


async def test_who_lives_in_a_home_is_not_told_what_else_its_owner_has(hall: Hall) -> None:
    """PRI-2. The owner of three homes sees all of them, his tenant in one of them that one."""
    for place in (1, 2):
        hall.books.homes[place] = home(place, head_group=f"{0:032x}", owners=[str(OWNER_OF_FIRST)])
    election = await posted(hall)

    owner = await roll_of(hall, election, hall.owner)
    tenant = await roll_of(hall, election, hall.residents[1])

    assert [(one["label"], one["entry_area"]) for one in owner["mine"]] == [
        ("1-1-101", "240.00"),
        ("1-1-201", "240.00"),
        ("1-1-301", "240.00"),
    ]
    assert [(one["label"], one["area"], one["entry_area"]) for one in tenant["mine"]] == [("1-1-201", "80.00", None)]


@pytest.mark.parametrize(
    ("change", "place", "more", "heads", "area"),
    [
        ("AREA", 1, {"area": "80.01"}, 22, "1680.01"),
        ("AREA", 1, {"area": None}, 22, "1600.00"),
        ("AREA", 20, {"area": "40.00"}, 22, "1720.00"),
        ("OWNERS", 1, {"owners": [str(OWNER_OF_FIRST)], "owner_known": True}, 22, "1680.00"),
        ("MERGE", 1, {"with_home_id": str(home_id(0))}, 21, "1680.00"),
        ("REMOVE", 1, {}, 21, "1600.00"),
    ],
)
async def test_a_posted_roll_is_corrected_at_once_and_keeps_what_was(
    hall: Hall, change: str, place: int, more: dict[str, Any], heads: int, area: str
) -> None:
    """VOTE-7, OWN-6: totals before and after, with the reason."""
    election = await posted(hall)

    made = await correct(hall, election, change, place, **more)

    roll = await roll_of(hall, election)
    kept = (await hall.get(hall.residents[3], f"/v1/elections/{election['id']}/roll/corrections")).json()["items"]
    assert made.status_code == 201, made.text
    assert (roll["heads"], roll["area"]) == (heads, area)
    assert [(one["change"], one["reason"], one["effective"], one["home_id"]) for one in kept] == [
        (change, "核对产权证", True, None)
    ]
    assert kept[0]["before"] == {"heads": 22, "area": "1680.00"}
    assert kept[0]["after"] == {"heads": heads, "area": area}


async def test_homes_are_merged_split_off_removed_and_added_and_the_roll_freezes_dense(
    hall: Hall, database_urls: dict[str, str]
) -> None:
    """VOTE-1, VOTE-7. A row that loses its last home goes; places run from 0 without a gap once it is frozen."""
    election = await posted(hall)
    for change, place, more in (
        ("MERGE", 1, {"with_home_id": str(home_id(0))}),
        ("MERGE", 2, {"with_home_id": str(home_id(0))}),
        ("SPLIT", 1, {}),
        ("REMOVE", 5, {}),
        ("REMOVE", 20, {}),
    ):
        assert (await correct(hall, election, change, place, **more)).status_code == 201
    hall.books.homes.append(home(30, area_hundredths=5000, head_group=f"{3:032x}"))
    hall.books.homes.append(home(31, area_hundredths=6000))
    for place in (30, 31):
        assert (await correct(hall, election, "ADD", place)).status_code == 201

    roll = await roll_of(hall, election)
    announced = await hall.step(election, "announcements")

    # 22 heads: homes 1 and 2 gone into 0, then 1 back out, 5 and the shop out, 30 joins home 3's owner, 31 is new.
    assert (roll["heads"], roll["households"], roll["area"], roll["area_unknown"]) == (20, 20, "1710.00", 0)
    assert announced["state"] == "ANNOUNCED"
    async with await psycopg.AsyncConnection.connect(database_urls["election"]) as connection:
        wanted = "SELECT place, heads FROM roll_entry WHERE election_id = %s ORDER BY place"
        places = await (await connection.execute(wanted, (election["id"],))).fetchall()
    assert places == [(place, 1) for place in range(20)]
    assert (await hall.get(hall.clerk, f"/v1/elections/{election['id']}/roll/check")).json()["sound"] is True
    [frozen] = await leaves(database_urls, election, "ROLL")
    assert (frozen["heads"], frozen["area"], frozen["entries"]) == (20, 171000, 20)


async def test_a_roll_with_unknowns_freezes_only_with_a_note_that_tells_both_denominators(hall: Hall) -> None:
    """OWN-6. Signed for the figures as they are; a correction asks for it anew."""
    hall.books.homes[3] = home(3, owner_known=False)
    election = await posted(hall)
    path = f"/v1/elections/{election['id']}"
    roll = await roll_of(hall, election)
    note = {"words": "店铺面积待测绘", "best": roll["bounds"]["best"], "worst": roll["bounds"]["worst"]}

    without = await hall.post(hall.clerk, f"{path}/announcements")
    wrong = await hall.post(hall.clerk, f"{path}/roll/notes", {**note, "worst": note["best"]})
    signed = await hall.post(hall.clerk, f"{path}/roll/notes", note)
    await correct(hall, election, "AREA", 1, area="81.00")
    anew = await hall.post(hall.clerk, f"{path}/announcements")
    again = {**note, "best": {"heads": 21, "area": "1681.00"}, "worst": {"heads": 22, "area": "1761.00"}}
    resigned = await hall.post(hall.clerk, f"{path}/roll/notes", again)
    announced = await hall.step(election, "announcements")
    text = (await hall.get(hall.owner, f"{path}/announcement")).json()["text"]

    assert roll["bounds"] == {
        "best": {"heads": 21, "area": "1680.00"},
        "worst": {"heads": 22, "area": "1760.00"},
        "assumed": 1,
    }
    assert (without.json()["why"], anew.json()["why"]) == ("NOTE_NEEDED", "NOTE_NEEDED")
    assert (wrong.status_code, wrong.json()["worst"]) == (409, {"heads": 22, "area": "1760.00"})
    assert (signed.status_code, resigned.status_code, announced["state"]) == (201, 201, "ANNOUNCED")
    assert "21 人 1681.00 ㎡" in json.loads(text)["roll_note"]
    assert (await hall.post(hall.clerk, f"{path}/roll/notes", again)).json()["why"] == "NOT_NOW"


async def test_a_frozen_roll_is_corrected_by_two_officers_with_a_line_of_the_log(
    hall: Hall, database_urls: dict[str, str]
) -> None:
    """VOTE-7. The rows stay as they were frozen; the totals run on from leaf to leaf; counts weigh with it."""
    election = await hall.decision_announced()
    second = hall.officer

    proposed = (await correct(hall, election, "AREA", 1, area="100.00")).json()
    before = await leaves(database_urls, election, "CORRECTION")
    alone = await confirm(hall, election, 1, hall.clerk)
    done = await confirm(hall, election, 1, second)
    twice = await confirm(hall, election, 1, second)
    merged = (await correct(hall, election, "MERGE", 2, with_home_id=str(home_id(1)))).json()
    await confirm(hall, election, merged["number"], second)

    found = await leaves(database_urls, election, "CORRECTION")
    roll, check = await roll_of(hall, election), f"/v1/elections/{election['id']}/roll/check"
    assert (proposed["effective"], before) == (False, [])
    assert (alone.json()["why"], done.status_code, twice.json()["why"]) == ("SECOND_OFFICER", 201, "DONE_ALREADY")
    assert [(one["before"], one["after"]) for one in found] == [
        ({"heads": 22, "area": 168000}, {"heads": 22, "area": 170000}),
        ({"heads": 22, "area": 170000}, {"heads": 21, "area": 162000}),
        ({"heads": 21, "area": 162000}, {"heads": 21, "area": 170000}),
    ]
    assert {one["reason"] for one in found} == {hashlib.sha256("核对产权证".encode()).hexdigest()}
    assert (roll["heads"], roll["area"]) == (22, "1680.00")
    assert (await hall.get(hall.clerk, check)).json()["sound"] is True


async def test_what_was_corrected_after_the_freeze_is_what_is_counted(hall: Hall) -> None:
    """VOTE-7, VOTE-8: the denominators of the result."""
    election = await hall.decision_opened()
    number = (await correct(hall, election, "REMOVE", 19)).json()["number"]
    await confirm(hall, election, number, hall.officer)
    hall.now_is(CLOSES)
    await hall.step(election, "closings")
    await hall.step(election, "counts")

    result = (await hall.get(hall.owner, f"/v1/elections/{election['id']}/result")).json()

    tests = {one["test"]: one["whole"] for one in result["items"][0]["tests"]}
    assert (tests["PARTICIPATION_HEADS"], tests["PARTICIPATION_AREA"]) == ("21", "1600.00")


@pytest.mark.parametrize(
    ("change", "more", "why"),
    [
        ("OWNERS", {"owners": [], "owner_known": False}, "ELECTORATE_FROZEN"),
        ("SPLIT", {}, "ELECTORATE_FROZEN"),
        ("ADD", {}, "ELECTORATE_FROZEN"),
        ("AREA", {"area": "80.00"}, "NOTHING_CHANGES"),
        ("AREA", {"area": None}, "AREA_FROZEN"),
    ],
)
async def test_once_frozen_nobody_is_added_and_nobody_regrouped(
    hall: Hall, change: str, more: dict[str, Any], why: str
) -> None:
    """VOTE-7."""
    election = await hall.decision_announced()

    refused = await correct(hall, election, change, 1, **more)

    assert (refused.status_code, refused.json()["why"]) == (409, why)


async def test_a_proposal_is_not_confirmed_once_the_home_has_changed(hall: Hall) -> None:
    """VOTE-7. Of two confirmations at once one stands."""
    election = await hall.decision_announced()
    first = (await correct(hall, election, "AREA", 1, area="90.00")).json()["number"]
    other = (await correct(hall, election, "AREA", 1, area="95.00")).json()["number"]

    both = await asyncio.gather(*(confirm(hall, election, number, hall.officer) for number in (first, other)))
    unknown = await confirm(hall, election, 99, hall.officer)

    assert sorted(one.status_code for one in both) == [201, 409]
    assert [one.json()["why"] for one in both if one.status_code == 409] == ["CHANGED_MEANWHILE"]
    assert unknown.status_code == 404


async def test_from_a_household_roll_nobody_is_taken_once_it_is_announced(hall: Hall) -> None:
    """VOTE-7, BAL-11. Each dwelling weighs one: the log would say one less than the count."""
    election = await hall.announced()

    zh = await correct(hall, election, "REMOVE", 1)
    en = await hall.post(
        hall.clerk,
        f"/v1/elections/{election['id']}/roll/corrections",
        {"change": "REMOVE", "home_id": str(home_id(1)), "reason": "重复"},
        **{"Accept-Language": "en"},
    )

    assert (zh.status_code, zh.json()["why"]) == (409, "HOUSEHOLDS_FROZEN")
    assert zh.json()["detail"] != en.json()["detail"]


@pytest.mark.parametrize(
    ("preset", "change", "place", "more", "status", "why"),
    [
        ("ORDINARY", "SPLIT", 1, {}, 409, "ALONE_ALREADY"),
        ("ORDINARY", "ADD", 1, {}, 409, "ON_ROLL_ALREADY"),
        ("ORDINARY", "ADD", 99, {}, 409, "NOT_ON_REGISTER"),
        ("ORDINARY", "ADD", 22, {}, 409, "HAS_NO_VOTE"),
        ("ORDINARY", "REMOVE", 99, {}, 404, None),
        ("ORDINARY", "MERGE", 1, {"with_home_id": str(UUID(int=1))}, 404, None),
        ("ORDINARY", "MERGE", 1, {"with_home_id": str(home_id(1))}, 409, "NOTHING_CHANGES"),
        ("HOUSEHOLD_BALLOT", "MERGE", 1, {"with_home_id": str(home_id(0))}, 409, "NOT_IN_HOUSEHOLDS"),
        ("MEMBERS_VOTE", "REMOVE", 1, {}, 409, "NOT_OF_MEMBERS"),
    ],
)
async def test_a_correction_that_cannot_be_is_told_why(
    hall: Hall, preset: str, change: str, place: int, more: dict[str, Any], status: int, why: str | None
) -> None:
    """VOTE-1, VOTE-7, BAL-11."""
    election = await posted(hall, preset)

    zh = await correct(hall, election, change, place, **more)

    assert (zh.status_code, zh.json().get("why")) == (status, why), zh.text


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"change": "AREA"}, "/area"),
        ({"change": "AREA", "area": 8000}, "/area"),
        ({"change": "AREA", "area": "0.00"}, "/area"),
        ({"change": "AREA", "area": "80.00", "with_home_id": str(home_id(2))}, "/with_home_id"),
        ({"change": "MERGE"}, "/with_home_id"),
        ({"change": "OWNERS", "owners": []}, "/owner_known"),
        ({"change": "RENAME"}, "/change"),
        ({"change": "REMOVE", "reason": " "}, "/reason"),
        ({"change": "REMOVE", "reason": "x" * 501}, "/reason"),
        ({"change": "REMOVE", "home_id": "3-2-501"}, "/home_id"),
        ({"change": "REMOVE", "state": "OPEN"}, "/state"),
    ],
)
async def test_a_wrong_correction_is_told_field_by_field(hall: Hall, body: dict[str, Any], pointer: str) -> None:
    """Both languages, nothing stored."""
    election = await posted(hall)
    whole = {"home_id": str(home_id(1)), "reason": "核对产权证", **body}
    path = f"/v1/elections/{election['id']}/roll/corrections"

    zh = await hall.post(hall.clerk, path, whole)
    en = await hall.post(hall.clerk, path, whole, **{"Accept-Language": "en"})

    assert (zh.status_code, [one["pointer"] for one in zh.json()["errors"]]) == (422, [pointer]), zh.text
    assert zh.json()["errors"][0]["detail"] != en.json()["errors"][0]["detail"]
    assert (await hall.get(hall.clerk, path)).json()["items"] == []


async def test_an_outside_owner_may_be_added_to_a_unanimous_decision(hall: Hall) -> None:
    """VOTE-5. The building's owners are interested; one of another building applied with proof."""
    election = await posted(hall, "UNANIMOUS")

    added = await correct(hall, election, "ADD", 15)

    assert (added.status_code, (await roll_of(hall, election))["heads"]) == (201, 11)


@pytest.mark.parametrize("scope", [{"buildings": ["1", "99"]}, {"entrances": ["1-1", "1-9"]}, {"entrances": ["1"]}])
async def test_a_mistyped_scope_takes_nobody_out_of_the_electorate(hall: Hall, scope: dict[str, list[str]]) -> None:
    """VOTE-7."""
    draft = draft_of("ORDINARY", **WINDOW, **scope)
    election = (await hall.post(hall.clerk, "/v1/elections", draft)).json()

    refused = await hall.post(hall.clerk, f"/v1/elections/{election['id']}/rolls")

    assert refused.json()["why"] == "SCOPE_UNKNOWN"


async def test_an_upheld_objection_is_carried_out_by_its_correction(hall: Hall) -> None:
    """PUB-6. Until then the roll is not announced."""
    election = await posted(hall)
    await hall.noted(election)
    path = f"/v1/elections/{election['id']}"
    grounds = {"about": "ROLL", "words": "我家面积有误", "home_id": str(home_id(0))}
    objection = (await hall.post(hall.owner, f"{path}/objections", grounds)).json()
    held = await hall.post(hall.clerk, f"{path}/announcements")
    ruling = {"effect": "CORRECT", "answer": "按产权证更正"}
    decided = await hall.post(hall.officer, f"/v1/objections/{objection['id']}/decisions", ruling)
    due = await hall.post(hall.clerk, f"{path}/announcements")

    made = await correct(hall, election, "AREA", 0, area="82.00", objection_id=objection["id"])
    twice = await correct(hall, election, "AREA", 0, area="83.00", objection_id=objection["id"])

    await hall.noted(election)
    assert (held.json()["why"], decided.status_code, due.json()["why"]) == ("OBJECTIONS_OPEN", 201, "OBJECTIONS_OPEN")
    assert (made.status_code, twice.status_code) == (201, 404)
    assert (await hall.step(election, "announcements"))["state"] == "ANNOUNCED"


async def test_who_may_correct_and_sign(hall: Hall) -> None:
    """Access."""
    election = await posted(hall)
    roll = await roll_of(hall, election)
    note = {"words": "说明", **{name: roll["bounds"][name] for name in ("best", "worst")}}

    tried = [
        (await correct(hall, election, "REMOVE", 1, by=who)).status_code
        for who in (hall.residents[0], hall.grid_worker, hall.stranger)
    ]
    signed = [
        (await hall.post(who, f"/v1/elections/{election['id']}/roll/notes", note)).status_code
        for who in (hall.residents[0], hall.stranger, Somebody([f"SECRETARY@{CODE}"]))
    ]

    assert (tried, signed) == ([403, 403, 404], [403, 404, 201])
