"""Kinds of question and what a question says. What makes one well formed: `faults`.

Source of the rules: question_bank/README.md (files).
"""

import random
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from string import ascii_lowercase

BLANK = "____"
DIFFICULTIES = ("easy", "medium", "hard")
LEVELS = ("", "recall", "understand", "apply", "analyse")
"""Cognitive level: not stated, 识记, 理解, 应用, 分析."""


class Kind(StrEnum):
    """The kind of a question: 单选, 多选, 判断, 填空, 排序, 匹配, 默写, 简答, 论述, 案例分析."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    JUDGE = "judge"
    BLANKS = "blanks"
    ORDER = "order"
    MATCH = "match"
    RECITE = "recite"
    SHORT = "short"
    ESSAY = "essay"
    CASE = "case"

    @property
    def letter(self) -> str:
        """One letter for all kinds whose answers have the same shape, so that a paper fits in a short string.

        A case has none: each of its parts is a slot of its own. "x" and "-" are taken (`papers.slot_kinds`).
        """
        return _LETTERS[self]


_LETTERS = {
    Kind.SINGLE: "s", Kind.MULTIPLE: "m", Kind.JUDGE: "j", Kind.BLANKS: "b", Kind.ORDER: "o",
    Kind.MATCH: "p", Kind.RECITE: "t", Kind.SHORT: "t", Kind.ESSAY: "t", Kind.CASE: "",
}  # fmt: skip
CHOICES = (Kind.SINGLE, Kind.MULTIPLE)
WITH_OPTIONS = (*CHOICES, Kind.ORDER, Kind.MATCH)
MARKED_BY_HAND = (Kind.SHORT, Kind.ESSAY, Kind.CASE)
AUTOMATIC = tuple(kind for kind in Kind if kind not in MARKED_BY_HAND)
"""Scored by rule alone. A case may hold such parts, too, but is marked as a whole."""


@dataclass(frozen=True)
class Part:
    """What is asked and what is right; `key` is whatever the file or form held until `faults` sees it.

    key: single "b" · multiple ["a", "c"] · judge true · blanks [["canonical", "variant"], …] ·
    order: option keys in the right order · match: per prompt, the key of its option ·
    recite {"text": …, "phrases": […]} · short, essay: the points of a full answer, ["…", …].
    """

    kind: Kind
    stem: str
    options: tuple[str, ...]
    key: object
    prompts: tuple[str, ...] = ()  # match: what options are matched with
    last: int = 0  # single, multiple: so many options stay at the end, in their order (以上都对)

    @property
    def texts(self) -> tuple[str, ...]:
        """All that a candidate reads."""
        return (self.stem, *self.prompts, *self.options)


@dataclass(frozen=True)
class Question:
    """A question as an author writes it. A case has a stem and `parts`, and no key of its own (None)."""

    kind: Kind
    stem: str
    options: tuple[str, ...]
    key: object
    explanation: str
    clauses: tuple[str, ...]
    topic: str
    difficulty: str
    prompts: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    level: str = ""
    tags: tuple[str, ...] = ()
    pictures: tuple[
        str, ...
    ] = ()  # names of stored pictures; a text says where with 〔图1〕, else below the stem
    last: int = 0  # see Part

    @property
    def asked(self) -> tuple[Part, ...]:
        """What is answered: the parts of a case, or the question itself."""
        own = Part(self.kind, self.stem, self.options, self.key, self.prompts, self.last)
        return self.parts or (own,)

    @property
    def texts(self) -> tuple[str, ...]:
        """All that a candidate reads."""
        return (self.stem, *(text for part in self.asked for text in part.texts))


def option_keys(n: int) -> tuple[str, ...]:
    """The keys of n options in paper order: a, b, c … Raises ValueError beyond 0–26."""
    if not 0 <= n <= len(ascii_lowercase):
        raise ValueError(f"no keys for {n} options")
    return tuple(ascii_lowercase[:n])


def scrambled(right: Sequence[str], others: Sequence[str] = ()) -> tuple[tuple[str, ...], list[str]]:
    """(options, key): the texts in an order that gives nothing away, and `right` as keys of it.

    For order (the texts in the right order) and match (per prompt its text, and `others` that fit none): were
    options stored in the right order, their keys would say so on every page. Depends on the texts alone.
    """
    texts = [*right, *others]
    rng = random.Random("\n".join(texts))  # noqa: S311  (hides nothing: the key is stored beside it)
    places = list(range(len(texts)))
    found = places[: len(right)]  # where each of `right` stands
    while len(right) > 1 and found == sorted(found):
        rng.shuffle(places)
        found = [places.index(n) for n in range(len(right))]
    keys = option_keys(len(texts))
    return tuple(texts[place] for place in places), [keys[place] for place in found]


def placed(part: Part) -> tuple[list[str], list[str]]:
    """What `scrambled` was given: the texts in the right order (match: that of each prompt), and the others.

    A key that names no option is passed over, so that a draft may be shown.
    """
    texts = dict(zip(option_keys(len(part.options)), part.options, strict=True))
    key = [one for one in part.key if one in texts] if isinstance(part.key, list) else []
    return [texts[one] for one in key], [text for one, text in texts.items() if one not in key]


def rescrambled(q: Question) -> Question:
    """The same question, options placed as `scrambled` does it: two that mean the same are equal."""
    if q.kind is Kind.CASE:
        return replace(q, parts=tuple(map(_rescrambled, q.parts)))
    part = _rescrambled(q.asked[0])
    return replace(q, options=part.options, key=part.key)


def _rescrambled(part: Part) -> Part:
    if part.kind not in (Kind.ORDER, Kind.MATCH):
        return part
    right, others = placed(part)
    if len(right) != len(part.prompts or part.options):
        return part
    options, key = scrambled(right, sorted(others))
    return replace(part, options=options, key=key)


def normalise(text: str) -> str:
    """What of a text counts: not width, case, space or punctuation (category P); symbols (S) do.

    Idempotent. What questions are found by is stored, and depends on it: never change it.
    Source: question_bank/README.md, `recite`.
    """
    # Folding case can undo NFKC, and dropping a mark can bring a letter and its accent together: hence again.
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    kept = (char for char in folded if not char.isspace() and unicodedata.category(char)[0] != "P")
    return unicodedata.normalize("NFKC", "".join(kept))


def comparable(text: str) -> str:
    """What of a short answer counts: as `normalise`, but a number stays what it is.

    So 1.5 is not 15, nor 3-5 the same as 35, while 2015-1-13 is 2015/1/13 and 1,000 is 1000. Idempotent.
    Source: question_bank/README.md, `blanks`.
    """
    folded = _THOUSANDS.sub("", unicodedata.normalize("NFKC", text))
    return ".".join(map(normalise, _BETWEEN_DIGITS.split(folded)))


_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)\s*[-.,:;/·、。‐-―]+\s*(?=\d)")
