"""What belongs to a set and what does not: 下列不属于……的是, and of which set a clause is."""

from collections.abc import Iterator
from typing import Any

from app.domain.making.texts import Clause, Library, Source, alike, all_apart, by_lot, clipped, quoted
from app.domain.questions import Kind, Question, option_keys

MEMBERS, OTHER_SETS = 3, 3  # beside the one that is asked for
_SHORTEST_QUOTE, _LONGEST_QUOTE = 4, 90
_SHORT = 8  # a longer label than this is told apart by its build, unless the other is built alike
_PLAUSIBLE = 8  # how many outsiders that look most like a member go into the lot


def outsiders(library: Library, source: Source, clause: Clause, seed: int) -> Iterator[dict[str, Any]]:
    """One of another set beside this clause and two more of its own."""
    if not source.closed or len(source.labels) < MEMBERS:
        return
    label = source.labels[clause.name]
    others = by_lot((name for name in source.labels if name != clause.name), seed, clause.name)
    strange = [
        (name, text)
        for other in library.sources
        if other is not source and other.closed and other.in_force
        for name, text in other.labels.items()
        if _outside(source, text) and (len(label) <= _SHORT or _likeness(label, text) > 0)
    ]
    strange.sort(key=lambda found: (-_likeness(label, found[1]), found))
    for name, _text in by_lot(strange[:_PLAUSIBLE], seed, clause.name):
        yield {"members": others[: MEMBERS - 1], "outsider": name}


def _outside(source: Source, text: str) -> bool:
    """Neither one of the set nor much like one, nor in what the set is called."""
    return not source.has(text) and not alike(text, source.title)


def _likeness(label: str, other: str) -> float:
    """How well one would pass for the other: characters in common, much the same length."""
    return len(set(label) & set(other)) / len(label) - abs(len(label) - len(other)) / max(
        len(label), len(other)
    )


def outsider(
    library: Library, source: Source, clause: Clause, arguments: dict[str, Any], seed: int
) -> Question | None:
    names = [clause.name, *arguments["members"]]
    other = library.source_of(arguments["outsider"])
    strange = other.labels.get(arguments["outsider"]) if other and _knows(other) else None
    if not source.closed or strange is None or other is None or any(n not in source.labels for n in names):
        return None
    labels = [source.labels[name] for name in names]
    if not all_apart([*labels, strange]) or not _outside(source, strange):
        return None
    options = by_lot([*labels, strange], seed, clause.name)
    key = option_keys(len(options))[options.index(strange)]
    rest = "、".join(f"“{label}”" for label in labels)
    explanation = f"{rest}属于“{source.title}”；“{strange}”属于“{other.title}”。" + _where(source)
    return Question(
        Kind.SINGLE, f"下列各项，不属于“{source.title}”的是（　　）。", tuple(options), key, explanation,
        (*names, arguments["outsider"]), "", "medium" if _likeness(labels[0], strange) > 0 else "easy",
    )  # fmt: skip


def _where(source: Source) -> str:
    return f"见{source.document}。" if source.document else ""


def sets(library: Library, source: Source, clause: Clause, seed: int) -> Iterator[dict[str, Any]]:
    """Three sets to which the clause does not belong."""
    rivals = [
        other
        for other in library.sources
        if other is not source and _knows(other) and other.document != source.document
    ]
    # Of a regulation one asks beside regulations: beside a list of terms it would stand out.
    free = [other.code for other in rivals if other.closed is source.closed and not other.has(clause.text)]
    if len(free) >= OTHER_SETS:
        yield {"others": by_lot(free, seed, clause.name)[:OTHER_SETS]}


def _knows(source: Source) -> bool:
    """Is all of the set at hand, so that what is not found in it is not in it?"""
    return source.in_force and bool(source.clauses) and (source.closed or not source.excerpt)


def belonging(
    library: Library, source: Source, clause: Clause, arguments: dict[str, Any], seed: int
) -> Question | None:
    others = [library.by_code.get(code) for code in arguments["others"]]
    quote = clipped(clause.bare, _LONGEST_QUOTE)
    if len(clause.plain) < _SHORTEST_QUOTE or not quote or source.title in quote:
        return None
    rivals = [other for other in others if other and _knows(other) and other.document != source.document]
    if len(rivals) < OTHER_SETS or any(other.has(quote) for other in rivals):
        return None
    titles = by_lot([source.title, *(other.title for other in rivals)], seed, clause.name)
    if not all_apart(titles):
        return None
    key = option_keys(len(titles))[titles.index(source.title)]
    return Question(
        Kind.SINGLE, f"“{_inner(quote)}”是（　　）的内容。", tuple(titles), key,
        f"这是“{source.title}”的内容。{quoted(clause, source)}", (clause.name,), "",
        "easy" if source.terms else "medium",
    )  # fmt: skip


def _inner(text: str) -> str:
    return text.replace("“", "‘").replace("”", "’")
