"""Before closing nobody learns a choice: two are planted, and looked for wherever the house says anything (BAL-9)."""

import base64
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import sql

from migrations.heads import ROOMS
from services.registry.oauth.tokens import Bearer
from services.registry.rules.roles import Role
from shared.identity import Grant, StepUp
from tests.access.calls import call, operations
from tests.factories.whole_house import Seeded, WholeHouse

pytestmark = pytest.mark.prove
MARKS = [101, 103, 107, 109, 113]
ANSWERS = [{"number": 1, "choice": "OPPOSE"}, {"number": 2, "choice": "ABSTAIN"}, {"number": 3, "choice": "OPPOSE"}]
CANONICAL = ('"marks":[101,103,107,109,113]', '"items":{"1":"OPPOSE","2":"ABSTAIN","3":"OPPOSE"}')
PLAIN = (
    re.compile(r"\b101\b\D{1,12}\b103\b\D{1,12}\b107\b\D{1,12}\b109\b\D{1,12}\b113\b"),
    re.compile(r"OPPOSE\W.{0,40}?\WABSTAIN\W.{0,40}?\WOPPOSE", re.DOTALL),
)
SAYS_THE_SAME = {"stream_turnout"}  # as get_turnout, for fifty seconds
FORMS = ("application/json", "application/x-ndjson", "text/csv")


def disguises() -> Iterator[str]:
    """The choices as bytes are told: in hex, and in base64 at each of its three beginnings."""
    for text in CANONICAL:
        yield text.encode().hex()
        for lead in range(3):
            coded = base64.b64encode(bytes(lead) + text.encode()).decode()
            yield coded[4 if lead else 0 : len(coded) - len(coded) % 4 - 4]


def told_in(text: str) -> list[str]:
    """Every way in which a text tells a planted choice."""
    found = [one.pattern for one in PLAIN if one.search(text)]
    return found + [one for one in disguises() if one in text]


@pytest.mark.parametrize(
    "leak",
    [
        '{"marks": [101, 103, 107, 109, 113]}',
        "101;103;107;109;113",
        "[{'number': 1, 'choice': 'OPPOSE'}, {'number': 2, 'choice': 'ABSTAIN'}, {'number': 3, 'choice': 'OPPOSE'}]",
        '{"1":"OPPOSE","2":"ABSTAIN","3":"OPPOSE"}',
        "\\x" + b'{"election":"e","marks":[101,103,107,109,113]}'.hex(),
        base64.b64encode(b'xyz{"election":"e","items":{"1":"OPPOSE","2":"ABSTAIN","3":"OPPOSE"}}').decode(),
        base64.b64encode(b'y{"election":"e","items":{"1":"OPPOSE","2":"ABSTAIN","3":"OPPOSE"}}').decode(),
    ],
)
def test_a_leak_is_found(leak: str) -> None:
    assert told_in(f"before {leak} after")
    assert not told_in("before after 101 OPPOSE")


