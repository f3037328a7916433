from typing import Any

from flask import Blueprint, render_template

from app.domain.access import Action
from app.web.gate import requires

bp = Blueprint("reports", __name__, url_prefix="/manage", template_folder="templates")


@bp.get("/")
@requires(Action.MANAGE)
def desk() -> Any:
    return render_template("home/index.html")


@bp.get("/scores")
@requires(Action.SCORE_VIEW)
def scores() -> Any:
    return render_template("home/index.html")
