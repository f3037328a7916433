"""Write down an act; chain what was written; check the chain."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import has_request_context, request
from flask_login import current_user

from app.audit.models import AuditEvent, AuditSeal
from app.web import clock, uow
from app.web.db import db, to_micros

ALGORITHM = "sha256"
GENESIS = "0" * 64


def record(action: str, target: str, summary: str, *, before: Any = None, after: Any = None) -> None:
    """Add the act to the caller's transaction. `action` is "noun.verb", `target` "noun:id"."""
    signed_in = has_request_context() and current_user.is_authenticated
    db.session.add(
        AuditEvent(
            at=clock.now(),
            actor_id=current_user.person_id if signed_in else None,
            actor=f"{current_user.name}（{current_user.username}）" if signed_in else "命令行",
            address=(request.remote_addr or "") if has_request_context() else "",
            action=action,
            target=target,
            summary=summary,
            before=_json(before),
            after=_json(after),
        )
    )


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def _digest(event: AuditEvent, seq: int, previous: str) -> str:
    fields = [
        seq, event.id, to_micros(event.at), event.actor_id, event.actor, event.address,
        event.action, event.target, event.summary, event.before, event.after,
    ]  # fmt: skip
    canonical = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256((previous + canonical).encode()).hexdigest()


def seal() -> int:
    """Chain the events that have no seal yet, oldest first. One sealer runs, in the worker."""
    last = db.session.scalar(sa.select(AuditSeal).order_by(AuditSeal.seq.desc()).limit(1).with_for_update())
    seq, previous = (last.seq, last.digest) if last else (0, GENESIS)
    events = db.session.scalars(
        sa.select(AuditEvent)
        .outerjoin(AuditSeal, AuditSeal.event_id == AuditEvent.id)
        .where(AuditSeal.seq.is_(None))
        .order_by(AuditEvent.id)
        .limit(1000)
    ).all()
    for event in events:
        seq += 1
        previous_digest, previous = previous, _digest(event, seq, previous)
        db.session.add(
            AuditSeal(
                seq=seq, event_id=event.id, algorithm=ALGORITHM, previous=previous_digest, digest=previous
            )
        )
    uow.commit_item()
    return len(events)


@dataclass(frozen=True)
class Break:
    """Where the chain does not hold: the seal's number and what is wrong there."""

    seq: int
    fault: str


def verify() -> Iterator[Break]:
    """Every place where the record was changed after it was sealed."""
    expected, previous = 1, GENESIS
    for link, event in _chain():
        if link.seq != expected:
            yield Break(expected, "missing")
        elif event is None:
            yield Break(link.seq, "event deleted")
        elif link.previous != previous or link.digest != _digest(event, link.seq, link.previous):
            yield Break(link.seq, "changed")
        expected, previous = link.seq + 1, link.digest


def _chain() -> Iterator[sa.Row[AuditSeal, AuditEvent | None]]:
    """Every seal with its event, in order, a batch at a time."""
    after = 0
    while rows := db.session.execute(
        sa.select(AuditSeal, AuditEvent)
        .outerjoin(AuditEvent, AuditEvent.id == AuditSeal.event_id)
        .where(AuditSeal.seq > after)
        .order_by(AuditSeal.seq)
        .limit(1000)
    ).all():
        yield from rows
        after = rows[-1].AuditSeal.seq
