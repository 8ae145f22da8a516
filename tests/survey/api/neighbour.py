"""A registry of two compounds and the homes of one, in the registry's wire format."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import FastAPI, Query
from fastapi.responses import JSONResponse, Response

COMPOUND, ELSEWHERE = (
    UUID("0197a3f2-0000-7000-8000-000000000001"),
    UUID("0197a3f2-0000-7000-8000-000000000002"),
)
CODE, ELSEWHERE_CODE = "140109013001001", "140109012001001"
COMPOUNDS = {COMPOUND: CODE, ELSEWHERE: ELSEWHERE_CODE}
HOMES = [UUID(int=(0x0197A3F200007000 << 64) | (0x8000 << 48) | (0x100 + number)) for number in range(12)]


def _home(number: int) -> dict[str, Any]:
    """Six homes in building 3, six in building 4."""
    building, room = str(3 + number // 6), f"{1 + number % 6}01"
    place = {"building": building, "entrance": "1", "label": f"{building}-1-{room}"}
    return {"id": str(HOMES[number]), "compound_id": str(COMPOUND), "code": CODE, **place}


def registry_app(published: dict[str, Any]) -> FastAPI:
    """Answers what the survey room asks."""
    app = FastAPI()
    held: dict[UUID, list[tuple[str, str | None]]] = {}
    """Person -> roles on the first compound, each with when it ended."""
    app.state.held = held

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

    @app.get("/internal/compounds/{compound_id}/homes")
    async def homes(compound_id: UUID) -> Response:
        found = [_home(number) for number in range(len(HOMES))] if compound_id == COMPOUND else []
        return JSONResponse({"items": found})

    @app.get("/internal/compounds/{compound_id}/roles")
    async def roles(compound_id: UUID, person: Annotated[list[UUID], Query()]) -> dict[str, Any]:
        asked = person if compound_id == COMPOUND else []
        items = [
            {"person_id": str(one), "role": role, "until": until} for one in asked for role, until in held.get(one, ())
        ]
        return {"items": items}

    return app
