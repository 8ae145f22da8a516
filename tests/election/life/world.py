"""One running room for all lives, and the loop that it runs in."""

import asyncio
import os
from dataclasses import dataclass
from typing import Any

import psycopg
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tests.election.api.conftest import Hall


@dataclass
class World:
    """The room, and its database as it lies there."""

    runner: asyncio.Runner
    hall: Hall
    database: str

    def do(self, work: Any) -> Any:
        return self.runner.run(work)

    def figures(self, election: str) -> dict[str, Any]:
        """Of the newest count, as they were written down: no small side is merged."""
        newest = "SELECT figures FROM election.result WHERE election_id = %s ORDER BY number DESC LIMIT 1"
        with psycopg.connect(self.database) as connection:
            row = connection.execute(newest, (election,)).fetchone()
        assert row is not None
        return dict(row[0])


WORLDS: list[World] = []


PARTS = 4
"""The lives of a proof are shared out: each part draws others, by its name."""
LIVES = int(os.environ.get("LIVES") or 60)
"""Of owners' decisions and of members' votes in `make prove`; `make life` takes 200. Household ballots: always 200."""


def live(machine: type[RuleBasedStateMachine], count: int, events: int, part: int = 0) -> None:
    """So many lives of at most so many events each, always the same ones."""
    machine = type(f"{machine.__name__}{part}", (machine,), {}) if part else machine
    bounds = settings(
        max_examples=count,
        stateful_step_count=events,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
    )
    run_state_machine_as_test(machine, settings=bounds)
