"""Decides what minutes hold, what is signed of them, and what their posted edition leaves out (MEET-5, MEET-10)."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.meeting.rules.attendance import Capacity
from services.meeting.rules.kinds import Kind
from services.meeting.rules.problems import NextStep
from services.meeting.rules.votes import Choice, Method, ResolutionState

ALGORITHM = "SHA-256"


class Signer(StrEnum):
    """MEET-5. Whose three signatures minutes need."""

    CHAIR = "CHAIR"
    RECORDER = "RECORDER"
    WITNESS = "WITNESS"


class Saying(StrEnum):
    """MEET-5. What somebody put before the meeting."""

    GIST = "GIST"  # 发言要点
    COMPLAINT = "COMPLAINT"  # 诉求
    SUGGESTION = "SUGGESTION"  # 建议
    PROPOSAL = "PROPOSAL"  # 方案
    AMENDMENT = "AMENDMENT"  # 修改意见
    DISSENT = "DISSENT"  # 不同意见


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody at the meeting. `is_public`: he agreed to be named in the posted edition."""

    name: str | None
    capacity: Capacity
    is_public: bool


@dataclass(frozen=True, slots=True)
class Attendee:
    """MEET-5. Expected, present or absent; `arrived_at` of the first arrival, None for who never came."""

    person: Named
    is_member: bool
    arrived_at: datetime | None


@dataclass(frozen=True, slots=True)
class QuorumTest:
    """MEET-3. The best instant of the sitting."""

    members: int
    needed: int
    most_present: int
    stood: bool


@dataclass(frozen=True, slots=True)
class AgendaLine:
    position: int
    title: str


@dataclass(frozen=True, slots=True)
class Said:
    item: int | None
    speaker: Named | None
    saying: Saying
    words: str


@dataclass(frozen=True, slots=True)
class ProblemLine:
    position: int
    words: str
    next_step: NextStep | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class CastVote:
    person: Named
    choice: Choice


@dataclass(frozen=True, slots=True)
class TaskLine:
    words: str
    owner: str
    due_on: date


@dataclass(frozen=True, slots=True)
class ResolutionLine:
    """MEET-4: `notice_zh` and `notice_en` say that it binds no owner."""

    item: int
    text: str
    method: Method
    electors: int
    agree: int
    oppose: int
    abstain: int
    outcome: ResolutionState
    votes: tuple[CastVote, ...]
    tasks: tuple[TaskLine, ...]
    notice_zh: str
    notice_en: str


@dataclass(frozen=True, slots=True)
class Attachment:
    file_id: UUID
    sha256: str


@dataclass(frozen=True, slots=True)
class Minutes:
    """MEET-5. The whole record of one sitting; `salt` keeps its digest from being guessed from known parts."""

    number: int
    version: int
    correction: str | None
    compound_code: str
    kind: Kind
    title: str
    place: str
    sitting: int
    noticed_at: datetime | None
    opened_at: datetime | None
    ended_at: datetime | None
    chair: Named | None
    recorder: Named | None
    witness: Named | None
    quorum: QuorumTest | None
    attendees: tuple[Attendee, ...]
    agenda: tuple[AgendaLine, ...]
    said: tuple[Said, ...]
    problems: tuple[ProblemLine, ...]
    resolutions: tuple[ResolutionLine, ...]
    attachments: tuple[Attachment, ...]
    salt: str


def canonical(minutes: Minutes) -> bytes:
    """The one spelling of these minutes: JSON, sorted, no spaces, UTF-8; instants as ISO 8601."""
    return json.dumps(
        asdict(minutes), sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_spelt
    ).encode()


def _spelt(value: object) -> str:
    if isinstance(value, date):  # a datetime is a date
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value).__name__)


