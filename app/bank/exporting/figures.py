"""Pictures of a question on paper: small ones stand in their line, others below the text that names them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from app.bank.exporting.word import Document, paragraph, run
from app.bank.pictures import Picture
from app.domain.places import PLACE, pieces

_CHARACTER = 14  # pixels of a Chinese character
_SMALL = 56  # pixels: higher ones would tear the lines of a text apart
_IN_OPTION = (200, 110)  # pixels, width and height
_BELOW = (480, 300)
_AT_END = re.compile(r"[^\S\n]*((?:〔图\d{1,2}〕[^\S\n]*)+)$", re.M)


@dataclass(frozen=True)
class Figures:
    document: Document
    pictures: Sequence[Picture]

    def inline(self, text: str) -> str:
        """Runs, with the pictures where they stand: of an option, or of a text that `cut` has cut."""
        return "".join(
            run(piece)
            if isinstance(piece, str)
            else self.document.image(self.pictures[piece - 1], *_IN_OPTION)
            for piece in pieces(text, len(self.pictures))
        )

    def width(self, text: str) -> float:
        """In Chinese characters."""
        wide = 0.0
        for piece in pieces(text, len(self.pictures)):
            if isinstance(piece, str):
                wide += sum(0.5 if char.isascii() else 1 for char in piece)
            else:
                wide += self.document.size(self.pictures[piece - 1], *_IN_OPTION)[0] / _CHARACTER + 1
        return wide

    def cut(self, stem: str) -> tuple[str, dict[int, str]]:
        """The text as it is printed, and by number what stands below it with what caption.

        One at the end of a line just follows; one within a sentence is called 图1 there and below.
        """
        below: dict[int, str] = {}

        def last(found: re.Match[str]) -> str:
            return "".join(self._below(place, below, "") for place in PLACE.finditer(found[0]))

        def within(found: re.Match[str]) -> str:
            return self._below(found, below, _("图%(n)s", n=found[1]))

        return PLACE.sub(within, _AT_END.sub(last, stem)).strip("\n"), below

    def _below(self, found: re.Match[str], below: dict[int, str], called: str) -> str:
        n = int(found[1])
        if not 1 <= n <= len(self.pictures) or self.pictures[n - 1].height <= _SMALL:
            return found[0]
        below[n] = below.get(n) or called
        return called

    def paragraphs(self, below: Iterable[tuple[int, str]]) -> Iterator[str]:
        for n, caption in below:
            image = self.document.image(self.pictures[n - 1], *_BELOW)
            yield paragraph(image, "Cell", keep=True)
            if caption:
                yield paragraph(run(caption), "Cell", keep=True)
