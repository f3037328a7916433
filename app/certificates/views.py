from typing import Any

from flask import Blueprint, render_template

from app.web.gate import public

bp = Blueprint("certificates", __name__, template_folder="templates")


@bp.get("/verify")
@public
def verify() -> Any:
    return render_template("home/index.html")
