"""Lessons of a course: write, preview, order, delete."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.bank.queries import rule_sets
from app.courses import queries, service
from app.courses.blueprint import bp, course_or_404
from app.courses.forms import LESSON_FORMS
from app.courses.models import Course, Lesson
from app.domain.access import Action
from app.domain.papers import Shortage
from app.web import clock
from app.web.choices import choices
from app.web.db import db
from app.web.gate import requires


def _lesson(course_id: int, lesson_id: int) -> Lesson:
    return queries.lesson_of(course_id, lesson_id) or abort(404)


def _form(kind: str, lesson: Lesson | None = None) -> Any:
    form = (LESSON_FORMS.get(kind) or abort(404))(obj=lesson)
    if "rule_sets" in form:
        form.rule_sets.choices = choices((one.code, one.title) for one in rule_sets())
    if "count" in form and lesson is not None and lesson.quiz and not form.is_submitted():
        form.count.data, form.pass_percent.data = lesson.quiz.draw, lesson.quiz.pass_percent
    return form


def _page(course: Course, kind: str, form: Any, lesson: Lesson | None) -> Any:
    return render_template(
        "courses/manage/lesson.html",
        course=course,
        kind=kind,
        form=form,
        lesson=lesson,
        preview=form.body.data if "preview" in request.form and "body" in form else None,
    )


def _saved(form: Any, save: Any) -> bool:
    """Validate and save; a quiz with too few questions is said beside its field."""
    if "preview" in request.form or not form.validate_on_submit():
        return False
    try:
        with db.session.begin_nested():  # a lesson without its quiz must not stay
            save(form.text())
    except Shortage as error:
        text = _("题库中这些条目集的试题不够，还差 %(n)s 题。请减少题数或多选条目集。", n=error.lack)
        form.count.errors = [text]
        return False
    flash(_("课时已保存。"))
    return True


@bp.route("/<int:course_id>/lessons/new/<kind>", methods=["GET", "POST"])
@requires(Action.COURSE_EDIT)
def lesson_new(course_id: int, kind: str) -> Any:
    course, form = course_or_404(course_id), _form(kind)
    if _saved(form, lambda text: service.add_lesson(course, text, clock.now())):
        return redirect(url_for(".course", course_id=course_id))
    return _page(course, kind, form, None)


@bp.route("/<int:course_id>/lessons/<int:lesson_id>", methods=["GET", "POST"])
@requires(Action.COURSE_EDIT)
def lesson(course_id: int, lesson_id: int) -> Any:
    found = _lesson(course_id, lesson_id)
    form = _form(found.kind, found)
    if _saved(form, lambda text: service.update_lesson(found, text, clock.now())):
        return redirect(url_for(".course", course_id=course_id))
    return _page(course_or_404(course_id), found.kind, form, found)


@bp.post("/<int:course_id>/lessons/<int:lesson_id>/move")
@requires(Action.COURSE_EDIT)
def lesson_move(course_id: int, lesson_id: int) -> Any:
    service.move_lesson(_lesson(course_id, lesson_id), up=request.form.get("to") == "up")
    return redirect(url_for(".course", course_id=course_id, _anchor="lessons"))


@bp.post("/<int:course_id>/lessons/<int:lesson_id>/delete")
@requires(Action.COURSE_EDIT)
def lesson_delete(course_id: int, lesson_id: int) -> Any:
    try:
        service.delete_lesson(_lesson(course_id, lesson_id))
        flash(_("课时已删除。"))
    except service.Refusal as refusal:
        flash(str(refusal), "warn")
    return redirect(url_for(".course", course_id=course_id, _anchor="lessons"))
