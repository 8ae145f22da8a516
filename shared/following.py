"""What a room keeps learning from the registry: the keys that sign tokens and the sessions that have ended."""

import json
import time
from pathlib import Path
from typing import Any
from uuid import UUID

from shared.house import House
from shared.problems import NeighbourDown, Unknown
from shared.telemetry import log

KEPT = "jwks.json"
REMEMBERED_SECONDS = 3_600


async def follow(house: House) -> None:
    """Learn keys and revocations; with the registry down the kept keys go on serving."""
    registry = house.neighbour("registry")
    try:
        published = await registry.get_json("/.well-known/jwks.json")
        ended = await registry.get_json("/internal/revocations")
    except (NeighbourDown, Unknown):
        _fall_back(house)
        return
    if published != house.published:
        house.published = published
        house.verifier.learn_keys(published)
        _keep(house.settings.data_dir, published)
    house.verifier.learn_revocations({UUID(one["subject"]): float(one["at"]) for one in ended["items"]})
    house.verifier.forget_revocations(time.time() - REMEMBERED_SECONDS)


def _fall_back(house: House) -> None:
    if house.published is None and (kept := _kept(house.settings.data_dir)) is not None:
        house.published = kept
        house.verifier.learn_keys(kept)
        log.warning("registry does not answer; tokens are checked with the kept keys", room=house.name)


def _keep(folder: Path, published: dict[str, Any]) -> None:
    """Keys are public; a write that fails costs only the fall-back."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / KEPT).write_text(json.dumps(published), encoding="utf-8")
    except OSError as fault:
        log.warning("published keys could not be kept", fault=repr(fault))


def _kept(folder: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads((folder / KEPT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found
