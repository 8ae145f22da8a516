"""OWN-3: addresses in every way that offices write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.rules.addresses import Address, HomeKind, Unreadable, locate, parse_home, printed

WRITTEN = {
    "3号楼2单元501": "3-2-501",
    "晋阳小区3栋二单元５０１室": "3-2-501",
    "长风西街1号晋阳小区3号楼2单元501": "3-2-501",
    "3-2-501": "3-2-501",
    "３－２－５０１": "3-2-501",
    "3#2-501": "3-2-501",
    "3/2/501": "3-2-501",
    "3-2-5-01": "3-2-501",
    "3号楼2单元5层501": "3-2-501",
    "3楼2门501户": "3-2-501",
    "三号楼十二单元1001室": "3-12-1001",
    "03号楼02单元0501": "3-2-501",
    "3-501": "3-501",
    "3栋501": "3-501",
    "甲3号楼1单元101": "3甲-1-101",
    "3号楼甲1单元101": "3甲-1-101",
    "A座1201": "A-1201",
    "B1栋2单元302": "B1-2-302",
    "1B栋2单元302": "1B-2-302",
    "东楼2单元301": "东-2-301",
    "3号楼2单元负101": "3-2--101",
    "3-2--101": "3-2--101",
    "3号楼2单元501甲": "3-2-501甲",
    "3-2-501-1": "3-2-501/1",
    "3号楼商铺3": "3-S3",
    "3号楼底商03号": "3-S3",
    "3号楼车位12": "3-P12",
    "3号楼地下室5": "3-K5",
}


@pytest.mark.parametrize(("written", "label"), WRITTEN.items())
def test_a_written_home_has_one_normal_form(written: str, label: str) -> None:
    """OWN-3."""
    home = parse_home(written)
    assert home.label == label


@pytest.mark.parametrize(
    "written", ["", " ", "东头", "3号楼", "3号楼2单元", "0-1-101", "3-2-0", "王伟", "3-2-501-1-7", "1", "\u200b"]
)
def test_what_names_no_home_is_refused_not_guessed(written: str) -> None:
    """OWN-3."""
    with pytest.raises(Unreadable):
        parse_home(written)


@pytest.mark.parametrize(
    ("building", "entrance", "room", "label"),
    [
        (" 1 幢", "1", "101", "1-1-101"),
        ("１栋", "一单元", "３０２", "1-1-302"),
        ("1#", "２", "601室", "1-2-601"),
        ("3", "", "2-501", "3-2-501"),
        ("3", "2", "2-501", "3-2-501"),
        ("3", "", "2单元501", "3-2-501"),
        ("3", "2", "3-2-501", "3-2-501"),
        ("", "", "3-2-501", "3-2-501"),
        ("5", "", "商铺3", "5-S3"),
        ("3", "1", "501A", "3-1-501A"),
    ],
)
def test_three_cells_make_a_home_whichever_of_them_says_it(building: str, entrance: str, room: str, label: str) -> None:
    """OWN-3."""
    home = locate(building, entrance, room, "")
    assert home.label == label


@pytest.mark.parametrize(
    ("building", "entrance", "room"), [("4", "2", "3-2-501"), ("3", "1", "3-2-501"), ("3", "2", "")]
)
def test_cells_that_contradict_each_other_are_refused(building: str, entrance: str, room: str) -> None:
    """OWN-3."""
    with pytest.raises(Unreadable):
        locate(building, entrance, room, "")


def test_the_floor_is_told_from_the_room_where_it_can_be() -> None:
    """OWN-3."""
    floors = {
        written: parse_home(written).floor for written in ("3-2-501", "3-2-1203", "3-2--101", "3号楼商铺3", "3-2-7")
    }
    assert floors == {"3-2-501": 5, "3-2-1203": 12, "3-2--101": -1, "3号楼商铺3": 1, "3-2-7": None}


buildings = st.one_of(
    st.integers(1, 999).map(str),
    st.tuples(st.integers(1, 99), st.sampled_from("甲乙AB")).map(lambda pair: f"{pair[0]}{pair[1]}"),
)
rooms = st.one_of(
    st.integers(101, 4012).map(str),
    st.integers(101, 399).map(lambda room: f"-{room}"),
    st.integers(1, 99).map(lambda room: f"S{room}"),
)


@given(buildings, st.one_of(st.just(""), st.integers(1, 20).map(str)), rooms)
def test_what_is_printed_and_what_is_normal_parse_back_to_the_same_home(
    building: str, entrance: str, room: str
) -> None:
    """OWN-3."""
    kind = HomeKind.SHOP if room.startswith("S") else HomeKind.DWELLING
    home = Address(building, entrance, room, None, kind)
    again, from_label = parse_home(printed(home)), parse_home(home.label)
    assert again.label == home.label
    assert from_label == again


@given(st.text(max_size=40))
def test_no_text_makes_the_parser_fail_otherwise_than_by_refusing(written: str) -> None:
    """OWN-3."""
    try:
        label = parse_home(written).label
    except Unreadable:
        label = "refused"
    assert label
