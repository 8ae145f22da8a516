"""Objections of co-owners, revocations in person, extensions, codes and notices over HTTP."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import psycopg

from services.election.ballots.noticing import give_notice
from tests.election.api.casting import lines, owned, owner, upload, vote
from tests.election.api.conftest import CLOSES, MONDAY, OPENS, Hall
from tests.election.api.neighbour import home_id
from tests.factories.tokens import Somebody


async def co_owned(hall: Hall) -> tuple[dict[str, Any], Somebody, Somebody]:
    ann, bob = owner(1), owner(1)
    owned(hall, 1, ann, bob)
    return await hall.decision_opened(), ann, bob


async def mine(hall: Hall, who: Somebody, election: dict[str, Any]) -> dict[str, Any]:
    return dict((await hall.get(who, f"/v1/elections/{election['id']}/ballots")).json()["items"][0])


async def turnout(hall: Hall, election: dict[str, Any]) -> int:
    return int((await hall.get(hall.clerk, f"/v1/elections/{election['id']}/turnout")).json()["cast"])


async def test_a_co_owners_objection_suspends_until_it_is_withdrawn(hall: Hall) -> None:
    """VOTE-1."""
    election, ann, bob = await co_owned(hall)
    path, body = f"/v1/elections/{election['id']}/ballot-objections", {"home_id": str(home_id(1))}
    early = await hall.post(bob, path, body)
    await vote(hall, ann, election, 1)

    own = await hall.post(ann, path, body)
    filed = await hall.post(bob, path, body)
    again = await hall.post(bob, path, body)
    suspended = (await mine(hall, ann, election))["suspended"]
    foreign = await hall.post(ann, f"{path}/{filed.json()['id']}/resolutions", {})
    withdrawn = await hall.post(bob, f"{path}/{filed.json()['id']}/resolutions", {})

    assert [one.json()["why"] for one in (early, own, again)] == ["NO_BALLOT", "OWN_BALLOT", "OBJECTED_ALREADY"]
    assert (filed.status_code, suspended, foreign.status_code, withdrawn.status_code) == (201, True, 404, 201)
    assert (await mine(hall, ann, election))["suspended"] is False
    assert len((await hall.get(hall.clerk, path)).json()["items"]) == 1
    assert (await hall.get(owner(5), path)).json()["items"] == []


async def test_who_gave_in_objects_again_to_the_next_ballot_and_not_to_the_joint_word(hall: Hall) -> None:
    """VOTE-1. Withdrawn for a promise, which the next ballot breaks."""
    election, ann, bob = await co_owned(hall)
    path, body = f"/v1/elections/{election['id']}/ballot-objections", {"home_id": str(home_id(1))}
    await vote(hall, ann, election, 1)
    first = (await hall.post(bob, path, body)).json()
    await hall.post(bob, f"{path}/{first['id']}/resolutions", {})
    await vote(hall, ann, election, 1, replaces=1)

    second = await hall.post(bob, path, body)
    suspended = (await mine(hall, ann, election))["suspended"]
    settled = await hall.post(hall.clerk, f"{path}/{second.json()['id']}/resolutions", {"words": "双方到场,一致同意"})
    third = await hall.post(bob, path, body)

    assert (second.status_code, suspended, settled.status_code) == (201, True, 201)
    assert (third.status_code, third.json()["why"]) == (409, "OBJECTED_ALREADY")


async def test_the_desk_settles_with_the_joint_word_and_nothing_after_closing(hall: Hall) -> None:
    """VOTE-1: unresolved at closing stays unresolved."""
    election, ann, bob = await co_owned(hall)
    path = f"/v1/elections/{election['id']}/ballot-objections"
    await vote(hall, ann, election, 1)
    body = {"home_id": str(home_id(1)), "objector_id": str(bob.subject)}

    bare = await hall.post(hall.clerk, path, body)
    filed = await hall.post(hall.clerk, path, {**body, "paper": upload(hall, hall.clerk)})
    wordless = await hall.post(hall.clerk, f"{path}/{filed.json()['id']}/resolutions", {})
    hall.now_is(CLOSES)
    late = await hall.post(hall.clerk, f"{path}/{filed.json()['id']}/resolutions", {"words": "双方一致"})
    hall.now_is(CLOSES - timedelta(seconds=1))
    settled = await hall.post(hall.clerk, f"{path}/{filed.json()['id']}/resolutions", {"words": "双方一致"})

    assert (bare.json()["why"], filed.status_code) == ("PAPER_NEEDED", 201)
    assert (wordless.json()["why"], late.status_code, settled.status_code) == ("WORDS_NEEDED", 409, 201)


async def test_two_objections_of_one_at_once_are_one(hall: Hall) -> None:
    election, ann, bob = await co_owned(hall)
    await vote(hall, ann, election, 1)
    path, body = f"/v1/elections/{election['id']}/ballot-objections", {"home_id": str(home_id(1))}

    replies = await asyncio.gather(*(hall.post(bob, path, body) for _ in range(2)))

    assert Counter(reply.status_code for reply in replies) == {201: 1, 409: 1}


async def test_two_officers_void_a_ballot_and_the_next_may_come(hall: Hall, admin_url: str) -> None:
    """BAL-12."""
    election, ann, bob = await co_owned(hall)
    cast = (await vote(hall, ann, election, 1)).json()
    path = f"/v1/elections/{election['id']}/revocations"
    body = {"home_id": str(home_id(1)), "reason": "本人到场,改投纸票"}

    alone = await hall.post(hall.clerk, path, {**body, "second_token": hall.clerk.token()})
    owners = await hall.post(hall.clerk, path, {**body, "second_token": bob.token()})
    forged = await hall.post(hall.clerk, path, {**body, "second_token": "x.y.z"})
    resident = await hall.post(ann, path, {**body, "second_token": hall.officer.token()})
    before = await turnout(hall, election)
    void = await hall.post(hall.clerk, path, {**body, "second_token": hall.officer.token()})
    after = await turnout(hall, election)
    again = await hall.post(hall.clerk, path, {**body, "second_token": hall.officer.token()})
    unseen = await vote(hall, ann, election, 1, replaces=1)
    other = await vote(hall, bob, election, 1)

    assert {one.json()["why"] for one in (alone, owners, forged)} == {"SECOND_OFFICER"}
    assert (resident.status_code, void.status_code, again.json()["why"]) == (403, 201, "NO_BALLOT")
    assert (unseen.json()["why"], other.status_code, other.json()["revision"]) == ("STALE", 201, 2)
    assert (before, after, await turnout(hall, election)) == (1, 0, 1)
    line = lines(admin_url, election)[void.json()["log_index"]]
    assert (line["type"], line["of"], len(line["reason"])) == ("VOID", cast["log_index"], 64)
    with psycopg.connect(admin_url) as connection:
        by = connection.execute("SELECT by, second FROM election.ballot_void").fetchall()
    assert by == [(f"person:{hall.clerk.subject}", f"person:{hall.officer.subject}")]


async def test_two_revocations_at_once_are_one(hall: Hall) -> None:
    """BAL-12."""
    election, ann, _ = await co_owned(hall)
    await vote(hall, ann, election, 1)
    body = {"home_id": str(home_id(1)), "reason": "撤销", "second_token": hall.officer.token()}

    replies = await asyncio.gather(
        *(hall.post(hall.clerk, f"/v1/elections/{election['id']}/revocations", body) for _ in range(2))
    )

    assert Counter(reply.status_code for reply in replies) == {201: 1, 409: 1}


async def test_a_window_is_extended_once_with_a_line_and_takes_ballots_until_its_new_end(
    hall: Hall, admin_url: str
) -> None:
    """BAL-6: no early closing of the new window either, and the announced text stays as it was hashed."""
    election = await hall.decision_opened()
    path = f"/v1/elections/{election['id']}"
    later = CLOSES + timedelta(days=15)
    text = (await hall.get(hall.clerk, f"{path}/announcement")).json()
    body = {"closes_at": later.isoformat(), "reason": "返还率不足"}

    too_long = {**body, "closes_at": (later + timedelta(seconds=1)).isoformat()}
    replies = await asyncio.gather(
        *(hall.post(hall.clerk, f"{path}/extensions", one) for one in (too_long, body, body))
    )
    hall.now_is(CLOSES + timedelta(days=1))
    cast = await vote(hall, owner(4), election, 4)
    early = await hall.post(hall.clerk, f"{path}/closings")
    hall.now_is(later)
    late = await vote(hall, owner(5), election, 5)

    assert replies[0].json()["why"] == "TOO_LONG"
    assert Counter(one.status_code for one in replies) == {201: 1, 409: 2}
    assert (cast.status_code, early.json()["why"], late.status_code) == (201, "TOO_EARLY", 409)
    assert lines(admin_url, election)[3] == {"type": "EXTENDED", "day": "2026-11-27", "closes_at": later.isoformat()}
    assert (await hall.get(hall.clerk, f"{path}/announcement")).json() == text
    await hall.step(election, "closings")


async def test_what_may_be_done_names_the_extension_while_it_may_be_made(hall: Hall) -> None:
    """BAL-6. To the desk alone, and to nobody in a members' vote, whose window is not extended."""
    election = await hall.decision_opened()
    path = f"/v1/elections/{election['id']}"
    early = await hall.post(hall.clerk, f"{path}/closings")
    seen = [(await hall.get(who, path)).json()["allowed"] for who in (hall.clerk, hall.residents[2])]
    body = {"closes_at": (CLOSES + timedelta(days=1)).isoformat(), "reason": "返还率不足"}
    await hall.step(election, "extensions", body)
    after = (await hall.get(hall.clerk, path)).json()["allowed"]
    hall.now_is(MONDAY)
    members = await hall.decision_opened("MEMBERS_VOTE")
    refused = await hall.post(hall.clerk, f"/v1/elections/{members['id']}/extensions", body)

    assert (election["allowed"], early.json()["allowed"], seen) == (["EXTEND"], ["EXTEND"], [["EXTEND"], []])
    assert (after, members["allowed"], refused.status_code) == ([], [], 409)


