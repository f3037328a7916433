"""Errors in words: one page for people, `{reason, message}` for the wire."""

from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, jsonify, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from app.web.db import db
from app.web.sealing import WrongKey

log = structlog.get_logger()


class Problem(Exception):
    """A refusal that the caller can understand. `reason` is a stable word, `message` is for people."""

    def __init__(self, status: int, reason: str, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.status, self.reason, self.message, self.extra = status, reason, message, extra


class Forbidden(Problem):
    """The caller may not do this; `message` says why, unless simply no role allows it. `app.people.refusals`
    answers it and keeps a record."""

    def __init__(self, message: str = "", reason: str = "forbidden") -> None:
        super().__init__(403, reason, message)


_REASONS = {
    400: "bad_request", 401: "sign_in", 403: "forbidden", 404: "not_found", 405: "method",
    409: "conflict", 410: "gone", 413: "too_large", 415: "content_type", 429: "too_many",
    500: "internal", 503: "busy",
}  # fmt: skip


def _texts() -> dict[int, str]:
    return {
        400: _("请求的内容不完整或格式不对，请返回检查后重试。"),
        401: _("请先登录。"),
        403: _("您没有进行这项操作的权限。"),
        404: _("没有找到您要的页面，它可能已被移走，或不对您开放。"),
        405: _("这个地址不支持这样访问。"),
        409: _("内容已被别处修改，请刷新后重试。"),
        410: _("该内容已关闭。"),
        413: _("提交的内容太大。"),
        415: _("这个地址不接受这种格式的内容。"),
        429: _("操作太频繁，请稍等片刻再试。"),
        500: _("系统出了点问题，已经记录下来。您刚才的操作没有生效，请稍后重试。"),
        503: _("系统正忙，请稍后重试。"),
    }


def wants_json() -> bool:
    """Routes of the wire live in blueprints named *_api; they never answer with a page or a redirect."""
    return (request.blueprint or "").endswith("_api")


def respond(status: int, reason: str, message: str, **extra: Any) -> tuple[Response | str, int]:
    if status >= 500:
        db.session.rollback()  # PostgreSQL answers no question in a transaction that failed
    if wants_json():
        return jsonify(reason=reason, message=message, **extra), status
    return render_template("error.html", status=status, reason=reason, message=message), status


def _wrong_key(error: WrongKey) -> Any:
    log.error("wrong_data_key", path=request.path, purpose=str(error))
    text = _("存放的个人号码是用另一把密钥封存的，现在读不出来。请联系系统管理员核对 DATA_KEY。")
    return respond(500, "data_key", text)


def name_no_host(response: Response) -> Response:
    """The router's own redirects, to an address as it should be written, repeat the host asked for."""
    if isinstance(request.routing_exception, RequestRedirect):
        whole = urlsplit(request.routing_exception.new_url)
        response.location = whole._replace(scheme="", netloc="").geturl()
        response.set_data(b"")
    return response


def register(app: Flask) -> None:
    app.after_request(name_no_host)
    app.register_error_handler(WrongKey, _wrong_key)

    @app.errorhandler(Problem)
    def problem(error: Problem) -> Any:
        return respond(error.status, error.reason, error.message, **error.extra)

    @app.errorhandler(CSRFError)
    def csrf(error: CSRFError) -> Any:
        log.warning("csrf_refused", path=request.path)
        return respond(403, "csrf", _("页面已过期，请刷新后重新提交。"))

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Any:
        cause = getattr(error, "original_exception", None)  # a commit fails after the view has returned
        if isinstance(cause, OperationalError | PoolTimeout):
            return busy(cause)
        status = error.code or 500
        if status in {301, 302, 303, 304, 307, 308}:
            return error
        return respond(status, _REASONS.get(status, "error"), _texts().get(status, error.name))

    @app.errorhandler(OperationalError)
    @app.errorhandler(PoolTimeout)
    def busy(error: Exception) -> Any:
        log.error("database_unavailable", path=request.path, error=str(error))
        # Not through render_template: every page's context asks the database who is signed in.
        page = app.jinja_env.get_template("busy.html").render(message=_texts()[503])
        response = jsonify(reason="busy", message=_texts()[503]) if wants_json() else app.make_response(page)
        response.status_code = 503
        response.headers["Retry-After"] = "2"
        return response

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Any:
        if app.config.get("PROPAGATE_EXCEPTIONS"):
            raise error
        log.exception("unexpected_error", path=request.path)
        return respond(500, "internal", _texts()[500])
