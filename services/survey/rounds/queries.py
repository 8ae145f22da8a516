"""Which rounds there are, who may see them, how far they have come, and which records count."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.survey.errors import HomeNotInRound, PurposeUnknown, RoundUnknown
from services.survey.rules.figures import Answered, Figures, figures_of, pointer_of
from services.survey.rules.roles import READERS
from services.survey.rules.visits import (
    Coverage,
    Outcome,
    RecordState,
    Standing,
    counted_record,
    coverage_of,
    is_disputed,
)
from services.survey.submissions.sealing import opened
from services.survey.surveys.queries import check_reach, under, version_of
from services.survey.tables import Answers, Round, RoundHome, Submission, Visit
from shared.identity import Actor
from shared.paging import Orders, down, up
from shared.sealing import Keys

ROUNDS = Orders("rounds", {"newest": (down(Round.opened_at), down(Round.id))})
HOMES = Orders("round_homes", {"register": (up(RoundHome.position),)})


@dataclass(frozen=True, slots=True)
class WantedHomes:
    """The filters of a round's homes."""

    building: str | None = None
    mine: bool = False


async def round_in_reach(
    db: AsyncSession, actor: Actor, round_id: UUID, roles: Collection[str] = READERS, lock: str = ""
) -> Round:
    """`lock` "share" keeps the state as it is until the end, "update" is for changing it. Errors: RoundUnknown, 403."""
    wanted = select(Round).where(Round.id == round_id)
    if lock:
        wanted = wanted.with_for_update(read=lock == "share")
    found = (await db.execute(wanted)).scalar_one_or_none()
    if found is None:
        raise RoundUnknown
    check_reach(actor, found.compound_code, roles, RoundUnknown)
    return found


def rounds_for(actor: Actor, compound_id: UUID | None) -> Select[Any]:
    statement = select(Round).where(under(Round.compound_code, actor.scopes(READERS)))
    return statement if compound_id is None else statement.where(Round.compound_id == compound_id)


async def home_of_round(db: AsyncSession, round_id: UUID, home_id: UUID, lock: bool = False) -> RoundHome:
    """Errors: HomeNotInRound."""
    wanted = select(RoundHome).where(RoundHome.round_id == round_id, RoundHome.home_id == home_id)
    found = (await db.execute(wanted.with_for_update() if lock else wanted)).scalar_one_or_none()
    if found is None:
        raise HomeNotInRound
    return found


def homes_of_round(round_id: UUID, actor: Actor, wanted: WantedHomes) -> Select[Any]:
    """RoundHome, the outcomes of its visits, the ids and states of its records: one statement a page."""
    outcomes = select(func.array_agg(Visit.outcome)).where(_same_home(Visit)).scalar_subquery()
    ids = select(func.array_agg(Submission.id.expression)).where(_same_home(Submission))
    states = select(func.array_agg(Submission.state)).where(_same_home(Submission))
    statement = select(
        RoundHome,
        outcomes.label("outcomes"),
        ids.scalar_subquery().label("records"),
        states.scalar_subquery().label("states"),
    ).where(RoundHome.round_id == round_id)
    if wanted.building is not None:
        statement = statement.where(RoundHome.building == wanted.building)
    if wanted.mine:
        statement = statement.where(RoundHome.visitor_id == actor.subject)
    return statement


def _same_home(table: type[Visit] | type[Submission]) -> Any:
    return (table.round_id == RoundHome.round_id) & (table.home_id == RoundHome.home_id)


def standings(ids: Sequence[UUID] | None, states: Sequence[str] | None) -> list[Standing]:
    return [Standing(one, RecordState(state)) for one, state in zip(ids or (), states or (), strict=True)]


async def coverage(db: AsyncSession, found: Round) -> Coverage:
    """VIS-1. Of the round as it stands now."""
    outcomes: dict[UUID, list[Outcome]] = {}
    disputed = 0
    for home, records in (await _homes_with_records(db, found.id)).values():
        outcomes[home.home_id] = []
        disputed += is_disputed(records, home.chosen_id)
    visits = await db.execute(select(Visit.home_id, Visit.outcome).where(Visit.round_id == found.id))
    for home_id, outcome in visits:
        outcomes[home_id].append(Outcome(outcome))
    return coverage_of(outcomes, disputed, found.tries)


async def _homes_with_records(db: AsyncSession, round_id: UUID) -> Mapping[UUID, tuple[RoundHome, list[Standing]]]:
    homes = (await db.execute(select(RoundHome).where(RoundHome.round_id == round_id))).scalars().all()
    records: dict[UUID, list[Standing]] = defaultdict(list)
    rows = select(Submission.home_id, Submission.id, Submission.state).where(Submission.round_id == round_id)
    for home_id, one, state in await db.execute(rows):
        records[home_id].append(Standing(one, RecordState(state)))
    return {home.home_id: (home, records[home.home_id]) for home in homes}


async def counted_answers(db: AsyncSession, keys: Keys, round_id: UUID) -> dict[UUID, Answered]:
    """VIS-3. home -> the answers of the one record that counts for it."""
    chosen = {
        found: home.home_id
        for home, records in (await _homes_with_records(db, round_id)).values()
        if (found := counted_record(records, home.chosen_id)) is not None
    }
    rows = await db.execute(
        select(Submission.id, Answers)
        .join(Answers, Answers.instance_id == Submission.instance_id)
        .where(Submission.round_id == round_id)
    )
    return {chosen[one]: Answered(opened(keys, row).values) for one, row in rows if one in chosen}


@dataclass(frozen=True, slots=True)
class Offer:
    """VIS-6. What one home said under a consent of its own: pointer -> value."""

    home: RoundHome
    said: Mapping[str, str]


async def offers(db: AsyncSession, keys: Keys, found: Round, purpose: str) -> list[Offer]:
    """VIS-6. The homes whose counted record consents to the purpose, with what it covers, in the register's order.

    Errors: PurposeUnknown.
    """
    form = (await version_of(db, found.survey_id, found.survey_number)).form
    asked = form.purposes()
    covered = {pointer_of(item) for item in form.all_items() if asked.get(item.path) == purpose}
    if not covered:
        raise PurposeUnknown(purposes=list(form.consents()))
    counted = await counted_answers(db, keys, found.id)
    homes = select(RoundHome).where(RoundHome.round_id == found.id, RoundHome.home_id.in_(counted))
    rows = (await db.execute(homes.order_by(RoundHome.position))).scalars().all()
    said = [Offer(home, {at: counted[home.home_id].values.get(at, "") for at in covered}) for home in rows]
    return [
        Offer(one.home, {at: text for at, text in one.said.items() if text}) for one in said if any(one.said.values())
    ]


async def figures(db: AsyncSession, keys: Keys, found: Round) -> Figures:
    """VIS-4. What may be published of the round as it stands now."""
    published = await version_of(db, found.survey_id, found.survey_number)
    counted = await counted_answers(db, keys, found.id)
    return figures_of(published.form, counted.values(), found.threshold)
