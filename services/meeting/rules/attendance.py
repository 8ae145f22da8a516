"""Decides who is present at an instant, and whether quorum stands then (MEET-3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.meeting.rules.parameters import Share


class Passage(StrEnum):
    """Through the door, one way or the other."""

    ARRIVED = "ARRIVED"
    LEFT = "LEFT"


class Capacity(StrEnum):
    """MEET-5. In which capacity somebody takes part."""

    PARTY_MEMBER = "PARTY_MEMBER"  # 党员
    GRID_WORKER = "GRID_WORKER"  # 网格员
    RESIDENTS_DELEGATE = "RESIDENTS_DELEGATE"  # 居民代表
    OWNER = "OWNER"  # 业主
    PROPERTY_UNIT = "PROPERTY_UNIT"  # 产权单位
    POLICE = "POLICE"  # 民警
    OFFICE = "OFFICE"  # 社区、街道
    RESIDENT = "RESIDENT"  # 居民


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the attendance: who, which way, when. Lines stand in the order in which they were written."""

    who: UUID
    passage: Passage
    at: datetime


def present_at(entries: Iterable[Entry], instant: datetime) -> frozenset[UUID]:
    """MEET-3. Who is in the room: whose last line up to the instant is an arrival."""
    last = {entry.who: entry.passage for entry in entries if entry.at <= instant}
    return frozenset(who for who, passage in last.items() if passage is Passage.ARRIVED)


@dataclass(frozen=True, slots=True)
class Quorum:
    """MEET-3. The test at one instant, with the figures it used. `needed` is the smallest number that suffices."""

    present: int
    members: int
    needed: int
    stands: bool


def quorum_at(entries: Iterable[Entry], members: frozenset[UUID], share: Share, instant: datetime) -> Quorum:
    """MEET-3. Only members count, each once, whoever else is in the room."""
    present = len(present_at(entries, instant) & members)
    return Quorum(present, len(members), needed(len(members), share), share.is_met(present, len(members)))


def needed(members: int, share: Share) -> int:
    """The smallest number of members present with which quorum stands; one more than all when none does."""
    return next((some for some in range(1, members + 1) if share.is_met(some, members)), members + 1)


def stood_ever(entries: Sequence[Entry], members: frozenset[UUID], share: Share) -> bool:
    """MEET-3. Whether quorum stood at any instant: it can change only at a line of the attendance."""
    inside: set[UUID] = set()
    for entry in entries:
        if entry.passage is Passage.ARRIVED:
            inside.add(entry.who)
        else:
            inside.discard(entry.who)
        if share.is_met(len(inside & members), len(members)):
            return True
    return False
