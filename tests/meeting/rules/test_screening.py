"""MEET-2: the five questions of the test against every outcome."""

from itertools import product

import pytest

from services.meeting.rules.problems import ANSWER_NEEDS, Given, NextStep, missing_of
from services.meeting.rules.reasons import Why
from services.meeting.rules.screening import ASKED, OPEN_TO, Asked, Finding, Outcome, Questions, finding_of, screen

ANSWERS = list(product((True, False), repeat=6))


@pytest.mark.parametrize("answers", ANSWERS)
def test_every_answer_leaves_exactly_the_outcomes_that_the_rule_leaves(answers: tuple[bool, ...]) -> None:
    """MEET-2. Written out a second time: inside, lawful, no private quarrel, not art. 278, no emergency."""
    test = Questions(*answers)
    inside, lawful, private, owners, emergency, prepares = answers
    if emergency:
        wanted = {Outcome.TO_TICKET}
    elif not lawful or private:
        wanted = {Outcome.REJECT}
    elif not inside:
        wanted = {Outcome.REJECT, Outcome.TO_TICKET}
    elif owners:
        wanted = {Outcome.TO_OWNERS_VOTE, Outcome.MERGE} | ({Outcome.ACCEPT} if prepares else set())
    else:
        wanted = {Outcome.ACCEPT, Outcome.MERGE, Outcome.TO_TICKET}

    assert {outcome for outcome in Outcome if screen(test, outcome) is None} == wanted


@pytest.mark.parametrize(
    ("changed", "outcome", "why"),
    [
        ({"emergency": True}, Outcome.ACCEPT, Why.EMERGENCY_IS_A_TICKET),
        ({"lawful": False}, Outcome.ACCEPT, Why.UNLAWFUL),
        ({"private_quarrel": True}, Outcome.ACCEPT, Why.PRIVATE_QUARREL),
        ({"inside_compound": False}, Outcome.ACCEPT, Why.OUTSIDE_THE_COMPOUND),
        ({"owners_matter": True}, Outcome.ACCEPT, Why.RESERVED_TO_OWNERS),
        ({}, Outcome.REJECT, Why.PASSES_THE_TEST),
        ({}, Outcome.TO_OWNERS_VOTE, Why.NOT_OWNERS_MATTER),
    ],
)
def test_a_refused_outcome_says_which_question_decides(changed: dict[str, bool], outcome: Outcome, why: Why) -> None:
    """MEET-2."""
    sound = {
        "inside_compound": True,
        "lawful": True,
        "private_quarrel": False,
        "owners_matter": False,
        "emergency": False,
    }

    assert screen(Questions(**{**sound, **changed}), outcome) is why


def test_a_council_may_prepare_the_owners_vote_but_not_hold_it() -> None:
    """MEET-2, MEET-4."""
    matter = Questions(True, True, False, True, False, prepares_vote=False)
    preparation = Questions(True, True, False, True, False, prepares_vote=True)

    assert screen(matter, Outcome.ACCEPT) is Why.RESERVED_TO_OWNERS
    assert screen(preparation, Outcome.ACCEPT) is None


def test_every_finding_and_outcome_has_its_row() -> None:
    assert set(OPEN_TO) == set(Finding)
    assert {finding_of(Questions(*answers)) for answers in ANSWERS} == set(Finding)
    assert set(ASKED) == set(Outcome)


def test_who_is_turned_away_is_told_why_and_where_to_go() -> None:
    """MEET-1."""
    assert ASKED[Outcome.REJECT] == {Asked.REASON, Asked.WHERE_TO_GO}
    assert all(Asked.REASON in ASKED[one] for one in (Outcome.TO_TICKET, Outcome.TO_OWNERS_VOTE))


@pytest.mark.parametrize("step", NextStep)
def test_every_next_step_needs_its_reason(step: NextStep) -> None:
    """MEET-9. Nothing is an answer too, with its why."""
    assert Given.REASON in missing_of(step, frozenset())
    assert missing_of(step, ANSWER_NEEDS[step]) == frozenset()
    assert set(ANSWER_NEEDS) == set(NextStep)
