"""Authorities: given by the principal or taken by the desk, three at most an agent, ended, and cast under."""

import asyncio
from collections import Counter
from typing import Any

from shared.database import new_id
from tests.election.api.casting import owned, owner, upload, vote
from tests.election.api.conftest import MONDAY, Hall
from tests.election.api.drafts import MEMBERS
from tests.election.api.neighbour import CODE, home_id
from tests.factories.tokens import Somebody


def agent(*grants: str) -> Somebody:
    return Somebody(grants or (f"VOLUNTEER@{CODE}",), stepped_up=1)


async def give(
    hall: Hall, who: Somebody, election: dict[str, Any], place: int, to: Somebody, warrant: str = "PROXY", **more: Any
) -> Any:
    body = {"home_id": str(home_id(place)), "warrant": warrant, "agent_id": str(to.subject), **more}
    return await hall.post(who, f"/v1/elections/{election['id']}/proxies", body)


async def test_an_agent_casts_once_the_principal_has_said_so(hall: Hall) -> None:
    """BAL-4, BAL-12."""
    election = await hall.decision_opened()
    eve, ann = agent(), owner(4)

    before = await vote(hall, eve, election, 4)
    unsigned = await give(hall, owner(4, None), election, 4, eve)
    given = await give(hall, ann, election, 4, eve)
    cast = await vote(hall, eve, election, 4)
    late = await vote(hall, ann, election, 4, replaces=1)
    hers = (await hall.get(eve, f"/v1/elections/{election['id']}/ballots")).json()["items"]

    assert (before.status_code, unsigned.json()["why"], given.status_code) == (404, "STEP_UP_NEEDED", 201)
    assert (cast.status_code, cast.json()["channel"], cast.json()["capacity"]) == (201, "PROXY", "PROXY")
    assert late.json()["why"] == "HOME_HAS_CAST"
    assert [(one["label"], one["capacity"], one["cast_by_me"]) for one in hers] == [("1-1-501", "PROXY", True)]


async def test_an_ended_authority_casts_no_more_and_makes_room(hall: Hall) -> None:
    """BAL-4."""
    election = await hall.decision_opened()
    eve, ann = agent(), owner(4)
    path = f"/v1/elections/{election['id']}/proxies"
    given = (await give(hall, ann, election, 4, eve)).json()

    twice = await give(hall, ann, election, 4, agent())
    ended = await hall.client.delete(f"{path}/{given['id']}", headers=ann.headers)
    again = await hall.client.delete(f"{path}/{given['id']}", headers=eve.headers)
    foreign = await hall.client.delete(f"{path}/{given['id']}", headers=owner(5).headers)
    refused = await vote(hall, eve, election, 4)
    other = await give(hall, ann, election, 4, agent())

    assert twice.json()["why"] == "STANDS_ALREADY"
    assert [one.status_code for one in (ended, again, foreign, refused, other)] == [204, 204, 404, 404, 201]
    listed = [(await hall.get(who, path)).json()["items"] for who in (ann, eve, owner(5), hall.clerk)]
    assert [len(one) for one in listed] == [2, 1, 0, 2]


async def test_an_agent_stands_for_three_also_when_many_ask_at_once(hall: Hall) -> None:
    """BAL-4 [P]: judged under the head lock."""
    election = await hall.decision_opened()
    eve = agent()

    replies = await asyncio.gather(*(give(hall, owner(place), election, place, eve) for place in range(2, 10)))

    assert Counter(reply.status_code for reply in replies) == {201: 3, 409: 5}
    assert {reply.json()["why"] for reply in replies if reply.status_code == 409} == {"TOO_MANY"}


async def test_an_agent_who_has_cast_for_three_stands_for_no_fourth(hall: Hall) -> None:
    """BAL-4. An authority that ends after its ballot makes no room, until that ballot is void."""
    election = await hall.decision_opened()
    eve, path = agent(), f"/v1/elections/{election['id']}"
    for place in (2, 3, 4):
        given = (await give(hall, owner(place), election, place, eve)).json()
        assert (await vote(hall, eve, election, place)).status_code == 201
        await hall.client.delete(f"{path}/proxies/{given['id']}", headers=eve.headers)

    fourth = await give(hall, owner(5), election, 5, eve)
    again = await give(hall, owner(4), election, 4, eve)
    body = {"home_id": str(home_id(3)), "reason": "本人到场", "second_token": hall.officer.token()}
    await hall.post(hall.clerk, f"{path}/revocations", body)
    after = await give(hall, owner(5), election, 5, eve)

    assert (fourth.status_code, fourth.json().get("why")) == (409, "TOO_MANY")
    assert (again.status_code, after.status_code) == (201, 201)


