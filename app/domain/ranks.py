"""职级 and 政治面貌: the official terms, in order.

Ranks of civil servants: 《公务员职务与职级并行规定》 (2019-03) articles 6 and 7. Management grades of
public institutions: 《事业单位管理岗位职员等级晋升制度》 and 岗位设置管理试行办法 (三级至十级; a county
has 五级 and below). Political status: GB/T 4762-1984.
"""

from enum import StrEnum

LEADERS = (
    "厅局级正职", "厅局级副职", "县处级正职", "县处级副职", "乡科级正职", "乡科级副职",
)  # fmt: skip
CIVIL_SERVANTS = (
    "一级巡视员", "二级巡视员", "一级调研员", "二级调研员", "三级调研员", "四级调研员",
    "一级主任科员", "二级主任科员", "三级主任科员", "四级主任科员", "一级科员", "二级科员",
)  # fmt: skip
INSTITUTIONS = (
    "管理五级", "管理六级", "管理七级", "管理八级", "管理九级", "管理十级",
    "专业技术正高级", "专业技术副高级", "专业技术中级", "专业技术初级", "工勤技能",
)  # fmt: skip
ENTERPRISES = ("国企领导班子成员", "国企中层", "国企职工")
VILLAGES = ("村（社区）“两委”成员", "驻村第一书记", "村（社区）工作者")
NEW_GROUPS = ("两新组织负责人", "两新组织工作人员")
GROUPS: dict[str, tuple[str, ...]] = {
    "leaders": LEADERS,
    "civil_servants": CIVIL_SERVANTS,
    "institutions": INSTITUTIONS,
    "enterprises": ENTERPRISES,
    "villages": VILLAGES,
    "new_groups": NEW_GROUPS,
}
RANKS = tuple(rank for group in GROUPS.values() for rank in group)


class Political(StrEnum):
    """政治面貌 by its code in GB/T 4762."""

    MEMBER = "01"
    PROBATIONARY = "02"
    YOUTH_LEAGUE = "03"
    REVOLUTIONARY_COMMITTEE = "04"
    DEMOCRATIC_LEAGUE = "05"
    NATIONAL_CONSTRUCTION = "06"
    PROMOTING_DEMOCRACY = "07"
    PEASANTS_AND_WORKERS = "08"
    ZHI_GONG = "09"
    JIU_SAN = "10"
    TAIWAN_LEAGUE = "11"
    INDEPENDENT = "12"
    MASSES = "13"


PARTY = frozenset({Political.MEMBER, Political.PROBATIONARY})
