"""Where a setting comes from, and how a wrong one is told."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.settings import GatewaySettings
from services.registry.settings import RegistrySettings
from services.ticket.settings import TicketSettings
from shared.settings import SettingsRefused, read_settings

ROOT = Path(__file__).resolve().parents[2]
URL = "postgresql://db/linli"


@pytest.fixture(autouse=True)
def _address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", URL)


def test_a_rooms_own_name_wins_over_the_houses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POOL_SIZE", "5")
    monkeypatch.setenv("TICKET_POOL_SIZE", "7")

    assert read_settings(TicketSettings).pool_size == 7
    assert read_settings(RegistrySettings).pool_size == 5


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POOL_SIZE", "")

    assert read_settings(TicketSettings).pool_size == 3


def test_a_secret_may_stand_in_a_file_whose_last_line_end_is_not_part_of_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("s3cret\n")
    monkeypatch.setenv("METRICS_TOKEN_FILE", str(tmp_path / "token"))

    assert read_settings(GatewaySettings).metrics_token == "s3cret"


def test_a_rooms_file_wins_over_the_houses_value(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "own").write_text("own")
    monkeypatch.setenv("DATABASE_PASSWORD", "of all")
    monkeypatch.setenv("TICKET_DATABASE_PASSWORD_FILE", str(tmp_path / "own"))

    assert read_settings(TicketSettings).database_url == "postgresql://ticket:own@db/linli"


def test_an_address_without_a_role_gets_the_rooms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", "a/b @c")

    assert read_settings(TicketSettings).database_url == "postgresql://ticket:a%2Fb%20%40c@db/linli"


def test_an_address_with_a_role_is_taken_as_it_is() -> None:
    url = "postgresql://someone:else@db:6432/linli"

    assert read_settings(TicketSettings, database_url=url, database_password="x").database_url == url


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("TICKET_POOL_SIZE", "0", "TICKET_POOL_SIZE=0: Input should be greater than or equal to 1"),
        ("POOL_SIZE", "many", "TICKET_POOL_SIZE=many: Input should be a valid integer, unable to parse string"),
        ("OFFICE_HOURS", "never", "TICKET_OFFICE_HOURS=never: "),
        ("PUBLIC_URL", "http://a/", "PUBLIC_URL must not end with a slash"),
        ("DATABASE_URL", "mysql://root:s3cret@db", "DATABASE_URL is no postgresql:// address"),
        ("DATABASE_URL", "", "TICKET_DATABASE_URL or DATABASE_URL is not set"),
        ("METRICS_TOKEN_FILE", "/nowhere", "METRICS_TOKEN_FILE=/nowhere cannot be read: No such file or directory"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, line: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsRefused, match=re.escape(line)) as refused:
        read_settings(TicketSettings)

    assert "s3cret" not in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["ticket:8000", "https://ticket:8000", "http://ticket", "http://ticket:8000/v1", "http://a:1,b"]
)
def test_a_room_is_at_a_host_and_port(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("TICKET_URL", url)

    with pytest.raises(SettingsRefused, match=r"TICKET_URL=.* is no address such as"):
        read_settings(GatewaySettings)


@pytest.mark.parametrize(
    ("module", "environment", "line"),
    [
        ("services.ticket", {"TICKET_REOPEN_DAYS": "0"}, "TICKET_REOPEN_DAYS=0: "),
        ("services.ticket", {"KEYS_DIR": "/nowhere"}, "no key file, and none may be made here: /nowhere/sealing.json"),
        ("gateway", {}, "no room is named"),
        ("gateway", {"ADMIT": "two"}, "ADMIT=two: "),
    ],
)
def test_a_process_that_cannot_start_says_so_in_one_line_and_ends_with_two(
    tmp_path: Path, module: str, environment: dict[str, str], line: str
) -> None:
    given = {"DATABASE_URL": URL, "DATA_DIR": str(tmp_path), "PORT": "0", **environment}
    done = subprocess.run(
        [sys.executable, "-m", module], cwd=ROOT, env=given, capture_output=True, text=True, check=False, timeout=60
    )

    assert done.returncode == 2
    assert line in done.stderr
    assert done.stderr.count("\n") == 1
