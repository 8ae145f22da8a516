"""Which elections there are, which of them a caller may know of, and what their rules need of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, any_, exists, false, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.elections.items import Parts, members_of, questions_of
from services.election.elections.nominees import names_of
from services.election.errors import ElectionUnknown
from services.election.rules import turnout
from services.election.rules.extending import Window, barred
from services.election.rules.household import Terms
from services.election.rules.objections import Course
from services.election.rules.parameters import Kind, Preset, Rules, parameters_of, rules_from
from services.election.rules.roles import DELIVERER_ROLES, DESK_ROLES, DRAFT_ROLES, READER_ROLES
from services.election.rules.rolls import needs_note
from services.election.rules.states import HIDDEN, OVER, Facts, State, allowed
from services.election.tables import Ballot, BallotVoid, Election, RollEntry, RollHome, Step
from shared.identity import Actor
from shared.paging import Orders, down, up
from shared.problems import RoleForbidden
from shared.sealing import Keys

ELECTIONS = Orders(
    "elections",
    {
        "newest": (down(Election.made_at), down(Election.id)),
        "oldest": (up(Election.made_at), up(Election.id)),
    },
)
ENDED = exists().where(
    BallotVoid.election_id == Ballot.election_id,
    BallotVoid.entry_id == Ballot.entry_id,
    BallotVoid.revision >= Ballot.revision,
)
"""A ballot is void, or was replaced by one that is (BAL-12)."""
EXTEND = "EXTEND"
"""Moving the end of the window: no step of the path, and made once like one (BAL-6)."""
HISTORY = Orders("election_history", {"oldest": (up(Step.position),)})


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filters of the list; None is no filter."""

    compound_id: UUID | None = None
    region: str | None = None
    state: State | None = None


def rules_of(election: Election) -> Rules:
    """The rule set as it was frozen into the election."""
    return rules_from(Preset(election.preset), election.rules)


def facts_of(election: Election) -> Facts:
    """The election as the table of steps sees it."""
    return Facts(
        state=State(election.state),
        rules=rules_of(election),
        opens_at=election.opens_at,
        closes_at=election.closes_at,
        nominees=election.nominees,
        seats=election.seats,
        entries=election.entries,
        preset=Preset(election.preset),
        kind=Kind(election.kind),
        heads=election.heads,
        area=election.area_hundredths,
        roll_posted_at=election.roll_posted_at,
        unsigned=len(election.unsigned),
        note_needed=needs_note(Kind(election.kind), election.area_unknown, election.owner_unknown)
        and election.roll_note is None,
        must_repeat=election.repeat_due,
        objections_open=election.objections_open,
        corrections_due=election.corrections_due,
        recount_due=election.recount_due,
        posted_at=election.posted_at,
    )


def window_of(election: Election) -> Window:
    """The window as it runs, by how many days it may be extended: none where the preset has no such parameter."""
    days = rules_of(election).extension_days if "extension_days" in parameters_of(Preset(election.preset)) else 0
    return Window(State(election.state), election.closes_at, election.first_closes_at is not None, days)


def allowed_now(election: Election, now: datetime) -> list[str]:
    """What could be done with it now, by whoever may."""
    steps = [str(step) for step in allowed(facts_of(election), now)]
    return [*steps, EXTEND] if barred(window_of(election), now) is None else steps


def course_of(election: Election) -> Course:
    """The election as the objections' clock sees it (PUB-6)."""
    return Course(
        state=State(election.state),
        rules=rules_of(election),
        roll_posted_at=election.roll_posted_at,
        posted_at=election.posted_at,
        kind=Kind(election.kind),
        counted=election.counted_at is not None,
    )


def terms_of(election: Election, numbers: frozenset[int]) -> Terms:
    """What the ballots of the election are counted by (BAL-11)."""
    rules = rules_of(election)
    return Terms(
        seats=election.seats,
        max_marks=most_marks(election),
        numbers=numbers,
        seed=election.seed,
        election=str(election.id),
        turnout=rules.turnout,
        round=election.round,
    )


def most_marks(election: Election) -> int:
    """BAL-11. Up to [P seats] marks."""
    return rules_of(election).max_marks or election.seats


def visible(actor: Actor, wanted: Wanted) -> Select[Any]:
    """The elections an actor may know of, narrowed; one row holds one Election."""
    posted = and_(Election.state.not_in(HIDDEN), Election.roll_posted_at.is_not(None))
    statement = select(Election).where(
        or_(_under(actor.scopes(DRAFT_ROLES)), and_(posted, _under(actor.scopes(READER_ROLES))))
    )
    if wanted.compound_id is not None:
        statement = statement.where(Election.compound_id == wanted.compound_id)
    if wanted.region is not None:
        statement = statement.where(_under((wanted.region,)))
    if wanted.state is not None:
        statement = statement.where(Election.state == wanted.state)
    return statement


def _under(scopes: Sequence[str]) -> ColumnElement[bool]:
    return or_(false(), *(Election.compound_code.startswith(scope, autoescape=True) for scope in scopes))


