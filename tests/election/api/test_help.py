"""BAL-10: a voter who cannot mark has a named helper and a witness, at the desk and by the packet."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx2
import psycopg
import pytest

from services.election.papers.actions import said_of
from services.election.papers.recording import Reported
from services.election.results.printed import helped_line
from services.election.rules.paper_wording import PAPER_WORDS
from services.election.rules.papers import FactKind, Help, PaperWhy
from tests.election.api.conftest import Hall
from tests.election.api.doors import Doors
from tests.election.api.neighbour import CODE
from tests.factories.tokens import Somebody

HELP = {"helper": "孙大勇", "witness": "钱小燕", "reason": "视力障碍"}
PURPOSE = {"purpose": "核对协助填写的选票"}


async def ready(hall: Hall) -> Doors:
    doors = Doors(hall, await hall.opened())
    await doors.print()
    await doors.box()
    return doors


async def read(doors: Doors, who: Somebody, number: int) -> httpx2.Response:
    return await doors.post(who, f"papers/{number}/readings", PURPOSE)


async def test_help_is_kept_sealed_counted_and_read_by_the_desk_for_a_purpose(hall: Hall, admin_url: str) -> None:
    """Names and reason are in no table, no audit row and no reply but that one."""
    doors = await ready(hall)
    told = await doors.fact(1, "RETURNED", box=1, help=HELP)
    await doors.fact(2, "RETURNED", box=1)

    balance = await hall.get(hall.clerk, f"{doors.path}/paper-balance")
    found = await read(doors, hall.clerk, 1)
    refused = [(await read(doors, who, 1)).status_code for who in (doors.first, hall.owner)]
    (helped,), (plain,) = found.json()["facts"], (await read(doors, hall.clerk, 2)).json()["facts"]

    assert (helped["help"], plain["help"], found.json()["state"]) == (HELP, None, "RETURNED")
    assert (balance.json()["helped"], refused) == (1, [403, 403])
    assert "孙大勇" not in balance.text + str(told)
    assert (await read(doors, hall.clerk, 99)).json()["type"].endswith("paper-unknown")
    with psycopg.connect(admin_url) as connection:
        rows = connection.execute(
            "SELECT purpose, details FROM election.audit WHERE operation = 'read_paper' AND outcome < 400 ORDER BY id"
        ).fetchall()
        kept = str(
            connection.execute("SELECT f::text, a::text FROM election.paper_fact f, election.audit a").fetchall()
        )
    assert rows == [(PURPOSE["purpose"], {"paper": 1}), (PURPOSE["purpose"], {"paper": 2})]
    assert not any(word in kept for word in HELP.values())


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("RETURNED", {**HELP, "witness": " 孙　大勇 "}, "HELP_ALONE"),
    ("RETURNED", {**HELP, "helper": "\u200b"}, "HELP_UNNAMED"),
    ("ISSUED", HELP, "HELP_NOT_HERE"),
]


@pytest.mark.parametrize(("kind", "help_", "why"), WRONG)
async def test_help_that_is_not_whole_is_refused_and_may_be_told_anew(
    hall: Hall, kind: str, help_: dict[str, Any], why: str
) -> None:
    """In both languages; nothing is kept, so that the paper in the box is not lost for a name."""
    doors = await ready(hall)

    zh, en = [
        await hall.post(
            doors.first,
            f"{doors.path}/papers/1/facts",
            {"kind": kind, "code": doors.code(1), "second_id": str(doors.second.subject), "box": 1, "help": help_},
            **{"Accept-Language": language},
        )
        for language in ("zh", "en")
    ]
    anew = await doors.try_fact(1, "RETURNED", box=1, help=HELP)

    assert [(one.status_code, one.json()["why"]) for one in (zh, en)] == [(409, why)] * 2
    assert all(words in one.json()["detail"] for one, words in zip((zh, en), PAPER_WORDS[PaperWhy(why)], strict=True))
    assert anew.status_code == 201


@pytest.mark.parametrize(("changed", "pointer"), [
    ({"helper": ""}, "/help/helper"),
    ({"witness": "  "}, "/help/witness"),
    ({"witness": None}, "/help/witness"),
    ({"helper": "x" * 61}, "/help/helper"),
    ({"reason": ""}, "/help/reason"),
    ({"reason": "\u0007"}, "/help/reason"),
    ({"phone": "1"}, "/help/phone"),
])  # fmt: skip
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_malformed_help_is_told_where(hall: Hall, changed: dict[str, Any], pointer: str, language: str) -> None:
    doors = await ready(hall)
    second, code = str(doors.second.subject), doors.code(1)
    body = {"kind": "RETURNED", "code": code, "second_id": second, "box": 1, "help": {**HELP, **changed}}

    more = {"Accept-Language": language}
    reply = await hall.post(doors.first, f"{doors.path}/papers/1/facts", body, **more)

    assert (reply.status_code, reply.headers["content-language"][:2]) == (422, language)
    assert any(error["pointer"].endswith(pointer) for error in reply.json()["errors"])
    assert (await hall.get(hall.clerk, f"{doors.path}/paper-balance")).json()["lines"] == []


async def test_a_tablet_signs_for_the_help_that_it_records(hall: Hall) -> None:
    """Each fact for itself; what was put in, taken away or changed on the way has no signature."""
    doors = await ready(hall)
    tablet = await doors.tablet()
    facts = [tablet.fact(doors, number, "RETURNED", box=1, help=HELP) for number in range(1, 5)]
    bare = tablet.fact(doors, 5, "RETURNED", box=1)
    alone = tablet.fact(doors, 6, "RETURNED", box=1, help={**HELP, "helper": HELP["witness"]})
    facts[1]["help"] = None
    facts[2]["help"] = {**HELP, "witness": "李四"}

    told = (await doors.packet(tablet, [*facts, bare | {"help": HELP}, alone]))["facts"]
    mended = tablet.fact(doors, 6, "RETURNED", box=1, help=HELP, id=alone["id"], sequence=alone["sequence"])
    again = (await doors.packet(tablet, [facts[0], mended]))["facts"]

    forged = "BAD_SIGNATURE"
    assert [one["why"] for one in told] == [None, forged, forged, None, forged, "HELP_ALONE"]
    assert [(one["why"], one["repeated"]) for one in again] == [(None, True), (None, False)]
    assert (await hall.get(hall.clerk, f"{doors.path}/paper-balance")).json()["helped"] == 3


async def test_a_fact_told_again_with_another_helper_is_another_fact(hall: Hall) -> None:
    """Nobody is helped after the fact: the first telling stands, and the teller hears it."""
    doors = await ready(hall)
    tablet = await doors.tablet()
    first = tablet.fact(doors, 1, "RETURNED", box=1)
    await doors.packet(tablet, [first])

    same = {"id": first["id"], "sequence": first["sequence"]}
    later = tablet.fact(doors, 1, "RETURNED", box=1, help=HELP, **same)

    assert (await doors.packet(tablet, [later]))["facts"][0]["why"] == "ID_USED"
    assert (await hall.get(hall.clerk, f"{doors.path}/paper-balance")).json()["helped"] == 0


async def test_the_minutes_of_counting_say_how_many_were_marked_with_help(hall: Hall) -> None:
    doors = await ready(hall)
    for number in range(1, 4):
        await doors.fact(number, "RETURNED", box=1, **({"help": HELP} if number < 3 else {}))
    await doors.scanned(1, 2, 3)
    await doors.key_twice({1: [1], 2: [2], 3: [3]})
    await doors.counted()

    reply = await hall.get(Somebody([f"STREET_OFFICER@{CODE[:9]}"]), f"{doors.path}/counting-minutes")

    balance = (await hall.get(hall.clerk, f"{doors.path}/paper-balance")).json()
    assert (reply.status_code, reply.headers["content-type"]) == (200, "application/pdf")
    assert helped_line(balance["helped"]) == "协助填写的纸质选票：2 张，每张均记有协助人和见证人姓名。"


def test_what_a_device_signs_without_help_is_what_it_always_was() -> None:
    """Tablets in the field need no new program."""
    fact = Reported(
        id=UUID(int=1),
        number=12,
        code="ABCD2345",
        kind=FactKind.RETURNED,
        captured_at=datetime(2026, 12, 1, 4, tzinfo=UTC),
        people=(UUID(int=3), UUID(int=2)),
        recorder=UUID(int=2),
        box=1,
        device_id=UUID(int=4),
        sequence=7,
    )
    plain = said_of(UUID(int=5), fact)
    helped = said_of(UUID(int=5), replace(fact, help=Help(**HELP)))

    assert plain.decode() == (
        '{"box":1,"captured_at":1796097600000,"code":"ABCD2345","device":"00000000-0000-0000-0000-000000000004",'
        '"election":"00000000-0000-0000-0000-000000000005","evidence":"","id":"00000000-0000-0000-0000-000000000001",'
        '"kind":"RETURNED","number":12,"people":"00000000-0000-0000-0000-000000000002,'
        '00000000-0000-0000-0000-000000000003","sequence":7,"words":""}'
    )
    assert '"help":{"helper":"孙大勇","reason":"视力障碍","witness":"钱小燕"},' in helped.decode()
