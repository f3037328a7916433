"""填空: a phrase of a clause is left out; what stands around it must lead to that phrase and to no other."""

import re
from collections.abc import Iterator
from typing import Any

from app.domain.making.texts import (
    DIGITS,
    LEANING,
    Clause,
    Library,
    Source,
    quoted,
    segments,
    sentences,
)
from app.domain.questions import BLANK, Kind, Question, normalise

LONGEST_STEM, LONGEST_PHRASE, SHORTEST_PHRASE = 160, 8, 3
_AROUND, _CONTEXT = 4, 8  # characters that have to tell which phrase it is; that the stem keeps
_LEAD = re.compile(
    r"(?:必须|决不允许|不允许|不得|不准|不能|严禁|禁止|应当|坚决|坚持|实行|切实|搞|他们|它们|要(?!求|素|点|件|闻))+"
)
_TAIL = re.compile(r"(?:的也有之|的有之|的原则|的|等)$")
_ITSELF = re.compile(r"本(?:条例|规定|准则|规则|法|办法)")  # that a document names itself is nothing to know
_STOPS = ("", "，", "。", "；", "：", "！", "？")
_FIGURE = re.compile(
    r"半数以上|过半数|三分之[一二]以上|每季度|每半年|每年|每月|每周"
    r"|(?<!\d)(?:\d{1,2}|[一二三四五六七八九十两]+)(?=次|个月|个工作日|年|日内|天|名以上)"
)


def options(library: Library, source: Source, clause: Clause, seed: int) -> Iterator[dict[str, Any]]:
    if source.terms:
        yield {"phrase": clause.bare, "at": 0}
        return
    found = {start: clause.text[start:end] for start, end in _phrases(clause.text)}
    yield from ({"phrase": phrase, "at": at} for at, phrase in sorted(found.items()))


def _phrases(text: str) -> Iterator[tuple[int, int]]:
    for start, end in segments(text):
        if not _whole(text, start, end):
            continue
        if lead := _LEAD.match(text, start, end):
            start = lead.end()
        if tail := _TAIL.search(text[start:end]):
            end = start + tail.start()
        if SHORTEST_PHRASE <= end - start <= LONGEST_PHRASE and not _ITSELF.search(text[start:end]):
            yield start, end
    yield from (found.span() for found in _FIGURE.finditer(text))


def _whole(text: str, start: int, end: int) -> bool:
    """Is the stretch a whole of its own: between stops, in quotation marks, or a member of an enumeration?

    The first member begins after words that are not of it, and the last one ends before some, unless it is
    built like its neighbour.
    """
    before, after = text[start - 1 : start], text[end : end + 1]
    if before in _STOPS and after in _STOPS or (before, after) == ("“", "”"):
        return True
    neighbours = [
        text[slice(*place)] for place in segments(text) if place[1] == start - 1 or place[0] == end + 1
    ]
    alike_built = any(len(one) == end - start for one in neighbours)
    if before == after == "、":
        return True
    return alike_built and before in ("、", *_STOPS) and after in ("、", *_STOPS)


def build(
    library: Library, source: Source, clause: Clause, arguments: dict[str, Any], seed: int
) -> Question | None:
    phrase, at = arguments["phrase"], arguments["at"]
    if source.terms:
        return _among_terms(source, clause)
    if clause.text[at : at + len(phrase)] != phrase:
        at = clause.text.find(phrase)  # the wording has changed around it
    start, end = next(((a, b) for a, b in sentences(clause.text) if a <= at < b), (0, 0))
    left, right = clause.text[start:at], clause.text[at + len(phrase) : end]
    if (
        at < 0
        or end - start > LONGEST_STEM
        or LEANING.search(left + phrase + right)
        or not _determined(library, left, phrase, right)
    ):
        return None
    return Question(
        Kind.BLANKS, f"{source.intro}{left}{BLANK}{right}。", (), [variants(phrase)],
        quoted(clause, source), (clause.name,), "", "easy" if len(left + right) < 40 else "medium",
    )  # fmt: skip


def _among_terms(source: Source, clause: Clause) -> Question | None:
    """A term left out of a list of terms: the others say which it is."""
    if len(source.clauses) < 3:
        return None
    shown = source.listed(BLANK if one is clause else one.bare for one in source.clauses)
    whole = source.listed(one.bare for one in source.clauses)
    explanation = f"“{source.title}”是指{whole}（{source.document or source.title}）。"
    names = tuple(one.name for one in source.clauses)
    stem = f"“{source.title}”是指{shown}。"
    return Question(Kind.BLANKS, stem, (), [[clause.bare]], explanation, names, "", "easy")


def _determined(library: Library, left: str, phrase: str, right: str) -> bool:
    """Does what is left lead to this phrase alone: said there, said nowhere else in the same place?"""
    before, after, word = normalise(left), normalise(right), normalise(phrase)
    if not word or len(before + after) < _CONTEXT or word in before or word in after:
        return False
    # At the end or the beginning of a sentence one side has to tell alone, so more of it is asked.
    before_it = before[-(_AROUND if after else _CONTEXT) :]
    after_it = after[: _AROUND if before else _CONTEXT]
    found = library.around(before_it, after_it, 2 * len(word) + 4)
    if not after:
        return all(said.startswith(word) for said in found)
    return all(said.endswith(word) if not before else said == word for said in found)


def variants(phrase: str) -> list[str]:
    """The phrase and how else it may be written: figures as digits and as characters."""
    if phrase.isdigit() and 0 < int(phrase) <= 10:
        return [phrase, next(char for char, n in DIGITS.items() if n == int(phrase))]
    if len(phrase) == 1 and phrase in DIGITS:
        return [phrase, str(DIGITS[phrase])]
    return [phrase]
