"""The learner's face of courses: what is set to me, how far I am, the lessons."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.bank.citing import source_line
from app.bank.queries import clauses_of_sets
from app.bank.reading import amendments
from app.courses import queries, service
from app.courses.models import Lesson
from app.courses.queries import Assigned
from app.domain.access import Action
from app.web import clock
from app.web.gate import requires

bp = Blueprint("courses", __name__, url_prefix="/courses", template_folder="templates")


def _assigned(course_id: int) -> Assigned:
    """A course that is set to the caller; else 404."""
    me = current_user
    return queries.assigned_course(course_id, me.person_id, me.unit_path) or abort(404)


@bp.get("/")
@requires(Action.LEARN)
def index() -> Any:
    assigned = queries.assigned_courses(current_user.person_id, current_user.unit_path)
    return render_template("courses/index.html", assigned=assigned)


@bp.get("/<int:course_id>")
@requires(Action.LEARN)
def course(course_id: int) -> Any:
    return render_template("courses/course.html", assigned=_assigned(course_id))


@dataclass(frozen=True)
class Place:
    """Where a lesson stands in its course."""

    number: int
    all: int
    before: Lesson | None
    after: Lesson | None


def _place(lessons: Sequence[Lesson], lesson: Lesson) -> Place:
    at = next(i for i, other in enumerate(lessons) if other.id == lesson.id)
    before = lessons[at - 1] if at else None
    after = lessons[at + 1] if at + 1 < len(lessons) else None
    return Place(at + 1, len(lessons), before, after)


@bp.get("/<int:course_id>/lessons/<int:lesson_id>")
@requires(Action.LEARN)
def lesson(course_id: int, lesson_id: int) -> Any:
    assigned = _assigned(course_id)
    found = queries.lesson_of(course_id, lesson_id) or abort(404)
    return render_template(
        "courses/lesson.html",
        lesson=found,
        assigned=assigned,
        place=_place(assigned.course.lessons, found),
        rule_sets=clauses_of_sets(found.rule_sets) if found.kind == "rules" else [],
        source_line=source_line,
        amendments=amendments() if found.kind == "rules" else {},
    )


@bp.post("/<int:course_id>/lessons/<int:lesson_id>/done")
@requires(Action.LEARN)
def done(course_id: int, lesson_id: int) -> Any:
    """我已学完; then on to the next lesson that is open."""
    assigned = _assigned(course_id)
    found = queries.lesson_of(course_id, lesson_id) or abort(404)
    if found.kind not in queries.READ_KINDS:
        abort(400)  # a quiz is done when it is passed
    service.mark_done(found, current_user.person_id, clock.now())
    after = _place(assigned.course.lessons, found).after
    flash(_("“%(title)s”已学完，进度已保存。", title=found.title))
    if after is None:
        return redirect(url_for(".course", course_id=course_id))
    return redirect(url_for(".lesson", course_id=course_id, lesson_id=after.id))
