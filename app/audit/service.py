"""Write down an act, in the transaction of the act itself."""

import json
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from flask import has_request_context, request
from flask_login import current_user

from app.audit.models import AuditCheck, AuditEvent
from app.web import clock
from app.web.db import db

AGENT_LENGTH = 200


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
    asked = has_request_context()
    signed_in = asked and current_user.is_authenticated
    db.session.add(
        AuditEvent(
            at=clock.now(),
            actor_id=current_user.person_id if signed_in else None,
            actor=actor(),
            address=(request.remote_addr or "") if asked else "",
            agent=request.user_agent.string[:AGENT_LENGTH] if asked else "",
            action=action,
            target=target,
            summary=summary,
            before=_json(before),
            after=_json(after),
            result=result,
        )
    )


def order_check(now: datetime) -> None:
    """Ask the worker for a check of the whole chain, unless one is under way."""
    if db.session.scalar(sa.select(AuditCheck.id).where(AuditCheck.done_at.is_(None)).limit(1)):
        return
    db.session.add(AuditCheck(ordered_at=now, ordered_by=actor(), state="{}"))
    record("audit.check", "audit:chain", "核验审计记录")


def actor() -> str:
    """Who acts, by name and username as they are now: a person, somebody not signed in, or a command."""
    if not has_request_context():
        return "命令行"
    if not current_user.is_authenticated:
        return "未登录"
    return f"{current_user.name}（{current_user.username}）"


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
