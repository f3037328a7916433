"""Kinds, ranks, roles and actions in Chinese."""

from flask_babel import lazy_gettext as _l

from app.domain.access import Action, Role

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

# 综合管理类公务员职级, highest first; suggested, not enforced: others have ranks of their own.
RANKS = (
    "一级巡视员", "二级巡视员", "一级调研员", "二级调研员", "三级调研员", "四级调研员",
    "一级主任科员", "二级主任科员", "三级主任科员", "四级主任科员", "一级科员", "二级科员",
)  # fmt: skip

ROLES = {
    Role.LEARNER: _l("学员"),
    Role.AUTHOR: _l("命题人"),
    Role.ADMIN: _l("教务管理员"),
    Role.GRADER: _l("阅卷人"),
    Role.LIAISON: _l("单位联络员"),
    Role.AUDITOR: _l("审计员"),
}

# Everyone learns without a grant, so this role is not handed out.
GRANTABLE = tuple(role for role in ROLES if role is not Role.LEARNER)

ACTIONS = {
    Action.LEARN: _l("学习、测验、考试"),
    Action.MANAGE: _l("进入管理后台"),
    Action.PEOPLE_VIEW: _l("查看人员和单位"),
    Action.PEOPLE_EDIT: _l("管理人员和单位"),
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
}
