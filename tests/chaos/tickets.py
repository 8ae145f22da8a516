"""Tickets reported and moved: a report is one ticket, a move one row of its history, each with its audit row."""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any

from tests.chaos.checker import Found, Told, Wrong, dense, exactly_once
from tests.chaos.ledger import Ledger
from tests.chaos.workload import Field, Look, Rows

MOVES: tuple[dict[str, Any], ...] = (
    {"to": "ACCEPTED"},
    {"to": "RESOLVED_ON_SPOT", "answer": "已换灯"},
)
MARK = "chaos-"


class Tickets:
    """The desk reports a ticket, accepts it and answers it on the spot, then takes the next."""

    name = "tickets"
    clients = 5
    needs = frozenset({"registry", "ticket"})
    writes: Mapping[str, str] = {"ticket": "ticket", "move": "ticket"}

    async def client(self, field: Field, number: int) -> None:
        caller = field.call_as("clerk")
        for turn in count():
            if field.over():
                return
            mark = f"{MARK}{number}-{turn}"
            report = {
                "place": {"compound_id": field.place.compound, "building": "1", "entrance": "1"},
                "kind": "HELP",
                "category": "facilities.stair_lamp",
                "words": mark,
            }
            ticket = await caller.write("ticket", mark, "/v1/tickets", report, lambda told: str(told["id"]))
            for move in MOVES if ticket else ():
                here = f"/v1/tickets/{ticket['id']}/moves"
                await caller.write("move", f"{ticket['id']} {move['to']}", here, move, _state)

    def unfinished(self, look: Look) -> int:
        return 0

    def check(self, ledger: Ledger, look: Look) -> Iterable[Wrong]:
        tickets = look(f"SELECT words, id FROM ticket.ticket WHERE words LIKE '{MARK}%'")
        yield from exactly_once("ticket", ledger.told("ticket"), [Found(words, str(one)) for words, one in tickets])
        rows = look(
            "SELECT ticket_id, to_state, position, from_state FROM ticket.ticket_move JOIN ticket.ticket t"
            f" ON t.id = ticket_id WHERE words LIKE '{MARK}%' ORDER BY ticket_id, position"
        )
        moves = [Found(f"{ticket} {to}", to) for ticket, to, _, before in rows if before is not None]
        yield from exactly_once("move", ledger.told("move"), moves)
        yield from _histories(rows)
        yield from self._audited(rows, look)

    def _audited(self, rows: Rows, look: Look) -> Iterable[Wrong]:
        """Each write that stands has one audit row of its doing; replays are noted as of a request, not of a ticket."""
        standing: Counter[str] = Counter()
        for ticket, _, _, before in rows:
            standing[f"{'report_ticket' if before is None else 'move_ticket'} {ticket}"] += 1
        audited = Counter(
            f"{operation} {ticket}"
            for operation, ticket in look(
                "SELECT operation, subject_id FROM ticket.audit WHERE subject_kind = 'ticket' AND outcome = 201"
                " AND operation IN ('report_ticket', 'move_ticket')"
            )
        )
        told = [Told(f"{mark} #{turn}", "") for mark, many in standing.items() for turn in range(many)]
        found = [Found(f"{mark} #{turn}", "") for mark, many in audited.items() for turn in range(many)]
        yield from exactly_once("audit row", told, found)


def _histories(rows: Rows) -> Iterable[Wrong]:
    places: dict[Any, list[int]] = {}
    for ticket, _, position, _ in rows:
        places.setdefault(ticket, []).append(position)
    for ticket, positions in places.items():
        yield from dense(f"history of {ticket}", positions)


def _state(told: dict[str, Any]) -> str:
    return str(told["state"])
