"""Marks given by people: which answers have a second grader, when two agree, what they come to.

Points in tenths. An answer is marked in rounds: first, second (of a sample, blind to the first), arbitration
where these differ too much, and from AGAIN on whenever somebody ordered it for a reason.
"""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.scoring import share

FIRST, SECOND, ARBITRATION, AGAIN = 1, 2, 3, 4
LAPSE = timedelta(minutes=15)
"""How long an answer lies before one grader alone."""
SECOND_THOUGHTS = timedelta(minutes=10)
"""How long a grader may still change a mark by which a score became whole."""


def sampled(seed: bytes, answer: str, percent: int) -> bool:
    """Whether this answer has a second grader. Nobody can tell without the seed; a larger share holds the
    smaller one."""
    drawn = int.from_bytes(hmac.digest(seed, answer.encode(), "sha256")[:8], "big")
    return drawn % 10_000 < percent * 100


@dataclass(frozen=True)
class Verdict:
    """What the marks of one answer come to; `points` None: not settled. `arbitrate`: a third must decide."""

    points: int | None
    arbitrate: bool = False


def verdict(given: Mapping[int, int | None], difference: int) -> Verdict:
    """`given`: by round, the points, None where they are still awaited.

    What was marked again stands until the next time is done; two marks that differ by no more than
    `difference` come to their mean.
    """
    again = [points for number, points in sorted(given.items()) if number >= AGAIN and points is not None]
    if again:
        return Verdict(again[-1])
    if ARBITRATION in given:
        return Verdict(given[ARBITRATION])
    first, second = given.get(FIRST), given.get(SECOND)
    if SECOND not in given or first is None or second is None:
        return Verdict(first if SECOND not in given else None)
    if abs(first - second) > difference:
        return Verdict(None, arbitrate=True)
    return Verdict(share(first + second, 1, 2))


def may_change(at: datetime, now: datetime, whole: bool, others: bool) -> bool:
    """May a grader change a mark given `at`? `whole`: the score waits for no mark. `others`: another mark of
    the same answer was given, or somebody has to decide about it."""
    return not others and (not whole or now - at <= SECOND_THOUGHTS)


def fit(parts: Sequence[int], most: Sequence[int]) -> bool:
    """Are these points for each point of the key?"""
    return len(parts) == len(most) and all(0 <= one <= limit for one, limit in zip(parts, most, strict=True))


def mean_difference(pairs: Iterable[tuple[int, int]]) -> int | None:
    """How far two graders are apart on average; None: they marked nothing in common."""
    apart = [abs(one - other) for one, other in pairs]
    return share(sum(apart), 1, len(apart)) if apart else None
