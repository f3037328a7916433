"""Courses: list, create, change, publish."""

from decimal import Decimal
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from app.bank.forms import ReviewForm
from app.courses import queries, service
from app.courses.blueprint import bp, course_or_404
from app.courses.forms import KINDS, CourseForm
from app.courses.models import Course
from app.domain.access import Action
from app.exams.models import Exam
from app.web import clock
from app.web.choices import choices
from app.web.db import db
from app.web.gate import requires


@bp.get("/")
@requires(Action.COURSE_EDIT)
def courses() -> Any:
    return render_template(
        "courses/manage/courses.html", courses=queries.all_courses(), assigned=queries.assignment_counts()
    )


def _form(course: Course | None = None) -> CourseForm:
    form = CourseForm(obj=course)
    form.exam_id.choices = choices([(0, _("没有结业考试")), *queries.exam_options()])
    if course is not None:
        form.code.data = course.code
        form.code.render_kw = {"readonly": True}
    if not form.is_submitted():
        form.exam_id.data = course.exam_id or 0 if course else 0
        form.credit_hours.data = Decimal(course.credit_hours) / 10 if course else None
    return form


@bp.route("/new", methods=["GET", "POST"])
@requires(Action.COURSE_EDIT)
def course_new() -> Any:
    form = _form()
    if form.validate_on_submit():
        made = service.create_course(form.text())
        if made is not None:
            service.set_exam(made, db.session.get(Exam, form.exam_id.data))
            flash(_("课程已建好，还没有发布。下一步：添加课时。"))
            return redirect(url_for(".course", course_id=made.id))
        form.code.errors = [_("这个编码已有课程使用，请换一个。")]
    return render_template("courses/manage/course.html", form=form, course=None, kinds=KINDS)


@bp.route("/<int:course_id>", methods=["GET", "POST"])
@requires(Action.COURSE_EDIT)
def course(course_id: int) -> Any:
    found = course_or_404(course_id)
    form = _form(found)
    if form.validate_on_submit():
        service.update_course(found, form.text(), db.session.get(Exam, form.exam_id.data))
        flash(_("已保存。"))
        return redirect(url_for(".course", course_id=course_id))
    return render_template("courses/manage/course.html", form=form, course=found, kinds=KINDS)


@bp.post("/<int:course_id>/reviewed")
@requires(Action.COURSE_EDIT)
def reviewed(course_id: int) -> Any:
    found, form = course_or_404(course_id), ReviewForm()
    if form.validate_on_submit():
        service.reviewed(found, form.review_on.data, clock.now())
    flash(*form.outcome())
    return redirect(url_for("reports.due"))


@bp.post("/<int:course_id>/publish")
@requires(Action.COURSE_EDIT)
def publish(course_id: int) -> Any:
    return _set_published(course_id, True)


@bp.post("/<int:course_id>/unpublish")
@requires(Action.COURSE_EDIT)
def unpublish(course_id: int) -> Any:
    return _set_published(course_id, False)


def _set_published(course_id: int, published: bool) -> Any:
    try:
        service.publish(course_or_404(course_id), published)
        flash(_("课程已发布，指派的学员现在可以学习。") if published else _("课程已停用，学员暂时看不到它。"))
    except service.Refusal as refusal:
        flash(str(refusal), "warn")
    return redirect(url_for(".course", course_id=course_id))
