"""The sweeper: writes down what the clock has already decided."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
import structlog

from app.exams import attempts, closing, making, regrading, saving
from app.web import clock, uow
from app.web.db import db, to_micros
from app.web.jobs import Job

log = structlog.get_logger()
_BATCH = 100


_OVERDUE = sa.text(
    f"""SELECT a.id FROM attempt a JOIN exam e ON e.id = a.exam_id
    WHERE a.submitted_at IS NULL AND e.minutes IS NOT NULL
      AND {saving.DEADLINE} + :grace < :now AND a.id > :after ORDER BY a.id LIMIT :limit"""  # noqa: S608
)


def overdue(now: datetime, after: int = 0) -> Sequence[int]:
    """Ids of attempts past deadline and grace that nobody has closed yet, some at a time."""
    facts = {"now": to_micros(now), "grace": saving.GRACE_MICROS, "limit": _BATCH, "after": after}
    return db.session.scalars(_OVERDUE, facts).all()


def sweep() -> int:
    """Close overdue attempts, a hundred in a transaction; where one of them is bad, each in its own, so that
    bad items delay nobody, however many."""
    closed = last = 0
    while batch := overdue(clock.now(), last):
        closed += _close_all(batch)
        last = batch[-1]
    return closed


def _close_all(attempt_ids: Sequence[int]) -> int:
    try:
        closed = closing.overdue(attempt_ids, clock.now())
        uow.commit_item()
    except Exception:
        uow.abandon_item()
        return sum(map(_close, attempt_ids))
    return closed


def _close(attempt_id: int) -> bool:
    try:
        closed = attempts.close_overdue(attempt_id, clock.now())
        uow.commit_item()
    except Exception:
        uow.abandon_item()
        log.exception("attempt_not_closed", attempt=attempt_id)
        return False
    return closed


JOBS = (
    Job("close overdue attempts", 2, sweep),
    Job("regrade", 2, regrading.apply_approved, slow=True),
    Job("make papers", 1, making.run, slow=True),
)
