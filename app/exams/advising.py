"""Why a pool cannot fill a plan: the fewest questions it would have to gain, and the nearest that it can."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import product

from app.domain.assembly import Advice, AtLeast, Cell, Lack, Plan, usable
from app.domain.dealing import Table
from app.domain.papers import Candidate
from app.domain.questions import DIFFICULTIES, Kind
from app.exams.programme import Goal, Programme, Solution
from app.exams.solving import Columns, meeting, of_cell, outside, places

SECONDS = 10.0


@dataclass(frozen=True)
class _New:
    """Questions still to be written for a cell, of a kind that could meet these conditions all at once."""

    cell: int
    column: int
    bearing: dict[int, int]  # condition → column: how many of them do meet it


def advice(table: Table, plan: Plan, pool: Sequence[Candidate], held_back: Collection[str]) -> Advice:
    """For a plan that the pool (less what is held back) cannot fill. Raises programme.Undecided."""
    programme, columns = places(table, plan)
    new = [_new(programme, plan, cell, ideal) for cell, ideal in _ideals(plan)]
    too_many = _bind(programme, plan, table, columns, new)
    goals: list[Goal] = [
        dict.fromkeys(too_many, 1),
        dict.fromkeys((one.column for one in new), 1),
        dict.fromkeys((column for one in new for column in one.bearing.values()), 1),
    ]
    found = programme.minimise(goals, SECONDS)
    if found is None:  # there is always one: write everything anew, ask for nothing on the whole
        raise AssertionError("a plan that nothing fills")
    resting = [one for one in usable(pool) if one.question_id in held_back]
    lacks = tuple(_lack(one, found, plan, resting) for one in new if found.values[one.column])
    asked = tuple((n, found.values[column]) for n, column in enumerate(too_many) if found.values[column])
    return Advice(lacks, asked, _nearest(table, plan))


def _ideals(plan: Plan) -> list[tuple[int, tuple[int, ...]]]:
    """(cell, conditions that one question for it could meet together), the largest such sets alone.

    A question can cite anything, but is of one kind, one topic and one difficulty.
    """
    every = [cell.wanted for cell in plan.cells] + [rule.wanted for rule in plan.at_least]
    kinds = sorted({wanted.kind for wanted in every if wanted.kind}) or [Kind.SINGLE]
    topics = sorted({"", *(topic for wanted in every for topic in wanted.topics)})
    sets = tuple(sorted({code for wanted in every for code in wanted.rule_sets}))
    clauses = tuple(sorted({code for wanted in every for code in wanted.clauses}))
    ideals = [
        Candidate(0, "", kind, topic, sets, difficulty, clauses)
        for kind, topic, difficulty in product(kinds, topics, DIFFICULTIES)
    ]
    met = [{n for n, rule in enumerate(plan.at_least) if rule.wanted.takes(one)} for one in ideals]
    found: list[tuple[int, tuple[int, ...]]] = []
    for number, cell in enumerate(plan.cells):
        fitting = {frozenset(what) for one, what in zip(ideals, met, strict=True) if cell.wanted.takes(one)}
        largest = [what for what in fitting if not any(what < other for other in fitting)]
        found += [(number, what) for what in sorted(tuple(sorted(what)) for what in largest)]
    return found


def _new(programme: Programme, plan: Plan, cell: int, conditions: tuple[int, ...]) -> _New:
    count = plan.cells[cell].count
    new = _New(cell, programme.column(count), {rule: programme.column(count) for rule in conditions})
    for column in new.bearing.values():
        programme.row([(column, 1), (new.column, -1)], high=0)
    return new


def _bind(programme: Programme, plan: Plan, table: Table, columns: Columns, new: Sequence[_New]) -> list[int]:
    """Every hard rule, with new questions; per condition, the column of what it asks for too much."""
    for number, cell in enumerate(plan.cells):
        written = [(one.column, 1) for one in new if one.cell == number]
        programme.row([*of_cell(columns, number), *written], cell.count, cell.count)
    too_many = []
    for number, rule in enumerate(plan.at_least):
        written = [(one.bearing[number], 1) for one in new if number in one.bearing]
        too_many.append(programme.column(rule.count))
        programme.row([*meeting(table, columns, number), *written, (too_many[-1], 1)], low=rule.count)
    return too_many


def _lack(one: _New, found: Solution, plan: Plan, resting: Sequence[Candidate]) -> Lack:
    bearing = tuple((rule, found.values[n]) for rule, n in one.bearing.items() if found.values[n])
    fitting = sum(map(plan.cells[one.cell].wanted.takes, resting))
    return Lack(one.cell, found.values[one.column], bearing, fitting)


def _nearest(table: Table, plan: Plan) -> Plan | None:
    """With the fewest cuts in conditions, then in questions moved, then in what moves between sections."""
    programme, columns = places(table, plan)
    by_section: dict[int, list[tuple[int, int]]] = {}
    moved: dict[int, int] = {}
    points = []
    for number, cell in enumerate(plan.cells):
        terms = of_cell(columns, number)
        moved[outside(programme, terms, cell.count, cell.count)] = 1
        by_section.setdefault(cell.section, []).extend(terms)
        points += [(column, cell.points) for column, _ in terms]
    programme.row(points, plan.total, plan.total)
    cut = []
    for number, rule in enumerate(plan.at_least):
        cut.append(programme.column(rule.count))
        programme.row([*meeting(table, columns, number), (cut[-1], 1)], low=rule.count)
    between = {}
    for section, terms in by_section.items():
        count = sum(cell.count for cell in plan.cells if cell.section == section)
        between[outside(programme, terms, count, count)] = 1
    found = programme.minimise([dict.fromkeys(cut, 1), moved, between], SECONDS)
    return None if found is None else _changed(plan, columns, cut, found)


def _changed(plan: Plan, columns: Columns, cut: Sequence[int], found: Solution) -> Plan:
    cells: list[Cell] = [
        replace(cell, count=sum(found.values[column] for column, _ in of_cell(columns, number)))
        for number, cell in enumerate(plan.cells)
    ]
    rules: list[AtLeast] = [
        replace(rule, count=rule.count - found.values[column])
        for rule, column in zip(plan.at_least, cut, strict=True)
    ]
    return replace(plan, cells=tuple(cells), at_least=tuple(rules))
