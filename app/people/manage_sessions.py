"""What an administrator does to somebody else's sign-in: the password, the sessions, the second factor."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.audit.service import record
from app.domain.access import Action
from app.people import codes, grants, second_factor, service
from app.people.accounts import accounts_page
from app.people.blueprint import bp
from app.people.manage_person import load_held
from app.people.models import Person
from app.people.sign_in import revoke_sessions
from app.web import clock
from app.web.errors import Forbidden, Problem
from app.web.gate import requires


def load_account(person_id: int) -> Person:
    """Somebody else whose sign-in the caller may reset; 404 outside the caller's units, else why not."""
    person = load_held(person_id, Action.SIGN_IN_EDIT)
    if person.id == current_user.person_id:
        raise Problem(409, "own_account", _("这是您自己的账号，请到“我的”页办理。"))
    if (reason := grants.beyond_reset(person, grants.grants_of(person.id), clock.now())) is not None:
        raise Forbidden(reason)
    return person


@bp.post("/people/<int:person_id>/password")
@requires(Action.SIGN_IN_EDIT)
def person_reset(person_id: int) -> Any:
    """`seen`: when the code that the caller knows of was issued. A page that is loaded again, or a second
    click, does not void the code that it showed first."""
    person, now = load_account(person_id), clock.now()
    code, title = codes.of(person.id), _("已生成首次登录码")
    if request.form.get("seen", "") != (code.issued_at.isoformat() if code else ""):
        raise Problem(409, "issued", _(
            "没有再生成：%(name)s的登录码刚刚有变化，先前显示的那一个仍然算数。没有抄下的，请回到人员页面另行生成。",
            name=person.name,
        ))  # fmt: skip
    if person.password_hash is not None:
        title = _("已重置密码")
    elif code is not None and now < code.expires_at:
        title = _("已生成新的首次登录码，原登录码（登录条）作废")
    return accounts_page([(person, service.reset_password(person, now))], title)


@bp.post("/people/<int:person_id>/sign-out")
@requires(Action.SIGN_IN_EDIT)
def person_sign_out(person_id: int) -> Any:
    person = load_account(person_id)
    revoke_sessions([person.id], clock.now())
    record("session.revoke", f"person:{person.id}", f"退出 {person.name}（{person.username}）在各处的登录")
    flash(_("%(name)s在各处的登录都已退出。", name=person.name))
    return redirect(url_for("people_manage.person", person_id=person.id))


@bp.post("/people/<int:person_id>/second-factor/remove")
@requires(Action.SIGN_IN_EDIT)
def person_factor_remove(person_id: int) -> Any:
    """For a colleague who lost the phone and the recovery codes; their sign-ins end with it."""
    person = load_account(person_id)
    if second_factor.enrolled(person.id) is None:
        raise Problem(409, "not_enrolled", _("%(name)s没有启用动态口令。", name=person.name))
    second_factor.remove(person.id)
    revoke_sessions([person.id], clock.now())
    record("factor.remove", f"person:{person.id}", f"停用 {person.name}（{person.username}）的动态口令")
    flash(_("已停用%(name)s的动态口令，请其登录后重新启用。", name=person.name))
    return redirect(url_for("people_manage.person", person_id=person.id))
