"""A household ballot over HTTP, from the draft to the ranked result."""

import hashlib
import json
from datetime import timedelta

import psycopg
import pytest

from tests.election.api.conftest import CLOSES, DRAFT, MONDAY, NAMES, OPENS, Hall, lives_in
from tests.election.api.neighbour import ELSEWHERE, home_id
from tests.factories.tokens import Somebody


async def test_nominees_are_balloted_by_households_and_ranked(hall: Hall) -> None:
    """BAL-11, VOTE-7, VOTE-10: the whole path; shops, unsold dwellings and parking have no ballot."""
    election = await hall.opened()
    for place in range(12):
        await hall.cast(hall.residents[place], election, place, [1, 2] if place < 8 else [3])

    result = await hall.counted(election)

    assert (
        result["household"]["households"],
        result["household"]["cast"],
        result["household"]["valid"],
        result["household"]["invalid"],
    ) == (20, 12, 12, 0)
    assert (result["household"]["turnout_inequality"], result["outcome"]) == ("2*12 >= 1*20", "RANKED")
    ranking = [(one["rank"], one["name"], one["marks"], one["seated"]) for one in result["household"]["ranking"]]
    assert ranking == [(1, NAMES[0], 8, True), (1, NAMES[1], 8, True), (3, NAMES[2], 4, False), (4, NAMES[3], 0, False)]
    assert (await hall.get(hall.residents[15], f"/v1/elections/{election['id']}/result")).json() == result
    history = (await hall.get(hall.residents[15], f"/v1/elections/{election['id']}/history")).json()["items"]
    states = ["DRAFT", "ROLL_POSTED", "ANNOUNCED", "OPEN", "CLOSED", "COUNTED"]
    assert [one["to_state"] for one in history] == states


async def test_a_tie_at_the_border_is_drawn_from_the_seed_that_was_announced(hall: Hall) -> None:
    """BAL-11: anybody draws the lot again with sha256."""
    election = await hall.opened()
    seed = (await hall.get(hall.residents[0], f"/v1/elections/{election['id']}")).json()["seed"]
    for place, marks in enumerate([[1, 2]] * 4 + [[1, 3]] * 4 + [[1, 4]] * 4):
        await hall.cast(hall.residents[place], election, place, marks)

    result = await hall.counted(election)

    tickets = {number: hashlib.sha256(f"{seed}|{election['id']}|{number}".encode()).hexdigest() for number in (2, 3, 4)}
    drawn = sorted(tickets, key=tickets.__getitem__)
    assert [one["number"] for one in result["household"]["ranking"]] == [1, *drawn]
    assert [one["ticket"] for one in result["household"]["ranking"]] == [None, *(tickets[number] for number in drawn)]
    assert [one["seated"] for one in result["household"]["ranking"]] == [True, True, False, False]
    assert result["seed"] == seed


async def test_who_opens_too_late_is_told_to_announce_anew(hall: Hall) -> None:
    """BAL-6. Five of the seven days must be left."""
    election = await hall.announced()
    path = f"/v1/elections/{election['id']}"
    hall.now_is(CLOSES - timedelta(days=5) + timedelta(seconds=1))

    zh = await hall.post(hall.clerk, f"{path}/openings")
    en = await hall.post(hall.clerk, f"{path}/openings", **{"Accept-Language": "en"})

    assert (zh.status_code, zh.json()["why"], zh.json()["allowed"]) == (409, "TOO_LITTLE_LEFT", ["CANCEL"])
    assert "announce anew" in en.json()["detail"]
    assert zh.json()["detail"] != en.json()["detail"]


async def test_nobody_who_orders_the_names_knows_the_seed_of_the_lot(hall: Hall) -> None:
    """BAL-11, COM-1. Else a favourite could be given the number that draws first."""
    election = await hall.draft()
    path = f"/v1/elections/{election['id']}"

    told = []
    for step in ("rolls", "announcements", None):
        text = json.loads((await hall.get(hall.clerk, f"{path}/announcement")).json()["text"])
        seen = (await hall.get(hall.clerk, path)).json()
        told.append((text["lot"]["seed"], seen["seed"]))
        if step:
            await hall.step(election, step)

    assert told[:2] == [(None, None)] * 2
    assert told[2][0] == told[2][1] is not None


