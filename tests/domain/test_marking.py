"""The sample, agreement, arbitration, what marks come to."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.marking import SECOND_THOUGHTS, Verdict, fit, may_change, mean_difference, sampled, verdict

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({1: None}, Verdict(None)),
        ({1: 60}, Verdict(60)),
        ({1: 0}, Verdict(0)),
        ({1: 60, 2: None}, Verdict(None)),
        ({1: None, 2: 60}, Verdict(None)),
        ({1: 60, 2: 70}, Verdict(65)),
        ({1: 60, 2: 80}, Verdict(70)),
        ({1: 60, 2: 65}, Verdict(63)),  # half a tenth rounds up
        ({1: 60, 2: 81}, Verdict(None, arbitrate=True)),
        ({1: 60, 2: 100, 3: None}, Verdict(None)),
        ({1: 60, 2: 100, 3: 90}, Verdict(90)),
        ({1: 60, 4: None}, Verdict(60)),  # the mark stands while it is marked again
        ({1: 60, 2: 100, 3: 90, 4: 70}, Verdict(70)),
        ({1: 60, 4: 70, 5: None}, Verdict(70)),
        ({1: 60, 4: 70, 5: 40}, Verdict(40)),
    ],
)
def test_what_marks_come_to(given: dict[int, int | None], expected: Verdict) -> None:
    assert verdict(given, 20) == expected


points = st.none() | st.integers(0, 200)


@given(points, points, st.integers(0, 50))
def test_it_does_not_matter_who_was_first(one: int | None, other: int | None, difference: int) -> None:
    assert verdict({1: one, 2: other}, difference) == verdict({1: other, 2: one}, difference)


@given(st.integers(0, 200), st.integers(0, 200), st.integers(0, 200))
def test_two_that_agree_settle_between_them_and_no_others(one: int, other: int, difference: int) -> None:
    found = verdict({1: one, 2: other}, difference)
    assert found.arbitrate is (abs(one - other) > difference)
    assert found.arbitrate or (
        found.points is not None and min(one, other) <= found.points <= max(one, other)
    )


@settings(max_examples=30)
@given(st.binary(min_size=1, max_size=8), st.integers(0, 100), st.integers(0, 100))
def test_a_larger_sample_holds_the_smaller_one(seed: bytes, one: int, other: int) -> None:
    small, large = sorted((one, other))
    answers = [f"{n}:1" for n in range(40)]
    assert {a for a in answers if sampled(seed, a, small)} <= {a for a in answers if sampled(seed, a, large)}
    assert all(sampled(seed, a, 100) for a in answers) and not any(sampled(seed, a, 0) for a in answers)


def test_the_sample_is_about_as_large_as_said_and_another_with_another_seed() -> None:
    answers = [f"{n}:3" for n in range(5000)]
    drawn = {a for a in answers if sampled(b"seed", a, 20)}
    assert 900 <= len(drawn) <= 1100
    assert drawn != {a for a in answers if sampled(b"other", a, 20)}


@pytest.mark.parametrize(
    ("age", "whole", "others", "may"),
    [
        (timedelta(hours=5), False, False, True),
        (SECOND_THOUGHTS, True, False, True),
        (SECOND_THOUGHTS + timedelta(seconds=1), True, False, False),
        (timedelta(0), False, True, False),
        (timedelta(0), True, True, False),
    ],
)
def test_second_thoughts(age: timedelta, whole: bool, others: bool, may: bool) -> None:
    assert may_change(NOW - age, NOW, whole, others) is may


def test_points_for_each_point_of_the_key() -> None:
    assert fit([0, 30], [20, 30]) and not fit([0, 31], [20, 30])
    assert not fit([-1, 0], [20, 30]) and not fit([10], [20, 30])


def test_how_far_apart() -> None:
    assert mean_difference([]) is None
    assert mean_difference([(10, 30), (30, 10), (20, 20)]) == 13
