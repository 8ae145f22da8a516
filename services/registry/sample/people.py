"""Who can be signed in as in the sample compound, and what each may do."""

from dataclasses import dataclass

from services.registry.rules.door_codes import Relation
from services.registry.rules.roles import Role

COMMUNITY = "140109013199"
COMMUNITY_NAME = "晋阳社区（示例）"
COMPOUND = f"{COMMUNITY}001"
COMPOUND_NAME = "晋阳小区（示例）"
STREET = COMMUNITY[:9]
PLATFORM = "sample-city-platform"


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """Somebody invented. `tie` binds him to a home of the sample by its label."""

    login: str
    name: str
    role: Role
    scope: str
    title_zh: str
    title_en: str
    may_zh: str
    may_en: str
    tie: tuple[str, Relation] | None = None


SAMPLE_PEOPLE: tuple[SamplePerson, ...] = (
    SamplePerson(
        "secretary", "高敏兰", Role.SECRETARY, COMMUNITY, "社区书记", "secretary of the community",
        "管理住户登记册，受理并派发工单", "keep the register, accept and dispatch tickets",
    ),
    SamplePerson(
        "clerk", "林建平", Role.CLERK, COMMUNITY, "社区工作人员", "clerk at the desk",
        "导入名册，受理工单，发放入户码", "import rolls, take tickets, hand over door codes",
    ),
    SamplePerson(
        "worker", "何静", Role.GRID_WORKER, COMPOUND, "网格员", "grid worker",
        "上门发放入户码，核查工单", "hand over door codes, verify tickets",
    ),
    SamplePerson(
        "officer", "郭国强", Role.STREET_OFFICER, STREET, "街道办工作人员", "officer of the street office",
        "查看本街道各小区，任命社区人员", "see the street's compounds, appoint community staff",
    ),
    SamplePerson(
        "handler", "马军", Role.HANDLER, COMPOUND, "处置单位人员", "worker of a handling unit",
        "签收并办理派给本单位的工单", "sign for and handle dispatched tickets",
    ),
    SamplePerson(
        "pmc", "周艳秀", Role.PMC_MEMBER, COMPOUND, "物管会委员", "member of the PMC",
        "查看小区住户与面积", "see homes and areas of the compound",
    ),
    SamplePerson(
        "party", "罗建国", Role.PARTY_MEMBER, COMPOUND, "党员", "party member",
        "参加志愿服务与议事", "serve and deliberate",
    ),
    SamplePerson(
        "volunteer", "朱丽霞", Role.VOLUNTEER, COMPOUND, "志愿者", "volunteer",
        "认领邻里互助", "take up neighbour help",
    ),
    SamplePerson(
        "volunteer2", "胡平", Role.VOLUNTEER, COMPOUND, "志愿者", "volunteer",
        "认领邻里互助", "take up neighbour help",
    ),
    SamplePerson(
        "owner", "赵明", Role.OWNER, COMPOUND, "业主", "owner",
        "报修，查看自己的房屋", "report, see his own home", ("1-1-101", Relation.OWNER),
    ),
    SamplePerson(
        "resident", "赵小涛", Role.RESIDENT, COMPOUND, "居民（业主家属）", "resident, an owner's family",
        "报修，查看自己的工单", "report, see his own tickets", ("1-1-101", Relation.FAMILY),
    ),
    SamplePerson(
        "tenant", "吴娜", Role.RESIDENT, COMPOUND, "租户", "tenant",
        "报修，查看自己的工单", "report, see his own tickets", ("1-1-102", Relation.TENANT),
    ),
    SamplePerson(
        "administrator", "徐超", Role.ADMINISTRATOR, "", "系统管理员", "administrator",
        "管理账号、角色和外部平台", "accounts, roles and partner platforms",
    ),
    SamplePerson(
        "auditor", "孙英", Role.AUDITOR, "", "审计员", "auditor",
        "查阅审计记录", "read the audit trail",
    ),
)  # fmt: skip
