"""What durable ballots cost: `make bench WHAT=election`, or `python -m bench.election --ballots 20000 --papers 0`.

One election room over an empty table and over one of a million ballots; voters in another process cast through the
room alone, through a gateway in its process, and through one that reaches it over HTTP, and post to an empty route
behind the same edge (token, key; at a gateway admission too), round by round in turn. Then one cast each at 300 a
second; the room's statements by pgbench; the count of the million; keyings of papers. The last line is JSON: medians
over the rounds of ballots a second as a share of the empty POST to the room alone ("million": of the same over the
empty table), the same by CPU time of the serving processes, and the times.
"""

import argparse
import asyncio
import contextlib
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from uuid import UUID

import psycopg

from bench import keying
from bench.ballots import fill
from bench.counting import seconds_of_count
from bench.open_loop import Pool
from bench.serving import free_port, running
from bench.sql_alone import ballots_a_second
from bench.voting import Round, Voter, Way, at_rate, cpu_each, one_round, rounds, share
from migrations.roles import address
from migrations.run import prepare
from shared.database import new_id
from shared.postgres import Postgres
from shared.sealing import Keys
from tests.election.api.neighbour import CODE, COMPOUND
from tests.factories.open_ballots import open_election
from tests.factories.tokens import PUBLISHED, Somebody

ROUNDS = 8
VOTERS, HOMES = 12_800, 2
"""Owners, and the homes of each, an entitlement every one: enough that hardly anybody casts more than a few times."""
PAPERS = 5_000
AT_RATE = 3_000
PER_SECOND = 300
BATCHES = (1, 32)
"""Ballots a transaction, for pgbench."""


@dataclass(frozen=True, slots=True)
class Polls:
    """The databases of a bench, by name: their addresses for the room, and their open elections."""

    urls: Mapping[str, str]
    elections: Mapping[str, UUID]
    by_sql: Mapping[int, UUID]
    """Ballots a transaction -> the election that pgbench casts in."""
    past: UUID
    """The closed one of a million ballots."""
    keys: Keys
    voters: Sequence[Voter]


def main() -> None:
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--ballots", type=int, default=1_000_000)
    told.add_argument("--rounds", type=int, default=ROUNDS)
    told.add_argument("--papers", type=int, default=10_000)
    given = told.parse_args()
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # as root PostgreSQL is another user
        with Postgres(folder / "pg", say=lambda _: None) as postgres:
            polls = _prepared(postgres, folder, given.ballots)
            with _ways(folder, polls) as ways:
                found, late, by_sql = asyncio.run(_measured(ways, polls, given.rounds, folder))
            count = asyncio.run(seconds_of_count(polls.urls["million"], polls.keys, polls.past))
            _say(found)
            shares = _shares(found) | late | by_sql | {"count_s": round(count, 2)}
            print(f"count of {given.ballots} ballots: {count:.2f} s")
            if given.papers:
                shares |= _keyings(postgres, folder, given.papers)
    print(json.dumps(shares))


def _prepared(postgres: Postgres, folder: Path, ballots: int) -> Polls:
    people = [Somebody([f"OWNER@{CODE}"], homes=[new_id()]) for _ in range(VOTERS)]
    homes = [one.homes[0] for one in people] + [new_id() for _ in range(VOTERS * (HOMES - 1))]
    subjects = [one.subject for one in people] * HOMES
    urls, elections, by_sql, past, keys = {}, {}, dict[int, UUID](), new_id(), None
    for name in ("none", "million"):
        prepare(postgres.url(), f"bench_{name}")
        admin = address(postgres.url(), database=f"bench_{name}")
        urls[name] = address(admin, role="election")
        (folder / name).mkdir()
        keys = Keys.load(folder / name / "keys", create=True)
        with psycopg.connect(admin, autocommit=True) as connection:
            elections[name] = open_election(connection, (COMPOUND, CODE), homes, subjects)
            if name == "none":
                for batch in BATCHES:
                    by_sql[batch] = open_election(connection, (COMPOUND, CODE), [new_id() for _ in homes], subjects)
            else:
                past = fill(connection, keys, ballots)
    assert keys is not None, "of the last database"
    long = time.time() + 3_600
    tokens = [one.token(exp=long) for one in people] * HOMES
    voters = [Voter(str(home), token) for home, token in zip(homes, tokens, strict=True)]
    return Polls(urls, elections, by_sql, past, keys, voters)


