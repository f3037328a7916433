"""Who watches a sitting."""

from typing import Any

from flask import abort, flash, redirect, url_for
from flask_babel import gettext as _

from app.domain.access import Action, roles_with
from app.exams import invigilators as verbs
from app.exams.back_office import bp
from app.exams.manage_sittings import load_sitting, sitting_page
from app.exams.seat_forms import InvigilatorForm
from app.exams.seat_models import Invigilator
from app.exams.seating import Impossible
from app.people import grants
from app.people import queries as people
from app.people.models import Person
from app.web import clock, gate
from app.web.db import db
from app.web.gate import requires


@bp.post("/<int:exam_id>/sittings/<int:sitting_id>/invigilators")
@requires(Action.EXAM_EDIT)
def invigilator_name(exam_id: int, sitting_id: int) -> Any:
    exam, found = load_sitting(exam_id, sitting_id)
    form = InvigilatorForm(prefix="watch")
    if form.validate_on_submit() and (person := _person(form)) is not None:
        try:
            verbs.name(found, person)
            flash(_("%(name)s现在是本场次的监考员。", name=person.name))
            return redirect(url_for("exams_manage.sitting", exam_id=exam.id, sitting_id=found.id))
        except Impossible as error:
            form.username.errors = [str(error)]
    return sitting_page(exam, found, watch=form)


def _person(form: InvigilatorForm) -> Person | None:
    """Who was named, if they may watch at all."""
    person = people.person_named(form.username.data, gate.scope(Action.EXAM_EDIT))
    if person is None or not person.active:
        form.username.errors = [_("您的管理范围内没有这个用户名。")]
        return None
    if not set(grants.roles_of(person.id, clock.now())) & set(roles_with(Action.EXAM_RUN)):
        form.username.errors = [_("%(name)s还没有监考员角色，请先在“授权”页授予。", name=person.name)]
        return None
    return person


@bp.post("/<int:exam_id>/sittings/<int:sitting_id>/invigilators/<int:person_id>/dismiss")
@requires(Action.EXAM_EDIT)
def invigilator_dismiss(exam_id: int, sitting_id: int, person_id: int) -> Any:
    exam, found = load_sitting(exam_id, sitting_id)
    verbs.dismiss(found, db.session.get(Invigilator, (found.id, person_id)) or abort(404))
    flash(_("已取消。"))
    return redirect(url_for("exams_manage.sitting", exam_id=exam.id, sitting_id=found.id))
