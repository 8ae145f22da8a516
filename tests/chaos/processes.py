"""A house of processes: PostgreSQL, rooms, workers and gateway each on its own, looked after as an operator would."""

import asyncio
import contextlib
import ctypes
import os
import random
import shutil
import signal
import socket
import sys
import time
from collections.abc import Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from tests.chaos.database import PREPARED, address, postmaster
from tests.chaos.faults import Blow, Fault

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("registry", "ticket", "meeting")
PORTS = (20_000, 32_000)
START_SECONDS = 120.0
AGAIN_SECONDS = 0.1
PR_SET_PDEATHSIG = 1
PLENTY = "100000000"
Result = TypeVar("Result")
_PRCTL = ctypes.CDLL(None).prctl


@dataclass(frozen=True, slots=True)
class Shape:
    """What a house is made of. `workers`: how many of each room, whose server then works no jobs itself.

    `broken`: room -> faults planted in it (tests/chaos/broken.py), to see that the checker finds them.
    """

    rooms: tuple[str, ...] = ROOMS
    together: bool = False
    """All of it in one process with PostgreSQL as its child, as `make run` starts it."""
    workers: Mapping[str, int] = field(default_factory=dict)
    homes: int = 12
    broken: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Program:
    """One process that is started again whenever it ends, until the house closes."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path
    process: asyncio.subprocess.Process | None = None
    _keeper: asyncio.Task[None] | None = None
    _closing: bool = False

    async def start(self) -> None:
        await self._launch()
        self._keeper = asyncio.create_task(self._keep(), name=f"keeper of {self.name}")

    @property
    def pid(self) -> int:
        """0 while it is down."""
        return self.process.pid if self.process is not None and self.process.returncode is None else 0

    async def stop(self) -> None:
        self._closing = True
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGCONT)
                os.kill(self.pid, signal.SIGTERM)
        if self._keeper is not None:
            await self._keeper

    async def _launch(self) -> None:
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *self.command,
                env=self.environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=ROOT,
                preexec_fn=_die_with_us,
            )

    async def _keep(self) -> None:
        while True:
            assert self.process is not None
            try:
                await asyncio.wait_for(self.process.wait(), 30 if self._closing else None)
            except TimeoutError:
                self.process.kill()
                await self.process.wait()
            if self._closing:
                return
            await asyncio.sleep(AGAIN_SECONDS)
            await self._launch()


def _die_with_us() -> None:
    """Should we be killed ourselves, no room is left behind, not even a stopped one."""
    _PRCTL(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)


def in_order(work: Coroutine[Any, Any, Result]) -> Result:
    """Run it; on SIGTERM or SIGINT go on what is stopped, stop what runs, and clear up."""

    async def run() -> Result:
        task = asyncio.ensure_future(work)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await task

    return asyncio.run(run())


class House:
    """Processes on 127.0.0.1 over one folder. `url` is the gateway's."""

    def __init__(self, folder: Path, shape: Shape) -> None:
        self.folder = folder
        self.shape = shape
        self.data = folder / "data"
        self._ports = dict(zip(("gateway", *shape.rooms), _free_ports(1 + len(shape.rooms)), strict=True))
        self.url = f"http://127.0.0.1:{self._ports['gateway']}"
        self.programs = {program.name: program for program in self._programs()}

    @property
    def targets(self) -> tuple[str, ...]:
        """What faults may hit."""
        if self.shape.together:
            return ("postgres", "house")
        return tuple("postgres" if name == "database" else name for name in self.programs)

    def address(self, role: str = "postgres") -> str:
        """Of the database, for a role; the superuser looks at everything."""
        return address(self.data, role)

    async def start(self) -> None:
        """Database first; then everything at once."""
        self.folder.chmod(0o711)  # as root PostgreSQL is another user
        if self.shape.together:
            await self.programs["house"].start()
            return
        self.data.mkdir()
        self.data.chmod(0o711)
        async with asyncio.timeout(START_SECONDS):
            await self.programs["database"].start()
            while not (self.data / PREPARED).exists():  # noqa: ASYNC110 - another process makes it
                await asyncio.sleep(0.05)
            await asyncio.gather(*(one.start() for name, one in self.programs.items() if name != "database"))

    async def stop(self) -> None:
        """Gateway first, database last."""
        for name, program in reversed(self.programs.items()):
            if name != "database":
                program._closing = True  # nothing is started again while the others end
        await asyncio.gather(*(one.stop() for name, one in self.programs.items() if name != "database"))
        if "database" in self.programs:
            await self.programs["database"].stop()

    def said(self) -> str:
        """The end of every log, for whoever looks why a run failed."""
        logs = sorted(self.folder.glob("*.log"))
        return "\n".join(f"--- {log.name}\n{log.read_text(errors='replace')[-3000:]}" for log in logs)

    def keep_logs(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for log in (*self.folder.glob("*.log"), *self.data.glob("*.log")):
            shutil.copy(log, folder / log.name)

    async def suffer(self, fault: Fault) -> float:
        """Carry a fault out; the moment (monotonic) from which the process could work again, were it there."""
        pids = self._hit(fault)
        if fault.blow is not Blow.FREEZE:
            _signal(pids, signal.SIGKILL)
            return time.monotonic()
        _signal(pids, signal.SIGSTOP)
        try:
            await asyncio.sleep(fault.seconds)
        finally:
            _signal(pids, signal.SIGCONT)
        return time.monotonic()

    def _hit(self, fault: Fault) -> list[int]:
        if fault.target != "postgres":
            return [pid for pid in [self.programs[fault.target].pid] if pid]
        master = postmaster(self.data)
        if not master:
            return []
        if fault.blow is Blow.KILL:
            return [master]
        children = _children(master)
        return children[-1:] if fault.blow is Blow.BACKEND else [master, *children]

    def _programs(self) -> Iterable[Program]:
        common = self._environment()
        python = sys.executable
        if self.shape.together:
            alone = {**common, "PORT": str(self._ports["gateway"]), "HOMES": str(self.shape.homes)}
            yield Program("house", (python, "-m", "gateway.cli", "run"), alone, self.folder / "house.log")
            return
        database = (python, "-m", "tests.chaos.database", str(self.data), str(self.shape.homes))
        yield Program("database", database, common, self.folder / "database.log")
        for room in self.shape.rooms:
            apart = {} if room not in self.shape.workers else {"BACKGROUND": "false"}
            own = {**common, "PORT": str(self._ports[room]), "DATABASE_URL": self.address(room), **apart}
            yield Program(room, self._room(room), own, self.folder / f"{room}.log")
            for number in range(self.shape.workers.get(room, 0)):
                name = f"{room}-worker-{number + 1}"
                working = {**own, "BACKGROUND": "true"}
                yield Program(name, (*self._room(room), "worker"), working, self.folder / f"{name}.log")
        front = {**common, "PORT": str(self._ports["gateway"])}
        yield Program("gateway", (python, "-m", "gateway"), front, self.folder / "gateway.log")

    def _room(self, room: str) -> tuple[str, ...]:
        if planted := self.shape.broken.get(room):
            return (sys.executable, "-m", "tests.chaos.broken", ",".join(planted), room)
        return (sys.executable, "-m", f"services.{room}")

    def _environment(self) -> dict[str, str]:
        rates = ("RATE_PER_MINUTE", "RATE_BURST", "ADDRESS_RATE_PER_MINUTE", "ADDRESS_RATE_BURST")
        return {
            **{name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "PG_BIN"}},
            "HOST": "127.0.0.1",
            "PUBLIC_URL": self.url,
            "DATA_DIR": str(self.data),
            "SAMPLE": "true",
            "JOB_STALLED_SECONDS": "3",
            "TASK_LOOK_SECONDS": "1",
            **{f"{room}_URL".upper(): f"http://127.0.0.1:{self._ports[room]}" for room in self.shape.rooms},
            **dict.fromkeys(rates, PLENTY),
            **self.shape.settings,
        }


def _free_ports(many: int) -> list[int]:
    """Below those that the system gives to outgoing connections: a room that is down must find its port free again."""
    found: list[int] = []
    while len(found) < many:
        port = random.randrange(*PORTS)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            found += [port] if port not in found else []
    return found


def _children(pid: int) -> list[int]:
    """Oldest first; the youngest is a connection's."""
    with contextlib.suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _signal(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
