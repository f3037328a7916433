"""What staff do for one candidate. Each act has a reason and is written to the audit log.

`seen` is the value that the page showed: an act that finds another one is a second click, or a colleague was
first, and it is refused.
"""

from datetime import datetime

from app.audit.service import record
from app.exams import attempts, reopening, service
from app.exams.models import Attempt, Exam
from app.exams.reopening import Refusal
from app.people.models import Person


class Changed(Exception):
    """The value is no longer the one that the page showed."""


def give_minutes(
    attempt: Attempt, person: Person, minutes: int, reason: str, seen: int | None, now: datetime
) -> bool:
    """More time in a running attempt. False: it has been handed in or run out meanwhile. Raises Changed."""
    before = attempts.lock(attempt.id).extra_minutes
    if before != seen:
        raise Changed
    if not attempts.add_minutes(attempt.id, minutes, now):
        return False
    record(
        "attempt.extend",
        f"person:{person.id}",
        f"给{person.name}的考试“{attempt.exam.title}”加时 {minutes} 分钟：{reason}",
        before={"extra_minutes": before},
        after={"attempt": attempt.id, "extra_minutes": attempt.extra_minutes, "reason": reason},
    )
    return True


def give_minutes_ahead(exam: Exam, person: Person, minutes: int, reason: str, seen: int | None) -> None:
    """More time in every attempt that the person begins from now on. Raises Changed."""
    if service.locked_allowance(exam.id, person.id).minutes != seen:
        raise Changed
    service.allowance_minutes(exam.id, person.id, minutes)
    record(
        "attempt.extend",
        f"person:{person.id}",
        f"给{person.name}在考试“{exam.title}”中今后的答卷各加时 {minutes} 分钟：{reason}",
        after={"exam": exam.id, "minutes": minutes, "reason": reason},
    )


def allow_attempt(exam: Exam, person: Person, reason: str, seen: int | None) -> None:
    """One attempt beyond those that everyone has. Raises Changed."""
    if service.locked_allowance(exam.id, person.id).attempts != seen:
        raise Changed
    service.allow_attempt(exam.id, person.id)
    record(
        "attempt.allow",
        f"person:{person.id}",
        f"允许{person.name}再考一次“{exam.title}”：{reason}",
        after={"exam": exam.id, "attempts": 1, "reason": reason},
    )


def reopen(attempt: Attempt, person: Person, minutes: int, reason: str, now: datetime) -> Refusal | None:
    """Let the candidate write on, for so many minutes at least. Not None: why not."""
    before = {"submitted_at": attempts.lock(attempt.id).submitted_at, "receipt": attempt.receipt}
    refusal = reopening.reopen(attempt.id, minutes, now)
    if refusal is None:
        record(
            "attempt.reopen",
            f"person:{person.id}",
            f"重新开放{person.name}的答卷“{attempt.exam.title}”，至少再答 {minutes} 分钟：{reason}",
            before=before,
            after={"attempt": attempt.id, "extra_minutes": attempt.extra_minutes, "reason": reason},
        )
    return refusal


def hand_in(attempt: Attempt, person: Person, reason: str, now: datetime) -> bool:
    """Hand the paper in for the candidate. False: it was handed in before."""
    if attempts.lock(attempt.id).submitted_at is not None:
        return False
    closed = attempts.force_close(attempt.id, now)
    record(
        "attempt.submit",
        f"person:{person.id}",
        f"替{person.name}交卷“{attempt.exam.title}”：{reason}",
        after={
            "attempt": attempt.id,
            "receipt": closed.receipt,
            "submitted_at": closed.submitted_at,
            "reason": reason,
        },
    )
    return True
