"""Kinds, ranks, roles and actions in Chinese."""

from flask_babel import lazy_gettext as _l

from app.domain.access import Action, Role
from app.domain.careers import Leaving
from app.domain.ranks import Political

UNIT_KINDS = {
    "county": _l("县（市、区）"),
    "town": _l("乡镇（街道）"),
    "village": _l("村（社区）"),
    "office": _l("机关或部门"),
    "committee": _l("党委（党组）"),
    "general_branch": _l("党总支"),
    "branch": _l("党支部"),
    "institution": _l("事业单位"),
    "enterprise": _l("企业"),
    "other": _l("其他"),
}

POLITICAL = {
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

LEAVING = {
    Leaving.RETIRED: _l("退休"),
    Leaving.MOVED_AWAY: _l("调出"),
    Leaving.RESIGNED: _l("辞职"),
    Leaving.DECEASED: _l("去世"),
    Leaving.OTHER: _l("其他"),
}

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

# Everyone learns without a grant, so this role is not handed out.
GRANTABLE = tuple(role for role in ROLES if role is not Role.LEARNER)

ACTIONS = {
    Action.LEARN: _l("学习、测验、考试"),
    Action.MANAGE: _l("进入管理后台"),
    Action.PEOPLE_VIEW: _l("查看人员和单位"),
    Action.PEOPLE_EDIT: _l("管理人员和单位"),
    Action.SIGN_IN_EDIT: _l("重置登录"),
    Action.ROLE_GRANT: _l("授权"),
    Action.BANK_VIEW: _l("查看题库"),
    Action.BANK_EDIT: _l("命题"),
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
