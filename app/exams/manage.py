from typing import Any

from flask import Blueprint, render_template

from app.domain.access import Action
from app.exams import models  # noqa: F401
from app.web.gate import requires

bp = Blueprint("exams_manage", __name__, url_prefix="/manage/exams", template_folder="templates")


@bp.get("/")
@requires(Action.EXAM_VIEW)
def exams() -> Any:
    return render_template("home/index.html")


@bp.get("/marking")
@requires(Action.MARK)
def marking() -> Any:
    return render_template("home/index.html")
