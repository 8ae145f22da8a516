"""What `shared/` holds is a closed list; each file is needed by two rooms, or says why it is there nevertheless."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.architecture.tree import HOUSE, Source, planted

CLOSED = frozenset(
    {
        "app",
        "audit",
        "background",
        "clock",
        "database",
        "days",
        "edge",
        "exports",
        "files",
        "following",
        "house",
        "idempotency",
        "identity",
        "images",
        "jobs",
        "loopback",
        "manners",
        "openapi",
        "outbox",
        "paging",
        "papers",
        "parts",
        "postgres",
        "postgres_account",
        "postgres_folder",
        "probe",
        "problems",
        "rooms",
        "sealing",
        "serve",
        "settings",
        "telemetry",
        "texts",
        "uploads",
        "upstream",
        "versions",
        "wire",
    }
)
USED_BY_ONE: Mapping[str, str] = {
    "probe": "the health check of each container",
    "postgres": "the launcher, for the command line and for every test",
    "postgres_account": "part of the launcher",
    "postgres_folder": "part of the launcher",
}
NOUNS = frozenset(
    {"home", "homes", "owner", "owners", "compound", "ticket", "election", "ballot", "resident", "survey"}
)


def unlisted(source: Source, closed: frozenset[str] = CLOSED) -> Iterator[str]:
    present = {module.name.removeprefix("shared.") for module in source.of("shared")} - {"shared"}
    yield from (f"shared/{name}.py is not on the list" for name in sorted(present - closed))
    yield from (f"{name} is on the list and not there" for name in sorted(closed - present))


def users(source: Source) -> Mapping[str, set[str]]:
    """Each file of shared -> the services (and the gateway) that use it, themselves or through other shared files."""
    found: dict[str, set[str]] = {module.name: set() for module in source.of("shared")}
    for module in (*source.of("services"), *source.of("gateway")):
        user = ".".join(module.name.split(".")[:2]) if module.name.startswith("services.") else "gateway"
        waiting = [target for target, _ in source.reached(module)]
        while waiting:
            name = waiting.pop()
            if name in found and user not in found[name]:
                found[name].add(user)
                waiting += [target for target, _ in source.reached(source.modules[name])]
    return found


def lonely(source: Source, excused: Mapping[str, str] = USED_BY_ONE) -> Iterator[str]:
    for name, by in users(source).items():
        short = name.removeprefix("shared.")
        if name == "shared":
            continue
        if len(by) < 2 and short not in excused:
            yield f"{short} is used by {sorted(by) or 'nobody'}"
        if len(by) >= 2 and short in excused:
            yield f"{short} is used by two now: take it off the list of exceptions"


def nouns(source: Source) -> Iterator[str]:
    for module in source.of("shared"):
        if NOUNS & set(module.name.removeprefix("shared.").split("_")):
            yield f"{module.path} is named after the field"


def test_shared_holds_what_is_listed_and_nothing_else() -> None:
    assert list(unlisted(HOUSE)) == []


def test_each_shared_file_is_used_by_two_rooms() -> None:
    assert list(lonely(HOUSE)) == []


def test_no_shared_file_is_named_after_a_noun_of_the_field() -> None:
    assert list(nouns(HOUSE)) == []


def test_a_file_that_is_not_listed_is_found(tmp_path: Path) -> None:
    assert list(unlisted(planted(tmp_path, shared__helpers=""), frozenset())) == [
        "shared/helpers.py is not on the list"
    ]


def test_a_file_that_one_room_uses_is_found(tmp_path: Path) -> None:
    source = planted(
        tmp_path,
        shared__one="",
        shared__both="import shared.under",
        shared__under="",
        services__ticket__app="import shared.one, shared.both",
        services__registry__app="import shared.both",
    )

    assert list(lonely(source, {})) == ["one is used by ['services.ticket']"]


def test_a_noun_of_the_field_is_found(tmp_path: Path) -> None:
    assert list(nouns(planted(tmp_path, shared__ticket_clock="")))
