"""Persons: list, create, edit, a new one-time password."""

from dataclasses import replace
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.domain.access import Action, covers
from app.domain.ranks import RANKS
from app.people import facts, queries, service
from app.people.accounts import accounts_page
from app.people.blueprint import bp
from app.people.facts import PersonFacts
from app.people.forms import PersonForm
from app.people.labels import POLITICAL
from app.people.models import Person
from app.people.unit_field import unit_filter
from app.web import clock, gate
from app.web.errors import Problem
from app.web.gate import requires
from app.web.intake import number
from app.web.paging import asked_page


def load_editable(person_id: int, action: Action = Action.PEOPLE_EDIT) -> Person:
    """404 outside the caller's units; nobody changes the account of someone who serves above them."""
    paths = gate.scope(action)
    person = queries.person_in_scope(person_id, paths)
    if person is None:
        abort(404)
    if queries.serves_outside(person, paths, clock.now()):
        text = _("%(name)s还在您管理范围以外的单位担任角色，请由上级管理员办理。", name=person.name)
        raise Problem(403, "forbidden", text)
    return person


def _filter() -> queries.PeopleFilter:
    active = {"1": True, "0": False}.get(request.args.get("active", ""))
    return queries.PeopleFilter(request.args.get("q", "").strip(), active)


@bp.get("/people")
@requires(Action.PEOPLE_VIEW)
def people() -> Any:
    where = unit_filter(Action.PEOPLE_VIEW)
    edit_paths = gate.scope(Action.PEOPLE_EDIT)
    page = queries.people_page(_filter(), where.paths, asked_page())
    editable = {person.id for person in page if covers(edit_paths, person.unit.path)}
    return render_template(
        "people/manage/people.html", page=page, editable=editable, where=where, political=POLITICAL
    )


def _form(person: Person | None = None) -> PersonForm:
    form = PersonForm(obj=person)
    if person is None and not form.is_submitted():
        form.unit_id.data = number("unit")
    return form


def _facts(form: PersonForm, person: Person | None) -> PersonFacts:
    """What the form says; what it does not ask for stays."""
    said = {name: form[name].data for name in PersonFacts.__dataclass_fields__ if name in form}
    return replace(facts.of(person), **said) if person else PersonFacts(**said)


def _taken(form: PersonForm) -> None:
    form.username.errors = [_("这个用户名已有人使用，请换一个。")]


@bp.route("/people/new", methods=["GET", "POST"])
@requires(Action.PEOPLE_EDIT)
def person_new() -> Any:
    form = _form()
    if form.validate_on_submit():
        try:
            account = service.create_person(_facts(form, None), clock.now())
            return accounts_page([account], _("已新建人员"))
        except service.Taken:
            _taken(form)
    return render_template("people/manage/person.html", form=form, person=None, ranks=RANKS)


@bp.route("/people/<int:person_id>", methods=["GET", "POST"])
@requires(Action.PEOPLE_EDIT)
def person_edit(person_id: int) -> Any:
    person = load_editable(person_id)
    form = _form(person)
    if form.validate_on_submit():
        if person.id == current_user.person_id and not form.active.data:
            form.active.errors = [_("不能停用自己的账号。")]
        else:
            try:
                service.update_person(person, _facts(form, person), clock.now())
                flash(_("已保存 %(name)s 的信息。", name=person.name))
                return redirect(url_for("people_manage.people"))
            except service.Taken:
                _taken(form)
    return render_template("people/manage/person.html", form=form, person=person, ranks=RANKS)


@bp.post("/people/<int:person_id>/password")
@requires(Action.PEOPLE_EDIT)
def person_reset(person_id: int) -> Any:
    person = load_editable(person_id)
    if person.id == current_user.person_id:
        raise Problem(409, "own_account", _("这是您自己的账号，请到“修改密码”页更换密码。"))
    account = (person, service.reset_password(person, clock.now()))
    return accounts_page([account], _("已重置密码"))