def digest(content: bytes) -> str:
    """MEET-10. What signatures and the posted edition name the original by; hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def is_signed(signed: Iterable[Signer]) -> bool:
    """MEET-5. Chair, recorder and witness, all three."""
    return set(signed) >= set(Signer)


@dataclass(frozen=True, slots=True)
class PostedSaying:
    item: int | None
    by: Capacity | None
    name: str | None
    saying: Saying
    words: str


@dataclass(frozen=True, slots=True)
class PostedResolution:
    item: int
    text: str
    method: Method
    electors: int
    agree: int
    oppose: int
    abstain: int
    outcome: ResolutionState
    tasks: tuple[TaskLine, ...]
    notice_zh: str
    notice_en: str


@dataclass(frozen=True, slots=True)
class Headcount:
    """How many came in one capacity."""

    capacity: Capacity
    present: int


@dataclass(frozen=True, slots=True)
class Edition:
    """MEET-10. What is put up on boards: no party membership, gist by capacity, names by consent only."""

    number: int
    version: int
    kind: Kind
    title: str
    place: str
    opened_at: datetime | None
    ended_at: datetime | None
    chair: str | None
    recorder: str | None
    witness: str | None
    quorum: QuorumTest | None
    present: tuple[Headcount, ...]
    agenda: tuple[AgendaLine, ...]
    said: tuple[PostedSaying, ...]
    problems: tuple[ProblemLine, ...]
    resolutions: tuple[PostedResolution, ...]
    original_digest: str
    algorithm: str


# MEET-10, PRI-1. Party membership is nobody's business on a board: it shows as what every neighbour is.
SHOWN_AS = {capacity: capacity for capacity in Capacity} | {Capacity.PARTY_MEMBER: Capacity.RESIDENT}


def edition(minutes: Minutes, original_digest: str) -> Edition:
    """MEET-10. The posted edition of these minutes, with the hash of the signed original."""
    return Edition(
        number=minutes.number,
        version=minutes.version,
        kind=minutes.kind,
        title=minutes.title,
        place=minutes.place,
        opened_at=minutes.opened_at,
        ended_at=minutes.ended_at,
        chair=_shown(minutes.chair),
        recorder=_shown(minutes.recorder),
        witness=_shown(minutes.witness),
        quorum=minutes.quorum,
        present=_headcounts(minutes.attendees),
        agenda=minutes.agenda,
        said=tuple(_posted_saying(one) for one in minutes.said),
        problems=minutes.problems,
        resolutions=tuple(_posted_resolution(one) for one in minutes.resolutions),
        original_digest=original_digest,
        algorithm=ALGORITHM,
    )


def on_the_open_web(posted: Edition) -> Edition:
    """PUB-4. Who agreed to be named is named on boards and to the compound; to everybody else as surname and star."""
    said = tuple(replace(one, name=one.name and masked(one.name)) for one in posted.said)
    chair, recorder, witness = (name and masked(name) for name in (posted.chair, posted.recorder, posted.witness))
    return replace(posted, chair=chair, recorder=recorder, witness=witness, said=said)


def masked(name: str) -> str:
    """PUB-4. Surname and a star."""
    return f"{name[:1]}*"


def _shown(person: Named | None) -> str | None:
    return person.name if person and person.is_public else None


def _headcounts(attendees: Iterable[Attendee]) -> tuple[Headcount, ...]:
    shown = [SHOWN_AS[one.person.capacity] for one in attendees if one.arrived_at]
    return tuple(Headcount(capacity, shown.count(capacity)) for capacity in Capacity if capacity in shown)


def _posted_saying(said: Said) -> PostedSaying:
    by = SHOWN_AS[said.speaker.capacity] if said.speaker else None
    return PostedSaying(said.item, by, _shown(said.speaker), said.saying, said.words)


def _posted_resolution(line: ResolutionLine) -> PostedResolution:
    """Counts only: how each member voted stands in the signed original."""
    return PostedResolution(
        line.item,
        line.text,
        line.method,
        line.electors,
        line.agree,
        line.oppose,
        line.abstain,
        line.outcome,
        line.tasks,
        line.notice_zh,
        line.notice_en,
    )
