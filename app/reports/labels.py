"""The words of reports."""

from flask_babel import lazy_gettext as _l

from app.reports.figures import Outcome

OUTCOMES = {
    Outcome.PASSED: _l("合格"),
    Outcome.FAILED: _l("不合格"),
    Outcome.ABSENT: _l("缺考"),
    Outcome.PENDING: _l("未考完"),
}
