"""What no order and no history may break: named invariants of counting, and a slow reference made of fractions."""

from fractions import Fraction
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.election.rules.casting import Capacity, Cast, CastWhy, Wish, refusal, standing
from services.election.rules.committee import Contest, Papers, count_committee
from services.election.rules.decisions import Matter, decided
from services.election.rules.household import Terms, count_household
from services.election.rules.lot import lot_order
from services.election.rules.tally import Choice, Item, Returned, decide, tally
from services.election.rules.weights import Roll, Weights

settings.register_profile("narrow", max_examples=40)
settings.load_profile("narrow")
ROLLS = st.lists(st.integers(1, 60_000), min_size=1, max_size=25).map(
    lambda areas: Roll({str(place): Weights(1, area) for place, area in enumerate(areas)})
)
MATTERS = st.sampled_from([Matter.USE_FUND, Matter.RAISE_FUND])


@st.composite
def votes(draw: st.DrawFn) -> tuple[Roll, list[Returned]]:
    """A roll and one effective ballot of some of its entitlements."""
    roll = draw(ROLLS)
    voters = draw(st.lists(st.sampled_from(sorted(roll.entries)), unique=True))
    return roll, [Returned(key, draw(st.sampled_from(Choice))) for key in voters]


@given(votes(), MATTERS, st.randoms(use_true_random=False))
def test_the_order_of_ballots_never_changes_a_result(
    cast: tuple[Roll, list[Returned]], matter: Matter, chance: object
) -> None:
    """VOTE-3, VOTE-4, BAL-1. Invariant: a result is a function of the set of effective ballots."""
    roll, ballots = cast
    shuffled = list(ballots)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]

    assert decide(Item(matter), roll, shuffled) == decide(Item(matter), roll, ballots)


@given(votes(), MATTERS)
def test_every_verdict_agrees_with_a_slow_reference(cast: tuple[Roll, list[Returned]], matter: Matter) -> None:
    """VOTE-2 to VOTE-4, VOTE-6. The reference divides fractions, ballot by ballot."""
    roll, ballots = cast

    assert decide(Item(matter), roll, ballots).plain.passed is slow_verdict(roll, ballots, matter)


def slow_verdict(roll: Roll, ballots: list[Returned], matter: Matter) -> bool:
    for measure in ("area", "heads"):
        whole = took = agreed = Fraction(0)
        for key, weights in roll.entries.items():
            weight = Fraction(getattr(weights, measure))
            whole += weight
            for ballot in ballots:
                if ballot.entitlement == key:
                    took += weight
                    agreed += weight if ballot.choice is Choice.AGREE else 0
        if took == 0 or took / whole < Fraction(2, 3):
            return False
        share = agreed / took
        if not (share > Fraction(1, 2) if matter is Matter.USE_FUND else share >= Fraction(3, 4)):
            return False
    return True


@given(votes(), MATTERS)
def test_one_more_yes_never_turns_a_passed_decision_into_a_failed_one(
    cast: tuple[Roll, list[Returned]], matter: Matter
) -> None:
    """VOTE-3, VOTE-4. Invariant: agreement is monotonic."""
    roll, ballots = cast
    if not decide(Item(matter), roll, ballots).passed:
        return
    back = {ballot.entitlement for ballot in ballots}
    for key in sorted(set(roll.entries) - back):
        assert decide(Item(matter), roll, [*ballots, Returned(key, Choice.AGREE)]).passed
    for place, ballot in enumerate(ballots):
        turned = [*ballots[:place], Returned(ballot.entitlement, Choice.AGREE), *ballots[place + 1 :]]
        assert decide(Item(matter), roll, turned).passed


@given(votes())
def test_every_weight_of_the_roll_is_in_exactly_one_sum(cast: tuple[Roll, list[Returned]]) -> None:
    """BAL-1, BAL-2. Invariant: agree + oppose + abstain + invalid + silent = roll, by both measures."""
    roll, ballots = cast

    counted = tally(roll, ballots)

    assert counted.returned + counted.silent == roll.total


