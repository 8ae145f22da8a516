"""What befalls a house and when: a plan drawn from a seed, the same for the same seed, each sort in each round."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Blow(StrEnum):
    """How a process is hit. A BACKEND is one connection of PostgreSQL; killing it makes PostgreSQL begin anew."""

    KILL = "kill -9"
    FREEZE = "stopped"
    BACKEND = "kill -9 of a connection's process"


@dataclass(frozen=True, slots=True)
class Fault:
    """One blow: when (seconds from the beginning), on which process, and for how long it is stopped."""

    at: float
    blow: Blow
    target: str
    seconds: float = 0.0

    def __str__(self) -> str:
        lasting = f" for {self.seconds:.1f} s" if self.blow is Blow.FREEZE else ""
        return f"{self.target}: {self.blow}{lasting}"


@dataclass(frozen=True, slots=True)
class Weather:
    """How hard it blows: seconds between two faults, and how long a process is stopped, each at least and at most."""

    pause: tuple[float, float] = (0.8, 2.8)
    frozen: tuple[float, float] = (0.5, 4.0)


def plan(seed: int, seconds: float, targets: Sequence[str], weather: Weather = Weather()) -> list[Fault]:
    """Every (blow, target) once in an order of chance, then anew, until the time is up."""
    chance = random.Random(seed)
    deck: list[tuple[Blow, str]] = []
    faults: list[Fault] = []
    at = chance.uniform(*weather.pause)
    while at < seconds:
        if not deck:
            deck = _deck(targets)
            chance.shuffle(deck)
        blow, target = deck.pop()
        lasts = chance.uniform(*weather.frozen) if blow is Blow.FREEZE else 0.0
        faults.append(Fault(round(at, 3), blow, target, round(lasts, 3)))
        at += chance.uniform(*weather.pause)
    return faults


def _deck(targets: Sequence[str]) -> list[tuple[Blow, str]]:
    deck = [(blow, target) for target in targets for blow in (Blow.KILL, Blow.FREEZE)]
    return [*deck, (Blow.BACKEND, "postgres")] if "postgres" in targets else deck
