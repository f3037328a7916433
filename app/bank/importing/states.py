"""How far an import has come, and what each of its questions will become."""

from enum import StrEnum

from flask_babel import lazy_gettext as _l


class State(StrEnum):
    WAITING = "waiting"  # to be read
    READY = "ready"
    SAVING = "saving"
    DONE = "done"
    FAILED = "failed"


class Decision(StrEnum):
    NEW = "new"
    MERGE = "merge"  # the next version of the question much like it
    LEAVE = "leave"
    FAULT = "fault"  # not before it is mended


OPEN = (State.WAITING, State.READY, State.SAVING)
TAKEN = (Decision.NEW, Decision.MERGE)

STATES = {
    State.WAITING: _l("正在读取"),
    State.READY: _l("待确认"),
    State.SAVING: _l("正在保存"),
    State.DONE: _l("已完成"),
    State.FAILED: _l("没有导入"),
}
DECISIONS = {
    Decision.NEW: _l("收为新题"),
    Decision.MERGE: _l("合并为新版本"),
    Decision.LEAVE: _l("不收"),
    Decision.FAULT: _l("有误，待更正"),
}
