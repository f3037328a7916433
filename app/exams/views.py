from typing import Any

from flask import Blueprint, render_template

from app.domain.access import Action
from app.web.gate import requires

bp = Blueprint("exams", __name__, template_folder="templates")


@bp.get("/exams")
@requires(Action.LEARN)
def index() -> Any:
    return render_template("home/index.html")
