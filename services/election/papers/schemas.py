"""Papers, boxes and devices as they are reported and shown: who carried what, never a choice."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from services.election.elections.schemas import HOME_ID
from services.election.papers.actions import Scope, Signed
from services.election.papers.codes import SHORT, code_of, qr_of
from services.election.papers.queries import Sheet
from services.election.papers.recording import Reported, Told
from services.election.rules.paper_wording import PAPER_WORDS
from services.election.rules.papers import FactKind, Help, PaperWhy
from services.election.tables import Device, PaperBox, PrintRun
from shared.database import new_id
from shared.files import LONGEST_TOKEN, References
from shared.identity import Actor
from shared.sealing import Keys
from shared.wire import Count, Input, Instant, Output, Text, Whole, example, fault

PERSON_ID, DEVICE_ID = "0197a3f2-7c1e-7d53-9a58-1f1f6f1a0011", "0197a3f2-7c1e-7d53-9a58-1f1f6f1a0012"
FACT_ID = "0197a3f2-7c1e-7d53-9a58-1f1f6f1a0013"
MOST_FACTS = 500
MOST_HOMES = 500
Number = Annotated[Whole, Field(ge=1, le=1_000_000)]
BoxNumber = Annotated[Whole, Field(ge=1, le=999)]
Code = Annotated[str, Text(80)]
Name = Annotated[str, Text(60)]
Hex64 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Hex128 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{128}$")]


class NewPrintRun(Input):
    """Which homes get a printed ballot: those named, an entrance, a building; nothing named: the whole roll."""

    model_config = Input.model_config | example(building="3", entrance="2", home_ids=[])

    building: Annotated[str, Text(10)] | None = None
    entrance: Annotated[str, Text(10)] | None = None
    home_ids: Annotated[list[UUID], Field(max_length=MOST_HOMES)] = []

    @model_validator(mode="after")
    def _entrance_of_a_building(self) -> Self:
        if self.entrance is not None and self.building is None:
            raise fault("building", "missing", "填写单元时须写明楼栋", "is required beside an entrance")
        return self

    def scope(self) -> Scope:
        return Scope(self.building, self.entrance, tuple(self.home_ids))


class PrintRunSeen(Output):
    """A run of printed ballots, numbered without a gap from `first_paper`."""

    model_config = Output.model_config | example(
        number=1, what="3-2", first_paper=1, papers=24, made_at="2026-11-28T02:00:00Z"
    )

    number: Count
    what: str
    first_paper: Count
    papers: Count
    made_at: Instant


class PrintRuns(Output):
    model_config = Output.model_config | example(items=[PrintRunSeen.model_config["json_schema_extra"]["examples"][0]])  # type: ignore[index]

    items: list[PrintRunSeen]


class RunPaper(Output):
    """One paper of a run, for an office that prints by itself. `code` and `qr` go on the ballot, the label does not."""

    model_config = Output.model_config | example(
        number=12, replaces=None, home_id=HOME_ID, label="3-2-501", code="ABCD2345", qr="L1:0197…:12:ABCD2345…"
    )

    number: Count
    replaces: Count | None
    home_id: UUID
    label: str
    code: str
    qr: str


class RunPapers(Output):
    model_config = Output.model_config | example(items=[RunPaper.model_config["json_schema_extra"]["examples"][0]])  # type: ignore[index]

    items: list[RunPaper]


class NewBox(Input):
    """A ballot box and the number of the seal put on it."""

    model_config = Input.model_config | example(number=1, seal="A 004711")

    number: BoxNumber
    seal: Annotated[str, Text(40)]


class BoxSeen(Output):
    """A box; `seal_intact` is null until it is opened. `counted`: papers found in it."""

    model_config = Output.model_config | example(
        number=1,
        seal="A 004711",
        opened_at=None,
        seal_found=None,
        seal_intact=None,
        witnesses=[],
        counted=None,
    )

    number: Count
    seal: str
    opened_at: Instant | None
    seal_found: str | None
    seal_intact: bool | None
    witnesses: list[UUID]
    counted: Count | None


class NewDevice(Input):
    """A worker's device: its holder and its Ed25519 public key in hex."""

    model_config = Input.model_config | example(holder_id=PERSON_ID, public_key="3d" * 32)

    holder_id: UUID
    public_key: Hex64


