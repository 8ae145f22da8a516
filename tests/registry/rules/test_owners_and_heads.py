"""OWN-1 who is one owner; VOTE-1 heads and area; OWN-6 bounds."""

from hypothesis import given
from hypothesis import strategies as st

from services.registry.rules.addresses import HomeKind
from services.registry.rules.heads import CountedHome, Weights, counted, head_group, head_of
from services.registry.rules.owners import (
    Alike,
    Basis,
    Delivery,
    Owner,
    OwnerKind,
    alike,
    is_organisation,
    same_owners,
    split_names,
)

PERSON, BODY = OwnerKind.PERSON, OwnerKind.ORGANISATION


def test_names_of_one_cell_come_apart_and_wide_names_stay_whole() -> None:
    """OWN-1, OWN-5."""
    cells = [
        "郭刚强、刘艳兰",
        "郭刚强,刘艳兰",
        "郭刚强 刘艳兰",
        "郭刚强（共有人：刘艳兰）",
        "张　伟",
        "张伟（已故）",
        "张伟等3人",
        "不详",
    ]
    read = [split_names(cell) for cell in cells]
    both, one = (("郭刚强", "刘艳兰"), False), (("张伟",), False)
    assert read == [both, both, both, both, one, one, (("张伟",), True), ((), False)]


def test_bodies_are_told_from_people_by_their_names() -> None:
    """OWN-1."""
    bodies = ["原山西××地质队", "太原某某置业有限公司", "市房产局", "某某街道办事处", "Jinyang Property Co., Ltd"]
    people = ["张伟", "欧阳建国", "欧阳建行", "司马会社", "院会", "马里奥·布兰卡", "John Smith"]
    assert all(is_organisation(name, Basis.REGISTERED) for name in bodies)
    assert not any(is_organisation(name, Basis.REGISTERED) for name in people)
    assert is_organisation("省一建三处家属区", Basis.PUBLIC_UNIT)
    assert not is_organisation("阿不都热西提", Basis.PUBLIC_UNIT)


def test_a_person_is_the_same_only_by_id_number() -> None:
    """OWN-1."""
    owners = [
        Owner(PERSON, "周勇", "A"),
        Owner(PERSON, "周勇", "B"),
        Owner(PERSON, "周 勇", "A"),
        Owner(PERSON, "周勇", None, "14000000001"),
    ]
    keys = same_owners(owners)
    assert keys[0] == keys[2]
    assert len({keys[0], keys[1], keys[3]}) == 3


def test_an_organisation_is_the_same_by_code_or_by_normalised_name() -> None:
    """OWN-1."""
    owners = [
        Owner(BODY, "某某（山西）公司", "C1"),
        Owner(BODY, "某某(山西) 公司"),
        Owner(BODY, "另一公司"),
        Owner(BODY, "另一 公司"),
    ]
    keys = same_owners(owners)
    assert keys[0] == keys[1]
    assert keys[2] == keys[3]
    assert keys[0] != keys[2]


def test_a_name_that_two_codes_bear_joins_neither() -> None:
    """OWN-1."""
    owners = [Owner(BODY, "某某公司", "C1"), Owner(BODY, "某某公司", "C2"), Owner(BODY, "某某公司")]
    assert len(set(same_owners(owners))) == 3


def test_alike_owners_are_flagged_unless_their_numbers_tell_them_apart() -> None:
    """OWN-1."""
    owners = [
        Owner(PERSON, "周勇", "A"),
        Owner(PERSON, "周勇", "B"),
        Owner(PERSON, "李芳", "C"),
        Owner(PERSON, "李芳"),
        Owner(BODY, "原地质队"),
        Owner(BODY, "地质队"),
    ]
    assert alike(owners, same_owners(owners)) == (Alike(2, 3), Alike(4, 5))
    owners.append(Owner(PERSON, "周勇"))
    assert alike(owners, same_owners(owners)) == (Alike(1, 6), Alike(2, 3), Alike(4, 5)), "A and B are two people"


