"""A house on a PostgreSQL of somebody else's: made, made again, and refused where it must not go on."""

import os
import subprocess
import sys
import uuid
from collections.abc import Mapping
from pathlib import Path

import psycopg
import pytest

from gateway.audit_heads import Signer
from migrations.heads import ROOMS, head_of
from shared.postgres import find_binaries
from tests.containers.foreign import Foreign

pytestmark = pytest.mark.prove
ROOT = Path(__file__).resolve().parents[2]
HELD = {room: {"DATABASE": f"{room}-secret", "OWNER": f"{room}-owner-secret"} for room in ROOMS}


@pytest.fixture
def environment(foreign: Foreign, tmp_path: Path) -> dict[str, str]:
    """Of the step that makes a new house, as docker-compose.yml gives it: passwords in files."""
    told = {"DATABASE_URL": f"postgresql://127.0.0.1:{foreign.port}/house_{uuid.uuid4().hex[:8]}"}
    told |= {"ADMIN_DATABASE_URL": foreign.admin_url, "PATH": os.environ["PATH"]}
    for room, passwords in HELD.items():
        for name, password in passwords.items():
            variable = f"{room.upper()}_{name}_PASSWORD_FILE"
            told[variable] = _file(tmp_path, f"{room}_{name}", password)
    return told | {"ADMIN_DATABASE_PASSWORD_FILE": _file(tmp_path, "admin", foreign.password)}


def _file(folder: Path, name: str, content: str) -> str:
    (folder / name).write_text(f"{content}\n")
    return str(folder / name)


def _run(module: str, environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=dict(environment), capture_output=True, text=True, check=False, timeout=120
    )


def _as(environment: Mapping[str, str], role: str, password: str) -> psycopg.Connection:
    return psycopg.connect(environment["DATABASE_URL"], user=role, password=password, autocommit=True)


def test_a_house_is_made_once_and_a_second_time_changes_nothing(environment: dict[str, str]) -> None:
    first = _run("migrations", environment)
    second = _run("migrations", {key: value for key, value in environment.items() if not key.startswith("ADMIN")})

    assert first.returncode == 0, first.stderr
    assert second.returncode == 0, second.stderr
    assert "Migrating" not in second.stdout
    assert [line for line in second.stdout.splitlines() if line] == [f"{room} is at {head_of(room)}" for room in ROOMS]


def test_each_role_comes_in_with_its_password_and_owns_or_uses_only_its_own(environment: dict[str, str]) -> None:
    assert _run("migrations", environment).returncode == 0

    for room in ROOMS:
        with _as(environment, room, f"{room}-secret") as runtime:
            assert runtime.execute("SELECT count(*) FROM audit").fetchone() == (0,)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                runtime.execute("CREATE TABLE mine (id int)")
        with _as(environment, f"{room}_owner", f"{room}-owner-secret") as owner:
            assert owner.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (False,)
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            _as(environment, room, "guessed")


def test_no_password_stands_in_the_database_in_clear(environment: dict[str, str], foreign: Foreign) -> None:
    assert _run("migrations", environment).returncode == 0

    with foreign.connect() as admin:
        kept = admin.execute("SELECT rolpassword FROM pg_authid WHERE rolname = ANY(%s)", (list(ROOMS),)).fetchall()

    assert all(secret.startswith("SCRAM-SHA-256$") for (secret,) in kept)


def test_a_real_house_is_never_opened_as_a_sample(environment: dict[str, str], tmp_path: Path) -> None:
    assert _run("migrations", environment).returncode == 0
    room = {**environment, "SAMPLE": "1", "DATA_DIR": str(tmp_path / "data"), "PORT": "0"}

    again, started = _run("migrations", room), _run("services.ticket", room)

    assert (again.returncode, started.returncode) == (2, 2)
    assert "the database holds a real house" in again.stderr
    assert started.stderr == "linli: SAMPLE=1, and the database holds a real house\n"


