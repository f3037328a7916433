"""Points for answers. Every number of points is an integer: tenths of a point (DESIGN.md §4, Scores)."""

from enum import StrEnum

from app.domain.questions import Kind, normalise


class Preset(StrEnum):
    """How an answer that is not wholly right is scored. A preset touches only the kind it is made for."""

    EXACT = "exact"  # 全对得分
    HALF = "half"  # multiple: 少选且无错选得一半分
    PER_BLANK = "per_blank"  # blanks: 按空给分


def share(full: int, part: int, whole: int) -> int:
    """part/whole of `full` tenths, rounded half up: the one place where points are rounded.

    Raises ValueError unless whole > 0.
    """
    if whole <= 0:
        raise ValueError("a share of nothing")
    return (2 * full * part + whole) // (2 * whole)


def points(kind: Kind, key: object, value: object, full: int, preset: Preset) -> int:
    """Tenths of a point for an answer, 0..full; `full` exactly when `is_correct`.

    Never raises: a value (or key) that does not fit the kind gives 0. A multiple choice with any wrong
    option gives 0, so ticking everything earns nothing.
    """
    if full <= 0:
        return 0
    if is_correct(kind, key, value):
        return full
    part, whole = 0, 1
    if kind is Kind.MULTIPLE and preset is Preset.HALF:
        part, whole = int(bool(_texts(value)) and _texts(value) < _texts(key)), 2
    elif kind is Kind.BLANKS and preset is Preset.PER_BLANK:
        part, whole = _filled(key, value)
    # Rounding up very small shares (half of 0.1) must not turn a partial answer into a full one.
    return min(share(full, part, max(whole, 1)), full - 1)


def is_correct(kind: Kind, key: object, value: object) -> bool:
    """Whether the answer is wholly right, which is full marks under every preset. Never raises."""
    match kind:
        case Kind.SINGLE:
            return isinstance(value, str) and value != "" and value == key
        case Kind.MULTIPLE:
            return bool(_texts(value)) and _texts(value) == _texts(key)
        case Kind.JUDGE:
            # `is`, because 1 == True: a number is a misfit, not an answer.
            return isinstance(value, bool) and value is key
        case Kind.BLANKS:
            right, blanks = _filled(key, value)
            return 0 < blanks == right


def _texts(value: object) -> frozenset[str]:
    """The ticked options, in no order and without repeats; none at all for a misfit."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return frozenset(value)
    return frozenset()


def _filled(key: object, value: object) -> tuple[int, int]:
    """(blanks filled rightly, blanks). More answers than blanks, or no list, is a misfit: none right."""
    if not isinstance(key, list):
        return 0, 0
    if not isinstance(value, list) or len(value) > len(key):
        return 0, len(key)
    return sum(_accepts(variants, text) for variants, text in zip(key, value, strict=False)), len(key)


def _accepts(variants: object, text: object) -> bool:
    if not isinstance(variants, list) or not isinstance(text, str):
        return False
    given = normalise(text)
    # Punctuation alone normalises to nothing, and nothing is never an answer.
    return given != "" and any(
        isinstance(variant, str) and normalise(variant) == given for variant in variants
    )


def passed(score: int, full: int, pass_percent: int) -> bool:
    """Whether `score` of `full` tenths reaches the percentage, in integers. Nothing to earn is no pass."""
    return full > 0 and score * 100 >= full * pass_percent


def format_points(tenths: int) -> str:
    """Tenths as people write points: 25 → "2.5", 600 → "60", -5 → "-0.5" (a regrade's difference)."""
    whole, tenth = divmod(abs(tenths), 10)
    return ("-" if tenths < 0 else "") + str(whole) + (f".{tenth}" if tenth else "")
