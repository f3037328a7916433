"""The Flask blueprint of the back office of exams; its pages are split by noun, manage.py collects them."""

from flask import Blueprint, abort

from app.exams.labels import form_name
from app.exams.models import Exam, ExamForm
from app.web.db import db

bp = Blueprint("exams_manage", __name__, url_prefix="/manage/exams", template_folder="templates")
bp.add_app_template_filter(form_name)


def load_exam(exam_id: int) -> Exam:
    """A timed exam; they belong to nobody's unit, so whoever may see exams sees each. Quizzes are not run."""
    exam = db.session.get(Exam, exam_id)
    if exam is None or exam.kind != "exam":
        abort(404)
    return exam


def load_form(exam: Exam, number: int) -> ExamForm:
    """Its form of that number."""
    return next((form for form in exam.forms if form.number == number), None) or abort(404)
