"""How long a check of the audit chain takes, measured on 200,000 sealed events and told per million."""

import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

import sqlalchemy as sa

from app.audit import chain, checking
from app.audit.models import AuditEvent, AuditSeal, AuditWaiting
from app.web import clock
from app.web.db import db, to_micros

EVENTS, BATCH = 200_000, 5_000


def _log() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Events as a county writes them, each with its seal."""
    now = clock.now()
    last = db.session.execute(
        sa.select(AuditSeal.seq, AuditSeal.digest).order_by(AuditSeal.seq.desc())
    ).first()
    first, previous = last or (0, chain.GENESIS)
    base = db.session.scalar(sa.select(sa.func.max(AuditEvent.id))) or 0
    for seq in range(first + 1, first + EVENTS + 1):
        event = {
            "id": base + seq, "at": now, "actor_id": 3, "actor": "罗晓梅（luo）", "address": "10.20.3.4",
            "agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome", "result": "ok",
            "action": "person.update", "target": f"person:{seq}", "summary": f"修改人员 张三{seq}",
            "before": '{"name": "张三", "post": "科员", "rank": "二级科员", "unit_id": 12}',
            "after": '{"name": "张三", "post": "副科长", "rank": "一级科员", "unit_id": 12}',
        }  # fmt: skip
        values = [event[column.name] for column in chain.EVENT_COLUMNS]
        values[1] = to_micros(now)
        digest = chain.digest(chain.ALGORITHM, seq, values, previous)
        link = {"seq": seq, "event_id": event["id"], "algorithm": chain.ALGORITHM, "previous": previous}
        yield event, link | {"digest": digest}
        previous = digest


def bench() -> dict[str, float]:
    rows = _log()
    while batch := list(islice(rows, BATCH)):
        db.session.execute(sa.insert(AuditEvent), [event for event, _ in batch])
        db.session.execute(sa.insert(AuditSeal), [link for _, link in batch])
    db.session.execute(sa.delete(AuditWaiting))
    if db.engine.dialect.name == "postgresql":  # whose sequence knows nothing of numbers that were given
        last = sa.select(sa.func.max(AuditEvent.id)).scalar_subquery()
        db.session.execute(
            sa.select(sa.func.setval(sa.func.pg_get_serial_sequence("audit_event", "id"), last))
        )
    db.session.commit()
    begun = time.perf_counter()
    report = checking.verify()
    spent = time.perf_counter() - begun
    if not report.whole or report.sealed < EVENTS:
        raise SystemExit(f"bench: the audit chain is broken: {report}")
    return {"audit.verify_seconds": spent * 1_000_000 / report.sealed}
