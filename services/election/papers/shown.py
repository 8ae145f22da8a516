"""What workers take along and what the desk balances: homes, numbers and sums, never a choice."""

from uuid import UUID

from services.election.elections.schemas import ELECTION_ID, HOME_ID
from services.election.papers.codes import check_of, code_of
from services.election.papers.queries import Door, Sums
from services.election.papers.schemas import PERSON_ID, intact
from services.election.rules.papers import PaperState, Todo
from services.election.rules.states import State
from services.election.tables import Election
from shared.sealing import Keys
from shared.wire import Count, Flag, Instant, Output, example


class DoorSeen(Output):
    """One home. `check`: SHA-256 of `<election>/<number>/<code>`, by which a tablet knows the QR without a signal; the
    code is what follows its last colon."""

    model_config = Output.model_config | example(
        home_id=HOME_ID, label="3-2-501", entrance="2", number=12, state="ISSUED", todo="COLLECT", check="9f" * 32
    )

    home_id: UUID
    label: str
    entrance: str
    number: Count | None
    state: PaperState | None
    todo: Todo
    check: str | None


class WorkListSeen(Output):
    """What is still to do from door to door; a tablet takes it along."""

    model_config = Output.model_config | example(
        election_id=ELECTION_ID,
        title="物业管理委员会业主代表推选",
        state="OPEN",
        closes_at="2026-12-08T10:00:00Z",
        boxes=[1],
        items=[DoorSeen.model_config["json_schema_extra"]["examples"][0]],  # type: ignore[index]
    )

    election_id: UUID
    title: str
    state: State
    closes_at: Instant
    boxes: list[Count]
    items: list[DoorSeen]


class BalanceLine(Output):
    """One pair of deliverers in one print run: issued = returned + spoiled + missing. `lost` are among the missing."""

    model_config = Output.model_config | example(
        people=[PERSON_ID, HOME_ID],
        print_run=1,
        issued=24,
        returned=20,
        spoiled=1,
        missing=3,
        lost=1,
        is_even=True,
        contested=0,
        unissued_end=0,
    )

    people: list[UUID]
    print_run: Count
    issued: Count
    returned: Count
    spoiled: Count
    missing: Count
    lost: Count
    is_even: Flag
    contested: Count
    unissued_end: Count


class BoxSumSeen(Output):
    """Papers registered into a box against papers found in it; `found` is null until it is opened."""

    model_config = Output.model_config | example(number=1, registered=20, found=20, seal_intact=True)

    number: Count
    registered: Count
    found: Count | None
    seal_intact: bool | None


class SpoiledSeen(Output):
    model_config = Output.model_config | example(number=7, state="SPOILED", words="墨水打翻")

    number: Count
    state: PaperState
    words: str | None


class UndeliverableSeen(Output):
    """A ballot that could not be delivered. `served`: its notice hung its days out before voting ended."""

    model_config = Output.model_config | example(
        number=9,
        label="3-2-601",
        posted_at="2026-11-28T04:00:00Z",
        ends_at="2026-12-05T16:00:00Z",
        served=True,
        words="贴于单元门",
    )

    number: Count
    label: str
    posted_at: Instant
    ends_at: Instant
    served: bool
    words: str | None


class BalanceSeen(Output):
    """All papers of an election: printed = in hand + issued of all lines. `outstanding`: returned and not read.
    `helped`: of the returned, marked with help, each with a helper and a witness by name."""

    model_config = Output.model_config | example(
        printed=30,
        in_hand=6,
        lines=[BalanceLine.model_config["json_schema_extra"]["examples"][0]],  # type: ignore[index]
        boxes=[{"number": 1, "registered": 20, "found": None, "seal_intact": None}],
        spoiled=[{"number": 7, "state": "SPOILED", "words": "墨水打翻"}],
        notices=[UndeliverableSeen.model_config["json_schema_extra"]["examples"][0]],  # type: ignore[index]
        outstanding=0,
        helped=1,
    )

    printed: Count
    in_hand: Count
    lines: list[BalanceLine]
    boxes: list[BoxSumSeen]
    spoiled: list[SpoiledSeen]
    notices: list[UndeliverableSeen]
    outstanding: Count
    helped: Count


def work_list(keys: Keys, election: Election, boxes: list[int], doors: list[Door]) -> WorkListSeen:
    return WorkListSeen(
        election_id=election.id,
        title=election.title,
        state=State(election.state),
        closes_at=election.closes_at,
        boxes=boxes,
        items=[_door(keys, election.id, door) for door in doors],
    )


def _door(keys: Keys, election_id: UUID, door: Door) -> DoorSeen:
    number = door.number
    return DoorSeen(
        home_id=door.home.home_id,
        label=door.home.label,
        entrance=door.home.entrance,
        number=number,
        state=door.state,
        todo=door.todo,
        check=check_of(election_id, number, code_of(keys, election_id, number)) if number else None,
    )


def balance(sums: Sums) -> BalanceSeen:
    lines = [
        BalanceLine(
            people=sorted(line.people),
            print_run=line.batch,
            issued=line.issued,
            returned=line.returned,
            spoiled=line.spoiled,
            missing=line.missing,
            lost=line.lost,
            is_even=line.is_even,
            contested=line.contested,
            unissued_end=line.unissued_end,
        )
        for line in sums.lines
    ]
    return BalanceSeen(
        printed=sums.printed,
        in_hand=sums.in_hand,
        lines=lines,
        boxes=[
            BoxSumSeen(
                number=one.box.number, registered=one.registered, found=one.box.counted, seal_intact=intact(one.box)
            )
            for one in sums.boxes
        ],
        spoiled=[
            SpoiledSeen(number=number, state=PaperState(state), words=words) for number, state, words in sums.spoiled
        ],
        notices=[UndeliverableSeen.model_validate(one) for one in sums.notices],
        outstanding=sums.outstanding,
        helped=sums.helped,
    )
