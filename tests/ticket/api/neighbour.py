"""A registry of two compounds and one home, in the registry's wire format."""

from typing import Any
from uuid import UUID

from fastapi import FastAPI
from fastapi.responses import JSONResponse, Response

COMPOUND, ELSEWHERE = (
    UUID("0197a3f2-0000-7000-8000-000000000001"),
    UUID("0197a3f2-0000-7000-8000-000000000002"),
)
CODE, ELSEWHERE_CODE = "140109013001001", "140109012001001"
HOME = UUID("0197a3f2-0000-7000-8000-00000000000a")
COMPOUNDS = {COMPOUND: CODE, ELSEWHERE: ELSEWHERE_CODE}


def registry_app(published: dict[str, Any]) -> FastAPI:
    """Answers what the ticket room asks."""
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

    @app.get("/internal/homes/{home_id}")
    async def home(home_id: UUID) -> Response:
        if home_id != HOME:
            return Response(status_code=404)
        place = {"building": "3", "entrance": "2", "label": "3-2-501"}
        return JSONResponse({"id": str(HOME), "compound_id": str(COMPOUND), "code": CODE, **place})

    return app
