from typing import Any

from flask import Blueprint, render_template

from app.domain.access import Action
from app.web.gate import requires

bp = Blueprint("people_manage", __name__, url_prefix="/manage", template_folder="templates")


@bp.get("/people")
@requires(Action.PEOPLE_VIEW)
def people() -> Any:
    return render_template("home/index.html")


@bp.get("/units")
@requires(Action.PEOPLE_VIEW)
def units() -> Any:
    return render_template("home/index.html")


@bp.get("/roles")
@requires(Action.ROLE_GRANT)
def roles() -> Any:
    return render_template("home/index.html")


@bp.get("/settings")
@requires(Action.SETTINGS_EDIT)
def settings() -> Any:
    return render_template("home/index.html")
