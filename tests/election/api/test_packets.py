"""BAL-10: what tablets gather without a signal, shuffled, doubled and late; each fact answered for itself."""

import random
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.database import new_id
from tests.election.api.conftest import CLOSES, MONDAY, Hall
from tests.election.api.doors import Doors, Tablet, worker


async def _round(doors: Doors, tablet: Tablet) -> list[dict[str, Any]]:
    """An entrance visited: issued and brought back, one spoiled, one not at home, one still out."""
    await doors.print(building="1")
    await doors.box()
    facts = [tablet.fact(doors, number, "ISSUED") for number in range(1, 8)]
    facts += [tablet.fact(doors, number, "RETURNED", box=1) for number in range(1, 5)]
    facts.append(tablet.fact(doors, 5, "SPOILED", words="撕破"))
    facts.append(tablet.fact(doors, 6, "LOST"))
    facts.append(tablet.fact(doors, 8, "UNDELIVERABLE"))
    return facts


def _sums(balance: Mapping[str, Any]) -> Any:
    """A balance without who and when."""
    lines = [{name: value for name, value in line.items() if name != "people"} for line in balance["lines"]]
    notices = [one["number"] for one in balance["notices"]]
    return {**balance, "lines": lines, "notices": notices}


@pytest.mark.parametrize("seed", range(3))
async def test_shuffled_doubled_and_late_packets_come_to_the_same(hall: Hall, seed: int) -> None:
    """BAL-10. In order and at once, against torn apart, shuffled and sent twice."""
    in_order = Doors(hall, await hall.opened())
    tablet = await in_order.tablet()
    told = await in_order.packet(tablet, await _round(in_order, tablet))
    plain = (await hall.get(hall.clerk, f"{in_order.path}/paper-balance")).json()
    hall.now_is(MONDAY)
    doors, chance = Doors(hall, await hall.opened()), random.Random(seed)
    tablet = await doors.tablet()
    facts = await _round(doors, tablet)
    sent = facts + chance.sample(facts, 9)
    chance.shuffle(sent)

    answers = [one for start in range(0, len(sent), 4) for one in (
        await doors.packet(tablet, sent[start : start + 4]))["facts"]]  # fmt: skip
    again = await doors.packet(tablet, facts)

    shuffled = (await hall.get(hall.clerk, f"{doors.path}/paper-balance")).json()
    assert all(one["accepted"] for one in (*told["facts"], *answers, *again["facts"]))
    assert [one["repeated"] for one in again["facts"]] == [True] * len(facts)
    assert sum(one["repeated"] for one in answers) == 9
    assert _sums(shuffled) == _sums(plain)
    assert again["gaps"] == told["gaps"] == []
    assert (await hall.get(hall.clerk, f"{doors.path}/turnout")).json()["cast"] == 4


async def test_a_doubled_return_is_answered_with_the_same_stub(hall: Hall) -> None:
    """BAL-7. A tablet that did not hear the answer asks again; in the same packet too."""
    doors = Doors(hall, await hall.opened())
    tablet = await doors.tablet()
    await doors.print()
    await doors.box()
    fact = tablet.fact(doors, 1, "RETURNED", box=1)

    first = (await doors.packet(tablet, [fact, fact]))["facts"]
    again = (await doors.packet(tablet, [fact]))["facts"]

    assert len({one["stub"] for one in (*first, *again)}) == 1
    assert len(first[0]["stub"]) == 10
    assert [one["repeated"] for one in (*first, *again)] == [False, True, True]


async def test_gaps_in_a_devices_numbers_are_told_until_they_are_filled(hall: Hall) -> None:
    """BAL-10."""
    doors = Doors(hall, await hall.opened())
    tablet = await doors.tablet()
    await doors.print()
    facts = [tablet.fact(doors, number, "ISSUED") for number in range(1, 8)]

    partly = await doors.packet(tablet, [facts[0], facts[3], facts[6]])
    whole = await doors.packet(tablet, facts)

    assert partly["gaps"] == [{"first": 2, "last": 3}, {"first": 5, "last": 6}]
    assert whole["gaps"] == []


async def test_each_fact_is_answered_for_itself(hall: Hall, admin_url: str) -> None:
    """BAL-10. Forged, changed on the way, of no paper, of a guessed code, told by one alone, of a used id or number."""
    doors = Doors(hall, await hall.opened())
    tablet = await doors.tablet()
    await doors.print()
    good = tablet.fact(doors, 1, "ISSUED")
    forged = Tablet(tablet.id, Ed25519PrivateKey.generate(), tablet.holder, 50).fact(doors, 2, "ISSUED")
    changed = tablet.fact(doors, 2, "ISSUED") | {"kind": "LOST"}
    unknown = tablet.fact(doors, 999, "ISSUED")
    guessed = tablet.fact(doors, 3, "ISSUED", code="AAAAAAAA")
    alone = tablet.fact(doors, 4, "ISSUED", people=[str(tablet.holder.subject)])
    strangers = tablet.fact(doors, 4, "ISSUED", people=[str(new_id()), str(new_id())])
    same_id = tablet.fact(doors, 5, "ISSUED", id=good["id"])
    same_number = tablet.fact(doors, 6, "ISSUED", sequence=good["sequence"])
    last = tablet.fact(doors, 7, "ISSUED")
    sent = [good, forged, changed, unknown, guessed, alone, strangers, same_id, same_number, last]

    told = (await doors.packet(tablet, sent))["facts"]

    assert [one["why"] for one in told] == [
        None, "BAD_SIGNATURE", "BAD_SIGNATURE", "UNKNOWN_PAPER", "WRONG_CODE", "NOT_TWO", "NOT_TWO", "ID_USED",
        "SEQUENCE_USED", None,
    ]  # fmt: skip
    with psycopg.connect(admin_url) as connection:
        assert connection.execute("SELECT number FROM election.paper_fact ORDER BY 1").fetchall() == [(1,), (7,)]


