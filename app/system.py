"""运行状况: what `flask doctor` finds, as a page for the system administrator."""

from typing import Any

from flask import Blueprint, current_app, render_template

from app import doctor
from app.domain.access import Action
from app.web.gate import requires

bp = Blueprint("system", __name__, url_prefix="/manage/system")


@bp.get("/")
@requires(Action.SYSTEM_VIEW)
def state() -> Any:
    findings = list(doctor.examine(current_app._get_current_object()))  # type: ignore[attr-defined]
    return render_template(
        "system.html", findings=sorted(findings, key=lambda finding: finding.well),
        problems=sum(not finding.well for finding in findings),
    )  # fmt: skip
