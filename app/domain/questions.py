"""Kinds of question, the answers they can hold, and what makes a question well formed.

Source of the rules: question_bank/README.md (files) and DESIGN.md §4 (values on the wire).
"""

import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from string import ascii_lowercase
from typing import TypeAlias

BLANK = "____"
DIFFICULTIES = ("easy", "medium", "hard")
MIN_OPTIONS, MAX_OPTIONS = 2, 8
MAX_CHOICE_CHARS, MAX_ITEMS, MAX_ITEM_CHARS = 200, 50, 2000

Value: TypeAlias = None | bool | str | list[str]
"""An answer on the wire: single "c", multiple ["a", "c"], judge true, blanks ["…", "…"]; None clears."""


class Kind(StrEnum):
    """The kind of a question: 单选, 多选, 判断, 填空."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    JUDGE = "judge"
    BLANKS = "blanks"

    @property
    def letter(self) -> str:
        """One letter, so that a paper's kinds fit in one short string: s, m, j, b."""
        return self.value[0]


@dataclass(frozen=True)
class Question:
    """A question as an author writes it; `key` is whatever the file or form held until `faults` sees it."""

    kind: Kind
    stem: str
    options: tuple[str, ...]
    key: object
    explanation: str
    clauses: tuple[str, ...]
    topic: str
    difficulty: str


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a question: the field, a stable code (see `faults`), and what exactly."""

    field: str
    code: str
    detail: str = ""


def fitting_letters(value: object) -> str:
    """Letters of the kinds whose slot can hold this JSON value (DESIGN.md §4, the wire).

    Looks at the shape only: whether such an option exists is for scoring, which gives 0.
    Raises ValueError for any other type, for text over the limits, and for text no database can store.
    """
    match value:
        case None:
            return "smjb"
        case bool():
            return "j"
        case str():
            _check_text(value, MAX_CHOICE_CHARS)
            return "s"
        case list() if all(isinstance(item, str) for item in value):
            if len(value) > MAX_ITEMS:
                raise ValueError(f"more than {MAX_ITEMS} items")
            for item in value:
                _check_text(item, MAX_ITEM_CHARS)
            return "mb"
    raise ValueError(f"no kind of question takes this {type(value).__name__}")


def _check_text(text: str, limit: int) -> None:
    """Raise ValueError unless this is at most `limit` characters, all of which can be stored."""
    if len(text) > limit:
        raise ValueError(f"more than {limit} characters")
    # JSON can spell both, PostgreSQL and UTF-8 cannot: unrefused, such a save would be a 500 for ever.
    if any(char == "\0" or "\ud800" <= char <= "\udfff" for char in text):
        raise ValueError("NUL or half a surrogate pair")


def option_keys(n: int) -> tuple[str, ...]:
    """The keys of n options in paper order: a, b, c … Raises ValueError beyond 0–26."""
    if not 0 <= n <= len(ascii_lowercase):
        raise ValueError(f"no keys for {n} options")
    return tuple(ascii_lowercase[:n])


def normalise(text: str) -> str:
    """What of a filled blank counts: not width, case, whitespace or punctuation (category P); symbols (S) do.

    Idempotent. Source: question_bank/README.md, `blanks`.
    """
    # Folding case can undo NFKC, and dropping a mark can bring a letter and its accent together: hence again.
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    kept = (char for char in folded if not char.isspace() and unicodedata.category(char)[0] != "P")
    return unicodedata.normalize("NFKC", "".join(kept))


def faults(q: Question) -> tuple[Fault, ...]:
    """Everything that is wrong with a question; empty when it is well formed (question_bank/README.md).

    Codes by field:
    stem         missing · no_blanks (kind blanks without ____)
    options      too_few, too_many (2–8 for choices) · not_allowed (judge, blanks) · empty_option ·
                 duplicate_option (the same once normalised)
    key          key_shape (not what this kind takes) · key_unknown (names no option) ·
                 key_too_few (multiple: under 2) · key_duplicate · key_unsorted ·
                 blank_count (not one list per ____) · empty_variant (nothing left once normalised)
    explanation, clauses, topic   missing
    difficulty   unknown_difficulty
    """
    return (*_text_faults(q), *_option_faults(q), *_key_faults(q))


def _text_faults(q: Question) -> Iterator[Fault]:
    for field, text in (("stem", q.stem), ("explanation", q.explanation), ("topic", q.topic)):
        if not text.strip():
            yield Fault(field, "missing")
    if not q.clauses or any(not clause.strip() for clause in q.clauses):
        yield Fault("clauses", "missing")
    if q.difficulty not in DIFFICULTIES:
        yield Fault("difficulty", "unknown_difficulty", q.difficulty)
    if q.kind is Kind.BLANKS and BLANK not in q.stem:
        yield Fault("stem", "no_blanks")


def _option_faults(q: Question) -> Iterator[Fault]:
    n = len(q.options)
    if q.kind in (Kind.JUDGE, Kind.BLANKS):
        if n:
            yield Fault("options", "not_allowed", str(n))
        return
    if n < MIN_OPTIONS:
        yield Fault("options", "too_few", str(n))
    if n > MAX_OPTIONS:
        yield Fault("options", "too_many", str(n))
    first: dict[str, int] = {}
    for position, option in enumerate(q.options, start=1):
        if not option.strip():
            yield Fault("options", "empty_option", str(position))
            continue
        # An option of punctuation only is compared as it stands, or all of them would be one.
        earlier = first.setdefault(normalise(option) or option.strip(), position)
        if earlier != position:
            yield Fault("options", "duplicate_option", f"{earlier}, {position}")


def _key_faults(q: Question) -> Iterator[Fault]:
    match q.kind:
        case Kind.SINGLE:
            if not isinstance(q.key, str):
                yield Fault("key", "key_shape")
            elif q.key not in _existing_keys(q):
                yield Fault("key", "key_unknown", q.key)
        case Kind.MULTIPLE:
            yield from _multiple_key_faults(q)
        case Kind.JUDGE:
            if not isinstance(q.key, bool):
                yield Fault("key", "key_shape")
        case Kind.BLANKS:
            yield from _blanks_key_faults(q)


def _existing_keys(q: Question) -> tuple[str, ...]:
    return option_keys(min(len(q.options), len(ascii_lowercase)))


def _multiple_key_faults(q: Question) -> Iterator[Fault]:
    if not isinstance(q.key, list) or not all(isinstance(key, str) for key in q.key):
        yield Fault("key", "key_shape")
        return
    existing = _existing_keys(q)
    unknown = [key for key in q.key if key not in existing]
    if unknown:
        yield Fault("key", "key_unknown", ", ".join(unknown))
    if len(set(q.key)) < 2:
        yield Fault("key", "key_too_few", str(len(set(q.key))))
    repeated = [key for key, times in Counter(q.key).items() if times > 1]
    if repeated:
        yield Fault("key", "key_duplicate", ", ".join(repeated))
    if q.key != sorted(q.key):
        yield Fault("key", "key_unsorted")


def _blanks_key_faults(q: Question) -> Iterator[Fault]:
    if not isinstance(q.key, list) or not all(_is_variants(blank) for blank in q.key):
        yield Fault("key", "key_shape")
        return
    blanks = q.stem.count(BLANK)
    if len(q.key) != blanks:
        yield Fault("key", "blank_count", f"{len(q.key)} / {blanks}")
    for position, variants in enumerate(q.key, start=1):
        if any(not normalise(variant) for variant in variants):
            yield Fault("key", "empty_variant", str(position))


def _is_variants(blank: object) -> bool:
    """Whether this is what one blank accepts: a list of at least one text."""
    return isinstance(blank, list) and bool(blank) and all(isinstance(variant, str) for variant in blank)
