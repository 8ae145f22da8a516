"""OWN-5, OWN-6: what an import can find wrong, how grave each finding is, and in which words it is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """REFUSED: the row cannot be taken. UNKNOWN: the home is taken, a value stays open. WARNING: taken as it is."""

    REFUSED = "REFUSED"
    UNKNOWN = "UNKNOWN"
    WARNING = "WARNING"


class FindingKind(StrEnum):
    BAD_HOME = "bad_home"
    DUPLICATE_HOME = "duplicate_home"
    NO_AREA = "no_area"
    ZERO_AREA = "zero_area"
    TEXT_AREA = "text_area"
    BAD_AREA = "bad_area"
    NO_OWNER = "no_owner"
    OWNERS_INCOMPLETE = "owners_incomplete"
    TOO_MANY_PEOPLE = "too_many_people"
    NOT_COUNTED = "not_counted"
    FORMULA = "formula"
    BAD_ID = "bad_id"
    NO_ID = "no_id"
    ID_COUNT = "id_count"
    BAD_PHONE = "bad_phone"
    BAD_EXTERNAL_ID = "bad_external_id"
    AREAS_DIFFER = "areas_differ"
    NO_COLUMN = "no_column"
    NOT_A_LIST = "not_a_list"
    HIDDEN_SHEET = "hidden_sheet"
    DIFFERS = "differs"
    ALIKE_OWNER = "alike_owner"
    NAMES_DIFFER = "names_differ"


@dataclass(frozen=True, slots=True)
class Said:
    """How a kind of finding is told; templates over the finding's facts."""

    severity: Severity
    zh: str
    en: str


SAID: Mapping[FindingKind, Said] = {
    FindingKind.BAD_HOME: Said(Severity.REFUSED, "看不出是哪一户", "It cannot be told which home this is"),
    FindingKind.DUPLICATE_HOME: Said(
        Severity.REFUSED,
        "与第 {other_row} 行（{other_sheet}）重复：{cell}",
        "{cell} stands in row {other_row} of {other_sheet} too",
    ),
    FindingKind.NO_AREA: Said(Severity.UNKNOWN, "未填面积", "No area is given"),
    FindingKind.ZERO_AREA: Said(Severity.UNKNOWN, "面积为 0", "The area is 0"),
    FindingKind.TEXT_AREA: Said(Severity.UNKNOWN, "面积不是确数", "The area is not an exact number"),
    FindingKind.BAD_AREA: Said(
        Severity.UNKNOWN,
        "面积超出合理范围或多于两位小数",
        "The area is out of bounds or has more than two decimals",
    ),
    FindingKind.NO_OWNER: Said(Severity.UNKNOWN, "未填业主", "No owner is given"),
    FindingKind.OWNERS_INCOMPLETE: Said(
        Severity.UNKNOWN, "业主写作“等…人”，未列全", "The owners are cut short with “and others”"
    ),
    FindingKind.TOO_MANY_PEOPLE: Said(
        Severity.UNKNOWN,
        "一户超过 {most} 人，只读入前 {most} 人",
        "More than {most} people: the first {most} are taken",
    ),
    FindingKind.NOT_COUNTED: Said(
        Severity.WARNING,
        "按“用途”认作车位或储藏室，不计入人数和面积，请核对",
        "Taken for parking or storage by its use, so it does not count: please check",
    ),
    FindingKind.FORMULA: Said(
        Severity.UNKNOWN,
        "公式没有计算结果，请在表格软件中打开并保存",
        "A formula without result; open and save the file in a spreadsheet program",
    ),
    FindingKind.BAD_ID: Said(Severity.WARNING, "身份证号有误：{fault_zh}", "The id number is wrong: {fault_en}"),
    FindingKind.NO_ID: Said(Severity.WARNING, "未填身份证号", "No id number is given"),
    FindingKind.ID_COUNT: Said(
        Severity.WARNING,
        "{names} 位业主，{numbers} 个证件号，无法对应",
        "{names} owners but {numbers} id numbers: they cannot be matched",
    ),
    FindingKind.BAD_PHONE: Said(Severity.WARNING, "电话号码无法拨打", "The phone number cannot be dialled"),
    FindingKind.BAD_EXTERNAL_ID: Said(
        Severity.WARNING, "外部编号格式有误或重复", "The outside id is malformed or used twice"
    ),
    FindingKind.AREAS_DIFFER: Said(
        Severity.WARNING,
        "各来源面积不一致，取更可靠者",
        "The sources give different areas; the better source is taken",
    ),
    FindingKind.NO_COLUMN: Said(
        Severity.WARNING, "表中没有“{missing_zh}”一列", "The sheet has no column for {missing_en}"
    ),
    FindingKind.NOT_A_LIST: Said(
        Severity.WARNING, "未识别到表头，本表未读入", "No headings were recognised; this sheet was not read"
    ),
    FindingKind.HIDDEN_SHEET: Said(Severity.WARNING, "隐藏的工作表未读入", "A hidden sheet was not read"),
    FindingKind.ALIKE_OWNER: Said(
        Severity.WARNING,
        "与 {other} 的业主同名而证件号不全，按两人计，请核对",
        "An owner of {other} has the same name and a number is missing: counted as two, please check",
    ),
    FindingKind.NAMES_DIFFER: Said(
        Severity.WARNING,
        "与 {other} 的业主证件号相同而姓名不同，按一人计，请核对",
        "An owner of {other} has the same number and another name: counted as one, please check",
    ),
    FindingKind.DIFFERS: Said(
        Severity.WARNING,
        "与现有登记不一致，未改动：{what_zh}",
        "Differs from the register, left as it is: {what_en}",
    ),
}
FAULTS: Mapping[str, tuple[str, str]] = {
    "length": ("位数或字符不对", "wrong length or signs"),
    "date": ("出生日期不存在", "no such date of birth"),
    "check": ("校验码不符", "the check digit does not fit"),
    "as_number": ("被存为数字，末几位已丢失", "stored as a number, its last digits are lost"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding with its place: sheet, row (1-based), column letter and heading ("" for a whole sheet or row)."""

    kind: FindingKind
    severity: Severity
    sheet: str
    row: int
    column: str
    heading: str
    reason_zh: str
    reason_en: str
    home: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file something stands."""

    sheet: str
    row: int
    column: str = ""
    heading: str = ""
    home: str | None = None


def finding(kind: FindingKind, at: Place, severity: Severity | None = None, **facts: str | int) -> Finding:
    """PRI-2. The finding in both languages. It names the place only: any cell may hold a name, phone or id number."""
    said = SAID[kind]
    grave = severity or said.severity
    return Finding(
        kind, grave, at.sheet, at.row, at.column, at.heading, said.zh.format(**facts), said.en.format(**facts), at.home
    )