async def test_of_two_authorities_of_one_entitlement_at_once_one_stands(hall: Hall) -> None:
    """BAL-4."""
    ann, bob = owner(4), owner(4)
    owned(hall, 4, ann, bob)
    election = await hall.decision_opened()

    replies = await asyncio.gather(*(give(hall, who, election, 4, agent()) for who in (ann, bob)))

    assert Counter(reply.status_code for reply in replies) == {201: 1, 409: 1}


async def test_the_desk_takes_an_authority_with_its_paper_and_an_agent_before_his_letter(hall: Hall) -> None:
    """BAL-4, VOTE-1: without the letter the ballot is suspended."""
    election = await hall.decision_opened()
    eve, paper = agent(), upload(hall, hall.clerk)

    bare = await give(hall, hall.clerk, election, 4, eve)
    forged = await give(hall, hall.clerk, election, 4, eve, paper=upload(hall, hall.officer))
    written = await give(hall, hall.clerk, election, 4, eve, paper=paper)
    guardian = await give(hall, hall.clerk, election, 5, eve, "GUARDIAN", paper=paper)
    letterless = await give(hall, hall.clerk, election, 6, eve, "AGENT")
    casts = [await vote(hall, eve, election, place) for place in (4, 5, 6)]
    mine = (await hall.get(eve, f"/v1/elections/{election['id']}/ballots")).json()["items"]

    assert (bare.json()["why"], forged.status_code) == ("PAPER_NEEDED", 422)
    assert [one.status_code for one in (written, guardian, letterless, *casts)] == [201] * 6
    assert [one["suspended"] for one in mine] == [False, False, True]
    filing = f"/v1/elections/{election['id']}/proxies/{letterless.json()['id']}/papers"
    filed = [await hall.post(hall.clerk, filing, {"paper": paper}) for _ in range(2)]
    mine = (await hall.get(eve, f"/v1/elections/{election['id']}/ballots")).json()["items"]
    assert [one.status_code for one in filed] == [201, 409]
    assert [one["suspended"] for one in mine] == [False, False, False]


async def test_property_company_staff_and_owner_members_stand_for_nobody(hall: Hall) -> None:
    """BAL-4 [P], PMC-4."""
    election = await hall.decision_opened()
    staff = agent(f"HANDLER@{CODE}")
    await give(hall, owner(4), election, 4, staff)

    refused = await vote(hall, staff, election, 4)
    hall.now_is(MONDAY)
    members = await hall.decision_opened("MEMBERS_VOTE")
    proxies = f"/v1/elections/{members['id']}/proxies"
    sitting = [Somebody([f"PMC_MEMBER@{CODE}"], subject=MEMBERS[place]["person_id"]) for place in (0, 4)]
    body = {"warrant": "PROXY", "agent_id": str(new_id())}
    replies = [await hall.post(who, proxies, body) for who in sitting]

    assert refused.json()["why"] == "BARRED_ROLE"
    assert [reply.status_code for reply in replies] == [409, 201]
    assert replies[0].json()["why"] == "OWNER_MEMBER"


async def test_an_agent_casts_for_a_member_who_may_name_one(hall: Hall) -> None:
    """BAL-4, PMC-4. He says for whom; for a member who named nobody he has no ballot."""
    members = await hall.decision_opened("MEMBERS_VOTE")
    path, eve = f"/v1/elections/{members['id']}", agent()
    sitting = Somebody([f"PMC_MEMBER@{CODE}"], subject=MEMBERS[4]["person_id"])
    given = await hall.post(sitting, f"{path}/proxies", {"warrant": "PROXY", "agent_id": str(eve.subject)})
    choice = {"items": [{"number": 1, "choice": "AGREE"}]}

    bare = await hall.post(eve, f"{path}/ballots", choice)
    foreign = await hall.post(eve, f"{path}/ballots", {**choice, "member_id": MEMBERS[5]["person_id"]})
    cast = await hall.post(eve, f"{path}/ballots", {**choice, "member_id": MEMBERS[4]["person_id"]})
    both = {**choice, "member_id": MEMBERS[4]["person_id"], "home_id": str(home_id(4))}
    strange = await hall.post(eve, f"{path}/ballots", both)

    assert [one.status_code for one in (given, bare, foreign, cast, strange)] == [201, 404, 404, 201, 404], cast.text
    assert (cast.json()["capacity"], cast.json()["home_id"]) == ("PROXY", None)


async def test_a_household_takes_no_proxy_and_nobody_gives_anothers(hall: Hall) -> None:
    """BAL-4, BAL-11."""
    household = await hall.opened()
    refused = await give(hall, owner(4), household, 4, agent())
    hall.now_is(MONDAY)
    decision = await hall.decision_announced()
    foreign = await give(hall, owner(5), decision, 4, agent())

    assert (refused.json()["why"], foreign.status_code) == ("NOT_HERE", 404)
