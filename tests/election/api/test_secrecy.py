"""No choice is seen before the closing, by no reply, no event, no audit row and no figure; turnout in steps."""

import hashlib
import json
import re
from datetime import timedelta

import psycopg

from services.election.ballots.noticing import give_notice
from tests.election.api.casting import owner, vote
from tests.election.api.conftest import CLOSES, MONDAY, OPENS, Hall
from tests.election.api.neighbour import home_id
from tests.factories.tokens import Somebody


async def test_no_reply_shows_a_choice_before_the_count(hall: Hall) -> None:
    """BAL-9. Everything that can be read is read as everybody, with two opposite ballots in the box."""
    election = await hall.opened()
    path = f"/v1/elections/{election['id']}"
    paths = [path, *(f"{path}/{part}" for part in ("announcement", "roll", "turnout", "history", "ballots", "result"))]
    paths += [f"{path}/ballots/3", "/v1/elections"]
    everybody = (hall.clerk, hall.officer, hall.grid_worker, hall.residents[1], hall.residents[2])
    before = {(who.subject, one): (await hall.get(who, one)).text for who in everybody for one in paths}

    receipt = await hall.cast(hall.residents[1], election, 1, [4])

    assert "marks" not in receipt
    for who in everybody:
        for one in paths:
            now = (await hall.get(who, one)).text
            assert '"marks":[' not in now.replace(" ", "").replace("\\", "")
            if who is not hall.residents[1] and not one.endswith("turnout"):
                assert now.split('"trace_id"')[0] == before[who.subject, one].split('"trace_id"')[0]
    assert (await hall.get(hall.clerk, f"{path}/result")).status_code == 409
    await _closed(hall, election)
    assert (await hall.get(hall.clerk, f"{path}/result")).status_code == 409


async def _closed(hall: Hall, election: dict[str, str]) -> None:
    hall.now_is(CLOSES)
    await hall.step(election, "closings")


async def test_events_and_audit_hold_no_ballot_and_no_choice(hall: Hall, admin_url: str) -> None:
    """BAL-9. No event of a ballot leaves the house; its line of the log is its audit (ADR 50)."""
    election = await hall.opened()
    await hall.cast(hall.residents[1], election, 1, [4], 0)

    with psycopg.connect(admin_url) as connection:
        types = connection.execute("SELECT data->>'state' FROM election.outbox ORDER BY id").fetchall()
        audited = connection.execute("SELECT details FROM election.audit WHERE operation = 'cast_ballot'").fetchall()

    assert [row[0] for row in types] == ["DRAFT", "ROLL_POSTED", "ANNOUNCED", "OPEN"]
    assert audited == []


async def test_names_lie_sealed(hall: Hall, admin_url: str) -> None:
    """PRI-2."""
    await hall.draft()

    with psycopg.connect(admin_url) as connection:
        rows = connection.execute("SELECT name_sealed, words_sealed FROM election.nominee").fetchall()

    assert len(rows) == 4
    assert not any("王秀兰".encode() in bytes(value) for row in rows for value in row)


async def test_a_receipt_proves_the_ballot_to_whoever_cast_it(hall: Hall) -> None:
    """BAL-9. Who and what open apart; nobody else gets the salts."""
    election = await hall.opened()
    receipt = await hall.cast(hall.residents[1], election, 1, [3, 1])
    what = json.dumps({"election": election["id"], "marks": [1, 3]}, separators=(",", ":"))
    who = json.dumps(receipt["who_said"], separators=(",", ":"), sort_keys=True)

    again = await hall.get(hall.residents[1], f"/v1/elections/{election['id']}/ballots/{receipt['log_index']}")
    others = await hall.get(hall.clerk, f"/v1/elections/{election['id']}/ballots/{receipt['log_index']}")

    assert hashlib.sha256(bytes.fromhex(receipt["what_salt"]) + what.encode()).hexdigest() == receipt["what"]
    assert hashlib.sha256(bytes.fromhex(receipt["who_salt"]) + who.encode()).hexdigest() == receipt["who"]
    assert (again.json(), others.status_code) == (receipt, 404)
    assert (receipt["home_id"], receipt["who_said"]["capacity"]) == (str(home_id(1)), "RESIDENT")
    assert str(hall.residents[1].subject) not in who


async def test_turnout_is_told_by_the_hour_and_in_steps_and_by_building_to_deliverers(hall: Hall) -> None:
    """BAL-9."""
    election = await hall.opened()
    path = f"/v1/elections/{election['id']}/turnout"
    for place in range(12):
        await hall.cast(hall.residents[place], election, place, [1])
    at_once = (await hall.get(hall.residents[1], path)).json()
    hall.now_is(OPENS + timedelta(hours=1))
    later = (await hall.get(hall.residents[1], path)).json()
    deliverer = (await hall.get(hall.grid_worker, path)).json()

    assert (at_once["cast"], at_once["exact"], at_once["buildings"]) == (0, False, None)
    assert (later["cast"], later["step"]) == (10, 10)
    assert [(one["building"], one["households"], one["cast"]) for one in deliverer["buildings"]] == [
        ("1", 10, 10),
        ("2", 10, 2),
    ]
    await _closed(hall, election)
    assert (await hall.get(hall.residents[1], path)).json()["cast"] == 12


async def test_what_is_told_before_closing_does_not_depend_on_the_choices(hall: Hall) -> None:
    """BAL-9. Two like elections, one in which all agree and one in which all oppose: every reply is the same."""
    told = []
    for choice in ("AGREE", "OPPOSE"):
        hall.now_is(MONDAY)
        election = await hall.decision_opened()
        items = [{"number": number, "choice": choice} for number in (1, 2)]
        for place in range(2, 14):
            assert (await vote(hall, owner(place), election, place, items)).status_code == 201
        await give_notice(hall.house)
        hall.now_is(OPENS + timedelta(hours=2))
        path = f"/v1/elections/{election['id']}"
        parts = ("", "/announcement", "/roll", "/turnout", "/history", "/ballots", "/result", "/notices", "/proxies")
        told.append([await _normal(hall, who, path + part) for who in (hall.clerk, hall.owner) for part in parts])

    assert told[0] == told[1]
    assert any('"cast": 12' in one or '"cast":12' in one for one in told[0])


async def _normal(hall: Hall, who: Somebody, path: str) -> str:
    """A reply without what chance and the clock put into it."""
    text = (await hall.get(who, path)).text
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32,64}|\d{4}-\d\d-\d\dT[0-9:.]+(Z|\+00:00)", "·", text)
