"""Which status, title and text each refusal of the survey room is answered with: one table."""

from collections.abc import Mapping

from shared.problems import Answer, Refusal, documented


class SurveyUnknown(Refusal):
    """No such questionnaire or version, or one of a compound the caller may not know of."""


class RoundUnknown(Refusal):
    """No such round, or one of a compound the caller may not know of."""


class HomeNotInRound(Refusal):
    """The home is none of the round's, or not one the caller may answer for."""


class VisitUnknown(Refusal):
    """No such visit, or not the caller's to see."""


class SubmissionUnknown(Refusal):
    """No such record, or not the caller's to see."""


class CompoundMissing(Refusal):
    """No such compound, or not the caller's."""


class WorkbookRefused(Refusal):
    """The file is no workbook that can be read. Facts: fault, reason_zh, reason_en."""


class QuestionnaireRefused(Refusal):
    """Facts: errors, a list of {"pointer", "sheet", "row", "column", "character", "code", "detail"}."""


class PublishedMeanwhile(Refusal):
    """Somebody else published a version of the questionnaire at the same time."""


class VersionMissing(Refusal):
    """The questionnaire has no published version yet."""


class ScopeEmpty(Refusal):
    """The scope of the round, or a building of it, holds no home. Facts: buildings."""


class RoundRefused(Refusal):
    """The round's state forbids it. Facts: state, allowed."""


class IdTaken(Refusal):
    """The client-made id stands for something else already."""


class EditionStale(Refusal):
    """The edition that this one continues is not the current one. Facts: current."""


class Withdrawn(Refusal):
    """The answers were withdrawn and take no more."""


class ConsentMissing(Refusal):
    """VIS-2. Answers without consent to the notice. Facts: needed."""


class NoticeUnknown(Refusal):
    """PRI-1. Facts: notice_version, the one that was to be shown."""


class VisitInvalid(Refusal):
    """VIS-1. Facts: fields, the names of those that do not fit each other."""


class VisitorUnknown(Refusal):
    """VIS-1. The second visitor is nobody who visits in this compound, or was none any more."""


class HomeTaken(Refusal):
    """Somebody else took the home along. Facts: homes."""


class RecordNotThere(Refusal):
    """The chosen record is none of this home that counts."""


class PurposeUnknown(Refusal):
    """VIS-6. No question of the form has a consent for this purpose. Facts: purposes."""


class FiguresHidden(Refusal):
    """The figures of the round are not published."""


ERRORS: Mapping[type[Refusal], Answer] = {
    SurveyUnknown: Answer(404, "survey-unknown", "没有这份问卷", "No such questionnaire"),
    RoundUnknown: Answer(404, "round-unknown", "没有这轮走访", "No such round"),
    HomeNotInRound: Answer(404, "home-not-in-round", "本轮走访没有这户", "The home is not of this round"),
    VisitUnknown: Answer(404, "visit-unknown", "没有这条走访记录", "No such visit"),
    SubmissionUnknown: Answer(404, "submission-unknown", "没有这份答卷", "No such record of answers"),
    CompoundMissing: Answer(404, "survey-compound-missing", "没有这个小区", "No such compound", "也可能不归您管。",
                            "Or it is not yours."),
    WorkbookRefused: Answer(422, "workbook-refused", "文件不能作为问卷", "The file is no questionnaire",
                            "{reason_zh}", "{reason_en}", members=("fault",)),
    QuestionnaireRefused: Answer(422, "questionnaire-refused", "问卷有错误,未发布", "The questionnaire has faults",
                                 "请按 errors 中的位置逐项更正。", "Correct what errors lists, by its place.",
                                 members=("errors",)),
    PublishedMeanwhile: Answer(409, "published-meanwhile", "他人刚发布了新版本,请查看后重试",
                               "Another version was published meanwhile; look at it and try again"),
    VersionMissing: Answer(409, "version-missing", "问卷还没有发布", "The questionnaire is not published yet"),
    ScopeEmpty: Answer(409, "scope-empty", "走访范围内没有住户", "There is no home in the scope",
                       members=("buildings",)),
    RoundRefused: Answer(409, "round-refused", "走访现在的状态不允许此操作", "The round's state forbids it",
                         members=("state", "allowed")),
    IdTaken: Answer(409, "id-taken", "此编号已用于其他内容", "This id stands for something else",
                    "同一编号再次提交的内容必须相同。", "What is sent again under one id must be the same."),
    EditionStale: Answer(409, "edition-stale", "答卷已有更新的版本", "The record has a newer edition",
                         members=("current",)),
    Withdrawn: Answer(409, "withdrawn", "答卷已撤回", "The answers were withdrawn"),
    ConsentMissing: Answer(422, "consent-missing", "未取得受访人同意", "There is no consent to the notice",
                           members=("needed",)),
    NoticeUnknown: Answer(422, "notice-unknown", "告知书版本不符", "This is not the notice of the questionnaire",
                          members=("notice_version",)),
    VisitInvalid: Answer(422, "visit-invalid", "走访记录填写有误", "The visit is not filled in rightly",
                         members=("fields",)),
    VisitorUnknown: Answer(422, "visitor-unknown", "同行人不是本小区的走访人员",
                           "The second visitor is nobody who visits here",
                           "同行人走访时须在本小区有社区工作人员、网格员、志愿者或党员身份。",
                           "At the time of the visit he must be clerk, secretary, grid worker, volunteer or party "
                           "member of this compound."),
    HomeTaken: Answer(409, "home-taken-along", "有住户已被他人领走", "Somebody else took a home along",
                      members=("homes",)),
    RecordNotThere: Answer(409, "record-not-there", "所选答卷不是本户的有效答卷",
                           "The record is none of this home that counts"),
    PurposeUnknown: Answer(422, "purpose-unknown", "问卷没有这一同意用途", "The form has no such consent",
                           members=("purposes",)),
    FiguresHidden: Answer(409, "figures-not-published", "统计结果尚未公布", "The figures are not published"),
}  # fmt: skip
answers = documented(ERRORS)
