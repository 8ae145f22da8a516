"""What the clients of a house know: each write they asked for, and whether and how it was acknowledged."""

import time
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from tests.chaos.checker import Kind, Told, Wrong


@dataclass(slots=True)
class Write:
    """One write under one key. `answer`: what its acknowledgement said of it; None as long as there is none."""

    what: str
    mark: str
    tries: int = 0
    answer: str | None = None
    sent_at: float = 0.0
    """Monotonic: when the try that was acknowledged began."""
    acked_at: float = 0.0
    replayed: bool = False
    """Whether its acknowledgement was the stored reply of an earlier try."""


@dataclass
class Ledger:
    """Kept in the clients' own process, which no fault hits."""

    writes: list[Write] = field(default_factory=list)
    refused: list[Wrong] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    """How tries ended: by status, or by the sort of failure."""
    replayed: int = 0
    """Acknowledgements that were the stored reply of an earlier try."""

    last_at: float = 0.0
    """Monotonic: of the newest acknowledgement."""

    def begin(self, what: str, mark: str) -> Write:
        write = Write(what, mark)
        self.writes.append(write)
        return write

    def acknowledge(self, write: Write, answer: str, replayed: bool) -> None:
        write.answer, write.acked_at, write.replayed = answer, time.monotonic(), replayed
        self.last_at = write.acked_at
        self.replayed += replayed

    def refuse(self, write: Write, said: str) -> None:
        """A right request was answered with a refusal that no repetition will change."""
        self.refused.append(Wrong(Kind.REFUSED, write.what, f"{write.mark} ({said})"))

    def told(self, what: str) -> Iterable[Told]:
        """Every write of one sort, for the checker."""
        return [Told(write.mark, write.answer) for write in self.writes if write.what == what]

    def acknowledged(self) -> list[Write]:
        return [write for write in self.writes if write.answer is not None]

    def recovery(self, since: float, of: Collection[str]) -> float | None:
        """Seconds from an instant until the first write of these sorts that began after it was acknowledged."""
        acked = [one.acked_at for one in self.acknowledged() if one.what in of and one.sent_at >= since]
        return min(acked) - since if acked else None
