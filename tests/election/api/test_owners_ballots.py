"""Owners' and members' ballots: signed by a fresh second factor, one a head, by any co-owner, by an agent, or not."""

from datetime import timedelta
from uuid import UUID

import psycopg

from tests.election.api.casting import AGREE, lines, owned, owner, vote
from tests.election.api.conftest import CLOSES, Hall
from tests.election.api.drafts import MEMBERS
from tests.election.api.neighbour import CODE, home, home_id
from tests.factories.tokens import Somebody


async def test_an_owner_votes_with_a_fresh_second_factor_and_it_is_kept(hall: Hall, admin_url: str) -> None:
    """BAL-5."""
    election = await hall.decision_opened()

    without = await vote(hall, owner(4, None), election, 4)
    stale = await vote(hall, owner(4, 301), election, 4)
    fresh = await vote(hall, owner(4, 299), election, 4)

    assert [one.status_code for one in (without, stale, fresh)] == [409, 409, 201], fresh.text
    assert (without.json()["why"], stale.json()["why"]) == ("STEP_UP_NEEDED", "STEP_UP_NEEDED")
    assert fresh.json()["step_up"].startswith("TOTP 20")
    assert (fresh.json()["channel"], fresh.json()["capacity"], len(fresh.json()["code"])) == ("ONLINE", "OWNER", 10)
    with psycopg.connect(admin_url) as connection:
        assert connection.execute("SELECT step_up FROM election.ballot").fetchone() == (fresh.json()["step_up"],)
    assert lines(admin_url, election)[3] == {
        "type": "CAST",
        "day": "2026-11-27",
        "who": fresh.json()["who"],
        "what": fresh.json()["what"],
    }


async def test_where_the_house_may_not_take_votes_online_the_paper_is_told(hall: Hall) -> None:
    """BAL-5 [P]."""
    for online, why in (("OFF", "ONLINE_OFF"), ("OFFICIAL_ONLY", "OFFICIAL_ONLY")):
        hall.now_is(CLOSES - timedelta(days=11))
        election = await hall.decision_opened(parameters={"online": online})
        refused = await vote(hall, owner(4), election, 4)
        assert (refused.status_code, refused.json()["why"]) == (409, why)


async def test_a_tenant_is_not_told_what_else_his_landlord_has(hall: Hall) -> None:
    """PUB-4. His home is the second one of its owner's entitlement."""
    ann = owner(3)
    for place in (3, 14):
        hall.books.homes[place] = home(place, owners=[str(ann.subject)], head_group="ab" * 16)
    tenant = Somebody([f"RESIDENT@{CODE}"], homes=[home_id(14)])
    election = await hall.decision_opened()
    path = f"/v1/elections/{election['id']}"

    told = [(await hall.get(who, f"{path}/ballots")).json()["items"] for who in (ann, tenant)]
    await hall.counted(election)
    proofs = [(await hall.get(who, f"{path}/statuses")).json()["items"] for who in (ann, tenant)]

    assert [[one["label"] for one in items] for items in (*told, *proofs)] == [["1-1-401"], ["2-1-501"]] * 2
    assert told[1][0]["home_id"] == str(home_id(14))


async def test_the_homes_of_one_head_are_one_ballot_and_any_co_owner_casts_it(hall: Hall) -> None:
    """VOTE-1, BAL-12."""
    ann, bob = owner(1), owner(2)
    for place in (1, 2):
        hall.books.homes[place] = home(place, owners=[str(ann.subject), str(bob.subject)], head_group="ab" * 16)
    election = await hall.decision_opened()

    cast = await vote(hall, ann, election, 2)
    second = await vote(hall, bob, election, 1)
    again = await vote(hall, ann, election, 1, replaces=1)

    assert (cast.status_code, cast.json()["home_id"]) == (201, str(home_id(1)))
    assert (second.status_code, second.json()["why"]) == (409, "HOME_HAS_CAST")
    assert (again.status_code, again.json()["revision"]) == (201, 2)


