from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.attempts import (
    GRACE,
    AttemptClock,
    Counted,
    ExamClock,
    Given,
    Outcome,
    Phase,
    StartRefusal,
    counting,
    deadline,
    extra_for,
    may_start,
    may_submit_from,
    phase,
    remaining,
    together,
    windowed,
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


@pytest.mark.parametrize(
    ("scores", "best", "last", "average"),
    [
        ([], None, None, None),
        ([0], 0, 0, 0),
        ([600, 850, 700], 850, 700, 717),
        ([599, 600], 600, 600, 600),  # 599.5, rounded up
        ([600, 598], 600, 598, 599),
    ],
)
def test_counting(scores: list[int], best: int | None, last: int | None, average: int | None) -> None:
    sat = [Counted(points, 1000, points >= 600) for points in scores]
    for outcome, points in ((Outcome.BEST, best), (Outcome.LAST, last), (Outcome.AVERAGE, average)):
        expected = None if points is None else Counted(points, 1000, points >= 600)
        assert counting(outcome, sat, 60) == expected


def test_the_best_is_the_best_share_and_a_pass_before_none() -> None:
    half, more, pass_ = Counted(100, 200, False), Counted(30, 50, False), Counted(55, 100, True)
    assert counting(Outcome.BEST, [half, more], 60) is more
    assert counting(Outcome.BEST, [half, more, pass_], 60) is pass_
    assert counting(Outcome.AVERAGE, [half, more], 60) == Counted(28, 50, False)  # 55 % of 50, rounded up


def test_the_entry_ends_before_the_exam() -> None:
    exam = replace(EXAM, entry=30 * MINUTE)
    assert may_start(OPENS + 30 * MINUTE, exam, 0, 1) is None
    assert may_start(OPENS + 30 * MINUTE + US, exam, 0, 1) is StartRefusal.LATE
    assert may_start(OPENS + 30 * MINUTE + US, exam, 1, 1) is StartRefusal.NO_ATTEMPTS_LEFT
    assert may_start(CLOSES, exam, 0, 1) is StartRefusal.CLOSED


def test_nobody_hands_in_too_early_and_everybody_at_the_deadline() -> None:
    exam = replace(EXAM, earliest=30 * MINUTE)
    assert may_submit_from(exam, attempt(10)) == OPENS + 40 * MINUTE
    assert may_submit_from(exam, attempt(110)) == CLOSES
    assert may_submit_from(exam, attempt(110, 10)) == CLOSES + 10 * MINUTE
    assert may_submit_from(replace(QUIZ, earliest=30 * MINUTE), attempt(110)) == CLOSES + 20 * MINUTE


def test_a_window_of_ones_own_stands_for_the_exams() -> None:
    group = Given(10 * MINUTE, 1, OPENS - MINUTE, CLOSES + MINUTE, open_book=True)
    given = together(Given(5 * MINUTE, 2, None, CLOSES + 9 * MINUTE), group)
    assert given == Given(15 * MINUTE, 3, OPENS - MINUTE, CLOSES + 9 * MINUTE, open_book=True)
    assert windowed(EXAM, given) == replace(EXAM, opens_at=OPENS - MINUTE, closes_at=CLOSES + 9 * MINUTE)
    assert windowed(EXAM, Given()) == EXAM
    late = AttemptClock(CLOSES, ZERO, None, CLOSES + 9 * MINUTE)
    assert deadline(EXAM, late) == CLOSES + 9 * MINUTE


def test_what_is_still_to_be_marked_does_not_count_yet() -> None:
    half, pass_ = Counted(25, 50, False), Counted(40, 50, True)
    assert counting(Outcome.BEST, [half, None, pass_], 60) is pass_
    assert counting(Outcome.LAST, [None, half], 60) is half
    assert counting(Outcome.LAST, [half, None], 60) is None
    assert counting(Outcome.AVERAGE, [half, None], 60) is None
    assert all(counting(outcome, [None], 60) is None for outcome in Outcome)


@given(st.integers(0, 90), st.integers(0, 30), st.integers(-3600, 36000))
def test_more_time_until_a_moment_is_the_least_in_whole_minutes(start: int, extra: int, wanted: int) -> None:
    clock = attempt(start, extra)
    until = OPENS + timedelta(seconds=wanted)
    more = extra_for(EXAM, clock, until)
    assert more >= clock.extra and more % MINUTE == ZERO
    end = deadline(EXAM, replace(clock, extra=more))
    assert end is not None and end >= until
    if more > clock.extra:
        assert end - until < MINUTE
