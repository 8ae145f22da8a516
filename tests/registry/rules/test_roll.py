"""OWN-5, OWN-6: registers of many offices, as rows."""

from collections.abc import Sequence
from datetime import date

from services.registry.rules.areas import AreaSource
from services.registry.rules.heads import Count, counted
from services.registry.rules.identity_numbers import check_digit
from services.registry.rules.owners import Basis, Delivery, OwnerKind
from services.registry.rules.roll import Roll, clash_findings, counted_homes, owners_of, read_roll
from services.registry.rules.roll_findings import FindingKind, Severity
from services.registry.rules.roll_rows import Sheet

TODAY = date(2026, 3, 8)
HEADINGS = ["序号", "楼号", "单元", "房号", "建筑面积（㎡）", "业主姓名", "身份证号码", "联系电话", "产权性质", "备注"]


def number(serial: int) -> str:
    first = f"14990019700101{serial:03d}"
    return first + check_digit(first)


def row(room: str, name: str = "张伟", **more: str) -> list[str]:
    values = {"serial": "1", "building": "1", "entrance": "1", "area": "60.00", "id": number(1), "phone": "14000000001"}
    values |= more
    cells = [values["serial"], values["building"], values["entrance"], room, values["area"], name]
    return [*cells, values["id"], values["phone"], values.get("basis", "商品房"), values.get("remark", "")]


def read(*rows: Sequence[str], name: str = "名册", headings: Sequence[str] = HEADINGS, **more: object) -> Roll:
    return read_roll([Sheet(name, [headings, *rows], **more)], TODAY)  # type: ignore[arg-type]


def count_of(roll: Roll) -> Count:
    return counted(counted_homes(roll.homes, owners_of(roll.homes)))


def kinds(roll: Roll) -> list[tuple[int, str, FindingKind]]:
    return [(one.row, one.column, one.kind) for one in roll.findings]


def test_titles_above_headings_totals_notes_and_empty_rows_are_no_homes() -> None:
    """OWN-5."""
    sheet = Sheet(
        "名册",
        [
            ["晋阳小区住户信息登记表"],
            ["填表单位：××社区", "", "", "", "填表日期：", "2026.3.8"],
            [],
            HEADINGS,
            row("101"),
            [""] * 10,
            row("102", id=number(2)),
            ["小计", "", "", "", "120.00"],
            ["3", "1", "1"],
            ["合计", "", "", "2户", "120.00"],
            ["注：面积以房产证为准"],
            ["填表人：", "", "", "", "", "审核："],
        ],
    )
    roll = read_roll([sheet], TODAY)
    assert [home.address.label for home in roll.homes] == ["1-1-101", "1-1-102"]
    assert roll.findings == ()


def test_headings_are_known_in_other_words_other_order_and_two_storeys() -> None:
    """OWN-5."""
    flat = read(
        ["60.5", "李芳", "2单元301", "3#", number(3), "140 0000 0002"],
        headings=["产权面积(平方米)", "产权人", "室号", "栋号", "证件号码", "手机号"],
    )
    storeys = read_roll(
        [
            Sheet(
                "表",
                [
                    ["房屋信息", "", "", "", "业主信息", ""],
                    ["幢", "单元号", "门牌号", "面积", "姓名", "身份证号"],
                    ["3", "2", "301", "60.5", "李芳", number(3)],
                ],
            )
        ],
        TODAY,
    )
    assert flat.homes[0].address == storeys.homes[0].address
    assert flat.homes[0].owners[0].number == storeys.homes[0].owners[0].number
    assert not flat.findings
    assert not storeys.findings


def test_one_column_may_hold_the_whole_address() -> None:
    """OWN-3, OWN-5."""
    roll = read(["3号楼2单元501", "张伟", "60"], headings=["房屋坐落", "业主", "建筑面积"])
    assert [home.address.label for home in roll.homes] == ["3-2-501"]
    assert [one.kind for one in roll.findings] == [FindingKind.NO_COLUMN]


def test_buildings_come_from_merged_cells_section_rows_or_the_sheets_name() -> None:
    """OWN-5."""
    merged = read(row("101"), row("102", building="", entrance=""), row("101", building="2", entrance=""))
    sections = read(["1号楼"], row("101", building=""), ["2号楼"], row("101", building=""))
    named = read(row("101", building=""), name="7号楼")
    assert [home.address.label for home in merged.homes] == ["1-1-101", "1-1-102", "2-101"]
    assert [home.address.label for home in sections.homes] == ["1-1-101", "2-1-101"]
    assert [home.address.label for home in named.homes] == ["7-1-101"]


def test_headings_printed_again_on_each_page_are_no_homes() -> None:
    """OWN-5."""
    roll = read(row("101"), HEADINGS, row("102"))
    assert len(roll.homes) == 2
    assert not roll.is_refused