@given(
    st.lists(st.lists(st.integers(1, 6), max_size=4), max_size=30), st.integers(1, 5), st.randoms(use_true_random=False)
)
def test_the_order_of_household_ballots_changes_no_rank(ballots: list[list[int]], seats: int, chance: object) -> None:
    """BAL-11. Invariants: order-free; every valid mark is counted once; exactly `seats` are seated."""
    terms = Terms(seats, seats, frozenset(range(1, 7)), "seed", "election")
    shuffled = [list(reversed(marks)) for marks in ballots]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]

    counted = count_household(terms, 40, ballots)

    assert count_household(terms, 40, shuffled) == counted
    assert counted.valid + counted.invalid == counted.cast == len(ballots)
    valid = [marks for marks in ballots if 1 <= len(set(marks)) == len(marks) <= seats]
    assert sum(one.marks for one in counted.ranking) == sum(map(len, valid))
    assert sum(one.seated for one in counted.ranking) == seats
    assert [one.marks for one in counted.ranking] == sorted((one.marks for one in counted.ranking), reverse=True)


@given(st.lists(st.integers(1, 50), unique=True), st.text(max_size=8), st.randoms(use_true_random=False))
def test_a_lot_does_not_depend_on_the_order_of_names(numbers: list[int], seed: str, chance: object) -> None:
    """BAL-11, COM-1. Invariant: a lot is a permutation fixed by seed, election and numbers."""
    shuffled = list(numbers)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]

    assert lot_order(seed, "e", shuffled) == lot_order(seed, "e", numbers)
    assert sorted(lot_order(seed, "e", numbers)) == sorted(numbers)


@given(votes(), st.data(), st.randoms(use_true_random=False))
def test_the_order_of_papers_changes_no_committee(
    cast: tuple[Roll, list[Returned]], data: st.DataObject, chance: object
) -> None:
    """COM-1. Invariants: order-free; nobody is elected who failed his own four tests; seats are never exceeded."""
    roll, ballots = cast
    marks = st.frozensets(st.integers(1, 7), max_size=6)
    papers = [Papers(ballot.entitlement, data.draw(marks)) for ballot in ballots]
    shuffled = list(papers)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    contest = Contest(5, frozenset(range(1, 8)), "seed", "election")

    counted = count_committee(contest, roll, papers)

    assert count_committee(contest, roll, shuffled) == counted
    assert len(counted.elected) <= contest.seats
    assert all(one.verdict.passed for one in counted.standings if one.elected)
    assert len(counted.standings) == 7


PEOPLE = [UUID(int=number) for number in range(1, 5)]
WISHES = st.lists(
    st.tuples(st.sampled_from(PEOPLE), st.sampled_from([*Capacity, None]), st.integers(0, 6)), max_size=25
)


@settings(max_examples=100)
@given(WISHES, st.booleans())
def test_no_arrival_loses_a_ballot_or_makes_two_stand(
    wishes: list[tuple[UUID, Capacity | None, int]], revote: bool
) -> None:
    """BAL-11, BAL-12. Invariants over any arrivals: a cast that is taken stands at once; revisions are dense; an
    owner's ballot is never displaced by a resident's; nobody displaces what he has not seen."""
    history: list[Cast] = []
    for caster, capacity, replaces in wishes:
        before = standing(history)
        why = refusal(Wish(caster, capacity, replaces), history, revote)
        if why is not None:
            assert standing(history) == before
            continue
        assert capacity is not None
        assert replaces == len(history)
        history.append(Cast(len(history) + 1, caster, capacity))
        assert standing(history) == history[-1]
        if before is not None and before.capacity is Capacity.OWNER:
            assert (capacity, caster) == (Capacity.OWNER, before.caster)
    assert standing(list(reversed(history))) == standing(history)


def test_of_two_at_once_the_second_is_refused_by_name() -> None:
    """BAL-12. Both saw no ballot; the lock lets one in first."""
    history = [Cast(1, PEOPLE[0], Capacity.OWNER)]

    assert refusal(Wish(PEOPLE[1], Capacity.OWNER, 0), history, revote=True) is CastWhy.HOME_HAS_CAST
    assert refusal(Wish(PEOPLE[0], Capacity.OWNER, 0), history, revote=True) is CastWhy.STALE


@given(ROLLS, MATTERS)
def test_all_agreeing_passes_and_all_opposing_fails(roll: Roll, matter: Matter) -> None:
    """VOTE-3, VOTE-4, VOTE-8."""
    agreed = decide(Item(matter), roll, [Returned(key, Choice.AGREE) for key in roll.entries])
    opposed = decide(Item(matter), roll, [Returned(key, Choice.OPPOSE) for key in roll.entries])

    assert agreed.passed
    assert not opposed.passed
    assert len(decided(matter, roll.total, tally(roll, []).returns()).failed) == 4
    assert roll.total != Weights()
