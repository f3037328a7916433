"""匹配: headings and what they stand over, 必须 and its 决不允许; each prompt has one text and no other."""

import re
from collections.abc import Iterator
from typing import Any

from app.domain.making.texts import (
    Clause,
    Library,
    Source,
    alike,
    all_apart,
    by_lot,
    clipped,
)
from app.domain.questions import Kind, Question, normalise, scrambled

LEAST, MOST = 3, 5
LONGEST_OPTION, SHORTEST_OPTION = 60, 4
_HALVES = re.compile(
    r"(?P<must>必须[^，。；]{3,30})，(?P<never>(?:决不允许|绝不允许|不得|严禁|禁止)[^，。；]{3,40})"
)


def pairs(library: Library, source: Source, clause: Clause, seed: int) -> Iterator[dict[str, Any]]:
    """Pairs of this clause and others of its set, drawn by lot."""
    for by, find in _FIND.items():
        fitting = [one.name for one in source.clauses if find(source, one)]
        if clause.name in fitting:
            others = by_lot((name for name in fitting if name != clause.name), seed, clause.name, by)
            if len(others) >= LEAST - 1:
                yield {"by": by, "with": others[: MOST - 1]}


def pair(
    library: Library, source: Source, clause: Clause, arguments: dict[str, Any], seed: int
) -> Question | None:
    names = sorted({clause.name, *arguments["with"]}, key=lambda name: by_lot_key(source, name))
    chosen = [library.clauses.get(name) for name in names]
    found = [_FIND[arguments["by"]](source, one) if one else None for one in chosen]
    if len(found) < LEAST or None in found:
        return None
    halves = [both for both in found if both]
    prompts, texts = [one for one, _other in halves], [other for _one, other in halves]
    if not _one_each(prompts, texts):
        return None
    options, key = scrambled(texts)
    what = "要求与禁令" if arguments["by"] == "halves" else "名称与内容"
    explanation = "；".join(f"“{one}”对应“{other}”" for one, other in halves) + "。"
    where = f"见{source.document}。" if source.document else ""
    return Question(
        Kind.MATCH, f"请将“{source.title}”的{what}一一对应。", options, key, explanation + where,
        tuple(names), "", "medium", tuple(prompts),
    )  # fmt: skip


def by_lot_key(source: Source, name: str) -> int:
    """Prompts stand in the order of the set."""
    return next((place for place, one in enumerate(source.clauses) if one.name == name), 0)


def _one_each(prompts: list[str], texts: list[str]) -> bool:
    """Nothing is said twice, and no prompt stands in a text, its own (that gives it away) or another."""
    return (
        all_apart(texts)
        and len({normalise(prompt) for prompt in prompts}) == len(prompts)
        and not any(normalise(prompt) in normalise(text) for prompt in prompts for text in texts)
    )


def _headed(source: Source, clause: Clause) -> tuple[str, str] | None:
    """The heading and the beginning of the text.

    Where the set is all here, the stretch that repeats the heading is left out; in a long regulation what
    follows might stand in many places.
    """
    text = clause.bare
    first, _mark, rest = text.partition("，")
    if source.closed and rest and alike(clause.heading, first):
        text = rest
    body = clipped(text, LONGEST_OPTION)
    return (clause.heading, body) if clause.heading and len(body) >= SHORTEST_OPTION else None


def _halves(source: Source, clause: Clause) -> tuple[str, str] | None:
    found = _HALVES.search(clause.text)
    return (found["must"], found["never"]) if found else None


_FIND = {"halves": _halves, "headings": _headed}
