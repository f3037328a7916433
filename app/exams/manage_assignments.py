"""Who is to sit an exam: units with everything below them, and single persons."""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from app.domain.access import Action
from app.exams import manage_queries as queries
from app.exams import planning
from app.exams.back_office import bp, load_exam
from app.exams.forms import AssignForm
from app.exams.models import Exam
from app.people import queries as people
from app.web import gate
from app.web.gate import requires
from app.web.paging import asked_page, page_of


@bp.route("/<int:exam_id>/assignments", methods=["GET", "POST"])
@requires(Action.EXAM_EDIT)
def assignments(exam_id: int) -> Any:
    exam, paths = load_exam(exam_id), gate.scope(Action.EXAM_EDIT)
    form = AssignForm()
    if form.validate_on_submit() and _assign(exam, form, paths):
        return redirect(url_for("exams_manage.assignments", exam_id=exam.id))
    rows = queries.assignments(exam.id, paths)
    return render_template(
        "exams/manage/assignments.html", exam=exam, form=form, page=page_of(rows, asked_page()),
        counts=queries.counts([exam.id], paths)[exam.id],
        elsewhere=queries.assignment_count(exam.id) - len(rows),
    )  # fmt: skip


def _assign(exam: Exam, form: AssignForm, paths: tuple[str, ...]) -> bool:
    if (unit := form.unit_id.unit) is not None:
        planning.assign(exam, unit=unit)
        flash(_("已指派给%(name)s（含下属单位）。", name=unit.name))
        return True
    person = people.person_named(form.username.data, paths)
    if person is None:
        form.username.errors = [_("您的管理范围内没有这个用户名。")]
        return False
    planning.assign(exam, person=person)
    flash(_("已指派给%(name)s。", name=person.name))
    return True


@bp.post("/<int:exam_id>/assignments/<int:assignment_id>/remove")
@requires(Action.EXAM_EDIT)
def unassign(exam_id: int, assignment_id: int) -> Any:
    exam = load_exam(exam_id)
    rows = queries.assignments(exam.id, gate.scope(Action.EXAM_EDIT))
    found = next((row for row in rows if row.assignment.id == assignment_id), None) or abort(404)
    planning.unassign(exam, found.assignment, found.name)
    flash(_("已取消对%(name)s的指派；已经交的答卷仍然保留。", name=found.name))
    return redirect(url_for("exams_manage.assignments", exam_id=exam.id))
