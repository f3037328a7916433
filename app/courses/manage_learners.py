"""Who is to study a course, and how far they are."""

from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.audit.exports import export
from app.courses import queries, service
from app.courses.blueprint import bp, course_or_404
from app.courses.forms import AssignForm
from app.courses.models import Course, CourseAssignment
from app.domain.access import Action, covers
from app.domain.scoring import format_points
from app.people.queries import person_named
from app.people.unit_field import unit_filter
from app.web import clock
from app.web.db import db
from app.web.gate import requires, scope
from app.web.paging import asked_page, page_of


@bp.route("/<int:course_id>/assignments", methods=["GET", "POST"])
@requires(Action.COURSE_EDIT)
def assignments(course_id: int) -> Any:
    course, paths = course_or_404(course_id), scope(Action.COURSE_EDIT)
    form = AssignForm()
    if form.validate_on_submit() and _assign(course, form, paths):
        flash(_("已指派。单位以后新增的人员也包括在内。"))
        return redirect(url_for(".assignments", course_id=course_id))
    return render_template(
        "courses/manage/assignments.html",
        course=course,
        form=form,
        rows=queries.assignments_of(course_id, paths),
        mine=lambda row: covers(paths, row.target.path),
    )


def _assign(course: Course, form: AssignForm, paths: tuple[str, ...]) -> bool:
    if (unit := form.unit_id.unit) is not None:
        service.assign(course, unit=unit, due_at=form.due_at())
        return True
    person = person_named(form.username.data, paths)
    if person is None:
        form.username.errors = [_("您的管理范围内没有这个用户名。")]
        return False
    service.assign(course, person=person, due_at=form.due_at())
    return True


@bp.post("/<int:course_id>/assignments/<int:assignment_id>/remove")
@requires(Action.COURSE_EDIT)
def unassign(course_id: int, assignment_id: int) -> Any:
    row = db.session.get(CourseAssignment, assignment_id)
    if row is None or row.course_id != course_id or not covers(scope(Action.COURSE_EDIT), row.target.path):
        abort(404)
    name = service.unassign(row, course_or_404(course_id))
    flash(_("已取消对%(name)s的指派；学习记录仍然保留。", name=name))
    return redirect(url_for(".assignments", course_id=course_id))


@bp.get("/progress")
@requires(Action.SCORE_VIEW)
def progress() -> Any:
    """The way in for those who see results but write no courses."""
    return render_template("courses/manage/progress.html", courses=queries.published_courses())


def _rows(course: Course, paths: tuple[str, ...]) -> list[Any]:
    """The learners in the subtrees that the address asks for."""
    rows = queries.progress_of(course, paths)
    state = request.args.get("state", "")
    if state in ("done", "open"):
        rows = [row for row in rows if (row[1].completed_at is not None) == (state == "done")]
    return rows


@bp.get("/<int:course_id>/learners")
@requires(Action.SCORE_VIEW)
def learners(course_id: int) -> Any:
    course = course_or_404(course_id)
    where = unit_filter(Action.SCORE_VIEW)
    rows = _rows(course, where.paths)
    return render_template(
        "courses/manage/learners.html",
        course=course,
        page=page_of(rows, asked_page()),
        completed=sum(standing.completed_at is not None for _person, standing in rows),
        by_unit=queries.by_unit(rows) if request.args.get("view") == "units" else None,
        where=where,
    )


def _day(moment: datetime | None) -> str:
    return "" if moment is None else clock.beijing(moment).strftime("%Y-%m-%d")


@bp.post("/<int:course_id>/learners.xlsx")
@requires(Action.SCORE_VIEW)
def learners_sheet(course_id: int) -> Any:
    """Exactly the rows of the page, all of them."""
    course = course_or_404(course_id)
    headers = [
        _("姓名"),
        _("单位"),
        _("职务"),
        _("已学课时"),
        _("全部课时"),
        _("考试成绩"),
        _("完成日期"),
    ]
    rows = []
    for person, standing in _rows(course, unit_filter(Action.SCORE_VIEW).paths):
        done, every = standing.lessons
        score = format_points(standing.exam.points) if standing.exam else ""
        rows.append(
            [person.name, person.unit.name, person.post, done, every, score, _day(standing.completed_at)]
        )
    title = _("学习情况-%(title)s", title=course.title)
    return export("course.export", f"course:{course.id}", title, headers, rows)
