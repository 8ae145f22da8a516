"""How roles are given and ended, and how a person is invited to set up his account."""

import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.errors import (
    AccountStands,
    GrantUnknown,
    HolderUnknown,
    LoginTaken,
    PersonUnknown,
    RoleClashes,
    RoleHeld,
    RoleNotYours,
    RolesFull,
    ScopeUnknown,
)
from services.registry.oauth import sessions
from services.registry.oauth.actions import new_account, normal_code
from services.registry.oauth.queries import rights_of, scopes_by_role
from services.registry.oauth.tokens import digest
from services.registry.people.actions import KnownOfPerson, new_person
from services.registry.roles.ending import end_grant, told
from services.registry.roles.queries import is_code, is_known_to
from services.registry.roles.schemas import NewGrant
from services.registry.rules.roles import BOUND, Role, clashes, may_give
from services.registry.tables.identity import Account, OneTimeCode, RoleGrant
from services.registry.tables.owners import Person
from shared import audit
from shared.database import new_id
from shared.identity import Actor
from shared.sealing import Keys

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without the signs that are read for one another
CODE_GROUPS = 3
CODE_LIVES = timedelta(days=3)
HOUSE = "house"
MOST_ROLES = 50


async def give_role(db: AsyncSession, actor: Actor, grant: NewGrant, now: datetime) -> RoleGrant:
    """Give a role to somebody in one's reach, or whom nothing ties to any place yet.

    Errors: RoleNotYours, HolderUnknown, ScopeUnknown, RoleClashes, RoleHeld, RolesFull.
    """
    if not may_give(scopes_by_role(actor.grants), grant.role, grant.scope):
        raise RoleNotYours(role=grant.role)
    if await _locked_holder(db, grant.holder) is None or not await is_known_to(db, actor, grant.holder):
        raise HolderUnknown
    if not await is_code(db, grant.scope):
        raise ScopeUnknown(scope=grant.scope)
    return await _give(db, f"person:{actor.subject}", grant, now)


async def _locked_holder(db: AsyncSession, holder: UUID) -> UUID | None:
    """The person, locked so that two grants to him are judged one after the other; nobody who was erased (PRI-3)."""
    known = select(Person.id).where(Person.id == holder, Person.erased_at.is_(None))
    return (await db.execute(known.with_for_update())).scalar_one_or_none()


async def _give(db: AsyncSession, giver: str, grant: NewGrant, now: datetime) -> RoleGrant:
    held = await rights_of(db, grant.holder, now)
    if clashes(frozenset(Role(role) for role in held.roles), grant.role):
        raise RoleClashes
    if len(held.grants) >= MOST_ROLES:
        raise RolesFull(most=MOST_ROLES)
    live = select(RoleGrant).where(
        RoleGrant.holder == grant.holder,
        RoleGrant.role == grant.role,
        RoleGrant.scope == grant.scope,
        RoleGrant.ended_at.is_(None),
    )
    if (row := (await db.execute(live)).scalar_one_or_none()) is not None:
        if row.until is None or row.until > now:
            raise RoleHeld
        row.ended_at, row.ended_by = row.until, HOUSE  # it ran out by itself; make room for the new one
        await db.flush()
    given = RoleGrant(
        id=new_id(),
        holder=grant.holder,
        role=grant.role,
        scope=grant.scope,
        given_by=giver,
        given_at=now,
        until=grant.until,
        ended_at=None,
        ended_by=None,
    )
    db.add(given)
    audit.note(db, "role_grant", given.id, grant.scope or None, role=grant.role, holder=str(grant.holder))
    await told(db, "linli.registry.role_given.v1", given)
    return given


async def end_role(db: AsyncSession, actor: Actor, grant_id: UUID, now: datetime) -> None:
    """End a role: dead everywhere within a minute. Errors: GrantUnknown (also for what is out of reach)."""
    row = await db.get(RoleGrant, grant_id, with_for_update=True)
    if row is None or not may_give(scopes_by_role(actor.grants), Role(row.role), row.scope):
        raise GrantUnknown
    if row.ended_at is not None:
        return
    await end_grant(db, actor, row, now)
    sessions.revoke(db, row.holder, datetime.now(UTC))
    audit.note(db, "role_grant", row.id, row.scope or None, role=row.role, holder=str(row.holder))


async def invite_person(db: AsyncSession, actor: Actor, person_id: UUID, login: str) -> tuple[str, datetime]:
    """A one-time code for setting up the account, and when it expires.

    Errors: PersonUnknown (also out of reach), AccountStands, LoginTaken, RoleNotYours. Whoever can sign in already is
    invited anew by an administrator only, and a resident by nobody: the code would hand his votes to the inviter.
    """
    if await _locked_holder(db, person_id) is None or not await is_known_to(db, actor, person_id):
        raise PersonUnknown
    now = datetime.now(UTC)
    held = await rights_of(db, person_id, now)
    mine = scopes_by_role(actor.grants)
    for grant in held.grants:
        if Role(grant.role) not in BOUND and not may_give(mine, Role(grant.role), grant.scope):
            raise RoleNotYours(role=grant.role)
    # PRI-6. The slip handed over before opens nothing any more: it may be why a new one is asked for.
    slips = update(OneTimeCode).where(OneTimeCode.person_id == person_id, OneTimeCode.used_at.is_(None))
    await db.execute(slips.values(expires_at=now))
    account = await db.get(Account, person_id, with_for_update=True)
    is_set_up = account is not None and (account.password_hash or account.mini_program_index)
    if held.homes or (is_set_up and not actor.has({Role.ADMINISTRATOR})):
        raise AccountStands
    audit.note(db, "person", person_id)
    await sessions.end_all(db, person_id, "INVITED_ANEW", now)
    return await _invite(db, person_id, login)


async def _invite(db: AsyncSession, person_id: UUID, login: str) -> tuple[str, datetime]:
    taken = (await db.execute(select(Account.person_id).where(Account.login == login))).scalar_one_or_none()
    if taken is not None and taken != person_id:
        raise LoginTaken
    account = await db.get(Account, person_id, with_for_update=True)
    if account is None:
        account = new_account(person_id, login)
        db.add(account)
    account.login = login
    await db.flush()
    now = datetime.now(UTC)
    code = new_code()
    row = OneTimeCode(
        id=new_id(),
        person_id=person_id,
        digest=digest(normal_code(code)),
        made_at=now,
        expires_at=now + CODE_LIVES,
        used_at=None,
    )
    db.add(row)
    return code, row.expires_at


def new_code() -> str:
    """Sixty bits that a person can read out: K7QM-2XW9-PT4H."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(CODE_GROUPS))
    return "-".join(groups)


async def first_administrator(db: AsyncSession, keys: Keys, login: str) -> tuple[str, datetime]:
    """`linli init`: the first administrator of an empty house. Errors: RoleHeld when there is one already."""
    now = datetime.now(UTC)
    held = select(RoleGrant.id).where(RoleGrant.role == Role.ADMINISTRATOR, RoleGrant.ended_at.is_(None)).limit(1)
    if (await db.execute(held)).first() is not None:
        raise RoleHeld
    person = await new_person(db, keys, KnownOfPerson(None, None, None), now)
    await db.flush()
    await _give(db, HOUSE, NewGrant(holder=person.id, role=Role.ADMINISTRATOR, scope=""), now)
    return await _invite(db, person.id, login)
