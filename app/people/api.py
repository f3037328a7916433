"""The machine's face of units: what the text field of a unit suggests while somebody types."""

from typing import Any

from flask import Blueprint, abort, jsonify, request

from app.domain.access import Action
from app.people import picker
from app.web import gate
from app.web.gate import requires
from app.web.intake import number

bp = Blueprint("people_api", __name__, url_prefix="/manage/units")


@bp.get("/suggest")
@requires(Action.MANAGE)
def suggest() -> Any:
    """`?q=` what is typed, `&action=` what for: only units on which the caller may do that, without the
    unit `&but=` and those below it."""
    asked = request.args.get("action", Action.MANAGE)
    if asked not in set(Action):
        abort(404)
    text = request.args.get("q", "")[:100]
    found = picker.suggest(text, gate.scope(Action(asked)), but=number("but") or 0)
    return jsonify(
        units=[{"label": picker.label(u), "place": u.parent.name if u.parent else ""} for u in found]
    )
