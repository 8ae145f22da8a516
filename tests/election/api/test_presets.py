"""Every preset is drafted, posted, announced, opened and closed over HTTP; what does not fit it is told where."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.election.api.conftest import CLOSES, MONDAY, OPENS, Hall
from tests.election.api.drafts import MEMBERS, PARTS, draft_of, question
from tests.election.api.neighbour import CODE
from tests.factories.tokens import Somebody

WINDOW = {"opens_at": OPENS.isoformat(), "closes_at": CLOSES.isoformat()}


@pytest.mark.parametrize(
    ("preset", "kind", "heads", "area"),
    [
        ("ORDINARY", "T1", 22, "1680.00"),
        ("SPECIAL", "T1", 22, "1680.00"),
        ("CANDIDATES", "T1", 22, "1680.00"),
        ("UNANIMOUS", "T6", 10, "800.00"),
        ("MEMBERS_VOTE", "T3", 7, "0.00"),
        ("HOUSEHOLD_BALLOT", "T2", 20, "1600.00"),
    ],
)
async def test_every_preset_runs_from_draft_to_close(hall: Hall, preset: str, kind: str, heads: int, area: str) -> None:
    """BAL-3, VOTE-1, VOTE-7, VOTE-10. The shop counts among owners with its unknown area, the parking space nowhere."""
    opened = await hall.decision_opened(preset)
    hall.now_is(CLOSES)
    closed = await hall.step(opened, "closings")

    assert (opened["kind"], opened["preset"], opened["heads"], opened["area"]) == (kind, preset, heads, area)
    assert (closed["state"], len(closed["items"])) == ("CLOSED", len(PARTS[preset].get("items", [])))


async def test_the_announced_text_holds_every_item_and_the_scope(hall: Hall) -> None:
    """VOTE-9."""
    election = await hall.decision_announced("SPECIAL", buildings=["1"], entrances=["2-1"])

    told = (await hall.get(hall.residents[0], f"/v1/elections/{election['id']}/announcement")).json()

    text = json.loads(told["text"])
    assert text["items"] == [{"number": 1, **PARTS["SPECIAL"]["items"][0]}]
    assert (text["buildings"], text["entrances"], text["heads"]) == (["1"], ["2-1"], 15)


@pytest.mark.parametrize(
    ("preset", "changed", "pointer", "code"),
    [
        ("ORDINARY", {"items": []}, "/items", "ITEMS_NEEDED"),
        ("ORDINARY", {"items": [question("MANAGER"), question("RAISE_FUND")]}, "/items/1/matter", "MATTER_WRONG"),
        ("SPECIAL", {"items": [question("USE_FUND")]}, "/items/0/matter", "MATTER_WRONG"),
        ("ORDINARY", {"items": [question("HOUSING_TO_BUSINESS")]}, "/items/0/matter", "MATTER_WRONG"),
        ("UNANIMOUS", {"items": [question("MANAGER")]}, "/items/0/matter", "MATTER_WRONG"),
        ("UNANIMOUS", {"buildings": []}, "/buildings", "SCOPE_NEEDED"),
        ("ORDINARY", {"items": [question(None)]}, "/items/0/matter", "MATTER_NEEDED"),
        ("ORDINARY", {"nominees": PARTS["CANDIDATES"]["nominees"]}, "/nominees", "NAMES_NOT_HERE"),
        ("ORDINARY", {"seats": 1}, "/seats", "SEATS_NOT_HERE"),
        ("ORDINARY", {"members": MEMBERS}, "/members", "MEMBERS_NOT_HERE"),
        ("ORDINARY", {"parameters": {"silent_rule": "AS_PARTICIPATION"}}, "/silence_adopted", "SILENCE_UNADOPTED"),
        ("CANDIDATES", {"seats": None}, "/seats", "SEATS_NEEDED"),
        ("CANDIDATES", {"seats": 4}, "/seats", "SEATS_WRONG"),
        ("CANDIDATES", {"items": [question("COMMITTEE")]}, "/items", "ITEMS_NOT_HERE"),
        ("MEMBERS_VOTE", {"items": [question("MANAGER")]}, "/items/0/matter", "RESERVED"),
        ("MEMBERS_VOTE", {"members": []}, "/members", "MEMBERS_NEEDED"),
        ("MEMBERS_VOTE", {"members": [*MEMBERS, MEMBERS[0]]}, "/members", "MEMBER_TWICE"),
        ("MEMBERS_VOTE", {"entrances": ["1-1"]}, "/buildings", "SCOPE_NOT_HERE"),
    ],
)
async def test_what_does_not_fit_the_preset_is_told_where(
    hall: Hall, preset: str, changed: dict[str, Any], pointer: str, code: str
) -> None:
    """BAL-2, BAL-3, COM-1, PMC-5, VOTE-3, VOTE-4, VOTE-5."""
    draft = draft_of(preset, **WINDOW, **changed)

    zh = await hall.post(hall.clerk, "/v1/elections", draft)
    en = await hall.post(hall.clerk, "/v1/elections", draft, **{"Accept-Language": "en"})

    assert (zh.status_code, zh.json()["type"].rsplit("/", 1)[1]) == (422, "draft-refused")
    (fault,) = zh.json()["errors"]
    assert (fault["pointer"], fault["code"]) == (pointer, code)
    assert fault["detail"] != en.json()["errors"][0]["detail"]
    assert zh.json()["detail"] != en.json()["detail"]


async def test_a_parameter_of_another_preset_is_refused(hall: Hall) -> None:
    """A household ballot has no silence, a decision no marks."""
    reply = await hall.post(hall.clerk, "/v1/elections", draft_of("ORDINARY", **WINDOW, parameters={"max_marks": 2}))

    assert (reply.status_code, reply.json()["at_fault"]) == (422, "max_marks")


async def test_a_roll_is_announced_only_when_its_posting_is_over(hall: Hall) -> None:
    """PUB-6, DAY-1: seven days, the day of the posting not counted; then fifteen days of notice."""
    opens = MONDAY.replace(day=17, month=12, hour=0)
    window = {"opens_at": opens.isoformat(), "closes_at": opens.replace(day=27).isoformat()}
    draft = await hall.signed(draft_of("ORDINARY", **window, parameters={}))
    election = (await hall.post(hall.clerk, "/v1/elections", draft)).json()
    await hall.step(election, "rolls")
    await hall.noted(election)
    path = f"/v1/elections/{election['id']}/announcements"

    hall.now_is(MONDAY.replace(day=30, hour=15, minute=59))
    early = await hall.post(hall.clerk, path)
    hall.now_is(MONDAY.replace(day=30, hour=16))
    due = await hall.post(hall.clerk, path)

    assert (early.json()["why"], due.status_code) == ("ROLL_STILL_POSTED", 201)


async def test_the_window_is_set_anew_where_the_roll_was_posted_longer_than_foreseen(hall: Hall) -> None:
    """VOTE-9, VOTE-10: what is announced counts; it is judged like any other."""
    draft = await hall.signed(draft_of("ORDINARY", **WINDOW, parameters={"roll_posting_days": 0}))
    election = (await hall.post(hall.clerk, "/v1/elections", draft)).json()
    await hall.step(election, "rolls")
    await hall.noted(election)
    path = f"/v1/elections/{election['id']}/announcements"
    opens, wrong = MONDAY + timedelta(days=16), MONDAY + timedelta(days=10)
    later = {"opens_at": opens.isoformat(), "closes_at": (opens + timedelta(days=7)).isoformat()}

    short = await hall.post(hall.clerk, path)
    still = await hall.post(hall.clerk, path, {**later, "opens_at": wrong.isoformat()})
    backwards = await hall.post(hall.clerk, path, {**later, "closes_at": wrong.isoformat()})
    due = await hall.post(hall.clerk, path, later)

    assert (short.json()["why"], still.json()["why"]) == ("NOTICE_TOO_SHORT", "NOTICE_TOO_SHORT")
    assert (backwards.status_code, due.status_code) == (422, 201)
    assert (due.json()["opens_at"], due.json()["closes_at"]) == tuple(
        instant.isoformat().replace("+00:00", "Z") for instant in (opens, opens + timedelta(days=7))
    )


async def test_candidates_need_more_names_than_seats_and_three_seats_a_small_compound(hall: Hall) -> None:
    """COM-1."""
    few = draft_of("CANDIDATES", **WINDOW, seats=5, nominees=PARTS["CANDIDATES"]["nominees"][:5])
    share = draft_of("CANDIDATES", **WINDOW, parameters={"surplus_percent": 21})
    drafts = [(await hall.post(hall.clerk, "/v1/elections", draft)).json() for draft in (few, share)]
    refusals = [await hall.post(hall.clerk, f"/v1/elections/{one['id']}/rolls") for one in drafts]
    three = (await hall.post(hall.clerk, "/v1/elections", draft_of("CANDIDATES", **WINDOW, seats=3))).json()
    hall.books.homes.extend({**hall.books.homes[0], "id": f"0197a3f2-0000-7000-8000-0000000{place:05d}"}
                            for place in range(40000, 40079))  # fmt: skip
    large = await hall.post(hall.clerk, f"/v1/elections/{three['id']}/rolls")
    hall.books.homes.pop()
    small = await hall.post(hall.clerk, f"/v1/elections/{three['id']}/rolls")

    assert [one.json()["why"] for one in refusals] == ["TOO_FEW_CANDIDATES"] * 2
    assert (large.json()["why"], small.status_code) == ("SIZE_WRONG", 201)


@pytest.mark.parametrize(
    ("preset", "parameters", "owner", "resident", "member"),
    [
        ("ORDINARY", {}, ["CAST"], [], []),
        ("ORDINARY", {"online": "OFF"}, [], [], []),
        ("ORDINARY", {"online": "OFFICIAL_ONLY"}, [], [], []),
        ("UNANIMOUS", {}, ["CAST"], [], []),
        ("MEMBERS_VOTE", {}, [], [], ["CAST"]),
        ("HOUSEHOLD_BALLOT", {}, ["CAST"], ["CAST"], []),
    ],
)
async def test_a_running_vote_waits_for_whoever_casts_online(
    hall: Hall, preset: str, parameters: dict[str, Any], owner: list[str], resident: list[str], member: list[str]
) -> None:
    """VOTE-10, BAL-5: `allowed` of each caller."""
    opened = await hall.decision_opened(preset, parameters=parameters)
    people = (hall.owner, hall.residents[1], Somebody([f"PMC_MEMBER@{CODE}"]))

    told = [(await hall.get(who, f"/v1/elections/{opened['id']}")).json()["allowed"] for who in people]

    assert told == [owner, resident, member]


async def test_with_too_few_seats_filled_it_is_elected_again_with_the_same_rules_and_names(hall: Hall) -> None:
    """COM-1, VOTE-10: as often as it takes; each round is an election of its own, the former stay as they were."""
    election = await hall.decision_opened("CANDIDATES")
    for turn in (1, 2):
        hall.now_is(CLOSES + timedelta(days=20 * (turn - 1)))
        await hall.step(election, "closings")
        await hall.step(election, "counts")
        opens = CLOSES + timedelta(days=20 * turn - 7)
        again = {"opens_at": opens.isoformat(), "closes_at": (opens + timedelta(days=7)).isoformat()}
        following = await hall.step(election, "repeats", again)
        first = (await hall.get(hall.clerk, f"/v1/elections/{election['id']}")).json()
        assert (first["state"], following["round"], following["repeats_id"]) == ("REPEATED", turn + 1, election["id"])
        assert (following["parameters"], following["nominees"]) == (first["parameters"], first["nominees"])
        assert (following["rule_set_id"], following["verify_locally"]) == (first["rule_set_id"], [])
        await hall.step(following, "rolls")
        await hall.noted(following)
        await hall.step(following, "announcements")
        hall.now_is(opens)
        election = await hall.step(following, "openings")


async def test_what_passed_or_failed_by_its_own_is_not_repeated(hall: Hall) -> None:
    """VOTE-10: a decision that was lost is asked anew, not repeated."""
    election = await hall.decision_opened()
    hall.now_is(CLOSES)
    await hall.step(election, "closings")
    await hall.step(election, "counts")
    again = {
        "opens_at": (CLOSES + timedelta(days=20)).isoformat(),
        "closes_at": (CLOSES + timedelta(days=27)).isoformat(),
    }

    refused = await hall.post(hall.clerk, f"/v1/elections/{election['id']}/repeats", again)

    assert refused.json()["why"] == "TURNOUT_REACHED"