def test_a_home_that_cannot_be_told_or_stands_twice_is_refused_with_its_place() -> None:
    """OWN-5."""
    roll = read(row("101"), row("东头"), row("101室", "李芳"), row("", "王超"))
    assert kinds(roll) == [
        (3, "D", FindingKind.BAD_HOME),
        (4, "D", FindingKind.DUPLICATE_HOME),
        (5, "D", FindingKind.BAD_HOME),
    ]
    assert roll.is_refused
    assert "第 2 行" in roll.findings[1].reason_zh


def test_missing_zero_and_vague_areas_keep_the_home_with_its_area_unknown() -> None:
    """OWN-6."""
    rows = [row(f"10{n}", area=area, id=number(n)) for n, area in enumerate(["", "0", "约90", "9999999"], 1)]
    roll = read(*rows)
    assert [one.kind.value for one in roll.findings] == ["no_area", "zero_area", "text_area", "bad_area"]
    assert len(count_of(roll).area_unknown) == len(roll.homes) == 4
    assert not roll.is_refused


def test_id_and_phone_faults_are_warnings_and_a_faulty_number_identifies_nobody() -> None:
    """OWN-1, OWN-6."""
    wrong = number(1)[:-1] + ("0" if number(1)[-1] != "0" else "1")
    roll = read(row("101", id=wrong), row("102", id=wrong), row("103", phone="1400000123"), row("104", id=""))
    assert [one.kind.value for one in roll.findings] == ["bad_id", "bad_id", "bad_phone", "no_id"]
    assert count_of(roll).heads == 4
    assert len(owners_of(roll.homes).alike) == 3
    assert wrong not in "".join(one.reason_zh + one.reason_en for one in roll.findings)


def test_co_owners_are_matched_with_their_numbers_or_not_at_all() -> None:
    """OWN-1."""
    both = read(row("101", "郭刚强、刘艳兰", id=f"{number(1)}、{number(2)}"))
    torn = read(row("101", "郭刚强、刘艳兰", id=number(1)))
    assert [owner.number for owner in both.homes[0].owners] == [number(1), number(2)]
    assert [owner.number for owner in torn.homes[0].owners] == [None, None]
    assert [one.kind for one in torn.findings] == [FindingKind.ID_COUNT]


def test_a_second_owner_in_a_row_of_his_own_joins_the_home_above() -> None:
    """OWN-1, OWN-5."""
    further = row("", "刘艳兰", serial="", building="", entrance="", area="", id=number(2), basis="")
    roll = read(row("101", "郭刚强"), further, row("102", "何伟", id=number(3)))
    assert [len(home.owners) for home in roll.homes] == [2, 1]
    assert not roll.findings


def test_tenants_are_read_from_remarks_and_are_no_owners() -> None:
    """OWN-1, OWN-5."""
    roll = read(row("101", remark="出租，租户何兰14000002328"), row("102", remark="出租"))
    first, second = roll.homes
    assert [(tenant.name, tenant.phone) for tenant in first.tenants] == [("何兰", "14000002328")]
    assert (second.tenants, second.rented) == ((), True)
    assert len(first.owners) == 1


def test_unsold_public_housing_belongs_to_its_unit_and_counts_one_head() -> None:
    """OWN-1, VOTE-1."""
    unit = {"id": "", "phone": "", "basis": "未售公房"}
    roll = read(row("101", "原山西××地质队", **unit), row("102", "原山西×× 地质队", **unit), row("103"))
    first = roll.homes[0]
    assert (first.basis, first.delivery, first.owners[0].kind) == (
        Basis.PUBLIC_UNIT,
        Delivery.UNSOLD,
        OwnerKind.ORGANISATION,
    )
    assert count_of(roll).heads == 2
    assert not roll.findings


def test_a_person_in_a_row_of_public_housing_lives_there_and_owns_nothing() -> None:
    """OWN-1."""
    roll = read(row("101", "张伟", basis="公房"))
    assert roll.homes[0].owners == ()
    assert roll.homes[0].tenants[0].name == "张伟"
    assert [one.kind for one in roll.findings] == [FindingKind.NO_OWNER]


def test_every_stated_area_is_kept_and_the_better_source_counts() -> None:
    """OWN-2."""
    roll = read(["1-1-101", "张伟", "60.50", "59.80"], headings=["房号", "业主", "测绘面积", "房改面积"])
    home = roll.homes[0]
    assert home.area is not None
    assert (home.area.hundredths, home.area.source, len(home.areas)) == (6050, AreaSource.SURVEY, 2)
    assert FindingKind.AREAS_DIFFER in {one.kind for one in roll.findings}


def test_a_formula_without_result_is_named_and_refuses_only_where_it_hides_the_home() -> None:
    """OWN-5, OWN-6."""
    cells = frozenset({(2, 4), (3, 3)})
    roll = read(row("101", area=""), row(""), uncomputed=cells)
    assert [(one.row, one.column, one.kind.value, one.severity.value) for one in roll.findings] == [
        (2, "E", "formula", "UNKNOWN"),
        (3, "D", "formula", "REFUSED"),
    ]


