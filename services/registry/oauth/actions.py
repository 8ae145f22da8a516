"""How somebody signs in: by password, one-time code, mini-program, refresh token or client secret."""

import hmac
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

import pyotp
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.errors import ClientRefused, GrantTypeUnknown, SecondFactorNeeded, SignInRefused
from services.registry.oauth import sessions, tries
from services.registry.oauth.house import Porter
from services.registry.oauth.passwords import is_password
from services.registry.oauth.queries import account_by_login, account_by_mini_program, password_hash_of, rights_of
from services.registry.oauth.schemas import GrantType, TokenRequest
from services.registry.oauth.sessions import Method, Tokens
from services.registry.oauth.tokens import Bearer, digest
from services.registry.people.actions import KnownOfPerson, new_person
from services.registry.tables.identity import Account, Client, ClientSecret, LoginTry, OneTimeCode, RefreshToken, SignIn
from shared import audit
from shared.problems import Invalid
from shared.sealing import Keys, Label

TOTP_SECONDS = 30
BASIC = 'Basic realm="linli"'


async def sign_in(db: AsyncSession, porter: Porter, local: bool, asked: TokenRequest) -> Tokens:
    """The tokens for a well-founded request. Errors: SignInRefused, SignInLocked, SecondFactorNeeded, SessionEnded,
    GrantTypeUnknown, MiniProgramAway, Invalid (a field of that grant type is missing)."""
    if asked.grant_type not in set(GrantType):
        raise GrantTypeUnknown(error="unsupported_grant_type", supported=list(GrantType))
    return await _WAYS[GrantType(asked.grant_type)](db, porter, local, asked)


async def _by_password(db: AsyncSession, porter: Porter, local: bool, asked: TokenRequest) -> Tokens:
    """The password is looked at between two transactions: it takes long, and holds neither connection nor lock."""
    username, password = needed(asked.username, "username"), needed(asked.password, "password")
    now = datetime.now(UTC)
    index = tries.login_index(porter.keys, username)
    async with porter.reads() as before:
        await tries.check_lock(before, index, now)
        kept = await password_hash_of(before, username)
    fits = await is_password(password, kept)
    row = await tries.locked_tries(db, index, now)
    account = await account_by_login(db, username)
    if account is None or not fits or account.password_hash != kept:
        _count_failure(db, account, row, now)
        raise SignInRefused(error="invalid_grant")
    method = await _second_factor(db, porter.keys, account, asked.otp, row, now)
    tries.forgive(row)
    audit.note(db, "person", account.person_id, method=method)
    return await sessions.begin(db, porter.issuer, account, method)


async def _second_factor(
    db: AsyncSession, keys: Keys, account: Account, otp: str | None, row: LoginTry, now: datetime
) -> Method:
    """PRI-6. Ask for the code where one is set up; without one the session of an administrator stays weak."""
    if account.totp_confirmed_at is None:
        return Method.PASSWORD
    if otp is None:
        raise SecondFactorNeeded(error="invalid_grant", second_factor=True)
    if not use_totp(keys, account, otp, now):
        _count_failure(db, account, row, now)
        raise SignInRefused(error="invalid_grant")
    return Method.PASSWORD_TOTP


def use_totp(keys: Keys, account: Account, otp: str, now: datetime) -> bool:
    """Whether the code is that of now or its neighbour, and later than any used before; it is then used up."""
    if account.totp_sealed is None:
        return False
    secret = keys.ring.open(account.totp_sealed, totp_label(account)).decode()
    step = int(now.timestamp()) // TOTP_SECONDS
    totp = pyotp.TOTP(secret)
    for candidate in (step, step - 1, step + 1):
        fits = hmac.compare_digest(totp.generate_otp(candidate), otp)
        if fits and candidate > account.totp_last_step:
            account.totp_last_step = candidate
            return True
    return False


def totp_label(account: Account) -> Label:
    return Label("totp", str(account.person_id))


def _count_failure(db: AsyncSession, account: Account | None, row: LoginTry, now: datetime) -> None:
    after = tries.count_failure(row, now)
    if account is None:
        audit.note(db, "sign-in", "unknown login", locked=after.is_locked(now))
    else:
        audit.note(db, "person", account.person_id, failures=after.failures, locked=after.is_locked(now))


