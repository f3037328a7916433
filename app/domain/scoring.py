"""Points for answers. Every number of points is an integer: tenths of a point (DESIGN.md §4, Scores)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from app.domain.questions import Kind, comparable, normalise


class Preset(StrEnum):
    """How an answer that is not wholly right is scored, in exam terms."""

    EXACT = "exact"  # 全对得分
    HALF = "half"  # 少选得一半分，错选不得分
    PER_OPTION = "per_option"  # 少选按选对的个数得分，错选不得分
    PER_BLANK = "per_blank"  # 按空得分
    PER_ITEM = "per_item"  # 按项得分: 排序按位置，匹配按对，默写按要点
    BY_HAND = "by_hand"  # 由阅卷人按要点给分; 案例按小题


PRESETS: dict[Kind, tuple[Preset, ...]] = {
    Kind.SINGLE: (Preset.EXACT,),
    Kind.MULTIPLE: (Preset.HALF, Preset.PER_OPTION, Preset.EXACT),
    Kind.JUDGE: (Preset.EXACT,),
    Kind.BLANKS: (Preset.PER_BLANK, Preset.EXACT),
    Kind.ORDER: (Preset.EXACT, Preset.PER_ITEM),
    Kind.MATCH: (Preset.PER_ITEM, Preset.EXACT),
    Kind.RECITE: (Preset.PER_ITEM, Preset.EXACT),
    Kind.SHORT: (Preset.BY_HAND,),
    Kind.ESSAY: (Preset.BY_HAND,),
    Kind.CASE: (Preset.BY_HAND,),
}
"""What each kind may be scored by, the usual one first. A part of a case is scored as its kind usually is."""


def share(full: int, part: int, whole: int) -> int:
    """part/whole of `full` tenths, rounded half up: the one place where points are rounded.

    Raises ValueError unless whole > 0.
    """
    if whole <= 0:
        raise ValueError("a share of nothing")
    return (2 * full * part + whole) // (2 * whole)


def portions(full: int, parts: int) -> tuple[int, ...]:
    """`full` tenths dealt to so many parts, as evenly as whole points allow, else half points, else tenths.

    They add up to `full`. Raises ValueError unless parts > 0.
    """
    if parts <= 0:
        raise ValueError("nothing to deal to")
    unit = next((unit for unit in (10, 5) if full % unit == 0 and full >= unit * parts), 1)
    ends = [unit * share(full // unit, n, parts) for n in range(parts + 1)]
    return tuple(after - before for before, after in pairwise(ends))


def points(kind: Kind, key: object, value: object, full: int, preset: Preset) -> int:
    """Tenths of a point for an answer, 0..full; `full` exactly when `is_correct`.

    Never raises: a value (or key) that does not fit the kind gives 0, and so does a kind marked by hand; a
    preset that is not the kind's own counts as EXACT. A multiple choice with any wrong option gives 0, so
    ticking everything earns nothing.
    """
    if full <= 0:
        return 0
    right, parts = _right_of(kind, key, value)
    if 0 < parts == right:
        return full
    if preset is Preset.EXACT or preset not in PRESETS.get(kind, ()):
        return 0
    if preset is Preset.HALF:
        right, parts = min(right, 1), 2
    # Rounding up very small shares (half of 0.1) must not turn a partial answer into a full one.
    return min(share(full, right, max(parts, 1)), full - 1)


def is_correct(kind: Kind, key: object, value: object) -> bool:
    """Whether the answer is wholly right, which is full marks under every preset. Never raises."""
    right, parts = _right_of(kind, key, value)
    return 0 < parts == right


def _right_of(kind: Kind, key: object, value: object) -> tuple[int, int]:
    """(parts of the answer that are right, parts that the key has); (0, …) for a misfit."""
    match kind:
        case Kind.SINGLE:
            return int(isinstance(value, str) and value != "" and value == key), 1
        case Kind.JUDGE:
            # `is`, because 1 == True: a number is a misfit, not an answer.
            return int(isinstance(value, bool) and value is key), 1
        case Kind.MULTIPLE:
            chosen, wanted = frozenset(_texts(value)), frozenset(_texts(key))
            return len(chosen) if chosen <= wanted else 0, len(wanted)
        case Kind.BLANKS:
            return _agreeing(key, value, _accepts)
        case Kind.ORDER | Kind.MATCH:
            return _agreeing(key, value, lambda wanted, given: given != "" and wanted == given)
        case Kind.RECITE:
            phrases = recited(key, value)
            return sum(said for _phrase, said in phrases), len(phrases)
    return 0, 1


def _texts(value: object) -> list[str]:
    """The texts of a list; none at all for a misfit."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    return []


def _agreeing(key: object, value: object, agrees: Callable[[object, object], bool]) -> tuple[int, int]:
    """(places filled rightly, places). More answers than places, or no list, is a misfit: none right."""
    if not isinstance(key, list):
        return 0, 0
    if not isinstance(value, list) or len(value) > len(key):
        return 0, len(key)
    return sum(agrees(wanted, given) for wanted, given in zip(key, value, strict=False)), len(key)


def _accepts(variants: object, text: object) -> bool:
    if not isinstance(variants, list) or not isinstance(text, str):
        return False
    given = comparable(text)
    # Of punctuation alone nothing counts, and nothing is never an answer.
    return given != "" and any(
        isinstance(variant, str) and comparable(variant) == given for variant in variants
    )


def recited(key: object, value: object) -> list[tuple[str, bool]]:
    """The key phrases of a recitation, each with whether it was said; width, case and punctuation aside.

    As many as can be said in the order of the text count, so one phrase out of place costs itself alone. What
    was written between them costs nothing. No phrases for a key that does not fit.
    """
    phrases = _texts(key.get("phrases")) if isinstance(key, dict) else []
    given = normalise(value) if isinstance(value, str) else ""
    # said[n]: where the earliest reading ends that has n phrases, and which phrases those are.
    said: list[tuple[int, frozenset[int]]] = [(0, frozenset())]
    for index, phrase in enumerate(map(normalise, phrases)):
        for count in reversed(range(len(said))):
            end, which = said[count]
            place = given.find(phrase, end) if phrase else -1
            if place < 0:
                continue
            longer = place + len(phrase), which | {index}
            if count + 1 == len(said):
                said.append(longer)
            elif longer[0] < said[count + 1][0]:
                said[count + 1] = longer
    return [(phrase, index in said[-1][1]) for index, phrase in enumerate(phrases)]


def passed(score: int, full: int, pass_percent: int) -> bool:
    """Whether `score` of `full` tenths reaches the percentage, in integers. Nothing to earn is no pass."""
    return full > 0 and score * 100 >= full * pass_percent


@dataclass(frozen=True)
class Minimum:
    """So many tenths at least in these sections together, whatever the total; sections by their titles."""

    sections: tuple[str, ...]
    points: int


def missed(minimums: Sequence[Minimum], earned: Mapping[str, int]) -> list[tuple[Minimum, int]]:
    """The minimums that were not reached, each with what was earned; `earned`: tenths by section."""
    found = ((one, sum(earned.get(title, 0) for title in one.sections)) for one in minimums)
    return [(one, points) for one, points in found if points < one.points]


def format_points(tenths: int) -> str:
    """Tenths as people write points: 25 → "2.5", 600 → "60", -5 → "-0.5" (a regrade's difference)."""
    whole, tenth = divmod(abs(tenths), 10)
    return ("-" if tenths < 0 else "") + str(whole) + (f".{tenth}" if tenth else "")
