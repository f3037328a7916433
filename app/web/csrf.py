"""CSRF: Flask-WTF's check everywhere; on the wire the same check, remembered.

A token is signed over the session's secret and has no time limit, so a pair that was right stays right.
Verifying the signature anew would be a sixth of a save.
"""

import hmac
from functools import lru_cache

from flask import Flask, current_app, request, session
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from itsdangerous import BadData, URLSafeTimedSerializer

from app.web.errors import wants_json


@lru_cache(maxsize=20_000)
def _valid(secret: str, token: str, session_secret: str) -> bool:
    try:
        signed: str = URLSafeTimedSerializer(secret, salt="wtf-csrf-token").loads(token)
    except BadData:
        return False
    return hmac.compare_digest(signed, session_secret)


def fits(app: Flask, token: str | None, secret: str | None) -> bool:
    """Is the token that came in the header of the session that holds `secret`?"""
    if not app.config["WTF_CSRF_ENABLED"]:
        return True
    return bool(token and secret) and _valid(str(app.secret_key), token or "", secret or "")


class Csrf(CSRFProtect):
    def protect(self, apply_exemptions: bool = False) -> None:
        if not wants_json():
            super().protect(apply_exemptions)
            return
        if request.method not in current_app.config["WTF_CSRF_METHODS"]:
            return
        if not fits(current_app, request.headers.get("X-CSRFToken"), session.get("csrf_token")):
            raise CSRFError("token missing or not of this session")


def register(app: Flask) -> None:
    Csrf(app)
