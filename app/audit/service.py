"""Write down an act, in the transaction of the act itself."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from flask import has_request_context, request
from flask_login import current_user

from app.audit.models import AuditCheck, AuditEvent
from app.web import clock
from app.web.db import db

AGENT_LENGTH = 200
_ordered_by: ContextVar[tuple[int, str] | None] = ContextVar("ordered_by", default=None)


@contextmanager
def acting_for(person_id: int, actor: str) -> Iterator[None]:
    """In the worker: what is recorded meanwhile was ordered by this person."""
    token = _ordered_by.set((person_id, actor))
    try:
        yield
    finally:
        _ordered_by.reset(token)


@dataclass(frozen=True)
class Act:
    """What was done to one thing; `target` is "noun:id"."""

    target: str
    summary: str
    before: Any = None
    after: Any = None


def record(
    action: str,
    target: str,
    summary: str,
    *,
    before: Any = None,
    after: Any = None,
    result: Literal["ok", "refused"] = "ok",
) -> None:
    """Add the act to the caller's transaction. `action` is "noun.verb", `target` "noun:id"."""
    event = _event(action, Act(target, summary, before, after)) | {"result": result}
    db.session.add(AuditEvent(**event))


def record_each(action: str, acts: Iterable[Act]) -> None:
    """The same done to many at once: an event for each, so that everything about one of them is found."""
    if events := [_event(action, act) for act in acts]:
        db.session.flush()  # what was recorded before stays before
        db.session.execute(sa.insert(AuditEvent), events)


def _event(action: str, act: Act) -> dict[str, Any]:
    asked = has_request_context()
    return {
        "at": clock.now(),
        "actor_id": _actor()[0],
        "actor": actor(),
        "address": (request.remote_addr or "") if asked else "",
        "agent": request.user_agent.string[:AGENT_LENGTH] if asked else "",
        "action": action,
        "target": act.target,
        "summary": act.summary,
        "before": _json(act.before),
        "after": _json(act.after),
        "result": "ok",
    }


def order_check(now: datetime) -> None:
    """Ask the worker for a check of the whole chain, unless one is under way."""
    if db.session.scalar(sa.select(AuditCheck.id).where(AuditCheck.done_at.is_(None)).limit(1)):
        return
    db.session.add(AuditCheck(ordered_at=now, ordered_by=actor(), state="{}"))
    record("audit.check", "audit:chain", "核验审计记录")


def actor() -> str:
    """Who acts, by name and username as they are now: a person, somebody not signed in, or a command."""
    return _actor()[1]


def _actor() -> tuple[int | None, str]:
    if not has_request_context():
        return _ordered_by.get() or (None, "命令行")
    if not current_user.is_authenticated:
        return None, "未登录"
    return current_user.person_id, f"{current_user.name}（{current_user.username}）"


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
