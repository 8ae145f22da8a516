"""A true draft of every preset, for whoever needs an election of that kind."""

from typing import Any

from tests.election.api.neighbour import COMPOUND

NAMES = ("王秀兰", "李建国", "赵敏", "周强", "吴芳", "郑伟")
BALLOT_PAPER = {"nominees": [{"name": name, "consents": True} for name in NAMES], "seats": 5}
MEMBERS = [{"person_id": f"0197a3f2-0000-7000-8000-00000000300{place}", "owner": place < 4} for place in range(7)]


def question(matter: str | None, title: str = "是否同意?") -> dict[str, Any]:
    return {"matter": matter, "title": title, "words": "方案见附件。"}


PARTS: dict[str, dict[str, Any]] = {
    "ORDINARY": {"items": [question("USE_FUND", "使用维修资金更换电梯"), question("MANAGER", "续聘物业公司")]},
    "SPECIAL": {"items": [question("CHANGE_COMMON_PARTS", "地面架空层改为活动室")]},
    "UNANIMOUS": {"items": [question("HOUSING_TO_BUSINESS", "101 室改作理发店")], "buildings": ["1"]},
    "CANDIDATES": BALLOT_PAPER,
    "MEMBERS_VOTE": {"items": [question(None, "公示第三季度公共收益")], "members": MEMBERS},
    "HOUSEHOLD_BALLOT": {"nominees": BALLOT_PAPER["nominees"], "seats": 2},
}


def draft_of(preset: str, **changed: Any) -> dict[str, Any]:
    """A draft without its window: add `opens_at` and `closes_at`."""
    head = {"compound_id": str(COMPOUND), "rule_set": preset, "title": "业主共同决定", "words": "请阅读附件后表决。"}
    return {**head, **PARTS[preset], **changed}
