"""What the house knows of the caller himself."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.errors import PersonUnknown
from services.registry.me.schemas import MeSeen, MyBinding, MyCompound, MyRole
from services.registry.oauth.queries import Rights, rights_of
from services.registry.oauth.sessions import Method, granted
from services.registry.people.values import opened
from services.registry.rules.addresses import Address, HomeKind, printed
from services.registry.rules.next_steps import next_step
from services.registry.rules.roles import Role
from services.registry.rules.sign_in import needs_second_factor, password_is_stale
from services.registry.tables.identity import Account, SignIn
from services.registry.tables.owners import Binding, Person
from services.registry.tables.places import Compound, Home
from shared.identity import Actor, Grant
from shared.sealing import Keys

MOST_COMPOUNDS = 100
ACTIONS = ("bind_home", "end_binding", "step_up", "set_password", "begin_factor", "confirm_factor")


async def my_bindings(db: AsyncSession, actor: Actor) -> list[MyBinding]:
    """The homes the caller is bound to now."""
    rows = await db.execute(
        select(Binding, Home)
        .join(Home, Home.id == Binding.home_id)
        .where(Binding.person_id == actor.subject, Binding.ended_at.is_(None))
        .order_by(Binding.verified_at)
    )
    return [
        MyBinding(
            id=row.id,
            home_id=row.home_id,
            home=printed(Address(home.building, home.entrance, home.room, home.floor, HomeKind(home.kind))),
            compound_id=home.compound_id,
            relation=row.relation,
            bound_at=row.verified_at,
        )
        for row, home in rows
    ]


async def me(db: AsyncSession, actor: Actor, keys: Keys, now: datetime) -> MeSeen:
    """The caller as he stands now, not as his token says. Errors: PersonUnknown (a client, a service)."""
    account = await db.get(Account, actor.subject)
    session = await db.get(SignIn, actor.session)
    if account is None or session is None:
        raise PersonUnknown
    known = opened(keys, await db.get_one(Person, actor.subject))
    rights = await rights_of(db, actor.subject, now)
    usable = granted(rights, Method(session.method))
    bindings = await my_bindings(db, actor)
    step = next_step(
        has_login=account.login is not None and session.method != Method.SAMPLE,
        has_password=account.password_hash is not None,
        password_stale=account.password_set_at is not None and password_is_stale(account.password_set_at, now),
        lacks_factor=needs_second_factor(rights.roles) and account.totp_confirmed_at is None,
        weak_session=usable != rights,
        has_tie=bool(rights.grants),
    )
    return MeSeen(
        id=actor.subject,
        name=known.name,
        login=account.login,
        roles=[MyRole(role=Role(grant.role), scope=grant.scope) for grant in usable.grants],
        bindings=bindings,
        compounds=await _compounds(db, usable),
        second_factor=account.totp_confirmed_at is not None,
        next_step=step,
        allowed=list(ACTIONS),
    )


async def _compounds(db: AsyncSession, rights: Rights) -> list[MyCompound]:
    """The compounds in reach, at most a hundred: whoever reaches more picks by region."""
    if not rights.grants:
        return []
    reach = [Compound.code.startswith(grant.scope, autoescape=True) for grant in rights.grants]
    rows = await db.execute(select(Compound).where(or_(*reach)).order_by(Compound.code).limit(MOST_COMPOUNDS))
    return [
        MyCompound(id=row.id, code=row.code, name=row.name, roles=_roles_on(rights.grants, row.code))
        for row in rows.scalars()
    ]


def _roles_on(grants: tuple[Grant, ...], code: str) -> list[Role]:
    return sorted({Role(grant.role) for grant in grants if code.startswith(grant.scope)})
