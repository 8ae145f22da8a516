"""Which status, title and text each refusal of the ticket room is answered with: one table."""

from collections.abc import Mapping

from shared.files import REFERENCE_REFUSED, ReferenceRefused
from shared.problems import Answer, Refusal, documented


class TicketUnknown(Refusal):
    """No such ticket, or one the caller may not know of."""


class PlaceUnknown(Refusal):
    """No such compound or home, or not one the caller may report for."""


class MoveRefused(Refusal):
    """TKT-2. Facts: why (a rule's name), why_zh, why_en, state, allowed."""


class MoveForbidden(Refusal):
    """TKT-2. The move exists, for others. Facts: needed (parts), state, allowed."""


class MoveIncomplete(Refusal):
    """TKT-2. Fields are missing. Facts: missing, allowed."""


class CallbackRefused(Refusal):
    """TKT-6. Nobody is to be called in this state, or the answer is half. Facts: why_zh, why_en, state, allowed."""


class CategoryUnknown(Refusal):
    """Facts: category."""


class CategoryRetired(Refusal):
    """Facts: category."""


class CategoryMissing(Refusal):
    """No such category to change."""


class CategoryTaken(Refusal):
    """Facts: category."""


class YearUnpublished(Refusal):
    """DAY-1. Facts: year."""


class ContactUnknown(Refusal):
    """The ticket holds no name and phone of its own."""


_MEMBERS = ("why", "state", "allowed")

ERRORS: Mapping[type[Refusal], Answer] = {
    TicketUnknown: Answer(404, "ticket-unknown", "没有这张工单", "No such ticket"),
    PlaceUnknown: Answer(
        404, "place-unknown", "没有这个小区或住户", "No such compound or home", "也可能不在您所属的小区。",
        "Or it is not yours.",
    ),
    MoveRefused: Answer(
        409, "move-refused", "工单此时不能这样流转", "The ticket cannot make this move now", "{why_zh}", "{why_en}",
        members=_MEMBERS,
    ),
    MoveForbidden: Answer(
        403, "move-forbidden", "此步不由您办理", "This move is not yours to make", "可办理者:{needed}。",
        "Those who may: {needed}.", members=("needed", "state", "allowed"),
    ),
    MoveIncomplete: Answer(
        422, "move-incomplete", "此步还缺内容", "The move lacks something", "请补充:{missing}。",
        "Please add: {missing}.", members=("missing", "state", "allowed"),
    ),
    CallbackRefused: Answer(
        409, "callback-refused", "此时不能登记回访", "No call-back can be recorded now", "{why_zh}", "{why_en}",
        members=_MEMBERS,
    ),
    CategoryUnknown: Answer(
        422, "category-unknown", "没有这个类别", "No such category", "类别 {category} 不存在。",
        "There is no category {category}.",
    ),
    CategoryRetired: Answer(
        422, "category-retired", "该类别已停用", "The category is no longer used", "类别 {category} 已停用。",
        "Category {category} is retired.",
    ),
    CategoryMissing: Answer(404, "category-missing", "没有这个类别", "No such category"),
    CategoryTaken: Answer(
        409, "category-taken", "该类别代码已存在", "The category's code is taken", "代码 {category} 已存在。",
        "Code {category} exists.",
    ),
    YearUnpublished: Answer(
        409, "year-unpublished", "该年节假日安排尚未录入", "The year's working calendar is not entered",
        "{year} 年的放假通知尚未录入,无法推算期限。", "Holidays of {year} are not entered: no period can be counted.",
        members=("year",),
    ),
    ContactUnknown: Answer(404, "contact-unknown", "工单没有登记联系人", "The ticket holds no contact"),
    ReferenceRefused: REFERENCE_REFUSED,
}  # fmt: skip
answers = documented(ERRORS)
