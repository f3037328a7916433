from typing import Any

from flask import Blueprint, render_template

from app.courses import models  # noqa: F401
from app.domain.access import Action
from app.web.gate import requires

bp = Blueprint("courses_manage", __name__, url_prefix="/manage/courses", template_folder="templates")


@bp.get("/")
@requires(Action.COURSE_EDIT)
def courses() -> Any:
    return render_template("home/index.html")
