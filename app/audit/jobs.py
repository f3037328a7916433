"""What the worker does for the log: seals, anchors, and checks a slice at a time."""

from datetime import timedelta

import sqlalchemy as sa
import structlog

from app.audit import checking
from app.audit.anchors import anchor_when_due
from app.audit.chain import seal
from app.audit.checking import Walk
from app.audit.models import AuditCheck, AuditSeal
from app.web import clock, uow
from app.web.db import db
from app.web.jobs import Job

log = structlog.get_logger()
CHECK_EVERY = timedelta(hours=1)
KEEP_CHECKS = timedelta(days=30)


def check() -> int:
    """Go on with the check that was ordered first, or begin the hourly one. Returns seals looked at."""
    unfinished = sa.select(AuditCheck).where(AuditCheck.done_at.is_(None)).order_by(AuditCheck.id).limit(1)
    under_way = db.session.scalar(unfinished)
    if under_way is not None:
        return _go_on(under_way)
    if _is_due():
        db.session.add(AuditCheck(ordered_at=clock.now(), state="{}"))
        db.session.execute(sa.delete(AuditCheck).where(AuditCheck.done_at < clock.now() - KEEP_CHECKS))
        uow.commit_item()
    return 0


def _is_due() -> bool:
    """Is there a chain, and no check of the last hour?"""
    last = db.session.scalar(sa.select(sa.func.max(AuditCheck.ordered_at)))
    if last is not None and clock.now() - last < CHECK_EVERY:
        return False
    return db.session.scalar(sa.select(AuditSeal.seq).limit(1)) is not None


def _go_on(under_way: AuditCheck) -> int:
    walk = Walk.from_json(under_way.state)
    begun = walk.seq
    more = checking.go_on(walk)  # one slice a pass: the worker has exams to close, too
    under_way.state = walk.to_json()
    if not more:
        report = checking.finish(walk)
        under_way.state, under_way.done_at = report.to_json(), clock.now()
        if not report.whole:
            log.error("audit_chain_broken", breaks=report.count)
    uow.commit_item()
    return walk.seq - begun


JOBS = (
    Job("seal the audit chain", 2, seal),
    Job("anchor the audit chain", 10, anchor_when_due),
    Job("check the audit chain", 2, check),
)