@contextlib.contextmanager
def _ways(folder: Path, polls: Polls) -> Iterator[list[Way]]:
    """Casts and empty POSTs, through every door."""
    rooms = {name: {"url": url, "folder": str(folder / name)} for name, url in polls.urls.items()}
    settings = folder / "polls.json"
    settings.write_text(json.dumps({"rooms": rooms, "published": PUBLISHED}))
    me = [sys.executable, "-m", "bench.polls"]
    with running([*me, str(settings)]) as house:
        assert house.stdout is not None
        ports, apart = json.loads(house.stdout.readline() or b"{}"), free_port()
        with running([*me, "--forward", str(ports["none"]), str(apart)]) as door:
            assert door.stdout is not None
            door.stdout.readline()
            alone, both = [house.pid], [house.pid, door.pid]
            doors = [
                ("empty", ports["none"], None, alone),
                ("service", ports["none"], "none", alone),
                ("million", ports["million"], "million", alone),
                ("gateway", ports["gateway"], "none", alone),
                ("gateway_empty", ports["gateway"], None, alone),
                ("gateway_http", apart, "none", both),
                ("gateway_http_empty", apart, None, both),
            ]
            yield [
                Way(name, port, str(polls.elections[database or "none"]), database, pids, Pool(port))
                for name, port, database, pids in doors
            ]


async def _measured(
    ways: Sequence[Way], polls: Polls, many: int, folder: Path
) -> tuple[dict[str, list[Round]], dict[str, float], dict[str, float]]:
    """Rounds of every way; p99 at so many casts a second; ballots by pgbench as a share of the empty POST."""
    found = await rounds(ways, polls.voters, VOTERS, many)
    by_name = {way.name: way for way in ways}
    late: dict[str, float] = {}
    for name, half in (("service", polls.voters[:AT_RATE]), ("gateway_http", polls.voters[AT_RATE : 2 * AT_RATE])):
        seconds, lost = await at_rate(by_name[name], half, PER_SECOND)
        late |= {f"{name}_p99_ms": round(1e3 * seconds), f"{name}_not_taken": lost}
    by_sql: dict[str, list[float]] = {}
    turns = cycle(polls.voters)
    for _ in range(3):
        beside = await one_round(by_name["empty"], turns)
        for batch in BATCHES:
            asked = (polls.urls["none"], polls.by_sql[batch], len(polls.voters), batch, folder)
            rate = await asyncio.to_thread(ballots_a_second, *asked)
            by_sql.setdefault("pgbench" if batch == 1 else f"pgbench_{batch}", []).append(rate / beside.rate)
    return found, late, {name: round(statistics.median(rates), 3) for name, rates in by_sql.items()}


def _say(found: Mapping[str, Sequence[Round]]) -> None:
    for name, way in found.items():
        rate = statistics.median(one.rate for one in way)
        print(f"{name:<20} {rate:6.0f}/s   {1e6 * cpu_each(way):5.0f} us CPU of who serves")


def _shares(found: Mapping[str, Sequence[Round]]) -> dict[str, float]:
    """Of the empty POST to the room alone; at a gateway's door also of the empty POST there."""
    shares = {name: share(found[name], found["empty"]) for name in ("service", "gateway", "gateway_http")}
    for door in ("gateway", "gateway_http"):
        shares[f"{door}_of_its_empty"] = share(found[door], found[f"{door}_empty"])
    by_cpu = {f"{name}_by_cpu": round(cpu_each(found["empty"]) / cpu_each(found[name]), 3) for name in ("service",)}
    return shares | {"million": share(found["million"], found["service"])} | by_cpu


def _keyings(postgres: Postgres, folder: Path, papers: int) -> dict[str, float]:
    """Two readings a paper; an election of its own for as many as are printed at once."""
    readings, seconds = 0, 0.0
    for begin in range(0, papers, PAPERS):
        prepare(postgres.url(), f"bench_papers_{begin}")
        url = address(postgres.url(), database=f"bench_papers_{begin}", role="election")
        found = asyncio.run(keying.measure(url, folder / f"papers_{begin}", min(PAPERS, papers - begin)))
        readings, seconds = readings + int(found["readings"]), seconds + found["seconds"]
    print(f"{readings} readings: {seconds:.2f} s")
    return {"readings": readings, "keyings_s": round(seconds, 2)}


if __name__ == "__main__":
    main()
