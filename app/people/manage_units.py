"""Units: the tree a level at a time, a unit's page with its history; the verbs on them."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.domain.access import Action, covers
from app.people import queries, tree, unit_history
from app.people import units as service
from app.people.blueprint import bp
from app.people.labels import UNIT_KINDS
from app.people.models import Unit
from app.people.unique import Taken
from app.people.unit_forms import MergeForm, MoveForm, NewUnitForm, UnitForm
from app.web import clock, gate
from app.web.errors import Problem
from app.web.gate import requires
from app.web.intake import number
from app.web.paging import asked_page


def _load(unit_id: int, action: Action) -> Unit:
    return queries.unit_in_scope(unit_id, gate.scope(action)) or abort(404)


def _load_open(unit_id: int) -> Unit:
    """A unit to change; 409 where there is nothing to change any more."""
    unit = _load(unit_id, Action.UNIT_EDIT)
    if unit.closed_at is not None:
        raise Problem(409, "closed", _("“%(name)s”已经撤销，不能再改动。", name=unit.name))
    return unit


def _facts(form: UnitForm) -> service.UnitFacts:
    return service.UnitFacts(**{name: form[name].data for name in service.UnitFacts.__dataclass_fields__})


def _taken(form: UnitForm) -> None:
    form.code.errors = [_("这个编码已有单位使用，请换一个。")]


def _to(unit: Unit) -> Any:
    return redirect(url_for("people_manage.unit", unit_id=unit.id))


@bp.get("/units")
@requires(Action.PEOPLE_VIEW)
def units() -> Any:
    """What the search finds; without one, the head of the caller's tree."""
    paths, text = gate.scope(Action.PEOPLE_VIEW), request.args.get("q", "").strip()
    page = tree.found(text, paths, asked_page()) if text else None
    shown = page.items if page else tree.tops(paths)
    if not text and len(shown) == 1:
        return _page(shown[0])
    return render_template(
        "people/manage/units.html", page=page, units=shown, counts=tree.counts(shown), kinds=UNIT_KINDS
    )


@bp.get("/units/<int:unit_id>")
@requires(Action.PEOPLE_VIEW)
def unit(unit_id: int) -> Any:
    return _page(_load(unit_id, Action.PEOPLE_VIEW))


def _open_to(action: Action, unit: Unit) -> bool:
    return unit.closed_at is None and covers(gate.scope(action), unit.path)


def _page(unit: Unit) -> str:
    page = tree.children(unit, asked_page(), closed="closed" in request.args)
    return render_template(
        "people/manage/unit.html",
        unit=unit,
        above=tree.above(unit, gate.scope(Action.PEOPLE_VIEW)),
        page=page,
        counts=tree.counts([unit, *page.items]),
        closed_below=tree.closed_below(unit),
        history=[(change, unit_history.told(change)) for change in tree.changes(unit)],
        kinds=UNIT_KINDS,
        editable=_open_to(Action.UNIT_EDIT, unit),
        staffed=_open_to(Action.PEOPLE_EDIT, unit),
        restorable=unit.closed_at is not None
        and unit.merged_into_id is None
        and covers(gate.scope(Action.UNIT_EDIT), unit.path),
    )


@bp.route("/units/new", methods=["GET", "POST"])
@requires(Action.UNIT_EDIT)
def unit_new() -> Any:
    form = NewUnitForm()
    if not form.is_submitted():
        form.parent_id.data = number("parent")
    if form.validate_on_submit():
        try:
            made = service.create(form.parent_id.chosen, _facts(form), clock.now())
            flash(_("已新建单位“%(name)s”。", name=made.name))
            return _to(made)
        except Taken:
            _taken(form)
        except service.Refused as refusal:
            form.parent_id.errors = [str(refusal)]
    return render_template("people/manage/unit_form.html", form=form, unit=None)


@bp.route("/units/<int:unit_id>/edit", methods=["GET", "POST"])
@requires(Action.UNIT_EDIT)
def unit_edit(unit_id: int) -> Any:
    unit = _load_open(unit_id)
    form = UnitForm(obj=unit)
    if form.validate_on_submit():
        try:
            service.update(unit, _facts(form), clock.now())
            flash(_("已保存单位“%(name)s”。", name=unit.name))
            return _to(unit)
        except Taken:
            _taken(form)
        except service.Refused as refusal:
            form.form_errors.append(str(refusal))
    return render_template("people/manage/unit_form.html", form=form, unit=unit)


@bp.route("/units/<int:unit_id>/move", methods=["GET", "POST"])
@requires(Action.UNIT_EDIT)
def unit_move(unit_id: int) -> Any:
    unit = _load_open(unit_id)
    form = MoveForm(obj=unit)
    form.parent_id.but = unit
    if form.validate_on_submit():
        try:
            service.move(unit, form.parent_id.chosen, clock.now())
            flash(
                _("“%(name)s”的上级现在是“%(parent)s”。", name=unit.name, parent=form.parent_id.chosen.name)
            )
            return _to(unit)
        except service.Refused as refusal:
            form.parent_id.errors = [str(refusal)]
    return render_template(
        "people/manage/unit_move.html", form=form, unit=unit, counts=tree.counts([unit])[unit.id]
    )


@bp.route("/units/<int:unit_id>/merge", methods=["GET", "POST"])
@requires(Action.UNIT_EDIT)
def unit_merge(unit_id: int) -> Any:
    unit = _load_open(unit_id)
    form = MergeForm()
    form.target_id.but = unit
    if form.validate_on_submit():
        target = form.target_id.chosen
        try:
            service.merge(unit, target, clock.now())
            flash(_("“%(name)s”已并入“%(target)s”。", name=unit.name, target=target.name))
            return _to(target)
        except service.Refused as refusal:
            form.target_id.errors = [str(refusal)]
    held = service.holdings(unit, clock.now())
    return render_template("people/manage/unit_merge.html", form=form, unit=unit, held=held)


@bp.route("/units/<int:unit_id>/close", methods=["GET", "POST"])
@requires(Action.UNIT_EDIT)
def unit_close(unit_id: int) -> Any:
    unit = _load_open(unit_id)
    if request.method == "POST":
        try:
            service.close(unit, clock.now())
        except service.Refused as refusal:
            raise Problem(409, "not_empty", str(refusal)) from refusal
        flash(_("已撤销单位“%(name)s”。", name=unit.name))
        return _to(unit)
    held = service.holdings(unit, clock.now())
    return render_template("people/manage/unit_close.html", unit=unit, held=held)


@bp.post("/units/<int:unit_id>/restore")
@requires(Action.UNIT_EDIT)
def unit_restore(unit_id: int) -> Any:
    unit = _load(unit_id, Action.UNIT_EDIT)
    try:
        service.restore(unit, clock.now())
    except service.Refused as refusal:
        raise Problem(409, "not_restored", str(refusal)) from refusal
    flash(_("已恢复单位“%(name)s”。原有的授权没有恢复，需要的请重新授权。", name=unit.name))
    return _to(unit)
