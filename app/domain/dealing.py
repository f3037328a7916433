"""Questions that are alike to a plan, put together as decks; and dealing them out to the forms.

A plan sees of a question only which cells it fits, which conditions it meets, its difficulty and whom it must
not meet. Questions of which all that is equal are interchangeable: it is enough to decide how many of each
deck a form takes for which cell. `deal` then repeats as few questions as that decision allows.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from random import Random
from typing import NamedTuple, TypeAlias

from app.domain.assembly import Form, Plan, weight
from app.domain.papers import Candidate

Place: TypeAlias = tuple[int, int]  # deck, cell
Takes: TypeAlias = dict[Place, int]  # how many questions of a form


class _Look(NamedTuple):
    """All that a plan sees of a question."""

    cells: tuple[int, ...]
    conditions: tuple[int, ...]
    weight: int


@dataclass(frozen=True)
class Deck:
    """Interchangeable questions. Those of one hand must not meet; all hands are of one size, mostly 1."""

    cells: tuple[int, ...]
    conditions: tuple[int, ...]
    weight: int
    hands: tuple[tuple[Candidate, ...], ...]

    @property
    def size(self) -> int:
        return sum(map(len, self.hands))


@dataclass(frozen=True)
class Table:
    """`clashes`: sets of decks (of one hand each) of which a form takes one question at most."""

    decks: tuple[Deck, ...]
    clashes: tuple[tuple[int, ...], ...]


def lay(plan: Plan, pool: Sequence[Candidate], enemies: Iterable[Collection[str]], seed: int) -> Table:
    """The pool as decks; what fits no cell is left out."""
    looks = {one.question_id: look for one in pool if (look := _look(plan, one)).cells}
    ones = {one.question_id: one for one in pool}
    together, apart = _hands(looks, enemies)
    loners = {name for group in apart for name in group}  # whoever has enemies of another look
    piles: dict[tuple[_Look, int, str], list[tuple[str, ...]]] = defaultdict(list)
    for hand in together:
        alone = hand[0] if hand[0] in loners else ""
        piles[looks[hand[0]], len(hand), alone].append(hand)
    rng = Random(seed)  # noqa: S311  (the seed is the caller's to choose well)
    order = sorted(piles)
    decks = tuple(Deck(*key[0], _mixed([[ones[n] for n in h] for h in piles[key]], rng)) for key in order)
    place = {key[2]: number for number, key in enumerate(order) if key[2]}
    return Table(decks, tuple(tuple(sorted(place[name] for name in group)) for group in apart))


def _look(plan: Plan, one: Candidate) -> _Look:
    return _Look(
        tuple(n for n, cell in enumerate(plan.cells) if cell.count and cell.wanted.takes(one)),
        tuple(n for n, rule in enumerate(plan.at_least) if rule.wanted.takes(one)),
        weight(one),
    )


def _hands(
    looks: dict[str, _Look], enemies: Iterable[Collection[str]]
) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """Hands of questions that look the same and are enemies of each other alone; and all other enemies."""
    groups = sorted({tuple(sorted(set(group) & looks.keys())) for group in enemies})
    groups = [group for group in groups if len(group) > 1]
    often = Counter(name for group in groups for name in group)
    same = [g for g in groups if all(often[n] == 1 for n in g) and len({looks[n] for n in g}) == 1]
    apart = sorted(set(groups).difference(same))
    held = {name for group in same for name in group}
    return [*same, *((name,) for name in sorted(looks.keys() - held))], apart


def _mixed(hands: list[list[Candidate]], rng: Random) -> tuple[tuple[Candidate, ...], ...]:
    """In an order by chance in which every topic and rule set stands evenly through the whole deck."""
    strata: dict[tuple[str, tuple[str, ...]], list[list[Candidate]]] = defaultdict(list)
    for hand in hands:
        rng.shuffle(hand)
    for hand in hands:
        strata[hand[0].topic, hand[0].rule_sets].append(hand)
    placed: list[tuple[float, list[Candidate]]] = []
    for key in sorted(strata):
        stratum = strata[key]
        rng.shuffle(stratum)
        start = rng.random()
        placed += [((n + start) / len(stratum), hand) for n, hand in enumerate(stratum)]
    return tuple(tuple(hand) for _, hand in sorted(placed, key=lambda pair: pair[0]))


def overlap(table: Table, takes: Sequence[Takes]) -> int:
    """The least sum, over all pairs of forms, of questions in common that these numbers allow.

    A question in m forms is common to m(m-1)/2 pairs. That is convex in m, so it is least when the questions
    of a deck are used as evenly as can be.
    """
    used: Counter[int] = Counter()
    for form in takes:
        for (deck, _cell), count in form.items():
            used[deck] += count
    return sum(least(table.decks[deck].size, count) for deck, count in used.items())


def least(size: int, used: int) -> int:
    """The least overlap of `used` places filled from `size` questions."""
    often, more = divmod(used, size)
    return size * often * (often - 1) // 2 + more * often


@dataclass
class _Dealt:
    """What the forms so far hold."""

    holders: defaultdict[int, set[int]]  # version → forms
    common: list[list[int]]

    def uses(self, hand: Iterable[Candidate]) -> int:
        return sum(len(self.holders[one.version_id]) for one in hand)

    def rank(self, one: Candidate, form: int) -> tuple[int, int, int]:
        """The less, the better for the form: its uses, then what their forms have in common with this one."""
        shares = [self.common[form][other] for other in self.holders[one.version_id]]
        return len(shares), max(shares, default=0), sum(shares)

    def draw(self, deck: Deck, count: int, form: int) -> list[Candidate]:
        """`count` questions of different hands."""
        drawn: list[Candidate] = []
        for uses, equals in groupby(sorted(deck.hands, key=self.uses), key=self.uses):
            hands = list(equals)
            while hands and len(drawn) < count:
                ranks = [min(self.rank(one, form) for one in hand) for hand in hands if uses]
                closest = ranks or [(0, 0, 0)]
                hand = hands.pop(closest.index(min(closest)))
                drawn.append(self.give(min(hand, key=lambda one: self.rank(one, form)), form))
        return drawn

    def give(self, one: Candidate, form: int) -> Candidate:
        for other in self.holders[one.version_id]:
            self.common[form][other] += 1
        self.holders[one.version_id].add(form)
        return one


def deal(table: Table, plan: Plan, takes: Sequence[Takes], seed: int) -> tuple[Form, ...]:
    """Forms of as many questions of each deck and cell, with the least overlap there is (`overlap`).

    Each form takes the hands least used, of each the question least used, so the uses within a deck differ
    by one at most. Of equals it takes what the forms that it has most in common with do not have.
    """
    rng = Random(seed)  # noqa: S311
    dealt = _Dealt(defaultdict(set), [[0] * len(takes) for _ in takes])
    forms = []
    for number, form in enumerate(takes):
        cells: list[list[Candidate]] = [[] for _ in plan.cells]
        for deck in sorted({deck for deck, _ in form}):
            wanted = [cell for (of, cell), count in sorted(form.items()) if of == deck for _ in range(count)]
            drawn = dealt.draw(table.decks[deck], len(wanted), number)
            rng.shuffle(drawn)
            for cell, one in zip(wanted, drawn, strict=True):
                cells[cell].append(one)
        for ones in cells:
            rng.shuffle(ones)
        forms.append(tuple(map(tuple, cells)))
    return tuple(forms)
