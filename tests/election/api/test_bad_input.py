"""What callers get wrong is told field by field, never as a crash; the list leaves in four forms."""

from typing import Any

import pytest

from shared.database import new_id
from tests.election.api.conftest import CLOSES, DRAFT, OPENS, Hall
from tests.election.api.neighbour import home_id


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"seats": 0}, "/seats"),
        ({"seats": "2"}, "/seats"),
        ({"seats": 51}, "/seats"),
        ({"title": " "}, "/title"),
        ({"opens_at": "2026-12-01"}, "/opens_at"),
        ({"opens_at": "2026-12-01T09:00:00"}, "/opens_at"),
        ({"opens_at": CLOSES.isoformat(), "closes_at": OPENS.isoformat()}, ""),
        ({"rule_set": "REFERENDUM"}, "/rule_set"),
        ({"nominees": [{"name": "王", "consents": False}]}, "/nominees/0/consents"),
        ({"parameters": {"voters": "ANYBODY"}}, "/parameters/voters"),
        ({"parameters": {"seats": 2}}, "/parameters/seats"),
        ({"parameters": {"window_min_days": 0}}, "/parameters/window_min_days"),
        ({"state": "OPEN"}, "/state"),
        ({"buildings": ["\u0000"]}, "/buildings/0"),
    ],
)
async def test_a_wrong_draft_is_told_where(hall: Hall, changed: dict[str, Any], pointer: str) -> None:
    """BAL-3 and bounds."""
    reply = await hall.post(hall.clerk, "/v1/elections", {**DRAFT, **changed})

    assert reply.status_code == 422, reply.text
    assert any(error["pointer"].endswith(pointer) for error in reply.json()["errors"])


@pytest.mark.parametrize(
    "parameters",
    [{"max_marks": 5}, {"turnout_above": 3, "turnout_below": 2}, {"window_min_days": 50, "window_max_days": 40}],
)
async def test_parameters_that_do_not_fit_together_are_refused(hall: Hall, parameters: dict[str, int]) -> None:
    """BAL-6, BAL-11."""
    reply = await hall.post(hall.clerk, "/v1/elections", {**DRAFT, "parameters": parameters})

    assert (reply.status_code, reply.json()["type"].rsplit("/", 1)[1]) == (422, "rules-refused")
    assert reply.json()["at_fault"]


@pytest.mark.parametrize(
    "changed", [{"marks": "1"}, {"marks": [True]}, {"marks": [1.0]}, {"marks": [0]}, {"replaces": -1}, {"who": "me"}]
)
async def test_a_wrong_ballot_is_told_where(hall: Hall, changed: dict[str, Any]) -> None:
    """BAL-11."""
    election = await hall.opened()
    body = {"home_id": str(home_id(1)), "marks": [1], **changed}

    reply = await hall.post(hall.residents[1], f"/v1/elections/{election['id']}/ballots", body)

    assert reply.status_code == 422
    assert reply.json()["errors"]


async def test_an_unknown_election_is_unknown_at_every_path(hall: Hall) -> None:
    """No path tells more than another."""
    path = f"/v1/elections/{new_id()}"
    parts = ("", "/announcement", "/roll", "/turnout", "/result", "/history", "/ballots", "/ballots/0")
    steps = ("rolls", "announcements", "openings", "closings", "counts")

    read = [(await hall.get(hall.clerk, path + part)).status_code for part in parts]
    made = [(await hall.post(hall.clerk, f"{path}/{step}")).status_code for step in steps]
    cast = await hall.try_cast(hall.residents[1], {"id": path.rsplit("/", 1)[1]}, 1, [1])

    assert (read, made, cast.status_code) == ([404] * 8, [404] * 5, 404)


@pytest.mark.parametrize("form", ["application/json", "text/csv", "application/x-ndjson"])
async def test_the_list_leaves_in_each_form_and_narrows(hall: Hall, form: str) -> None:
    """Lists."""
    await hall.announced()
    await hall.draft(title="第二次")
    headers = {**hall.clerk.headers, "Accept": form}

    whole = await hall.client.get("/v1/elections", headers=headers)
    narrowed = await hall.client.get("/v1/elections", headers=headers, params={"state": "ANNOUNCED", "region": "1401"})

    assert (whole.status_code, narrowed.status_code) == (200, 200)
    assert "第二次" in whole.text
    assert "第二次" not in narrowed.text


async def test_what_may_be_done_is_told_with_every_election(hall: Hall) -> None:
    """VOTE-10: `allowed`."""
    election = await hall.draft()
    assert election["allowed"] == ["CHANGE", "POST_ROLL", "CANCEL"]
    opened = await hall.opened()
    path = f"/v1/elections/{opened['id']}"

    for who, allowed in ((hall.clerk, ["EXTEND"]), (hall.residents[1], ["CAST"]), (hall.grid_worker, [])):
        assert (await hall.get(who, path)).json()["allowed"] == allowed
    hall.now_is(CLOSES)
    assert (await hall.get(hall.clerk, path)).json()["allowed"] == ["CLOSE"]
    assert (await hall.get(hall.residents[1], path)).json()["allowed"] == []


async def test_a_refusal_is_told_in_the_asked_language(hall: Hall) -> None:
    """VOTE-10."""
    election = await hall.draft()
    path = f"/v1/elections/{election['id']}/closings"

    zh = (await hall.post(hall.clerk, path)).json()
    en = (await hall.post(hall.clerk, path, None, **{"Accept-Language": "en"})).json()

    assert (zh["detail"], en["detail"]) == ("当前阶段没有这一步。", "There is no such step from this state.")
    assert zh["allowed"] == ["POST_ROLL", "CANCEL"]
