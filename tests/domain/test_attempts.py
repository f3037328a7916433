from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.attempts import (
    GRACE,
    AttemptClock,
    ExamClock,
    Outcome,
    Phase,
    Review,
    StartRefusal,
    counting_score,
    deadline,
    may_start,
    phase,
    remaining,
    review_open,
)

US = timedelta(microseconds=1)
ZERO = timedelta(0)
MINUTE = timedelta(minutes=1)
OPENS = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
CLOSES = OPENS + 120 * MINUTE
EXAM = ExamClock(OPENS, CLOSES, 45 * MINUTE)
QUIZ = ExamClock(OPENS, CLOSES, None)


def attempt(start: int = 0, extra: int = 0, submitted_at: datetime | None = None) -> AttemptClock:
    return AttemptClock(OPENS + start * MINUTE, extra * MINUTE, submitted_at)


def test_grace_is_what_candidates_are_told() -> None:
    assert timedelta(seconds=30) == GRACE


@pytest.mark.parametrize(
    ("start", "extra", "minutes"),
    [
        (0, 0, 45),
        (10, 0, 55),
        (75, 0, 120),  # the limit and the close coincide
        (76, 0, 120),
        (100, 0, 120),  # late: the close cuts the limit short
        (0, 10, 55),
        (100, 10, 130),  # extra time runs past the close
    ],
)
def test_deadline(start: int, extra: int, minutes: int) -> None:
    assert deadline(EXAM, attempt(start, extra)) == OPENS + minutes * MINUTE


CLOCKS = [attempt(), attempt(100), attempt(0, 10), attempt(100, 10)]


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (-MINUTE, Phase.OPEN),
        (-US, Phase.OPEN),
        (ZERO, Phase.OPEN),
        (US, Phase.GRACE),
        (GRACE - US, Phase.GRACE),
        (GRACE, Phase.GRACE),
        (GRACE + US, Phase.OVERDUE),
        (timedelta(days=30), Phase.OVERDUE),
    ],
)
def test_phase_on_both_sides_of_each_border(clock: AttemptClock, after: timedelta, expected: Phase) -> None:
    end = deadline(EXAM, clock)
    assert end is not None
    assert phase(end + after, EXAM, clock) is expected


@pytest.mark.parametrize("minutes", [0, 44, 46, 500])
def test_submitted_is_closed_at_any_time(minutes: int) -> None:
    now = OPENS + minutes * MINUTE
    assert phase(now, EXAM, attempt(submitted_at=OPENS + MINUTE)) is Phase.CLOSED
    assert phase(now, QUIZ, attempt(submitted_at=OPENS + MINUTE)) is Phase.CLOSED


def test_a_quiz_has_no_deadline() -> None:
    later = CLOSES + timedelta(days=365)
    assert deadline(QUIZ, attempt(0, 5)) is None
    assert remaining(later, QUIZ, attempt()) is None
    assert phase(later, QUIZ, attempt()) is Phase.OPEN


@pytest.mark.parametrize(
    ("after", "left"), [(-MINUTE, MINUTE), (-US, US), (ZERO, ZERO), (US, ZERO), (GRACE, ZERO), (MINUTE, ZERO)]
)
def test_remaining(after: timedelta, left: timedelta) -> None:
    assert remaining(OPENS + 45 * MINUTE + after, EXAM, attempt()) == left


@settings(deadline=None)
@given(
    st.integers(0, 120), st.integers(0, 60), st.timedeltas(-MINUTE, 300 * MINUTE), st.timedeltas(ZERO, MINUTE)
)
def test_time_only_moves_on(start: int, extra: int, moment: timedelta, later: timedelta) -> None:
    clock, now = attempt(start, extra), OPENS + moment
    order = list(Phase)
    assert order.index(phase(now, EXAM, clock)) <= order.index(phase(now + later, EXAM, clock))
    left, less = remaining(now, EXAM, clock), remaining(now + later, EXAM, clock)
    assert left is not None
    assert less is not None
    assert left >= less >= ZERO
    assert left == ZERO or phase(now, EXAM, clock) is Phase.OPEN


@pytest.mark.parametrize("exam", [EXAM, QUIZ])
@pytest.mark.parametrize(
    ("now", "used", "allowed", "refusal"),
    [
        (OPENS - US, 0, 1, StartRefusal.NOT_OPEN),
        (OPENS, 0, 1, None),
        (OPENS + US, 0, 1, None),
        (CLOSES - US, 0, 1, None),
        (CLOSES, 0, 1, StartRefusal.CLOSED),
        (CLOSES + US, 0, 1, StartRefusal.CLOSED),
        (OPENS, 1, 1, StartRefusal.NO_ATTEMPTS_LEFT),
        (OPENS, 2, 3, None),
        (OPENS, 3, 3, StartRefusal.NO_ATTEMPTS_LEFT),
        (OPENS, 4, 3, StartRefusal.NO_ATTEMPTS_LEFT),
        (OPENS, 0, 0, StartRefusal.NO_ATTEMPTS_LEFT),
        (OPENS, 999, None, None),
        (OPENS - US, 1, 1, StartRefusal.NOT_OPEN),
        (CLOSES, 1, 1, StartRefusal.CLOSED),
    ],
)
def test_may_start(
    exam: ExamClock, now: datetime, used: int, allowed: int | None, refusal: StartRefusal | None
) -> None:
    assert may_start(now, exam, used, allowed) is refusal


@pytest.mark.parametrize("exam", [EXAM, QUIZ])
@pytest.mark.parametrize(
    ("policy", "after_close", "extra", "shown"),
    [
        (Review.SCORE, timedelta(days=1), 0, False),
        (Review.AFTER_SUBMIT, -MINUTE, 0, True),
        (Review.AFTER_SUBMIT, timedelta(days=1), 0, True),
        (Review.AFTER_CLOSE, -MINUTE, 0, False),
        (Review.AFTER_CLOSE, US, 0, False),
        (Review.AFTER_CLOSE, GRACE, 0, False),
        (Review.AFTER_CLOSE, GRACE + US, 0, True),
        (Review.AFTER_CLOSE, GRACE + US, 10, False),
        (Review.AFTER_CLOSE, GRACE + 10 * MINUTE, 10, False),
        (Review.AFTER_CLOSE, GRACE + 10 * MINUTE + US, 10, True),
    ],
)
def test_review_open(
    exam: ExamClock, policy: Review, after_close: timedelta, extra: int, shown: bool
) -> None:
    now = CLOSES + after_close
    assert review_open(policy, now, exam, attempt(0, extra, OPENS + MINUTE)) is shown
    assert not review_open(policy, now, exam, attempt(0, extra))  # overdue is not closed


@pytest.mark.parametrize(
    ("scores", "best", "last"), [([], None, None), ([0], 0, 0), ([600, 850, 700], 850, 700)]
)
def test_counting_score(scores: list[int], best: int | None, last: int | None) -> None:
    assert counting_score(Outcome.BEST, scores) == best
    assert counting_score(Outcome.LAST, scores) == last
