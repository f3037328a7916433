"""What parallel papers have to hold (a two-way grid with conditions), and whether given ones do.

`Plan` says what is wanted, `breaches` is the referee of whatever claims to fulfil it, `Lack` and `Advice` say
what the pool has too little of. How papers are found: domain/dealing.py and exams/solving.py.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TypeAlias

from app.domain.papers import Candidate
from app.domain.questions import Kind
from app.domain.topics import within

FULL = 1000
"""Points of a paper in tenths, unless told otherwise."""
LARGEST = 300  # questions in a paper
MOST_FORMS = 20
_WEIGHTS = {"easy": 10, "medium": 20, "hard": 30}

Form: TypeAlias = tuple[tuple[Candidate, ...], ...]  # per cell of the plan, its questions


@dataclass(frozen=True)
class Wanted:
    """Which questions are meant; what is not said is free. Of several topics, sets or clauses one will do.

    A topic stands for those below it, too.
    """

    kind: Kind | None = None
    topics: tuple[str, ...] = ()
    difficulty: str = ""
    rule_sets: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()

    def takes(self, one: Candidate) -> bool:
        return (
            self.kind in (None, one.kind)
            and self.difficulty in ("", one.difficulty)
            and (not self.topics or any(within(one.topic, topic) for topic in self.topics))
            and (not self.rule_sets or not set(self.rule_sets).isdisjoint(one.rule_sets))
            and (not self.clauses or not set(self.clauses).isdisjoint(one.clauses))
        )


@dataclass(frozen=True)
class Cell:
    """`count` questions of `points` tenths each, in the section of that number."""

    section: int
    wanted: Wanted
    count: int
    points: int


@dataclass(frozen=True)
class AtLeast:
    """A condition on the paper as a whole."""

    wanted: Wanted
    count: int


@dataclass(frozen=True)
class Plan:
    """`forms` papers, each by itself as the grid says, all equally difficult.

    A question fills one place of a form only. `slack`: by how much the difficulty of two forms may differ, in
    the tenths of `weight`.
    """

    cells: tuple[Cell, ...]
    at_least: tuple[AtLeast, ...] = ()
    forms: int = 1
    total: int = FULL
    slack: int = 0

    @property
    def places(self) -> int:
        return sum(cell.count for cell in self.cells)

    @property
    def points(self) -> int:
        return sum(cell.count * cell.points for cell in self.cells)


@dataclass(frozen=True)
class Lack:
    """`count` more questions are needed for the cell; `bearing`: (condition, how many of them must meet it).

    `held_back`: how many questions fit, but were left out as recently used.
    """

    cell: int
    count: int
    bearing: tuple[tuple[int, int], ...] = ()
    held_back: int = 0


@dataclass(frozen=True)
class Advice:
    """Why there is no paper, and what would do.

    `lacks`: the fewest questions that the pool would have to gain. `too_many`: (condition, by how much it
    asks for more than the grid has room for). `nearest`: the plan that the pool can fill with the fewest
    changes, of the same points; None when there is none.
    """

    lacks: tuple[Lack, ...]
    too_many: tuple[tuple[int, int], ...]
    nearest: Plan | None


@dataclass(frozen=True)
class Papers:
    """`overlap`: questions in common, summed over pairs of forms; no forms of equal difficulty have less
    than `at_least`. `late`: time ran out, so that another run may give other forms.
    """

    forms: tuple[Form, ...]
    overlap: int
    at_least: int
    late: bool

    @property
    def gap(self) -> int:
        return self.overlap - self.at_least


def weight(one: Candidate) -> int:
    """How difficult, in tenths: easy 10, medium 20, hard 30; where measured, 10 (all right) to 30 (none).

    Whole tenths are five points in a hundred, which is no finer than a few hundred answers can tell.
    """
    return _WEIGHTS[one.difficulty] if one.right is None else 30 - round(20 * one.right)


def difficulty(form: Form) -> int:
    return sum(weight(one) for cell in form for one in cell)


def shared(forms: Sequence[Form]) -> dict[tuple[int, int], int]:
    """How many questions each two forms have in common."""
    ids = [{one.question_id for cell in form for one in cell} for form in forms]
    return {(a, b): len(ids[a] & ids[b]) for a, b in combinations(range(len(ids)), 2)}


def senseless(plan: Plan) -> list[str]:
    """What is wrong with the plan whatever the pool holds: "total", "count", "size", "forms"."""
    found = []
    if plan.points != plan.total:
        found.append("total")
    if any(c.count < 0 or c.points <= 0 for c in plan.cells) or any(r.count < 0 for r in plan.at_least):
        found.append("count")
    if not 0 < plan.places <= LARGEST:
        found.append("size")
    if not 0 < plan.forms <= MOST_FORMS:
        found.append("forms")
    return found


def usable(pool: Iterable[Candidate], held_back: Collection[str] = ()) -> list[Candidate]:
    """The newest version of each question but those held back, in the order of their ids."""
    newest = {one.question_id: one for one in sorted(pool, key=lambda one: one.version_id)}
    return [newest[name] for name in sorted(newest) if name not in held_back]


def breaches(plan: Plan, forms: Sequence[Form], enemies: Iterable[Collection[str]] = ()) -> list[str]:
    """Every rule that the forms break; empty = they are as planned. Knows nothing of how they were found."""
    apart = [set(group) for group in enemies]
    found = [f"form {n}: {what}" for n, form in enumerate(forms) for what in _breaches(plan, form, apart)]
    if len(forms) != plan.forms:
        found.append("number of forms")
    levels = [difficulty(form) for form in forms]
    if levels and max(levels) - min(levels) > plan.slack:
        found.append("difficulty differs")
    return found


def _breaches(plan: Plan, form: Form, apart: Sequence[set[str]]) -> Iterable[str]:
    drawn = [one for cell in form for one in cell]
    if len(form) != len(plan.cells):
        yield "number of cells"
    for number, (cell, ones) in enumerate(zip(plan.cells, form, strict=False)):
        if len(ones) != cell.count or not all(map(cell.wanted.takes, ones)):
            yield f"cell {number}"
    for number, rule in enumerate(plan.at_least):
        if sum(map(rule.wanted.takes, drawn)) < rule.count:
            yield f"condition {number}"
    ids = Counter(one.question_id for one in drawn)
    if max(ids.values(), default=0) > 1:
        yield "a question twice"
    if any(len(group & ids.keys()) > 1 for group in apart):
        yield "enemies"
    if sum(cell.points * len(ones) for cell, ones in zip(plan.cells, form, strict=False)) != plan.total:
        yield "points"


def swaps(
    plan: Plan, form: Form, leaving: str, pool: Iterable[Candidate], enemies: Iterable[Collection[str]] = ()
) -> list[Candidate]:
    """Which questions could stand where that one does, so that no rule is broken that was not before."""
    cell = next(n for n, ones in enumerate(form) if any(one.question_id == leaving for one in ones))
    apart = [set(group) for group in enemies]
    alone = replace(plan, forms=1)
    before = set(breaches(alone, [form], apart))
    held = {one.question_id for ones in form for one in ones}
    fitting = (o for o in pool if o.question_id not in held and plan.cells[cell].wanted.takes(o))
    return [
        one for one in fitting if before.issuperset(breaches(alone, [swapped(form, leaving, one)], apart))
    ]


def swapped(form: Form, leaving: str, coming: Candidate) -> Form:
    return tuple(tuple(coming if one.question_id == leaving else one for one in ones) for ones in form)
