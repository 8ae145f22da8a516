"""The command itself, as an operator meets it: `linli run` started, refused, interrupted, killed and started again."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.launcher.starts import ROOT, wait_until_gone

pytestmark = pytest.mark.prove


@dataclass
class Command:
    """A running `linli` command; `lines` is what it printed so far."""

    process: subprocess.Popen[str]
    lines: list[str]

    def wait_for(self, text: str) -> str:
        """The first line with the text; fails with everything printed when the command ends before."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            if text in line:
                return line
        raise AssertionError(f"ended without {text!r}: {self.lines}")

    def stop(self, number: int) -> int:
        self.process.send_signal(number)
        self.lines += self.process.communicate(timeout=60)[0].splitlines(keepends=True)
        return self.process.returncode

    def postgres(self) -> int:
        """The pid of its PostgreSQL."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        (found,) = [child for child in children if Path(f"/proc/{child}/comm").read_text() == "postgres\n"]
        return int(found)


Linli = Callable[..., Command]


@pytest.fixture
def linli(tmp_path: Path) -> Iterator[Linli]:
    """`linli("run", PORT="8000")`: the command on a data folder with a space in its name."""
    started: list[Command] = []

    def start(*arguments: str, **environment: str) -> Command:
        asked = {"DATA_DIR": str(tmp_path / "a house"), "PORT": "0", "EMPTY": "1"} | environment
        process = subprocess.Popen(
            [sys.executable, "-m", "gateway.cli", *arguments],
            env=os.environ | asked,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(Command(process, []))
        return started[-1]

    yield start
    for command in started:
        if command.process.poll() is None:
            command.process.kill()
        command.process.communicate()


def _url(command: Command) -> str:
    command.wait_for("Ready")
    return command.wait_for("Docs").split()[-1].removesuffix("/docs")


def _get(url: str) -> object:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.loads(answer.read())


def _get_with(url: str, headers: dict[str, str]) -> None:
    urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10).close()


def test_ctrl_c_stops_everything_in_order_and_the_second_start_is_ready_within_eight_seconds(linli: Linli) -> None:
    first = linli("run")
    url = _url(first)
    assert _get(f"{url}/health/ready")
    postgres = first.postgres()

    code = first.stop(signal.SIGINT)
    began = time.monotonic()
    second = linli("run")
    second.wait_for("Ready")
    took = time.monotonic() - began

    assert code == 0
    assert first.lines[-1].endswith("Stopped\n")
    assert wait_until_gone(postgres)
    assert took < 8
    assert second.stop(signal.SIGTERM) == 0


def test_kill_9_leaves_no_postgresql_and_the_next_start_stands(linli: Linli) -> None:
    first = linli("run")
    _url(first)
    postgres = first.postgres()

    first.process.kill()
    second = linli("run")
    url = _url(second)

    assert wait_until_gone(postgres)
    assert _get(f"{url}/health/ready")


def test_a_house_whose_postgresql_is_gone_says_so_and_ends(linli: Linli) -> None:
    house = linli("run")
    _url(house)

    os.kill(house.postgres(), signal.SIGKILL)
    line = house.wait_for("PostgreSQL ended by itself")

    house.process.communicate(timeout=60)
    assert line.startswith("linli: ")
    assert house.process.returncode == 1


def test_a_second_start_on_the_same_folder_is_one_line(linli: Linli) -> None:
    first = linli("run")
    url = _url(first)

    second = linli("run")
    said = second.process.communicate(timeout=60)[0]

    assert second.process.returncode == 2
    (line,) = [line for line in said.splitlines() if line.startswith("linli:")]
    assert "in use by another start" in line
    assert _get(f"{url}/health/ready")


def test_a_taken_port_is_one_line_before_anything_is_made(linli: Linli, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        refused = linli("run", PORT=str(other.getsockname()[1]))
        said = refused.process.communicate(timeout=60)[0]

    assert refused.process.returncode == 2
    assert re.fullmatch(r"linli: port \d+ of 127\.0\.0\.1 is taken [^\n]+\n", said)
    assert not (tmp_path / "a house").exists()


def test_an_interrupted_first_start_leaves_a_folder_that_the_next_start_completes(linli: Linli) -> None:
    first = linli("run")
    first.wait_for("Making a new PostgreSQL cluster")

    code = first.stop(signal.SIGTERM)
    second = linli("run")
    url = _url(second)

    assert code == 0
    assert not any("Traceback" in line for line in first.lines)
    assert _get(f"{url}/health/ready")


def test_the_proxies_that_are_believed_may_stand_in_a_file(linli: Linli, tmp_path: Path) -> None:
    (tmp_path / "proxies").write_text("127.0.0.1\n")
    house = linli("run", TRUSTED_PROXIES_FILE=str(tmp_path / "proxies"))
    url = _url(house)

    _get_with(f"{url}/problems/unknown", {"X-Forwarded-For": "203.0.113.9"})

    assert '"client": "203.0.113.0/24"' in house.wait_for('"request"')


def test_init_gives_one_code_and_only_one(linli: Linli) -> None:
    first = linli("init")
    said = first.process.communicate(timeout=120)[0]
    second = linli("init")
    refused = second.process.communicate(timeout=120)[0]

    assert first.process.returncode == 0
    assert re.search(r"One-time code \w{4}-\w{4}-\w{4}", said)
    assert second.process.returncode == 2
    assert "has an administrator already" in refused


def test_a_running_house_takes_init_from_beside(linli: Linli) -> None:
    house = linli("run")
    _url(house)

    said = linli("init").process.communicate(timeout=120)[0]

    assert "One-time code" in said


def test_a_data_folder_behind_a_file_is_one_line(linli: Linli, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    refused = linli("run", DATA_DIR=str(tmp_path / "file" / "data"))
    said = refused.process.communicate(timeout=60)[0]

    assert refused.process.returncode == 2
    assert [line for line in said.splitlines() if "Traceback" in line] == []
    assert said.splitlines()[-1].startswith("linli: cannot use the data folder")


def test_the_sample_is_loaded_once_and_refuses_to_become_a_real_house(linli: Linli) -> None:
    first = linli("run", EMPTY="")
    first.wait_for("Loading the sample compound")
    _url(first)
    first.stop(signal.SIGINT)

    second = linli("run", EMPTY="")
    _url(second)
    second.stop(signal.SIGINT)
    refused = linli("run", EMPTY="1")
    said = refused.process.communicate(timeout=60)[0]

    assert not any("Loading the sample" in line for line in second.lines)
    assert refused.process.returncode == 2
    assert "holds the sample compound" in said
