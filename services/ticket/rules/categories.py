"""Lists the categories a house starts with and what each is called in the public catalogues (TKT-1, TKT-7)."""

from dataclasses import dataclass
from enum import StrEnum


class Standard(StrEnum):
    """Public city-management catalogues; a code is unique only together with standard and kind."""

    GB_2013 = "GB/T 30428.2-2013"
    GB_2026 = "GB/T 47678.5-2026"  # entries come from third parties: verify locally


STANDARD_KIND = {Standard.GB_2013: "event", Standard.GB_2026: "matter"}


@dataclass(frozen=True, slots=True)
class CatalogueCode:
    std_ref: Standard
    kind: str
    code: str


@dataclass(frozen=True, slots=True)
class Category:
    """What a ticket is about. Where the community may not lead, the ticket goes up (TKT-7)."""

    code: str
    zh: str
    en: str
    community_may_lead: bool
    catalogue: tuple[CatalogueCode, ...]


GROUPS = {
    "sanitation": ("卫生", "Sanitation"),
    "safety": ("安全", "Safety"),
    "facilities": ("设施", "Facilities"),
    "neighbours": ("邻里", "Neighbours"),
    "parking": ("停车", "Parking"),
    "noise": ("噪音", "Noise"),
    "greenery": ("绿化", "Greenery"),
    "utilities": ("水电暖", "Water, power, heating"),
    "other": ("其他", "Other"),
}
"""TKT-1. The part of a code before the dot."""

# code | zh | en | may the community lead | code of 2013 | code of 2026; both kept, neither is needed
_SEED = """
sanitation.litter|暴露垃圾|Litter|yes|0102|06010
sanitation.rubble|积存垃圾渣土|Piled-up rubbish or rubble|yes|0103|06011
sanitation.bin_full|垃圾站(箱)满溢|Overflowing bins|yes||06042
sanitation.bin_broken|垃圾箱损坏|Broken bin|yes||03005
sanitation.unsorted|垃圾未分类|Unsorted waste|yes||06041
sanitation.road_dirty|道路不洁|Dirty road|yes|0104|
sanitation.furniture|废弃家具设备|Discarded furniture|yes|0108|06035
sanitation.small_ads|非法小广告|Illegal small advertisements|yes|0201|07001
sanitation.dead_animal|动物尸体|Dead animal|yes|0117|
safety.fire_equipment|消防设施异常|Fire equipment out of order|no||01013
safety.fire_lane|占用消防通道|Blocked fire lane|yes||09012
safety.ebike_indoors|电动车进楼充电|E-bike charged indoors|yes||
safety.falling_objects|高空抛物|Objects thrown from above|yes||
safety.stair_clutter|楼道堆物|Clutter in the staircase|yes||
safety.clutter|乱堆物堆料|Clutter outdoors|yes|0507|06036
safety.illegal_building|私搭乱建|Illegal building|no|0101|06001
safety.cables|架空线缆损坏|Damaged overhead cable|no|0408|10002
safety.road_collapse|路面塌陷|Road collapse|no|0401|
facilities.street_lamp|路灯异常|Street lamp out|yes||01037
facilities.stair_lamp|楼道灯不亮|Stair lamp out|yes||
facilities.entrance_door|单元门损坏|Broken entrance door|yes||
facilities.roof_leak|屋面漏水|Leaking roof|yes||
facilities.lift|公用电梯异常|Lift out of order|no||01076
facilities.manhole_sewage|污水井盖异常|Sewage manhole cover|no||01002
facilities.manhole_rain|雨水井盖异常|Storm-drain cover|no||01003
facilities.septic_tank|化粪池异常|Septic tank|no||03003
facilities.road_damage|道路破损|Damaged road|yes|0110|06013
facilities.steps|台阶破损|Broken steps|yes||06049
facilities.ramp|无障碍坡道破损|Broken ramp|yes||06052
facilities.fitness|户外健身设施异常|Outdoor fitness equipment|yes||01046
facilities.charger|充电桩异常|Charging pile|no||01054
facilities.parcel_locker|快递柜异常|Parcel locker|yes||01075
parking.car|机动车乱停放|Badly parked car|yes|0505|09009
parking.bike|非机动车乱停放|Badly parked bike|yes|0506|09010
parking.ground_lock|私设地锁阻车桩|Private ground lock|yes||06040
parking.abandoned_car|废弃车辆|Abandoned vehicle|yes|0107|06034
noise.general|噪声扰民|Noise|yes||06028
noise.trade|商业噪音|Noise of a business|no|0508|
noise.building_site|施工扰民|Noise of building work|no|0301|
greenery.dirty|绿地脏乱|Untidy green|yes|0106|06017
greenery.occupied|非法占绿毁绿|Green taken or destroyed|yes||06045
greenery.animals|擅自饲养家禽家畜|Poultry or livestock|yes|0118|06038
greenery.snow|道路积雪结冰|Snow or ice|yes|0407|10001
utilities.water_pipe|自来水管破裂|Burst water pipe|no|0402|
utilities.gas_pipe|燃气管道破裂|Broken gas pipe|no|0403|
utilities.heating_pipe|热力管道破裂|Broken heating pipe|no|0405|
utilities.heating_cold|暖气不热|Heating stays cold|no||
utilities.sewer|下水道堵塞或破损|Blocked or broken sewer|no|0404|
utilities.drain_indoors|上下水堵塞(户内外)|Blocked water or drain at a home|yes||
utilities.road_water|道路积水|Water on the road|no|0406|
neighbours.dispute|邻里纠纷|Dispute between neighbours|yes||
neighbours.living_alone|独居老人帮扶|Help for an old person living alone|yes||
neighbours.errand|代购代办|Shopping and errands|yes||
neighbours.laundry|沿街晾挂|Laundry over the street|yes|0511|06007
other.other|其他|Other|yes||
"""


def _read(line: str) -> Category:
    code, zh, en, leads, old, new = line.split("|")
    codes = ((Standard.GB_2013, old), (Standard.GB_2026, new))
    catalogue = tuple(CatalogueCode(std, STANDARD_KIND[std], number) for std, number in codes if number)
    return Category(code, zh, en, leads == "yes", catalogue)


SEED: tuple[Category, ...] = tuple(_read(line) for line in _SEED.strip().splitlines())
"""TKT-1. What the first migration enters; a house changes it through the API."""
