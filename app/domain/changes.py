"""What changed between two texts, character by character."""

from dataclasses import dataclass
from difflib import SequenceMatcher

_LONGEST = 4000  # characters that are compared one by one; beyond, the whole of what differs is replaced
_SHORT = 1  # so few characters that stay the same between two changes are read as changed, too


@dataclass(frozen=True)
class Piece:
    """A stretch of text: "same", "del" (only before) or "ins" (only after)."""

    op: str
    text: str


def pieces(before: str, after: str) -> list[Piece]:
    """Both texts in one: without "ins" it reads as before, without "del" as after."""
    start = _shared(before, after)
    end = _shared(before[start:][::-1], after[start:][::-1])
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    found = [Piece("same", before[:start]), *_changed(old, new), Piece("same", before[len(before) - end :])]
    return [piece for piece in found if piece.text]


def _shared(one: str, other: str) -> int:
    """How many characters both begin with."""
    return next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def _changed(old: str, new: str) -> list[Piece]:
    if max(len(old), len(new)) > _LONGEST:
        return [Piece("del", old), Piece("ins", new)]
    gone = came = ""
    found: list[Piece] = []
    for op, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if op == "equal" and b - a > _SHORT:
            found += [Piece("del", gone), Piece("ins", came), Piece("same", old[a:b])]
            gone = came = ""
        else:
            gone, came = gone + old[a:b], came + new[c:d]
    return [*found, Piece("del", gone), Piece("ins", came)]
