"""What each question of an import will become."""

from enum import StrEnum

from flask_babel import lazy_gettext as _l


class Decision(StrEnum):
    NEW = "new"
    MERGE = "merge"  # the next version of the question much like it
    LEAVE = "leave"
    FAULT = "fault"  # not before it is mended


TAKEN = (Decision.NEW, Decision.MERGE)

DECISIONS = {
    Decision.NEW: _l("收为新题"),
    Decision.MERGE: _l("合并为新版本"),
    Decision.LEAVE: _l("不收"),
    Decision.FAULT: _l("有误，待更正"),
}
