"""One OpenAPI 3.1 document from the rooms' committed contracts: what clashes is refused or renamed, nothing is lost."""

import copy
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Json = dict[str, Any]
CONTRACTS = Path(__file__).parent / "contracts"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
DESCRIPTION = (
    "Backend of a residential compound (小区) that governs itself. One surface over several services. "
    "Errors are RFC 9457 problems in zh-CN (default) or en; lists are paged by cursor; "
    "`x-roles` names who may call an operation."
)


class ContractClash(Exception):
    """Contracts that cannot stand in one document; the message names both sides."""


def load_contracts(folder: Path = CONTRACTS) -> dict[str, Json]:
    """Room -> its committed contract, the gateway's own first, then by name."""
    files = sorted(folder.glob("*.json"), key=lambda file: (file.stem != "gateway", file.stem))
    return {file.stem: json.loads(file.read_text("utf-8")) for file in files}


def compose(contracts: Mapping[str, Json], public_url: str, version: str) -> Json:
    """The house's document. ContractClash for a path, operation id, webhook or security scheme claimed twice."""
    renamed = {room: _renamed(contract, names) for (room, contract), names in _with_new_names(contracts)}
    document: Json = {
        "openapi": "3.1.0",
        "info": {"title": "Linli", "version": version, "description": DESCRIPTION},
        "servers": [{"url": public_url}],
        "tags": _tags(renamed),
        "paths": _paths(renamed),
        "webhooks": _union(renamed, lambda contract: contract.get("webhooks", {}), "webhook"),
        "components": _components(renamed),
        "x-problems": _problems(renamed),
    }
    _check_operation_ids(renamed)
    return {key: value for key, value in document.items() if value or key == "paths"}


def operations_in(contract: Json) -> Iterator[tuple[str, str, Json]]:
    """(template, method, operation) of every path and webhook."""
    for section in ("paths", "webhooks"):
        for template, item in contract.get(section, {}).items():
            for method in METHODS:
                if method in item:
                    yield template, method, item[method]


def _paths(contracts: Mapping[str, Json]) -> Json:
    paths: Json = {}
    owners: dict[str, str] = {}
    for room, contract in contracts.items():
        for template, item in contract.get("paths", {}).items():
            if template.lower().startswith("/internal"):
                raise ContractClash(f"{room}: {template} is internal and must not be in a contract")
            shape = re.sub(r"\{[^}]*\}", "{}", template)
            if shape in owners:
                raise ContractClash(f"path {template} is claimed by {owners[shape]} and by {room}")
            owners[shape] = room
            paths[template] = _with_own_defaults(item, contract)
    return paths


def _with_own_defaults(item: Json, contract: Json) -> Json:
    """Write a contract's document-wide security onto each operation: in one document it would be everybody's."""
    if "security" not in contract:
        return item
    return {
        key: {"security": contract["security"], **value} if key in METHODS else value for key, value in item.items()
    }


def _check_operation_ids(contracts: Mapping[str, Json]) -> None:
    owners: dict[str, str] = {}
    for room, contract in contracts.items():
        for template, method, operation in operations_in(contract):
            name = operation.get("operationId")
            if not name and template not in contract["paths"]:
                continue  # a webhook is known by its event type
            if not name:
                raise ContractClash(f"{room}: {method.upper()} {template} has no operation id")
            if name in owners:
                raise ContractClash(f"operation id {name} is claimed by {owners[name]} and by {room}")
            owners[name] = room


def _tags(contracts: Mapping[str, Json]) -> list[Json]:
    """Every tag that is described or used, the first description winning."""
    tags: dict[str, Json] = {}
    for contract in contracts.values():
        for tag in contract.get("tags", []):
            tags.setdefault(tag["name"], tag)
        for _, _, operation in operations_in(contract):
            for name in operation.get("tags", []):
                tags.setdefault(name, {"name": name})
    return list(tags.values())