async def test_the_announced_text_is_frozen_and_hashed(hall: Hall) -> None:
    """VOTE-9. The seed is in it; nothing of it can be changed any more."""
    election = await hall.announced()
    path = f"/v1/elections/{election['id']}"

    told = (await hall.get(hall.residents[0], f"{path}/announcement")).json()
    change = {name: DRAFT[name] for name in DRAFT if name not in ("compound_id", "rule_set")}
    late = await hall.client.put(path, headers={**hall.clerk.headers, "If-Match": '"3"'}, json=change)

    assert hashlib.sha256(told["text"].encode()).hexdigest() == told["digest"] == election["text_digest"]
    said = json.loads(told["text"])
    assert (said["lot"]["seed"], said["households"]) == (election["seed"], 20)
    assert [one["name"] for one in said["nominees"]] == list(NAMES)
    assert (late.status_code, late.json()["type"].rsplit("/", 1)[1]) == (409, "draft-over")


async def test_an_open_election_takes_ballots_with_the_registry_down(hall: Hall) -> None:
    """Everything that a cast and a count need is frozen."""
    election = await hall.opened()
    hall.books.down = True
    hall.books.homes.clear()

    await hall.cast(hall.residents[3], election, 3, [2])
    result = await hall.counted(election)

    assert result["household"]["cast"] == 1
    assert (await hall.post(hall.clerk, "/v1/elections", DRAFT)).status_code == 503


async def test_the_owners_ballot_prevails_over_a_residents(hall: Hall) -> None:
    """BAL-11. Before and after; each ballot stays on record, the owner's is counted."""
    election = await hall.opened()
    await hall.cast(hall.family, election, 0, [3])
    unseen = await hall.try_cast(hall.owner, election, 0, [1])
    mine = (await hall.get(hall.owner, f"/v1/elections/{election['id']}/ballots")).json()["items"]
    await hall.cast(hall.owner, election, 0, [1], replaces=mine[0]["newest"])
    late = await hall.try_cast(hall.family, election, 0, [3], replaces=2)

    result = await hall.counted(election)

    assert (unseen.status_code, unseen.json()["why"]) == (409, "STALE")
    assert (mine[0]["capacity"], mine[0]["newest"], mine[0]["cast_by_me"]) == ("OWNER", 1, False)
    assert (late.status_code, late.json()["why"]) == (409, "OWNER_HAS_CAST")
    assert {one["number"]: one["marks"] for one in result["household"]["ranking"]} == {1: 1, 2: 0, 3: 0, 4: 0}
    assert result["household"]["cast"] == 1


async def test_ones_own_ballot_is_replaced_until_closing_where_the_rule_set_lets(hall: Hall) -> None:
    """BAL-12. [P] revote."""
    election = await hall.opened()
    await hall.cast(hall.residents[1], election, 1, [3])
    second = await hall.cast(hall.residents[1], election, 1, [4], replaces=1)
    neighbour = await hall.try_cast(lives_in(1), election, 1, [3], replaces=2)
    result = await hall.counted(election)
    assert second["revision"] == 2
    assert neighbour.json()["why"] == "HOME_HAS_CAST"
    assert [one["number"] for one in result["household"]["ranking"] if one["marks"]] == [4]

    hall.now_is(MONDAY)
    final = await hall.opened(parameters={"revote": False})
    await hall.cast(hall.residents[1], final, 1, [3])
    refused = await hall.try_cast(hall.residents[1], final, 1, [4], replaces=1)
    assert refused.json()["why"] == "NO_REVOTE"


