"""Ballots cast and replaced: each acknowledged one is in the log once, at its index, with what its voter marked."""

import asyncio
import hashlib
import json
import random
from collections.abc import Iterable, Mapping
from functools import partial
from itertools import count
from typing import Any
from uuid import UUID

import psycopg

from services.election.rules.commitments import by_said, commitment, what_said, who_said
from services.election.rules.leaves import leaf_hash
from shared.database import new_id
from tests.chaos.checker import Found, Kind, Wrong, dense, exactly_once
from tests.chaos.ledger import Ledger
from tests.chaos.workload import Field, Look
from tests.factories.open_ballots import open_election

VOTERS = ("owner", "resident", "tenant", "pmc", "party", "volunteer")
NUMBERS = (1, 2, 3, 4)


class Ballots:
    """Each voter casts his home's ballot and replaces it, again and again, with other marks."""

    name = "ballots"
    clients = len(VOTERS)
    needs = frozenset({"registry", "election"})
    writes: Mapping[str, str] = {"ballot": "election"}

    def __init__(self) -> None:
        self._election: UUID | None = None
        self._homes: dict[str, UUID] = {}
        self._opening = asyncio.Lock()

    async def client(self, field: Field, number: int) -> None:
        async with self._opening:
            if self._election is None:
                await asyncio.to_thread(self._open, field)
        voter, chance = VOTERS[number], random.Random(number)
        caller, path = field.call_as(voter), f"/v1/elections/{self._election}/ballots"
        for revision in count(1):
            if field.over():
                return
            marks = sorted(chance.sample(NUMBERS, chance.choice((1, 2))))
            body = {"home_id": str(self._homes[voter]), "marks": marks, "replaces": revision - 1}
            mark = f"{self._homes[voter]} {revision}"
            if await caller.write("ballot", mark, path, body, partial(_receipt, marks)) is None:
                return

    def _open(self, field: Field) -> None:
        people = dict(field.look("SELECT login, person_id FROM registry.account WHERE login IS NOT NULL"))
        self._homes = {voter: new_id() for voter in VOTERS}
        compound = (UUID(field.place.compound), field.place.code)
        with psycopg.connect(field.look.url) as connection:
            owners = [people[voter] for voter in VOTERS]
            self._election = open_election(connection, compound, list(self._homes.values()), owners)

    def unfinished(self, look: Look) -> int:
        return look.count(
            "SELECT count(*) FROM election.ballot_box b LEFT JOIN election.notice_cursor c USING (election_id)"
            " WHERE b.next_index > coalesce(c.next_index, 0)"
        )

    def check(self, ledger: Ledger, look: Look) -> Iterable[Wrong]:
        rows = look(
            "SELECT h.home_id, b.revision, b.log_index, b.what, b.who, b.who_salt, b.election_id, b.entry_id,"
            " b.capacity, b.caster_id"
            " FROM election.ballot b JOIN election.roll_home h USING (election_id, entry_id)"
        )
        found = [Found(f"{home} {revision}", f"{index} {what.hex()}") for home, revision, index, what, *_ in rows]
        yield from exactly_once("ballot", ledger.told("ballot"), found)
        leaves = look("SELECT log_index, body, hash FROM election.leaf ORDER BY log_index")
        yield from dense("log", [index for index, _, _ in leaves], first=0)
        yield from _lines(rows, {index: (body, digest) for index, body, digest in leaves})
        (next_index,) = look("SELECT next_index FROM election.ballot_box")[0]
        if next_index != len(leaves):
            yield Wrong(Kind.GAP, "log", f"{len(leaves)} lines, the head says {next_index}")
        replayed = sum(write.replayed for write in ledger.writes if write.what == "ballot")
        if (noted := look.count("SELECT count(*) FROM election.ballot_replay")) < replayed:
            yield Wrong(Kind.LOST, "repetition", f"{replayed} answered, {noted} written first")
        noticed = look("SELECT log_index FROM election.ballot_notice")
        yield from dense("notices", sorted(index for (index,) in noticed), first=0)


def _lines(rows: Iterable[tuple[Any, ...]], leaves: Mapping[int, tuple[bytes, bytes]]) -> Iterable[Wrong]:
    """The line of each ballot says its two commitments, and is hashed as it says."""
    for _, revision, index, what, who, salt, election, entry, capacity, caster in rows:
        body, digest = leaves.get(index, (b"{}", b""))
        said = json.loads(body)
        by = by_said(str(election), str(entry), capacity, caster, None)
        names = commitment(salt, who_said(str(election), str(entry), revision, by))
        if (said.get("who"), said.get("what")) != (who.hex(), what.hex()) or who != names or leaf_hash(body) != digest:
            yield Wrong(Kind.CHANGED, "line", str(index))


def _receipt(marks: list[int], told: dict[str, Any]) -> str:
    """Index and commitment, if the receipt opens to what was marked; else what no row will say."""
    opened = commitment(bytes.fromhex(told["what_salt"]), what_said(told["election_id"], marks))
    if opened.hex() != told["what"]:
        return f"a receipt of something else: {hashlib.sha256(opened).hexdigest()}"
    return f"{told['log_index']} {told['what']}"
