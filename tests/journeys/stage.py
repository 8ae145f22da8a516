"""Where a scene is played: calls over real HTTP, each told in one line, each checked."""

import json
import re
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx2

MINI_PROGRAM = "urn:linli:grant:mini-program"
PATIENCE = 30.0
PHONES = 8
"""How many clients act side by side where a whole compound acts."""
One = TypeVar("One")
Done = TypeVar("Done")


class SceneFailed(Exception):
    """The house answered something else than the story needs; the message shows what."""


@dataclass(slots=True)
class Person:
    """Somebody of the story. He renews his token when it is about to run out or carries too little."""

    name: str
    code: str
    """What his mini-program sends: `dev:<login>`."""
    token: str = ""
    until: float = 0.0
    id: str = ""


@dataclass(slots=True)
class Played:
    """One line of the table at the end."""

    scene: str
    calls: int
    seconds: float
    stands: str


@dataclass
class Stage:
    """One house and one run of the story on it. `run` keeps the names of this run apart from any other's."""

    client: httpx2.Client
    say: Callable[[str], None] = print
    run: str = field(default_factory=lambda: secrets.token_hex(3))
    played: list[Played] = field(default_factory=list)
    days: int = 0
    personal: set[str] = field(default_factory=set)
    """Every name, phone and number of a person that was sent, for whoever then looks where they stand in clear."""
    _calls: int = 0
    _began: float = 0.0

    # telling

    def begin(self, scene: str) -> None:
        self._calls, self._began = 0, time.monotonic()
        self.say(f"\n{scene}\n{'─' * len(scene)}")
        self.played.append(Played(scene, 0, 0.0, "did not end"))

    def end(self, stands: str) -> None:
        self.say(f"  = {stands}")
        scene = self.played[-1].scene
        self.played[-1] = Played(scene, self._calls, time.monotonic() - self._began, stands)

    def table(self) -> str:
        """What was played, scene by scene."""
        rows = [f"{one.scene:<34} {one.calls:>5} {one.seconds:>7.1f} s  {one.stands}" for one in self.played]
        return "\n".join([f"{'scene':<34} {'calls':>5} {'time':>9}  what stands", *rows])

    # acting

    def call(self, told: str, method: str, path: str, by: Person | None = None, **sent: Any) -> httpx2.Response:
        """One call, told in one line; `expect` (default: any 2xx) is the status that must come back."""
        expect = sent.pop("expect", None)
        headers = dict(sent.pop("headers", {}))
        if by is not None:
            headers["Authorization"] = f"Bearer {self.token_of(by)}"
        if method == "POST" and by is not None:
            headers.setdefault("Idempotency-Key", secrets.token_hex(12))
        self.personal |= set(_personal(sent.get("json"), path == "/v1/people"))
        reply = self._patiently(method, path, headers, expect, sent)
        self._calls += 1
        self.say(f"  {told:<58} {method:<6} {_short(path)} → {reply.status_code}  {_shown(reply)}")
        good = reply.status_code == expect if expect is not None else reply.is_success
        if not good:
            raise SceneFailed(f"{told}: {method} {path} answered {reply.status_code}: {reply.text[:2000]}")
        return reply

    def _patiently(
        self, method: str, path: str, headers: dict[str, str], expect: int | None, sent: dict[str, Any]
    ) -> httpx2.Response:
        """As a front end asks: a house that is full says when to come again, and the same key makes that harmless."""
        for _ in range(TRIES):
            reply = self.client.request(method, path, headers=headers, **sent)
            if reply.status_code != 503 or expect == 503 or "Retry-After" not in reply.headers:
                return reply
            time.sleep(min(float(reply.headers["Retry-After"]), PATIENCE))
        return reply

    def get(self, told: str, path: str, by: Person | None = None, **sent: Any) -> Any:
        return self.call(told, "GET", path, by, **sent).json()

    def post(self, told: str, path: str, by: Person | None, body: Any, **sent: Any) -> Any:
        reply = self.call(told, "POST", path, by, json=body, **sent)
        return reply.json() if reply.content else None

    def all_of(self, told: str, those: Sequence[One], act: "Callable[[Stage, One], Done]") -> list[Done]:
        """What many do, a few of them at a time, told in one line; answers come in the order of `those`."""
        began = time.monotonic()
        own = [Stage(self.client, _silent, self.run, days=self.days) for _ in those]
        with ThreadPoolExecutor(PHONES) as phones:
            done = list(phones.map(act, own, those))
        calls = sum(one._calls for one in own)
        self._calls += calls
        self.personal.update(*(one.personal for one in own))
        self.say(f"  {told:<58} {calls} calls from {PHONES} at a time in {time.monotonic() - began:.1f} s")
        return done

    def wait_for(self, told: str, path: str, by: Person, states: set[str]) -> dict[str, Any]:
        """What the house does by itself shortly after: ask until the state is one of these."""
        return self.until(told, path, by, lambda seen: seen["state"] in states)

    def until(self, told: str, path: str, by: Person, holds: Callable[[Any], bool]) -> dict[str, Any]:
        """Ask again until what the house does by itself is done."""
        end = time.monotonic() + PATIENCE
        headers = {"Authorization": f"Bearer {self.token_of(by)}"}
        while not ((reply := self.client.get(path, headers=headers)).is_success and holds(reply.json())):
            if time.monotonic() > end:
                raise SceneFailed(f"{told}: still {reply.text[:500]}")
            time.sleep(0.2)
        return dict(self.get(told, path, by))

    def check(self, said: str, holds: object) -> None:
        """Something that must be true now; told when it is."""
        if not holds:
            raise SceneFailed(f"not so: {said}")
        self.say(f"  ✓ {said}")

    def pass_days(self, days: int) -> None:
        """Let the house run ahead of the real time by so many days more."""
        self.days += days
        told = f"{days} days go by" if days > 0 else "the clock is set back"
        self.call(told, "POST", "/sample/clock", json={"days": self.days})

    # people

    def token_of(self, person: Person) -> str:
        if time.monotonic() >= person.until:
            self.sign_in(person)
        return person.token

    def sign_in(self, person: Person) -> None:
        """From the mini-program, as the sample mode stands in for it; also renews what the token carries."""
        form = {"grant_type": MINI_PROGRAM, "code": person.code}
        reply = self.client.post("/oauth/token", data=form)
        self._calls += 1
        if not reply.is_success:
            raise SceneFailed(f"{person.name} could not sign in: {reply.status_code} {reply.text[:500]}")
        told = reply.json()
        person.token = told["access_token"]
        person.until = time.monotonic() + told["expires_in"] - 60

    def somebody(self, name: str) -> Person:
        """Somebody whom the house has never seen."""
        return Person(name, f"dev:story-{self.run}-{name.replace(' ', '-')}")


