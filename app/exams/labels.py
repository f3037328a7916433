"""The words of exams: review policies, presets, where an exam and a candidate stand."""

from flask_babel import lazy_gettext as _l

from app.audit.fields import name_values
from app.domain.attempts import Outcome, Review
from app.domain.scoring import Preset
from app.exams.candidates import State
from app.exams.manage_queries import Window

REVIEWS = {
    Review.SCORE: _l("只公布成绩"),
    Review.AFTER_SUBMIT: _l("交卷后可看答案和解析"),
    Review.AFTER_CLOSE: _l("考试结束后可看答案和解析"),
}

OUTCOMES = {
    Outcome.BEST: _l("取最好的一次"),
    Outcome.LAST: _l("取最后一次"),
    Outcome.AVERAGE: _l("取各次的平均"),
}

PRESETS = {
    Preset.EXACT: _l("全部答对得分"),
    Preset.HALF: _l("多选：少选且无错选得一半"),
    Preset.PER_OPTION: _l("多选：少选且无错选，按选对的个数给分"),
    Preset.PER_BLANK: _l("填空：按空给分"),
    Preset.PER_ITEM: _l("排序、匹配、默写：按项给分"),
}

WINDOWS = {
    Window.UPCOMING: _l("未开始"),
    Window.RUNNING: _l("进行中"),
    Window.ENDED: _l("已结束"),
}

STATES = {
    State.NOT_STARTED: _l("未开始"),
    State.SITTING: _l("答题中"),
    State.CLOSING: _l("正在结算"),
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
}

name_values("review", REVIEWS)
name_values("preset", PRESETS)
name_values("outcome", OUTCOMES)
