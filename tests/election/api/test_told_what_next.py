"""Whoever is refused is told what is in the way and what to do about it, at the field that it is about."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.election.papers.codes import qr_of
from services.election.results.printed import posting_lines
from services.election.rules.parameters import Preset
from services.election.tables import Election
from shared.database import new_id
from tests.election.api.casting import owned, owner, vote
from tests.election.api.conftest import CLOSES, DRAFT, OPENS, Hall
from tests.election.api.doors import Doors
from tests.election.api.drafts import draft_of
from tests.election.api.neighbour import home_id

WINDOW = {"opens_at": OPENS.isoformat(), "closes_at": CLOSES.isoformat()}
EN = {"Accept-Language": "en"}


def local(instant: datetime) -> str:
    return f"{instant.astimezone(UTC) + timedelta(hours=8):%Y-%m-%d %H:%M}"


async def test_a_step_that_is_too_early_says_from_when_it_is_not(hall: Hall) -> None:
    """VOTE-10, BAL-6."""
    election = await hall.announced()
    path = f"/v1/elections/{election['id']}"

    early = await hall.post(hall.clerk, f"{path}/openings")
    hall.now_is(OPENS)
    await hall.step(election, "openings")
    open_still = await hall.post(hall.clerk, f"{path}/closings", None, **EN)

    assert early.json()["detail"] == f"时间未到。最早:北京时间 {local(OPENS)}。"
    assert open_still.json()["detail"] == f"It is too early. At the earliest: {local(CLOSES)}, Beijing time."


async def test_a_result_says_from_when_it_may_become_final(hall: Hall) -> None:
    """PUB-6."""
    election = await hall.opened()
    for place in range(12):
        await hall.cast(hall.residents[place], election, place, [1])
    await hall.counted(election)
    await hall.step(election, "result-postings")

    early = await hall.post(hall.clerk, f"/v1/elections/{election['id']}/finals")

    assert early.json()["why"] == "TOO_EARLY"
    assert "最早:北京时间 2026-" in early.json()["detail"]


async def test_a_window_that_does_not_fit_says_which_would(hall: Hall) -> None:
    """BAL-6, VOTE-10."""
    election = await hall.draft()
    await hall.step(election, "rolls")
    path = f"/v1/elections/{election['id']}/announcements"
    soon = {"opens_at": (OPENS - timedelta(days=3)).isoformat(), "closes_at": CLOSES.isoformat()}
    short = {"opens_at": OPENS.isoformat(), "closes_at": (OPENS + timedelta(days=1)).isoformat()}

    too_soon, too_short = await hall.post(hall.clerk, path, soon), await hall.post(hall.clerk, path, short)

    assert "不足 3 天。最早:北京时间 2026-" in too_soon.json()["detail"]
    assert too_short.json()["detail"] == "投票期限应为 5 至 60 天。"


async def test_a_scope_that_the_register_does_not_have_is_named(hall: Hall) -> None:
    """VOTE-7."""
    draft = draft_of("ORDINARY", **WINDOW, buildings=["1", "9号楼"], entrances=["1-1", "1-9"])
    election = (await hall.post(hall.clerk, "/v1/elections", draft)).json()

    refused = await hall.post(hall.clerk, f"/v1/elections/{election['id']}/rolls")

    assert "9号楼, 1-9(" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("changed", "pointer", "zh"),
    [
        ({"parameters": {"max_marks": 9}}, "/parameters/max_marks", "最多可划人数不能多于候选人数。"),
        ({"parameters": {"proxy_principals": 3}}, "/parameters/proxy_principals", "此类投票没有这项参数。"),
        ({"closes_at": DRAFT["opens_at"]}, "/closes_at", "截止时间须晚于开始时间"),
        ({"rule_set": None}, "/rule_set", "rule_set 与 rule_set_id 须填且只填一个"),
        ({"rule_set_id": str(new_id())}, "/rule_set_id", "rule_set 与 rule_set_id 须填且只填一个"),
    ],
)
async def test_what_is_wrong_in_a_draft_is_said_at_its_field(
    hall: Hall, changed: dict[str, Any], pointer: str, zh: str
) -> None:
    reply = await hall.post(hall.clerk, "/v1/elections", {**DRAFT, **changed})

    (error,) = reply.json()["errors"]
    assert (reply.status_code, error["pointer"], error["detail"]) == (422, pointer, zh)


async def test_a_draft_may_be_changed_and_later_not(hall: Hall) -> None:
    """VOTE-9: `allowed`."""
    election = await hall.draft()
    posted = await hall.step(election, "rolls")

    assert ("CHANGE" in election["allowed"], "CHANGE" in posted["allowed"]) == (True, False)


async def test_a_ballot_without_its_home_is_not_told_that_the_home_is_unknown(hall: Hall) -> None:
    """BAL-11."""
    election = await hall.opened()

    reply = await hall.post(hall.owner, f"/v1/elections/{election['id']}/ballots", {"marks": [1]})

    assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (422, "/home_id")


async def test_whoever_cast_finds_his_receipt_again_and_nobody_elses(hall: Hall) -> None:
    """BAL-9. The index of another's ballot is not told: the public record opens a household's choice there."""
    election = await hall.opened()
    path = f"/v1/elections/{election['id']}/ballots"
    before = (await hall.get(hall.family, path)).json()["items"][0]["log_index"]
    cast = await hall.cast(hall.family, election, 0, [1])

    (mine,), (owners,) = [(await hall.get(who, path)).json()["items"] for who in (hall.family, hall.owner)]
    again = await hall.get(hall.family, f"{path}/{mine['log_index']}")

    assert (before, mine["log_index"], owners["log_index"]) == (None, cast["log_index"], None)
    assert (owners["newest"], again.json()["code"]) == (1, cast["code"])


async def test_a_paper_is_known_by_the_whole_text_of_its_qr(hall: Hall) -> None:
    """BAL-7. What a scanner reads is what is sent; the QR of another paper does not fit."""
    doors = Doors(hall, await hall.opened())
    await doors.print()
    election = UUID(doors.election["id"])

    foreign = await doors.try_fact(1, "ISSUED", code=qr_of(election, 2, doors.code(2)))
    issued = await doors.try_fact(1, "ISSUED", code=qr_of(election, 1, doors.code(1)))

    assert (foreign.json()["why"], issued.status_code) == ("WRONG_CODE", 201)


async def test_a_code_from_a_stub_is_read_as_it_is_written(hall: Hall) -> None:
    """BAL-9."""
    election = await hall.opened()
    code = (await hall.cast(hall.residents[1], election, 1, [1]))["code"]

    told = await hall.client.get(f"/v1/ballots/codes/{code.replace('0', 'o').replace('1', 'l').lower()}")

    assert told.json()["recorded"] is True


@pytest.mark.parametrize(
    ("step", "body", "pointer"),
    [
        ("boxes/1/openings", {"seal_found": "A 1", "counted": 1, "witnesses": [str(home_id(1))] * 2}, "/witnesses"),
        ("keyings", {"readings": [{"number": 1}]}, "/readings/0/marks"),
        ("print-runs", {"entrance": "2"}, "/building"),
    ],
)
async def test_fields_that_do_not_go_together_are_refused_at_one_of_them(
    hall: Hall, step: str, body: dict[str, Any], pointer: str
) -> None:
    election = await hall.opened()

    reply = await hall.post(hall.clerk, f"/v1/elections/{election['id']}/{step}", body, **EN)

    (error,) = reply.json()["errors"]
    assert (reply.status_code, error["pointer"]) == (422, pointer)
    assert error["detail"] != "is not right"


def test_a_notice_says_its_first_and_its_last_day_whenever_it_is_printed() -> None:
    """PUB-3, DAY-1. Midnight belongs to the day before; of a year that is not published only the length is known."""
    posted = Election(
        preset=Preset.HOUSEHOLD_BALLOT,
        rules={},
        posted_at=datetime(2026, 12, 10, 10, tzinfo=UTC),
        posted_until=datetime(2026, 12, 24, 16, tzinfo=UTC),
    )
    unknown = Election(preset=Preset.HOUSEHOLD_BALLOT, rules={}, posted_at=datetime(2026, 12, 28, 2, tzinfo=UTC))

    assert posting_lines(posted) == ["公示期：2026 年 12 月 10 日至 2026 年 12 月 24 日（含当日）"]
    assert "10 个工作日" in posting_lines(unknown)[0]
    assert posting_lines(Election()) == []


async def test_who_must_sign_anew_is_told_so_of_what_he_was_about_to_do(hall: Hall) -> None:
    """VOTE-1, BAL-4, BAL-5. An objection or an authority without a fresh second factor is no refused ballot."""
    ann, unsigned = owner(4), owner(4, None)
    owned(hall, 4, ann, unsigned)
    election = await hall.decision_opened()
    await vote(hall, ann, election, 4)
    path = f"/v1/elections/{election['id']}"

    objected = await hall.post(unsigned, f"{path}/ballot-objections", {"home_id": str(home_id(4))})
    given = {"home_id": str(home_id(4)), "warrant": "PROXY", "agent_id": str(new_id())}
    authorised = await hall.post(unsigned, f"{path}/proxies", given)

    told = [(one.json()["type"].rsplit("/", 1)[1], one.json()["why"]) for one in (objected, authorised)]
    assert told == [("dispute-refused", "STEP_UP_NEEDED"), ("proxy-refused", "STEP_UP_NEEDED")]


async def test_an_extension_that_is_too_long_says_how_long_it_may_be(hall: Hall) -> None:
    """BAL-6."""
    election = await hall.opened()
    body = {"closes_at": (CLOSES + timedelta(days=16)).isoformat(), "reason": "返还率不足"}

    refused = await hall.post(hall.clerk, f"/v1/elections/{election['id']}/extensions", body)

    assert (refused.json()["detail"], refused.json()["closes_at"]) == (
        "最多可延期 15 天。",
        f"{CLOSES:%Y-%m-%dT%H:%M:%SZ}",
    )


async def test_an_objection_says_who_may_end_it_now(hall: Hall) -> None:
    """PUB-6: its objector takes it back, the street office decides, and then nobody does anything."""
    election = await hall.opened()
    path = f"/v1/elections/{election['id']}/objections"
    made = (await hall.post(hall.owner, path, {"about": "PROCEDURE", "words": "公告张贴太晚。"})).json()

    seen = [(await hall.get(who, path)).json()["items"][0]["allowed"] for who in (hall.owner, hall.clerk, hall.officer)]
    decision = {"effect": "NONE", "answer": "经核实,公告按时张贴。"}
    decided = (await hall.post(hall.officer, f"/v1/objections/{made['id']}/decisions", decision)).json()

    assert (made["allowed"], seen, decided["allowed"]) == (["WITHDRAW"], [["WITHDRAW"], [], ["DECIDE"]], [])
