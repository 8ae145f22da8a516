"""docker-compose.yml without an engine: its very commands started by hand, with its environment, in its order.

What containers would have and processes of one machine have not is mapped: host names to ports of 127.0.0.1, the
mounted folder of secrets to where it lies, `postgres:5432` to an outside PostgreSQL. A service with two replicas is
named with both its addresses, as the engine's DNS would. Users, networks and read-only file systems are not shown,
but with LINLI_IMAGE, the mounted image (tests/containers/image.sh), its Python runs there as the image's user.
"""

import contextlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from gateway.secrets import OWNER
from shared.probe import is_well
from tests.containers.foreign import Foreign, free_ports

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docker-compose.yml"
MOUNTED = "/run/secrets"
VARIABLE = re.compile(r"\$\{(\w+):-([^}]*)\}")
PATIENCE = 120.0
IMAGE = os.environ.get("LINLI_IMAGE")
USER = OWNER if IMAGE else os.geteuid()
"""Whom the processes run as."""
Service = Mapping[str, Any]


def compose_file(environment: Mapping[str, str]) -> dict[str, Any]:
    """The file with its anchors merged and its variables filled in."""
    text = VARIABLE.sub(lambda found: environment.get(found[1]) or found[2], FILE.read_text())
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def image_environment() -> dict[str, str]:
    """The ENV of the image's last stage."""
    last = (ROOT / "Dockerfile").read_text().rpartition("\nFROM ")[2].replace("\\\n", " ")
    lines = [line.removeprefix("ENV ") for line in last.splitlines() if line.startswith("ENV ")]
    return dict(pair.split("=", 1) for line in lines for pair in shlex.split(line))


@dataclass
class Replica:
    """One process of one service."""

    service: str
    number: int
    port: int
    log: Path
    process: "subprocess.Popen[bytes] | None" = None

    def said(self) -> str:
        return self.log.read_text(errors="replace")


