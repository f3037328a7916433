"""Signed out after a while without a request, where the profile says so (`Policy.idle`).

The last request is remembered in the signed cookie, at most once a minute: a read writes nothing, and an
old cookie that is shown again is as old as it was. What belongs to a running exam is declared
`idles=False`: thinking is not idleness, so it works on; but nothing there brings a stale sign-in back.
"""

from datetime import UTC, datetime, timedelta

from flask import current_app, session

from app.domain.policy import Policy, idle_too_long
from app.web import clock

_KEY = "seen"
_MINUTE = timedelta(minutes=1)


def over(idles: bool) -> bool:
    """Has the browser been left alone for too long? Then nothing of its cookie is believed."""
    policy: Policy = current_app.config["POLICY"]
    if policy.idle is None:
        return False
    now = clock.now()
    seen = datetime.fromtimestamp(session[_KEY], UTC) if _KEY in session else None
    if seen is not None and idle_too_long(policy, seen, now):
        if idles:
            session.clear()
        return idles
    if seen is None or now - seen >= _MINUTE:
        session[_KEY] = int(now.timestamp())
    return False
