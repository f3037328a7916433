"""STATE of the wire: where an attempt stands, for a page that opens it."""

from datetime import datetime, timedelta
from typing import Any

from app.domain.attempts import remaining
from app.exams import attempts, papers, queries, scoring
from app.exams.models import Attempt
from app.web.db import to_micros


def of(attempt: Attempt, now: datetime) -> dict[str, Any]:
    """As docs/exam-protocol.md says."""
    exam = attempt.exam
    left = remaining(now, queries.exam_clock(exam), queries.attempt_clock(attempt))
    responses, newest = {}, None
    if attempt.epoch > 0:  # until a page took over there can be no answer
        responses = scoring.current_responses(attempt.id)
        newest = max((r.received for r in responses.values()), default=None)
    return {
        "attempt": attempt.id,
        "phase": attempts.phase(exam, attempt, now).value,
        "remaining_ms": None if left is None else _milliseconds(left),
        "paper": papers.digest(attempt.paper_id),
        "order": attempt.order,
        "responses": {
            str(slot): {"epoch": r.epoch, "seq": r.seq, "value": r.value} for slot, r in responses.items()
        },
        "saved_ms_ago": None if newest is None else (to_micros(now) - newest) // 1000,
    }


def _milliseconds(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)
