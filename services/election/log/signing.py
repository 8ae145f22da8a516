"""Where the notary lives: in the election room's process, or in one of its own."""

import asyncio
import signal

from sqlalchemy.engine import make_url

from services.election.log.notary import Memory, Notary, NotaryKey, longer_than_signed
from services.election.settings import ElectionSettings
from shared.clock import Clock
from shared.database import Database
from shared.house import House
from shared.telemetry import FAILURES, log

ROLE = "notary"
BEAT_SECONDS = 1.0


class SigningPass:
    """One pass of background work in the room's process; with `notary=False` it does nothing and holds no key."""

    def __init__(self, settings: ElectionSettings) -> None:
        self._settings = settings
        self._notary: Notary | None = None

    async def __call__(self, house: House) -> int:
        """How many checkpoints were signed. The notary's connection is opened only when there is something to sign."""
        if not self._settings.notary:
            return 0
        async with house.database.read() as db:
            if not await longer_than_signed(db):
                return 0
        database = Database(notary_url(self._settings), 1)
        try:
            return await self.notary.sign_due(database, house.clock.now())
        finally:
            await database.close()

    @property
    def notary(self) -> Notary:
        if self._notary is None:
            self._notary = notary_of(self._settings)
        return self._notary


def notary_of(settings: ElectionSettings) -> Notary:
    return Notary(NotaryKey.load(settings.data_dir / "keys"), Memory(settings.data_dir / "notary"))


def notary_url(settings: ElectionSettings) -> str:
    """Its own address; the room's with the other role only where the room's has no password to lend."""
    if settings.notary_database_url:
        return settings.notary_database_url
    url = make_url(settings.database_url)
    if url.password is not None:
        raise ValueError("ELECTION_NOTARY_DATABASE_URL is missing: the room's own password is not the notary's")
    return url.set(username=ROLE).render_as_string(hide_password=False)


def published_key(settings: ElectionSettings) -> str:
    """The public key in one line: as set, else of the key file in this house's folder."""
    return settings.notary_key or NotaryKey.load(settings.data_dir / "keys").verifier


async def run_apart(settings: ElectionSettings) -> None:
    """`python -m services.election notary`: nothing but signing, until SIGTERM or SIGINT."""
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    notary, database, clock = notary_of(settings), Database(notary_url(settings), 1), Clock()
    log.info("the notary signs", key=notary.key.verifier)
    try:
        while not ended.is_set():
            try:
                await notary.sign_due(database, clock.now())
            except Exception as fault:
                FAILURES.labels("election", "notary").inc()
                log.warning("background pass failed", room="election", work="notary", fault=repr(fault))
            await _rest(ended)
    finally:
        await database.close()


async def _rest(ended: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(BEAT_SECONDS):
            await ended.wait()
    except TimeoutError:
        return