def _silent(line: str) -> None:
    """For one of many: his calls are told together."""


def _short(path: str) -> str:
    """Ids by their ends, so that a line stays a line."""
    return UUIDS.sub(lambda found: f"…{found[0][-4:]}", path)


def _shown(reply: httpx2.Response) -> str:
    """The part of an answer that a reader wants to see; never a secret."""
    if not reply.content:
        return ""
    if "json" not in reply.headers.get("content-type", ""):
        return f"{len(reply.content)} bytes {reply.headers.get('content-type', '')}"
    return _gist(reply.json())


def _gist(told: Any) -> str:
    if not isinstance(told, dict):
        return ""
    if isinstance(told.get("items"), list):
        return f"{len(told['items'])} items"
    if "access_token" in told:
        return f"a token for {told['expires_in']} s"
    found = {name: told[name] for name in GIST if isinstance(told.get(name), str | int)}
    return json.dumps(found, ensure_ascii=False)[1:-1].replace('"', "")


def _personal(body: Any, of_person: bool = False) -> Iterator[str]:
    """What a body says of people, by the names of its members."""
    if isinstance(body, list):
        for one in body:
            yield from _personal(one, of_person)
    elif isinstance(body, dict):
        for name, value in body.items():
            if isinstance(value, str) and (name in {"phone", "number"} or (name == "name" and of_person)):
                yield value
            else:
                yield from _personal(value, name in PEOPLE)


PEOPLE = frozenset({"nominees", "members", "chair", "recorder", "witness", "contact", "owners"})
TRIES = 8
UUIDS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
GIST = ("title", "code", "state", "name", "homes", "heads", "area_known", "next_step", "role", "relation", "kind",
        "outer_number", "satisfaction", "seconds")  # fmt: skip
