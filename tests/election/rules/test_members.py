"""PMC-4 at its boundaries: the quorum of all, the quorum of owners, and the half that is not enough."""

import pytest

from services.election.rules.figures import ItemBallot, Question, members_vote
from services.election.rules.members import Members, members_decide
from services.election.rules.tally import Choice

SEVEN = Members(frozenset("abcdefg"), frozenset("abcd"))
EIGHT = Members(frozenset("abcdefgh"), frozenset("abcd"))


def _all(who: str, choice: Choice = Choice.AGREE) -> dict[str, Choice]:
    return dict.fromkeys(who, choice)


@pytest.mark.parametrize(
    ("members", "choices", "failed"),
    [
        (SEVEN, _all("abce"), []),
        (SEVEN, _all("abc"), ["QUORUM_MEMBERS", "APPROVAL_MEMBERS"]),
        (EIGHT, _all("abce"), ["QUORUM_MEMBERS", "APPROVAL_MEMBERS"]),  # half itself is not enough
        (EIGHT, _all("abcef"), []),
        (SEVEN, _all("abefg"), ["QUORUM_OWNERS"]),  # two of four owner-members
        (SEVEN, _all("abce", Choice.OPPOSE), ["APPROVAL_MEMBERS"]),
        (SEVEN, {**_all("abc"), **_all("defg", Choice.ABSTAIN)}, ["APPROVAL_MEMBERS"]),
        (Members(frozenset("abc"), frozenset()), _all("ab"), []),
        (SEVEN, {}, ["QUORUM_MEMBERS", "QUORUM_OWNERS", "APPROVAL_MEMBERS"]),
    ],
)
def test_half_of_the_members_is_not_enough_and_one_more_is(
    members: Members, choices: dict[str, Choice], failed: list[str]
) -> None:
    """PMC-4. Of all members, of the owner-members, and of all again for agreeing."""
    assert [str(test) for test in members_decide(members, choices).failed] == failed


def test_a_stranger_is_no_member() -> None:
    with pytest.raises(KeyError):
        members_decide(SEVEN, _all("z"))


def test_an_owner_member_is_a_member() -> None:
    with pytest.raises(ValueError, match="member"):
        Members(frozenset("a"), frozenset("b"))


def test_a_blank_item_takes_part_and_does_not_agree() -> None:
    """BAL-1."""
    ballots = [ItemBallot(who, {1: Choice.AGREE}) for who in "abcd"] + [ItemBallot("e", {})]

    outcome, figures = members_vote([Question(1)], SEVEN, ballots)

    (item,) = figures["items"]
    assert (str(outcome), item["agree"], item["invalid"], item["tests"][0]["part"]) == ("PASSED", 4, 1, 5)
