"""A registry of two compounds and one roll, in the registry's wire format; it can be switched off."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from fastapi.responses import JSONResponse, Response

COMPOUND, ELSEWHERE = (
    UUID("0197a3f2-0000-7000-8000-000000000001"),
    UUID("0197a3f2-0000-7000-8000-000000000002"),
)
CODE, ELSEWHERE_CODE = "140109013001001", "140109012001001"
COMPOUNDS = {COMPOUND: CODE, ELSEWHERE: ELSEWHERE_CODE}


def home_id(place: int) -> UUID:
    return UUID(int=0x0197A3F2_0000_7000_8000_000000001000 + place)


OWNER_OF_FIRST = UUID(int=0x0197A3F2_0000_7000_8000_000000002000)


def home(place: int, **changed: Any) -> dict[str, Any]:
    """Five homes an entrance, two entrances a building."""
    building, entrance = str(place // 10 + 1), str(place % 10 // 5 + 1)
    return {
        "id": str(home_id(place)),
        "building": building,
        "entrance": entrance,
        "label": f"{building}-{entrance}-{place % 5 + 1}01",
        "kind": "DWELLING",
        "delivery": "DELIVERED",
        "area_hundredths": 8000,
        "owner_known": True,
        "basis": "REGISTERED",
        "head_group": f"{place:032x}",
        "owners": [str(OWNER_OF_FIRST)] if place == 0 else [],
        **changed,
    }


@dataclass
class Books:
    """What the registry answers: twenty dwellings, then a shop, an unsold dwelling and a parking space."""

    down: bool = False
    homes: list[dict[str, Any]] = field(
        default_factory=lambda: [
            *(home(place) for place in range(20)),
            home(20, kind="SHOP", area_hundredths=None),
            home(21, delivery="UNSOLD"),
            home(22, kind="PARKING"),
        ]
    )


def registry_app(published: dict[str, Any], books: Books) -> FastAPI:
    """Answers what the election room asks."""
    app = FastAPI()

    @app.get("/.well-known/jwks.json")
    async def keys() -> dict[str, Any]:
        return published

    @app.get("/internal/revocations")
    async def revocations() -> dict[str, Any]:
        return {"items": []}

    @app.get("/internal/compounds/{compound_id}")
    async def compound(compound_id: UUID) -> Response:
        if books.down:
            return Response(status_code=503)
        if compound_id not in COMPOUNDS:
            return Response(status_code=404)
        return JSONResponse({"id": str(compound_id), "code": COMPOUNDS[compound_id], "name": "和平里"})

    @app.get("/internal/compounds/{compound_id}/homes")
    async def homes(compound_id: UUID) -> Response:
        return Response(status_code=503) if books.down else JSONResponse({"items": books.homes})

    return app
