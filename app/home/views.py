"""What must I do today, and my own data."""

from typing import Any

from flask import Blueprint, render_template

from app.domain.access import Action
from app.web.gate import requires

bp = Blueprint("home", __name__, template_folder="templates")


@bp.get("/")
@requires(Action.LEARN)
def index() -> Any:
    return render_template("home/index.html")


@bp.get("/me")
@requires(Action.LEARN)
def me() -> Any:
    return render_template("home/index.html")
