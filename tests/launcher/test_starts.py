"""Every bad start gets one clear line, and no start loses what was kept."""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from shared.postgres import Postgres
from tests.launcher.starts import as_nobody, refusal_of, start_elsewhere, wait_until_gone

pytestmark = pytest.mark.prove
Rows = Callable[[Path], list[str]]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root is made to give PostgreSQL another user")


def test_a_new_folder_gets_a_cluster_whose_text_sorts_the_same_everywhere(tmp_path: Path) -> None:
    with Postgres(tmp_path / "new", throwaway=True) as postgres, psycopg.connect(postgres.url()) as connection:
        found = connection.execute(
            "SELECT datlocprovider, datlocale, pg_encoding_to_char(encoding) FROM pg_database"
            " WHERE datname = 'postgres'"
        ).fetchone()

    assert found == ("b", "C.UTF-8", "UTF8")


def test_data_is_there_at_the_second_start(data_dir: Path, rows: Rows) -> None:
    assert rows(data_dir) == ["kept"]


@pytest.mark.parametrize("name", ["with spaces in it", "百花园 小区", 'it\'s "quoted"', "100%s"])
def test_odd_folder_names_work(tmp_path: Path, used_folder: Path, rows: Rows, name: str) -> None:
    folder = shutil.copytree(used_folder, tmp_path / name)

    assert rows(folder) == ["kept"]


def test_a_long_path_works_because_the_socket_lives_elsewhere(tmp_path: Path, used_folder: Path, rows: Rows) -> None:
    folder = shutil.copytree(used_folder, tmp_path / ("d" * 200) / ("e" * 200))

    assert rows(folder) == ["kept"]


def test_a_path_longer_than_postgresql_takes_is_refused_in_one_line(tmp_path: Path) -> None:
    said = refusal_of(tmp_path.joinpath(*["f" * 200] * 5))

    assert "bytes long" in said
    assert "DATA_DIR" in said
    assert "\n" not in said


def test_a_name_longer_than_the_file_system_takes_is_refused_in_one_line(tmp_path: Path) -> None:
    said = refusal_of(tmp_path / ("g" * 300))

    assert "File name too long" in said
    assert "\n" not in said


def test_a_long_temporary_folder_is_passed_over(
    data_dir: Path, tmp_path: Path, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("t" * 100)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))

    assert rows(data_dir) == ["kept"]


def test_a_second_start_is_refused_in_one_line_and_the_first_goes_on(data_dir: Path) -> None:
    first = start_elsewhere(data_dir)
    assert first.stdout is not None
    assert first.stdout.readline().strip().isdigit()

    said = refusal_of(data_dir)

    assert f"in use by another start (process {first.pid})" in said
    assert "\n" not in said
    assert first.communicate("\n") == ("", "")
    assert first.returncode == 0


def test_of_two_starts_at_once_on_a_new_folder_one_wins(tmp_path: Path) -> None:
    starts = [start_elsewhere(tmp_path / "new") for _ in range(2)]

    first_lines = [start.stdout.readline().strip() for start in starts if start.stdout is not None]
    complaints = [start.communicate("\n")[1] for start in starts]

    assert sorted(line.isdigit() for line in first_lines) == [False, True]
    (said,) = [text for text in complaints if text]
    assert said.startswith("refused: the data folder")
    assert said.count("\n") == 1


def _dead_pid() -> int:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


@pytest.mark.parametrize(
    "content",
    ["", "12", "not a number\n", "{dead}\n{cluster}\n1\n5432\n/tmp\n\n", "{mine}\n{cluster}\n1\n5432\n/tmp\n\n"],
    ids=["empty", "truncated", "garbage", "of a dead process", "of a process that is no PostgreSQL"],
)
def test_a_postmaster_pid_that_lies_is_removed(data_dir: Path, rows: Rows, content: str) -> None:
    cluster = data_dir / "pg18"
    text = content.format(dead=_dead_pid(), mine=os.getpid(), cluster=cluster)
    (cluster / "postmaster.pid").write_text(text)

    assert rows(data_dir) == ["kept"]


def test_a_postmaster_pid_of_a_zombie_is_removed(data_dir: Path, rows: Rows) -> None:
    zombie = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)
    (data_dir / "pg18" / "postmaster.pid").write_text(f"{zombie.pid}\n{data_dir / 'pg18'}\n1\n5432\n/tmp\n\n")

    assert rows(data_dir) == ["kept"]
    zombie.wait()


