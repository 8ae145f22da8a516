"""Where the notary lives: in the election room's process, or in one of its own."""

import asyncio
import signal

from sqlalchemy.engine import make_url

from services.election.log.notary import KEY_FILE, Memory, Notary, NotaryKey, longer_than_signed
from services.election.settings import ElectionSettings
from shared.clock import Clock
from shared.database import Database
from shared.house import House
from shared.settings import SettingsRefused, with_role
from shared.telemetry import FAILURES, log

ROLE = "notary"
BEAT_SECONDS = 1.0


class SigningPass:
    """One pass of background work in the room's process. It does nothing where the notary is somewhere else, or where
    this process has neither its key nor its way into the database."""

    def __init__(self, settings: ElectionSettings) -> None:
        self._settings = settings
        self._notary: Notary | None = None

    async def __call__(self, house: House) -> int:
        """How many checkpoints were signed. The notary's connection is opened only when there is something to sign."""
        url = notary_url(self._settings)
        if not self._settings.notary or url is None or not _has_key(self._settings):
            return 0
        async with house.database.read() as db:
            if not await longer_than_signed(db):
                return 0
        database = Database(url, 1, self._settings.prepared_statements)
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
    """Errors: KeysMissing, KeysExposed, KeysDamaged."""
    return Notary(NotaryKey.load(settings.keys, settings.makes_keys), Memory(settings.data_dir / "notary"))


def notary_url(settings: ElectionSettings) -> str | None:
    """Its own address; the room's with the other role only where the room's has no password to lend; else None."""
    if settings.notary_database_url:
        return with_role(settings.notary_database_url, ROLE, settings.notary_database_password)
    url = make_url(settings.database_url)
    if url.password is not None and not settings.notary_database_password:
        return None
    changed = url.set(username=ROLE, password=settings.notary_database_password or None)
    return changed.render_as_string(hide_password=False)


def _has_key(settings: ElectionSettings) -> bool:
    return settings.makes_keys or (settings.keys / KEY_FILE).exists()


def published_key(settings: ElectionSettings) -> str | None:
    """The public key in one line: as set, else of the key file with this process's keys; None where there is none."""
    if settings.notary_key:
        return settings.notary_key
    return NotaryKey.load(settings.keys, settings.makes_keys).verifier if _has_key(settings) else None


async def run_apart(settings: ElectionSettings) -> None:
    """`python -m services.election notary`: nothing but signing, until SIGTERM or SIGINT."""
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    url = notary_url(settings)
    if url is None:
        raise SettingsRefused("ELECTION_NOTARY_DATABASE_PASSWORD is not set: the room's own is not the notary's")
    notary, database, clock = notary_of(settings), Database(url, 1, settings.prepared_statements), Clock()
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
