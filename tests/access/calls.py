"""How the access tests call an operation: as whom, with whose ids, and what must come back, by its `x-roles` alone."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from services.registry.rules.roles import Role
from shared.database import new_id
from tests.factories.whole_house import Seeded, WholeHouse

OPEN, SIGNED_IN = "ANYONE", "SIGNED_IN"
JSON = "application/json"


@dataclass(frozen=True)
class Operation:
    """One operation of the composed document."""

    name: str
    method: str
    path: str
    said: Mapping[str, Any]

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(self.said["x-roles"])

    @property
    def parameters(self) -> frozenset[str]:
        return frozenset(one["name"] for one in self.said.get("parameters", ()) if one["in"] == "path")

    @property
    def is_reading(self) -> bool:
        return self.method == "GET"

    def at(self, ids: Mapping[str, str]) -> str:
        """The path with a place's ids; a parameter that no place has gets an id of nothing."""
        return self.path.format(**{name: self._own(ids, name) or str(new_id()) for name in self.parameters})

    def _own(self, ids: Mapping[str, str], name: str) -> str | None:
        return ids.get(f"{self.name}.{name}", ids.get(name))

    def body(self, ids: Mapping[str, str]) -> dict[str, Any]:
        """The documented example with this place's ids in it, for `request(**body)`."""
        for kind, media in self.said.get("requestBody", {}).get("content", {}).items():
            if kind == JSON:
                return {"json": placed(media["example"], ids)}
            if kind == "application/x-www-form-urlencoded":
                return {"data": {name: str(value) for name, value in media["example"].items() if value is not None}}
            return {"files": {"file": ("file.csv", "楼号,单元,房号\n8,1,101\n".encode())}}
        return {}


def placed(example: Any, ids: Mapping[str, str]) -> Any:
    """Every member named like a path parameter says this place's id; photos of nobody are left out."""
    if isinstance(example, list):
        return [placed(one, ids) for one in example]
    if not isinstance(example, dict):
        return example
    put = {name: ids.get(name, placed(value, ids)) for name, value in example.items()}
    return put | ({"photos": []} if "photos" in put else {})


def operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method in ("get", "put", "post", "delete"):
            if method in item and path.startswith(("/v1/", "/oauth", "/.well-known")):
                yield Operation(item[method]["operationId"], method.upper(), path, item[method])


def slug(reply: httpx2.Response) -> str:
    if reply.headers.get("content-type", "").startswith("application/problem+json"):
        return str(reply.json()["type"]).rsplit("/", 1)[1]
    return ""


def fault_as_nobody(operation: Operation, reply: httpx2.Response) -> str | None:
    """Nobody gets 401 from everything that is not open to all, and from nothing that is."""
    if (reply.status_code == 401) == (OPEN in operation.roles):
        return f"nobody: {reply.status_code} {slug(reply)}"
    return None


def fault_at_home(operation: Operation, role: Role | None, reply: httpx2.Response) -> str | None:
    """A role that may is never told that it may not, and one that may not is told so, whatever it sent."""
    may = bool(operation.roles & {OPEN, SIGNED_IN, role})
    if reply.status_code >= 500 or reply.status_code == 401:
        return f"{role}: {reply.status_code} {slug(reply)}"
    if may == (slug(reply) == "role-forbidden"):
        return f"{role} {'may' if may else 'may not'}: {reply.status_code} {slug(reply)}"
    return None


def fault_away(operation: Operation, role: Role, place: Seeded, reply: httpx2.Response) -> str | None:
    """A stranger's role finds nothing there: no success on the other's object, no mark of it in any reply."""
    if reply.status_code >= 500:
        return f"{role} of elsewhere: {reply.status_code}"
    if operation.name in OF_THE_HOUSE:
        return None
    shown = sorted(mark for mark in place.marks if mark in reply.text and not _sent(mark, reply))
    if shown:
        return f"{role} of elsewhere is shown {shown}: {reply.status_code} {reply.text[:200]}"
    is_object = bool(operation.parameters) and operation.name not in NOT_OF_A_COMPOUND
    if is_object and reply.status_code < 400:
        return f"{role} of elsewhere succeeds: {reply.status_code}"
    if is_object and operation.is_reading and slug(reply) != "role-forbidden" and reply.status_code != 404:
        return f"{role} of elsewhere is answered {reply.status_code} {slug(reply)}, not 404"
    return None


def _sent(mark: str, reply: httpx2.Response) -> bool:
    """What the caller himself sent may come back in a refusal."""
    return reply.status_code >= 400 and mark in (
        reply.request.url.path + reply.request.content.decode("utf-8", "replace")
    )


OF_THE_HOUSE: Mapping[str, str] = {
    "get_posted_minutes": "what is posted is open to everybody, as on the board",
}
NOT_OF_A_COMPOUND: Mapping[str, str] = {
    "read_region": "regions are public",
    "read_ballot_code": "whoever holds a code is told what it tells",
    "get_file_content": "the link is the right to see it",
    "change_category": "categories are the house's",
}


def rows(reply: httpx2.Response) -> list[Any]:
    """The rows of a list's reply; what streams lines has none to count here."""
    if reply.headers.get("content-type") != JSON:
        return []
    body = json.loads(reply.text)
    return list(body["items"]) if isinstance(body, dict) and "items" in body else []


async def call(
    house: WholeHouse, operation: Operation, path: str, headers: Mapping[str, str], **body: Any
) -> httpx2.Response:
    return await house.http.request(operation.method, path, headers={"If-Match": '"1"', **headers}, **body)
