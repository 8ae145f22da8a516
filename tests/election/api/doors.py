"""Going from door to door in tests: workers with papers, boxes, devices, scans, and people who key."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.election.papers.actions import said_of
from services.election.papers.codes import SHORT, code_of
from services.election.papers.recording import Reported
from services.election.rules.papers import FactKind, Help
from shared.database import new_id
from shared.files import FileReference, References
from tests.election.api.conftest import CLOSES, Hall
from tests.election.api.neighbour import CODE
from tests.factories.tokens import Somebody


def worker(role: str = "GRID_WORKER") -> Somebody:
    return Somebody([f"{role}@{CODE}"])


@dataclass
class Tablet:
    """A worker's device: it signs what it records and numbers it."""

    id: str
    key: Ed25519PrivateKey
    holder: Somebody
    sequence: int = 0

    def fact(self, doors: "Doors", number: int, kind: str, box: int | None = None, **changed: Any) -> dict[str, Any]:
        """A fact of a packet, numbered and signed; `changed` is put in before it is signed."""
        self.sequence += 1
        told: dict[str, Any] = {
            "id": str(new_id()),
            "sequence": self.sequence,
            "number": number,
            "code": doors.code(number),
            "kind": kind,
            "captured_at": doors.hall.house.clock.now().isoformat(timespec="seconds"),
            "people": [str(self.holder.subject), str(doors.second.subject)],
            "box": box,
            "evidence": None,
            "words": None,
            **changed,
        }
        return told | {"signature": self.key.sign(said_of(UUID(doors.election["id"]), self._reported(told))).hex()}

    def _reported(self, told: Mapping[str, Any]) -> Reported:
        return Reported(
            id=UUID(told["id"]),
            number=told["number"],
            code=told["code"],
            kind=FactKind(told["kind"]),
            captured_at=datetime.fromisoformat(told["captured_at"]),
            people=tuple(UUID(one) for one in told["people"]),
            recorder=self.holder.subject,
            box=told["box"],
            evidence=told["evidence"],
            words=told["words"],
            help=Help(**told["help"]) if told.get("help") else None,
            device_id=UUID(self.id),
            sequence=told["sequence"],
        )


@dataclass
class Doors:
    """The papers of one election on their way, and the people who carry and key them."""

    hall: Hall
    election: Mapping[str, Any]
    first: Somebody = field(default_factory=worker)
    second: Somebody = field(default_factory=worker)
    keyers: Sequence[Somebody] = field(
        default_factory=lambda: [worker("CLERK"), worker("SECRETARY"), worker("STREET_OFFICER")]
    )

    @property
    def path(self) -> str:
        return f"/v1/elections/{self.election['id']}"

    def code(self, number: int) -> str:
        return code_of(self.hall.house.keys, UUID(self.election["id"]), number)

    async def post(self, who: Somebody, path: str, body: Mapping[str, Any]) -> httpx2.Response:
        reply: httpx2.Response = await self.hall.post(who, f"{self.path}/{path}", body)
        return reply

    async def done(self, who: Somebody, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        reply = await self.post(who, path, body)
        assert reply.status_code == 201, f"{path}: {reply.text}"
        return dict(reply.json())

    async def print(self, **scope: Any) -> dict[str, Any]:
        return await self.done(self.hall.clerk, "print-runs", scope)

    async def box(self, number: int = 1, seal: str = "A 1") -> dict[str, Any]:
        return await self.done(self.hall.clerk, "boxes", {"number": number, "seal": seal})

    async def try_fact(self, number: int, kind: str, **more: Any) -> httpx2.Response:
        body = {"kind": kind, "code": self.code(number)[:SHORT], "second_id": str(self.second.subject), **more}
        return await self.post(self.first, f"papers/{number}/facts", body)

    async def fact(self, number: int, kind: str, **more: Any) -> dict[str, Any]:
        reply = await self.try_fact(number, kind, **more)
        assert reply.status_code == 201, reply.text
        return dict(reply.json())

    async def brought_back(self, *numbers: int, box: int = 1) -> None:
        for number in numbers:
            await self.fact(number, "ISSUED")
            await self.fact(number, "RETURNED", box=box)

    async def tablet(self, holder: Somebody | None = None) -> Tablet:
        key, holder = Ed25519PrivateKey.generate(), holder or self.first
        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
        made = await self.done(self.hall.clerk, "devices", {"holder_id": str(holder.subject), "public_key": public})
        return Tablet(made["id"], key, holder)

    async def packet(self, tablet: Tablet, facts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        return await self.done(tablet.holder, "packets", {"device_id": tablet.id, "facts": list(facts)})

    async def close(self) -> None:
        self.hall.now_is(CLOSES)
        await self.hall.step(self.election, "closings")

    async def open_box(self, number: int = 1, **changed: Any) -> httpx2.Response:
        opening = {"seal_found": "A 1", "witnesses": [str(new_id()), str(new_id())], "counted": 0, **changed}
        return await self.post(self.hall.clerk, f"boxes/{number}/openings", opening)

    async def try_scan(self, number: int) -> httpx2.Response:
        clerk, sha256 = self.hall.clerk, hashlib.sha256(str(number).encode()).hexdigest()
        file = FileReference(new_id(), "image/jpeg", sha256, 10, clerk.subject, datetime.now(UTC) + timedelta(days=60))
        reference = References(self.hall.house.keys.files).attach(file)
        return await self.post(clerk, f"papers/{number}/scans", {"file": reference})

    async def scanned(self, *numbers: int) -> None:
        """Closed, the box opened, every paper scanned."""
        await self.close()
        assert (await self.open_box(counted=len(numbers))).status_code == 201
        for number in numbers:
            assert (await self.try_scan(number)).status_code == 201

    async def key(self, who: Somebody, *readings: Mapping[str, Any]) -> list[dict[str, Any]]:
        return list((await self.done(who, "keyings", {"readings": list(readings)}))["items"])

    async def key_twice(self, readings: Mapping[int, Sequence[int]]) -> None:
        for who in self.keyers[:2]:
            told = await self.key(who, *({"number": number, "marks": marks} for number, marks in readings.items()))
            assert all(one["taken"] for one in told), told

    async def counted(self) -> dict[str, Any]:
        return await self.done(self.hall.clerk, "counts", counters())


def counters() -> dict[str, str]:
    """Three persons who count, and where."""
    people = {name: str(new_id()) for name in ("caller_id", "counter_id", "scrutineer_id")}
    return people | {"place": "社区活动室"}