async def _by_one_time_code(db: AsyncSession, porter: Porter, local: bool, asked: TokenRequest) -> Tokens:
    presented = normal_code(needed(asked.code, "code"))
    row = (
        await db.execute(select(OneTimeCode).where(OneTimeCode.digest == digest(presented)).with_for_update())
    ).scalar_one_or_none()
    now = datetime.now(UTC)
    if row is None or row.used_at is not None or now >= row.expires_at:
        raise SignInRefused(error="invalid_grant")
    row.used_at = now
    account = await db.get_one(Account, row.person_id, with_for_update=True)
    audit.note(db, "person", account.person_id, method=Method.ONE_TIME_CODE)
    return await sessions.begin(db, porter.issuer, account, Method.ONE_TIME_CODE)


def normal_code(code: str) -> str:
    """Codes are read out and typed: case, blanks and hyphens do not count."""
    return code.upper().replace("-", "").replace(" ", "")


async def _by_mini_program(db: AsyncSession, porter: Porter, local: bool, asked: TokenRequest) -> Tokens:
    if porter.sample and not local:
        raise SignInRefused(error="invalid_grant")
    openid = await porter.mini_program.openid(needed(asked.code, "code"))  # asked before the first SQL
    account = await _sample_account(db, openid) if porter.sample else None
    if account is None:
        account = await _account_of(db, porter.keys, openid)
    method = Method.SAMPLE if porter.sample else Method.MINI_PROGRAM
    audit.note(db, "person", account.person_id, method=method)
    return await sessions.begin(db, porter.issuer, account, method)


async def _sample_account(db: AsyncSession, openid: str) -> Account | None:
    return await account_by_login(db, openid.removeprefix("dev:"))


async def _account_of(db: AsyncSession, keys: Keys, openid: str) -> Account:
    """The account of this user of the mini-program; his first sign-in makes him known, with nothing but that.
    Two first sign-ins at once come one after the other."""
    index = keys.blind_index("mini-program", openid, str)
    lock = int.from_bytes(index[1:9], "big", signed=True)
    await db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
    found = await account_by_mini_program(db, index)
    if found is not None:
        return found
    person = await new_person(db, keys, KnownOfPerson(None, None, None), datetime.now(UTC))
    await db.flush()
    account = new_account(person.id)
    account.mini_program_index = index
    db.add(account)
    await db.flush()
    return account


async def _by_refresh_token(db: AsyncSession, porter: Porter, local: bool, asked: TokenRequest) -> Tokens:
    return await sessions.refresh(db, porter.issuer, needed(asked.refresh_token, "refresh_token"))


async def _by_client_secret(db: AsyncSession, porter: Porter, local: bool, asked: TokenRequest) -> Tokens:
    name, presented = needed(asked.client_id, "client_id"), needed(asked.client_secret, "client_secret")
    secrets = await db.execute(
        select(Client, ClientSecret.digest)
        .join(ClientSecret, ClientSecret.client_id == Client.id)
        .where(Client.name == name, Client.ended_at.is_(None), ClientSecret.ended_at.is_(None))
    )
    fitting = [client for client, kept in secrets if hmac.compare_digest(kept, digest(presented))]
    if not fitting:
        raise ClientRefused(error="invalid_client", challenge=BASIC)
    client = fitting[0]
    rights = await rights_of(db, client.id, datetime.now(UTC))
    audit.note(db, "client", client.id, method=Method.CLIENT)
    bearer = Bearer(client.id, "client", client.id, rights.grants, until=rights.until)
    return Tokens(porter.issuer.issue(bearer), None)


async def end_session(db: AsyncSession, presented: str) -> None:
    """RFC 7009. End the session of a refresh token; an unknown token is no error."""
    link = await db.get(RefreshToken, digest(presented))
    if link is None:
        return
    session = await db.get_one(SignIn, link.sign_in_id, with_for_update=True)
    if session.ended_at is None:
        sessions.end(db, session, "SIGNED_OUT", datetime.now(UTC))
        audit.note(db, "person", session.subject)


def new_account(person_id: object, login: str | None = None) -> Account:
    """An account with nothing set up yet."""
    return Account(
        person_id=person_id,
        login=login,
        mini_program_index=None,
        password_hash=None,
        password_set_at=None,
        totp_sealed=None,
        totp_confirmed_at=None,
        totp_last_step=0,
    )


def needed(value: str | None, field: str) -> str:
    """The field that this grant type cannot do without."""
    if value is None:
        raise Invalid(errors=[{"pointer": f"/{field}", "code": "missing"}])
    return value


_Way = Callable[[AsyncSession, Porter, bool, TokenRequest], Awaitable[Tokens]]
_WAYS: Mapping[GrantType, _Way] = {
    GrantType.PASSWORD: _by_password,
    GrantType.REFRESH: _by_refresh_token,
    GrantType.CLIENT: _by_client_secret,
    GrantType.ONE_TIME_CODE: _by_one_time_code,
    GrantType.MINI_PROGRAM: _by_mini_program,
}
