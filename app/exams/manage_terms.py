"""Groups of an exam's candidates with terms of their own."""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from app.domain.access import Action
from app.exams import terms
from app.exams.back_office import bp, load_exam
from app.exams.terms import GroupFacts
from app.exams.terms_forms import GroupForm
from app.web import gate
from app.web.gate import requires


@bp.route("/<int:exam_id>/terms", methods=["GET", "POST"])
@requires(Action.EXAM_EDIT)
def terms_of_groups(exam_id: int) -> Any:
    exam, paths = load_exam(exam_id), gate.scope(Action.EXAM_EDIT)
    form = GroupForm(exam=exam)
    if form.validate_on_submit():
        by = terms.born_by(exam, form.age.data) if form.age.data else None
        facts = GroupFacts(
            form.unit_id.data, by, form.minutes.data, form.attempts.data, **form.window,
            open_book=form.open_book.data, reason=form.reason.data,
        )  # fmt: skip
        made = terms.give_group(exam, facts, form.unit_id.unit)
        flash(_("已保存。对今后开始的答卷生效；正在作答的人，请在“实时考场”里加时。"))
        if not next(group.people for group in terms.groups(exam, paths) if group.given.id == made.id):
            flash(_("应考人员里现在没有这样的人。请核对单位、年龄和出生日期，或先指派考生。"), "warn")
        return redirect(url_for("exams_manage.terms_of_groups", exam_id=exam.id))
    return render_template(
        "exams/manage/terms.html", exam=exam, form=form, groups=terms.groups(exam, paths),
        unknown=terms.unknown_birthdays(exam, paths),
    )  # fmt: skip


@bp.post("/<int:exam_id>/terms/<int:group_id>/remove")
@requires(Action.EXAM_EDIT)
def terms_remove(exam_id: int, group_id: int) -> Any:
    exam = load_exam(exam_id)
    found = next(
        (g for g in terms.groups(exam, gate.scope(Action.EXAM_EDIT)) if g.given.id == group_id), None
    )
    group = found or abort(404)
    terms.take_back(exam, group)
    flash(_("已取消；已经开始的答卷不受影响。"))
    return redirect(url_for("exams_manage.terms_of_groups", exam_id=exam.id))