class DeviceSeen(Output):
    model_config = Output.model_config | example(
        id=DEVICE_ID, holder_id=PERSON_ID, public_key="3d" * 32, made_at="2026-11-28T02:00:00Z", revoked_at=None
    )

    id: UUID
    holder_id: UUID
    public_key: str
    made_at: Instant
    revoked_at: Instant | None


class Devices(Output):
    model_config = Output.model_config | example(items=[DeviceSeen.model_config["json_schema_extra"]["examples"][0]])  # type: ignore[index]

    items: list[DeviceSeen]


class NewHelp(Input):
    """BAL-10. Somebody marked for a voter who could not: who, who watched, and why. Two persons, both by name."""

    model_config = Input.model_config | example(helper="王小明(儿子)", witness="赵敏", reason="视力障碍")

    helper: Name
    witness: Name
    reason: Annotated[str, Text(100)]

    def told(self) -> Help:
        return Help(self.helper, self.witness, self.reason)


class NewPaperFact(Input):
    """What happened to a paper, told by one of the two who were there. A return names its box, and the `help`
    in marking it, if there was any; `evidence` is the reference of an uploaded photo or signature."""

    model_config = Input.model_config | example(
        kind="ISSUED", code="ABCD2345", second_id=PERSON_ID, box=None, evidence=None, words=None, help=None
    )

    id: UUID | None = None
    kind: FactKind
    code: Code
    """The text of the QR as it was scanned, or the eight printed characters; a 0, 1 or 8 is read as O, I or B."""
    second_id: UUID
    """The other of the two who were there: another person than who tells it."""
    captured_at: Instant | None = None
    box: BoxNumber | None = None
    evidence: Annotated[str, Text(LONGEST_TOKEN)] | None = None
    words: Annotated[str, Text(300)] | None = None
    help: NewHelp | None = None

    def reported(self, actor: Actor, number: int, references: References, now: datetime) -> Reported:
        """Errors: ReferenceRefused."""
        file = references.attached(self.evidence, actor.subject, now) if self.evidence else None
        return Reported(
            id=self.id or new_id(),
            number=number,
            code=self.code,
            kind=self.kind,
            captured_at=self.captured_at or now,
            people=(actor.subject, self.second_id),
            recorder=actor.subject,
            box=self.box,
            evidence=f"file:{file.id}:{file.sha256}" if file else None,
            words=self.words,
            help=self.help.told() if self.help else None,
        )


class FactTold(Output):
    """What came of a fact. `stub`: the ten characters for the voter's stub, once his ballot is registered."""

    model_config = Output.model_config | example(
        id=FACT_ID,
        accepted=True,
        why=None,
        why_zh=None,
        why_en=None,
        repeated=False,
        registered_at="2026-12-01T04:00:00Z",
        stub="7H3K9Q2MXA",
    )

    id: UUID
    accepted: bool
    why: PaperWhy | None
    why_zh: str | None
    why_en: str | None
    repeated: bool
    registered_at: Instant | None
    stub: str | None