def test_the_first_administrator_is_made_and_the_audit_walked_from_outside_too(
    environment: dict[str, str], tmp_path: Path
) -> None:
    assert _run("migrations", environment).returncode == 0
    told = {**environment, "DATA_DIR": str(tmp_path / "data")}

    made, again = _run("gateway.cli", told, "init"), _run("gateway.cli", told, "init")
    walked = _run("gateway.cli", told, "audit", "verify")

    assert made.returncode == 0, made.stderr
    assert "One-time code" in made.stdout
    assert again.returncode == 2
    assert walked.returncode == 0, walked.stderr
    assert all(room in walked.stdout for room in ROOMS)


def test_a_head_of_the_audit_outlives_the_container_that_signed_it(environment: dict[str, str], tmp_path: Path) -> None:
    assert _run("migrations", environment).returncode == 0
    given, empty, head = tmp_path / "given", tmp_path / "empty", tmp_path / "head.txt"
    Signer(given, create=True)
    empty.mkdir(mode=0o700)
    first, second = ({**environment, "DATA_DIR": str(tmp_path / name), "KEYS_DIR": str(given)} for name in ("a", "b"))

    signed = _run("gateway.cli", first, "audit", "head")
    head.write_text(signed.stdout)
    walked = _run("gateway.cli", second, "audit", "verify", "--head", str(head))
    keyless = _run("gateway.cli", {**first, "KEYS_DIR": str(empty)}, "audit", "head")

    assert signed.returncode == 0, signed.stderr
    assert walked.returncode == 0, walked.stderr
    assert "continues the one of" in walked.stdout
    assert keyless.returncode == 2
    assert "audit.key" in keyless.stderr
    assert list(empty.iterdir()) == []


@pytest.mark.parametrize("command", [("run",), ("backup", "house.tar"), ("restore", "house.tar"), ("migrate",)])
def test_what_needs_a_postgresql_of_its_own_says_so(environment: dict[str, str], command: tuple[str, ...]) -> None:
    refused = _run("gateway.cli", environment, *command)

    assert refused.returncode == 2
    assert refused.stderr.startswith("linli: DATABASE_URL is set")
    assert refused.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("without", "line"),
    [
        (("DATABASE_URL",), "REGISTRY_DATABASE_URL or DATABASE_URL is not set"),
        (("ADMIN_DATABASE_URL", "TICKET_OWNER_PASSWORD_FILE"), "neither TICKET_OWNER_PASSWORD nor ADMIN_DATABASE_URL"),
    ],
)
def test_what_is_missing_is_named(environment: dict[str, str], without: tuple[str, ...], line: str) -> None:
    refused = _run("migrations", {key: value for key, value in environment.items() if key not in without})

    assert refused.returncode == 2
    assert line in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_a_lost_database_comes_back_by_the_commands_of_the_guide(
    environment: dict[str, str], foreign: Foreign, tmp_path: Path
) -> None:
    told = {**environment, "DATA_DIR": str(tmp_path / "data")}
    assert _run("migrations", environment).returncode == 0
    assert _run("gateway.cli", told, "init").returncode == 0
    dump, name = str(tmp_path / "house.dump"), environment["DATABASE_URL"].rpartition("/")[2]

    _postgres(foreign, "pg_dump", "--format=custom", f"--file={dump}", f"--dbname={name}")
    _postgres(foreign, "dropdb", "--force", name)
    _postgres(foreign, "createdb", name)
    _postgres(foreign, "pg_restore", "--exit-on-error", f"--dbname={name}", dump)
    prepared = _run("migrations", environment)
    again, walked = _run("gateway.cli", told, "init"), _run("gateway.cli", told, "audit", "verify")

    assert prepared.returncode == 0, prepared.stderr
    assert "has an administrator already" in again.stderr
    assert walked.returncode == 0, walked.stderr
    with _as(environment, "ticket", "ticket-secret") as runtime, pytest.raises(psycopg.errors.InsufficientPrivilege):
        runtime.execute("CREATE TEMPORARY TABLE mine (id int)")


def _postgres(foreign: Foreign, program: str, *arguments: str) -> None:
    """One of PostgreSQL's own programs, as the administrator."""
    where = {"PGHOST": "127.0.0.1", "PGPORT": str(foreign.port), "PGUSER": "postgres", "PGPASSWORD": foreign.password}
    command = [str(find_binaries(os.environ).folder / program), *arguments]
    done = subprocess.run(command, env=where, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
