"""Builds a roll from the registry's homes: which of them are in scope, and which are one entitlement."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.election.neighbours import Home
from services.election.rules.commitments import SALT_BYTES
from services.election.rules.household import has_ballot
from services.election.rules.parameters import Kind, Rules
from services.election.rules.weights import UNCOUNTED, HomeKind
from services.election.tables import Election
from shared.database import new_id


@dataclass(frozen=True, slots=True)
class Built:
    """Rows of a roll and its totals. Area in hundredths of a m²."""

    entries: list[dict[str, Any]]
    homes: list[dict[str, Any]]

    @property
    def heads(self) -> int:
        return sum(entry["heads"] for entry in self.entries)

    @property
    def area(self) -> int:
        return sum(entry["area_hundredths"] for entry in self.entries)

    @property
    def area_unknown(self) -> int:
        return sum(home["area_hundredths"] is None for home in self.homes)

    @property
    def owner_unknown(self) -> int:
        return sum(not home["owner_known"] for home in self.homes)


def in_scope(election: Election, home: Home) -> bool:
    """VOTE-7. The named buildings and entrances; none named: the whole compound."""
    if not election.buildings and not election.entrances:
        return True
    return home.building in election.buildings or entrance_of(home) in election.entrances


def entrance_of(home: Home) -> str:
    """As a scope names it."""
    return f"{home.building}-{home.entrance}"


def counted(kind: Kind, rules: Rules, home: Home) -> bool:
    """BAL-11 for a household ballot; VOTE-1 for owners: parking and stores do not count [P]."""
    if kind is Kind.HOUSEHOLD:
        return has_ballot(home.kind, home.delivery, rules.shops_vote, rules.unsold_vote)
    taken = {HomeKind.PARKING: rules.count_parking, HomeKind.STORE: rules.count_stores}
    return home.kind not in UNCOUNTED or taken[home.kind]


def build(election: Election, rules: Rules, homes: Sequence[Home]) -> Built:
    """VOTE-1, VOTE-7, OWN-6. One entry an entitlement, in the order of its first home."""
    kind = Kind(election.kind)
    grouped: dict[bytes, list[Home]] = {}
    places: dict[str, int] = {}
    for place, home in enumerate(homes):
        if in_scope(election, home) and counted(kind, rules, home):
            grouped.setdefault(group_key(kind, home), []).append(home)
            places[str(home.id)] = place
    built = Built([], [])
    for key, group in grouped.items():
        entry = new_entry(election, key, group, len(built.entries))
        built.entries.append(entry)
        built.homes.extend(new_home(election, entry["id"], home, places[str(home.id)]) for home in group)
    return built


def group_key(kind: Kind, home: Home) -> bytes:
    """VOTE-1, BAL-11. Homes of equal keys are one entitlement: a dwelling by itself, else the registry's head group."""
    return hashlib.sha256(home.id.bytes).digest() if kind is Kind.HOUSEHOLD else home.head_group


def new_entry(election: Election, key: bytes, group: Sequence[Home], place: int) -> dict[str, Any]:
    first = group[0]
    return {
        "id": new_id(),
        "election_id": election.id,
        "place": place,
        "head_key": key,
        "heads": 1,
        "area_hundredths": sum(home.area or 0 for home in group),
        "area_unknown": sum(home.area is None for home in group),
        "owner_ids": sorted({owner for home in group for owner in home.owners}),
        "building": first.building,
        "entrance": first.entrance,
        "label": first.label,
        "basis": first.basis,
        "salt": secrets.token_bytes(SALT_BYTES),
    }


def new_home(election: Election, entry_id: UUID, home: Home, place: int) -> dict[str, Any]:
    return {
        "election_id": election.id,
        "home_id": home.id,
        "entry_id": entry_id,
        "place": place,
        "building": home.building,
        "entrance": home.entrance,
        "label": home.label,
        "kind": home.kind,
        "delivery": home.delivery,
        "area_hundredths": home.area,
        "owner_known": home.owner_known,
        "owner_ids": list(home.owners),
    }