def hundred_homes() -> list[CountedHome]:
    """The test vector of the domain page: 100 homes, 8,000.00 m²; A holds 3, the developer 10 unsold."""
    a = [CountedHome(f"a{n}", frozenset({"id:A"}), 8000) for n in range(3)]
    unsold = [
        CountedHome(f"d{n}", frozenset({"code:D"}), 8000, delivery=Delivery.UNSOLD, developer="code:D")
        for n in range(10)
    ]
    others = [CountedHome(f"o{n}", frozenset({f"id:{n}"}), 8000) for n in range(87)]
    return a + unsold + others


def test_the_test_vector_has_89_heads_and_8000_square_metres() -> None:
    """VOTE-1."""
    count = counted(hundred_homes())
    assert (count.homes, count.heads, count.area) == (100, 89, 800_000)
    assert count.least == count.most == Weights(89, 800_000)


def test_co_owners_are_one_head_and_another_set_of_them_is_another() -> None:
    """VOTE-1, sameOwnerKey = exact owner set."""
    homes = [
        CountedHome("1", frozenset({"a", "b"}), 100),
        CountedHome("2", frozenset({"b", "a"}), 100),
        CountedHome("3", frozenset({"a"}), 100),
        CountedHome("4", frozenset({"a", "c"}), 100),
    ]
    assert counted(homes).heads == 3


def test_what_is_sold_but_not_delivered_counts_with_the_developer() -> None:
    """VOTE-1."""
    sold = CountedHome("1", frozenset({"buyer"}), 100, delivery=Delivery.SOLD_UNDELIVERED, developer="dev")
    unsold = CountedHome("2", frozenset({"dev"}), 100, delivery=Delivery.UNSOLD, developer="dev")
    own_office = CountedHome("3", frozenset({"dev"}), 100)
    assert head_of(sold) == head_of(unsold) == head_of(own_office)


def test_parking_and_stores_are_not_counted_and_shops_are() -> None:
    """VOTE-1."""
    homes = [CountedHome(kind.value, frozenset({kind.value}), 100, kind) for kind in HomeKind]
    count = counted(homes)
    assert (count.homes, count.heads, count.area) == (2, 2, 200)


def test_unknowns_keep_their_home_and_open_a_span() -> None:
    """OWN-6."""
    homes = [
        CountedHome("1", frozenset({"a"}), 5000),
        CountedHome("2", frozenset({"b"}), 9000),
        CountedHome("3", frozenset({"c"}), None),
        CountedHome("4", frozenset(), 6000),
    ]
    count = counted(homes)
    assert (count.homes, count.heads, count.area) == (4, 4, 20_000)
    assert (count.area_unknown, count.owner_unknown) == (("3",), ("4",))
    assert (count.least, count.most) == (Weights(3, 25_000), Weights(4, 29_000))


def test_a_scope_of_unknown_owners_only_has_at_least_one_head() -> None:
    """OWN-6."""
    count = counted([CountedHome("1", frozenset(), None), CountedHome("2", frozenset(), None)])
    assert (count.least.heads, count.most.heads) == (1, 2)


homes_of_any_kind = st.lists(
    st.tuples(st.frozensets(st.sampled_from("abcd"), max_size=3), st.one_of(st.none(), st.integers(100, 20_000)))
)


@given(homes_of_any_kind)
def test_the_true_denominators_lie_within_the_bounds_and_groups_agree_with_heads(
    drawn: list[tuple[frozenset[str], int | None]],
) -> None:
    """VOTE-1, OWN-6."""
    homes = [CountedHome(str(place), owners, area) for place, (owners, area) in enumerate(drawn)]
    count = counted(homes)
    assert len({head_group(home) for home in homes}) == count.heads
    assert count.least.heads <= count.heads == count.most.heads
    assert count.area <= count.least.area <= count.most.area
