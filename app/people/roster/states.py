"""What each row of an import will do."""

from enum import StrEnum

from flask_babel import lazy_gettext as _l

from app.web import uploads


class Outcome(StrEnum):
    NEW = "new"
    UPDATE = "update"
    MOVE = "move"
    SAME = "same"
    FAULT = "fault"
    MISSING = "missing"  # of the units, but not in the sheet: nothing happens
    LEAVE = "leave"  # missing, and to be marked as having left


# What the saving goes through; faulty rows stay for their owner to download.
SAVED = tuple(outcome for outcome in Outcome if outcome is not Outcome.FAULT)
ACTING = (Outcome.NEW, Outcome.UPDATE, Outcome.MOVE, Outcome.LEAVE)

OUTCOMES = {
    Outcome.NEW: _l("新增"),
    Outcome.UPDATE: _l("更新"),
    Outcome.MOVE: _l("调动"),
    Outcome.SAME: _l("无变化"),
    Outcome.FAULT: _l("有误"),
    Outcome.MISSING: _l("表中没有"),
    Outcome.LEAVE: _l("标记离开"),
}
STATES = uploads.STATES | {uploads.State.WAITING: _l("正在核对")}
