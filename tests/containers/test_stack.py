"""The house as docker-compose.yml starts it: played over HTTP, rolled over while it is read, a room gone, all ended.

One stack for the module, scaled on the way: thirteen processes take their time to start.
"""

import asyncio
import os
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import httpx2
import pytest

from gateway.house import first_administrator, notary_key, token_key
from gateway.secrets import Signers, make_secrets
from gateway.settings import GatewaySettings
from tests.containers.composed import USER, Stack, compose_file, standing
from tests.containers.foreign import Foreign
from tests.journeys.conftest import staff
from tests.journeys.scenes import SCENES
from tests.journeys.stage import Stage
from tests.journeys.story import play

pytestmark = pytest.mark.prove
READ = ("/v1/me", "/v1/tickets?limit=5", "/v1/categories", "/v1/regions")


@pytest.fixture(scope="module")
def stack(foreign: Foreign) -> Iterator[Stack]:
    """In sample mode, because the story signs its people in without a platform; two of the registry and of tickets."""
    with tempfile.TemporaryDirectory(prefix="linli-stack-") as folder:
        secrets = Path(folder) / "secrets"
        os.chown(folder, USER, -1)  # an image's user keeps its data there
        make_secrets(secrets, USER, None, Signers(token_key, notary_key), lambda line: None)
        (secrets / "prepare" / "admin_password").write_text(foreign.password)
        beside = {"SAMPLE": "1", **dict.fromkeys(PLENTIFUL, "1000000")}
        clock = {"KEYS_DIR": str(secrets / "registry")}  # the sample's clock is told to rooms under the house key
        scale = {"registry": 2, "ticket": 2}
        found = Stack(compose_file({}), Path(folder), secrets, foreign, beside, clock, scale)
        beside["PUBLIC_URL"] = found.url
        with standing(found):
            registry = found.environment(found.replicas["registry"][0])
            urls = {"registry": registry_url(registry)}
            settings = GatewaySettings(keys_dir=secrets / "registry")
            assert asyncio.run(first_administrator(settings, urls, "administrator")) is not None
            staff(found.url)
            yield found


PLENTIFUL = ("RATE_PER_MINUTE", "RATE_BURST", "ADDRESS_RATE_PER_MINUTE", "ADDRESS_RATE_BURST")


def registry_url(environment: dict[str, str]) -> str:
    password = Path(environment["DATABASE_PASSWORD_FILE"]).read_text()
    return environment["DATABASE_URL"].replace("//", f"//registry:{password}@", 1)


@pytest.fixture(scope="module")
def scaled(stack: Stack) -> Stack:
    """With the second registry and the second ticket room at work."""
    stack.scale_up()
    return stack


@pytest.fixture
def caller(stack: Stack) -> Iterator[httpx2.Client]:
    """Signed in as the secretary."""
    with httpx2.Client(base_url=stack.url, timeout=60, trust_env=False) as client:
        form = {"grant_type": "urn:linli:grant:mini-program", "code": "dev:secretary"}
        token = client.post("/oauth/token", data=form).raise_for_status().json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


class Readers:
    """Threads that read all the time; `failed` holds each answer that was none."""

    def __init__(self, caller: httpx2.Client, threads: int = 4) -> None:
        self._caller = caller
        self._ended = threading.Event()
        self.read = 0
        self.failed: list[str] = []
        self._threads = [threading.Thread(target=self._keep_reading) for _ in range(threads)]

    def _keep_reading(self) -> None:
        while not self._ended.is_set():
            for path in READ:
                try:
                    reply = self._caller.get(path)
                    if reply.status_code >= 500:
                        self.failed.append(f"{path}: {reply.status_code} {reply.text}")
                except httpx2.HTTPError as fault:
                    self.failed.append(f"{path}: {fault!r}")
                self.read += 1

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()


def test_the_story_comes_to_its_end_over_the_containers_commands(stack: Stack) -> None:
    with httpx2.Client(base_url=stack.url, timeout=60, trust_env=False) as client:
        stage = Stage(client, say=lambda line: None)
        play(stage)

    assert len(stage.played) == len(SCENES)
    assert all(one.stands != "did not end" for one in stage.played)


