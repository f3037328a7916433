"""The way in, a page for each step, and the way out."""

from math import ceil
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from wtforms import Form

from app.domain.access import Action
from app.people import entering
from app.people import sign_in as sessions
from app.people.blueprint import face as bp
from app.people.entering import Refused, Step
from app.people.sign_in_forms import CodeForm, NewPasswordForm, SignInForm
from app.web import clock, uow
from app.web.gate import local_target, public, requires


def said(refused: Refused, wrong: str) -> str:
    """What to tell whoever guessed: `wrong`, or how long to wait and what helps meanwhile."""
    if refused.wait is None:
        return wrong
    text = _(
        "连续输错次数太多，请 %(n)s 分钟后再试。急需登录的，请向教务管理员领取首次登录码，凭码登录不必等待。",
        n=ceil(refused.wait.total_seconds() / 60),
    )
    return str(text)


def wrong_password() -> str:
    return str(
        _(
            "用户名或密码不对。请核对后重试，密码要注意大小写，首次登录码用过一次就失效；忘记密码请联系教务管理员。"
        )
    )


def refuse(template: str, form: Form, refused: Refused, wrong: str, **context: Any) -> Any:
    """The same page with what is wrong; the guess is counted."""
    uow.keep_refusal()
    form.form_errors.append(said(refused, wrong))
    page = render_template(template, form=form, **context)
    if refused.wait is None:
        return page
    return page, 429, {"Retry-After": str(ceil(refused.wait.total_seconds()))}


def _onward(step: Step) -> Any:
    """The page of the next step; `next` goes along, and is used at the end if it leads to this site."""
    target = local_target(request.args.get("next"))
    if step is Step.DONE:
        return redirect(target or url_for("home.index"))
    endpoint = {Step.FACTOR: "people.sign_in_code", Step.PASSWORD: "people.sign_in_password"}[step]
    return redirect(url_for(endpoint, next=target))


def _start_anew() -> Any:
    if current_user.is_authenticated:  # the last step was sent twice, or Back led here
        return _onward(Step.DONE)
    flash(_("登录没有完成或等待太久，请从头登录。"), "warn")
    return redirect(url_for("people.sign_in", next=local_target(request.args.get("next"))))


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Any:
    if current_user.is_authenticated:
        return redirect(url_for("home.index"))
    form = SignInForm()
    if form.validate_on_submit():
        try:
            return _onward(entering.authenticate(form.username.data, form.password.data, clock.now()))
        except Refused as refused:
            return refuse("people/sign_in.html", form, refused, wrong_password())
    return render_template("people/sign_in.html", form=form)


@bp.route("/sign-in/code", methods=["GET", "POST"])
@public
def sign_in_code() -> Any:
    state = entering.current(clock.now())
    if state is None or state.step is not Step.FACTOR:
        return _start_anew()
    form = CodeForm()
    if form.validate_on_submit():
        try:
            return _onward(entering.give_code(state, form.code.data, clock.now()))
        except Refused as refused:
            return refuse("people/sign_in_code.html", form, refused, wrong_code())
    return render_template("people/sign_in_code.html", form=form)


def wrong_code() -> str:
    return str(_("这个口令不对或已经用过。口令每 30 秒更新，请填写最新的一个；请核对手机的时间是否准确。"))


@bp.route("/sign-in/password", methods=["GET", "POST"])
@public
def sign_in_password() -> Any:
    state = entering.current(clock.now())
    if state is None or state.step is not Step.PASSWORD:
        return _start_anew()
    form = NewPasswordForm(state.person)
    if form.validate_on_submit():
        if not entering.choose_password(state, form.new.data, clock.now()):
            return _start_anew()
        flash(_("密码已设置，以后用它登录。"))
        return _onward(Step.DONE)
    return render_template("people/sign_in_password.html", form=form, by_code=state.by_code)


@bp.post("/sign-out")
@requires(Action.LEARN)
def sign_out() -> Any:
    sessions.end_session(current_user.session_id, clock.now())
    response = redirect(url_for("people.sign_in"))
    response.headers["Clear-Site-Data"] = '"storage"'
    return response
