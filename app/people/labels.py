"""Kinds, ranks, roles and actions in Chinese."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from app.audit.fields import name_values
from app.domain.access import Action, Role
from app.domain.careers import Leaving, PostingKind
from app.domain.identity import Fault
from app.domain.ranks import Political
from app.domain.roster import Field
from app.people.models import Person

# 党组 is no kind: it is set up within a unit (Unit.leading_group).
UNIT_KINDS = {
    "county": _l("县（市、区）"),
    "town": _l("乡镇（街道）"),
    "village": _l("村（社区）"),
    "committee": _l("党委"),
    "work_committee": _l("党工委"),
    "office_committee": _l("机关党委"),
    "general_branch": _l("党总支"),
    "branch": _l("党支部"),
    "office": _l("机关或部门"),
    "institution": _l("事业单位"),
    "enterprise": _l("企业"),
    "other": _l("其他"),
}

POLITICAL: Mapping[str, Any] = {
    Political.MEMBER: _l("中共党员"),
    Political.PROBATIONARY: _l("中共预备党员"),
    Political.YOUTH_LEAGUE: _l("共青团员"),
    Political.REVOLUTIONARY_COMMITTEE: _l("民革党员"),
    Political.DEMOCRATIC_LEAGUE: _l("民盟盟员"),
    Political.NATIONAL_CONSTRUCTION: _l("民建会员"),
    Political.PROMOTING_DEMOCRACY: _l("民进会员"),
    Political.PEASANTS_AND_WORKERS: _l("农工党党员"),
    Political.ZHI_GONG: _l("致公党党员"),
    Political.JIU_SAN: _l("九三学社社员"),
    Political.TAIWAN_LEAGUE: _l("台盟盟员"),
    Political.INDEPENDENT: _l("无党派人士"),
    Political.MASSES: _l("群众"),
}

SEXES = {"m": _l("男"), "f": _l("女")}

RANK_GROUPS = {
    "leaders": _l("领导职务"),
    "civil_servants": _l("公务员职级"),
    "institutions": _l("事业单位"),
    "enterprises": _l("国有企业"),
    "villages": _l("村（社区）"),
    "new_groups": _l("两新组织"),
}

ID_FAULTS = {
    Fault.OLD: _l("这是 15 位的旧号码，已停用。请填身份证上的 18 位号码。"),
    Fault.LENGTH: _l("身份证号应为 18 位，请核对是否漏填或多填。"),
    Fault.CHARACTERS: _l("身份证号前 17 位是数字，末位是数字或 X，请核对。"),
    Fault.BIRTHDAY: _l("第 7 至 14 位不是有效的出生日期，请核对。"),
    Fault.CHECK: _l("末位校验码对不上，号码中有一位录错了，请逐位核对。"),
}
TAKEN = {
    "username": _l("这个用户名已有人使用，请换一个。"),
    "staff_no": _l("这个工号已登记在另一人名下，请核对。"),
    "id_number": _l(
        "这个身份证号已登记在另一人名下，请核对。可用它在“人员”页查找；查不到的，请上级管理员查找。"
    ),
}

USERNAME_FAULT = _l("用户名为 2 至 50 个字母、数字或汉字，可含 . _ - @，不含空格。")
USERNAME_SHOWN = _l("用户名会显示在名单和记录里，不能用手机号或身份证号。请改用工号或姓名拼音。")
STAFF_NO_FAULT = _l("工号为 1 至 50 个字母、数字或汉字，可含 . _ - @，不含空格。")
PHONE_FAULT = _l("手机号应为 1 开头的 11 位数字，请核对。")

PEOPLE_STATES = {"active": _l("启用"), "inactive": _l("停用"), "left": _l("已离开")}

POSTINGS = {PostingKind.HOME: _l("任职"), PostingKind.SECONDMENT: _l("借调")}

LEAVING: Mapping[str, Any] = {
    Leaving.RETIRED: _l("退休"),
    Leaving.MOVED_AWAY: _l("调出"),
    Leaving.RESIGNED: _l("辞职"),
    Leaving.DECEASED: _l("去世"),
    Leaving.OTHER: _l("其他"),
}

ROSTER_FIELDS = {
    Field.NAME: _l("姓名"),
    Field.ID_NUMBER: _l("身份证号"),
    Field.STAFF_NO: _l("工号"),
    Field.PHONE: _l("手机号"),
    Field.UNIT: _l("单位"),
    Field.UNIT_CODE: _l("单位编码"),
    Field.POST: _l("职务"),
    Field.POST_SINCE: _l("任现职务时间"),
    Field.RANK: _l("职级"),
    Field.RANK_SINCE: _l("任现职级时间"),
    Field.SEX: _l("性别"),
    Field.POLITICAL: _l("政治面貌"),
    Field.MEMBER: _l("是否党员"),
    Field.JOINED_ON: _l("入党时间"),
    Field.USERNAME: _l("用户名"),
}


def roster_label(field: str) -> str:
    """Of a field of a roster or of `PersonFacts`; empty for what concerns a whole row."""
    if field == "unit_id":
        field = Field.UNIT
    return str(ROSTER_FIELDS[Field(field)]) if field else ""


ROLES = {
    Role.LEARNER: _l("学员"),
    Role.AUTHOR: _l("命题人"),
    Role.REVIEWER: _l("审题人"),
    Role.ADMIN: _l("教务管理员"),
    Role.GRADER: _l("阅卷人"),
    Role.INVIGILATOR: _l("监考员"),
    Role.LIAISON: _l("单位联络员"),
    Role.SYSTEM: _l("系统管理员"),
    Role.SECURITY: _l("安全管理员"),
    Role.AUDITOR: _l("审计管理员"),
}

for _field, _words in (
    ("political", POLITICAL), ("sex", SEXES), ("role", ROLES), ("left_reason", LEAVING),
    ("kind", UNIT_KINDS), ("kind", POSTINGS), ("state", PEOPLE_STATES),
):  # fmt: skip
    name_values(_field, _words)

# Everyone learns without a grant, so this role is not handed out.
GRANTABLE = tuple(role for role in ROLES if role is not Role.LEARNER)

ACTIONS = {
    Action.LEARN: _l("学习、测验、考试"),
    Action.MANAGE: _l("进入管理后台"),
    Action.PEOPLE_VIEW: _l("查看人员和单位"),
    Action.PEOPLE_EDIT: _l("管理人员"),
    Action.PEOPLE_ERASE: _l("注销个人信息"),
    Action.UNIT_EDIT: _l("管理单位"),
    Action.SIGN_IN_EDIT: _l("重置登录"),
    Action.ROLE_GRANT: _l("授权"),
    Action.BANK_VIEW: _l("查看题库"),
    Action.BANK_EDIT: _l("命题"),
    Action.BANK_REVIEW: _l("审题"),
    Action.COURSE_EDIT: _l("编辑课程"),
    Action.EXAM_VIEW: _l("查看考试"),
    Action.EXAM_EDIT: _l("编排考试"),
    Action.EXAM_RUN: _l("组织考试"),
    Action.MARK: _l("阅卷"),
    Action.SCORE_VIEW: _l("查看成绩"),
    Action.CERTIFICATE_VIEW: _l("查看证书"),
    Action.CERTIFICATE_EDIT: _l("作废与补发证书"),
    Action.AUDIT_VIEW: _l("查看审计记录"),
    Action.SETTINGS_EDIT: _l("修改学校设置"),
    Action.SYSTEM_VIEW: _l("查看系统运行状况"),
}
name_values("access", ACTIONS)


def person_state(person: Person) -> str:
    """A key of PEOPLE_STATES."""
    if person.left_on is not None:
        return "left"
    return "active" if person.active else "inactive"
