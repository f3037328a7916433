"""Parallel papers by a plan: hard rules exact, equally difficult, the least overlap found, and how far that
can be from the least there is.

How. Questions alike to the plan form decks (domain/dealing.py); a form is a number per deck and cell. First
the sum of all forms is solved: it has to hold every rule times the number of forms, and no forms can go below
its least overlap. Then the sum is shared out, form by form, each exactly by the rules and as near as can be
to an even share of what is left. Where the rules are like a tree (cells apart from each other, conditions
inside them) shares always come out even and the overlap is the least there is; where they cut across each
other, the difference is the gap that is shown. Forms of equal difficulty always exist where one form does: in
the worst case they are the same.
"""

from collections import Counter
from dataclasses import dataclass
from math import ceil, gcd
from time import monotonic
from typing import TypeAlias

from app.domain.assembly import Papers, Plan
from app.domain.dealing import Place, Table, Takes, deal, overlap
from app.exams.programme import Goal, Programme, Solution, Terms, Undecided

Columns: TypeAlias = dict[Place, int]
FIRST = 20.0  # seconds to find one form at all, or that there is none


@dataclass
class _Run:
    seed: int
    ends: float
    late: bool = False

    def minimise(self, programme: Programme, goals: list[Goal], share: int) -> Solution | None:
        """In one part in `share` of the time left."""
        try:
            found = programme.minimise(goals, max((self.ends - monotonic()) / share, 0.1), self.seed)
        except Undecided:
            self.late = True
            raise
        self.late |= found is not None and found.late
        return found


@dataclass(frozen=True)
class _Sum:
    """All forms together. `level`: the difficulty of each, in steps; `at_least`: see Papers."""

    takes: Takes
    level: int
    at_least: int


def papers(table: Table, plan: Plan, seed: int, seconds: float) -> Papers | None:
    """None: the pool cannot fill the plan. Raises Undecided when even one form took too long to find."""
    if not table.decks:
        return None
    programme, columns = _programme(table, plan)
    first = programme.minimise([], FIRST, seed)
    if first is None:
        return None
    run = _Run(seed, monotonic() + seconds)
    one = _takes(columns, first)
    best, bound = [one] * plan.forms, 0
    for fixed in (None, _level(table, one)):  # at the level of a form that is known there is always a sum
        try:
            together = _sum(table, plan, run, fixed)
            bound = together.at_least if fixed is None else bound
            takes = _share_out(table, plan, together, run)
        except Undecided:
            continue
        best = min(takes, best, key=lambda those: overlap(table, those))
        break
    reached = overlap(table, best)
    return Papers(deal(table, plan, best, seed), reached, min(bound, reached), run.late)


def places(table: Table, plan: Plan, times: int = 1) -> tuple[Programme, Columns]:
    """A column per deck and cell, for the sum of so many forms; none has more than the hands, or enemies."""
    programme = Programme()
    columns = {
        (number, cell): programme.column(times * len(deck.hands))
        for number, deck in enumerate(table.decks)
        for cell in deck.cells
    }
    for number, deck in enumerate(table.decks):
        if len(deck.cells) > 1:
            programme.row(_of_deck(table, columns, number), high=times * len(deck.hands))
    for clash in table.clashes:
        programme.row(_of_clash(table, columns, clash), high=times)
    return programme, columns


def of_cell(columns: Columns, number: int) -> Terms:
    return [(column, 1) for (_, cell), column in columns.items() if cell == number]


def meeting(table: Table, columns: Columns, condition: int) -> Terms:
    """All questions that meet the condition."""
    return [(n, 1) for (deck, _), n in columns.items() if condition in table.decks[deck].conditions]


def _of_deck(table: Table, columns: Columns, number: int) -> Terms:
    return [(columns[number, cell], 1) for cell in table.decks[number].cells]


def _of_clash(table: Table, columns: Columns, clash: tuple[int, ...]) -> Terms:
    return [term for number in clash for term in _of_deck(table, columns, number)]


def _programme(table: Table, plan: Plan, times: int = 1) -> tuple[Programme, Columns]:
    """Every hard rule but equal difficulty."""
    programme, columns = places(table, plan, times)
    for number, cell in enumerate(plan.cells):
        programme.row(of_cell(columns, number), times * cell.count, times * cell.count)
    for number, rule in enumerate(plan.at_least):
        programme.row(meeting(table, columns, number), low=times * rule.count)
    return programme, columns


def _takes(columns: Columns, found: Solution) -> Takes:
    return {place: found.values[n] for place, n in columns.items() if found.values[n]}


