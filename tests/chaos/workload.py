"""What the clients of a troubled house do, and what must be true of it afterwards: the seam for further workloads."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import psycopg

from tests.chaos.caller import Caller
from tests.chaos.checker import Wrong
from tests.chaos.ledger import Ledger

Rows = Sequence[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Place:
    """The sample compound of the house."""

    compound: str
    code: str


@dataclass
class Field:
    """What a workload has at hand: the compound, a caller for any sample person, and whether the time is up."""

    place: Place
    ledger: Ledger
    call_as: Callable[[str], Caller]
    over: Callable[[], bool]
    look: "Look"
    """The whole database, for what a workload needs there beforehand."""


class Workload(Protocol):
    """Clients of one kind. A new one is a class with these members, named in `run.py`."""

    name: str
    clients: int
    """How many of it at once."""
    needs: frozenset[str]
    """The rooms without which it does not work."""
    writes: Mapping[str, str]
    """What it writes, and in which room."""

    async def client(self, field: Field, number: int) -> None:
        """Work until the time is up."""

    def unfinished(self, look: "Look") -> int:
        """How many effects are still to come; the run waits for 0."""

    def check(self, ledger: Ledger, look: "Look") -> Iterable[Wrong]:
        """Everything that is wrong, after the house came to rest."""


class Look:
    """The whole database as its superuser sees it."""

    def __init__(self, url: str) -> None:
        self.url = url

    def __call__(self, statement: str) -> Rows:
        with psycopg.connect(self.url, connect_timeout=5) as connection:
            return connection.execute(statement).fetchall()  # type: ignore[arg-type]  # the statements are constants

    def count(self, statement: str) -> int:
        return int(self(statement)[0][0])
