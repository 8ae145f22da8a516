"""What the house itself says about a field that is not right, in zh-CN and en, never a validator's own English."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Any


class Language(StrEnum):
    ZH = "zh-CN"
    EN = "en"


@lru_cache(maxsize=512)  # browsers send few different ones, with every request
def asked_language(accept_language: str) -> Language:
    """The better of the two languages for an Accept-Language header; zh-CN unless English is preferred."""
    weights = {Language.ZH: -1.0, Language.EN: -1.0}
    for part in accept_language[:500].split(","):
        tag, _, parameters = part.strip().partition(";")
        language = {"zh": Language.ZH, "en": Language.EN}.get(tag.strip().lower().split("-")[0])
        if language is not None:
            weights[language] = max(weights[language], _weight(parameters))
    return Language.EN if weights[Language.EN] > max(weights[Language.ZH], 0.0) else Language.ZH


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


# pydantic's error type -> (zh, en); `{name}` takes the error's context.
FIELD_TEXTS: Mapping[str, tuple[str, str]] = {
    "missing": ("必须填写", "is required"),
    "extra_forbidden": ("没有这个字段", "there is no such field"),
    "json_invalid": ("不是有效的 JSON", "is not valid JSON"),
    "string_type": ("应为文本", "must be text"),
    "string_too_short": ("至少 {min_length} 个字", "must have at least {min_length} characters"),
    "string_too_long": ("最多 {max_length} 个字", "must have at most {max_length} characters"),
    "string_pattern_mismatch": ("格式不对", "does not have the right form"),
    "string_unicode": ("含有无法保存的字符", "holds characters that cannot be stored"),
    "text_control": ("含有控制字符", "holds control characters"),
    "text_surrogate": ("含有无法保存的字符", "holds characters that cannot be stored"),
    "cursor": ("不是此列表给出的游标", "is no cursor of this list"),
    "day": ("应为日期,如 2026-03-08", "must be a day such as 2026-03-08"),
    "day_range": ("日期应在 1900 年至 2199 年之间", "must lie between the years 1900 and 2199"),
    "instant": (
        "应为带时区的时刻,如 2026-03-08T09:30:00+08:00",
        "must be an instant such as 2026-03-08T09:30:00+08:00",
    ),
    "area": ("应为两位小数的平方米数,如 72.97", "must be square metres with two places, such as 72.97"),
    "int_type": ("应为整数", "must be a whole number"),
    "int_parsing": ("应为整数", "must be a whole number"),
    "int_parsing_size": ("数字过大", "is too large a number"),
    "int_from_float": ("应为整数", "must be a whole number"),
    "float_type": ("应为数字", "must be a number"),
    "float_parsing": ("应为数字", "must be a number"),
    "finite_number": ("应为有限的数", "must be a finite number"),
    "decimal_type": ("应为数字", "must be a number"),
    "decimal_parsing": ("应为数字", "must be a number"),
    "bool_type": ("应为 true 或 false", "must be true or false"),
    "bool_parsing": ("应为 true 或 false", "must be true or false"),
    "greater_than": ("应大于 {gt}", "must be greater than {gt}"),
    "greater_than_equal": ("不能小于 {ge}", "must be at least {ge}"),
    "less_than": ("应小于 {lt}", "must be less than {lt}"),
    "less_than_equal": ("不能大于 {le}", "must be at most {le}"),
    "enum": ("应为下列之一:{expected}", "must be one of: {expected}"),
    "literal_error": ("应为下列之一:{expected}", "must be one of: {expected}"),
    "uuid_type": ("应为 UUID", "must be a UUID"),
    "uuid_parsing": ("应为 UUID", "must be a UUID"),
    "uuid_version": ("应为 UUID", "must be a UUID"),
    "list_type": ("应为列表", "must be a list"),
    "set_type": ("应为列表", "must be a list"),
    "tuple_type": ("应为列表", "must be a list"),
    "too_short": ("至少 {min_length} 项", "must have at least {min_length} entries"),
    "too_long": ("最多 {max_length} 项", "must have at most {max_length} entries"),
    "dict_type": ("应为对象", "must be an object"),
    "model_type": ("应为对象", "must be an object"),
    "model_attributes_type": ("应为对象", "must be an object"),
    "union_tag_invalid": ("应为下列之一:{expected_tags}", "must be one of: {expected_tags}"),
    "union_tag_not_found": ("缺少类型字段", "lacks its kind"),
    "bytes_type": ("应为文件", "must be a file"),
    "value_error": ("内容有误", "is not right"),
}
CHOICE = re.compile(r"(?:^|, | or )'?(.*?)'?(?=, | or |$)")
OTHERWISE = ("内容有误", "is not right")


def field_error(kind: str, context: Mapping[str, Any], language: Language) -> str:
    """Our own sentence for one field's error: the one it brings itself (`zh`, `en`), or the house's for its kind."""
    zh, en = (context["zh"], context["en"]) if "zh" in context else FIELD_TEXTS.get(kind, OTHERWISE)
    try:
        return (zh if language is Language.ZH else en).format_map(_said(context, language))
    except (KeyError, ValueError):
        return OTHERWISE[0] if language is Language.ZH else OTHERWISE[1]


def _said(context: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """pydantic lists choices in Python's and English words: "'A', 'B' or 'C'", "True"."""
    if "expected" not in context:
        return dict(context)
    choices = [{"True": "true", "False": "false"}.get(one, one) for one in CHOICE.findall(str(context["expected"]))]
    return {**context, "expected": ("、" if language is Language.ZH else ", ").join(choices)}


def pointer(location: Sequence[object]) -> str:
    """A place in the request as JSON pointer: `/home/area`; other parts by their name: `query/limit`."""
    part, *steps = [str(step) for step in location] or ["body"]
    path = "/".join(step.replace("~", "~0").replace("/", "~1") for step in steps)
    return f"/{path}" if part == "body" else f"{part}/{path}"
