from datetime import UTC, datetime, timedelta

import pytest

from app.domain import policy
from app.domain.policy import ASVS, DJBH

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def test_the_profiles_say_what_their_standards_say() -> None:
    assert (ASVS.character_classes, ASVS.password_age, ASVS.idle) == (1, None, None)
    assert (DJBH.character_classes, DJBH.password_age, DJBH.idle, DJBH.failures) == (
        3, timedelta(days=90), timedelta(minutes=30), 5,
    )  # fmt: skip
    assert ASVS.staff_second_factor and DJBH.staff_second_factor


def test_only_the_default_profile_can_do_without_a_second_factor() -> None:
    assert not policy.without_second_factor(ASVS).staff_second_factor
    with pytest.raises(ValueError, match="djbh"):
        policy.without_second_factor(DJBH)


@pytest.mark.parametrize(
    ("password", "classes"),
    [("", 0), ("abc", 1), ("abC", 2), ("aB3", 3), ("aB3!", 4), ("中文", 1), ("a中", 2)],
)
def test_character_classes(password: str, classes: int) -> None:
    assert policy.character_classes(password) == classes


def test_a_password_expires_after_its_days_or_when_nobody_knows_its_age() -> None:
    assert not policy.password_expired(ASVS, None, NOW)
    assert policy.password_expired(DJBH, None, NOW)
    assert not policy.password_expired(DJBH, NOW - timedelta(days=90) + timedelta(seconds=1), NOW)
    assert policy.password_expired(DJBH, NOW - timedelta(days=90), NOW)


def test_idle() -> None:
    assert not policy.idle_too_long(ASVS, NOW - timedelta(days=9), NOW)
    assert not policy.idle_too_long(DJBH, NOW - timedelta(minutes=30), NOW)
    assert policy.idle_too_long(DJBH, NOW - timedelta(minutes=30, seconds=1), NOW)
