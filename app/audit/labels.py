"""Acts in Chinese: "person.create" is 人员 · 新建. A word without a label is shown as it is."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.audit.checking import Break, Kind
from app.audit.fields import value_label

NOUNS = {
    "person": _l("人员"),
    "unit": _l("单位"),
    "code": _l("首次登录码"),
    "roster": _l("人员名册"),
    "question_import": _l("试题导入"),
    "role": _l("授权"),
    "school": _l("全校"),
    "setting": _l("设置"),
    "rule_set": _l("规矩条目集"),
    "clause": _l("条款"),
    "question": _l("试题"),
    "blueprint": _l("组卷规则"),
    "paper": _l("试卷"),
    "exam": _l("考试"),
    "attempt": _l("答卷"),
    "incident": _l("考场记录"),
    "sitting": _l("场次"),
    "seat": _l("座位"),
    "invigilator": _l("监考员"),
    "device": _l("换设备"),
    "score": _l("成绩"),
    "grader": _l("阅卷人"),
    "mark": _l("评分"),
    "sheet": _l("纸质答卷"),
    "course": _l("课程"),
    "lesson": _l("课时"),
    "certificate": _l("证书"),
    "bank": _l("题库"),
    "demo": _l("演示学校"),
    "audit": _l("审计"),
    "access": _l("权限"),
    "session": _l("登录"),
    "password": _l("密码"),
    "factor": _l("动态口令"),
    "backup": _l("备份"),
    "correction": _l("更正申请"),
    "regrade": _l("答案更正"),
    "appeal": _l("成绩复核"),
    "announcement": _l("公告"),
}

VERBS = {
    "answer": _l("答复"),
    "withdraw": _l("撤回"),
    "erase": _l("注销"),
    "start": _l("开始"),
    "end": _l("退出"),
    "change": _l("更换"),
    "enrol": _l("启用"),
    "renew": _l("换发备用码"),
    "remove": _l("停用"),
    "load": _l("载入"),
    "create": _l("新建"),
    "update": _l("修改"),
    "edit": _l("填写"),
    "delete": _l("删除"),
    "move": _l("调整次序"),
    "import": _l("导入"),
    "reset": _l("重置密码"),
    "save": _l("保存"),
    "print": _l("打印"),
    "issue": _l("发放"),
    "grant": _l("授予"),
    "revoke": _l("收回"),
    "publish": _l("发布"),
    "unpublish": _l("撤回发布"),
    "send": _l("送审"),
    "approve": _l("审定"),
    "decline": _l("不批准"),
    "confirm": _l("复核"),
    "give_back": _l("退回"),
    "supersede": _l("变更施行状态"),
    "amend": _l("登记修改或废止"),
    "comment": _l("批注"),
    "plan": _l("设复核日期"),
    "tag": _l("加标签"),
    "retire": _l("停用"),
    "restore": _l("恢复"),
    "assign": _l("指派"),
    "name": _l("指定"),
    "dismiss": _l("取消"),
    "order": _l("要求重新评阅"),
    "unassign": _l("取消指派"),
    "redraw": _l("重新组卷"),
    "extend": _l("加时"),
    "reopen": _l("重新开放"),
    "allow": _l("准许再考"),
    "arrange": _l("单独安排"),
    "submit": _l("强制交卷"),
    "close": _l("结束"),
    "void": _l("作废"),
    "reissue": _l("补发"),
    "regrade": _l("重新评分"),
    "transfer": _l("调动"),
    "second": _l("借调"),
    "promote": _l("职级变动"),
    "leave": _l("离开"),
    "return": _l("返回"),
    "activate": _l("启用"),
    "deactivate": _l("停用"),
    "undo": _l("撤销"),
    "reparent": _l("改变上级"),
    "merge": _l("合并"),
    "dissolve": _l("撤销"),
    "reveal": _l("查看完整号码"),
    "check": _l("核验"),
    "refuse": _l("拒绝"),
    "export": _l("导出"),
    "find": _l("按号码查找"),
    "decide": _l("决定"),
    "rule": _l("定公布办法"),
}


RESULTS = {"ok": _l("成功"), "refused": _l("被拒绝")}

# Where a thing has a page of its own: noun → (endpoint, its argument).
HOMES = {
    "person": ("people_manage.person", "person_id"),
    "unit": ("people_manage.unit", "unit_id"),
    "question": ("bank_manage.question", "question_id"),
    "blueprint": ("exams_manage.blueprint_edit", "blueprint_id"),
    "exam": ("exams_manage.board", "exam_id"),
    "course": ("courses_manage.course", "course_id"),
    "certificate": ("certificates_manage.certificate", "certificate_id"),
}


# What there is only one of.
WHOLE = {
    "school:1": _l("全校"),
    "setting:school": _l("学校设置"),
    "audit:chain": _l("全部审计记录"),
    "bank:1": _l("题库"),
    "bank:files": _l("题库文件"),
    "blueprint:files": _l("组卷规则文件"),
    "course:files": _l("课程文件"),
    "backup:1": _l("备份"),
}


def target_label(target: str) -> str:
    """ "person:12" is 人员 12."""
    if target in WHOLE:
        return str(WHOLE[target])
    parts = (part.partition(":") for part in target.split("/"))
    return "，".join(f"{NOUNS.get(noun, noun)} {value_label(noun, key)}" for noun, _colon, key in parts)


def action_label(action: str) -> str:
    noun, _dot, verb = action.partition(".")
    return " · ".join(str(part) for part in (NOUNS.get(noun, noun), VERBS.get(verb, verb)) if part)


_BREAKS = {
    Kind.EDITED: _l("内容被改动"),
    Kind.MOVED: _l("被换到了别处，次序不对"),
    Kind.EVENT_DELETED: _l("记录被删除"),
    Kind.SEALS_DELETED: _l("封存被删除"),
    Kind.REWRITTEN: _l("被重新计算过，与锚点或后一条封存不符"),
    Kind.TAIL_DELETED: _l("末尾被删除，锚点还记着"),
    Kind.WAITING_DELETED: _l("还在等待封存就被删除"),
    Kind.UNSEALED: _l("没有封存，也不在等待封存之列"),
    Kind.ANCHOR_FORGED: _l("锚点的校验码不对：锚点被伪造，或系统密钥已更换"),
    Kind.ANCHOR_DELETED: _l("数据库里的锚点被删除，锚点文件还记着"),
}


def break_text(found: Break) -> str:
    """Where and what, for people: "封存号 12：内容被改动（记录 15）"."""
    if found.kind in (Kind.UNSEALED, Kind.WAITING_DELETED):
        return str(_("记录 %(n)s：", n=found.event_id)) + str(_BREAKS[found.kind])
    span = str(found.seq) if found.seq == found.upto else f"{found.seq}–{found.upto}"
    event = str(_("（记录 %(n)s）", n=found.event_id)) if found.event_id else ""
    return str(_("封存号 %(span)s：", span=span)) + str(_BREAKS[found.kind]) + event
