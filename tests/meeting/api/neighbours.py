"""A registry and a ticket room in miniature, each in the wire format of the real one."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from shared.database import new_id

COMPOUND, ELSEWHERE = (
    UUID("0197a3f2-0000-7000-8000-000000000001"),
    UUID("0197a3f2-0000-7000-8000-000000000002"),
)
CODE, ELSEWHERE_CODE = "140109013001001", "140109012001001"
COMPOUNDS = {COMPOUND: CODE, ELSEWHERE: ELSEWHERE_CODE}


def registry_app(published: dict[str, Any]) -> FastAPI:
    """Answers what the meeting room asks."""
    app = FastAPI()

    @app.get("/.well-known/jwks.json")
    async def keys() -> dict[str, Any]:
        return published

    @app.get("/internal/revocations")
    async def revocations() -> dict[str, Any]:
        return {"items": []}

    @app.get("/internal/compounds/{compound_id}")
    async def compound(compound_id: UUID) -> Response:
        if compound_id not in COMPOUNDS:
            return Response(status_code=404)
        return JSONResponse({"id": str(compound_id), "code": COMPOUNDS[compound_id], "name": "和平里"})

    return app


@dataclass
class TicketRoom:
    """Takes tickets once a client id, and says how they stand. `down`: how many calls it fails first."""

    states: dict[UUID, str] = field(default_factory=dict)
    by_client: dict[UUID, UUID] = field(default_factory=dict)
    keys: list[str | None] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    down: int = 0

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/internal/tickets")
        async def file(request: Request) -> Response:
            if self.down:
                self.down -= 1
                return Response(status_code=503)
            body = await request.json()
            self.keys.append(request.headers.get("idempotency-key"))
            self.bodies.append(body)
            if body["category"] == "no.such":
                return JSONResponse({"ticket_id": None, "state": None, "refused": "CATEGORY_UNKNOWN"})
            ticket = self.by_client.setdefault(UUID(body["client_id"]), new_id())
            state = self.states.setdefault(ticket, "REPORTED")
            return JSONResponse({"ticket_id": str(ticket), "state": state, "refused": None})

        @app.get("/internal/tickets/{ticket_id}")
        async def stand(ticket_id: UUID) -> Response:
            if self.down:
                self.down -= 1
                return Response(status_code=503)
            if ticket_id not in self.states:
                return Response(status_code=404)
            return JSONResponse({"id": str(ticket_id), "state": self.states[ticket_id]})

        return app
