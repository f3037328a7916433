"""The machine's face of units: what the text field of a unit suggests while somebody types."""

from typing import Any

from flask import Blueprint, abort, jsonify, request

from app.domain.access import Action
from app.people import picker
from app.web import gate
from app.web.gate import requires

bp = Blueprint("people_api", __name__, url_prefix="/manage/units")


@bp.get("/suggest")
@requires(Action.MANAGE)
def suggest() -> Any:
    """`?q=` what is typed, `&action=` what for: only units on which the caller may do that."""
    asked = request.args.get("action", Action.MANAGE)
    if asked not in set(Action):
        abort(404)
    found = picker.suggest(request.args.get("q", "")[:100], gate.scope(Action(asked)))
    return jsonify(
        units=[{"label": picker.label(u), "place": u.parent.name if u.parent else ""} for u in found]
    )
