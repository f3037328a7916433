"""The exam clock: facts in, phases out (DESIGN.md §4, "Facts are stored, phases derived").

All times are of one sort, aware or naive, in UTC; `now` is the moment the request arrived.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from app.domain.scoring import passed, share

GRACE = timedelta(seconds=30)
"""How long after the deadline a save may still arrive; shown to the candidate before the start."""


@dataclass(frozen=True)
class ExamClock:
    """The window of an exam and its limit; a quiz has none (limit None) and so no deadline.

    `entry`: nobody starts so long after the opening (None: until the close). `earliest`: nobody hands in
    sooner after their own start.
    """

    opens_at: datetime
    closes_at: datetime
    limit: timedelta | None
    entry: timedelta | None = None
    earliest: timedelta = timedelta(0)


@dataclass(frozen=True)
class AttemptClock:
    """The times of one attempt; `extra` is what was given on top, `closes_at` the end of the person's own
    window where that is not the exam's."""

    started_at: datetime
    extra: timedelta
    submitted_at: datetime | None
    closes_at: datetime | None = None


@dataclass(frozen=True)
class Given:
    """What somebody has beyond the rules of an exam."""

    extra: timedelta = timedelta(0)
    attempts: int = 0
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    open_book: bool = False


def together(person: Given, group: Given) -> Given:
    """What a person and the person's group were given: minutes and attempts add up, a window of the person's
    own stands before the group's, end by end."""
    return Given(
        person.extra + group.extra,
        person.attempts + group.attempts,
        person.opens_at or group.opens_at,
        person.closes_at or group.closes_at,
        person.open_book or group.open_book,
    )


def windowed(exam: ExamClock, given: Given) -> ExamClock:
    """The exam as this person has it."""
    return replace(
        exam, opens_at=given.opens_at or exam.opens_at, closes_at=given.closes_at or exam.closes_at
    )


class Phase(StrEnum):
    """Where an attempt stands at a moment."""

    OPEN = "open"  # answers welcome
    GRACE = "grace"  # the deadline has passed, saves that arrive are still accepted
    OVERDUE = "overdue"  # past grace, not yet closed
    CLOSED = "closed"


class StartRefusal(StrEnum):
    """Why an attempt may not start now."""

    NOT_OPEN = "not_open"
    LATE = "late"  # the entry is over, the exam is not
    CLOSED = "closed"
    NO_ATTEMPTS_LEFT = "no_attempts_left"
    NO_SEAT = "no_seat"  # only who has a seat may start
    WAITING = "waiting"  # an invigilator says when
    CODE = "code"  # the code said in the room was not given yet


class Outcome(StrEnum):
    """Which of several attempts counts."""

    BEST = "best"
    LAST = "last"
    AVERAGE = "average"


def deadline(exam: ExamClock, attempt: AttemptClock) -> datetime | None:
    """min(started + limit, closes) + extra; None for a quiz. A late start loses time, extra time never."""
    if exam.limit is None:
        return None
    return min(attempt.started_at + exam.limit, attempt.closes_at or exam.closes_at) + attempt.extra


def extra_for(exam: ExamClock, attempt: AttemptClock, until: datetime) -> timedelta:
    """What `extra` has to be, in whole minutes, for a deadline at `until` or later; never less than it is."""
    end = deadline(exam, attempt)
    if end is None or end >= until:
        return attempt.extra
    missing = -((end - until) // _MINUTE)
    return attempt.extra + missing * _MINUTE


_MINUTE = timedelta(minutes=1)


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
    """None when one more attempt may start: opens <= now < closes, now <= opens + entry, used < allowed
    (None: unlimited)."""
    if now < exam.opens_at:
        return StartRefusal.NOT_OPEN
    if now >= exam.closes_at:
        return StartRefusal.CLOSED
    if allowed is not None and used >= allowed:
        return StartRefusal.NO_ATTEMPTS_LEFT
    if exam.entry is not None and now > exam.opens_at + exam.entry:
        return StartRefusal.LATE
    return None


def may_submit_from(exam: ExamClock, attempt: AttemptClock) -> datetime:
    """When the person may hand in: `earliest` after the start, at the deadline at the latest."""
    first = attempt.started_at + exam.earliest
    end = deadline(exam, attempt)
    return first if end is None else min(first, end)


def valid_until(passed_on: date, years: int | None) -> date | None:
    """The last day of a pass, so many years after it; None: for good."""
    return None if years is None else years_on(passed_on, years)


def years_on(day: date, years: int) -> date:
    """The same day of another year; of 29 February the 28th where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


@dataclass(frozen=True)
class Counted:
    """A score with what it is of, in tenths."""

    points: int
    full: int
    passed: bool


def counting(outcome: Outcome, scores: Sequence[Counted | None], pass_percent: int) -> Counted | None:
    """The score that counts, of scores in the order of the attempts (None: still to be marked).

    None when there is none, or when one that is to be marked may still change it for the worse.
    Attempts may hold different papers: the best is the best share of its full score, a pass before none; the
    average is one of shares, said of the last full score and held against the pass line as one.
    """
    marked = [one for one in scores if one is not None]
    if not marked:
        return None
    match outcome:
        case Outcome.BEST:
            return max(marked, key=lambda one: (one.passed, _share(one)))
        case Outcome.LAST:
            return scores[-1]
        case Outcome.AVERAGE:
            if len(marked) < len(scores):
                return None
            full, mean = marked[-1].full, sum(map(_share, marked), Fraction(0)) / len(marked)
            points = share(full, mean.numerator, mean.denominator)
            return Counted(points, full, passed(points, full, pass_percent))


def _share(one: Counted) -> Fraction:
    return Fraction(one.points, one.full) if one.full else Fraction(0)
