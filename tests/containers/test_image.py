"""What the built image holds; only with one at hand (make image-check)."""

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.secrets import OWNER
from tests.containers.composed import IMAGE, image_environment

pytestmark = [pytest.mark.prove, pytest.mark.skipif(IMAGE is None, reason="no image at hand: make image-check")]
ROOT = Path(IMAGE or "/")
HOUSE = ROOT / "opt/linli"


@pytest.fixture(scope="module")
def config() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(Path(os.environ["LINLI_IMAGE_CONFIG"]).read_text())["Docker"]["config"]
    return loaded


def files() -> Iterator[tuple[Path, os.stat_result]]:
    """Everything of the image itself; what is mounted into it lies on another device or under the folder of the run."""
    device = (ROOT / "opt").stat().st_dev
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if not (Path(folder) / name).is_mount()]
        for name in (*folders, *names):
            path = Path(folder) / name
            found = path.lstat()
            if found.st_dev == device and not stat.S_ISLNK(found.st_mode):
                yield path, found


def test_it_says_who_runs_in_it_and_what(config: dict[str, Any]) -> None:
    assert config["User"] == f"{OWNER}:{OWNER}"
    assert config["Cmd"] == ["python", "-m", "gateway"]
    assert config["StopSignal"] == "SIGTERM"
    assert set(config["Volumes"]) == {image_environment()["DATA_DIR"]}
    assert image_environment().items() <= dict(line.split("=", 1) for line in config["Env"]).items()


def test_its_user_can_write_nothing_but_its_data() -> None:
    own = [path for path, found in files() if OWNER in (found.st_uid, found.st_gid)]
    open_to_all = [path for path, found in files() if found.st_mode & 0o1002 == 0o002]

    assert own == [ROOT / "var/lib/linli"]
    assert open_to_all == []


def test_it_holds_the_code_and_what_is_locked_and_nothing_of_its_making() -> None:
    assert {path.name for path in HOUSE.iterdir()} == {".venv", "gateway", "migrations", "services", "shared"}
    assert [
        path for path, _ in files() if path.name in {".git", ".data", "secrets", "tests", "docs"} and _ours(path)
    ] == []
    assert not (ROOT / "root/.cache").exists()
    assert not list(HOUSE.glob(".venv/lib/python*/site-packages/pip"))
    assert not [name for name in ("gcc", "cc", "make") if (ROOT / "usr/bin" / name).exists()]


def _ours(path: Path) -> bool:
    return HOUSE in path.parents and HOUSE / ".venv" not in path.parents


def test_our_code_lies_compiled_in_it() -> None:
    sources = [path for path, _ in files() if path.suffix == ".py" and _ours(path)]

    assert sources
    assert all(list((path.parent / "__pycache__").glob(f"{path.stem}.cpython-*.pyc")) for path in sources)
