"""Sign in, sign out, one's own password."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.domain.access import Action
from app.people import service
from app.people import sign_in as sessions
from app.people.forms import PasswordForm, SignInForm
from app.web import clock
from app.web.gate import local_target, public, requires

bp = Blueprint("people", __name__, template_folder="templates")


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Any:
    if current_user.is_authenticated:
        return redirect(url_for("home.index"))
    form = SignInForm()
    if form.validate_on_submit():
        address = request.remote_addr or ""
        person = sessions.authenticate(form.username.data, form.password.data, address, clock.now())
        if person is not None:
            sessions.start_session(person, clock.now())
            return redirect(local_target(request.args.get("next")) or url_for("home.index"))
        form.form_errors.append(
            _("用户名或密码不对。请核对后重试；连续输错多次，须等 15 分钟。忘记密码请联系培训管理员。")
        )
    return render_template("people/sign_in.html", form=form)


@bp.post("/sign-out")
@requires(Action.LEARN)
def sign_out() -> Any:
    sessions.end_session(current_user.session_id, clock.now())
    response = redirect(url_for("people.sign_in"))
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


@bp.route("/password", methods=["GET", "POST"])
@requires(Action.LEARN)
def password() -> Any:
    form = PasswordForm()
    if form.validate_on_submit():
        # As at the door: guesses are counted, whoever left the browser open.
        address = request.remote_addr or ""
        person = sessions.authenticate(current_user.username, form.current.data, address, clock.now())
        if person is not None:
            service.set_password(person, form.new.data, clock.now())
            sessions.revoke_sessions(person.id, clock.now(), keep=current_user.session_id)
            flash(_("密码已修改，其他设备上的登录已退出。"))
            return redirect(url_for("home.index"))
        form.current.errors = [_("现在的密码不对。")]
    return render_template("people/password.html", form=form, forced=current_user.must_change_password)
