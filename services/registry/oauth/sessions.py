"""How a session begins, goes on and ends; a used refresh token ends it for everybody who holds one."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.errors import SessionEnded
from services.registry.oauth.queries import Rights, rights_of
from services.registry.oauth.tokens import Bearer, Issuer, digest, new_secret
from services.registry.rules.sign_in import SESSION_LIVES, idle_limit, needs_second_factor
from services.registry.tables.identity import Account, RefreshToken, Revocation, SignIn
from shared.database import new_id


class Method(StrEnum):
    PASSWORD = "PASSWORD"  # the name of a method, not a secret
    PASSWORD_TOTP = "PASSWORD_TOTP"  # likewise
    ONE_TIME_CODE = "ONE_TIME_CODE"
    MINI_PROGRAM = "MINI_PROGRAM"
    SAMPLE = "SAMPLE"
    CLIENT = "CLIENT"


STRONG = frozenset({Method.PASSWORD_TOTP, Method.SAMPLE})


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a sign-in gives. `refresh` is None for clients, who simply ask again."""

    access: str
    refresh: str | None


def granted(rights: Rights, method: Method) -> Rights:
    """PRI-6. What a session may use: nothing but one's own account after a one-time code, and nothing either
    for an administrator without his second factor."""
    weak = method not in STRONG and needs_second_factor(rights.roles)
    if method is Method.ONE_TIME_CODE or weak:
        return Rights((), ())
    return rights


async def begin(db: AsyncSession, issuer: Issuer, account: Account, method: Method) -> Tokens:
    """Open a session for a person and give its first pair of tokens."""
    now = datetime.now(UTC)
    session = SignIn(
        id=new_id(), subject=account.person_id, method=method, began_at=now, used_at=now, ended_at=None, end_reason=None
    )
    db.add(session)
    await db.flush()
    rights = granted(await rights_of(db, account.person_id, now), method)
    return Tokens(_access(issuer, session, rights), _next_refresh(db, session, now))


async def refresh(db: AsyncSession, issuer: Issuer, presented: str) -> Tokens:
    """Trade a refresh token for the next pair. SessionEnded, and the session is over, when it was used before."""
    now = datetime.now(UTC)
    link = await db.get(RefreshToken, digest(presented), with_for_update=True)
    if link is None:
        raise SessionEnded(error="invalid_grant")
    session = await db.get_one(SignIn, link.sign_in_id, with_for_update=True)
    if session.ended_at is not None:
        raise SessionEnded(error="invalid_grant")
    rights = await rights_of(db, session.subject, now)
    reason = _over(link, session, rights, now)
    if reason is not None:
        end(db, session, reason, now)
        raise SessionEnded(error="invalid_grant")
    link.used_at = now
    session.used_at = now
    usable = granted(rights, Method(session.method))
    return Tokens(_access(issuer, session, usable), _next_refresh(db, session, now))


def _over(link: RefreshToken, session: SignIn, rights: Rights, now: datetime) -> str | None:
    """Why the session cannot go on; None when it can."""
    if link.used_at is not None:
        return "REFRESH_REUSED"
    if now >= link.expires_at:
        return "EXPIRED"
    if now - session.used_at > idle_limit(rights.roles):
        return "IDLE"
    return None


def end(db: AsyncSession, session: SignIn, reason: str, now: datetime) -> None:
    """End a session: its refresh tokens are worthless at once, its access tokens within a minute everywhere."""
    session.ended_at = now
    session.end_reason = reason
    revoke(db, session.id, now)


def revoke(db: AsyncSession, subject: UUID, now: datetime) -> None:
    """Tokens of this session, person or client issued up to now are dead: its rights changed or ended."""
    db.add(Revocation(id=new_id(), subject=subject, at=now))


async def end_all(db: AsyncSession, person: UUID, reason: str, now: datetime, keep: UUID | None = None) -> None:
    """End every session of a person but the one to keep."""
    live = update(SignIn).where(SignIn.subject == person, SignIn.ended_at.is_(None))
    if keep is not None:
        live = live.where(SignIn.id != keep)
    ended = await db.execute(live.values(ended_at=now, end_reason=reason).returning(SignIn.id))
    for session in ended.scalars().all():
        revoke(db, session, now)


def _access(issuer: Issuer, session: SignIn, rights: Rights) -> str:
    bearer = Bearer(session.subject, "person", session.id, rights.grants, rights.homes, rights.until, ties=rights.ties)
    return issuer.issue(bearer)


def _next_refresh(db: AsyncSession, session: SignIn, now: datetime) -> str:
    token = new_secret()
    expires = session.began_at + SESSION_LIVES
    row = RefreshToken(digest=digest(token), sign_in_id=session.id, made_at=now, expires_at=expires, used_at=None)
    db.add(row)
    return token


async def forget_spent(db: AsyncSession) -> None:
    """The links of sessions that are over open nothing, known or not."""
    oldest = datetime.now(UTC) - SESSION_LIVES
    over = select(SignIn.id).where(or_(SignIn.ended_at.is_not(None), SignIn.began_at <= oldest))
    await db.execute(delete(RefreshToken).where(RefreshToken.sign_in_id.in_(over)))
