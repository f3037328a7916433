"""Changing one's own password."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.domain.access import Action
from app.people import entering, service
from app.people import sign_in as sessions
from app.people.blueprint import face as bp
from app.people.entering import Refused
from app.people.models import Person
from app.people.sign_in_forms import PasswordForm
from app.people.view_sign_in import refuse
from app.web import clock
from app.web.db import db
from app.web.gate import requires


def myself() -> Person:
    """The caller's own row."""
    return db.session.get_one(Person, current_user.person_id)


def wrong_present_password() -> str:
    return str(_("现在的密码不对。"))


@bp.route("/password", methods=["GET", "POST"])
@requires(Action.LEARN)
def password() -> Any:
    person = myself()
    form = PasswordForm(person)
    if form.validate_on_submit():
        try:
            entering.confirm(person, form.current.data, clock.now())
        except Refused as refused:
            return refuse("people/password.html", form, refused, wrong_present_password())
        sessions.renew_session(person, clock.now(), current_user.second_factor)
        service.set_password(person, form.new.data, clock.now())
        flash(_("密码已修改，其他设备上的登录已退出。"))
        return redirect(url_for("home.me"))
    return render_template("people/password.html", form=form)
