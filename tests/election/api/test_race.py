"""2,000 entitlements, eight at once for each over every channel: 2,000 ballots stand, and the rest is told why not."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import psycopg
import pytest

from services.election.app import create_app
from services.election.ballots.actions import Asked, Marked, Moment, cast_ballot
from services.election.ballots.queries import casts_of
from services.election.ballots.returning import Return, register_returns
from services.election.ballots.storing import Stored
from services.election.ballots.writer import Origin
from services.election.errors import BallotRefused
from services.election.house import Station
from services.election.rules.casting import CastWhy, standing
from services.election.rules.choices import Chosen
from services.election.settings import ElectionSettings
from services.election.tables import Election
from shared.database import new_id
from shared.idempotency import Repeatable
from shared.identity import Actor, Grant, StepUp
from tests.election.api.casting import lines, owner, vote
from tests.election.api.conftest import Hall
from tests.election.api.neighbour import CODE, Books, home, home_id, registry_app
from tests.factories.tokens import PUBLISHED

pytestmark = pytest.mark.prove
ENTITLEMENTS = 2_000
AT_ONCE = 600
PACKET = 20
CHOSEN = Chosen(items={1: "AGREE", 2: "OPPOSE"})


@pytest.fixture
async def second(hall: Hall, database_urls: Mapping[str, str], tmp_path: Path, books: Books) -> AsyncIterator[Station]:
    """Another process of the room, as far as its memory and its writer are concerned; on the first one's clock."""
    settings = ElectionSettings(
        database_url=database_urls["election"], data_dir=tmp_path, background=False, registry_url="http://house"
    )
    app = create_app(settings)
    app.state.room.transports["registry"] = httpx2.ASGITransport(registry_app(PUBLISHED, books))
    async with app.router.lifespan_context(app):
        app.state.room.clock = hall.house.clock
        yield app.state.station


def entitled(hall: Hall) -> list[tuple[UUID, UUID]]:
    """Two owners of each of so many homes."""
    pairs = [(new_id(), new_id()) for _ in range(ENTITLEMENTS)]
    hall.books.homes[:] = [
        home(place, owners=[str(one) for one in pair], label=f"{place}") for place, pair in enumerate(pairs)
    ]
    return pairs


def papers_and_agents(admin_url: str, election: Mapping[str, Any]) -> tuple[list[UUID], dict[UUID, UUID]]:
    """Every entitlement by place, and the agent that its owners have named, three for each agent."""
    with psycopg.connect(admin_url) as connection:
        found = connection.execute(
            "SELECT id FROM election.roll_entry WHERE election_id = %s ORDER BY place", (election["id"],)
        ).fetchall()
        entries = [row[0] for row in found]
        agents = {entry: UUID(int=10**30 + place // 3) for place, entry in enumerate(entries)}
        connection.cursor().executemany(
            "INSERT INTO election.proxy (id, election_id, entry_id, warrant, agent_id, given_by, at)"
            " VALUES (%s, %s, %s, 'PROXY', %s, 'person:test', now())",
            [(new_id(), election["id"], entry, agents[entry]) for entry in entries],
        )
    return entries, agents


class Race:
    """The casts, and what became of each."""

    def __init__(self, hall: Hall, election: Mapping[str, Any], stations: list[Station]) -> None:
        self.hall, self.stations = hall, stations
        self.id = UUID(election["id"])
        self.places = asyncio.Semaphore(AT_ONCE)
        self.desk = asyncio.Semaphore(1)
        """Packets come in one after the other, in the connection that the writer leaves free."""
        self.taken: list[Stored] = []
        self.refused: Counter[CastWhy] = Counter()

    async def cast(self, person: UUID, place: int, station: Station) -> None:
        """Until it is known what became of it, under one key."""
        real = self.hall.house.clock.now() - self.hall.house.clock.offset
        grants = (Grant("OWNER", CODE), Grant("RESIDENT", CODE))
        actor = Actor(person, "person", grants, new_id(), "", (), StepUp("TOTP", real))
        key = Repeatable(f"person:{person}", new_id().hex, b"d" * 32)
        asked = Asked(Moment(self.hall.house.clock.now(), real), Origin(f"person:{person}", "-", "race"), key)
        async with self.places:
            try:
                taken = await cast_ballot(station, actor, self.id, Marked(home_id(place), CHOSEN, 0), asked)
            except BallotRefused as refused:
                self.refused[refused.facts["why"]] += 1
                return
        assert not taken.replayed
        self.taken.append(taken.ballot)

    async def hand_in(self, packet: list[Return]) -> None:
        """A worker's packet of returned papers, in a transaction of its own."""
        house = self.hall.house
        async with self.desk, house.database.write() as db, db.begin():
            election = await db.get_one(Election, self.id)
            for answer in await register_returns(db, house.keys, election, packet, house.clock.now()):
                if isinstance(answer, CastWhy):
                    self.refused[answer] += 1
                else:
                    self.taken.append(answer)


async def test_two_thousand_entitlements_and_eight_at_once_for_each(
    hall: Hall, second: Station, app: Any, admin_url: str
) -> None:
    """BAL-12. Two owners twice each, their agent twice, two papers: over two writers and the registered returns."""
    pairs = entitled(hall)
    election = await hall.decision_opened()
    entries, agents = papers_and_agents(admin_url, election)
    race = Race(hall, election, [app.state.station, second])
    chance = random.Random(12)
    casts: list[Awaitable[None]] = []
    returns: list[Return] = []
    for place, entry in enumerate(entries):
        people = [*pairs[place], agents[entry]]
        casts += [race.cast(person, place, station) for person in people for station in race.stations]
        returns += [Return(entry, 2 * place + number, "ab" * 32) for number in (1, 2)]
    chance.shuffle(returns)
    casts += [race.hand_in(returns[at : at + PACKET]) for at in range(0, len(returns), PACKET)]
    chance.shuffle(casts)

    await asyncio.gather(*casts)

    assert len(race.taken) == ENTITLEMENTS
    assert sum(race.refused.values()) == 7 * ENTITLEMENTS
    assert set(race.refused) == {
        CastWhy.HOME_HAS_CAST,
        CastWhy.STALE,
        CastWhy.PAPER_RETURNED,
        CastWhy.CAST_ONLINE,
    }
    async with hall.house.database.read() as db:
        history = await casts_of(db, race.id)
    effective = {entry: standing(found) for entry, found in history.items()}
    assert set(effective) == set(entries)
    assert all(len(found) == 1 for found in history.values())
    log = lines(admin_url, election)
    assert len(log) == 3 + ENTITLEMENTS
    assert all(log[one.log_index]["who"] == one.who.hex() for one in race.taken)
    assert {one.channel for one in race.taken} == {"ONLINE", "PROXY", "PAPER"}


async def test_fifty_identical_casts_with_one_key_are_one_ballot_and_fifty_equal_receipts(
    hall: Hall, admin_url: str
) -> None:
    """A client that does not hear an answer asks again, and again."""
    election = await hall.decision_opened()
    me, key = owner(4), {"Idempotency-Key": "once"}

    replies = await asyncio.gather(*(vote(hall, me, election, 4, **key) for _ in range(50)))

    assert {reply.status_code for reply in replies} == {201}
    assert len({reply.content for reply in replies}) == 1
    assert Counter(reply.headers.get("idempotency-replayed") for reply in replies) == {None: 1, "true": 49}
    with psycopg.connect(admin_url) as connection:
        assert connection.execute("SELECT count(*) FROM election.ballot").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM election.ballot_replay").fetchone() == (49,)