def test_sheets_that_are_no_lists_or_hidden_are_left_and_named_when_they_look_like_data() -> None:
    """OWN-5."""
    explained = Sheet("填表说明", [["1.面积以房产证为准；2.一户多人的姓名用顿号隔开。"]])
    unknown = Sheet("台账", [["甲", "乙", "丙"], ["1", "2", "3"], ["4", "5", "6"]])
    hidden = Sheet("旧", [HEADINGS, row("101")], hidden=True)
    roll = read_roll([Sheet("名册", [HEADINGS, row("101")]), explained, unknown, hidden], TODAY)
    assert [(one.sheet, one.kind.value) for one in roll.findings] == [("台账", "not_a_list"), ("旧", "hidden_sheet")]
    assert [sheet.is_list for sheet in roll.sheets] == [True, False, False, False]


def test_outside_ids_are_kept_when_well_formed_and_new() -> None:
    """OWN-3."""
    good, headings = "140109013001GB00001F00010001", ["房号", "业主", "不动产单元号"]
    roll = read(["1-1-101", "张伟", good], ["1-1-102", "李芳", good], ["1-1-103", "王超", "短"], headings=headings)
    assert [home.unit_number for home in roll.homes] == [good, None, None]
    assert [one.kind.value for one in roll.findings if one.row > 1] == ["bad_external_id", "bad_external_id"]


USE = ["楼号", "单元", "房号", "建筑面积", "业主", "用途"]


def test_a_dwelling_with_a_store_or_a_space_is_a_dwelling() -> None:
    """OWN-6: else it would fall out of every denominator."""
    uses = ["住宅（含地下室）", "住宅、储藏室", "住宅（带车位）", "公寓", "储藏室", "非住宅车位"]
    roll = read(*(["1", "1", f"10{place}", "80.00", "张伟", use] for place, use in enumerate(uses)), headings=USE)
    told = [str(home.address.kind) for home in roll.homes]
    assert told == ["DWELLING", "DWELLING", "DWELLING", "DWELLING", "STORE", "PARKING"]
    assert count_of(roll).homes == 4


def test_an_owned_unit_that_its_use_takes_out_of_the_count_is_told() -> None:
    """OWN-6."""
    rows = (["1", "1", "101", "8.00", "张伟", "储藏室"], ["1", "1", "102", "8.00", "", "车位"])
    roll = read(*rows, headings=USE)
    told = [one for one in kinds(roll) if one[2] is FindingKind.NOT_COUNTED]
    assert told == [(2, "F", FindingKind.NOT_COUNTED)]


def test_owners_cut_short_are_an_unknown_owner() -> None:
    """VOTE-1: the exact set of owners is not known, so no head of it is."""
    roll = read(row("101", "张三等3人"), row("102", "张三等2人"), row("103", "张三"))
    count = count_of(roll)
    assert (count.heads, count.owner_unknown) == (3, ("1-1-101", "1-1-102"))
    assert (count.least.heads, count.most.heads) == (1, 3)


def test_a_home_has_twenty_owners_at_most_and_the_rest_is_told() -> None:
    """OWN-5: a list that slipped into one cell, or rows that go on for ever."""
    names = "、".join(f"张{chr(0x4E00 + place)}" for place in range(660))
    further = [["", "", "", "", "", f"李{chr(0x4E00 + place)}", "", "", "", ""] for place in range(3_000)]
    crowd = read(row("101", names))
    rows = read(row("101"), *further)
    assert [len(roll.homes[0].owners) for roll in (crowd, rows)] == [20, 20]
    for roll in (crowd, rows):
        assert [one.kind for one in roll.findings].count(FindingKind.TOO_MANY_PEOPLE) == 1
        assert count_of(roll).owner_unknown == ("1-1-101",)


def test_a_finding_names_the_place_and_nothing_of_the_cell() -> None:
    """PRI-2: any cell may hold a name or a phone."""
    said = "张三 14000001234 租住"
    roll = read(row(said), row("102", area=said))
    assert {one.kind for one in roll.findings} >= {FindingKind.BAD_HOME, FindingKind.TEXT_AREA}
    assert not any(
        "张三" in text or "14000001234" in text for one in roll.findings for text in (one.reason_zh, one.reason_en)
    )


def test_one_number_under_two_names_is_one_owner_and_told_without_a_name() -> None:
    """OWN-1: a number that was copied down a column makes two owners one head."""
    roll = read(row("101", "张伟"), row("102", "李芳"), row("103", "张 伟"), row("104", "李芳", id=number(2)))
    people = owners_of(roll.homes)

    told = list(clash_findings(roll.homes, people))

    assert len(set(people.keys)) == 2
    assert [(one.kind, one.home, one.severity) for one in told] == [
        (FindingKind.NAMES_DIFFER, "1-1-102", Severity.WARNING)
    ]
    assert "1-1-101" in told[0].reason_zh
    assert not any(name in told[0].reason_zh + told[0].reason_en for name in ("张伟", "李芳", number(1)))
