"""Says what can be wrong with a questionnaire, where, and in which words."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.survey.rules.expressions import FAULTS


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault with its place: the sheet, the row as a spreadsheet counts (headings are row 1; 0: the whole sheet),
    the column by its heading, and for an expression the character in the cell, from 1."""

    sheet: str
    row: int
    column: str
    code: str
    what: str = ""
    character: int = 0


TEXTS: Mapping[str, tuple[str, str]] = {
    "SHEET_MISSING": ("缺少工作表 {what}", "the sheet {what} is missing"),
    "SHEET_EMPTY": ("工作表没有内容", "the sheet holds no rows"),
    "COLUMN_MISSING": ("缺少列 {what}", "the column {what} is missing"),
    "COLUMN_UNKNOWN": ("不认识的列 {what}", "unknown column {what}"),
    "COLUMN_TWICE": ("列 {what} 出现了两次", "the column {what} is there twice"),
    "TOO_MANY_ROWS": ("行数过多,最多 {what} 行", "too many rows, at most {what}"),
    "CELL_TOO_LONG": ("单元格内容过长", "the cell holds too much"),
    "TYPE_MISSING": ("没有填写类型", "the type is missing"),
    "TYPE_UNKNOWN": ("不支持的类型 {what}", "unknown type {what}"),
    "NAME_MISSING": ("没有填写名称", "the name is missing"),
    "NAME_BAD": (
        "名称 {what} 只能用英文字母、数字和下划线,并以字母开头",
        "the name {what} is not letters, digits and _",
    ),
    "NAME_TWICE": ("名称 {what} 重复", "the name {what} is there twice"),
    "NAME_RESERVED": ("名称 {what} 是保留字", "the name {what} is reserved"),
    "LABEL_MISSING": ("没有填写题目文字", "the label is missing"),
    "LIST_MISSING": ("选择题没有写选项表", "a select names no list"),
    "LIST_UNKNOWN": ("没有选项表 {what}", "there is no list {what}"),
    "CHOICE_NAME_MISSING": ("选项没有名称", "the choice has no name"),
    "CHOICE_NAME_BAD": ("选项名称 {what} 不能含空格", "the choice name {what} holds a space"),
    "CHOICE_TWICE": ("选项 {what} 在表中重复", "the choice {what} is in its list twice"),
    "CHOICE_LABEL_MISSING": ("选项没有文字", "the choice has no label"),
    "LIST_NAME_MISSING": ("选项没有写所属选项表", "the choice names no list"),
    "GROUP_UNCLOSED": ("{what} 没有结束", "{what} is not closed"),
    "GROUP_EMPTY": ("{what} 里没有题目", "{what} holds nothing"),
    "END_UNMATCHED": ("多余的结束行", "there is nothing to end here"),
    "END_WRONG": ("结束行与 {what} 不对应", "this does not end {what}"),
    "GROUPS_TOO_DEEP": ("分组嵌套过深", "groups are nested too deeply"),
    "FUNCTION_UNKNOWN": ("没有函数 {what}", "there is no function {what}"),
    "FUNCTION_NOT_OFFERED": ("此处不支持函数 {what}", "the function {what} is not offered here"),
    "FUNCTION_ARITY": ("函数 {what} 的参数个数不对", "{what} has the wrong number of arguments"),
    "REFERENCE_UNKNOWN": ("引用的题目 {what} 不存在", "there is no question {what} to refer to"),
    "PATH_UNKNOWN": ("路径 {what} 不存在", "the path {what} leads nowhere"),
    "PATTERN_BAD": ("正则表达式不可用", "the regular expression cannot be used"),
    "PATTERN_NOT_TEXT": ("正则表达式必须直接写出", "the regular expression must be written out"),
    "CYCLE": ("循环引用:{what}", "these depend on each other: {what}"),
    "CALCULATION_MISSING": ("计算题没有写公式", "a calculation has no formula"),
    "CONSENT_BAD": ("同意用途 {what} 应为大写字母和下划线", "the consent purpose {what} is not capitals and _"),
    "CONSENT_REQUIRED": ("需单独同意的题目不能设为必答", "what needs a consent of its own cannot be required"),
    "CONSENT_REPEATED": ("需单独同意的题目不能放在重复组里", "what needs its own consent cannot be repeated"),
    "ID_NUMBER": ("不得收集身份证号", "id numbers must not be asked for"),
    "SETTING_MISSING": ("设置表没有填写 {what}", "the setting {what} is missing"),
    "SETTING_BAD": ("设置 {what} 的写法不对", "the setting {what} is not well written"),
    "REPLACES_UNKNOWN": ("上一版没有题目 {what}", "the version before has no question {what}"),
    "REPLACES_TWICE": ("上一版的题目 {what} 被多个题目承接", "two questions continue {what}"),
    "KIND_CHANGED": ("题目 {what} 与上一版类型不同,请另取名称", "{what} was of another type before: name it anew"),
    "CONVERTER": ("无法转换为 XForm", "it cannot be made an XForm"),
    **{f"EXPRESSION_{code}": texts for code, texts in FAULTS.items()},
}


def in_words(finding: Finding, chinese: bool) -> str:
    zh, en = TEXTS[finding.code]
    return (zh if chinese else en).format(what=finding.what)
