"""The sweeper: writes down what the clock has already decided."""

import structlog

from app.exams import attempts
from app.web import clock, uow
from app.web.jobs import Job

log = structlog.get_logger()
_BATCH = 500


def sweep() -> int:
    """Close overdue attempts, each in its own transaction, so that one bad item delays nobody."""
    closed = 0
    for attempt_id in attempts.overdue(clock.now(), _BATCH):
        try:
            closed += attempts.close_overdue(attempt_id, clock.now())
            uow.commit_item()
        except Exception:
            uow.abandon_item()
            log.exception("attempt_not_closed", attempt=attempt_id)
    return closed


JOBS = (Job("close overdue attempts", 2, sweep),)
