"""How strict signing in is: two profiles, each after a published standard, and what follows from them.

`asvs` follows OWASP ASVS 5.0 level 2 (chapters 6 and 7), `djbh` follows 等保三级 (GB/T 22239-2019,
8.1.4.1 身份鉴别). They contradict each other on composition and age, so a school has to choose.
docs/decisions/0008-sign-in.md says where a setting is looser than its standard, and why.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

MINIMUM_LENGTH, MAXIMUM_LENGTH = 10, 200  # of a password, in characters


@dataclass(frozen=True)
class Policy:
    """`None` where a profile has no such rule."""

    name: str
    character_classes: int  # how many of lower case, upper case, digits and others a password needs
    password_age: timedelta | None
    idle: timedelta | None  # signed out after so long without a request; never during an exam
    longest_session: timedelta
    failures: int  # wrong passwords within a quarter of an hour, then the account waits
    staff_second_factor: bool  # no back office without a one-time code


ASVS = Policy("asvs", 1, None, None, timedelta(days=30), 10, True)
DJBH = Policy("djbh", 3, timedelta(days=90), timedelta(minutes=30), timedelta(days=1), 5, True)
PROFILES = {policy.name: policy for policy in (ASVS, DJBH)}


def without_second_factor(policy: Policy) -> Policy:
    """The profile for a school whose staff cannot use one. `djbh` allows no such school: ValueError."""
    if policy is DJBH:
        raise ValueError("djbh requires a second factor of staff")
    return replace(policy, staff_second_factor=False)


def character_classes(password: str) -> int:
    """How many of lower case, upper case, digits and anything else it holds."""
    kinds = {
        "lower" if c.islower() else "upper" if c.isupper() else "digit" if c.isdecimal() else "other"
        for c in password
    }
    return len(kinds)


def password_expired(policy: Policy, set_at: datetime | None, now: datetime) -> bool:
    """Must a password set then be changed at this sign-in? Asked at the door alone, so that a session,
    and an exam sat in it, outlives the day. A password of unknown age counts as old."""
    return policy.password_age is not None and (set_at is None or now - set_at >= policy.password_age)


def idle_too_long(policy: Policy, seen: datetime, now: datetime) -> bool:
    return policy.idle is not None and now - seen > policy.idle
