"""One person: the record at a glance, new, corrected; numbers shown in full; the account."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf import FlaskForm

from app.audit.service import record
from app.domain.access import Action, covers
from app.people import (
    codes,
    corrections,
    facts,
    grants,
    history,
    postings,
    promotions,
    queries,
    second_factor,
    service,
)
from app.people.accounts import accounts_page
from app.people.blueprint import bp
from app.people.labels import LEAVING, PEOPLE_STATES, POLITICAL, ROLES, SEXES, TAKEN, person_state
from app.people.models import Person, RoleGrant
from app.people.person_forms import PersonForm
from app.web import clock, gate
from app.web.db import SAFE_METHODS, db
from app.web.errors import Forbidden, Problem
from app.web.gate import requires
from app.web.intake import number


def load_held(person_id: int, action: Action) -> Person:
    """404 outside the units where the caller may do `action`.

    A request that may change the person holds them first: what the view finds then, their unit, roles and
    the facts that a form keeps, stays so until the end.
    """
    if request.method not in SAFE_METHODS:
        history.hold_tree()
        db.session.execute(sa.select(Person.id).where(Person.id == person_id).with_for_update())
    return queries.person_in_scope(person_id, gate.scope(action)) or abort(404)


def load_editable(person_id: int) -> Person:
    """404 outside the caller's units; whoever holds roles is for those who manage their sign-in."""
    person = load_held(person_id, Action.PEOPLE_EDIT)
    if person.erased_at is not None:
        text = _("%(name)s的个人信息已经注销，不能再修改。", name=person.name)
        raise Problem(409, "erased", text)
    if (reason := grants.beyond_reset(person, grants.grants_of(person.id), clock.now())) is not None:
        raise Forbidden(reason)
    return person


def load_other(person_id: int, message: str) -> Person:
    """Someone else whom the caller may edit; `message` is for those who ask it of themselves."""
    person = load_editable(person_id)
    if person.id == current_user.person_id:
        raise Problem(409, "own_account", message)
    return person


def show_refusal(form: FlaskForm, refused: history.Refused) -> None:
    """At its field, or on top where the form has none for it."""
    if refused.field in form:
        form[refused.field].errors = [refused.message]
    else:
        form.form_errors.append(refused.message)


def attempt(person: Person, act: Callable[[], None], message: str) -> Any:
    """For acts without a form: back to the person with the message, or with why not."""
    try:
        act()
        flash(message)
    except history.Refused as refused:
        flash(refused.message, "warn")
    return redirect(url_for("people_manage.person", person_id=person.id))


def _page(person: Person, numbers: dict[str, str]) -> str:
    """`numbers`: identity and phone number as they may be shown now."""
    paths = gate.scope(Action.PEOPLE_EDIT)
    mine = covers(paths, person.unit.path)
    held = grants.grants_of(person.id)
    way = postings.of(person.id)
    seen = [grant for grant in held if covers(gate.scope(Action.PEOPLE_VIEW), grant.unit.path)]
    return render_template(
        "people/manage/person.html",
        person=person, numbers=numbers, mine=mine, people=_list(),
        editable=mine and grants.beyond_reset(person, held, clock.now()) is None,
        resettable=_resettable(person, held), factor=second_factor.enrolled(person.id),
        code=codes.of(person.id), now=clock.now(),
        postings=way, ranks=promotions.of(person.id),
        unsaid=postings.unsaid(person, way),
        undoable=corrections.undoable(way, paths),
        grants=seen, others=len(held) - len(seen),
        roles=ROLES, sexes=SEXES, political=POLITICAL, leaving=LEAVING, states=PEOPLE_STATES,
        state=person_state(person), today=clock.day(clock.now()),
    )  # fmt: skip


def _list() -> str:
    """The list of people, narrowed as it was when the caller came from it."""
    came, plain = urlsplit(request.referrer or ""), url_for("people_manage.people")
    narrowed = came.netloc == request.host and came.path == plain and came.query
    return f"{plain}?{came.query}" if narrowed else plain


def _resettable(person: Person, held: Sequence[RoleGrant]) -> bool:
    """May the caller let the person in anew?"""
    return (
        person.id != current_user.person_id
        and covers(gate.scope(Action.SIGN_IN_EDIT), person.unit.path)
        and grants.beyond_reset(person, held, clock.now()) is None
    )


@bp.get("/people/<int:person_id>")
@requires(Action.PEOPLE_VIEW)
def person(person_id: int) -> Any:
    found = queries.person_in_scope(person_id, gate.scope(Action.PEOPLE_VIEW)) or abort(404)
    return _page(found, {name: facts.masked(found, name) for name in facts.NUMBERS})


@bp.post("/people/<int:person_id>/numbers")
@requires(Action.PEOPLE_EDIT)
def person_numbers(person_id: int) -> Any:
    """The full numbers, on this one page; who looked is written down."""
    found = load_editable(person_id)
    who = f"{found.name}（{found.username}）"
    record("person.reveal", f"person:{found.id}", f"查看 {who} 的完整身份证号和手机号")
    return _page(found, {name: facts.NUMBERS[name](found) for name in facts.NUMBERS})


def _taken(form: PersonForm, taken: service.Taken) -> None:
    form[taken.field].errors = [TAKEN[taken.field]]


@bp.route("/people/new", methods=["GET", "POST"])
@requires(Action.PEOPLE_EDIT)
def person_new() -> Any:
    if request.method not in SAFE_METHODS:
        history.hold_tree()  # the unit chosen stays within the caller's
    form = PersonForm()
    if not form.is_submitted():
        form.unit_id.data = number("unit")
    if form.validate_on_submit():
        try:
            account = service.create_person(form.facts(), clock.now(), form.dates())
            return accounts_page([account], _("已新建人员"))
        except service.Taken as taken:
            _taken(form, taken)
        except history.Refused as refused:
            show_refusal(form, refused)
    return render_template("people/manage/person_form.html", form=form, person=None)


@bp.route("/people/<int:person_id>/edit", methods=["GET", "POST"])
@requires(Action.PEOPLE_EDIT)
def person_edit(person_id: int) -> Any:
    person = load_editable(person_id)
    form = PersonForm(person, corrections.dates(person))
    if form.validate_on_submit():
        try:
            service.update_person(person, form.facts(), clock.now(), form.dates())
            flash(_("已保存 %(name)s 的信息。", name=person.name))
            return redirect(url_for("people_manage.person", person_id=person.id))
        except service.Taken as taken:
            _taken(form, taken)
        except history.Refused as refused:
            show_refusal(form, refused)
    return render_template("people/manage/person_form.html", form=form, person=person)


@bp.post("/people/<int:person_id>/activate")
@requires(Action.PEOPLE_EDIT)
def person_activate(person_id: int) -> Any:
    person = load_editable(person_id)
    return attempt(person, lambda: history.set_active(person, True, clock.now()), _("账号已启用。"))


@bp.post("/people/<int:person_id>/deactivate")
@requires(Action.PEOPLE_EDIT)
def person_deactivate(person_id: int) -> Any:
    person = load_other(person_id, _("不能停用自己的账号。"))
    said = _("账号已停用，各处的登录已经退出。")
    return attempt(person, lambda: history.set_active(person, False, clock.now()), said)
