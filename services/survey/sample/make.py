"""Writes the story's questionnaire (scene 4) as the XLSForm that ships: `python -m services.survey.sample.make`."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

FILE = Path(__file__).with_name("household.xlsx")
ZH = "label::中文 (zh)"
EN = "label::English (en)"
NOTICE = (
    "长风西街街道某社区为小区自治摸底入户走访。只问治理所需的内容,不收身份证号;党员身份、是否愿意参与、联系方式各需单独同意,"
    "可以不答,也可以随时撤回。统计结果公开时,少于5户的数字不显示。答卷保存两年后销毁。"
)

SURVEY: Sequence[Mapping[str, str]] = (
    {"type": "begin_group", "name": "household", ZH: "家庭情况", EN: "Household"},
    {
        "type": "integer",
        "name": "age_0_13",
        ZH: "14岁以下几人(只记人数)",
        EN: "How many under 14 (a count only)",
        "required": "yes",
        "constraint": ". >= 0 and . <= 20",
        "constraint_message::中文 (zh)": "请填 0 到 20 之间的人数",
        "constraint_message::English (en)": "A number from 0 to 20",
    },
    {
        "type": "integer",
        "name": "age_14_59",
        ZH: "14至59岁几人",
        EN: "How many from 14 to 59",
        "required": "yes",
        "constraint": ". >= 0 and . <= 20",
    },
    {
        "type": "integer",
        "name": "age_60",
        ZH: "60岁以上几人",
        EN: "How many of 60 and over",
        "required": "yes",
        "constraint": ". >= 0 and . <= 20 and ${age_0_13} + ${age_14_59} + . > 0",
        "constraint_message::中文 (zh)": "全家至少一人",
        "constraint_message::English (en)": "At least one person in all",
    },
    {
        "type": "calculate",
        "name": "people",
        "calculation": "${age_0_13} + ${age_14_59} + ${age_60}",
    },
    {"type": "end_group", "name": ""},
    {
        "type": "select_multiple help",
        "name": "help_wanted",
        ZH: "需要哪些帮助",
        EN: "Help wanted",
        "constraint": "not(selected(., 'NONE') and count-selected(.) > 1)",
        "constraint_message::中文 (zh)": "选了“不需要”就不能再选其他",
        "constraint_message::English (en)": "“None” stands alone",
    },
    {
        "type": "text",
        "name": "help_other",
        ZH: "其他帮助是什么",
        EN: "Which other help",
        "relevant": "selected(${help_wanted}, 'OTHER')",
        "required": "yes",
        "constraint": "string-length(.) <= 200",
    },
    {
        "type": "select_one need",
        "name": "elder_company",
        ZH: "老人是否希望有人定期上门看望",
        EN: "Would the old like regular company",
        "relevant": "${age_60} > 0",
    },
    {
        "type": "select_multiple matter",
        "name": "matters",
        ZH: "小区最该先办的事(最多三项)",
        EN: "What to do first (three at most)",
        "constraint": "count-selected(.) <= 3",
        "constraint_message::中文 (zh)": "最多选三项",
        "constraint_message::English (en)": "Three at most",
        "required": "yes",
    },
    {"type": "select_one occupation", "name": "occupation", ZH: "职业(可不答)", EN: "Occupation (optional)"},
    {
        "type": "select_one yesno",
        "name": "party_member",
        ZH: "是否中共党员(需单独同意)",
        EN: "Party member (own consent)",
        "consent": "PARTY",
    },
    {
        "type": "select_multiple service",
        "name": "willing_to_serve",
        ZH: "愿意参与哪些自治工作(需单独同意)",
        EN: "Willing to serve (own consent)",
        "consent": "SERVE",
    },
    {
        "type": "select_one channel",
        "name": "contact_channel",
        ZH: "希望怎样联系",
        EN: "Preferred contact",
        "required": "yes",
    },
    {
        "type": "text",
        "name": "contact_phone",
        ZH: "联系电话(需单独同意)",
        EN: "Phone (own consent)",
        "relevant": "${contact_channel} = 'PHONE'",
        "constraint": "regex(., '1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}')",
        "constraint_message::中文 (zh)": "请填 11 位手机号或带区号的座机号",
        "constraint_message::English (en)": "A mobile number or one with area code",
        "consent": "CONTACT",
    },
    {
        "type": "date",
        "name": "come_again_on",
        ZH: "约定再来的日期(可不填)",
        EN: "Day of the next visit (optional)",
        "constraint": ". >= today() and . <= today() + 60",
        "constraint_message::中文 (zh)": "请填今天起 60 天内的日期",
        "constraint_message::English (en)": "Within 60 days from today",
    },
)
CHOICES: Sequence[tuple[str, str, str, str]] = (
    ("yesno", "YES", "是", "Yes"),
    ("yesno", "NO", "否", "No"),
    ("need", "YES", "希望", "Yes"),
    ("need", "SOMETIMES", "有时", "Sometimes"),
    ("need", "NO", "不需要", "No"),
    ("help", "SHOPPING", "买米买菜", "Shopping"),
    ("help", "CARRYING", "搬重物", "Carrying"),
    ("help", "REPAIR", "小修小补", "Small repairs"),
    ("help", "PHONE_USE", "用手机", "Using a phone"),
    ("help", "CHILD", "接送孩子", "Fetching children"),
    ("help", "OTHER", "其他", "Other"),
    ("help", "NONE", "不需要", "None"),
    ("matter", "RUBBISH", "垃圾清运", "Rubbish"),
    ("matter", "LAMP", "楼道照明", "Stair lamps"),
    ("matter", "PIPE", "上下水管", "Pipes"),
    ("matter", "PARKING", "停车秩序", "Parking"),
    ("matter", "DOOR", "单元门禁", "Entrance doors"),
    ("matter", "GREEN", "绿化", "Green"),
    ("matter", "ROOF", "屋面漏水", "Leaking roof"),
    ("occupation", "EMPLOYED", "在职", "Employed"),
    ("occupation", "RETIRED", "退休", "Retired"),
    ("occupation", "SELF", "个体经营", "Self-employed"),
    ("occupation", "STUDENT", "学生", "Student"),
    ("occupation", "OTHER", "其他", "Other"),
    ("service", "PMC", "物业管理委员会", "Management committee"),
    ("service", "COUNCIL", "小区议事会", "Council"),
    ("service", "VOLUNTEER", "志愿服务", "Volunteering"),
    ("service", "STAIR", "楼门长", "Entrance warden"),
    ("channel", "PHONE", "电话", "Phone"),
    ("channel", "MINI_PROGRAM", "小程序", "Mini-program"),
    ("channel", "DOOR", "上门", "At the door"),
    ("channel", "NOTICE", "看公告栏", "Notice board"),
)
SETTINGS: Mapping[str, str] = {
    "form_title": "小区自治摸底入户问卷",
    "form_id": "household_survey",
    "default_language": "中文 (zh)",
    "notice_version": "2026-1",
    "notice": NOTICE,
}


def records() -> dict[str, list[dict[str, str]]]:
    """The questionnaire in its JSON form."""
    choices = [{"list_name": one, "name": name, ZH: zh, EN: en} for one, name, zh, en in CHOICES]
    survey = [{column: text for column, text in row.items() if text} for row in SURVEY]
    return {"survey": survey, "choices": choices, "settings": [dict(SETTINGS)]}


def write(path: Path) -> None:
    from xlsxwriter import Workbook  # heavy, and only here

    book = Workbook(str(path))
    book.set_properties({"created": datetime(2026, 1, 1, tzinfo=UTC)})  # the same file every time
    heading = book.add_format({"bold": True, "bg_color": "#DDEBF7"})
    for name, rows in records().items():
        sheet = book.add_worksheet(name)
        columns = list(dict.fromkeys(column for row in rows for column in row))
        sheet.write_row(0, 0, columns, heading)
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(rows, 1):
            for place, column in enumerate(columns):
                if row.get(column):
                    sheet.write_string(number, place, row[column])
    book.close()


if __name__ == "__main__":
    write(FILE)
