"""What a person does to his own account: bind a home, leave it, set a password, set up a second factor."""

from datetime import UTC, datetime
from uuid import UUID

import pyotp
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.errors import (
    BindingUnknown,
    DoorCodeRefused,
    DoorCodeTries,
    FactorRefused,
    LoginTaken,
    PasswordWeak,
    PersonUnknown,
    SignInRefused,
)
from services.registry.homes.bindings import end_tie, tell_tie
from services.registry.me.schemas import SetPassword
from services.registry.oauth import sessions, tries
from services.registry.oauth.actions import totp_label, use_totp
from services.registry.oauth.house import Porter
from services.registry.oauth.passwords import hash_password, is_password
from services.registry.oauth.sessions import Method as SignInMethod
from services.registry.oauth.tokens import digest
from services.registry.rules.door_codes import Method, is_open, normal
from services.registry.rules.sign_in import DOOR_TRIES, DOOR_TRIES_WITHIN, password_faults
from services.registry.tables.identity import Account, DoorTry, SignIn
from services.registry.tables.owners import Binding, DoorCode, Person
from shared import audit
from shared.database import new_id
from shared.identity import Actor
from shared.problems import Invalid
from shared.sealing import Keys

ISSUER = "Linli"


async def bind_home(db: AsyncSession, actor: Actor, code: str, now: datetime) -> Binding:
    """PRI-4. Bind the caller to the home whose door code he holds. Errors: DoorCodeRefused, DoorCodeTries.

    The tie is in the tokens that he gets from now on.
    """
    await _lock_person(db, actor.subject)
    await _check_tries(db, actor.subject, now)
    found = select(DoorCode).where(DoorCode.digest == digest(normal(code))).with_for_update()
    row = (await db.execute(found)).scalar_one_or_none()
    if row is None or not is_open(row.expires_at, row.used_at, now):
        db.add(DoorTry(id=new_id(), person_id=actor.subject, at=now))
        audit.note(db, "person", actor.subject)
        raise DoorCodeRefused
    row.used_at, row.used_by = now, actor.subject
    live = select(Binding).where(
        Binding.person_id == actor.subject, Binding.home_id == row.home_id, Binding.ended_at.is_(None)
    )
    if (present := (await db.execute(live)).scalar_one_or_none()) is not None:
        await end_tie(db, present, "REPLACED", now)
        await db.flush()
    binding = Binding(
        id=new_id(),
        person_id=actor.subject,
        home_id=row.home_id,
        relation=row.relation,
        method=Method.DOOR_CODE,
        verified_at=now,
        verified_by=row.made_by,
        ended_at=None,
        end_reason=None,
    )
    db.add(binding)
    audit.note(db, "binding", binding.id, await tell_tie(db, binding, "linli.registry.home_bound.v1"))
    return binding


async def _lock_person(db: AsyncSession, person: UUID) -> None:
    """So that two codes tried at once are counted one after the other, and nobody binds himself who was just erased."""
    known = select(Person.id).where(Person.id == person, Person.erased_at.is_(None))
    found = await db.execute(known.with_for_update())
    if found.scalar_one_or_none() is None:
        raise PersonUnknown


async def _check_tries(db: AsyncSession, person: UUID, now: datetime) -> None:
    since = now - DOOR_TRIES_WITHIN
    tries = await db.execute(
        select(func.count(), func.min(DoorTry.at)).where(DoorTry.person_id == person, DoorTry.at > since)
    )
    count, first = tries.one()
    if count >= DOOR_TRIES:
        raise DoorCodeTries(retry_after=int((first + DOOR_TRIES_WITHIN - now).total_seconds()) + 1)


async def end_binding(db: AsyncSession, actor: Actor, binding_id: UUID, now: datetime) -> None:
    """Leave a home. Errors: BindingUnknown."""
    row = await db.get(Binding, binding_id, with_for_update=True)
    if row is None or row.person_id != actor.subject:
        raise BindingUnknown
    if row.ended_at is None:
        audit.note(db, "binding", row.id, await end_tie(db, row, "LEFT", now))


async def set_password(db: AsyncSession, porter: Porter, actor: Actor, asked: SetPassword) -> None:
    """Errors: PasswordWeak, SignInRefused or SignInLocked (the present one is wrong), LoginTaken, Invalid (no login).

    Both looks at passwords come before the transaction: they take long. Every other session of the person ends.
    """
    now = datetime.now(UTC)
    async with porter.reads() as before:
        account = await _account(before, actor, lock=False)
        session = await before.get_one(SignIn, actor.session)
        login = account.login or asked.login
        if login is None:
            raise Invalid(errors=[{"pointer": "/login", "code": "missing"}])
        index = tries.login_index(porter.keys, login)
        await tries.check_lock(before, index, now)
    if faults := password_faults(asked.password, login):
        raise PasswordWeak(faults=list(faults))
    fits = session.method in PROVEN or await is_password(asked.present or "", account.password_hash)
    fresh = await hash_password(asked.password)
    row = await tries.locked_tries(db, index, now)
    kept = account.password_hash
    account = await _account(db, actor)
    if account.password_hash != kept or (kept is not None and not fits):
        tries.count_failure(row, now)
        raise SignInRefused(error="invalid_grant")
    account.login = account.login or await _free_login(db, login)
    account.password_hash, account.password_set_at = fresh, now
    tries.forgive(row)
    await sessions.end_all(db, actor.subject, "PASSWORD_CHANGED", now, keep=actor.session)
    audit.note(db, "person", actor.subject)


PROVEN = frozenset({SignInMethod.ONE_TIME_CODE, SignInMethod.MINI_PROGRAM, SignInMethod.SAMPLE})
"""Sessions begun by something else than the password; the person forgot it, or never had one."""


async def _free_login(db: AsyncSession, login: str) -> str:
    if (await db.execute(select(Account.person_id).where(Account.login == login))).first() is not None:
        raise LoginTaken
    return login


async def begin_factor(db: AsyncSession, actor: Actor, keys: Keys) -> tuple[str, str]:
    """A fresh TOTP secret and its otpauth URI; it counts once confirmed. Errors: FactorRefused when one stands
    already (only a fresh invitation may replace it)."""
    account = await _account(db, actor)
    session = await db.get_one(SignIn, actor.session)
    if account.totp_confirmed_at is not None and session.method != SignInMethod.ONE_TIME_CODE:
        raise FactorRefused
    secret = pyotp.random_base32()
    account.totp_sealed = keys.ring.seal(secret.encode(), totp_label(account))
    account.totp_confirmed_at = None
    account.totp_last_step = 0
    audit.note(db, "person", actor.subject)
    name = account.login or str(account.person_id)
    return secret, pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


async def confirm_factor(db: AsyncSession, actor: Actor, keys: Keys, code: str) -> None:
    """The app shows the right code: from now on sign-in asks for one. Errors: FactorRefused."""
    account = await _account(db, actor)
    now = datetime.now(UTC)
    if not use_totp(keys, account, code, now):
        raise FactorRefused
    account.totp_confirmed_at = now
    audit.note(db, "person", actor.subject)


async def _account(db: AsyncSession, actor: Actor, lock: bool = True) -> Account:
    account = await db.get(Account, actor.subject, with_for_update=lock or None)
    if account is None:
        raise PersonUnknown
    return account
