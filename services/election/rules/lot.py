"""BAL-11, COM-1: how a tie is broken: by a lot that anybody can draw again from a seed announced beforehand."""

import hashlib
from collections.abc import Iterable

ALGORITHM = "SHA-256"


def drawn(seed: str, election: str, number: int) -> str:
    """The ticket of one name: hex SHA-256 of the UTF-8 line `seed|election|number`; the smallest comes first."""
    return hashlib.sha256(f"{seed}|{election}|{number}".encode()).hexdigest()


def lot_order(seed: str, election: str, numbers: Iterable[int]) -> tuple[int, ...]:
    """BAL-11. The numbers in the order of the lot, whatever order they come in."""
    return tuple(sorted(numbers, key=lambda number: drawn(seed, election, number)))
