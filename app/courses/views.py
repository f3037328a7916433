from typing import Any

from flask import Blueprint, render_template

from app.domain.access import Action
from app.web.gate import requires

bp = Blueprint("courses", __name__, url_prefix="/courses", template_folder="templates")


@bp.get("/")
@requires(Action.LEARN)
def index() -> Any:
    return render_template("home/index.html")
