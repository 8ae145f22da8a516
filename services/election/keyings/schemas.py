"""Boxes as they are opened, scans, and readings as they are typed; a reading is never shown again."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from services.election.elections.schemas import HOME_ID
from services.election.keyings.actions import Keyed, Opened, Read
from services.election.papers.schemas import PERSON_ID, Number
from services.election.rules.keying import KeyWhy
from services.election.rules.paper_wording import PAPER_WORDS
from services.election.rules.tally import Choice
from services.election.tables import PaperScan
from shared.files import LONGEST_TOKEN
from shared.wire import Count, Flag, Input, Output, Text, Whole, example, fault

MOST_READINGS = 1_000
MOST_MARKS = 200
MOST_ITEMS = 50


class OpenBox(Input):
    """How a box was found, before whom, and how many papers lay in it."""

    model_config = Input.model_config | example(
        seal_found="A 004711",
        witnesses=[PERSON_ID, HOME_ID],
        counted=20,
    )

    seal_found: Annotated[str, Text(40)]
    witnesses: Annotated[list[UUID], Field(min_length=2, max_length=20)]
    counted: Annotated[Whole, Field(ge=0, le=1_000_000)]

    @model_validator(mode="after")
    def _witnesses_differ(self) -> Self:
        if len(set(self.witnesses)) < len(self.witnesses):
            raise fault("witnesses", "value_error", "见证人须各不相同", "must be different persons")
        return self

    def opened(self) -> Opened:
        return Opened(
            self.seal_found,
            tuple(self.witnesses),
            self.counted,
        )


class NewScan(Input):
    """The reference of the uploaded picture of one returned paper."""

    model_config = Input.model_config | example(file="f1.WyJhdHRhY2giXQ.c2lnbmF0dXJl")

    file: Annotated[str, Text(LONGEST_TOKEN)]


class ScanSeen(Output):
    """The newest picture of a paper; `link` opens it for ten minutes."""

    model_config = Output.model_config | example(
        number=12, take=1, sha256="9f" * 32, link="/v1/files/0197a3f2-7c1e-7d53-9a58-1f1f6f1a0005/content?token=f1.x.y"
    )

    number: Count
    take: Count
    sha256: str
    link: str


class KeyingQueue(Output):
    """What I may key now; of each paper its number and its picture."""

    model_config = Output.model_config | example(items=[ScanSeen.model_config["json_schema_extra"]["examples"][0]])  # type: ignore[index]

    items: list[ScanSeen]


class ItemRead(Input):
    """BAL-1. What one item of a paper says; blank or double-marked is INVALID."""

    model_config = Input.model_config | example(item=1, choice="AGREE")

    item: Annotated[Whole, Field(ge=1, le=MOST_ITEMS)]
    choice: Choice


class NewReading(Input):
    """One paper as I read it from its picture: the numbers marked (none: blank or spoilt), or a choice for every item.
    `confirmed`: asked for when a third reading is like neither of the two."""

    model_config = Input.model_config | example(number=12, marks=[1, 3], items=None, confirmed=False)

    number: Number
    marks: Annotated[list[Annotated[Whole, Field(ge=1, le=MOST_MARKS)]], Field(max_length=MOST_MARKS)] | None = None
    items: Annotated[list[ItemRead], Field(min_length=1, max_length=MOST_ITEMS)] | None = None
    confirmed: Flag = False

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.marks is None) == (self.items is None):
            raise fault("marks", "value_error", "marks 与 items 须填且只填一项", "give either marks or items")
        if self.items is not None and len({one.item for one in self.items}) < len(self.items):
            raise fault("items", "value_error", "同一事项录入了两次", "an item is read twice")
        return self

    def keyed(self) -> Keyed:
        items = None if self.items is None else {one.item: one.choice for one in self.items}
        return Keyed(self.number, None if self.marks is None else tuple(self.marks), items, self.confirmed)


class NewReadings(Input):
    """What one person read, paper by paper."""

    model_config = Input.model_config | example(
        readings=[NewReading.model_config["json_schema_extra"]["examples"][0]]  # type: ignore[index]
    )

    readings: Annotated[list[NewReading], Field(min_length=1, max_length=MOST_READINGS)]

    def keyed(self) -> list[Keyed]:
        return [reading.keyed() for reading in self.readings]


class ReadingTold(Output):
    """What came of a reading. `settled`: two are alike, or a third has settled it."""

    model_config = Output.model_config | example(
        number=12, taken=True, why=None, why_zh=None, why_en=None, settled=False
    )

    number: Count
    taken: bool
    why: KeyWhy | None
    why_zh: str | None
    why_en: str | None
    settled: bool


class ReadingsTold(Output):
    model_config = Output.model_config | example(items=[ReadingTold.model_config["json_schema_extra"]["examples"][0]])  # type: ignore[index]

    items: list[ReadingTold]


def scan_seen(scan: PaperScan, link: str) -> ScanSeen:
    return ScanSeen(number=scan.number, take=scan.take, sha256=scan.sha256, link=link)


def told(read: Read) -> ReadingTold:
    zh, en = PAPER_WORDS[read.why] if read.why else (None, None)
    return ReadingTold(
        number=read.number, taken=read.why is None, why=read.why, why_zh=zh, why_en=en, settled=read.settled
    )