async def test_where_only_owners_cast_a_resident_is_refused(hall: Hall) -> None:
    """BAL-11. [P] OWNER; an owner since the freeze is known by his only home."""
    election = await hall.opened(parameters={"voters": "OWNER"})
    newcomer = Somebody([f"OWNER@{election['compound_code']}"], homes=[home_id(4)])

    refused = await hall.try_cast(hall.residents[4], election, 4, [1])
    receipt = await hall.cast(newcomer, election, 4, [1])

    assert refused.json()["why"] == "NOT_ENTITLED"
    assert receipt["capacity"] == "OWNER"


@pytest.mark.parametrize("place", [5, 20, 21, 22, 999])
async def test_nobody_casts_for_a_home_that_is_not_his_or_has_no_ballot(hall: Hall, place: int) -> None:
    """BAL-11. Shop, unsold, parking and another's home are answered alike."""
    election = await hall.opened()
    somebody = hall.residents[4] if place == 5 else lives_in(place)

    refused = await hall.try_cast(somebody, election, place, [1])

    assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[1]) == (404, "home-not-on-roll")


@pytest.mark.parametrize("marks", [[], [1, 2, 3], [1, 1], [5], [1, 9]])
async def test_marks_that_would_be_invalid_are_refused_online(hall: Hall, marks: list[int]) -> None:
    """BAL-11."""
    election = await hall.opened()

    refused = await hall.try_cast(hall.residents[1], election, 1, marks)

    assert (refused.status_code, refused.json()["most"]) == (422, 2)


async def test_ballots_are_taken_from_the_opening_until_the_announced_end(hall: Hall) -> None:
    """BAL-6, VOTE-10. Also when nobody has closed it."""
    election = await hall.announced()
    early = await hall.try_cast(hall.residents[1], election, 1, [1])
    too_early = await hall.post(hall.clerk, f"/v1/elections/{election['id']}/openings")
    hall.now_is(OPENS)
    await hall.step(election, "openings")
    no_early_closing = await hall.post(hall.clerk, f"/v1/elections/{election['id']}/closings")
    cancelled = await hall.post(hall.clerk, f"/v1/elections/{election['id']}/cancellations", {"reason": "想撤"})
    hall.now_is(CLOSES)
    late = await hall.try_cast(hall.residents[1], election, 1, [1])
    await hall.step(election, "closings")
    closed = await hall.try_cast(hall.residents[1], election, 1, [1])

    assert [one.status_code for one in (early, late, closed)] == [409] * 3
    assert [one.json()["state"] for one in (early, late, closed)] == ["ANNOUNCED", "OPEN", "CLOSED"]
    assert (too_early.json()["why"], no_early_closing.json()["why"]) == ("TOO_EARLY", "TOO_EARLY")
    assert cancelled.json()["why"] == "NOT_FROM_HERE"


async def test_low_turnout_is_repeated_once(hall: Hall) -> None:
    """BAL-11. The first stays as it was counted, the second is the last."""
    election = await hall.opened()
    for place in range(9):
        await hall.cast(hall.residents[place], election, place, [1])
    result = await hall.counted(election)
    again = {
        "opens_at": (CLOSES + timedelta(days=5)).isoformat(),
        "closes_at": (CLOSES + timedelta(days=12)).isoformat(),
    }

    second = await hall.step(election, "repeats", again)
    twice = await hall.post(hall.clerk, f"/v1/elections/{election['id']}/repeats", again)

    first = (await hall.get(hall.clerk, f"/v1/elections/{election['id']}")).json()
    assert (result["outcome"], result["household"]["turnout_reached"]) == ("REPEAT", False)
    assert (second["round"], second["repeats_id"], second["state"]) == (2, election["id"], "DRAFT")
    assert (first["state"], twice.status_code) == ("REPEATED", 409)
    assert [one["name"] for one in second["nominees"]] == list(NAMES)


