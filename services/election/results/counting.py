"""Counts an election by its kind: loads what stands, hands it to the pure rules, and answers the figures."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.elections.items import OWNER_MEMBER, questions_of
from services.election.elections.queries import rules_of, terms_of
from services.election.results.opened import Opened, delivered_to, opened_ballots
from services.election.rolls.effective import effective_roll
from services.election.rules import figures
from services.election.rules.committee import Contest, Papers
from services.election.rules.figures import ItemBallot, Plain, Question
from services.election.rules.household import count_household
from services.election.rules.members import Members
from services.election.rules.parameters import Preset
from services.election.rules.tally import Choice, Silence
from services.election.tables import Election, Nominee
from shared.sealing import Keys

Counter = Callable[[AsyncSession, Election, Sequence[Opened]], Awaitable[tuple[str, Plain]]]


async def counted(db: AsyncSession, keys: Keys, election: Election) -> tuple[str, Plain]:
    """Outcome and figures of a closed election. They are a function of roll, rules and effective ballots alone."""
    return await COUNTERS[Preset(election.preset)](db, election, await opened_ballots(db, keys, election))


async def _household(db: AsyncSession, election: Election, ballots: Sequence[Opened]) -> tuple[str, Plain]:
    """BAL-11."""
    terms = terms_of(election, await numbers_of(db, election))
    found = count_household(terms, election.entries, [_marks(ballot) for ballot in ballots])
    return str(found.outcome), figures.household(found)


async def _decision(db: AsyncSession, election: Election, ballots: Sequence[Opened]) -> tuple[str, Plain]:
    """VOTE-2 to VOTE-4, BAL-2."""
    rules = rules_of(election)
    adopted = election.silence_adopted is not None
    silence = Silence(rules.silent_rule, adopted, election.founding_pmc, await delivered_to(db, election))
    terms = figures.Terms(rules.invalid_participates, silence)
    questions, roll = await _questions(db, election), await effective_roll(db, election)
    outcome, found = figures.owners_decision(questions, roll.roll, _item_ballots(ballots), terms)
    return str(outcome), found


async def _unanimous(db: AsyncSession, election: Election, ballots: Sequence[Opened]) -> tuple[str, Plain]:
    """VOTE-5."""
    questions, roll = await _questions(db, election), await effective_roll(db, election)
    outcome, found = figures.unanimous(questions, roll.roll, _item_ballots(ballots))
    return str(outcome), found


async def _candidates(db: AsyncSession, election: Election, ballots: Sequence[Opened]) -> tuple[str, Plain]:
    """COM-1."""
    counts = rules_of(election).invalid_participates
    contest = Contest(election.seats, await numbers_of(db, election), election.seed, str(election.id), counts)
    papers = [Papers(ballot.entry, _valid_marks(ballot)) for ballot in ballots]
    outcome, found = figures.candidates(contest, (await effective_roll(db, election)).roll, papers)
    return str(outcome), found


def _valid_marks(ballot: Opened) -> frozenset[int]:
    """VOTE-1. A ballot that is suspended or without its letter took part and marks nobody."""
    return frozenset() if ballot.is_suspended else frozenset(_marks(ballot))


def _marks(ballot: Opened) -> tuple[int, ...]:
    assert ballot.choice.marks is not None, "a ballot of names"
    return ballot.choice.marks


async def _members(db: AsyncSession, election: Election, ballots: Sequence[Opened]) -> tuple[str, Plain]:
    """PMC-4."""
    entries = (await effective_roll(db, election)).entries
    owners = frozenset(str(entry) for entry, row in entries.items() if row.basis == OWNER_MEMBER)
    members = Members(frozenset(map(str, entries)), owners)
    outcome, found = figures.members_vote(await _questions(db, election), members, _item_ballots(ballots))
    return str(outcome), found


COUNTERS: Mapping[Preset, Counter] = {
    Preset.HOUSEHOLD_BALLOT: _household,
    Preset.ORDINARY: _decision,
    Preset.SPECIAL: _decision,
    Preset.UNANIMOUS: _unanimous,
    Preset.CANDIDATES: _candidates,
    Preset.MEMBERS_VOTE: _members,
}


def _item_ballots(ballots: Sequence[Opened]) -> list[ItemBallot]:
    return [ItemBallot(ballot.entry, _choices(ballot), ballot.objected, ballot.without_letter) for ballot in ballots]


def _choices(ballot: Opened) -> Mapping[int, Choice]:
    assert ballot.choice.items is not None, "a ballot of items"
    return {number: Choice(choice) for number, choice in ballot.choice.items.items()}


async def _questions(db: AsyncSession, election: Election) -> list[Question]:
    return [Question(one.number, one.matter) for one in await questions_of(db, election.id)]


async def numbers_of(db: AsyncSession, election: Election) -> frozenset[int]:
    """The numbers on the ballot."""
    found = await db.execute(select(Nominee.number).where(Nominee.election_id == election.id))
    return frozenset(found.scalars())
