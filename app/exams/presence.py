"""A page that has nothing to save says now and then that it is there, and learns how much time is left.

One statement as the save's, with the same conditions: owner, signed-in session, epoch, state.
"""

from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from app.exams import saving
from app.web.db import db, to_micros

_HERE = """
INSERT INTO presence (attempt_id, seen_at)
SELECT a.id, :now
FROM attempt a
JOIN exam e ON e.id = a.exam_id
JOIN sign_in_session s ON s.id = :session AND s.person_id = a.person_id AND s.revoked_at IS NULL
WHERE a.id = :attempt AND a.epoch = :epoch AND a.submitted_at IS NULL AND :now <= {deadline} + {grace}
ON CONFLICT (attempt_id) DO UPDATE SET seen_at = excluded.seen_at
RETURNING (SELECT {deadline} FROM attempt a JOIN exam e ON e.id = a.exam_id WHERE a.id = attempt_id)
"""


@cache
def _statement() -> sa.TextClause:
    return sa.text(_HERE.format(deadline=saving.DEADLINE, grace=saving.GRACE_MICROS))


def here(attempt_id: int, session_id: str, epoch: int, now: datetime) -> saving.Acked | None:
    """None when a condition refused it."""
    facts: dict[str, Any] = {
        "attempt": attempt_id, "session": session_id, "epoch": epoch, "now": to_micros(now),
    }  # fmt: skip
    deadline = db.session.scalar(_statement(), facts)
    return None if deadline is None else saving.Acked({}, deadline)
