"""Login by default, one declared permission per route.

`@requires(Action.X)` says *what* a route does; the loader of each feature says *whose* objects, with
404 outside the caller's units. A route without a declaration stops the application at start.
"""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, flash, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.domain.access import Action
from app.web import idle
from app.web.errors import Forbidden, wants_json

View = TypeVar("View", bound=Callable[..., Any])
SESSION_KEY = "_user_id"  # Flask-Login's: holds the id of the sign-in session


def public(view: View) -> View:
    """Reachable without signing in."""
    view.action = None  # type: ignore[attr-defined]
    return view


def requires(action: Action, *, load_person: bool = True, idles: bool = True) -> Callable[[View], View]:
    """Declare what the view does. `load_person=False`: the view's own statement checks the session.
    `idles=False`: part of a running exam, which nobody is signed out of for being idle."""

    def mark(view: View) -> View:
        view.action = action  # type: ignore[attr-defined]
        view.load_person = load_person  # type: ignore[attr-defined]
        view.idles = idles  # type: ignore[attr-defined]
        return view

    return mark


def scope(action: Action) -> tuple[str, ...]:
    """Unit paths on which the caller may do `action`."""
    paths: tuple[str, ...] = current_user.scope(action)
    return paths


def apart() -> bool:
    """三员分立: are the system, security and audit officers held apart from each other and the school?"""
    return bool(current_app.config.get("SEPARATE_ADMINS"))


def local_target(target: str | None) -> str | None:
    """`target` if it is a path on this site, else None. Browsers read \\ as / and skip control characters."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    if any(ord(c) < 32 or c == "\\" for c in target):
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target


def to_sign_in() -> Any:
    if wants_json():
        abort(401)
    rule = request.url_rule
    back = rule is not None and "GET" in (
        rule.methods or ()
    )  # an address that only takes a form is no way back
    return redirect(url_for("people.sign_in", next=request.full_path.rstrip("?") if back else None))


def _check() -> Any:
    if request.endpoint is None:
        return None  # 404 or 405 follows
    view: Any = current_app.view_functions[request.endpoint]
    action: Action | None = view.action
    if action is None:
        return None
    if SESSION_KEY not in session or idle.over(view.idles):
        return to_sign_in()
    if not view.load_person:
        return None
    if not current_user.is_authenticated:
        return to_sign_in()
    if action is Action.LEARN:
        return None
    if not current_user.scope(action):
        raise Forbidden
    if current_user.lacks_second_factor:
        return _second_factor()
    return None


def _second_factor() -> Any:
    if wants_json():
        abort(403)
    flash(_("进入管理后台要先启用动态口令。"), "warn")
    return redirect(url_for("people.factor"))


def register(app: Flask) -> None:
    app.before_request(_check)


def check_declared(app: Flask) -> None:
    """Every route says what it does, or the application does not start."""
    silent = [rule.endpoint for rule in app.url_map.iter_rules()
              if not hasattr(app.view_functions[rule.endpoint], "action")]  # fmt: skip
    if silent:
        raise RuntimeError(f"routes without a declared permission: {', '.join(sorted(silent))}")
