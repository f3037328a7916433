"""STATE of the wire: where an attempt stands, for a page that opens it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.domain.attempts import Phase, remaining
from app.exams import attempts, papers, queries, scoring
from app.exams.models import Attempt
from app.exams.scoring import Current
from app.web.db import to_micros


@dataclass(frozen=True)
class State:
    attempt: Attempt
    now: datetime
    phase: Phase
    remaining_ms: int | None
    responses: Mapping[int, Current]
    saved_ms_ago: int | None

    def wire(self) -> dict[str, Any]:
        """As docs/exam-protocol.md says."""
        return {
            "attempt": self.attempt.id,
            "phase": self.phase.value,
            "remaining_ms": self.remaining_ms,
            "paper": papers.digest(self.attempt.paper_id),
            "order": self.attempt.order,
            "responses": {
                str(slot): {"epoch": r.epoch, "seq": r.seq, "value": r.value}
                for slot, r in self.responses.items()
            },
            "saved_ms_ago": self.saved_ms_ago,
        }


def of(attempt: Attempt, now: datetime, responses: Mapping[int, Current] | None = None) -> State:
    """`responses`: the answers in force, where the caller has them already."""
    left = remaining(now, queries.exam_clock(attempt.exam), queries.attempt_clock(attempt))
    if responses is None:  # until a page took over there can be no answer
        responses = scoring.current_responses(attempt.id) if attempt.epoch > 0 else {}
    newest = max((r.received for r in responses.values()), default=None)
    return State(
        attempt=attempt,
        now=now,
        phase=attempts.phase(attempt.exam, attempt, now),
        remaining_ms=None if left is None else left // timedelta(milliseconds=1),
        responses=responses,
        saved_ms_ago=None if newest is None else (to_micros(now) - newest) // 1000,
    )
