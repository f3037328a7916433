from typing import Any

from flask import Blueprint, render_template

from app.bank import models  # noqa: F401
from app.domain.access import Action
from app.web.gate import requires

bp = Blueprint("bank_manage", __name__, url_prefix="/manage/bank", template_folder="templates")


@bp.get("/questions")
@requires(Action.BANK_VIEW)
def questions() -> Any:
    return render_template("home/index.html")
