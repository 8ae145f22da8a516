"""MEET-5, MEET-10: what is signed, and what its posted edition leaves out."""

import json
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.meeting.rules.attendance import Capacity
from services.meeting.rules.kinds import Kind
from services.meeting.rules.minutes import (
    AgendaLine,
    Attachment,
    Attendee,
    CastVote,
    Headcount,
    Minutes,
    Named,
    QuorumTest,
    ResolutionLine,
    Said,
    Saying,
    Signer,
    TaskLine,
    canonical,
    digest,
    edition,
    is_signed,
    on_the_open_web,
)
from services.meeting.rules.votes import BINDS_NO_OWNER, Choice, Method, ResolutionState
from tests.meeting.rules.cases import NOW

CHAIR = Named("陈主持", Capacity.OFFICE, is_public=True)
PARTY = Named("王党员", Capacity.PARTY_MEMBER, is_public=False)
OPEN_PARTY = Named("李党员", Capacity.PARTY_MEMBER, is_public=True)


def minutes(**changed: Any) -> Minutes:
    """Minutes of a council in which party members spoke and voted."""
    zh, en = BINDS_NO_OWNER
    line = ResolutionLine(
        2,
        "修灯",
        Method.NAMED,
        3,
        2,
        1,
        0,
        ResolutionState.PASSED,
        (CastVote(PARTY, Choice.AGREE), CastVote(OPEN_PARTY, Choice.OPPOSE)),
        (TaskLine("修灯", "网格员", date(2026, 12, 11)),),
        zh,
        en,
    )
    facts: dict[str, Any] = {
        "number": 3,
        "version": 1,
        "correction": None,
        "compound_code": "140109013001001",
        "kind": Kind.COUNCIL,
        "title": "议事会",
        "place": "活动室",
        "sitting": 1,
        "noticed_at": NOW,
        "opened_at": NOW,
        "ended_at": NOW,
        "chair": CHAIR,
        "recorder": PARTY,
        "witness": None,
        "quorum": QuorumTest(4, 3, 3, stood=True),
        "attendees": (Attendee(PARTY, True, NOW), Attendee(OPEN_PARTY, True, NOW), Attendee(CHAIR, False, None)),
        "agenda": (AgendaLine(1, "通报"), AgendaLine(2, "修灯")),
        "said": (Said(2, PARTY, Saying.GIST, "先修三层"), Said(None, None, Saying.DISSENT, "太贵")),
        "problems": (),
        "resolutions": (line,),
        "attachments": (Attachment(UUID(int=9), "0" * 64),),
        "salt": "00" * 32,
    }
    return Minutes(**{**facts, **changed})


def test_the_posted_edition_leaves_out_party_membership_everywhere() -> None:
    """MEET-10, PRI-1."""
    posted = str(edition(minutes(), "0" * 64))

    assert "PARTY_MEMBER" not in posted
    assert edition(minutes(), "0" * 64).present == (Headcount(Capacity.RESIDENT, 2),)


def test_the_posted_edition_names_by_consent_only_and_shows_no_vote() -> None:
    """MEET-10."""
    posted = edition(minutes(), "0" * 64)

    assert (posted.chair, posted.recorder) == ("陈主持", None)
    assert [(said.by, said.name) for said in posted.said] == [(Capacity.RESIDENT, None), (None, None)]
    assert "王党员" not in str(posted)
    assert not hasattr(posted.resolutions[0], "votes")


def test_on_the_open_web_who_agreed_to_be_named_is_masked() -> None:
    """PUB-4."""
    said = (Said(2, OPEN_PARTY, Saying.GIST, "先修三层"),)

    web = on_the_open_web(edition(minutes(said=said), "0" * 64))

    assert (web.chair, web.recorder, web.said[0].name) == ("陈*", None, "李*")
    assert not {"陈主持", "李党员"} & set(str(web).split("'"))


def test_the_posted_edition_carries_the_hash_of_the_original_and_the_sentence() -> None:
    """MEET-4, MEET-10."""
    original = digest(canonical(minutes()))
    posted = edition(minutes(), original)

    assert (posted.original_digest, posted.algorithm) == (original, "SHA-256")
    assert posted.resolutions[0].notice_zh == BINDS_NO_OWNER[0]


def test_every_field_is_under_the_hash() -> None:
    """MEET-5."""
    plain = minutes()
    changed = [
        replace(plain, title="别的"),
        replace(plain, salt="11" * 32),
        replace(plain, attendees=plain.attendees[:1]),
        replace(plain, resolutions=(replace(plain.resolutions[0], agree=3),)),
        replace(plain, said=()),
    ]

    digests = {digest(canonical(one)) for one in [plain, *changed]}

    assert len(digests) == len(changed) + 1


def test_the_canonical_spelling_is_sorted_json_without_spaces() -> None:
    """MEET-5."""
    content = canonical(minutes())

    again = json.dumps(json.loads(content), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert content == again


@pytest.mark.parametrize(
    ("signed", "whole"),
    [
        (set(), False),
        ({Signer.CHAIR, Signer.RECORDER}, False),
        ({Signer.CHAIR, Signer.WITNESS}, False),
        (set(Signer), True),
    ],
)
def test_minutes_are_signed_by_chair_recorder_and_witness(signed: set[Signer], whole: bool) -> None:
    """MEET-5."""
    assert is_signed(signed) is whole
