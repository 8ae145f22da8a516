"""A roll that is corrected while voting runs: the next cast is judged by it, whatever a process remembers."""

import json
from typing import Any

import psycopg

from tests.election.api.casting import owned, owner, vote
from tests.election.api.conftest import Hall
from tests.election.api.doors import Doors
from tests.election.api.neighbour import CODE, home_id
from tests.factories.tokens import Somebody


def correct(admin_url: str, election: dict[str, Any], place: int, now_owner: Somebody) -> None:
    """As two officers would have it: the home has another owner, and the log a line that says so."""
    with psycopg.connect(admin_url) as connection:
        entry, building, area = connection.execute(
            "SELECT entry_id, building, area_hundredths FROM election.roll_home"
            " WHERE home_id = %s AND election_id = %s",
            (home_id(place), election["id"]),
        ).fetchone() or ("", "", 0)
        home = {
            "entry": str(entry),
            "building": building,
            "area": area,
            "owner_known": True,
            "owners": [str(now_owner.subject)],
        }
        weighs = {"entry": str(entry), "heads": 1, "area": area, "area_unknown": 0}
        connection.execute(
            "INSERT INTO election.roll_correction (id, election_id, number, change, home_id, before, after, reason, by,"
            " second, proposed, confirms, at, log_index) VALUES (gen_random_uuid(), %s, 2, 'OWNERS', %s, '{}', %s,"
            " 'x', 'a', 'b', false, 1, now(), 999)",
            (election["id"], home_id(place), json.dumps({"home": home, "entries": [weighs]})),
        )


async def test_authorities_and_revocations_go_where_the_ballots_of_a_corrected_home_go(hall: Hall) -> None:
    """VOTE-7, BAL-4, BAL-12. Home 4 was merged into the entitlement of home 5 after the freeze."""
    ann, bob = owner(4), owner(5)
    owned(hall, 4, ann)
    owned(hall, 5, bob)
    election = await hall.decision_opened()
    path = f"/v1/elections/{election['id']}"
    merged = {
        "change": "MERGE",
        "home_id": str(home_id(4)),
        "with_home_id": str(home_id(5)),
        "reason": "同一业主",
    }
    proposed = await hall.step(election, "roll/corrections", merged)
    confirmation = f"{path}/roll/corrections/{proposed['number']}/confirmations"
    assert (await hall.post(hall.officer, confirmation)).status_code == 201
    agent = Somebody([f"VOLUNTEER@{CODE}"], stepped_up=1)
    body = {"home_id": str(home_id(4)), "warrant": "PROXY", "agent_id": str(agent.subject)}

    given = await hall.post(ann, f"{path}/proxies", body)
    cast = await vote(hall, agent, election, 5)
    objected = await hall.post(ann, f"{path}/ballot-objections", {"home_id": str(home_id(4))})
    revoking = {"home_id": str(home_id(4)), "reason": "本人到场", "second_token": hall.officer.token()}
    void = await hall.post(hall.clerk, f"{path}/revocations", revoking)

    assert [one.status_code for one in (given, cast, objected, void)] == [201] * 4, void.text
    assert void.json()["entry_id"] == cast.json()["entry_id"]


async def test_a_paper_of_a_home_that_was_merged_counts_for_where_it_is_now(hall: Hall) -> None:
    """VOTE-1, VOTE-7, BAL-12. One entitlement, however many papers: the first that comes back."""
    doors = Doors(hall, await hall.decision_opened())
    await doors.print(home_ids=[str(home_id(4))])
    await doors.print(home_ids=[str(home_id(5))])
    await doors.box()
    merged = {
        "change": "MERGE",
        "home_id": str(home_id(4)),
        "with_home_id": str(home_id(5)),
        "reason": "同一业主",
    }
    proposed = await hall.step(doors.election, "roll/corrections", merged)
    await doors.done(hall.officer, f"roll/corrections/{proposed['number']}/confirmations", {})

    await doors.brought_back(1)
    second = await doors.try_fact(2, "RETURNED", box=1)
    online = await vote(hall, owner(5), doors.election, 5)
    found = (await hall.get(doors.first, f"{doors.path}/worklist", building="1", entrance="2")).json()["items"]

    assert (second.json()["why"], online.json()["why"]) == ("HOME_HAS_CAST", "PAPER_RETURNED")
    assert found[0]["todo"] == "NONE"


async def test_who_owns_a_home_by_a_correction_casts_for_it_and_the_former_owner_does_not(
    hall: Hall, admin_url: str
) -> None:
    """VOTE-1, VOTE-7."""
    ann, bob = owner(7), owner(8)
    owned(hall, 4, ann)
    election = await hall.decision_opened()
    assert (await vote(hall, bob, election, 4)).status_code == 404

    correct(admin_url, election, 4, bob)
    replies = [await vote(hall, who, election, 4) for who in (ann, bob)]

    assert [reply.status_code for reply in replies] == [404, 201], replies[1].text
    assert (await vote(hall, owner(5), election, 5)).status_code == 201
