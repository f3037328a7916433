"""The blueprint of the back office of courses; its pages are split by noun, manage.py collects them."""

from flask import Blueprint, abort

from app.courses import queries
from app.courses.models import Course

bp = Blueprint("courses_manage", __name__, url_prefix="/manage/courses", template_folder="templates")


def course_or_404(course_id: int) -> Course:
    """Courses belong to the school, not to a unit: whoever edits courses edits all of them."""
    return queries.course_with_lessons(course_id) or abort(404)
