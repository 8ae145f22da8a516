"""Who casts as what, which channel was first, what a void ends, and what an objection suspends."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.election.rules.cast_wording import CAST_WORDS, DISPUTE_WORDS, EXTENSION_WORDS, PROXY_WORDS
from services.election.rules.casting import (
    RETURN,
    Capacity,
    Cast,
    CastWhy,
    Claim,
    Warrant,
    Wish,
    claimed,
    online_refusal,
    refusal,
    standing,
)
from services.election.rules.choices import Chosen, Sheet, choice_said, fits
from services.election.rules.commitments import canonical
from services.election.rules.disputing import DisputeWhy, objection_refusal, revocation_refusal
from services.election.rules.extending import ExtensionWhy, Window
from services.election.rules.extending import refusal as extension_refusal
from services.election.rules.household import Terms, Voters
from services.election.rules.parameters import Kind, Online
from services.election.rules.proxies import Authority, Giver, ProxyWhy
from services.election.rules.proxies import refusal as proxy_refusal
from services.election.rules.states import State

NOW = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
ANN, BOB, EVE = (UUID(int=number) for number in (1, 2, 3))
OWNER, RESIDENT, PROXY, PAPER, MEMBER = (
    Capacity.OWNER,
    Capacity.RESIDENT,
    Capacity.PROXY,
    Capacity.PAPER,
    Capacity.MEMBER,
)
BOTH = frozenset({ANN, BOB})


@pytest.mark.parametrize(
    ("kind", "claim", "capacity"),
    [
        (Kind.OWNERS_DECISION, Claim(ANN, BOTH), OWNER),
        (Kind.OWNERS_DECISION, Claim(BOB, BOTH), OWNER),
        (Kind.UNANIMOUS, Claim(BOB, BOTH), OWNER),
        (Kind.OWNERS_DECISION, Claim(EVE, BOTH, owns_all=True, bound=True), OWNER),
        (Kind.OWNERS_DECISION, Claim(EVE, BOTH, bound=True), CastWhy.NOT_ENTITLED),
        (Kind.OWNERS_DECISION, Claim(EVE, BOTH, owns_all=True), CastWhy.NOT_ENTITLED),
        (Kind.HOUSEHOLD, Claim(EVE, BOTH, bound=True), RESIDENT),
        (Kind.OWNERS_DECISION, Claim(EVE, BOTH, agent=True), PROXY),
        (Kind.OWNERS_DECISION, Claim(EVE, BOTH, agent=True, barred=True), CastWhy.BARRED_ROLE),
        (Kind.OWNERS_DECISION, Claim(ANN, BOTH, barred=True), OWNER),
        (Kind.MEMBERS, Claim(ANN, frozenset({ANN})), MEMBER),
        (Kind.MEMBERS, Claim(EVE, frozenset({ANN}), owns_all=True, bound=True), CastWhy.NOT_ENTITLED),
    ],
)
def test_as_what_somebody_casts(kind: Kind, claim: Claim, capacity: Capacity | CastWhy) -> None:
    """BAL-3, BAL-4, BAL-11, VOTE-1, PMC-4."""
    assert claimed(kind, claim, Voters.ADULT_RESIDENT) == capacity


@pytest.mark.parametrize(
    ("online", "age", "why"),
    [
        (Online.OWN, timedelta(0), None),
        (Online.OWN, timedelta(minutes=5), None),
        (Online.OWN, timedelta(minutes=5, microseconds=1), CastWhy.STEP_UP_NEEDED),
        (Online.OWN, None, CastWhy.STEP_UP_NEEDED),
        (Online.OFF, timedelta(0), CastWhy.ONLINE_OFF),
        (Online.OFFICIAL_ONLY, timedelta(0), CastWhy.OFFICIAL_ONLY),
    ],
)
def test_an_owners_ballot_is_signed_by_a_factor_of_the_last_five_minutes(
    online: Online, age: timedelta | None, why: CastWhy | None
) -> None:
    """BAL-5."""
    stepped_at = None if age is None else NOW - age

    assert online_refusal(Kind.OWNERS_DECISION, online, stepped_at, NOW) is why
    assert online_refusal(Kind.HOUSEHOLD, online, None, NOW) is None


@pytest.mark.parametrize(
    ("history", "wish", "why"),
    [
        ([Cast(1, None, PAPER)], Wish(ANN, OWNER, 0), CastWhy.PAPER_RETURNED),
        ([Cast(1, None, PAPER)], Wish(ANN, OWNER, 1), CastWhy.PAPER_RETURNED),
        ([Cast(1, None, PAPER)], RETURN, CastWhy.PAPER_RETURNED),
        ([Cast(1, ANN, OWNER)], RETURN, CastWhy.CAST_ONLINE),
        ([Cast(1, ANN, RESIDENT)], RETURN, CastWhy.CAST_ONLINE),
        ([Cast(1, EVE, PROXY)], RETURN, CastWhy.CAST_ONLINE),
        ([Cast(1, EVE, PROXY)], Wish(ANN, OWNER, 1), CastWhy.HOME_HAS_CAST),
        ([Cast(1, ANN, OWNER)], Wish(EVE, PROXY, 1), CastWhy.HOME_HAS_CAST),
        ([Cast(1, EVE, PROXY)], Wish(EVE, PROXY, 1), None),
        ([Cast(1, ANN, OWNER)], Wish(ANN, OWNER, 1), None),
        ([Cast(1, ANN, OWNER, voided=True)], RETURN, None),
        ([Cast(1, ANN, OWNER, voided=True)], Wish(BOB, OWNER, 0), None),
        ([Cast(1, ANN, OWNER, voided=True)], Wish(ANN, OWNER, 1), CastWhy.STALE),
        ([], RETURN, None),
    ],
)
def test_the_first_channel_stands_and_only_a_void_makes_room(
    history: list[Cast], wish: Wish, why: CastWhy | None
) -> None:
    """BAL-12."""
    assert refusal(wish, history, revote=True) is why


def test_a_void_ends_everything_up_to_it() -> None:
    """BAL-12: what had been replaced does not come back."""
    replaced = [Cast(1, ANN, RESIDENT), Cast(2, BOB, OWNER, voided=True)]
    again = Cast(3, EVE, RESIDENT)

    assert standing(replaced) is None
    assert standing([again, *replaced]) == again


def test_an_objection_or_a_missing_letter_suspends_what_stands() -> None:
    """VOTE-1: it stands, took part, and is INVALID."""
    objected = Cast(1, ANN, OWNER, objected=True)
    letterless = Cast(1, EVE, PROXY, without_letter=True)

    assert standing([objected]) == objected
    assert (objected.is_suspended, letterless.is_suspended) == (True, True)
    assert not Cast(1, ANN, OWNER).is_suspended


@pytest.mark.parametrize(
    ("kind", "history", "why"),
    [
        (Kind.OWNERS_DECISION, [Cast(1, BOB, OWNER)], None),
        (Kind.UNANIMOUS, [Cast(1, None, PAPER)], None),
        (Kind.OWNERS_DECISION, [Cast(1, EVE, PROXY)], None),
        (Kind.OWNERS_DECISION, [Cast(1, ANN, OWNER)], DisputeWhy.OWN_BALLOT),
        (Kind.OWNERS_DECISION, [], DisputeWhy.NO_BALLOT),
        (Kind.OWNERS_DECISION, [Cast(1, BOB, OWNER, voided=True)], DisputeWhy.NO_BALLOT),
        (Kind.HOUSEHOLD, [Cast(1, BOB, OWNER)], DisputeWhy.NOT_HERE),
        (Kind.MEMBERS, [Cast(1, BOB, MEMBER)], DisputeWhy.NOT_HERE),
    ],
)
def test_a_co_owner_objects_to_the_ballot_of_another(kind: Kind, history: list[Cast], why: DisputeWhy | None) -> None:
    """VOTE-1. Ann objects."""
    assert objection_refusal(kind, ANN, history) is why


def test_only_what_was_cast_online_is_revoked_in_person() -> None:
    """BAL-12."""
    assert revocation_refusal([Cast(1, ANN, OWNER)]) is None
    assert revocation_refusal([Cast(1, None, PAPER)]) is DisputeWhy.PAPER_RETURNED
    assert revocation_refusal([Cast(1, ANN, OWNER, voided=True)]) is DisputeWhy.NO_BALLOT


HOLDER = {"basis": "REGISTERED", "warrant": Warrant.PROXY, "agent": EVE, "owners": BOTH}


@pytest.mark.parametrize(
    ("kind", "changed", "why"),
    [
        (Kind.OWNERS_DECISION, {}, None),
        (Kind.UNANIMOUS, {}, None),
        (Kind.OWNERS_DECISION, {"principals": 2}, None),
        (Kind.OWNERS_DECISION, {"principals": 3}, ProxyWhy.TOO_MANY),
        (Kind.OWNERS_DECISION, {"giver": Giver.DESK}, ProxyWhy.PAPER_NEEDED),
        (Kind.OWNERS_DECISION, {"giver": Giver.DESK, "has_paper": True}, None),
        (Kind.OWNERS_DECISION, {"warrant": Warrant.GUARDIAN}, ProxyWhy.DESK_ONLY),
        (Kind.OWNERS_DECISION, {"warrant": Warrant.GUARDIAN, "giver": Giver.DESK}, ProxyWhy.PAPER_NEEDED),
        (
            Kind.OWNERS_DECISION,
            {"warrant": Warrant.GUARDIAN, "giver": Giver.DESK, "has_paper": True, "principals": 3},
            None,
        ),
        (Kind.OWNERS_DECISION, {"warrant": Warrant.AGENT, "giver": Giver.DESK}, None),
        (Kind.OWNERS_DECISION, {"warrant": Warrant.AGENT}, ProxyWhy.DESK_ONLY),
        (Kind.OWNERS_DECISION, {"agent": BOB}, ProxyWhy.OWN_ENTITLEMENT),
        (Kind.OWNERS_DECISION, {"stands": True}, ProxyWhy.STANDS_ALREADY),
        (Kind.HOUSEHOLD, {}, ProxyWhy.NOT_HERE),
        (Kind.MEMBERS, {"basis": "OWNER_MEMBER"}, ProxyWhy.OWNER_MEMBER),
        (Kind.MEMBERS, {"basis": "MEMBER"}, None),
    ],
)
def test_who_may_stand_for_another(kind: Kind, changed: dict[str, object], why: ProxyWhy | None) -> None:
    """BAL-4, PMC-4. Three principals [P], each by paper or signed by himself."""
    asked = Authority(kind=kind, **{"giver": Giver.PRINCIPAL, **HOLDER, **changed})  # type: ignore[arg-type]

    assert proxy_refusal(asked, most=3) is why


@pytest.mark.parametrize(
    ("window", "days", "why"),
    [
        (Window(State.OPEN, NOW + timedelta(days=1), False, 15), 15, None),
        (Window(State.OPEN, NOW + timedelta(days=1), False, 15), 16, ExtensionWhy.TOO_LONG),
        (Window(State.OPEN, NOW + timedelta(days=1), True, 15), 1, ExtensionWhy.EXTENDED_ALREADY),
        (Window(State.OPEN, NOW, False, 15), 1, ExtensionWhy.TOO_LATE),
        (Window(State.OPEN, NOW + timedelta(days=1), False, 15), 0, ExtensionWhy.NOT_LATER),
        (Window(State.OPEN, NOW + timedelta(days=1), False, 15), -1, ExtensionWhy.NOT_LATER),
        (Window(State.OPEN, NOW + timedelta(days=1), False, 0), 1, ExtensionWhy.TOO_LONG),
        (Window(State.ANNOUNCED, NOW + timedelta(days=1), False, 15), 1, ExtensionWhy.NOT_OPEN),
        (Window(State.CLOSED, NOW + timedelta(days=1), False, 15), 1, ExtensionWhy.NOT_OPEN),
    ],
)
def test_a_window_is_extended_once_and_before_its_end(window: Window, days: int, why: ExtensionWhy | None) -> None:
    """BAL-6."""
    assert extension_refusal(window, window.closes_at + timedelta(days=days), NOW) is why


NAMES = Sheet(terms=Terms(2, 2, frozenset({1, 2, 3}), "seed", "e"))
ITEMS = Sheet(items=frozenset({1, 2}))


@pytest.mark.parametrize(
    ("sheet", "chosen", "is_fitting"),
    [
        (NAMES, Chosen(marks=(1, 3)), True),
        (NAMES, Chosen(marks=()), False),
        (NAMES, Chosen(marks=(1, 2, 3)), False),
        (NAMES, Chosen(marks=(1, 1)), False),
        (NAMES, Chosen(items={1: "AGREE"}), False),
        (NAMES, Chosen(), False),
        (ITEMS, Chosen(items={1: "AGREE", 2: "ABSTAIN"}), True),
        (ITEMS, Chosen(items={1: "AGREE"}), False),
        (ITEMS, Chosen(items={1: "AGREE", 2: "OPPOSE", 3: "OPPOSE"}), False),
        (ITEMS, Chosen(items={1: "AGREE", 2: "INVALID"}), False),
        (ITEMS, Chosen(marks=(1, 2), items={1: "AGREE", 2: "OPPOSE"}), False),
        (ITEMS, Chosen(marks=(1, 2)), False),
    ],
)
def test_an_online_ballot_answers_its_sheet_whole(sheet: Sheet, chosen: Chosen, is_fitting: bool) -> None:
    """BAL-1, BAL-11."""
    assert fits(sheet, chosen) is is_fitting


def test_a_decision_is_said_by_its_item_numbers() -> None:
    """BAL-1."""
    said = choice_said("e", Chosen(items={2: "OPPOSE", 1: "AGREE"}))

    assert canonical(said) == b'{"election":"e","items":{"1":"AGREE","2":"OPPOSE"}}'
    assert canonical(choice_said("e", Chosen(marks=(3, 1)))) == b'{"election":"e","marks":[1,3]}'


def test_every_reason_of_casting_has_words_in_both_languages() -> None:
    for words, reasons in (
        (CAST_WORDS, CastWhy),
        (PROXY_WORDS, ProxyWhy),
        (EXTENSION_WORDS, ExtensionWhy),
        (DISPUTE_WORDS, DisputeWhy),
    ):
        assert set(words) == set(reasons)
        assert all(zh and en for zh, en in words.values())


ARRIVALS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from([ANN, BOB]), st.just(OWNER), st.integers(0, 4)),
        st.tuples(st.just(EVE), st.just(PROXY), st.integers(0, 4)),
        st.just("paper"),
        st.just("void"),
    ),
    max_size=20,
)


@settings(max_examples=200)
@given(ARRIVALS, st.booleans(), st.randoms(use_true_random=False))
def test_in_any_order_of_arrivals_one_ballot_stands_and_the_first_channel_keeps_its_place(
    arrivals: list[object], revote: bool, chance: object
) -> None:
    """BAL-12. Invariants: what is taken stands at once; a paper blocks every later cast and a cast every later paper,
    until a void; without revote nothing replaces anything; the order of rows is nothing."""
    history: list[Cast] = []
    for arrival in arrivals:
        stands = standing(history)
        if arrival == "void":
            if stands is not None:
                place = history.index(stands)
                history[place] = Cast(stands.revision, stands.caster, stands.capacity, voided=True)
                assert standing(history) is None
            continue
        wish = RETURN if arrival == "paper" else Wish(*arrival)  # type: ignore[misc]
        why = refusal(wish, history, revote)
        if stands is not None and (PAPER in (stands.capacity, wish.capacity) or not revote):
            assert why is not None
        if stands is None and wish.replaces == 0:
            assert why is None
        if why is None:
            assert wish.capacity is not None
            history.append(Cast(len(history) + 1, wish.caster, wish.capacity))
            assert standing(history) == history[-1]
    shuffled = list(history)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert standing(shuffled) == standing(history)
