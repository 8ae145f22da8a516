"""How a count is shown: figures as kept, names opened, area in m²."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.elections.nominees import names_of
from services.election.elections.queries import rules_of
from services.election.results.schemas import (
    CandidateSeen,
    HouseholdResultSeen,
    ItemResultSeen,
    RankedSeen,
    ResultSeen,
    TestSeen,
    VerdictSeen,
    WeightSeen,
)
from services.election.rules.lot import drawn
from services.election.rules.parameters import Kind, Preset
from services.election.rules.record import public_figures
from services.election.rules.states import State, post_by
from services.election.rules.thresholds import Measure
from services.election.tables import Election, Item, Result
from shared.sealing import Keys
from shared.wire import area_text

SIDES = ("agree", "oppose", "abstain", "invalid", "silent", "not_agree", "not_taking_part")


@dataclass(frozen=True, slots=True)
class Called:
    """What numbers on the ballot are called: names of people, titles of items."""

    names: Mapping[int, str]
    titles: Mapping[int, str]


async def called(db: AsyncSession, keys: Keys, election: Election) -> Called:
    names = {one.number: one.name for one in await names_of(db, keys, election.id)}
    found = await db.execute(select(Item.number, Item.title).where(Item.election_id == election.id))
    return Called(names, {row.number: row.title for row in found})


def result_seen(election: Election, found: Result, names: Called) -> ResultSeen:
    """VOTE-8."""
    kept = public_figures(Preset(election.preset), {"rules": election.rules}, found.figures)
    return ResultSeen(
        election_id=election.id,
        number=found.number,
        kind=Kind(election.kind),
        preset=Preset(election.preset),
        outcome=found.outcome,
        advisory=election.kind == Kind.HOUSEHOLD,
        provisional=election.state != State.FINAL,
        seats=election.seats,
        seed=election.seed,
        roll=_weight(kept["roll"]) if "roll" in kept else None,
        household=_household(election, kept, names) if "households" in kept else None,
        items=[_item(row, names) for row in kept["items"]] if "items" in kept else None,
        candidates=_candidates(kept, names) if "candidates" in kept else None,
        reason=found.reason,
        digest=found.digest.hex(),
        log_index=found.log_index,
        counted_at=found.counted_at,
        post_by=post_by(found.counted_at, rules_of(election)),
        posted_until=election.posted_until,
    )


def _household(election: Election, kept: Mapping[str, Any], names: Called) -> HouseholdResultSeen:
    share, households, returned = rules_of(election).turnout, kept["households"], kept["returned"]
    return HouseholdResultSeen(
        households=households,
        cast=returned,
        valid=kept["valid"],
        invalid=kept["invalid"],
        turnout_inequality=f"{share.below}*{returned} >= {share.above}*{households}",
        turnout_reached=share.holds(returned, households),
        ranking=[_ranked(election, row, names) for row in kept["ranking"]],
    )


def _ranked(election: Election, row: Mapping[str, Any], names: Called) -> RankedSeen:
    number = int(row["number"])
    ticket = drawn(election.seed, str(election.id), number) if row["by_lot"] else None
    return RankedSeen.model_validate({**row, "name": names.names[number], "ticket": ticket})


def _item(row: Mapping[str, Any], names: Called) -> ItemResultSeen:
    sums = {name: _weight(row[name]) if name in row else None for name in SIDES}
    silence = row.get("with_silence")
    shown = {
        "title": names.titles.get(row["number"], ""),
        "silent_rule": row.get("silent_rule", "NONE"),
        "with_silence": VerdictSeen(**_verdict(silence)) if silence else None,
    }
    plain = {name: row[name] for name in ("number", "matter", "majority", "stands")}
    return ItemResultSeen.model_validate({**plain, **shown, **sums, **_verdict(row)})


def _candidates(kept: Mapping[str, Any], names: Called) -> list[CandidateSeen]:
    reserve = {number: place for place, number in enumerate(kept["reserve"], start=1)}
    return [
        CandidateSeen(
            number=row["number"],
            name=names.names[row["number"]],
            heads=row.get("heads"),
            area=row.get("area"),
            fewer=row.get("fewer"),
            rank=row["rank"],
            elected=row["elected"],
            by_lot=row["by_lot"],
            reserve=reserve.get(row["number"]),
            **_verdict(row),
        )
        for row in kept["candidates"]
    ]


def _verdict(row: Mapping[str, Any]) -> dict[str, Any]:
    tests = [_test(test) for test in row.get("tests", ())]
    return {"passed": row["passed"], "failed": row.get("failed", []), "tests": tests}


def _test(row: Mapping[str, Any]) -> TestSeen:
    printed = area_text if row["measure"] == Measure.AREA else str
    return TestSeen.model_validate({**row, **{name: printed(row[name]) for name in ("part", "whole", "least")}})


def _weight(row: Mapping[str, int] | int) -> WeightSeen:
    """Of a members' vote only the heads are counted."""
    if isinstance(row, int):
        return WeightSeen(heads=row, area=0)
    return WeightSeen(heads=row["heads"], area=row["area"])
