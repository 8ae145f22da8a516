"""The whole house behind real HTTP on loopback, in a thread of its own, for fuzzers that call and wait."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog
import uvicorn

from tests.factories.whole_house import WholeHouse, running
from tests.gateway.served import listening_socket


@dataclass
class Served:
    """A seeded house that listens; `whole.as_role` gives headers to call it with."""

    whole: WholeHouse
    url: str


@contextlib.contextmanager
def served(urls: Mapping[str, str], data_dir: Path) -> Iterator[Served]:
    ready, over = threading.Event(), threading.Event()
    found: list[Served] = []
    faults: list[BaseException] = []

    async def live() -> None:
        async with running(urls, data_dir) as whole:
            listening = listening_socket()
            server = uvicorn.Server(uvicorn.Config(whole.house, lifespan="off", access_log=False, log_config=None))
            task = asyncio.create_task(server.serve(sockets=[listening]))
            found.append(Served(whole, f"http://127.0.0.1:{listening.getsockname()[1]}"))
            ready.set()
            await asyncio.to_thread(over.wait)
            server.should_exit = True
            await task
            listening.close()

    def run() -> None:
        try:
            asyncio.run(live())
        except BaseException as fault:
            faults.append(fault)
        finally:
            ready.set()

    with _quiet():
        thread = threading.Thread(target=run)
        thread.start()
        ready.wait()
        try:
            if faults:
                raise faults[0]
            yield found[0]
        finally:
            over.set()
            thread.join()


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Thousands of refusals need not be printed."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    yield
    structlog.reset_defaults()