@dataclass
class Stack:
    """The running file. `beside` is environment that the file does not give, `beside_gateway` for that one alone."""

    file: Mapping[str, Any]
    folder: Path
    secrets: Path
    postgres: Foreign
    beside: Mapping[str, str] = field(default_factory=dict)
    beside_gateway: Mapping[str, str] = field(default_factory=dict)
    scale: Mapping[str, int] = field(default_factory=dict)
    replicas: dict[str, list[Replica]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ours = [name for name, service in self.file["services"].items() if service["image"].startswith("linli:")]
        ports = iter(free_ports(sum(self.scale.get(name, 1) for name in ours)))
        for name in ours:
            self.replicas[name] = [
                Replica(name, number, next(ports), self.folder / f"{name}-{number}.log")
                for number in range(1, self.scale.get(name, 1) + 1)
            ]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.replicas['gateway'][0].port}"

    def environment(self, replica: Replica) -> dict[str, str]:
        """What the container would have, mapped to this machine; nothing of our own environment."""
        service = self.file["services"][replica.service]
        given = {**image_environment(), **{name: str(value or "") for name, value in service["environment"].items()}}
        data = self.folder / ("files" if "files:/var/lib/linli" in service["volumes"] else f"{replica.service}-data")
        mapped = {name: self._mapped(value, service) for name, value in given.items()}
        here = {"HOST": "127.0.0.1", "PORT": str(replica.port), "DATA_DIR": str(data)}
        here["PATH"] = given["PATH"] if IMAGE else os.environ["PATH"]
        return {**mapped, **here, **self.beside, **(self.beside_gateway if replica.service == "gateway" else {})}

    def _mapped(self, value: str, service: Service) -> str:
        (mounted,) = [one.split(":")[0] for one in service["volumes"] if f":{MOUNTED}" in one]
        value = value.replace(MOUNTED, str(self.secrets / Path(mounted).name))
        value = value.replace("@postgres:5432", f"@127.0.0.1:{self.postgres.port}")
        value = value.replace("//postgres:5432", f"//127.0.0.1:{self.postgres.port}")
        return re.sub(r"http://(\w+):8000", self._addresses, value)

    def _addresses(self, name: "re.Match[str]") -> str:
        at = self.replicas.get(name[1])
        return ",".join(f"http://127.0.0.1:{one.port}" for one in at) if at else name[0]

    def run(self, name: str, *command: str) -> "subprocess.CompletedProcess[str]":
        """`docker compose run --rm <name> <command>`."""
        return subprocess.run(
            [*_program(command)],
            cwd=ROOT,
            env=self.environment(self.replicas[name][0]),
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    def up(self) -> None:
        """One of every service in the order of its conditions: all that may start do, then all must be well."""
        done: set[str] = {"postgres"}
        while waiting := [name for name in self.replicas if name not in done]:
            ready = [name for name in waiting if set(self.file["services"][name].get("depends_on", {})) <= done]
            assert ready, f"{waiting} wait for each other"
            self._begin([self.replicas[name][0] for name in ready])
            done |= set(ready)

    def scale_up(self) -> None:
        """The further replicas, beside those at work."""
        self._begin([replica for of in self.replicas.values() for replica in of[1:]])

    def _begin(self, replicas: list[Replica]) -> None:
        for replica in replicas:
            self.start(replica)
        for replica in replicas:
            self.until_well(replica)

    def start(self, replica: Replica) -> None:
        command = self.file["services"][replica.service]["command"]
        with replica.log.open("ab") as log:
            replica.process = subprocess.Popen(
                _program(command), cwd=ROOT, env=self.environment(replica), stdout=log, stderr=log
            )

    def until_well(self, replica: Replica) -> None:
        """A service that runs to its end must end well; any other must pass the file's own health check."""
        assert replica.process is not None
        service = self.file["services"][replica.service]
        if "healthcheck" not in service and service["restart"] != "no":
            return  # it listens on nothing: it is well while it lives, and `down` asks for its exit code
        if "healthcheck" not in service:
            assert replica.process.wait(PATIENCE) == 0, replica.said()
            return
        check = service["healthcheck"]["test"][1:]
        end = time.monotonic() + PATIENCE
        while not is_well(check[-1], str(replica.port)):  # in this process: a check of its own each time costs a start
            with contextlib.suppress(subprocess.TimeoutExpired):
                replica.process.wait(0.1)
                raise AssertionError(f"{replica.service} ended: {replica.said()[-3000:]}")
            assert time.monotonic() < end, f"{replica.service} is not well: {replica.said()[-3000:]}"
        checked = subprocess.run(_program(check), cwd=ROOT, env=self.environment(replica), check=False)
        assert checked.returncode == 0
        assert replica.process.poll() is None, replica.said()[-3000:]

    def stop(self, replica: Replica, number: signal.Signals = signal.SIGTERM) -> int:
        """Exit code."""
        assert replica.process is not None
        replica.process.send_signal(number)
        return replica.process.wait(PATIENCE)

    def down(self) -> dict[str, int]:
        """Exit code of each process, the last started first; then nothing is left."""
        living = [one for of in self.replicas.values() for one in of if one.process and one.process.poll() is None]
        for replica in living:
            assert replica.process is not None
            replica.process.terminate()
        return {f"{one.service}-{one.number}": _ended(one) for one in living}


def _ended(replica: Replica) -> int:
    assert replica.process is not None
    try:
        return replica.process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        replica.process.kill()
        raise


def _program(command: "list[str] | tuple[str, ...]") -> list[str]:
    """The container's `python` is ours, or with an image the image's, as its user and with no privilege at all."""
    if IMAGE:
        user = ("setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--bounding-set=-all")
        where = ("--inh-caps=-all", "--no-new-privs", "env", "-C", "/opt/linli")
        return [shutil.which("chroot") or "/usr/sbin/chroot", IMAGE, *user, *where, *command]
    return [sys.executable if command[0] == "python" else command[0], *command[1:]]


@contextlib.contextmanager
def standing(stack: Stack) -> Iterator[Stack]:
    try:
        stack.up()
        yield stack
    finally:
        stack.down()