def _steps(table: Table) -> tuple[list[int], int]:
    """Weights as steps above the lightest, and how long a step is. All forms have the same number of places,
    so equal sums of steps are equal difficulties.
    """
    weights = [deck.weight for deck in table.decks]
    step = gcd(*(each - min(weights) for each in weights)) or 1
    return [(each - min(weights)) // step for each in weights], step


def _level(table: Table, takes: Takes) -> int:
    steps, _ = _steps(table)
    return sum(steps[deck] * count for (deck, _), count in takes.items())


def _sum(table: Table, plan: Plan, run: _Run, fixed: int | None) -> _Sum:
    """The sum with the least overlap, at the fixed level or at any. Raises Undecided."""
    programme, columns = _programme(table, plan, plan.forms)
    steps, step = _steps(table)
    level = programme.column(max(steps) * plan.places)
    if fixed is not None:
        programme.row([(level, 1)], fixed, fixed)
    weights = [(n, steps[deck]) for (deck, _), n in columns.items()]
    programme.row([*weights, (level, -plan.forms)], 0, plan.forms * (plan.slack // step))
    goals = [_overlap_goal(programme, table, plan, columns), _mix_goal(programme, table, plan, columns)]
    found = run.minimise(programme, goals, 2)
    if found is None:  # not at a level that is known; none of the two can tell more
        raise Undecided
    return _Sum(_takes(columns, found), found.values[level], ceil(max(found.bounds[0], 0.0) - 1e-6))


def _overlap_goal(programme: Programme, table: Table, plan: Plan, columns: Columns) -> Goal:
    """Every use of a deck beyond its size adds 1, beyond twice its size 2 and so on (`dealing.least`)."""
    goal = {}
    for number, deck in enumerate(table.decks):
        most = plan.forms * min(len(deck.hands), sum(plan.cells[cell].count for cell in deck.cells))
        layers = {programme.column(deck.size, whole=False): n for n in range(1, -(-most // deck.size))}
        if layers:
            uses = _of_deck(table, columns, number)
            programme.row([*uses, *((layer, -1) for layer in layers)], high=deck.size)
            goal.update(layers)
    return goal


def _mix_goal(programme: Programme, table: Table, plan: Plan, columns: Columns) -> Goal:
    """How far cells that state no difficulty are from as many easy, medium and hard ones as there are."""
    fitting: Counter[int] = Counter()
    bands: dict[tuple[int, int], list[tuple[int, int]]] = {}
    sizes: Counter[tuple[int, int]] = Counter()
    for (number, cell), column in columns.items():
        deck = table.decks[number]
        band = cell, round((deck.weight - 10) / 10)
        bands.setdefault(band, []).append((column, 1))
        sizes[band] += deck.size
        fitting[cell] += deck.size
    goal = {}
    for band, terms in bands.items():
        asked = plan.cells[band[0]]
        if not asked.wanted.difficulty and sizes[band] < fitting[band[0]]:
            fair = round(plan.forms * asked.count * sizes[band] / fitting[band[0]])
            goal[outside(programme, terms, fair, fair)] = 1
    return goal


def outside(programme: Programme, terms: Terms, low: int, high: int) -> int:
    """A column that is, at least, how far the sum is outside of low … high."""
    column = programme.column(whole=False)
    programme.row([*terms, (column, -1)], high=high)
    programme.row([*terms, (column, 1)], low=low)
    return column


def _share_out(table: Table, plan: Plan, together: _Sum, run: _Run) -> list[Takes]:
    """The forms whose sum it is, or nearly. Raises Undecided."""
    rest = Counter(together.takes)
    takes: list[Takes] = []
    for left in range(plan.forms, 0, -1):
        try:
            form = _next(table, plan, rest, left, together.level, run)
        except Undecided:
            if not takes:
                raise
            form = takes[-1]  # out of time: it is there twice
        takes.append(form)
        rest.subtract(form)
    return takes


def _next(table: Table, plan: Plan, rest: Counter[Place], left: int, level: int, run: _Run) -> Takes:
    """A form by all rules, as near as can be to one in `left` of what is left."""
    programme, columns = _programme(table, plan)
    steps, step = _steps(table)
    weights = [(n, steps[deck]) for (deck, _), n in columns.items()]
    programme.row(weights, level, level + plan.slack // step)
    shares = [(terms, *_even(have, left)) for terms, have in _sums(table, plan, columns, rest)]
    rules = len(programme.rows)
    for terms, low, high in shares:
        programme.row(terms, low, high)
    found = run.minimise(programme, [], left)
    if found is None:
        del programme.rows[rules:]
        uneven = {outside(programme, terms, low, high): 1 for terms, low, high in shares}
        found = run.minimise(programme, [_beyond_goal(programme, table, columns, rest), uneven], left)
    if found is None:  # no form at this level
        raise Undecided
    return _takes(columns, found)


def _sums(table: Table, plan: Plan, columns: Columns, rest: Counter[Place]) -> list[tuple[Terms, int]]:
    """Everything that a rule counts, and how much of it is left."""
    every: list[Terms] = [[(column, 1)] for column in columns.values()]
    every += [_of_deck(table, columns, n) for n, deck in enumerate(table.decks) if len(deck.cells) > 1]
    every += [_of_clash(table, columns, clash) for clash in table.clashes]
    every += [meeting(table, columns, number) for number in range(len(plan.at_least))]
    place = {column: place for place, column in columns.items()}
    return [(terms, sum(rest[place[column]] for column, _ in terms)) for terms in every]


def _even(have: int, left: int) -> tuple[int, int]:
    """A share in whole numbers: rounded down and up."""
    return max(have // left, 0), max(-(-have // left), 0)


def _beyond_goal(programme: Programme, table: Table, columns: Columns, rest: Counter[Place]) -> Goal:
    """What the form takes of decks more than is left of them."""
    goal = {}
    for number, deck in enumerate(table.decks):
        have = max(sum(rest[number, cell] for cell in deck.cells), 0)
        goal[outside(programme, _of_deck(table, columns, number), 0, have)] = 1
    return goal
