"""OWN-5: which column of an office's sheet holds what, told by its heading in whatever words and order."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.registry.rules.areas import AreaSource
from services.registry.rules.numerals import plain


class Field(StrEnum):
    """What a column can hold."""

    SERIAL = "serial"
    UNIT_NUMBER = "unit_number"
    ADDRESS_CODE = "address_code"
    TENANT_PHONE = "tenant_phone"
    TENANT = "tenant"
    CO_OWNER_ID = "co_owner_id"
    CO_OWNER = "co_owner"
    PUBLIC_UNIT = "public_unit"
    OWNER = "owner"
    ID_NUMBER = "id_number"
    PHONE = "phone"
    SURVEY_AREA = "survey_area"
    CONTRACT_AREA = "contract_area"
    REFORM_AREA = "reform_area"
    REGISTER_AREA = "register_area"
    AREA = "area"
    HOME = "home"
    BUILDING = "building"
    ENTRANCE = "entrance"
    FLOOR = "floor"
    ROOM = "room"
    BASIS = "basis"
    KIND = "kind"
    DELIVERY = "delivery"
    REMARK = "remark"


IGNORED = re.compile(r"(套内|使用|公摊|分摊|阳台|车位|地下室|花园|绿地)面积|(租|承租|使用人|配偶|子女).*证")
HEADINGS: tuple[tuple[Field, re.Pattern[str]], ...] = tuple(
    (field, re.compile(pattern))
    for field, pattern in (
        (Field.SERIAL, r"(序号?|编号|no\.?)\Z"),
        (Field.UNIT_NUMBER, r"不动产单元(号|代码|编号)\Z"),
        (Field.ADDRESS_CODE, r"(标准)?地址(编码|代码)\Z"),
        (Field.TENANT_PHONE, r"(租|承租|使用人|现住|tenant).*(电话|手机|联系|phone)"),
        (Field.TENANT, r"(租户|承租人|租客|租住人|房客|(实际|现)?使用人|现住人|tenant)(姓名|名称|信息|name)?\Z"),
        (Field.CO_OWNER_ID, r"共有.*(证|号码)"),
        (Field.CO_OWNER, r"(其他)?共有(产权|权)?人?(姓名|名称)?\Z"),
        (Field.PUBLIC_UNIT, r"(房屋)?产权单位(名称)?\Z"),
        (Field.ID_NUMBER, r".*(身份证|身份号|证件|信用代码)|id(card)?(number|no\.?)?\Z|identity"),
        (Field.PHONE, r".*(电话|手机|联系方式)|(tele)?phone|mobile|tel\.?\Z"),
        (
            Field.OWNER,
            r"(房屋|不动产)?(业主|产权人|所有权人|产权所有人|权利人|房主|买受人|购房人|owners?)(单位)?(姓名|名称|name)?\Z",
        ),
        (Field.OWNER, r"(户主|住户|房屋所有人)(姓名)?\Z"),
        (Field.OWNER, r"(姓名|名字|names?)\Z"),
        (Field.SURVEY_AREA, r".*(测绘|实测|测量).*面积"),
        (Field.CONTRACT_AREA, r".*合同.*面积"),
        (Field.REFORM_AREA, r".*房改.*面积"),
        (Field.REGISTER_AREA, r".*(产权|产证|房产证|登记|证载|房本).*面积"),
        (Field.AREA, r"(房屋|住房|住宅|总)?(建筑|建)?面积\Z|(floor)?area"),
        (Field.HOME, r"(房屋|住宅|家庭)?(详细)?(地址|坐落|座落|住址|位置)\Z|(home|address)\Z"),
        (Field.HOME, r"楼.*单元.*(室|号|房)\Z"),
        (Field.BUILDING, r"(所在|房屋)?(楼栋|楼幢|栋幢|楼宇|楼座|号楼|楼|栋|幢|座)(号码?|编号|名称)?\Z|building"),
        (Field.ENTRANCE, r"(所在)?(单元|门洞|门栋)(号|门)?\Z|entrance|unit\Z"),
        (Field.FLOOR, r"(所在|楼)?(楼层|层次|层数|层)(号)?\Z|floor\Z"),
        (Field.ROOM, r"(房间|房屋|房门|门牌|房|室|户|门)(号码?|编号)?\Z|room(no\.?|number)?\Z"),
        (Field.BASIS, r"(房屋|住房)?(产权|权属)?(性质|来源|形式|类别)\Z|产权类型\Z|取得方式\Z|basis\Z"),
        (Field.KIND, r"(房屋|规划)?(用途|类型|使用性质)\Z|kind\Z"),
        (Field.DELIVERY, r"(是否)?(交付|交房|入伙)(状态|情况)?\Z|销售(状态|情况)\Z|delivery\Z"),
        (Field.REMARK, r"备注|说明\Z|其他(情况)?\Z|remarks?|notes?\Z"),
    )
)
AREAS: Mapping[Field, AreaSource | None] = {
    Field.REGISTER_AREA: AreaSource.REGISTER,
    Field.SURVEY_AREA: AreaSource.SURVEY,
    Field.CONTRACT_AREA: AreaSource.CONTRACT,
    Field.REFORM_AREA: AreaSource.REFORM_PAPER,
    Field.AREA: None,  # the sheet's own source, told by who imports it
}
PLACES = frozenset({Field.HOME, Field.ROOM})
CONTENTS = frozenset({Field.OWNER, Field.PUBLIC_UNIT, Field.ID_NUMBER, Field.PHONE, *AREAS})
SEARCHED_ROWS = 40


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a list begins and which column (0-based) holds what. `heading_row` is 1-based."""

    heading_row: int
    first_row: int
    columns: Mapping[Field, int]
    headings: Mapping[Field, str]


