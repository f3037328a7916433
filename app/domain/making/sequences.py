"""排序 and 默写: what stands in a meant order, and what is known by heart."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from app.domain.making.texts import (
    DIGITS,
    ORDINAL,
    Clause,
    Library,
    Source,
    all_apart,
    clipped,
    quoted,
    segments,
)
from app.domain.questions import Kind, Question, normalise, scrambled

LEAST, MOST = 3, 6  # things to put in order
LONGEST_OPTION, LONGEST_TEXT, SHORTEST_TEXT = 60, 120, 12
MOST_PHRASES = 20
_MARK = re.compile(
    r"(?:第([一二三四五六七八九十])[，、是]|([一二三四五六七八九十])是|（([一二三四五六七八九十])）)"
)
_STEPS = re.compile(r"程序|步骤|顺序|次序")


def orders(library: Library, source: Source, clause: Clause, seed: int) -> Iterator[dict[str, Any]]:
    if clause is source.clauses[0] and _in_order(source):
        yield {"of": "set"}
    if _marked(clause.bare):
        yield {"of": "marks"}
    if source.ordered and len(source.clauses) == 1:
        for start in range(0, len(segments(clause.bare)) - LEAST, MOST - 1):
            yield {"of": "text", "from": start}


def _in_order(source: Source) -> bool:
    """Marked so, or numbered: 第一……第二…… through its headings or texts."""
    if len(source.clauses) < LEAST:
        return False
    if source.ordered:
        return True
    marks = [ORDINAL.match(one.heading or one.text) for one in source.clauses]
    return [DIGITS[mark[1]] for mark in marks if mark] == list(range(1, len(source.clauses) + 1))


def _marked(text: str) -> list[str]:
    """What follows 第一, 第二 … or 一是, 二是 … in a text; none unless they count from one without a gap.

    （一）（二） … only where they are called steps: most such lists could stand in any order.
    """
    marks = list(_MARK.finditer(text))
    if any(mark[3] for mark in marks) and not _STEPS.search(text[: marks[0].start()]):
        return []
    if not marks or [DIGITS[mark[1] or mark[2] or mark[3]] for mark in marks] != list(
        range(1, len(marks) + 1)
    ):
        return []
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    return [text[mark.end() : end].rstrip("；，。、") for mark, end in zip(marks, ends, strict=True)]


def order(
    library: Library, source: Source, clause: Clause, arguments: dict[str, Any], seed: int
) -> Question | None:
    steps, cited = _steps(source, clause, arguments)
    steps = [_without_mark(step) for step in steps]
    if not LEAST <= len(steps) <= MOST or not all(steps) or not all_apart(steps):
        return None
    options, key = scrambled(steps)
    asked = f"“{source.title}”的次序" if arguments["of"] == "set" else "原文的次序"
    of = "下列各项"
    if arguments["of"] != "set":
        of = f"“{source.title}”" + (f"中“{clause.heading}”" if clause.heading else "") + "的下列各项"
    explanation = f"次序是：{'；'.join(steps)}。" + (f"见{source.document}。" if source.document else "")
    return Question(
        Kind.ORDER, f"请按{asked}，排列{of}。", options, key, explanation, cited, "",
        "medium" if len(steps) < 5 else "hard",
    )  # fmt: skip


def _steps(source: Source, clause: Clause, arguments: dict[str, Any]) -> tuple[list[str], tuple[str, ...]]:
    if arguments["of"] == "set":
        if clause is not source.clauses[0] or not _in_order(source):
            return [], ()
        return [clipped(one.bare, LONGEST_OPTION) for one in source.clauses], tuple(
            one.name for one in source.clauses
        )
    if arguments["of"] == "marks":
        return [clipped(step, LONGEST_OPTION) for step in _marked(clause.bare)], (clause.name,)
    if not source.ordered or len(source.clauses) > 1:
        return [], ()
    places = segments(clause.bare)[arguments["from"] : arguments["from"] + MOST - 1]
    return [clause.bare[start:end] for start, end in places], (clause.name,)


def _without_mark(step: str) -> str:
    """A number in front would tell the place."""
    return "" if ORDINAL.search(step) else step


def recitations(library: Library, source: Source, clause: Clause, seed: int) -> Iterator[dict[str, Any]]:
    if source.terms:
        if clause is source.clauses[0]:
            yield {"of": "set"}
    else:
        yield {"of": "clause"}


def recitation(
    library: Library, source: Source, clause: Clause, arguments: dict[str, Any], seed: int
) -> Question | None:
    if arguments["of"] == "set":
        if not source.terms or clause is not source.clauses[0]:
            return None
        phrases = [one.bare for one in source.clauses]
        text, stem = source.listed(phrases), f"请写出“{source.title}”的全部内容。"
        names = tuple(one.name for one in source.clauses)
        return _known(text, phrases, stem, f"“{source.title}”是指{text}。", names)
    title = _called(source, clause)
    if not title or not SHORTEST_TEXT <= len(clause.bare) <= LONGEST_TEXT:
        return None
    phrases = [clause.bare[start:end] for start, end in segments(clause.bare)]
    return _known(clause.bare, phrases, f"请默写{title}。", quoted(clause, source), (clause.name,))


def _known(
    text: str, phrases: Sequence[str], stem: str, explanation: str, names: tuple[str, ...]
) -> Question | None:
    wanted = [phrase for phrase in phrases if len(normalise(phrase)) > 1]
    if not 2 <= len(wanted) <= MOST_PHRASES:
        return None
    key = {"text": text, "phrases": wanted}
    return Question(
        Kind.RECITE, stem, (), key, explanation, names, "", "medium" if len(text) < 60 else "hard"
    )


def _called(source: Source, clause: Clause) -> str:
    """How a stem names this clause and no other; "" where nothing does."""
    if len(source.clauses) == 1:
        return f"“{source.title}”"
    same_place = [one for one in source.clauses if one.locator == clause.locator]
    same_heading = [one for one in source.clauses if one.heading == clause.heading]
    if clause.heading and len(same_heading) == 1:
        return f"“{source.title}”中关于“{clause.heading}”的原文"
    if clause.locator and len(same_place) == 1:
        return f"{source.document or source.title}{clause.locator}"
    return ""
