"""Decisions about the key of a question after it was answered, and what they do to scores.

The key of a question version never changes. A remedy stands beside it, in one exam, and the last one that
holds of a question decides (docs/decisions/0021-regrading.md).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.domain import scoring
from app.domain.questions import CHOICES, MARKED_BY_HAND, Kind
from app.domain.scoring import Preset


class Remedy(StrEnum):
    """What is done about a question that was wrong."""

    KEY = "key"  # the key was wrong; another one is right
    ACCEPT = "accept"  # the key is right, and others are, too
    VOID = "void"  # the question counts for nobody: neither in the sum nor in the full score
    ALL = "all"  # everybody gets its points, whatever they answered


ON_WRITTEN = (Remedy.VOID, Remedy.ALL)
"""What can be done about a question that people mark."""


@dataclass(frozen=True)
class Decision:
    """A remedy. `key`: of KEY the right key; of ACCEPT a list of the keys that are right, too."""

    remedy: Remedy
    key: Any = None


def points(
    decided: Decision | None, kind: Kind, key: object, value: object, full: int, preset: Preset
) -> int | None:
    """Tenths for an answer; None: the question does not count."""
    if decided is None:
        return scoring.points(kind, key, value, full, preset)
    match decided.remedy:
        case Remedy.VOID:
            return None
        case Remedy.ALL:
            return full
        case Remedy.KEY:
            return scoring.points(kind, decided.key, value, full, preset)
        case Remedy.ACCEPT:
            right = keys(kind, key, decided)
            return max(scoring.points(kind, one, value, full, preset) for one in right)


def keys(kind: Kind, key: Any, decided: Decision | None) -> list[Any]:
    """All that is right under the decision. Of blanks variants go together, place by place."""
    if decided is None or decided.remedy in (Remedy.VOID, Remedy.ALL):
        return [key]
    if decided.remedy is Remedy.KEY:
        return [decided.key]
    if kind is not Kind.BLANKS:
        return [key, *decided.key]
    merged = [list(variants) for variants in key]
    for more in decided.key:
        for variants, further in zip(merged, more, strict=False):
            variants += [one for one in further if one not in variants]
    return [merged]


@dataclass(frozen=True)
class Worth:
    """What can be earned in an attempt, in tenths, and in how many slots; what does not count is left out."""

    full: int
    slots: int


def worth(drawn: Mapping[int, int], void: Collection[int]) -> Worth:
    """`drawn`: what each slot of the attempt gives; `void`: slots that do not count."""
    counting = [points for slot, points in drawn.items() if slot not in void]
    return Worth(sum(counting), len(counting))


def fault(kind: Kind, key: Any, options: Sequence[str], prompts: int, blanks: int) -> str:
    """What is wrong with a key that somebody proposes, as one word; "" where nothing is.

    `options`: the keys of the options as the paper has them.
    """
    match kind:
        case Kind.JUDGE:
            return "" if isinstance(key, bool) else "judge"
        case Kind.SINGLE:
            return "" if key in options else "options"
        case Kind.MULTIPLE:
            fits = isinstance(key, list) and key and set(key) <= set(options) and len(set(key)) == len(key)
            return "" if fits else "options"
        case Kind.ORDER:
            return "" if isinstance(key, list) and sorted(key) == sorted(options) else "order"
        case Kind.MATCH:
            fits = isinstance(key, list) and len(key) == prompts and set(key) <= set(options)
            return "" if fits else "match"
        case Kind.BLANKS:
            fits = isinstance(key, list) and len(key) == blanks and all(any(one) for one in key)
            return "" if fits else "blanks"
        case Kind.RECITE:
            return "" if isinstance(key, dict) and key.get("phrases") else "recite"
    return "written"


def remedies(kind: Kind) -> tuple[Remedy, ...]:
    """What can be done about a question of this kind."""
    return ON_WRITTEN if kind in MARKED_BY_HAND else tuple(Remedy)


def by_letters(kind: Kind) -> bool:
    """Is its key told by the letters of options?"""
    return kind in (*CHOICES, Kind.ORDER, Kind.MATCH)