class PacketFact(Input):
    """A fact out of an offline packet. `signature`: Ed25519 of the device, in hex, over canonical JSON of box (0:
    none), captured_at (milliseconds since 1970), code, device, election, evidence, id, kind, number, people (sorted,
    by comma), sequence and words, an empty text where there is none; only where there is some, also help (helper,
    reason, witness). `evidence`: SHA-256 of the photo or signature that the device holds."""

    model_config = Input.model_config | example(
        id=FACT_ID,
        sequence=1,
        number=12,
        code="ABCD2345",
        kind="ISSUED",
        captured_at="2026-12-01T12:00:00+08:00",
        people=[PERSON_ID, HOME_ID],
        box=None,
        evidence=None,
        words=None,
        help=None,
        signature="0a" * 64,
    )

    id: UUID
    sequence: Annotated[Whole, Field(ge=1, le=2**40)]
    number: Number
    code: Code
    """The text of the QR as it was scanned, or the eight printed characters; signed as it is sent."""
    kind: FactKind
    captured_at: Instant
    people: Annotated[list[UUID], Field(min_length=1, max_length=4)]
    box: BoxNumber | None = None
    evidence: Hex64 | None = None
    words: Annotated[str, Text(300)] | None = None
    help: NewHelp | None = None
    signature: Hex128

    def signed(self, device_id: UUID) -> Signed:
        """As it was told; who records is the device's holder, which the action knows."""
        fact = Reported(
            id=self.id,
            number=self.number,
            code=self.code,
            kind=self.kind,
            captured_at=self.captured_at,
            people=tuple(self.people),
            recorder=device_id,
            box=self.box,
            evidence=self.evidence,
            words=self.words,
            help=self.help.told() if self.help else None,
            device_id=device_id,
            sequence=self.sequence,
        )
        return Signed(fact, bytes.fromhex(self.signature))


class NewPacket(Input):
    """What a device gathered offline, in any order; sent again in whole or part it changes nothing twice."""

    model_config = Input.model_config | example(
        device_id=DEVICE_ID,
        facts=[PacketFact.model_config["json_schema_extra"]["examples"][0]],  # type: ignore[index]
    )

    device_id: UUID
    facts: Annotated[list[PacketFact], Field(min_length=1, max_length=MOST_FACTS)]

    def signed(self) -> list[Signed]:
        return [fact.signed(self.device_id) for fact in self.facts]


class Gap(Output):
    """Numbers of the device that never arrived, both included."""

    model_config = Output.model_config | example(first=3, last=4)

    first: Count
    last: Count


class PacketTold(Output):
    """Every fact for itself, in the order sent; and the first hundred gaps in the device's numbers."""

    model_config = Output.model_config | example(
        facts=[FactTold.model_config["json_schema_extra"]["examples"][0]],  # type: ignore[index]
        gaps=[{"first": 3, "last": 4}],
    )

    facts: list[FactTold]
    gaps: list[Gap]


def run_seen(run: PrintRun) -> PrintRunSeen:
    return PrintRunSeen.model_validate(run)


def run_papers(keys: Keys, election_id: UUID, sheets: Sequence[Sheet]) -> RunPapers:
    return RunPapers(items=[_run_paper(keys, election_id, sheet) for sheet in sheets])


def _run_paper(keys: Keys, election_id: UUID, sheet: Sheet) -> RunPaper:
    number, code = sheet.paper.number, code_of(keys, election_id, sheet.paper.number)
    return RunPaper(
        number=number,
        replaces=sheet.paper.replaces,
        home_id=sheet.home.home_id,
        label=sheet.home.label,
        code=code[:SHORT],
        qr=qr_of(election_id, number, code),
    )


def box_seen(box: PaperBox) -> BoxSeen:
    names = ("number", "seal", "opened_at", "seal_found", "witnesses", "counted")
    row = {name: getattr(box, name) for name in names}
    return BoxSeen.model_validate(row | {"seal_intact": intact(box)})


def intact(box: PaperBox) -> bool | None:
    return None if box.opened_at is None else box.seal_found == box.seal


def device_seen(device: Device) -> DeviceSeen:
    return DeviceSeen(
        id=device.id,
        holder_id=device.holder_id,
        public_key=device.public_key.hex(),
        made_at=device.made_at,
        revoked_at=device.revoked_at,
    )


def fact_told(told: Told) -> FactTold:
    zh, en = PAPER_WORDS[told.why] if told.why else (None, None)
    return FactTold(
        id=told.id,
        accepted=told.why is None,
        why=told.why,
        why_zh=zh,
        why_en=en,
        repeated=told.repeated,
        registered_at=told.registered_at,
        stub=told.stub,
    )