class Stage:
    """Two elections of one compound, opened, each with a ballot whose choice is known to the test alone."""

    def __init__(self, house: WholeHouse, place: Seeded, admin_url: str) -> None:
        self.house, self.place, self._admin_url = house, place, admin_url
        self.paths: list[str] = []
        self.ids: list[dict[str, str]] = []

    async def play(self) -> None:
        opens = datetime.now(UTC) + timedelta(days=40)
        window = {"opens_at": opens.isoformat(), "closes_at": (opens + timedelta(days=7)).isoformat()}
        names = [{"name": f"候选{number}", "consents": True} for number in range(120)]
        questions = [{"matter": "USE_FUND", "title": f"事项{number}", "words": ""} for number in (1, 2, 3)]
        drafts = (
            {"rule_set": "HOUSEHOLD_BALLOT", "seats": 5, "nominees": names, **window},
            {"rule_set_id": self.place.ids["rule_set_id"], "rule_set_version": 1, "items": questions, **window},
        )
        elections = [await self._announced(draft) for draft in drafts]
        self._clock(opens)
        clerk, owner = self.house.as_role(Role.CLERK, self.place), self._signed()
        for election, choice in zip(elections, ({"marks": MARKS}, {"items": ANSWERS}), strict=True):
            path = f"/v1/elections/{election['id']}"
            await self.house.done("POST", f"{path}/openings", clerk)
            body = {"home_id": self.place.ids["home_id"], **choice}
            receipt = await self.house.done("POST", f"{path}/ballots", owner, json=body)
            again = await self.house.done("POST", f"{path}/ballots", owner, json={**body, "replaces": 1})
            self.ids.append(
                {**self.place.ids, "election_id": election["id"], "log_index": str(again["log_index"])}
                | {"code": receipt["code"], "entry_id": receipt["entry_id"]}
            )

    async def _announced(self, draft: Mapping[str, Any]) -> dict[str, Any]:
        clerk = self.house.as_role(Role.CLERK, self.place)
        words = {"compound_id": self.place.ids["compound_id"], "title": "早知", "words": "全文"}
        election = await self.house.done("POST", "/v1/elections", clerk, json={**words, **draft})
        path = f"/v1/elections/{election['id']}"
        await self.house.done("POST", f"{path}/rolls", clerk)
        bounds = (await self.house.done("GET", f"{path}/roll", clerk))["bounds"]
        if bounds["best"] != bounds["worst"]:
            note = {"words": "资料缺失。", "best": bounds["best"], "worst": bounds["worst"]}
            await self.house.done("POST", f"{path}/roll/notes", clerk, json=note)
        await self.house.done("POST", f"{path}/announcements", clerk)
        return election

    def _clock(self, instant: datetime) -> None:
        """The sample clock, as every process reads it."""
        ahead = instant - datetime.now(UTC) + timedelta(minutes=1)
        with psycopg.connect(self._admin_url, autocommit=True) as connection:
            connection.execute(
                "INSERT INTO election.clock (id, offset_seconds) VALUES (1, %s)"
                " ON CONFLICT (id) DO UPDATE SET offset_seconds = excluded.offset_seconds",
                (int(ahead.total_seconds()),),
            )
        self.house.house.apps["election"].state.room.clock.offset = ahead

    def _signed(self) -> dict[str, str]:
        """The owner, with his second factor just shown."""
        person = self.place.people[Role.OWNER]
        grants = [Grant("OWNER", self.place.code)]
        homes = [self.place.ids["home_id"]]
        session = self.house.sessions[person]
        stepped = StepUp("TOTP", datetime.now(UTC))
        bearer = Bearer(person, "person", session, grants, homes, None, stepped)  # type: ignore[arg-type]
        return {"Authorization": f"Bearer {self.house.registry.app.state.porter.issuer.issue(bearer)}"}


@pytest.fixture(scope="module")
async def stage(whole: WholeHouse, own_database: str) -> Stage:
    stage = Stage(whole, whole.places["here"], own_database)
    await stage.play()
    return stage


async def test_nothing_that_the_house_says_tells_a_choice_before_closing(
    whole: WholeHouse, stage: Stage, capfd: pytest.CaptureFixture[str]
) -> None:
    """Every reading operation as everybody, every export, the feed of events, the metrics and the log."""
    told, heard = [], 0

    for operation in operations(whole.document):
        if not operation.is_reading or operation.name in SAYS_THE_SAME:
            continue
        # What has to do with no election is read once, as everybody.
        for ids in stage.ids if "election_id" in operation.parameters else stage.ids[:1]:
            for role in (*Role, None):
                headers = whole.as_role(role, stage.place) if role else {}
                for form in FORMS if "text/csv" in str(operation.said["responses"].get("200")) else FORMS[:1]:
                    reply = await call(whole, operation, operation.at(ids), {**headers, "Accept": form})
                    heard += reply.status_code == 200
                    told += [(operation.name, role, one) for one in told_in(reply.text)]
    told += [("metrics", None, one) for one in told_in((await whole.http.get("/metrics")).text)]
    logs = capfd.readouterr()
    told += [("log", None, one) for one in told_in(logs.out + logs.err)]

    assert told == []
    assert heard > 200


async def test_no_table_holds_a_choice_in_clear(stage: Stage, own_database: str) -> None:
    """A dump of everything: ballots and kept replies are sealed, and no other row knows."""
    told, rows = [], 0

    with psycopg.connect(own_database) as connection:
        for room in ROOMS:
            tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", (room,)).fetchall()
            for (table,) in tables:
                every = sql.SQL("SELECT t::text FROM {} AS t").format(sql.Identifier(room, table))
                for (row,) in connection.execute(every):
                    rows += 1
                    told += [(room, table, one) for one in told_in(row)]

    assert told == []
    assert rows > 1000
