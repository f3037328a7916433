"""The words of exams: rules of publishing, presets, where an exam and a candidate stand."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.audit.fields import name_values
from app.domain.attempts import Outcome
from app.domain.regrading import Remedy
from app.domain.releasing import Part, When
from app.domain.scoring import Preset
from app.exams.candidates import State
from app.exams.live import Here
from app.exams.manage_queries import Window
from app.exams.reopening import Refusal

# The usual rules of publishing, by their names in domain.releasing.
RELEASES = {
    "score": _l("交卷后公布成绩，不公布答案"),
    "after_submit": _l("交卷后公布成绩、答案和解析"),
    "after_close": _l("交卷后公布成绩，全部考完后公布答案和解析"),
    "by_hand": _l("都由教务手工公布"),
}

PARTS = {
    Part.SCORE: _l("成绩"),
    Part.VERDICTS: _l("各题对错和得分"),
    Part.KEYS: _l("正确答案"),
    Part.EXPLANATIONS: _l("解析和依据"),
}

WHENS = {
    When.AT_ONCE: _l("交卷后即公布"),
    When.AFTER_ALL: _l("全部考生考完后公布"),
    When.BY_HAND: _l("手工公布"),
    When.FROM: _l("从指定时间起公布"),
    When.NEVER: _l("不公布"),
}

OUTCOMES = {
    Outcome.BEST: _l("取最好的一次"),
    Outcome.LAST: _l("取最后一次"),
    Outcome.AVERAGE: _l("取各次的平均"),
}

REMEDIES = {
    Remedy.KEY: _l("原答案错了，改用另一答案"),
    Remedy.ACCEPT: _l("原答案不变，另有答案也对"),
    Remedy.VOID: _l("本题作废，不计入得分和满分"),
    Remedy.ALL: _l("每人都给本题满分"),
}

PRESETS = {
    Preset.EXACT: _l("全部答对得分"),
    Preset.HALF: _l("多选：少选且无错选得一半"),
    Preset.PER_OPTION: _l("多选：少选且无错选，按选对的个数给分"),
    Preset.PER_BLANK: _l("填空：按空给分"),
    Preset.PER_ITEM: _l("排序、匹配、默写：按项给分"),
    Preset.BY_HAND: _l("简答、论述、案例分析：由阅卷人给分"),
}

WINDOWS = {
    Window.UPCOMING: _l("未开始"),
    Window.RUNNING: _l("进行中"),
    Window.ENDED: _l("已结束"),
}

STATES = {
    State.NOT_STARTED: _l("未开始"),
    State.SITTING: _l("答题中"),
    State.CLOSING: _l("正在收卷"),
    State.HANDED_IN: _l("已交卷"),
    State.ABSENT: _l("缺考"),
}

CLOSED_BY = {
    "person": _l("本人交卷"),
    "deadline": _l("到时自动交卷"),
    "staff": _l("工作人员收卷"),
}

UNAPPLIED = {
    "epoch": _l("来自已被接管的页面"),
    "late": _l("到时以后才收到"),
    "file": _l("来自应急作答文件"),
}

# Of a version of a score; one that a person decided has that person's words instead.
VERSIONS = {
    "first": _l("交卷时评分"),
    "regrade": _l("按更正的答案重新评分"),
    "marked": _l("阅卷完成"),
    "remarked": _l("重新评阅"),
    "reopened": _l("重新开放，待交卷后再评"),
}

HERE = {
    Here.ABSENT: _l("未到"),
    Here.WAITING: _l("已到场"),
    Here.SITTING: _l("答题中"),
    Here.AWAY: _l("离线"),
    Here.ASKING: _l("申请换设备"),
    Here.CLOSING: _l("正在收卷"),
    Here.HANDED_IN: _l("已交卷"),
}

NOTES = {
    "power": _l("断电、断网"),
    "device": _l("设备故障"),
    "health": _l("身体不适"),
    "breach": _l("违反考场纪律"),
    "remark": _l("其他"),
}

INCIDENTS = NOTES | {"minutes": _l("加时"), "hand_in": _l("收卷"), "reopen": _l("重新开放")}

STAYS_CLOSED = {
    Refusal.QUIZ: _l("测验不重新开放，本人可以再做一次。"),
    Refusal.PAPER: _l("纸质答卷不重新开放，录入有误的请在“纸笔录入”里更正。"),
    Refusal.OPEN: _l("这份答卷正在作答，没有重复办理。"),
    Refusal.NEWER: _l("本人已开始了下一次考试，先前的答卷不能重新开放。"),
    Refusal.SHOWN: _l("本人已能看到对错或者答案，答卷不能重新开放；可以允许再考一次。"),
    Refusal.MARKED: _l("这份答卷已有人评过分，不能重新开放；可以允许再考一次。"),
}

for one in Part:
    name_values(one.value, WHENS)
name_values("release", RELEASES)
name_values("preset", PRESETS)
name_values("remedy", REMEDIES)
name_values("outcome", OUTCOMES)
name_values("kind", INCIDENTS)


def form_name(number: int) -> str:
    """Of parallel papers: A卷, B卷 …"""
    return str(_("%(letter)s卷", letter=chr(ord("A") + number - 1)))