async def test_a_device_of_another_election_or_revoked_brings_nothing(hall: Hall) -> None:
    """BAL-10."""
    other = Doors(hall, await hall.opened())
    foreign = await other.tablet()
    hall.now_is(MONDAY)
    doors = Doors(hall, await hall.opened())
    await doors.print()
    tablet = await doors.tablet()
    kept = await doors.packet(tablet, [tablet.fact(doors, 1, "ISSUED")])
    await doors.done(hall.clerk, f"devices/{tablet.id}/revocations", {})

    late = await doors.packet(tablet, [tablet.fact(doors, 2, "ISSUED")])
    packet = {"device_id": foreign.id, "facts": [foreign.fact(doors, 3, "ISSUED")]}
    refused = await doors.post(doors.first, "packets", packet)
    twice = await doors.post(hall.clerk, "devices", {"holder_id": str(new_id()), "public_key": (
        await hall.get(hall.clerk, f"{doors.path}/devices")).json()["items"][0]["public_key"]})  # fmt: skip

    assert kept["facts"][0]["accepted"]
    assert late["facts"][0]["why"] == "DEVICE_REVOKED"
    assert (refused.status_code, twice.json()["why"]) == (404, "DEVICE_KNOWN")


async def test_the_houses_clock_judges_whatever_a_devices_clock_says(hall: Hall) -> None:
    """BAL-12. An online cast before the packet arrives stands; captured in time and arrived too late is late."""
    doors = Doors(hall, await hall.opened())
    tablet = await doors.tablet()
    await doors.print()
    await doors.box()
    early = (hall.house.clock.now() - timedelta(hours=3)).isoformat(timespec="seconds")
    future = (CLOSES + timedelta(days=900)).isoformat(timespec="seconds")
    first, ahead = (
        tablet.fact(doors, 1, "RETURNED", box=1, captured_at=early),
        tablet.fact(doors, 2, "RETURNED", box=1, captured_at=future),
    )
    late = tablet.fact(doors, 3, "RETURNED", box=1, captured_at=early)
    issued = tablet.fact(doors, 3, "ISSUED", captured_at=early)
    issued_after = tablet.fact(doors, 4, "ISSUED", captured_at=future)
    await hall.cast(hall.residents[0], doors.election, 0, [1])

    told = (await doors.packet(tablet, [first, ahead]))["facts"]
    await doors.close()
    closed = (await doors.packet(tablet, [late, issued, issued_after]))["facts"]

    assert [one["why"] for one in told] == ["HOME_HAS_CAST", None]
    assert [one["why"] for one in closed] == ["CLOSED", None, "AFTER_END"]


async def test_two_tablets_that_tell_the_same_return_register_it_once(hall: Hall) -> None:
    """BAL-12."""
    doors = Doors(hall, await hall.opened())
    one, two = await doors.tablet(), await doors.tablet(worker())
    await doors.print()
    await doors.box()

    first = (await doors.packet(one, [one.fact(doors, 1, "RETURNED", box=1)]))["facts"]
    second = (await doors.packet(two, [two.fact(doors, 1, "RETURNED", box=1)]))["facts"]

    assert (first[0]["why"], second[0]["why"]) == (None, "SAME_AGAIN")
    assert (await hall.get(hall.clerk, f"{doors.path}/turnout")).json()["cast"] == 1


MALFORMED: tuple[dict[str, Any], ...] = (
    {"signature": "zz"}, {"signature": "0a"}, {"sequence": 0}, {"sequence": "1"}, {"number": -1}, {"people": []},
    {"captured_at": "yesterday"}, {"kind": "EATEN"}, {"evidence": "x"}, {"words": "x" * 301}, {"extra": 1},
    {"code": "\x00"}, {"number": 2**70}, {"id": "no"},
)  # fmt: skip


async def test_a_malformed_packet_is_refused_whole(hall: Hall) -> None:
    """Nothing half taken."""
    doors = Doors(hall, await hall.opened())
    tablet = await doors.tablet()
    await doors.print()
    good, other = tablet.fact(doors, 1, "ISSUED"), tablet.fact(doors, 2, "ISSUED")

    refused = [
        await doors.post(doors.first, "packets", {"device_id": tablet.id, "facts": [good, other | changed]})
        for changed in MALFORMED
    ]

    assert [reply.status_code for reply in refused] == [422] * len(MALFORMED)
    assert {reply.headers["content-type"] for reply in refused} == {"application/problem+json"}
    assert (await hall.get(hall.clerk, f"{doors.path}/paper-balance")).json()["lines"] == []


async def test_a_packet_of_ten_thousand_facts_is_refused_before_it_is_judged(hall: Hall) -> None:
    """Bounded: a tablet sends five hundred at a time."""
    doors = Doors(hall, await hall.opened())
    tablet = await doors.tablet()
    await doors.print()
    fact = tablet.fact(doors, 1, "ISSUED")

    refused = await doors.post(doors.first, "packets", {"device_id": tablet.id, "facts": [fact] * 10_000})

    assert refused.status_code in (413, 422)
