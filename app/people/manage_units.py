"""Units: the tree, create below one, edit."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.domain.access import Action
from app.people import queries, service
from app.people.blueprint import bp
from app.people.forms import NewUnitForm, UnitForm
from app.people.labels import UNIT_KINDS
from app.people.models import Unit
from app.web import gate
from app.web.gate import requires
from app.web.intake import number


def _load(unit_id: int) -> Unit:
    return queries.unit_in_scope(unit_id, gate.scope(Action.PEOPLE_EDIT)) or abort(404)


def _facts(form: UnitForm) -> service.UnitFacts:
    return service.UnitFacts(**{name: form[name].data for name in service.UnitFacts.__dataclass_fields__})


def _taken(form: UnitForm) -> None:
    form.code.errors = [_("这个编码已有单位使用，请换一个。")]


@bp.get("/units")
@requires(Action.PEOPLE_VIEW)
def units() -> Any:
    rows = queries.unit_rows(gate.scope(Action.PEOPLE_VIEW), request.args.get("q", "").strip())
    edit = gate.scope(Action.PEOPLE_EDIT)
    return render_template("people/manage/units.html", rows=rows, kinds=UNIT_KINDS, edit_paths=edit)


@bp.route("/units/new", methods=["GET", "POST"])
@requires(Action.PEOPLE_EDIT)
def unit_new() -> Any:
    form = NewUnitForm()
    if not form.is_submitted():
        form.parent_id.data = number("parent")
    if form.validate_on_submit():
        try:
            unit = service.create_unit(form.parent_id.unit, _facts(form))
            flash(_("已新建单位“%(name)s”。", name=unit.name))
            return redirect(url_for("people_manage.units"))
        except service.Taken:
            _taken(form)
    return render_template("people/manage/unit.html", form=form, unit=None)


@bp.route("/units/<int:unit_id>", methods=["GET", "POST"])
@requires(Action.PEOPLE_EDIT)
def unit_edit(unit_id: int) -> Any:
    unit = _load(unit_id)
    form = UnitForm(obj=unit)
    if form.validate_on_submit():
        try:
            service.update_unit(unit, _facts(form))
            flash(_("已保存单位“%(name)s”。", name=unit.name))
            return redirect(url_for("people_manage.units"))
        except service.Taken:
            _taken(form)
    return render_template("people/manage/unit.html", form=form, unit=unit)
