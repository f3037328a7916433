"""The short way of a save: in front of Flask, for a request that everything speaks for.

Ten thousand people send this one request at once, and Flask is two thirds of its cost. The cookie, its
CSRF token and the statement are those of the view; whatever is missing, odd or refused goes on to the view
(`app.exams.api.save`), which decides again and says why. So this may only ever accept, and what it
accepts the view would have accepted: docs/decisions/0011.
"""

import io
import json
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from flask import Flask
from itsdangerous import BadData
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.http import parse_cookie

from app.exams import saving
from app.web import clock, csrf, headers, idle
from app.web.gate import SESSION_KEY

Environ = dict[str, Any]
_PATH = re.compile(r"/attempts/(\d{1,9})/responses")
_LONGEST = 64 * 1024  # a longer body is for the view


class ShortSave:
    """WSGI middleware around `app.wsgi_app`."""

    def __init__(self, app: Flask) -> None:
        self._app, self._view = app, app.wsgi_app
        # Flask makes the signer anew for every request.
        self._signer: Any = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        self._cookie = app.config["SESSION_COOKIE_NAME"]
        self._lifetime = app.permanent_session_lifetime
        # To verify the same cookie again at every save would be a sixth of it.
        self._opened = lru_cache(maxsize=20_000)(self._open)
        more = {"Content-Type": "application/json", "Vary": "Cookie"}
        self._headers = list((headers.without_page(app) | more).items())

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = _PATH.fullmatch(environ["PATH_INFO"])
        answer = self._save(environ, int(path[1])) if path and environ["REQUEST_METHOD"] == "POST" else None
        if answer is None:
            return self._view(environ, start_response)
        start_response("200 OK", [*self._headers, ("Content-Length", str(len(answer)))])
        return (answer,)

    def _save(self, environ: Environ, attempt_id: int) -> bytes | None:
        """The answer to a save that is durable; None: for the view."""
        now = clock.now()
        session, body = self._session(environ, now), _body(environ)
        if session is None or body is None:
            return None
        try:
            epoch, items = saving.parse(body)
            with self._app.app_context():
                acked = items and saving.save(attempt_id, session[SESSION_KEY], epoch, items, now)
        except (saving.Malformed, saving.Conflict, OperationalError, PoolTimeout, RecursionError):
            return None
        return json.dumps(acked.wire(now)).encode() if acked else None

    def _open(self, cookie: str) -> tuple[dict[str, Any], datetime]:
        """What the cookie says and when it was signed. Raises BadData unless it was signed here."""
        opened: tuple[dict[str, Any], datetime] = self._signer.loads(cookie, return_timestamp=True)
        return opened

    def _session(self, environ: Environ, now: datetime) -> dict[str, Any] | None:
        """The signed cookie's, if somebody is signed in and the token is of this session."""
        try:
            session, signed = self._opened(parse_cookie(environ).get(self._cookie, ""))
        except BadData:
            return None
        if now - signed > self._lifetime:
            return None
        if SESSION_KEY not in session or not idle.seen_lately(self._app.config["POLICY"], session, now):
            return None
        token = environ.get("HTTP_X_CSRFTOKEN")
        return session if csrf.fits(self._app, token, session.get("csrf_token")) else None


def _body(environ: Environ) -> Any:
    """The JSON that was sent, readable once more; None: none, or not for here."""
    length = environ.get("CONTENT_LENGTH") or ""
    if not length.isdecimal() or int(length) > _LONGEST:
        return None
    if environ.get("CONTENT_TYPE") not in {"application/json", "application/json; charset=utf-8"}:
        return None
    data = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = io.BytesIO(data)
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None
