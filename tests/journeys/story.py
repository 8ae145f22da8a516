"""`make story`: play the scenes one after the other and end with a short table.

Against the house at PORT when one answers there (in sample mode), else against one that is started for the play on a
free port with a data folder of its own, and stopped afterwards.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2

from tests.journeys.cast import new_cast
from tests.journeys.scenes import SCENES
from tests.journeys.stage import SceneFailed, Stage

PATIENCE = 180.0


def play(stage: Stage, buildings: tuple[str, ...] = ()) -> None:
    """Every scene in order, each on what those before it left; the clock is set back afterwards.

    `buildings`: where homes are surveyed and balloted; none is the whole compound.
    """
    cast = new_cast(buildings)
    try:
        for scene in SCENES:
            scene(stage, cast)
    finally:
        if stage.days:
            stage.pass_days(-stage.days)


def main() -> int:
    with _house() as url, httpx2.Client(base_url=url, timeout=60, trust_env=False) as client:
        stage = Stage(client)
        print(f"The story on {url}, run {stage.run}")
        failure = ""
        try:
            play(stage)
        except SceneFailed as failed:
            failure = str(failed)
        print(f"\n{stage.table()}")
    if failure:
        print(f"\nThe story broke off: {failure}", file=sys.stderr)
        return 1
    return 0


@contextlib.contextmanager
def _house() -> Iterator[str]:
    """The address of a ready house."""
    wanted = f"http://127.0.0.1:{os.environ.get('PORT') or 8000}"
    if _is_ready(wanted):
        yield wanted
        return
    print(f"Nothing answers at {wanted}: starting a house for the play (about twenty seconds)")
    with tempfile.TemporaryDirectory(prefix="linli-story-") as folder:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        environment = {**os.environ, "DATA_DIR": f"{folder}/data", "PORT": str(port), "EMPTY": "", "HOST": "127.0.0.1"}
        environment.setdefault("MEETING_TASK_LOOK_SECONDS", "1")  # the story does not wait for a ticket's news
        log = Path(folder) / "house.log"
        with log.open("wb") as out:
            house = subprocess.Popen(
                [sys.executable, "-m", "gateway.cli", "run"], env=environment, stdout=out, stderr=out
            )
        try:
            _wait(f"http://127.0.0.1:{port}", house, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            house.send_signal(signal.SIGINT)
            house.wait(60)


def _wait(url: str, house: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not _is_ready(url):
        if house.poll() is not None or time.monotonic() > end:
            raise SystemExit(f"the house did not start:\n{log.read_text(errors='replace')[-3000:]}")
        time.sleep(0.2)


def _is_ready(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/health/ready", timeout=5, trust_env=False).status_code == 200
    except httpx2.HTTPError:
        return False


if __name__ == "__main__":
    sys.exit(main())