@pytest.mark.parametrize("room", ["ticket", "registry"])
def test_a_rolling_restart_fails_no_read(scaled: Stack, caller: httpx2.Client, room: str) -> None:
    stack = scaled
    with Readers(caller) as readers:
        for replica in stack.replicas[room]:
            assert stack.stop(replica) == 0, replica.said()[-3000:]
            stack.start(replica)
            stack.until_well(replica)

    assert readers.failed == []
    assert readers.read > 50


def test_a_room_that_is_killed_is_said_at_once_and_takes_nothing_from_the_others(
    stack: Stack, caller: httpx2.Client
) -> None:
    (survey,) = stack.replicas["survey"]
    stack.stop(survey, signal.SIGKILL)

    gone = [caller.get("/v1/surveys") for _ in range(8)]
    others = [caller.get(path) for path in READ]
    stack.start(survey)
    stack.until_well(survey)

    assert {reply.status_code for reply in gone} == {503}
    assert all(reply.headers["retry-after"] == "1" for reply in gone)
    assert all(reply.elapsed.total_seconds() < 2 for reply in gone)
    assert {reply.status_code for reply in others} == {200}
    assert _is_ready_again(stack.url)


def _is_ready_again(url: str) -> bool:
    """The door tries a room that was gone again when its circuit has rested."""
    end = time.monotonic() + 30
    with httpx2.Client(base_url=url, timeout=30, trust_env=False) as monitor:
        while monitor.get("/health/ready").status_code != 200:
            if time.monotonic() > end:
                return False
            time.sleep(0.1)
    return True


def test_a_room_that_hangs_starves_no_other(stack: Stack, caller: httpx2.Client) -> None:
    (election,) = stack.replicas["election"]
    assert election.process is not None
    hanging: list[threading.Thread] = []
    election.process.send_signal(signal.SIGSTOP)
    try:
        for _ in range(80):  # more than the room has places for
            hanging.append(threading.Thread(target=_ask_and_forget, args=(stack.url, caller.headers["Authorization"])))
            hanging[-1].start()
        others = [caller.get(path) for _ in range(5) for path in READ]
    finally:
        election.process.send_signal(signal.SIGCONT)
        for thread in hanging:
            thread.join()

    assert {reply.status_code for reply in others} == {200}


def _ask_and_forget(url: str, authorization: str) -> None:
    with httpx2.Client(base_url=url, timeout=60, trust_env=False) as client:
        client.get("/v1/elections", headers={"Authorization": authorization})


@pytest.mark.parametrize("name", ["ticket", "ticket-worker"])
def test_a_process_shows_its_counters_to_those_with_the_token(stack: Stack, name: str) -> None:
    (first, *_) = stack.replicas[name]
    url = f"http://127.0.0.1:{first.port}/internal/metrics"
    token = (stack.secrets / "gateway" / "metrics_token").read_text()
    elsewhere = {"Via": "1.1 elsewhere"}

    hidden = httpx2.get(url, headers=elsewhere, trust_env=False)
    shown = httpx2.get(url, headers={**elsewhere, "Authorization": f"Bearer {token}"}, trust_env=False)

    assert hidden.status_code == 404
    assert ('linli_background_passed_seconds{room="ticket",work="seal"}' in shown.text) is (name == "ticket-worker")


def test_a_worker_answers_nothing_else(stack: Stack) -> None:
    (worker,) = stack.replicas["ticket-worker"]

    assert httpx2.get(f"http://127.0.0.1:{worker.port}/v1/tickets", trust_env=False).status_code == 404


def test_each_room_knows_its_own_keys_only(stack: Stack) -> None:
    kept = {path.name: {one.name: one.read_bytes() for one in path.iterdir()} for path in stack.secrets.iterdir()}
    rooms = ("registry", "ticket", "survey", "election", "meeting")

    assert len({kept[room]["sealing.json"] for room in rooms}) == len(rooms)
    assert len({kept[room]["index.key"] for room in rooms}) == len(rooms)
    assert len({kept[room]["files.key"] for room in ("registry", "ticket", "election", "meeting")}) == 1
    assert [room for room in kept if "tokens.json" in kept[room]] == ["registry"]
    assert set(kept["gateway"]) == {"metrics_token"}
    assert [name for name in kept if "notary.key" in kept[name]] == ["notary"]


def test_everything_stops_in_order_when_told(scaled: Stack) -> None:
    """The last of the module: it leaves nothing running."""
    ended = scaled.down()

    assert len(ended) == 14
    assert set(ended.values()) == {0}
