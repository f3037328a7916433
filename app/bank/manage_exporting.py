"""Questions on their way out: as many as the list shows, in the format that is asked for, recorded."""

from datetime import date
from itertools import islice
from typing import Any
from urllib.parse import quote

from flask import Response, render_template, stream_with_context
from flask_babel import gettext as _

from app.audit.exports import note_export
from app.bank.blueprint import bp
from app.bank.browsing import Filter
from app.bank.exporting import own, picking
from app.bank.exporting.formats import FORMATS, Order
from app.bank.exporting_form import ExportForm
from app.bank.manage_questions import asked_filter
from app.domain.access import Action
from app.web import clock
from app.web.gate import requires

_LOOKED_AT = 2000  # drafts; the page is not to take longer for more


@bp.route("/export", methods=["GET", "POST"])
@requires(Action.BANK_EDIT)
def export() -> Any:
    wanted, form = asked_filter(), ExportForm()
    today = clock.day(clock.now())
    count = picking.count(wanted, today)
    if form.validate_on_submit() and form.fits(count, lambda: len(unfiled(wanted, today))):
        chosen = FORMATS[form.format.data]
        note_export("question.export", "bank:1", str(chosen.label), count)
        name = f"{_('试题')}-{clock.beijing(clock.now()):%Y%m%d-%H%M}{chosen.extension}"
        made = chosen.make(Order(wanted, today, form.title.data or _("试卷"), form.with_key.data))
        answer = Response(stream_with_context(iter(made)), mimetype=chosen.mimetype)
        answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
        return answer
    left = unfiled(wanted, today)
    return render_template("bank/manage/export.html", form=form, count=count, left=left, formats=FORMATS)


def unfiled(wanted: Filter, today: date) -> list[tuple[str, str]]:
    """Of those that the list shows, by stable id, what no file of ours can hold, and why."""
    drafts = islice(picking.drafts(wanted, today), _LOOKED_AT)
    return [(one.code, why) for one in drafts if (why := own.obstacle(one))]
