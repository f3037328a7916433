"""阅卷 of an exam as its planner sees it: who marks, how often, how far along, and how well they agree."""

from decimal import Decimal
from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from app.domain.access import Action, roles_with
from app.exams import graders as naming
from app.exams import grading
from app.exams.back_office import bp, load_exam
from app.exams.marking import Key
from app.exams.marking_forms import GraderForm, MarkingRulesForm
from app.exams.models import Exam
from app.exams.result_models import Grader
from app.people import grants
from app.people import queries as people
from app.people.models import Person
from app.web import clock, gate
from app.web.choices import choices
from app.web.db import db
from app.web.gate import requires


def _rules_form(exam: Exam) -> MarkingRulesForm:
    difference = Decimal(exam.mark_difference) / 10
    return MarkingRulesForm(data={"second_mark_percent": exam.second_mark_percent, "difference": difference})


def _grader_form(asked: dict[Key, grading.Asked]) -> GraderForm:
    """A question is named by its number on the first paper that has it."""
    form, numbers = GraderForm(), dict[int, int]()
    for key, one in asked.items():
        numbers.setdefault(key.version_id, one.number)
    form.versions.choices = choices((version, _("第 %(n)s 题", n=n)) for version, n in numbers.items())
    return form


def _page(exam: Exam, form: GraderForm | None = None, rules: MarkingRulesForm | None = None) -> Any:
    asked = grading.asked(exam.id)
    return render_template(
        "exams/manage/graders.html", exam=exam, asked=asked, graders=naming.of_exam(exam.id),
        progress=grading.progress(exam.id), differences=grading.differences(exam.id),
        begun=naming.begun(exam.id), form=form or _grader_form(asked), rules=rules or _rules_form(exam),
    )  # fmt: skip


@bp.get("/<int:exam_id>/graders")
@requires(Action.EXAM_EDIT)
def graders(exam_id: int) -> Any:
    return _page(load_exam(exam_id))


@bp.post("/<int:exam_id>/graders")
@requires(Action.EXAM_EDIT)
def grader_name(exam_id: int) -> Any:
    exam = load_exam(exam_id)
    form = _grader_form(grading.asked(exam.id))
    if form.validate_on_submit() and (person := _person(form)) is not None:
        naming.name(exam, person, form.versions.data or [], form.arbitrates.data)
        flash(_("%(name)s现在是这场考试的阅卷人。", name=person.name))
        return redirect(url_for(".graders", exam_id=exam.id))
    return _page(exam, form=form)


def _person(form: GraderForm) -> Person | None:
    """Who was named, if they may mark at all."""
    person = people.person_named(form.username.data, gate.scope(Action.EXAM_EDIT))
    if person is None or not person.active:
        form.username.errors = [_("您的管理范围内没有这个用户名。")]
        return None
    if not set(grants.roles_of(person.id, clock.now())) & set(roles_with(Action.MARK)):
        form.username.errors = [_("%(name)s还没有阅卷人角色，请先在“授权”页授予。", name=person.name)]
        return None
    return person


@bp.post("/<int:exam_id>/graders/<int:person_id>/dismiss")
@requires(Action.EXAM_EDIT)
def grader_dismiss(exam_id: int, person_id: int) -> Any:
    exam = load_exam(exam_id)
    naming.dismiss(exam, db.session.get(Grader, (exam.id, person_id)) or abort(404))
    flash(_("已取消；已经给的分仍然算数。"))
    return redirect(url_for(".graders", exam_id=exam.id))


@bp.post("/<int:exam_id>/marking-rules")
@requires(Action.EXAM_EDIT)
def marking_rules(exam_id: int) -> Any:
    exam = load_exam(exam_id)
    form = _rules_form(exam)
    if not form.validate_on_submit():
        return _page(exam, rules=form)
    if naming.set_rules(exam, form.second_mark_percent.data, form.tenths):
        flash(_("已保存。"))
    else:
        flash(_("已经开始阅卷，双评的比例和分差不能再改。"), "warn")
    return redirect(url_for(".graders", exam_id=exam.id))
