"""Powers, looked up both ways: who may do this here, and what may this person do; each with the reason."""

from typing import Any

from flask import abort, render_template, request
from flask_babel import gettext as _

from app.domain.access import SCHOOL_WIDE, Action, covers, is_root
from app.people import grants, queries
from app.people.blueprint import bp
from app.people.labels import ACTIONS, ROLES
from app.people.models import Unit
from app.people.unit_field import unit_filter
from app.web import clock, gate
from app.web.gate import requires
from app.web.paging import asked_page

ASKABLE = [action for action in Action if action not in {Action.LEARN, Action.MANAGE}]


@bp.get("/roles/who")
@requires(Action.ROLE_GRANT)
def who_may() -> Any:
    where = unit_filter(Action.ROLE_GRANT)
    asked = request.args.get("action", "")
    action = Action(asked) if asked in ASKABLE else None
    paths = gate.scope(Action.ROLE_GRANT)
    unit = where.unit or queries.unit_in_scope(queries.top_of(paths) or 0, paths) or abort(404)
    where.field.label.text, where.field.blank = _("在哪个单位"), unit.name
    page = grants.holders_page(action, unit, paths, clock.now(), asked_page()) if action else None
    return render_template(
        "people/manage/who_may.html", where=where, action=action, unit=unit, page=page, actions=ACTIONS,
        askable=ASKABLE, roles=ROLES, school_wide=action in SCHOOL_WIDE,
        elsewhere=action and grants.held_elsewhere(action, unit, paths, clock.now()),
    )  # fmt: skip


@bp.get("/roles/people/<int:person_id>")
@requires(Action.ROLE_GRANT)
def person_powers(person_id: int) -> Any:
    paths = gate.scope(Action.ROLE_GRANT)
    person = queries.person_in_scope(person_id, paths) or abort(404)
    held = grants.grants_of(person.id)
    seen = [grant for grant in held if covers(paths, grant.unit.path)]
    return render_template(
        "people/manage/powers.html", person=person, held=seen, powers=grants.powers(seen, clock.now()),
        elsewhere=grants.serves_outside(held, paths, clock.now()), actions=ACTIONS, roles=ROLES, place=_place,
    )  # fmt: skip


def _place(unit: Unit, action: Action) -> str:
    """Where a grant on the unit lets the action be done."""
    if action in SCHOOL_WIDE or is_root(unit.path):
        return str(_("全校"))
    return str(_("%(unit)s及下属", unit=unit.name))
