"""Signed out after a while without a request, where the profile says so (`Policy.idle`).

The last request is remembered in the signed cookie, at most once a minute: a read writes nothing, and an
old cookie that is shown again is as old as it was. What belongs to a running exam is declared
`idles=False`: thinking is not idleness, so it works on; but nothing there brings a stale sign-in back.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app, session

from app.domain.policy import Policy, idle_too_long
from app.web import clock

_KEY = "seen"
_MINUTE = timedelta(minutes=1)


def _seen(cookie: Mapping[str, Any]) -> datetime | None:
    return datetime.fromtimestamp(cookie[_KEY], UTC) if _KEY in cookie else None


def seen_lately(policy: Policy, cookie: Mapping[str, Any], now: datetime) -> bool:
    """Would `over` find nothing wrong with this cookie, and nothing to note in it?"""
    seen = _seen(cookie)
    return policy.idle is None or (seen is not None and now - seen < _MINUTE)


def over(idles: bool) -> bool:
    """Has the browser been left alone for too long? Then nothing of its cookie is believed."""
    policy: Policy = current_app.config["POLICY"]
    if policy.idle is None:
        return False
    now, seen = clock.now(), _seen(session)
    if seen is not None and idle_too_long(policy, seen, now):
        if idles:
            session.clear()
        return idles
    if not seen_lately(policy, session, now):
        session[_KEY] = int(now.timestamp())
    return False
