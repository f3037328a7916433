from typing import Any

from flask import Blueprint, render_template

from app.certificates import models  # noqa: F401
from app.domain.access import Action
from app.web.gate import requires

bp = Blueprint(
    "certificates_manage", __name__, url_prefix="/manage/certificates", template_folder="templates"
)


@bp.get("/")
@requires(Action.CERTIFICATE_VIEW)
def certificates() -> Any:
    return render_template("home/index.html")
