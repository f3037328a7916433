"""How much alike two questions are: their texts cut into pairs of characters, and how many pairs they share.

To compare each of 100,000 questions with all others would take too long. `bands` gives numbers by which the
likely ones are found: two that are alike share one of them, two that are not seldom do.
"""

import random
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from typing import TypeVar
from zlib import crc32

from app.domain.questions import Question, normalise

T = TypeVar("T", str, int)  # a shingle, or a number for it
ALIKE = 0.75  # from here on two questions count as near-duplicates
_BANDS, _ROWS = 8, 3  # of two that are three quarters alike, 98 in 100 share a band; at a quarter, 12
_MASK = (1 << 64) - 1
_rng = random.Random(2015)  # noqa: S311  (stored numbers depend on it: never change it)
_FACTORS = tuple(tuple(_rng.getrandbits(64) | 1 for _row in range(_ROWS)) for _band in range(_BANDS))


def shingles(texts: Iterable[str]) -> frozenset[str]:
    """The pairs of characters of each text; width, case, space and punctuation aside."""
    found: set[str] = set()
    for text in map(normalise, texts):
        found.update(map("".join, pairwise(text)) if len(text) > 1 else [text] if text else [])
    return frozenset(found)


def shingles_of(question: Question) -> frozenset[str]:
    """Of everything that a candidate reads of the question, in whatever order its options stand."""
    return shingles((question.stem, *(text for part in question.asked for text in part.texts)))


def likeness(one: frozenset[T], other: frozenset[T]) -> float:
    """0 (nothing in common) to 1 (the same pairs of characters). Nothing is like nothing."""
    together = len(one | other)
    return len(one & other) / together if together else 0.0


def bands(of: frozenset[str]) -> tuple[int, ...]:
    """Numbers of 63 bits (MinHash in bands), always the same for the same text; none for no text."""
    if not of:
        return ()
    hashes = [crc32(shingle.encode()) + 1 for shingle in of]
    lowest = (
        tuple(min(value * factor & _MASK for value in hashes) for factor in factors) for factors in _FACTORS
    )
    return tuple(_joined(number, low) for number, low in enumerate(lowest))


def _joined(number: int, low: tuple[int, ...]) -> int:
    """One number for a band; equal lows in different bands give different ones."""
    joined = number
    for value in low:
        joined = (joined * 0x9E3779B97F4A7C15 + value) & _MASK
        joined ^= joined >> 29
    return joined >> 1


def cliques(pairs: Iterable[tuple[str, str]]) -> list[set[str]]:
    """Sets in which every two are a pair, so that each pair is in one of them: few large ones."""
    near: dict[str, set[str]] = defaultdict(set)
    left = sorted({(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]})
    for one, other in left:
        near[one].add(other)
        near[other].add(one)
    found: list[set[str]] = []
    covered: set[tuple[str, str]] = set()
    for pair in left:
        if pair in covered:
            continue
        group = set(pair)
        for more in sorted(near[pair[0]] & near[pair[1]]):
            if near[more] >= group:
                group.add(more)
        covered.update((a, b) for a in group for b in group if a < b)
        found.append(group)
    return found
