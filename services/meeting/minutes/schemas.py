"""Wire shapes of minutes: the rules' own dataclasses carry the text."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.meeting.minutes.actions import Laying
from services.meeting.rules.minutes import ALGORITHM, Edition, Minutes, Signer
from services.meeting.rules.votes import BINDS_NO_OWNER
from services.meeting.wire import CODE, DIGEST, MEETING_ID, Words
from shared.wire import Input, Instant, Output, Text, example

_CHAIR = {"name": "王建国", "capacity": "OFFICE", "is_public": True}
_LINE = {
    "item": 1,
    "text": "两周内修好三号楼二单元楼道灯。",
    "method": "NAMED",
    "electors": 14,
    "agree": 12,
    "oppose": 1,
    "abstain": 1,
    "outcome": "PASSED",
    "tasks": [{"words": "修好楼道灯", "owner": "社区网格员", "due_on": "2026-03-28"}],
    "notice_zh": BINDS_NO_OWNER[0],
    "notice_en": BINDS_NO_OWNER[1],
}
_QUORUM = {"members": 21, "needed": 14, "most_present": 14, "stood": True}
_MINUTES = {
    "number": 3,
    "version": 1,
    "correction": None,
    "compound_code": CODE,
    "kind": "COUNCIL",
    "title": "三月议事会",
    "place": "社区活动室",
    "sitting": 1,
    "noticed_at": "2026-03-09T02:00:00Z",
    "opened_at": "2026-03-14T11:00:00Z",
    "ended_at": "2026-03-14T12:30:00Z",
    "chair": _CHAIR,
    "recorder": _CHAIR,
    "witness": _CHAIR,
    "quorum": _QUORUM,
    "attendees": [{"person": _CHAIR, "is_member": True, "arrived_at": "2026-03-14T10:50:00Z"}],
    "agenda": [{"position": 1, "title": "修好三号楼楼道灯"}],
    "said": [{"item": 1, "speaker": _CHAIR, "saying": "GIST", "words": "先修最暗的一层。"}],
    "problems": [],
    "resolutions": [_LINE | {"votes": [{"person": _CHAIR, "choice": "AGREE"}]}],
    "attachments": [],
    "salt": "00" * 32,
}
_EDITION = {
    "number": 3,
    "version": 1,
    "kind": "COUNCIL",
    "title": "三月议事会",
    "place": "社区活动室",
    "opened_at": "2026-03-14T11:00:00Z",
    "ended_at": "2026-03-14T12:30:00Z",
    "chair": "王建国",
    "recorder": None,
    "witness": None,
    "quorum": _QUORUM,
    "present": [{"capacity": "RESIDENT", "present": 14}],
    "agenda": [{"position": 1, "title": "修好三号楼楼道灯"}],
    "said": [{"item": 1, "by": "OFFICE", "name": None, "saying": "GIST", "words": "先修最暗的一层。"}],
    "problems": [],
    "resolutions": [_LINE],
    "original_digest": DIGEST,
    "algorithm": ALGORITHM,
}
Digest = Annotated[str, Text(64, 64), Field(pattern=r"^[0-9a-f]{64}$")]


class NewMinutes(Input):
    """Lay what the draft says. `correction` says why a further version is needed."""

    model_config = Input.model_config | example(correction=None, attachments=[])

    correction: Words | None = None
    attachments: Annotated[list[Annotated[str, Text(2000)]], Field(max_length=20)] = []

    def laying(self) -> Laying:
        return Laying(self.correction, tuple(self.attachments))


class NewSignature(Input):
    """The digest of the text one has read: a signature stands under exactly that text."""

    model_config = Input.model_config | example(digest=DIGEST)

    digest: Digest


class NewPosting(Input):
    """Where the edition is put up: boards, doors, the app."""

    model_config = Input.model_config | example(places=["小区公告栏", "3号楼2单元门口", "小程序"])

    places: Annotated[list[Annotated[str, Text(80)]], Field(min_length=1, max_length=50)]


class DraftSeen(Output):
    """MEET-5. The minutes as the records give them now; its ETag is what laying them asks for."""

    model_config = Output.model_config | example(minutes=_MINUTES)

    minutes: Minutes


class SignatureSeen(Output):
    """Who signed, as what, when."""

    model_config = Output.model_config | example(signer="CHAIR", at="2026-03-15T02:00:00Z")

    signer: Signer
    at: Instant


_VERSION = {
    "version": 1,
    "digest": DIGEST,
    "algorithm": ALGORITHM,
    "correction": None,
    "laid_at": "2026-03-15T01:00:00Z",
    "signatures": [{"signer": "CHAIR", "at": "2026-03-15T02:00:00Z"}],
    "is_signed": False,
    "is_posted": False,
}


class MinutesListed(Output):
    """One version of the minutes and how far it has come."""

    model_config = Output.model_config | example(**_VERSION)

    version: int
    digest: str
    algorithm: str
    correction: str | None
    laid_at: Instant
    signatures: list[SignatureSeen]
    is_signed: bool
    is_posted: bool


class MinutesList(Output):
    """Every version, oldest first; the last one stands."""

    model_config = Output.model_config | example(items=[_VERSION])

    items: list[MinutesListed]


class MinutesSeen(MinutesListed):
    """MEET-5. A version with its text. `digest` is the SHA-256 of the canonical JSON of `minutes`."""

    model_config = Output.model_config | example(**_VERSION, minutes=_MINUTES)

    minutes: Minutes


class PostingSeen(Output):
    """MEET-10. What is posted: no party membership, names by consent only, the hash of the signed original."""

    model_config = Output.model_config | example(
        meeting_id=MEETING_ID, edition=_EDITION, places=["小区公告栏"], posted_at="2026-03-15T03:00:00Z"
    )

    meeting_id: UUID
    edition: Edition
    places: list[str]
    posted_at: Instant
