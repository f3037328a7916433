"""The desk: the first page of the back office."""

from typing import Any

from flask import render_template

from app.domain.access import Action
from app.reports import desk as work
from app.reports.blueprint import bp
from app.web import clock, gate
from app.web.gate import requires


@bp.get("/")
@requires(Action.MANAGE)
def desk() -> Any:
    paths = gate.scope(Action.EXAM_VIEW)
    running = work.running_exams(paths, clock.now()) if paths else []
    return render_template("reports/desk.html", running=running, tiles=work.tiles())
