"""Decides which kinds of ticket exist (TKT-1)."""

from enum import StrEnum


class Kind(StrEnum):
    """TKT-1. What the reporter wants."""

    ENQUIRY = "ENQUIRY"  # 咨询
    HELP = "HELP"  # 求助
    SUGGESTION = "SUGGESTION"  # 建议
    COMPLAINT = "COMPLAINT"  # 投诉
    REPORT = "REPORT"  # 举报
    PRAISE = "PRAISE"  # 表扬
    NEIGHBOUR_HELP = "NEIGHBOUR_HELP"  # 邻里互助


class UnitKind(StrEnum):
    """Who a unit that handles tickets is."""

    COMMUNITY = "COMMUNITY"  # 居委会 / 社区
    PROPERTY = "PROPERTY"  # 物业
    CONTRACTOR = "CONTRACTOR"  # 维修单位
    UTILITY = "UTILITY"  # 水电暖气公司
    STREET = "STREET"  # 街道科室
    VOLUNTEER = "VOLUNTEER"  # 志愿者
    OTHER = "OTHER"


class EmergencyLine(StrEnum):
    """TKT-2. Where a report goes that is no matter of a compound."""

    POLICE = "110"
    FIRE = "119"
    AMBULANCE = "120"
    TRAFFIC = "122"
