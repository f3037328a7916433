"""The recipes by name, and what they make of a rule set: the same of the same wording."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from app.domain.faults import faults
from app.domain.making import changed, cloze, members, pairs, sequences
from app.domain.making.texts import Clause, Library, Source, by_lot
from app.domain.questions import Question

Arguments = dict[str, Any]


class Recipe(NamedTuple):
    """`options`: the ways in which a clause can be taken, none certain to work out; `build`: the question,
    None where it would not be right, or not have one answer alone."""

    options: Callable[[Library, Source, Clause, int], Iterator[Arguments]]
    build: Callable[[Library, Source, Clause, Arguments, int], Question | None]


RECIPES: dict[str, Recipe] = {
    "cloze": Recipe(cloze.options, cloze.build),
    "outsider": Recipe(members.outsiders, members.outsider),
    "belonging": Recipe(members.sets, members.belonging),
    "order": Recipe(sequences.orders, sequences.order),
    "match": Recipe(pairs.pairs, pairs.pair),
    "changed": Recipe(changed.options, changed.build),
    "recite": Recipe(sequences.recitations, sequences.recitation),
}


@dataclass(frozen=True)
class Made:
    """A question and how it was made: {name, seed, clause, revision, arguments}."""

    question: Question
    recipe: dict[str, Any]


def traces(question: Question, recipe: dict[str, Any] | None) -> frozenset[str]:
    """What tells that this was asked already: the same words, or the same recipe whatever its seed."""
    asked = repr((question.kind.value, question.stem, sorted(question.options)))
    return frozenset({asked, repr(_bare(recipe))}) if recipe else frozenset({asked})


def _bare(recipe: dict[str, Any]) -> tuple[str, str, list[tuple[str, Any]]]:
    return recipe["name"], recipe["clause"], sorted(recipe["arguments"].items())


def make(
    library: Library, code: str, name: str, topic: str, seed: int, limit: int,
    seen: Iterable[str] = (),
) -> list[Made]:  # fmt: skip
    """Up to `limit` questions on the set by this recipe, spread over its clauses.

    None of those whose `traces` are seen.
    """
    source, traced = library.by_code[code], set(seen)
    clauses = by_lot(source.clauses, seed, name)
    ways = [_ways(library, source, clause, name, topic, seed) for clause in clauses]
    found: list[Made] = []
    while ways and len(found) < limit:
        ways = [way for way in ways if len(found) < limit and _add_next(way, found, traced)]
    return found


def _add_next(way: Iterator[Made], found: list[Made], traced: set[str]) -> bool:
    """Take the next of this clause that asks something new; False when the clause gives no more."""
    for made in way:
        own = traces(made.question, made.recipe)
        if traced.isdisjoint(own):
            traced |= own
            found.append(made)
            return True
    return False


def _ways(
    library: Library, source: Source, clause: Clause, name: str, topic: str, seed: int
) -> Iterator[Made]:
    for arguments in RECIPES[name].options(library, source, clause, seed):
        recipe = {
            "name": name, "seed": seed, "clause": clause.name, "revision": clause.revision,
            "arguments": arguments,
        }  # fmt: skip
        if made := _built(library, source, clause, recipe, topic):
            yield made


def _built(
    library: Library, source: Source, clause: Clause, recipe: dict[str, Any], topic: str
) -> Made | None:
    build = RECIPES[recipe["name"]].build
    question = build(library, source, clause, recipe["arguments"], recipe["seed"])
    if question is None:
        return None
    question = replace(question, topic=topic, level="recall")
    return None if faults(question) else Made(question, recipe)


def remake(library: Library, recipe: dict[str, Any], topic: str) -> Made | None:
    """The question again: the same for the same wording.

    Of another wording, the nearest that the recipe makes of the clause now; None when it makes nothing of it.
    """
    clause, source = library.clauses.get(recipe["clause"]), library.source_of(recipe["clause"])
    if clause is None or source is None or not source.in_force or recipe["name"] not in RECIPES:
        return None
    now = recipe | {"revision": clause.revision}
    if again := _built(library, source, clause, now, topic):
        return again
    return next(_ways(library, source, clause, recipe["name"], topic, recipe["seed"]), None)
