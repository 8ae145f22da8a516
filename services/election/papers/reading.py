"""Everything that is known of one printed ballot, for the desk and a purpose that the audit keeps (BAL-10, PRI-2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.elections.queries import election_to_run
from services.election.elections.schemas import HOME_ID
from services.election.errors import PaperUnknown
from services.election.papers.queries import fact_of, facts_on
from services.election.papers.schemas import FACT_ID, PERSON_ID
from services.election.papers.sealed import open_help
from services.election.rules.papers import FactKind, PaperState, PaperWhy, standing_of
from services.election.tables import Paper, PaperFact, PrintRun, RollHome
from shared import audit
from shared.identity import Actor
from shared.sealing import Keys
from shared.wire import Count, Flag, Input, Instant, Output, Text, example


@dataclass(frozen=True, slots=True)
class Whole:
    """A paper, the run and the home it was printed for, and every fact that was kept of it, as registered."""

    paper: Paper
    run: int
    label: str
    facts: Sequence[PaperFact]


async def read_paper(db: AsyncSession, actor: Actor, election_id: UUID, number: int, purpose: str) -> Whole:
    """PRI-2. Who helped and who watched is read in clear: the audit row keeps who asked and what for.

    Errors: ElectionUnknown, RoleForbidden, PaperUnknown.
    """
    election = await election_to_run(db, actor, election_id, lock=False)
    wanted = (
        select(Paper, PrintRun.number, RollHome.label)
        .join(PrintRun, PrintRun.id == Paper.run_id)
        .join(RollHome, and_(RollHome.election_id == Paper.election_id, RollHome.home_id == Paper.home_id))
        .where(Paper.election_id == election.id, Paper.number == number)
    )
    found = (await db.execute(wanted)).one_or_none()
    if found is None:
        raise PaperUnknown
    facts = (await facts_on(db, election.id, [number])).get(number, [])
    audit.note(db, "election", election.id, election.compound_code, purpose, paper=number)
    return Whole(found[0], found[1], found[2], sorted(facts, key=lambda one: (one.registered_at, one.id.bytes)))


class ReadPaper(Input):
    """What the paper's history is read for."""

    model_config = Input.model_config | example(purpose="核对协助填写的选票")

    purpose: Annotated[str, Text(200, 4), Field(description="Stands in the audit.")]


class HelpSeen(Output):
    model_config = Output.model_config | example(helper="王小明(儿子)", witness="赵敏", reason="视力障碍")

    helper: str
    witness: str
    reason: str


class KeptFactSeen(Output):
    """A fact as it was kept. `why`: it had no effect."""

    model_config = Output.model_config | example(
        id=FACT_ID,
        kind="RETURNED",
        captured_at="2026-12-01T04:00:00Z",
        registered_at="2026-12-01T04:00:02Z",
        people=[PERSON_ID, HOME_ID],
        box=1,
        words=None,
        accepted=True,
        why=None,
        help=HelpSeen.model_config["json_schema_extra"]["examples"][0],  # type: ignore[index]
    )

    id: UUID
    kind: FactKind
    captured_at: Instant
    registered_at: Instant
    people: list[UUID]
    box: Count | None
    words: str | None
    accepted: Flag
    why: PaperWhy | None
    help: HelpSeen | None


class PaperRead(Output):
    """One paper with its history; never a choice."""

    model_config = Output.model_config | example(
        number=12,
        replaces=None,
        print_run=1,
        home_id=HOME_ID,
        label="3-2-501",
        state="RETURNED",
        contested=False,
        facts=[KeptFactSeen.model_config["json_schema_extra"]["examples"][0]],  # type: ignore[index]
    )

    number: Count
    replaces: Count | None
    print_run: Count
    home_id: UUID
    label: str
    state: PaperState
    contested: Flag
    facts: list[KeptFactSeen]


def paper_read(keys: Keys, found: Whole) -> PaperRead:
    stands = standing_of(fact_of(one) for one in found.facts)
    return PaperRead(
        number=found.paper.number,
        replaces=found.paper.replaces,
        print_run=found.run,
        home_id=found.paper.home_id,
        label=found.label,
        state=stands.state,
        contested=stands.contested,
        facts=[_fact(keys, one) for one in found.facts],
    )


def _fact(keys: Keys, row: PaperFact) -> KeptFactSeen:
    helped = open_help(keys, row.id, row.help_sealed) if row.help_sealed else None
    return KeptFactSeen(
        id=row.id,
        kind=FactKind(row.kind),
        captured_at=row.captured_at,
        registered_at=row.registered_at,
        people=row.deliverers,
        box=row.box,
        words=row.words,
        accepted=row.accepted,
        why=PaperWhy(row.why) if row.why else None,
        help=HelpSeen.model_validate(helped) if helped else None,
    )
