"""Accounts, sessions, roles and clients: how the house knows who calls and what he may do."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.tables.schema import Base
from shared.database import INSTANT


class Account(Base):
    """How a person signs in. A resident of the mini-program has no login and no password."""

    __tablename__ = "account"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("registry.person.id"), primary_key=True)
    login: Mapped[str | None] = mapped_column(String(50), unique=True)
    mini_program_index: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    """Blind index of the mini-program's openid."""
    password_hash: Mapped[str | None] = mapped_column(String(200))
    password_set_at: Mapped[datetime | None] = mapped_column(INSTANT)
    totp_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_confirmed_at: Mapped[datetime | None] = mapped_column(INSTANT)
    totp_last_step: Mapped[int] = mapped_column(BigInteger)
    """A TOTP code counts once: the last time step that was used."""
    __table_args__ = (CheckConstraint("login = lower(login)", name="login_lower"),)


class LoginTry(Base):
    """Failed sign-ins to a login, whether or not anybody has it: the lock must not tell which logins exist."""

    __tablename__ = "login_try"
    login_index: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    locked_until: Mapped[datetime | None] = mapped_column(INSTANT)
    at: Mapped[datetime] = mapped_column(INSTANT, index=True)


class OneTimeCode(Base):
    """A code handed over to set up an account; good for one sign-in."""

    __tablename__ = "one_time_code"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("registry.person.id"), index=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    made_at: Mapped[datetime] = mapped_column(INSTANT)
    expires_at: Mapped[datetime] = mapped_column(INSTANT)
    used_at: Mapped[datetime | None] = mapped_column(INSTANT)


class SignIn(Base):
    """One session: a family of refresh tokens that ends as a whole."""

    __tablename__ = "sign_in"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject: Mapped[UUID] = mapped_column(index=True)
    method: Mapped[str] = mapped_column(String(30))
    began_at: Mapped[datetime] = mapped_column(INSTANT)
    used_at: Mapped[datetime] = mapped_column(INSTANT)
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT)
    end_reason: Mapped[str | None] = mapped_column(String(30))


class RefreshToken(Base):
    """One link of a session; presenting a used one ends the session."""

    __tablename__ = "refresh_token"
    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    sign_in_id: Mapped[UUID] = mapped_column(ForeignKey("registry.sign_in.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(INSTANT)
    expires_at: Mapped[datetime] = mapped_column(INSTANT)
    used_at: Mapped[datetime | None] = mapped_column(INSTANT)


class RoleGrant(Base):
    """A role on a code prefix. Ended, never deleted."""

    __tablename__ = "role_grant"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    holder: Mapped[UUID] = mapped_column(index=True)
    """A person or a client."""
    role: Mapped[str] = mapped_column(String(30))
    scope: Mapped[str] = mapped_column(String(15))
    given_by: Mapped[str] = mapped_column(String(100))
    given_at: Mapped[datetime] = mapped_column(INSTANT)
    until: Mapped[datetime | None] = mapped_column(INSTANT)
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT)
    ended_by: Mapped[str | None] = mapped_column(String(100))
    __table_args__ = (
        Index("uq_role_grant_live", "holder", "role", "scope", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index("ix_role_grant_scope", "scope", postgresql_ops={"scope": "varchar_pattern_ops"}),
        CheckConstraint("scope ~ '^[0-9]{0,15}$'", name="scope_digits"),
    )


class Client(Base):
    """Another platform's access: it signs in by itself with a secret."""

    __tablename__ = "client"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    made_at: Mapped[datetime] = mapped_column(INSTANT)
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT)


class ClientSecret(Base):
    """At most two live secrets a client, so that it can change them without a gap."""

    __tablename__ = "client_secret"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("registry.client.id"), index=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(INSTANT)
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT)


class Revocation(Base):
    """Tokens of this session, person or client that were issued before the instant are dead."""

    __tablename__ = "revocation"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject: Mapped[UUID] = mapped_column()
    at: Mapped[datetime] = mapped_column(INSTANT, index=True)


class Feed(Base):
    """Everything the rooms told, in one order without gaps."""

    __tablename__ = "feed"
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Mapped[UUID] = mapped_column(unique=True)
    room: Mapped[str] = mapped_column(String(20))
    type: Mapped[str] = mapped_column(String(100))
    subject: Mapped[str] = mapped_column(String(100))
    compound_code: Mapped[str | None] = mapped_column(String(15))
    data: Mapped[dict[str, str | int | bool | None]] = mapped_column(JSONB)
    at: Mapped[datetime] = mapped_column(INSTANT)
    __table_args__ = (Index("ix_feed_compound_code_position", "compound_code", "position"),)


class DoorTry(Base):
    """A door code that did not fit; too many of them and the person has to wait (PRI-4)."""

    __tablename__ = "door_try"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("registry.person.id"))
    at: Mapped[datetime] = mapped_column(INSTANT)
    __table_args__ = (Index("ix_door_try_person_id_at", "person_id", "at"),)