async def test_a_tenant_a_stranger_and_a_half_ballot_are_refused(hall: Hall) -> None:
    """VOTE-1, BAL-1."""
    election = await hall.decision_opened()
    tenant = Somebody([f"RESIDENT@{CODE}"], homes=[home_id(3)], stepped_up=1)

    refused = await vote(hall, tenant, election, 3)
    elsewhere = await vote(hall, owner(4), election, 3)
    half = await vote(hall, owner(3), election, 3, AGREE[:1])
    twice = await vote(hall, owner(3), election, 3, [AGREE[0], AGREE[0], AGREE[1]])
    marks = await hall.try_cast(owner(3), election, 3, [1])

    assert (refused.status_code, refused.json()["why"]) == (409, "NOT_ENTITLED")
    assert elsewhere.status_code == 404
    assert [one.status_code for one in (half, twice, marks)] == [422] * 3
    assert half.json()["type"].endswith("choices-refused")


async def test_a_member_votes_for_himself_without_a_home(hall: Hall) -> None:
    """BAL-3, PMC-4: no second factor is asked, and none is replaced."""
    election = await hall.decision_opened("MEMBERS_VOTE")
    member = Somebody([f"PMC_MEMBER@{CODE}"], subject=UUID(MEMBERS[0]["person_id"]))
    path, body = f"/v1/elections/{election['id']}/ballots", {"items": AGREE[:1]}

    cast = await hall.post(member, path, body)
    again = await hall.post(member, path, {**body, "replaces": 1})
    other = await hall.post(Somebody([f"PMC_MEMBER@{CODE}"]), path, body)
    mine = (await hall.get(member, path)).json()["items"]

    assert (cast.status_code, cast.json()["capacity"], cast.json()["home_id"]) == (201, "MEMBER", None)
    assert (again.json()["why"], other.status_code) == ("NO_REVOTE", 404)
    assert [(one["capacity"], one["stands"], one["home_id"]) for one in mine] == [("MEMBER", 1, None)]
    assert (await hall.get(member, f"{path}/{cast.json()['log_index']}")).json() == cast.json()


async def test_candidates_are_marked_with_up_to_the_seats(hall: Hall) -> None:
    """COM-1, BAL-1."""
    election = await hall.decision_opened("CANDIDATES")

    many = await hall.try_cast(owner(3), election, 3, [1, 2, 3, 4, 5, 6])
    cast = await hall.try_cast(owner(3), election, 3, [1, 2, 3, 4, 5])

    assert (many.status_code, cast.status_code) == (422, 201)


async def test_a_key_is_good_for_one_body_whatever_the_election(hall: Hall) -> None:
    """The key is a column of the ballot: unequal bodies are told apart, equal ones answered alike."""
    election = await hall.decision_opened()
    me, key = owner(4), {"Idempotency-Key": "vote-1"}
    owned(hall, 4, me)

    first = await vote(hall, me, election, 4, **key)
    again = await vote(hall, me, election, 4, **key)
    other = await vote(hall, me, election, 4, replaces=1, **key)

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert first.content == again.content
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert other.json()["type"].endswith("key-reused")


async def test_a_refusal_for_another_ballot_leaves_an_audit_row_and_no_choice(hall: Hall, admin_url: str) -> None:
    """BAL-12: the later is refused and logged."""
    ann, bob = owner(1), owner(1)
    owned(hall, 1, ann, bob)
    election = await hall.decision_opened()

    await vote(hall, ann, election, 1)
    await vote(hall, bob, election, 1)

    with psycopg.connect(admin_url) as connection:
        rows = connection.execute(
            "SELECT actor, outcome, details->>'why', details::text FROM election.audit WHERE operation = 'cast_ballot'"
        ).fetchall()
    assert [row[:3] for row in rows] == [(f"person:{bob.subject}", 409, "HOME_HAS_CAST")]
    assert "AGREE" not in rows[0][3]