def _union(contracts: Mapping[str, Json], part: Any, what: str) -> Json:
    """Merge named things that must be the same wherever they are named twice."""
    merged: Json = {}
    owners: dict[str, str] = {}
    for room, contract in contracts.items():
        for name, value in part(contract).items():
            if name in merged and merged[name] != value:
                raise ContractClash(f"{what} {name} differs between {owners[name]} and {room}")
            merged.setdefault(name, value)
            owners.setdefault(name, room)
    return merged


def _problems(contracts: Mapping[str, Json]) -> Json:
    return _union(contracts, lambda contract: contract.get("x-problems", {}), "problem")


def _components(contracts: Mapping[str, Json]) -> Json:
    kinds = sorted({kind for contract in contracts.values() for kind in contract.get("components", {})})
    merged = {
        kind: _union(contracts, lambda contract, kind=kind: contract.get("components", {}).get(kind, {}), kind)
        for kind in kinds
    }
    return {kind: dict(sorted(entries.items())) for kind, entries in merged.items() if entries}


# Renaming. A component is "kind/name"; one clashes when two rooms mean different things by it, or the same thing
# that leads to something which clashes.

Names = dict[str, str]


def _with_new_names(contracts: Mapping[str, Json]) -> Iterator[tuple[tuple[str, Json], Names]]:
    clashing = _clashing(contracts)
    taken = {name for contract in contracts.values() for name in _components_of(contract)}
    for room, contract in contracts.items():
        names = {}
        for name in _components_of(contract).keys() & clashing:
            kind, short = name.split("/", 1)
            fresh = f"{kind}/{room.capitalize()}{short}"
            while fresh in taken:
                fresh += "_"
            taken.add(fresh)
            names[name] = fresh
        yield (room, contract), names


def _components_of(contract: Json) -> dict[str, Any]:
    """ "schemas/Home" -> its content. Security schemes are never renamed: they must agree."""
    return {
        f"{kind}/{name}": value
        for kind, entries in contract.get("components", {}).items()
        if kind != "securitySchemes"
        for name, value in entries.items()
    }


def _clashing(contracts: Mapping[str, Json]) -> set[str]:
    contents: dict[str, list[Any]] = {}
    for contract in contracts.values():
        for name, value in _components_of(contract).items():
            contents.setdefault(name, []).append(value)
    shared = {name: values for name, values in contents.items() if len(values) > 1}
    clashing = {name for name, values in shared.items() if any(value != values[0] for value in values[1:])}
    while more := {
        name for name, values in shared.items() if name not in clashing and set(_references(values)) & clashing
    }:
        clashing |= more
    return clashing


def _references(value: Any) -> Iterator[str]:
    """Every component referred to anywhere inside."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "$ref" and isinstance(inner, str):
                yield inner.removeprefix("#/components/")
            elif key == "discriminator" and isinstance(inner, dict):
                yield from (target.removeprefix("#/components/") for target in inner.get("mapping", {}).values())
            else:
                yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def _renamed(contract: Json, names: Names) -> Json:
    """The contract with its clashing components under their new names, and every reference following."""
    if not names:
        return contract
    fresh: Json = _follow(copy.deepcopy(contract), names)
    for kind, entries in fresh["components"].items():
        fresh["components"][kind] = {
            names.get(f"{kind}/{name}", f"{kind}/{name}").split("/", 1)[1]: value for name, value in entries.items()
        }
    return fresh


def _follow(value: Any, names: Names) -> Any:
    if isinstance(value, list):
        return [_follow(inner, names) for inner in value]
    if not isinstance(value, dict):
        return value
    return {key: _pointed(key, inner, names) for key, inner in value.items()}


def _pointed(key: str, value: Any, names: Names) -> Any:
    if key == "$ref" and isinstance(value, str):
        return _target(value, names)
    if key == "mapping" and isinstance(value, dict) and all(isinstance(target, str) for target in value.values()):
        return {choice: _target(target, names) for choice, target in value.items()}
    return _follow(value, names)


def _target(reference: str, names: Names) -> str:
    name = reference.removeprefix("#/components/")
    return f"#/components/{names[name]}" if name in names and name != reference else reference
