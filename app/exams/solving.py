"""Parallel papers by a plan: hard rules exact, equally difficult, the least overlap found and how far that can
be from the least there is.

How. Questions alike to the plan form decks (domain/dealing.py); a form is a number per deck and cell. First the
sum of all forms is solved: it has to hold every rule times the number of forms, and its least overlap is one
that no forms can go below. Then the sum is shared out, form by form, each exactly by the rules and as near as
can be to an even share of what is left. Without conditions that cut across cells the shares come out even and
the overlap is the least there is; where they do not, the difference is the gap that is shown. Forms of equal
difficulty always exist where one form does: in the worst case they are the same.
"""

from collections import Counter
from dataclasses import dataclass
from math import ceil, gcd
from time import monotonic
from typing import TypeAlias

from app.domain.assembly import Form, Plan
from app.domain.dealing import Place, Table, Takes, deal, overlap
from app.exams.programme import Goal, Programme, Undecided

Columns: TypeAlias = dict[Place, int]  # (deck, cell) → column
FIRST = 20.0  # seconds to find one form at all, or that there is none


@dataclass(frozen=True)
class Papers:
    """`overlap`: summed over pairs of forms; `at_least`: no forms of equal difficulty have less."""

    forms: tuple[Form, ...]
    overlap: int
    at_least: int

    @property
    def gap(self) -> int:
        return self.overlap - self.at_least


def papers(table: Table, plan: Plan, seed: int, seconds: float) -> Papers | None:
    """None: the pool cannot fill the plan. Raises Undecided when even one form took too long to find."""
    programme, columns = _programme(table, plan)
    first = programme.minimise([], FIRST, seed)
    if first is None:
        return None
    ends = monotonic() + seconds
    one = _takes(columns, first.values)
    takes, bound = [one] * plan.forms, 0
    for fixed in (None, _level(table, one)):
        try:
            total, least, level = _sum(table, plan, seed, (ends - monotonic()) / 2, fixed)
            bound = bound if fixed is not None else least
            takes = _share_out(table, plan, total, level, seed, ends)
            break
        except Undecided:
            continue
    takes = min(takes, [one] * plan.forms, key=lambda those: overlap(table, those))
    return Papers(deal(table, plan, takes, seed), overlap(table, takes), bound)


def _programme(table: Table, plan: Plan, times: int = 1) -> tuple[Programme, Columns]:
    """Every hard rule but equal difficulty, for the sum of so many forms."""
    programme, columns = places(table, plan, times)
    for number, cell in enumerate(plan.cells):
        terms = [(column, 1) for (_, of), column in columns.items() if of == number]
        programme.row(terms, times * cell.count, times * cell.count)
    for number, rule in enumerate(plan.at_least):
        programme.row(meeting(table, columns, number), low=times * rule.count)
    return programme, columns


def places(table: Table, plan: Plan, times: int = 1) -> tuple[Programme, Columns]:
    """A column per deck and cell; no form may take more than the hands there are, or enemies."""
    programme = Programme()
    columns = {
        (number, cell): programme.column(times * len(deck.hands))
        for number, deck in enumerate(table.decks)
        for cell in deck.cells
    }
    for number, deck in enumerate(table.decks):
        if len(deck.cells) > 1:
            programme.row([(columns[number, cell], 1) for cell in deck.cells], high=times * len(deck.hands))
    for decks in table.clashes:
        terms = [(columns[number, cell], 1) for number in decks for cell in table.decks[number].cells]
        programme.row(terms, high=times)
    return programme, columns


def meeting(table: Table, columns: Columns, condition: int) -> list[tuple[int, int]]:
    """The columns of all questions that meet the condition."""
    return [(n, 1) for (deck, _), n in columns.items() if condition in table.decks[deck].conditions]


def _takes(columns: Columns, values: tuple[int, ...]) -> Takes:
    return {place: values[n] for place, n in columns.items() if values[n]}


