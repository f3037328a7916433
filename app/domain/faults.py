"""What makes a question well formed (question_bank/README.md)."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeGuard

from app.domain.questions import (
    BLANK,
    CHOICES,
    DIFFICULTIES,
    LEVELS,
    WITH_OPTIONS,
    Kind,
    Part,
    Question,
    comparable,
    normalise,
    option_keys,
)

MIN_OPTIONS, MAX_OPTIONS, MAX_PARTS = 2, 8, 10
_NO_STEM = ("stem", "missing")
BAR = re.compile("[|｜]")  # stands between what a form takes for two things
MIN_IN_ORDER = 3  # of two things, a guess is right every second time


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a question: the field, a stable code (see `faults`), and what exactly."""

    field: str
    code: str
    detail: str = ""


def faults(q: Question) -> tuple[Fault, ...]:
    """Everything that is wrong with a question; empty when it is well formed.

    Codes by field:
    stem         missing · no_blanks (kind blanks without ____)
    options      too_few, too_many (2–8; order, match 3–8) · not_allowed (kinds without options) ·
                 empty_option · duplicate_option (`comparable` alike) · line_break · bar (match)
    last         not_allowed (another kind than single, multiple) · too_many (none is left to be shuffled)
    prompts      not_allowed · too_few (match: 2 at least) · empty_option · duplicate_option ·
                 too_many (more than options)
    key          missing · key_shape (not what this kind takes) · key_unknown (names no option) ·
                 key_too_few (multiple: under 2) · key_too_many (single: over 1) · key_duplicate ·
                 key_unsorted (multiple) ·
                 key_count (order: not every option; match: not one per prompt) ·
                 key_in_order (order, match: the options stand as the key has them, which gives it away) ·
                 blank_count (not one list per ____) · empty_variant (nothing `comparable`) ·
                 phrase_unknown (recite: not in the text, in this order)
    parts        missing, too_many (case: 1–10) · not_allowed (another kind) · part_kind (a case in a case)
    explanation, clauses, topic   missing
    difficulty, level   unknown_difficulty, unknown_level
    A fault in part n of a case says "n: " before what exactly.
    """
    found = [*_text_faults(q), *_parts_faults(q)]
    if q.kind is not Kind.CASE:
        return (*found, *_part_faults(q.asked[0]))
    for number, part in enumerate(q.parts, start=1):
        found += [Fault(f.field, f.code, f"{number}: {f.detail}") for f in _part_faults(part)]
    return tuple(found)


_UNSHOWABLE = {"too_many", "part_kind", "key_shape", "line_break", "bar"}


def hindrances(found: Iterable[Fault]) -> tuple[Fault, ...]:
    """Those of the faults with which a question cannot even be shown: a draft may have any other."""
    return tuple(
        fault for fault in found if fault.code in _UNSHOWABLE or (fault.field, fault.code) == _NO_STEM
    )


def _text_faults(q: Question) -> Iterator[Fault]:
    texts = [("explanation", q.explanation), ("topic", q.topic)]
    # Of the other kinds the stem is a part's matter.
    for field, text in [("stem", q.stem), *texts] if q.kind is Kind.CASE else texts:
        if not text.strip():
            yield Fault(field, "missing")
    if not q.clauses or any(not clause.strip() for clause in q.clauses):
        yield Fault("clauses", "missing")
    if q.difficulty not in DIFFICULTIES:
        yield Fault("difficulty", "unknown_difficulty", q.difficulty)
    if q.level not in LEVELS:
        yield Fault("level", "unknown_level", q.level)


def _parts_faults(q: Question) -> Iterator[Fault]:
    if q.kind is not Kind.CASE:
        if q.parts:
            yield Fault("parts", "not_allowed")
        return
    if not q.parts:
        yield Fault("parts", "missing")
    if len(q.parts) > MAX_PARTS:
        yield Fault("parts", "too_many", str(len(q.parts)))
    for field, given in (("options", q.options), ("prompts", q.prompts)):
        if given:
            yield Fault(field, "not_allowed", str(len(given)))
    if q.key is not None:
        yield Fault("key", "key_shape")


def _part_faults(part: Part) -> Iterator[Fault]:
    if part.kind is Kind.CASE:
        yield Fault("parts", "part_kind")
        return
    if not part.stem.strip():
        yield Fault("stem", "missing")
    if part.kind is Kind.BLANKS and BLANK not in part.stem:
        yield Fault("stem", "no_blanks")
    yield from _option_faults(part)
    if part.last and part.kind not in CHOICES:
        yield Fault("last", "not_allowed", str(part.last))
    elif part.last and not 0 < part.last < len(part.options):
        yield Fault("last", "too_many", str(part.last))
    yield from _prompt_faults(part)
    if part.key is None or part.key in ("", []):
        yield Fault("key", "missing")
    else:
        yield from _KEY_FAULTS[part.kind](part)


def _option_faults(part: Part) -> Iterator[Fault]:
    n = len(part.options)
    if part.kind not in WITH_OPTIONS:
        if n:
            yield Fault("options", "not_allowed", str(n))
        return
    if n < (MIN_OPTIONS if part.kind in CHOICES else MIN_IN_ORDER):
        yield Fault("options", "too_few", str(n))
    if n > MAX_OPTIONS:
        yield Fault("options", "too_many", str(n))
    yield from _list_faults("options", part.options)


