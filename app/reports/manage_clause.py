"""One clause that was amended or repealed: enter it by hand, and see exactly what rests on it."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.bank import amending, queries
from app.bank.forms import AmendmentForm
from app.bank.models import Clause
from app.domain.access import Action
from app.domain.changes import pieces
from app.people.models import Person
from app.reports.blueprint import bp
from app.reports.manage_resting import resting_on
from app.web import clock
from app.web.db import db
from app.web.errors import Problem
from app.web.gate import requires


def load_clause(code: str, clause: str) -> Clause:
    """A clause that the files say is in force. Its set is locked where it is changed."""
    if request.method == "POST":
        queries.lock_set(code)
    found = queries.clause_named(code, clause)
    if found is None:
        abort(404)
    if found.superseded_on and found.amendment is None:
        raise Problem(409, "superseded", _("题库文件已写明这一条不再施行，不必再登记。"))
    return found


def _back(found: Clause) -> Any:
    return redirect(url_for("reports.clause", code=found.rule_set.code, clause=found.code))


@bp.route("/bank/resting/<code>/<clause>", methods=["GET", "POST"], endpoint="clause")
@requires(Action.BANK_EDIT)
def clause_page(code: str, clause: str) -> Any:
    found = load_clause(code, clause)
    form = AmendmentForm(found, clock.day(clock.now()))
    if form.validate_on_submit():
        document, since = form.document.data, form.since.data
        amending.amend(found, document, since, form.wording(), clock.now(), current_user.person_id)
        flash(_("已登记。依据这一条的内容列在下面，都已列入“待复核”。"))
        return _back(found)
    entered = found.amendment
    by = db.session.get_one(Person, entered.by).name if entered else ""
    return render_template(
        "reports/clause.html", form=form, clause=found, entered=entered, by=by,
        reworded=pieces(entered.filed_text, found.text) if entered else (), rests=resting_on(code, clause),
    )  # fmt: skip


@bp.post("/bank/resting/<code>/<clause>/undo")
@requires(Action.BANK_EDIT)
def clause_undo(code: str, clause: str) -> Any:
    found = load_clause(code, clause)
    amending.withdraw(found, clock.now())
    flash(_("已撤销登记，条文恢复原样。"))
    return _back(found)