def field_of(heading: str) -> tuple[Field, int] | None:
    """The field a heading names and how good the word is (0 best); None when it names none."""
    bare = re.sub(r"[(\[【].*?[)\]】]", "", plain(heading)).strip("*:：").lower()
    if not bare or len(bare) > 20 or IGNORED.match(bare):
        return None
    for rank, (field, pattern) in enumerate(HEADINGS):
        if pattern.match(bare):
            return field, rank
    return None


def _columns(cells: Sequence[str]) -> dict[Field, int]:
    """Of two columns for one field the better word wins ("业主姓名" before "户主"), then the first."""
    found: dict[Field, tuple[int, int]] = {}
    for column, cell in enumerate(cells):
        named = field_of(cell)
        if named and (named[0] not in found or named[1] < found[named[0]][0]):
            found[named[0]] = (named[1], column)
    return {field: column for field, (_, column) in found.items()}


def _is_heading(columns: Mapping[Field, int]) -> bool:
    return bool(PLACES & columns.keys()) and bool(CONTENTS & columns.keys())


def find_layout(rows: Sequence[Sequence[str]]) -> Layout | None:
    """The first row (or pair of rows, where headings stand in two storeys) that names a place and something of it."""
    for index in range(min(len(rows), SEARCHED_ROWS)):
        layout = layout_at(rows, index)
        if layout:
            return layout
    return None


def layout_at(rows: Sequence[Sequence[str]], index: int) -> Layout | None:
    """The layout that begins in this row (0-based); also finds headings repeated on every printed page."""
    upper = _columns(rows[index])
    if not upper:
        return None
    below = rows[index + 1] if index + 1 < len(rows) else ()
    lower = _columns(below)
    if len(lower) >= 2 and not _is_heading(lower):
        both = [_lower_wins(rows[index], below, column) for column in range(max(len(rows[index]), len(below)))]
        if _is_heading(_columns(both)):
            return _layout(both, index, 2)
    return _layout(rows[index], index, 1) if _is_heading(upper) else None


def _lower_wins(upper: Sequence[str], lower: Sequence[str], column: int) -> str:
    under = lower[column] if column < len(lower) else ""
    over = upper[column] if column < len(upper) else ""
    return under if under.strip() else over


def _layout(cells: Sequence[str], index: int, height: int) -> Layout:
    columns = _columns(cells)
    headings = {field: " ".join(cells[column].split()) for field, column in columns.items()}
    return Layout(index + 1, index + 1 + height, columns, headings)


def column_letter(column: int) -> str:
    """0 -> "A", 25 -> "Z", 26 -> "AA"."""
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
