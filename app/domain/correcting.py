"""What was written from memory, corrected against the original as a teacher would."""

from difflib import SequenceMatcher
from enum import StrEnum
from typing import NamedTuple

from app.domain.questions import normalise


class Mark(StrEnum):
    """How a piece stands to the original: as it says, left out of what was written, not in the original."""

    SAME = "same"
    MISSING = "missing"
    EXTRA = "extra"


class Piece(NamedTuple):
    mark: Mark
    text: str


def corrected(original: str, written: str) -> list[Piece]:
    """Pieces in reading order; SAME and MISSING together are the original to the letter.

    What `normalise` takes away (width, case, space, punctuation) makes no difference. Of a text many times
    longer than the original the rest is not compared: it is EXTRA.
    """
    right, given = _Counted(original), _Counted(written)
    compared = given.chars[: 3 * len(right.chars) + 100]
    pieces = []
    for step, i1, i2, j1, j2 in SequenceMatcher(None, right.chars, compared).get_opcodes():
        if step != "equal":  # the wrong before the right
            pieces.append(Piece(Mark.EXTRA, given.between(j1, j2).strip()))
        pieces.append(Piece(Mark.SAME if step == "equal" else Mark.MISSING, right.between(i1, i2)))
    pieces.append(Piece(Mark.EXTRA, given.between(len(compared), len(given.chars)).strip()))
    return [piece for piece in pieces if piece.text]


class _Counted:
    """A text by the characters of it that count."""

    def __init__(self, text: str) -> None:
        counted = [(char, n) for n, whole in enumerate(text) for char in normalise(whole)]
        self.text = text
        self.chars = [char for char, _ in counted]
        # Punctuation goes with what stands before it, and at the start with what follows.
        self.starts = [0, *(n for _, n in counted[1:]), len(text)] if counted else [0]

    def between(self, first: int, last: int) -> str:
        return self.text[self.starts[first] : self.starts[last]]
