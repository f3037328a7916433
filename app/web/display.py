"""长辈版: everything larger, on this device; a cookie says so, for it is asked before anybody signs in."""

from flask import request
from werkzeug.wrappers import Response

COOKIE = "ganxun-display"
_LARGE = "large"
_YEAR = 365 * 24 * 3600


def is_large() -> bool:
    return request.cookies.get(COOKIE) == _LARGE


def remember(response: Response, large: bool, secure: bool) -> None:
    """The exam page sets the same cookie by script (exam/display.js)."""
    response.set_cookie(COOKIE, _LARGE if large else "", max_age=_YEAR, secure=secure, samesite="Lax")
