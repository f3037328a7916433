"""Rule sets: central ones to look at, a county's own to fill in."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.bank import queries, rule_sets, typed_clauses
from app.bank.blueprint import bp
from app.bank.forms import LocalSetForm, SuccessionForm
from app.bank.models import RuleSet
from app.domain.access import Action
from app.web import clock
from app.web.errors import Problem
from app.web.gate import requires

SOURCE = ("summary", "document", "issuer", "number", "dated", "place")


@bp.get("/rules")
@requires(Action.BANK_VIEW)
def rules() -> Any:
    return render_template("bank/manage/rules.html", shelf=queries.shelf())


def load_local(code: str) -> RuleSet:
    """Central texts come with the product and are nobody's to edit."""
    # A GET writes nothing, so it takes no lock either.
    found = queries.lock_set(code) if request.method == "POST" else queries.set_named(code)
    if found is None:
        abort(404)
    if not found.local:
        raise Problem(409, "central", _("这是统一的条目集，文本随题库文件更新，不能在这里修改。"))
    return found


@bp.route("/rules/<code>/succession", methods=["GET", "POST"])
@requires(Action.BANK_EDIT)
def succession(code: str) -> Any:
    """Whether a set is in force: of central sets, too, for a regulation may come before the next release."""
    found = queries.lock_set(code) if request.method == "POST" else queries.set_named(code)
    if found is None:
        abort(404)
    form = SuccessionForm(obj=found)
    form.offer(queries.rule_sets(), found)
    if form.validate_on_submit():
        successor = queries.set_named(form.successor.data) if form.successor.data else None
        rule_sets.supersede(found, form.superseded_on.data, successor, clock.now())
        flash(
            _("已保存。依据这一集的试题、课程和试卷列在“待复核”。") if found.superseded_on else _("已保存。")
        )
        return redirect(url_for("bank_manage.rules"))
    return render_template("bank/manage/succession.html", form=form, rule_set=found)


@bp.route("/rules/<code>", methods=["GET", "POST"])
@requires(Action.BANK_EDIT)
def rule_set(code: str) -> Any:
    found = load_local(code)
    form = LocalSetForm(obj=found)
    if not form.clauses.raw_data:
        form.clauses.data = typed_clauses.typed_clauses(found.clauses)
    if form.validate_on_submit():
        values = {name: form[name].data or "" for name in SOURCE}
        try:
            rule_sets.fill_in(
                found, values, typed_clauses.clauses(form.clauses.data, found.clauses), clock.now()
            )
        except rule_sets.Cited as error:
            codes = "、".join(error.codes)
            form.clauses.errors = [_("已有试题引用第 %(codes)s 条，不能删去。", codes=codes)]
            return render_template("bank/manage/rule_set.html", form=form, rule_set=found)
        flash(_("已保存。学员现在可以在“规矩”里读到这些条文。"))
        return redirect(url_for("bank_manage.rules"))
    return render_template("bank/manage/rule_set.html", form=form, rule_set=found)
