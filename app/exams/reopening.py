"""重新开放: a paper that was handed in is written on again, with the answers that it has."""

from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from app.domain import attempts as clock_rules
from app.domain.releasing import Part
from app.exams import attempts, publishing, queries, scoring
from app.exams.models import Attempt
from app.exams.result_models import Mark
from app.exams.scoring import Settled
from app.web.db import db


class Refusal(StrEnum):
    """Why an attempt stays closed."""

    OPEN = "open"  # it is
    NEWER = "newer"  # the person has begun another one
    SHOWN = "shown"  # the person may have seen what was right
    MARKED = "marked"  # graders have begun
    QUIZ = "quiz"
    PAPER = "paper"  # what was written on paper is corrected where it was typed in


def refused(attempt: Attempt, now: datetime) -> Refusal | None:
    """None: it may be opened again."""
    if attempt.exam.kind != "exam":
        return Refusal.QUIZ
    if attempt.medium == "paper":
        return Refusal.PAPER
    if attempt.submitted_at is None:
        return Refusal.OPEN
    newer = sa.exists().where(
        Attempt.exam_id == attempt.exam_id, Attempt.person_id == attempt.person_id,
        Attempt.number > attempt.number,
    )  # fmt: skip
    if db.session.scalar(sa.select(newer)):
        return Refusal.NEWER
    opens = publishing.opens(attempt)
    moments = [opens[part] for part in (Part.VERDICTS, Part.KEYS, Part.EXPLANATIONS)]
    if any(moment is not None and moment <= now for moment in moments):
        return Refusal.SHOWN
    marked = sa.exists().where(Mark.attempt_id == attempt.id, Mark.at.is_not(None))
    return Refusal.MARKED if db.session.scalar(sa.select(marked)) else None


def reopen(attempt_id: int, minutes: int, now: datetime) -> Refusal | None:
    """Open again, with at least so many minutes from now; not None: why not. The score that was stays as an
    older version: the newest one says that everything is still to be scored, so nothing follows from it."""
    attempt = attempts.lock(attempt_id)
    refusal = refused(attempt, now)
    if refusal is not None:
        return refusal
    exam, clock = queries.exam_clock(attempt.exam), queries.attempt_clock(attempt)
    extra = clock_rules.extra_for(exam, clock, now + timedelta(minutes=minutes))
    attempt.extra_minutes = extra // timedelta(minutes=1)
    attempt.submitted_at = attempt.closed_by = attempt.receipt = None
    db.session.execute(sa.delete(Mark).where(Mark.attempt_id == attempt_id))
    before = queries.latest_scores([attempt_id])[attempt_id]
    everything = Settled(0, before.full, False, pending=len(attempt.order))
    scoring.add(attempt_id, everything, {}, now, "reopened")
    db.session.flush()
    return None