def test_another_major_version_is_refused_and_left_alone(data_dir: Path) -> None:
    (data_dir / "pg18" / "PG_VERSION").write_text("16\n")

    said = refusal_of(data_dir)

    assert "is of PostgreSQL 16, these programs are of 18" in said
    assert (data_dir / "pg18" / "PG_VERSION").read_text() == "16\n"


def test_the_folder_of_another_major_version_is_not_passed_over_for_a_new_one(tmp_path: Path) -> None:
    (tmp_path / "pg17").mkdir()

    said = refusal_of(tmp_path)

    assert "is of PostgreSQL 17" in said
    assert not (tmp_path / "pg18").exists()


def test_a_folder_that_is_no_cluster_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "pg18").mkdir()
    (tmp_path / "pg18" / "something").write_text("of somebody")

    said = refusal_of(tmp_path)

    assert "not a whole PostgreSQL cluster" in said
    assert (tmp_path / "pg18" / "something").read_text() == "of somebody"


def test_a_cut_initdb_is_never_taken_for_data(tmp_path: Path) -> None:
    (tmp_path / "pg18.new").mkdir()
    (tmp_path / "pg18.new" / "PG_VERSION").write_text("18\n")

    with Postgres(tmp_path, throwaway=True) as postgres:
        assert postgres.is_running
    assert not (tmp_path / "pg18.new").exists()


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    assert "is not a folder" in refusal_of(tmp_path / "file")


def test_an_unwritable_folder_is_refused_in_one_line(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o555)
    os.chmod(tmp_path, 0o755)  # noqa: PTH101 - beside the line above

    said = as_nobody(lambda: refusal_of(folder))
    said_of_new = as_nobody(lambda: refusal_of(folder / "new"))

    assert "DATA_DIR" in said
    assert "\n" not in said
    assert "Permission denied" in said_of_new or "cannot" in said_of_new


@as_root
def test_a_folder_that_another_user_filled_is_explained(tmp_path: Path) -> None:
    (tmp_path / "data" / "pg18").mkdir(parents=True, mode=0o700)
    os.chown(tmp_path / "data" / "pg18", 1, 1)
    (tmp_path / "data" / "pg18").chmod(0o700)
    (tmp_path / "data").chmod(0o777)
    tmp_path.chmod(0o755)

    said = as_nobody(lambda: refusal_of(tmp_path / "data"))

    assert "belongs to user" in said
    assert "chown" in said


@as_root
def test_as_root_postgresql_runs_as_another_user_and_says_what_that_one_was_granted(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    said: list[str] = []

    with Postgres(closed / "data", say=said.append, throwaway=True) as postgres:
        uid = Path(f"/proc/{postgres.pid}").stat().st_uid
        owner = postgres.cluster.stat().st_uid

    assert uid == owner != 0
    assert any("passage, without reading, through" in line for line in said)
    assert stat.S_IMODE(closed.stat().st_mode) & 0o007 == 0
    assert "PermissionError" in as_nobody(lambda: str(list(closed.iterdir())))


@as_root
def test_another_user_of_the_machine_cannot_connect(data_dir: Path) -> None:
    with Postgres(data_dir, throwaway=True) as postgres:
        url = postgres.url()

        said = as_nobody(lambda: str(psycopg.connect(url)))

    assert "Peer authentication failed" in said


def test_kill_9_leaves_no_postgresql_behind_and_the_next_start_finds_the_data(data_dir: Path, rows: Rows) -> None:
    start = start_elsewhere(data_dir)
    assert start.stdout is not None
    pid = int(start.stdout.readline())

    start.kill()
    start.communicate()  # only once it has ended does the kernel give its lock back
    found = rows(data_dir)  # at once: waits for the old server instead of refusing

    assert wait_until_gone(pid)
    assert found == ["kept"]


def test_the_socket_folder_of_a_killed_start_is_removed(data_dir: Path, rows: Rows) -> None:
    start = start_elsewhere(data_dir)
    assert start.stdout is not None
    pid = int(start.stdout.readline())
    left = (data_dir / "socket").readlink()
    start.kill()
    start.communicate()
    assert wait_until_gone(pid)
    assert left.is_dir()

    rows(data_dir)

    assert not left.exists()
