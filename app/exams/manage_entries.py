"""Candidates from a sheet or by rank: looked at first, then assigned."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from app.domain.access import Action
from app.exams import entry_lists as lists
from app.exams.back_office import bp, load_exam
from app.exams.entry_forms import ChosenForm, RankForm, SheetForm
from app.exams.entry_lists import Found
from app.exams.models import Exam
from app.web import clock, gate
from app.web.gate import requires
from app.web.sheets import SheetError


def _page(exam: Exam, sheet: SheetForm | None = None, rank: RankForm | None = None) -> Any:
    return render_template(
        "exams/manage/entries.html",
        exam=exam,
        sheet=sheet or SheetForm(formdata=None, prefix="sheet"),
        rank=rank or RankForm(formdata=None, prefix="rank"),
    )


def _shown(exam: Exam, found: Found) -> Any:
    return render_template("exams/manage/entries_found.html", exam=exam, found=found)


@bp.get("/<int:exam_id>/entries")
@requires(Action.EXAM_EDIT)
def entries(exam_id: int) -> Any:
    return _page(load_exam(exam_id))


@bp.post("/<int:exam_id>/entries/sheet")
@requires(Action.EXAM_EDIT)
def entries_sheet(exam_id: int) -> Any:
    """Shows who they are; nothing is written yet."""
    exam, form = load_exam(exam_id), SheetForm(prefix="sheet")
    if form.validate_on_submit():
        try:
            found = lists.of_sheet(exam, form.content, gate.scope(Action.EXAM_EDIT), clock.now())
            return _shown(exam, found)
        except SheetError as error:
            form.file.errors = [str(error)]
    return _page(exam, sheet=form)


@bp.post("/<int:exam_id>/entries/rank")
@requires(Action.EXAM_EDIT)
def entries_rank(exam_id: int) -> Any:
    """Shows who they are; nothing is written yet."""
    exam, form = load_exam(exam_id), RankForm(prefix="rank")
    if form.validate_on_submit():
        return _shown(exam, lists.of_rank(exam, form.unit_id.chosen, form.rank.data))
    return _page(exam, rank=form)


@bp.post("/<int:exam_id>/entries")
@requires(Action.EXAM_EDIT)
def entries_add(exam_id: int) -> Any:
    exam, form = load_exam(exam_id), ChosenForm()
    if not form.validate_on_submit():
        flash(form.people.errors[0] if form.people.errors else _("请重新提交。"), "warn")
        return redirect(url_for("exams_manage.entries", exam_id=exam.id))
    added = lists.assign(exam, form.ids, gate.scope(Action.EXAM_EDIT))
    flash(_("已加入 %(n)s 人。", n=added) if added else _("这些人都已在名单里。"))
    return redirect(url_for("exams_manage.assignments", exam_id=exam.id))
