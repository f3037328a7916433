"""Closing many attempts at once, for the sweeper."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.domain.attempts import Phase
from app.exams import attempts, scoring
from app.exams.models import Attempt
from app.web.db import db


def overdue(attempt_ids: Sequence[int], now: datetime) -> int:
    """Write down that these ended at their deadlines, all or none; how many were not closed before. Raises
    what is wrong with the first bad one."""
    many = sa.select(Attempt).where(Attempt.id.in_(attempt_ids)).order_by(Attempt.id)
    held = db.session.scalars(
        many.options(joinedload(Attempt.exam, innerjoin=True))
        .with_for_update(of=Attempt)
        .execution_options(populate_existing=True)
    ).all()
    late = [one for one in held if attempts.phase(one.exam, one, now) is Phase.OVERDUE]
    answers = scoring.responses_of([attempt.id for attempt in late])
    with db.session.no_autoflush:
        for attempt in late:
            attempts.close(attempt, attempts.end_of(attempt), "deadline", now, answers.get(attempt.id, {}))
    return len(late)
