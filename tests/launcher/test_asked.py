"""What the operator asks by environment, the port, and whether a database holds the sample or a real house."""

import socket
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from gateway.start import Asked, StartRefused, asked_of, choose_origin, take_port
from migrations.origin import Kind, Origin, origin_of, set_origin


def asked(*, host: str = "127.0.0.1", port: int = 0, empty: bool = False) -> Asked:
    return Asked(Path("data"), host, port, empty, homes=612)


def test_nothing_said_is_the_sample_on_port_8000_of_this_machine() -> None:
    assert asked_of({}) == Asked(Path(".data"), "127.0.0.1", 8000, empty=False, homes=612)


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "abc"), ("PORT", "65536"), ("PORT", "８０００"), ("PORT", "-1"), ("HOMES", "0"), ("EMPTY", "maybe")],
)
def test_a_value_that_makes_no_sense_is_named(name: str, value: str) -> None:
    with pytest.raises(StartRefused, match=f"{name}="):
        asked_of({name: value})


def test_a_taken_port_is_said_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(StartRefused, match=f"port {port} of 127.0.0.1 is taken .* PORT={port + 1}"):
            take_port(asked(port=port))


def test_an_address_of_another_machine_is_said() -> None:
    with pytest.raises(StartRefused, match=r"HOST=192\.0\.2\.1 is no address of this machine"):
        take_port(asked(host="192.0.2.1"))


def test_a_new_database_gets_the_sample(new_database: Callable[[], str]) -> None:
    url = new_database()

    chosen = choose_origin(url, url, asked(), lambda _: None)

    assert chosen == Origin(Kind.SAMPLE, is_whole=False)
    assert origin_of(url) == chosen


@pytest.mark.parametrize("wish", [asked(empty=True), asked(host="0.0.0.0")], ids=["EMPTY=1", "not loopback"])
def test_a_real_house_is_asked_for_by_empty_or_by_listening_to_others(
    new_database: Callable[[], str], wish: Asked
) -> None:
    url = new_database()

    assert choose_origin(url, url, wish, lambda _: None).kind is Kind.REAL


@pytest.mark.parametrize("wish", [asked(empty=True), asked(host="0.0.0.0")], ids=["EMPTY=1", "not loopback"])
def test_the_sample_is_neither_mixed_with_real_data_nor_shown_to_others(
    new_database: Callable[[], str], wish: Asked
) -> None:
    url = new_database()
    set_origin(url, Origin(Kind.SAMPLE, is_whole=True))

    with pytest.raises(StartRefused, match="holds the sample compound"):
        choose_origin(url, url, wish, lambda _: None)


def test_a_database_that_was_written_to_never_gets_the_sample(new_database: Callable[[], str]) -> None:
    url = new_database()
    with psycopg.connect(url) as connection:
        connection.execute(
            "INSERT INTO registry.audit (at, actor, operation, origin, request_id, outcome, details)"
            " VALUES (now(), 'person', 'new_home', 'x', 'x', 201, '{}')"
        )

    assert choose_origin(url, url, asked(), lambda _: None).kind is Kind.REAL


def test_what_a_house_is_cannot_be_changed_afterwards(new_database: Callable[[], str]) -> None:
    url = new_database()
    set_origin(url, Origin(Kind.REAL, is_whole=True))

    set_origin(url, Origin(Kind.SAMPLE, is_whole=False))

    assert origin_of(url) == Origin(Kind.REAL, is_whole=True)