def may_know(actor: Actor, election: Election) -> bool:
    """The same as `visible`: a draft, or one cancelled before its roll was posted, is the desk's alone."""
    if actor.holds(DRAFT_ROLES, election.compound_code):
        return True
    posted = election.state not in HIDDEN and election.roll_posted_at is not None
    return posted and actor.holds(READER_ROLES, election.compound_code)


async def election_of(db: AsyncSession, actor: Actor, election_id: UUID, lock: bool = False) -> Election:
    """One election. Errors: ElectionUnknown, also for what he may not know of."""
    wanted = select(Election).where(Election.id == election_id)
    found = (await db.execute(wanted.with_for_update() if lock else wanted)).scalar_one_or_none()
    if found is None or not may_know(actor, found):
        raise ElectionUnknown
    return found


async def election_to_run(db: AsyncSession, actor: Actor, election_id: UUID, lock: bool = True) -> Election:
    """One election that the actor's desk runs. Errors: ElectionUnknown, RoleForbidden."""
    found = await election_of(db, actor, election_id, lock)
    if not actor.holds(DESK_ROLES, found.compound_code):
        raise RoleForbidden(needed=sorted(DESK_ROLES))
    return found


async def parts_of(db: AsyncSession, keys: Keys, election: Election) -> Parts:
    """Names, items and, of a members' vote, the members."""
    members = await members_of(db, election.id) if Kind(election.kind) is Kind.MEMBERS else ()
    return Parts(await names_of(db, keys, election.id), await questions_of(db, election.id), members)


def history_of(election_id: UUID) -> Select[Any]:
    return cast("Select[Any]", select(Step).where(Step.election_id == election_id))


@dataclass(frozen=True, slots=True)
class BuildingTurnout:
    """How many dwellings of a building vote, and how many have."""

    building: str
    households: int
    cast: int


@dataclass(frozen=True, slots=True)
class Turnout:
    """BAL-9. `buildings` is None for those who do not go from door to door."""

    households: int
    cast: int
    as_of: datetime
    exact: bool
    buildings: tuple[BuildingTurnout, ...] | None


async def turnout_of(db: AsyncSession, actor: Actor, election: Election, now: datetime) -> Turnout:
    """BAL-9. For the public hourly and in steps while it runs; per building for deliverers only."""
    state, delivers = State(election.state), actor.holds(DELIVERER_ROLES, election.compound_code)
    exact = delivers or state in OVER
    as_of = now if exact else turnout.public_hour(now)
    by_building = await _by_building(db, election, as_of)
    cast = sum(one.cast for one in by_building)
    told = cast if exact else turnout.public_cast(state, cast)
    return Turnout(election.entries, told, as_of, exact, by_building if delivers else None)


async def _by_building(db: AsyncSession, election: Election, until: datetime) -> tuple[BuildingTurnout, ...]:
    """A ballot that was voided is no turnout, nor is what it had replaced (BAL-12)."""
    counted = (
        select(RollEntry.building, func.count(RollEntry.id.distinct()), func.count(Ballot.entry_id.distinct()))
        .outerjoin(
            Ballot,
            and_(Ballot.election_id == election.id, Ballot.entry_id == RollEntry.id, Ballot.cast_at <= until, ~ENDED),
        )
        .where(RollEntry.election_id == election.id)
        .group_by(RollEntry.building)
        .order_by(func.min(RollEntry.place))
    )
    return tuple(BuildingTurnout(*row) for row in await db.execute(counted))


async def entries_by_place(db: AsyncSession, election_id: UUID) -> Sequence[RollEntry]:
    """Every row of the roll, in its order."""
    found = select(RollEntry).where(RollEntry.election_id == election_id).order_by(RollEntry.place)
    return (await db.execute(found)).scalars().all()


async def entries_of(db: AsyncSession, actor: Actor, election_id: UUID) -> Sequence[RollEntry]:
    """The rows of the roll whose homes are the actor's: by a tie, or by the frozen roll."""
    tied = select(RollHome.entry_id).where(RollHome.election_id == election_id, RollHome.home_id.in_(actor.homes))
    mine = or_(RollEntry.id.in_(tied), literal(actor.subject, Uuid()) == any_(RollEntry.owner_ids))
    found = select(RollEntry).where(RollEntry.election_id == election_id, mine).order_by(RollEntry.place)
    return (await db.execute(found)).scalars().all()


def own_home(actor: Actor, entry: RollEntry, homes: Sequence[RollHome]) -> RollHome | None:
    """PUB-4. The home that he knows an entitlement by: who lives in one of its homes is not told what else its owner
    has. None for a member, and for who has no home of it."""
    owns = actor.subject in entry.owner_ids
    return next((home for home in homes if owns or home.home_id in actor.homes), None)


async def homes_on(db: AsyncSession, election_id: UUID, entries: Sequence[UUID]) -> dict[UUID, list[RollHome]]:
    """The homes of these entitlements, in the register's order."""
    found = await db.execute(
        select(RollHome)
        .where(RollHome.election_id == election_id, RollHome.entry_id.in_(entries))
        .order_by(RollHome.place)
    )
    homes: dict[UUID, list[RollHome]] = {}
    for home in found.scalars():
        homes.setdefault(home.entry_id, []).append(home)
    return homes
