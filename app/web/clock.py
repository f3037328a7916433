"""The one clock. Nothing else in the application reads the time."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask import Flask, g, has_request_context

BEIJING = ZoneInfo("Asia/Shanghai")


def _system() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system


def set_source(source: Callable[[], datetime] | None) -> None:
    """Replace the clock (tests); None restores the system's."""
    global _source
    _source = source or _system


def now() -> datetime:
    """The moment the request arrived, the same all through it; outside a request, the time."""
    if has_request_context() and "now" in g:
        moment: datetime = g.now
        return moment
    return _source()


def register(app: Flask) -> None:
    @app.before_request
    def bind_now() -> None:
        g.now = _source()


def beijing(moment: datetime) -> datetime:
    return moment.astimezone(BEIJING)


def day(moment: datetime) -> date:
    """The date in Beijing."""
    return beijing(moment).date()


def from_beijing(local: datetime) -> datetime:
    """A naive time that a person entered, as UTC."""
    return local.replace(tzinfo=BEIJING).astimezone(UTC)