def _steps(table: Table) -> tuple[list[int], int]:
    """Weights as steps above the lightest, and how long a step is. All forms have the same number of places."""
    weights = [deck.weight for deck in table.decks]
    step = gcd(*(w - min(weights) for w in weights)) or 1
    return [(w - min(weights)) // step for w in weights], step


def _level(table: Table, takes: Takes) -> int:
    steps, _ = _steps(table)
    return sum(steps[deck] * count for (deck, _), count in takes.items())


def _sum(table: Table, plan: Plan, seed: int, seconds: float, fixed: int | None) -> tuple[Takes, int, int]:
    """All forms together, the least overlap, the difficulty of each form (up to `slack` more).

    Raises Undecided. At the level of a form that is known there is always a sum.
    """
    programme, columns = _programme(table, plan, plan.forms)
    steps, step = _steps(table)
    level = programme.column(max(steps) * plan.places)
    if fixed is not None:
        programme.row([(level, 1)], fixed, fixed)
    weights = [(n, steps[deck]) for (deck, _), n in columns.items()]
    programme.row([*weights, (level, -plan.forms)], 0, plan.forms * (plan.slack // step))
    goals = [_overlap_goal(programme, table, plan, columns), _mix_goal(programme, table, plan, columns)]
    found = programme.minimise(goals, seconds, seed)
    if found is None:
        raise Undecided
    return _takes(columns, found.values), max(ceil(found.bounds[0] - 1e-6), 0), found.values[level]


def _overlap_goal(programme: Programme, table: Table, plan: Plan, columns: Columns) -> Goal:
    """Every use of a deck beyond its size adds 1, beyond twice its size 2 and so on (`dealing.least`)."""
    goal = {}
    for number, deck in enumerate(table.decks):
        most = plan.forms * min(len(deck.hands), sum(plan.cells[cell].count for cell in deck.cells))
        layers = {programme.column(deck.size, whole=False): n for n in range(1, -(-most // deck.size))}
        if layers:
            uses = [(columns[number, cell], 1) for cell in deck.cells]
            programme.row([*uses, *((layer, -1) for layer in layers)], high=deck.size)
            goal.update(layers)
    return goal


def _mix_goal(programme: Programme, table: Table, plan: Plan, columns: Columns) -> Goal:
    """How far cells that state no difficulty are from as many easy, medium and hard ones as there are."""
    fitting: Counter[int] = Counter()
    bands: dict[tuple[int, int], list[int]] = {}
    sizes: Counter[tuple[int, int]] = Counter()
    for (number, cell), column in columns.items():
        deck = table.decks[number]
        band = cell, round((deck.weight - 10) / 10)
        bands.setdefault(band, []).append(column)
        sizes[band] += deck.size
        fitting[cell] += deck.size
    goal = {}
    for band, members in bands.items():
        cell = band[0]
        if not plan.cells[cell].wanted.difficulty and sizes[band] < fitting[cell]:
            fair = round(plan.forms * plan.cells[cell].count * sizes[band] / fitting[cell])
            goal[_distance(programme, [(column, 1) for column in members], fair, fair)] = 1
    return goal


def _distance(programme: Programme, terms: list[tuple[int, int]], low: int, high: int) -> int:
    """A column that is at least how far the sum is outside of low … high."""
    column = programme.column(whole=False)
    programme.row([*terms, (column, -1)], high=high)
    programme.row([*terms, (column, 1)], low=low)
    return column


def _share_out(
    table: Table, plan: Plan, total: Takes, level: int, seed: int, ends: float
) -> list[Takes]:
    """The forms whose sum it is, or is nearly. Raises Undecided."""
    rest = Counter(total)
    takes: list[Takes] = []
    for left in range(plan.forms, 0, -1):
        try:
            form = _next(table, plan, rest, left, level, seed, max((ends - monotonic()) / left, 0.1))
        except Undecided:
            if not takes:
                raise
            form = takes[-1]  # out of time: it is there twice
        takes.append(form)
        rest.subtract(form)
    return takes


def _next(
    table: Table, plan: Plan, rest: Counter[Place], left: int, level: int, seed: int, seconds: float
) -> Takes:
    """A form by all rules, as near as can be to one in `left` of what is left."""
    programme, columns = _programme(table, plan)
    steps, step = _steps(table)
    weights = [(n, steps[deck]) for (deck, _), n in columns.items()]
    programme.row(weights, level, level + plan.slack // step)
    shares = [([(n, 1)], *_even(rest[place], left)) for place, n in columns.items()]
    for number in range(len(plan.at_least)):
        terms = meeting(table, columns, number)
        members = {n for n, _ in terms}
        shares.append((terms, *_even(sum(rest[p] for p, n in columns.items() if n in members), left)))
    kept = len(programme.rows)
    for terms, low, high in shares:
        programme.row(terms, low, high)
    found = programme.minimise([], seconds, seed)
    if found is None:
        del programme.rows[kept:]
        goals = [_beyond_goal(programme, table, columns, rest), {
            _distance(programme, terms, low, high): 1 for terms, low, high in shares if terms
        }]
        found = programme.minimise(goals, seconds, seed)
    if found is None:
        raise Undecided
    return _takes(columns, found.values)


def _even(have: int, left: int) -> tuple[int, int]:
    """A share in whole numbers: rounded down and up."""
    return max(have // left, 0), max(-(-have // left), 0)


def _beyond_goal(programme: Programme, table: Table, columns: Columns, rest: Counter[Place]) -> Goal:
    """What the form takes of decks more than is left of them."""
    goal = {}
    for number, deck in enumerate(table.decks):
        have = max(sum(rest[number, cell] for cell in deck.cells), 0)
        goal[_distance(programme, [(columns[number, cell], 1) for cell in deck.cells], 0, have)] = 1
    return goal
