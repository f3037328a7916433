"""Roles: who holds which, where and until when; what each role may do."""

from datetime import datetime, time, timedelta
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.domain.access import Action, Role, actions
from app.people import grants, history, queries
from app.people.blueprint import bp
from app.people.forms import GrantForm
from app.people.labels import ACTIONS, GRANTABLE, ROLES
from app.people.manage_person import show_refusal
from app.people.models import Person, RoleGrant
from app.people.unit_field import unit_filter
from app.web import clock, gate
from app.web.errors import Problem
from app.web.gate import requires
from app.web.paging import asked_page


def _filter() -> grants.GrantFilter:
    args = request.args
    state = {"live": True, "expired": False}.get(args.get("state", ""))
    return grants.GrantFilter(args.get("q", "").strip(), args.get("role", ""), state)


def _page(form: GrantForm) -> str:
    where = unit_filter(Action.ROLE_GRANT)
    page = grants.grants_page(_filter(), where.paths, clock.now(), asked_page())
    table = [
        (ROLES[role], [ACTIONS[a] for a in Action if a in actions(role, gate.apart()) - {Action.MANAGE}])
        for role in GRANTABLE
    ]
    return render_template(
        "people/manage/roles.html", form=form, page=page, where=where, roles=ROLES, grantable=GRANTABLE,
        table=table, apart=gate.apart(),
    )  # fmt: skip


@bp.get("/roles")
@requires(Action.ROLE_GRANT)
def roles() -> Any:
    return _page(GrantForm(data={"username": request.args.get("username", "")}))


def _ends_at(form: GrantForm) -> datetime | None:
    """The end of the chosen day in Beijing."""
    if form.until.data is None:
        return None
    return clock.from_beijing(datetime.combine(form.until.data + timedelta(days=1), time.min))


def _person(form: GrantForm) -> Person | None:
    """Whom the form names; None with the reason at the field."""
    person = queries.person_named(form.username.data, gate.scope(Action.ROLE_GRANT))
    ends_at = _ends_at(form)
    if person is None:
        form.username.errors = [_("您的管理范围内没有这个用户名。可先到“人员”页查询。")]
    elif person.id == current_user.person_id:
        form.username.errors = [_("不能给自己授权，请由其他管理员办理。")]
    elif ends_at is not None and ends_at <= clock.now():
        form.until.errors = [_("截止日期已过，请选今天或以后的日期。")]
    else:
        return person
    return None


@bp.post("/roles")
@requires(Action.ROLE_GRANT)
def role_grant() -> Any:
    history.hold_tree()  # the unit chosen stays within the caller's
    form = GrantForm()
    person = _person(form) if form.validate() else None
    unit = form.unit_id.unit
    if person is None or unit is None:
        return _page(form)
    role = Role(form.role.data)
    kept = next((g for g in grants.grants_of(person.id) if (g.role, g.unit_id) == (role, unit.id)), None)
    was = _term(kept) if kept else None
    try:
        made = grants.grant(person, role, unit, _ends_at(form), clock.now(), form.reason.data)
    except history.Refused as refused:
        show_refusal(form, refused)
        return _page(form)
    _say(made, was)
    return redirect(url_for("people_manage.roles"))


def _term(grant: RoleGrant) -> str:
    end = grant.last_moment
    return str(_("至 %(day)s", day=clock.day(end)) if end else _("长期"))


def _say(made: RoleGrant, was: str | None) -> None:
    """`was`: the term that the grant had before; None: it is new."""
    person = made.person
    said = {"name": person.name, "role": ROLES[Role(made.role)], "unit": made.unit.name, "term": _term(made)}
    if was is None:
        flash(_("已授权：%(name)s，%(role)s，%(unit)s，%(term)s。", **said))
    else:
        text = _("%(name)s原已在%(unit)s担任%(role)s：期限原为“%(was)s”，现为“%(term)s”。", was=was, **said)
        flash(text)
    if person.password_hash is None:
        text = _(
            "%(name)s还没有设置密码。授权之前发的登录码已经作废，请到其人员页另行生成登录码。",
            name=person.name,
        )
        flash(text, "warn")


@bp.route("/roles/<int:grant_id>/revoke", methods=["GET", "POST"])
@requires(Action.ROLE_GRANT)
def role_revoke(grant_id: int) -> Any:
    grant = grants.grant_in_scope(grant_id, gate.scope(Action.ROLE_GRANT)) or abort(404)
    if grant.person_id == current_user.person_id:
        raise Problem(409, "own_grant", _("不能收回自己的授权，请由其他管理员办理。"))
    said = {"name": grant.person.name, "role": ROLES[Role(grant.role)], "unit": grant.unit.name}
    if request.method == "GET":
        return render_template("people/manage/role_revoke.html", grant=grant, role=said["role"])
    grants.revoke(grant)
    flash(_("已收回%(name)s在%(unit)s的%(role)s授权。", **said))
    return redirect(url_for("people_manage.roles"))
