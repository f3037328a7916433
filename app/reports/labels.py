"""The words of reports."""

from flask_babel import lazy_gettext as _l

from app.exams.candidates import State
from app.exams.labels import STATES
from app.reports.figures import Outcome

OUTCOMES = {
    Outcome.PASSED: _l("合格"),
    Outcome.FAILED: _l("不合格"),
    Outcome.ABSENT: STATES[State.ABSENT],
    Outcome.NOT_STARTED: STATES[State.NOT_STARTED],
    Outcome.PENDING: _l("未出成绩"),
}
