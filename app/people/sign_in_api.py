"""The machine's face of the way in, for signing in again without leaving a page (docs/exam-protocol.md)."""

from math import ceil
from typing import Any, NoReturn

from flask import Blueprint, jsonify, request
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import generate_csrf

from app.people import entering, passwords
from app.people.entering import Entering, Refused, Step
from app.people.view_sign_in import said, wrong_code, wrong_password
from app.web import clock, uow
from app.web.errors import Problem
from app.web.gate import public
from app.web.intake import storable

bp = Blueprint("sign_in_api", __name__)


@bp.get("/sign-in.json")
@public
def token() -> Any:
    """A token to sign in with, and whether that is needed."""
    return jsonify(csrf_token=generate_csrf(), signed_in=current_user.is_authenticated)


@bp.post("/sign-in.json")
@public
def enter() -> Any:
    """One step: {username, password}, {code} or {new_password}; the answer names the next."""
    if current_user.is_authenticated:
        return _next(Step.DONE)
    body = _body()
    try:
        return _next(_step(body))
    except Refused as refused:
        return _refuse(refused, wrong_code() if "code" in body else wrong_password())


def _body() -> dict[str, str]:
    try:
        body = request.get_json(silent=True)
    except RecursionError:  # lists in lists without end
        body = None
    if isinstance(body, dict) and all(map(_is_said, body.values())):
        return body
    raise Problem(400, "malformed", _("请求的内容不完整或格式不对，请返回检查后重试。"))


def _is_said(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 500 and storable(value)


def _step(body: dict[str, str]) -> Step:
    now = clock.now()
    if "code" in body:
        return entering.give_code(_standing(Step.FACTOR), body["code"], now)
    if "new_password" in body:
        state = _standing(Step.PASSWORD)
        if fault := passwords.fault_of(state.person, body["new_password"]):
            raise Problem(400, "password", fault)
        return Step.DONE if entering.choose_password(state, body["new_password"], now) else _lost()
    return entering.authenticate(body.get("username", ""), body.get("password", ""), now)


def _standing(step: Step) -> Entering:
    state = entering.current(clock.now())
    return state if state is not None and state.step is step else _lost()


def _lost() -> NoReturn:
    raise Problem(409, "start_anew", _("登录没有完成或等待太久，请从头登录。"))


def _next(step: Step) -> Any:
    """Every step begins a new cookie, and with it a new token."""
    advice = {"advice": passwords.advice()} if step is Step.PASSWORD else {}
    return jsonify(step=step, csrf_token=generate_csrf(), **advice)


def _refuse(refused: Refused, wrong: str) -> Any:
    uow.keep_refusal()
    reason = "sign_in" if refused.wait is None else "too_many"
    response = jsonify(reason=reason, message=said(refused, wrong))
    response.status_code = 401 if refused.wait is None else 429
    if refused.wait is not None:
        response.headers["Retry-After"] = str(ceil(refused.wait.total_seconds()))
    return response
