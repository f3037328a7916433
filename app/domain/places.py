"""Where pictures stand in the texts of a question: 〔图1〕 is the first of them, at that very place.

A picture that no text names stands below the stem; a number without a picture is text like any other.
"""

import re
from collections.abc import Iterable, Iterator

PLACE = re.compile("〔图(\\d{1,2})〕")


def place(n: int) -> str:
    return f"〔图{n}〕"


def pieces(text: str, count: int) -> Iterator[str | int]:
    """The text, cut where one of `count` pictures stands: texts that are not empty, and numbers."""
    start = 0
    for found in PLACE.finditer(text):
        if 1 <= int(found[1]) <= count:
            if found.start() > start:
                yield text[start : found.start()]
            yield int(found[1])
            start = found.end()
    if start < len(text):
        yield text[start:]


def unnamed(texts: Iterable[str], count: int) -> list[int]:
    """The pictures that none of the texts names."""
    return sorted(set(range(1, count + 1)) - _named(texts))


def lost(texts: Iterable[str], count: int) -> list[int]:
    """The numbers in the texts that none of the pictures has."""
    return sorted(_named(texts) - set(range(1, count + 1)))


def _named(texts: Iterable[str]) -> set[int]:
    return {int(n) for text in texts for n in PLACE.findall(text)}
