"""What questions are made from: rule sets as values, and when two texts say much the same."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TypeVar

from app.domain.questions import normalise

T = TypeVar("T")
DIGITS = dict(zip("零一二三四五六七八九十", range(11), strict=True)) | {"两": 2}
LONGEST_LABEL, LONGEST_WORD = (
    48,
    20,
)  # characters of what can stand as an option; of a term in a list of terms
_ALIKE = 0.6  # share of the shorter text's pairs of characters that the longer one has, too
_SENTENCE = re.compile(r"[^。！？]+")
_SEGMENT = re.compile(r"[^，。；：、！？“”‘’（）《》〈〉…—\s]+")
LEANING = re.compile(
    r"前款|前两款|前项|本款|上述|上列|第一款|第二款"
)  # says nothing apart from what stands before
ORDINAL = re.compile(r"第([一二三四五六七八九十])(?!届|次|款|项|条|章|节)")


@dataclass(frozen=True)
class Clause:
    """A clause by its name, `<set code>/<clause code>`, in its present wording."""

    name: str
    heading: str
    locator: str
    text: str
    revision: int = 1

    @cached_property
    def plain(self) -> str:
        return normalise(self.text)

    @cached_property
    def bare(self) -> str:
        """The text without the mark at its end."""
        return self.text.strip().rstrip("。；，")


@dataclass(frozen=True)
class Source:
    """A rule set. `document`: as a stem names it, 《……》. `ordered`: its clauses stand in a meant order.
    `summary`: our own sentence on it.

    A set that is no longer in force is here, too: what it says may be remembered as true.
    """

    code: str
    title: str
    document: str
    clauses: tuple[Clause, ...]
    excerpt: bool = False
    ordered: bool = False
    in_force: bool = True
    summary: str = ""

    @cached_property
    def closed(self) -> bool:
        """Do the clauses held here make up all of the set? Its title counts them, or it is a list of terms.

        Only then can it be said of something that the set does not have it.
        """
        counted = sum(DIGITS.get(char, 0) for char in self.title)
        terms = not self.excerpt and all(len(clause.bare) <= LONGEST_WORD for clause in self.clauses)
        return bool(self.clauses) and (counted == len(self.clauses) or terms)

    @cached_property
    def labels(self) -> dict[str, str]:
        """By clause, what stands for it in an option; empty where some clause has nothing short enough."""
        headings = {c.name: c.heading for c in self.clauses if c.heading and not ORDINAL.search(c.heading)}
        if len(headings) == len(self.clauses):
            return headings
        texts = {c.name: c.bare for c in self.clauses if len(c.bare) <= LONGEST_LABEL}
        return texts if len(texts) == len(self.clauses) else {}

    @cached_property
    def terms(self) -> bool:
        """Is it a list of terms, such as 四个意识?"""
        return self.closed and all(len(clause.bare) <= LONGEST_WORD for clause in self.clauses)

    @cached_property
    def listed(self) -> Callable[[Iterable[str]], str]:
        """Joins terms of the list, by a mark that none of them holds."""
        return ("；" if any("、" in clause.bare for clause in self.clauses) else "、").join

    @cached_property
    def intro(self) -> str:
        """How a stem that says a clause begins. A text that is the whole set is named by the set's title."""
        if len(self.clauses) == 1:
            return f"“{self.title}”："
        return f"根据{self.document}，" if self.document else ""

    def has(self, text: str) -> bool:
        """Whether some clause says this, or much the same, or its heading or the set's summary does."""
        said = (one for clause in self.clauses for one in (clause.text, clause.heading))
        return any(alike(text, one) for one in (self.summary, *said) if one)


@dataclass(frozen=True)
class Library:
    """Every rule set there is: what one of them says must not pass for wrong in a question on another."""

    sources: tuple[Source, ...]

    @cached_property
    def by_code(self) -> dict[str, Source]:
        return {source.code: source for source in self.sources}

    @cached_property
    def clauses(self) -> dict[str, Clause]:
        return {clause.name: clause for source in self.sources for clause in source.clauses}

    @cached_property
    def plain(self) -> str:
        """All that is said anywhere, clause by clause."""
        return "\n".join(clause.plain for clause in self.clauses.values())

    def source_of(self, name: str) -> Source | None:
        return self.by_code.get(name.partition("/")[0])

    def around(self, before: str, after: str, length: int) -> Iterator[str]:
        """What stands between these words wherever they stand, up to `length` characters of it.

        With nothing after: what follows `before`. With nothing before: what precedes `after`.
        """
        at = self.plain.find(before or after)
        while at >= 0:
            start = at + len(before)
            if not before:
                yield self.plain[max(at - length, 0) : at]
            elif not after:
                yield self.plain[start : start + length]
            elif (end := self.plain.find(after, start + 1, start + length + len(after))) >= 0:
                yield self.plain[start:end]
            at = self.plain.find(before or after, at + 1)

    def says(self, text: str) -> bool:
        """Whether some clause says this word for word."""
        return normalise(text) in self.plain


def alike(one: str, other: str) -> bool:
    """Whether they say much the same: the shorter is in the longer, or most of its pairs of characters."""
    (short, few), (long, many) = sorted((_pairs(one), _pairs(other)), key=lambda found: len(found[0]))
    if not short:
        return False
    return short in long or (bool(few) and len(few & many) >= _ALIKE * len(few))


@lru_cache(maxsize=10_000)  # every clause is compared with many
def _pairs(text: str) -> tuple[str, frozenset[str]]:
    """What of it counts, and the pairs of characters therein."""
    plain = normalise(text)
    return plain, frozenset(plain[n : n + 2] for n in range(len(plain) - 1))


def all_apart(texts: Sequence[str]) -> bool:
    """Is no text much the same as another?"""
    return not any(alike(a, b) for n, a in enumerate(texts) for b in texts[:n])


def by_lot(items: Iterable[T], *seed: object) -> list[T]:
    """The items in an order that the seed decides, the same in every version of Python."""
    return sorted(items, key=lambda item: hashlib.sha256(repr((*seed, item)).encode()).digest())


def spans(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    return (found.span() for found in pattern.finditer(text))


def sentences(text: str) -> list[tuple[int, int]]:
    """Where its sentences stand, without the marks that end them."""
    return list(spans(_SENTENCE, text))


def segments(text: str) -> list[tuple[int, int]]:
    """Where the stretches between two marks of punctuation stand."""
    return list(spans(_SEGMENT, text))


def clipped(text: str, limit: int) -> str:
    """The beginning of a text, up to a mark, at most `limit` characters; "" if there is no mark."""
    if len(text) <= limit:
        return text.rstrip("。；，、：")
    for marks in ("[；。]", "，"):  # rather the end of a sentence
        if ends := [found.start() for found in re.finditer(marks, text[: limit + 1])]:
            return text[: ends[-1]]
    return ""


def quoted(clause: Clause, source: Source) -> str:
    """The clause as an explanation quotes it, with where it stands."""
    where = "，".join(part for part in (source.document, clause.locator) if part)
    # Marks of quotation within a quotation are single ones.
    inner = clause.bare.replace("“", "‘").replace("”", "’")
    return f"原文是“{inner}”（{where or source.title}）。"
