from typing import Any

from flask import Blueprint, render_template

from app.audit import models  # noqa: F401
from app.domain.access import Action
from app.web.gate import requires

bp = Blueprint("audit_manage", __name__, url_prefix="/manage/audit", template_folder="templates")


@bp.get("/")
@requires(Action.AUDIT_VIEW)
def events() -> Any:
    return render_template("home/index.html")
