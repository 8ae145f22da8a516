"""A house is backed up while it runs, lost, and made again; what is no backup is refused in one line."""

import json
import os
import subprocess
import sys
import tarfile
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path

import obstore
import psycopg
import pytest
from obstore.store import LocalStore

from gateway.backup import back_up
from gateway.start import StartRefused, running_database
from shared.database import new_id
from tests.launcher.starts import ROOT
from tests.launcher.test_house import Linli, linli  # noqa: F401  # the fixture

pytestmark = pytest.mark.prove


def _linli(*arguments: str, data_dir: Path, **beside: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"DATA_DIR": str(data_dir), "PORT": "0", "EMPTY": "1"} | beside
    command = [sys.executable, "-m", "gateway.cli", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120)


def _sign_in(url: str, **form: str) -> dict[str, object]:
    with urllib.request.urlopen(f"{url}/oauth/token", urllib.parse.urlencode(form).encode(), timeout=30) as reply:
        answer: dict[str, object] = json.load(reply)
    return answer


def test_a_lost_house_comes_back_with_its_people_keys_and_audit(linli: Linli, tmp_path: Path) -> None:  # noqa: F811
    house, again = tmp_path / "a house", tmp_path / "again"
    running = linli("run")
    running.wait_for("Ready")
    made = _linli("init", data_dir=house)
    code = made.stdout.split("One-time code ")[1].split()[0]
    head = _linli("audit", "head", data_dir=house)
    (tmp_path / "head.txt").write_text(head.stdout)
    saved = _linli("backup", str(tmp_path / "house.tar"), data_dir=house)
    assert saved.returncode == 0, saved.stderr
    assert (tmp_path / "house.tar").stat().st_mode & 0o077 == 0
    running.stop(2)

    restored = _linli("restore", str(tmp_path / "house.tar"), data_dir=again)
    second = linli("run", DATA_DIR=str(again))
    url = second.wait_for("API").split()[1].removesuffix("/v1/…")

    assert restored.returncode == 0, restored.stderr
    assert _sign_in(url, grant_type="urn:linli:grant:one-time-code", code=code)["token_type"] == "Bearer"
    assert _linli("audit", "verify", "--head", str(tmp_path / "head.txt"), data_dir=again).returncode == 0
    second.stop(2)


@pytest.mark.parametrize(
    ("archive", "line"),
    [("nothing.tar", "there is no backup"), ("text.tar", "cannot be read as a backup"), ("other.tar", "is no backup")],
)
def test_what_is_no_backup_is_refused_in_one_line(tmp_path: Path, archive: str, line: str) -> None:
    (tmp_path / "text.tar").write_text("not a tar")
    with tarfile.open(tmp_path / "other.tar", "w") as tar:
        tar.add(tmp_path / "text.tar", "letter.txt")

    refused = _linli("restore", str(tmp_path / archive), data_dir=tmp_path / "new")

    assert refused.returncode == 2
    assert line in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_keys_that_lie_elsewhere_are_in_the_backup_and_sign_its_heads(tmp_path: Path) -> None:
    house, elsewhere = tmp_path / "house", tmp_path / "elsewhere"
    first = _linli("audit", "head", data_dir=house)
    _linli("init", data_dir=house)
    (house / "keys").rename(elsewhere)

    second = _linli("audit", "head", data_dir=house, KEYS_DIR=str(elsewhere))
    saved = _linli("backup", str(tmp_path / "house.tar"), data_dir=house, KEYS_DIR=str(elsewhere))

    assert saved.returncode == 0, saved.stderr
    with tarfile.open(tmp_path / "house.tar") as tar:
        assert {"keys/sealing.json", "keys/audit.key"} <= set(tar.getnames())
    assert _signer(first.stdout) == _signer(second.stdout)


def _signer(head: str) -> str:
    return head.partition("\nby ")[2].splitlines()[0]


def test_a_restore_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "database.dump").write_bytes(b"PGDMP, and then nothing")
    (tmp_path / "files").mkdir()
    with tarfile.open(tmp_path / "cut.tar", "w") as tar:
        for name in ("database.dump", "files"):
            tar.add(tmp_path / name, name)
    (tmp_path / "new").mkdir()

    refused = _linli("restore", str(tmp_path / "cut.tar"), data_dir=tmp_path / "new")

    assert refused.returncode == 2
    assert "pg_restore failed" in refused.stderr
    assert list((tmp_path / "new").iterdir()) == []


def _house_with_files(folder: Path, *names: str) -> list[Path]:
    files = [folder / "house" / "files" / name[:8] / name for name in names]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"sealed")
    return files


def _back_up(folder: Path, at_work: Callable[[], None]) -> set[str]:
    """Back the house up; `at_work` is called once its files are listed and before they are copied."""

    def say(line: str) -> None:
        if line.startswith("Adding"):
            at_work()

    back_up(folder / "house", folder / "house" / "keys", folder / "house.tar", say)
    with tarfile.open(folder / "house.tar") as tar:
        return {name for name in tar.getnames() if name.startswith("files/")}


def test_what_the_store_still_writes_or_throws_away_is_not_in_the_backup(tmp_path: Path) -> None:
    whole, thrown = new_id().hex, new_id().hex
    files = _house_with_files(tmp_path, whole, thrown, f"{whole}#1", f"{thrown}#12")

    kept = _back_up(tmp_path, files[1].unlink)

    assert kept == {f"files/{whole[:8]}/{whole}"}
    store = LocalStore(tmp_path / "house" / "files")
    assert [one["path"] for batch in obstore.list(store) for one in batch] == [f"{whole[:8]}/{whole}"]  # as the store


def test_without_a_file_that_the_database_names_there_is_no_backup(tmp_path: Path) -> None:
    named = new_id()
    (file,) = _house_with_files(tmp_path, named.hex)
    with running_database(tmp_path / "house", lambda _: None) as url:
        with psycopg.connect(url) as connection:
            connection.execute(
                "INSERT INTO registry.file (id, owner, kind, sha256, size, key_wrapped, uploaded_at)"
                " VALUES (%s, %s, 'image/png', sha256(''), 6, '', now())",
                (named, new_id()),
            )

        with pytest.raises(StartRefused, match=f"{named.hex} went away"):
            _back_up(tmp_path, file.unlink)

    assert list(tmp_path.glob("*.tar*")) == list(tmp_path.glob(".*")) == []


def test_a_backup_overwrites_nothing_and_a_restore_fills_only_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "house.tar").write_text("precious")

    backup = _linli("backup", str(tmp_path / "house.tar"), data_dir=tmp_path / "new")
    restore = _linli("restore", str(tmp_path / "house.tar"), data_dir=tmp_path)

    assert (backup.returncode, restore.returncode) == (2, 2)
    assert (tmp_path / "house.tar").read_text() == "precious"