async def test_after_the_end_nobody_extends(hall: Hall) -> None:
    """BAL-6."""
    election = await hall.decision_opened()
    hall.now_is(CLOSES)

    body = {"closes_at": (CLOSES + timedelta(days=1)).isoformat(), "reason": "迟了"}
    late = await hall.post(hall.clerk, f"/v1/elections/{election['id']}/extensions", body)

    assert late.json()["why"] == "TOO_LATE"


async def test_a_code_tells_recorded_effective_and_day_and_not_too_often(hall: Hall) -> None:
    """BAL-9."""
    election = await hall.decision_opened()
    me = owner(4)
    first = (await vote(hall, me, election, 4)).json()
    second = (await vote(hall, me, election, 4, replaces=1)).json()

    told = [(await hall.client.get(f"/v1/ballots/codes/{one['code']}")).json() for one in (first, second)]
    unknown = (await hall.client.get("/v1/ballots/codes/0000000000")).json()
    wrong = await hall.client.get("/v1/ballots/codes/ILOU")
    statuses = [(await hall.client.get("/v1/ballots/codes/0000000000")).status_code for _ in range(20)]

    day = OPENS.date().isoformat()
    assert told == [{"recorded": True, "effective": is_last, "day": day} for is_last in (False, True)]
    assert unknown == {"recorded": False, "effective": False, "day": None}
    assert (wrong.status_code, statuses.count(200), statuses[-1]) == (422, 17, 429)


async def test_every_owner_is_told_of_a_ballot_of_his_home(hall: Hall) -> None:
    """BAL-9: whoever cast it; no choice and no code. Read by index, each line once."""
    election, ann, bob = await co_owned(hall)
    receipt = (await vote(hall, ann, election, 1)).json()
    await vote(hall, ann, election, 1, replaces=1)

    read = [await give_notice(hall.house) for _ in range(2)]
    await vote(hall, ann, election, 1, replaces=2)
    read.append(await give_notice(hall.house))

    path = f"/v1/elections/{election['id']}/notices"
    told = [(await hall.get(who, path)) for who in (ann, bob, owner(5))]
    assert read == [5, 0, 1]
    assert [[one["revision"] for one in reply.json()["items"]] for reply in told] == [[3, 2, 1], [3, 2, 1], []]
    assert all(secret not in reply.text for reply in told for secret in (receipt["code"], "AGREE", receipt["what"]))
    assert all("log_index" not in reply.text for reply in told)
