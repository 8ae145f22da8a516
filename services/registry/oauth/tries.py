"""How failed sign-ins are counted: by login, so that the lock does not tell which logins exist (PRI-6)."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.errors import SignInLocked
from services.registry.rules.sign_in import NO_ATTEMPTS, Attempts
from services.registry.tables.identity import LoginTry
from shared.sealing import Keys

REMEMBERED = timedelta(days=1)


def login_index(keys: Keys, login: str) -> bytes:
    return keys.blind_index("login", login, str.lower)


def step_up_index(keys: Keys, person: UUID) -> bytes:
    """A count of its own: no login, whatever it is called, meets it."""
    return keys.blind_index("step-up", str(person), str)


async def check_lock(db: AsyncSession, index: bytes, now: datetime) -> None:
    """SignInLocked while the login is locked. Reads only: it comes before the costly look at the password."""
    row = await db.get(LoginTry, index)
    _refuse_locked(_attempts(row), now)


async def locked_tries(db: AsyncSession, index: bytes, now: datetime) -> LoginTry:
    """The login's row, locked for this attempt. SignInLocked if a concurrent attempt locked the login meanwhile."""
    row = insert(LoginTry).values(login_index=index, failures=0, locked_until=None, at=now)
    await db.execute(row.on_conflict_do_nothing())
    found = await db.get_one(LoginTry, index, with_for_update=True, populate_existing=True)
    _refuse_locked(_attempts(found), now)
    return found


def count_failure(row: LoginTry, now: datetime) -> Attempts:
    after = _attempts(row).after_failure(now)
    row.failures, row.locked_until, row.at = after.failures, after.locked_until, now
    return after


def forgive(row: LoginTry) -> None:
    row.failures, row.locked_until = 0, None


async def forget_old(db: AsyncSession) -> None:
    """Rows of yesterday say nothing any more; whoever sprays logins leaves many."""
    await db.execute(delete(LoginTry).where(LoginTry.at < datetime.now(UTC) - REMEMBERED))


def _attempts(row: LoginTry | None) -> Attempts:
    return NO_ATTEMPTS if row is None else Attempts(row.failures, row.locked_until)


def _refuse_locked(attempts: Attempts, now: datetime) -> None:
    if attempts.locked_until is not None and attempts.is_locked(now):
        left = attempts.locked_until - now
        raise SignInLocked(error="invalid_grant", retry_after=int(left.total_seconds()) + 1)
