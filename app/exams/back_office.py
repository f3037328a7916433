"""The Flask blueprint of the back office of exams; its pages are split by noun, manage.py collects them."""

from flask import Blueprint, abort

from app.exams.models import Exam
from app.web.db import db

bp = Blueprint("exams_manage", __name__, url_prefix="/manage/exams", template_folder="templates")


def load_exam(exam_id: int) -> Exam:
    """A timed exam; they belong to nobody's unit, so whoever may see exams sees each. Quizzes are not run."""
    exam = db.session.get(Exam, exam_id)
    if exam is None or exam.kind != "exam":
        abort(404)
    return exam