def _prompt_faults(part: Part) -> Iterator[Fault]:
    n = len(part.prompts)
    if part.kind is not Kind.MATCH:
        if n:
            yield Fault("prompts", "not_allowed", str(n))
        return
    if n < MIN_OPTIONS:
        yield Fault("prompts", "too_few", str(n))
    if n > len(part.options):
        yield Fault("prompts", "too_many", f"{n} / {len(part.options)}")
    yield from _list_faults("prompts", part.prompts)
    for field, texts in (("prompts", part.prompts), ("options", part.options)):
        for position, text in enumerate(texts, start=1):
            if BAR.search(text):
                yield Fault(field, "bar", str(position))


def _list_faults(field: str, texts: Iterable[str]) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for position, text in enumerate(texts, start=1):
        if not text.strip():
            yield Fault(field, "empty_option", str(position))
            continue
        if "\n" in text.strip():
            yield Fault(field, "line_break", str(position))
        # An option of punctuation only is compared as it stands, or all of them would be one.
        earlier = first.setdefault(comparable(text) or text.strip(), position)
        if earlier != position:
            yield Fault(field, "duplicate_option", f"{earlier}, {position}")


def _existing_keys(part: Part) -> tuple[str, ...]:
    return option_keys(min(len(part.options), 26))


def _single_faults(part: Part) -> Iterator[Fault]:
    if not isinstance(part.key, str):
        yield Fault("key", "key_shape")
    elif len(part.key) > 1 and set(part.key) <= set(_existing_keys(part)):
        yield Fault("key", "key_too_many", ", ".join(part.key))
    elif part.key not in _existing_keys(part):
        yield Fault("key", "key_unknown", part.key)


def _judge_faults(part: Part) -> Iterator[Fault]:
    if not isinstance(part.key, bool):
        yield Fault("key", "key_shape")


def _listed_faults(part: Part, key: object) -> Iterator[Fault]:
    """Of a key that is a list of option keys."""
    if not _is_texts(key):
        yield Fault("key", "key_shape")
        return
    unknown = [one for one in key if one not in _existing_keys(part)]
    if unknown:
        yield Fault("key", "key_unknown", ", ".join(unknown))
    repeated = [one for one, times in Counter(key).items() if times > 1]
    if repeated:
        yield Fault("key", "key_duplicate", ", ".join(repeated))


def _multiple_faults(part: Part) -> Iterator[Fault]:
    yield from _listed_faults(part, part.key)
    if _is_texts(part.key):
        if len(set(part.key)) < 2:
            yield Fault("key", "key_too_few", str(len(set(part.key))))
        if part.key != sorted(part.key):
            yield Fault("key", "key_unsorted")


def _placed_faults(part: Part) -> Iterator[Fault]:
    """Of order and match."""
    yield from _listed_faults(part, part.key)
    wanted = len(part.options if part.kind is Kind.ORDER else part.prompts)
    if _is_texts(part.key):
        if len(part.key) != wanted:
            yield Fault("key", "key_count", f"{len(part.key)} / {wanted}")
        elif part.key == sorted(part.key):
            yield Fault("key", "key_in_order")


def _blanks_faults(part: Part) -> Iterator[Fault]:
    if not isinstance(part.key, list) or not all(blank and _is_texts(blank) for blank in part.key):
        yield Fault("key", "key_shape")
        return
    blanks = part.stem.count(BLANK)
    if len(part.key) != blanks:
        yield Fault("key", "blank_count", f"{len(part.key)} / {blanks}")
    for position, variants in enumerate(part.key, start=1):
        if any(BAR.search(variant) or "\n" in variant for variant in variants):
            yield Fault("key", "bar", str(position))
        if any(not comparable(variant) for variant in variants):
            yield Fault("key", "empty_variant", str(position))


def _recite_faults(part: Part) -> Iterator[Fault]:
    match part.key:
        case {"text": str(text), "phrases": list(phrases), **more} if not more and _is_texts(phrases):
            if not phrases or not all(normalise(phrase) for phrase in phrases):
                yield Fault("key", "empty_variant")
            start, whole = 0, normalise(text)
            for phrase in map(normalise, phrases):
                place = whole.find(phrase, start)
                if place < 0:
                    yield Fault("key", "phrase_unknown", phrase)
                    return
                start = place + len(phrase)
        case _:
            yield Fault("key", "key_shape")


def _written_faults(part: Part) -> Iterator[Fault]:
    """Of short and essay."""
    if not _is_texts(part.key) or not part.key:
        yield Fault("key", "key_shape")
    elif not all(point.strip() for point in part.key):
        yield Fault("key", "empty_variant")


_KEY_FAULTS = {
    Kind.SINGLE: _single_faults, Kind.MULTIPLE: _multiple_faults, Kind.JUDGE: _judge_faults,
    Kind.BLANKS: _blanks_faults, Kind.ORDER: _placed_faults, Kind.MATCH: _placed_faults,
    Kind.RECITE: _recite_faults, Kind.SHORT: _written_faults, Kind.ESSAY: _written_faults,
}  # fmt: skip


def _is_texts(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