async def test_a_window_or_notice_out_of_bounds_is_not_announced(hall: Hall) -> None:
    """BAL-6, VOTE-10."""
    for changed, why in (
        ({"closes_at": (OPENS + timedelta(days=4)).isoformat()}, "WINDOW_WRONG"),
        ({"opens_at": (MONDAY + timedelta(days=3)).isoformat()}, "NOTICE_TOO_SHORT"),
    ):
        election = await hall.draft(**changed)
        await hall.step(election, "rolls")
        refused = await hall.post(hall.clerk, f"/v1/elections/{election['id']}/announcements")
        assert refused.json()["why"] == why


async def test_a_scope_of_one_building_freezes_its_dwellings_only(hall: Hall) -> None:
    """VOTE-7. One's own row in full, of others the totals only."""
    election = await hall.announced(buildings=["2"])

    roll = (await hall.get(hall.residents[12], f"/v1/elections/{election['id']}/roll")).json()

    assert roll["buildings"] == [{"building": "2", "households": 10, "homes": 10, "area": "800.00"}]
    assert [one["home_id"] for one in roll["mine"]] == [str(home_id(12))]


async def test_a_scope_with_nobody_who_votes_goes_no_further(hall: Hall) -> None:
    """VOTE-10. The third building has a shop, an unsold dwelling and a parking space."""
    election = await hall.draft(buildings=["3"])
    await hall.step(election, "rolls")

    refused = await hall.post(hall.clerk, f"/v1/elections/{election['id']}/announcements")

    assert refused.json()["why"] == "ROLL_EMPTY"


async def test_a_ballot_needs_more_names_than_seats(hall: Hall) -> None:
    """BAL-11, PMC-1."""
    election = await hall.draft(nominees=DRAFT["nominees"][:2])

    refused = await hall.post(hall.clerk, f"/v1/elections/{election['id']}/rolls")

    assert refused.json()["why"] == "NO_CONTEST"


async def test_rows_of_history_cannot_be_changed_by_the_room(hall: Hall, database_urls: dict[str, str]) -> None:
    """BAL-8. Rolls, ballots, steps and results are only ever added to, and never without being durable."""
    election = await hall.opened()
    await hall.cast(hall.residents[1], election, 1, [1])

    with psycopg.connect(database_urls["election"], autocommit=True) as connection:
        for statement in ("UPDATE roll_entry SET area_hundredths = 1", "DELETE FROM roll_home"):
            with pytest.raises(psycopg.errors.RaiseException, match="frozen"):
                connection.execute(statement)
        for table in ("ballot", "leaf", "transcription", "step", "result"):
            for statement in (f"UPDATE {table} SET election_id = election_id", f"DELETE FROM {table}"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement)
        connection.execute("SET synchronous_commit = off")
        with pytest.raises(psycopg.errors.RaiseException):
            connection.execute("INSERT INTO ballot SELECT * FROM ballot")


async def test_outsiders_know_of_nothing_and_drafts_are_the_desks(hall: Hall) -> None:
    """Access: 404 for what one may not know of, 403 for what others do."""
    election = await hall.draft()
    path = f"/v1/elections/{election['id']}"
    drafts = [(await hall.get(who, path)).status_code for who in (hall.stranger, hall.residents[0], hall.officer)]
    await hall.step(election, "rolls")
    await hall.step(election, "announcements")
    announced = [(await hall.get(who, path)).status_code for who in (hall.stranger, hall.residents[0], hall.officer)]
    lists = [len((await hall.get(who, "/v1/elections")).json()["items"]) for who in (hall.stranger, hall.residents[0])]

    assert (drafts, announced, lists) == ([404, 404, 200], [404, 200, 200], [0, 1])
    assert (await hall.post(hall.residents[0], f"{path}/openings")).status_code == 403
    assert (await hall.post(hall.stranger, f"{path}/openings")).status_code == 404
    assert (await hall.post(hall.clerk, "/v1/elections", {**DRAFT, "compound_id": str(ELSEWHERE)})).status_code == 404
    assert (await hall.client.get(path)).status_code == 401
