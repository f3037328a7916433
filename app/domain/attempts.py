"""The exam clock: facts in, phases out (DESIGN.md §4, "Facts are stored, phases derived").

All times are of one sort, aware or naive, in UTC; `now` is the moment the request arrived.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

GRACE = timedelta(seconds=30)
"""How long after the deadline a save may still arrive; shown to the candidate before the start."""


@dataclass(frozen=True)
class ExamClock:
    """The window of an exam and its limit; a quiz has none (limit None) and so no deadline."""

    opens_at: datetime
    closes_at: datetime
    limit: timedelta | None


@dataclass(frozen=True)
class AttemptClock:
    """The times of one attempt; `extra` is what an invigilator gave on top."""

    started_at: datetime
    extra: timedelta
    submitted_at: datetime | None


class Phase(StrEnum):
    """Where an attempt stands at a moment."""

    OPEN = "open"  # answers welcome
    GRACE = "grace"  # the deadline has passed, saves that arrive are still accepted
    OVERDUE = "overdue"  # past grace, not yet closed
    CLOSED = "closed"


class StartRefusal(StrEnum):
    """Why an attempt may not start now."""

    NOT_OPEN = "not_open"
    CLOSED = "closed"
    NO_ATTEMPTS_LEFT = "no_attempts_left"


class Review(StrEnum):
    """What a candidate may see, and when."""

    SCORE = "score"  # the score only, never keys
    AFTER_SUBMIT = "after_submit"
    AFTER_CLOSE = "after_close"


class Outcome(StrEnum):
    """Which of several attempts counts."""

    BEST = "best"
    LAST = "last"


def deadline(exam: ExamClock, attempt: AttemptClock) -> datetime | None:
    """min(started + limit, closes) + extra; None for a quiz. A late start loses time, extra time never."""
    if exam.limit is None:
        return None
    return min(attempt.started_at + exam.limit, exam.closes_at) + attempt.extra


def phase(now: datetime, exam: ExamClock, attempt: AttemptClock) -> Phase:
    """The phase at `now`; the deadline itself is still OPEN, deadline + GRACE itself still GRACE."""
    if attempt.submitted_at is not None:
        return Phase.CLOSED
    end = deadline(exam, attempt)
    if end is None or now <= end:
        return Phase.OPEN
    return Phase.GRACE if now <= end + GRACE else Phase.OVERDUE


def remaining(now: datetime, exam: ExamClock, attempt: AttemptClock) -> timedelta | None:
    """Time left to the deadline (grace not counted), never negative; None when there is no deadline."""
    end = deadline(exam, attempt)
    return None if end is None else max(end - now, timedelta(0))


def may_start(now: datetime, exam: ExamClock, used: int, allowed: int | None) -> StartRefusal | None:
    """None when one more attempt may start: opens <= now < closes, used < allowed (None: unlimited)."""
    if now < exam.opens_at:
        return StartRefusal.NOT_OPEN
    if now >= exam.closes_at:
        return StartRefusal.CLOSED
    if allowed is not None and used >= allowed:
        return StartRefusal.NO_ATTEMPTS_LEFT
    return None


def review_open(policy: Review, now: datetime, exam: ExamClock, attempt: AttemptClock) -> bool:
    """Whether keys and explanations may be shown: the attempt is closed, and AFTER_CLOSE the exam too.

    Only this attempt's extra time is known here. Where others were given more, pass the largest `extra` of
    the exam, or keys are out while somebody is still writing.
    """
    if attempt.submitted_at is None:
        return False
    match policy:
        case Review.SCORE:
            return False
        case Review.AFTER_SUBMIT:
            return True
        case Review.AFTER_CLOSE:
            return now > exam.closes_at + attempt.extra + GRACE


def counting_score(outcome: Outcome, scores: Sequence[int]) -> int | None:
    """The score (tenths) that counts, of scores in the order of the attempts; None when there is none."""
    if not scores:
        return None
    return max(scores) if outcome is Outcome.BEST else scores[-1]
