"""A programme of whole numbers written down piece by piece and solved by HiGHS, the same way every time.

Only for the limited process (exams/solving_child.py): the solver takes long to load, and may run wild.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any, TypeAlias

import highspy

Terms: TypeAlias = Sequence[tuple[int, int]]  # (column, factor)
Goal: TypeAlias = Mapping[int, int]
INFINITY = float("inf")
_OPTIONS = {
    "output_flag": False,
    "threads": 1,
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 0.99,  # goals are whole numbers
}


class Undecided(Exception):
    """Neither a solution nor the proof that there is none was found in time."""


@dataclass(frozen=True)
class Solution:
    """`bounds`: per goal, what no solution goes below. `late`: time ran out before the best was proved so."""

    values: tuple[int, ...]
    bounds: tuple[float, ...]
    late: bool

    def reached(self, goal: Goal) -> int:
        return sum(factor * self.values[column] for column, factor in goal.items())


@dataclass
class Programme:
    """Columns are numbers from 0 to their highest; rows bind sums of them.

    A column that follows from whole ones as the least that the rows allow need not be said to be whole.
    """

    highest: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    rows: list[tuple[list[int], list[int], float, float]] = field(default_factory=list)

    def column(self, highest: float = INFINITY, whole: bool = True) -> int:
        self.highest.append(highest)
        self.whole.append(whole)
        return len(self.highest) - 1

    def row(self, terms: Terms, low: float = -INFINITY, high: float = INFINITY) -> None:
        """low ≤ sum ≤ high. A column may come several times."""
        factors: dict[int, int] = {}
        for column, factor in terms:
            factors[column] = factors.get(column, 0) + factor
        self.rows.append((list(factors), list(factors.values()), low, high))

    def minimise(self, goals: Sequence[Goal], seconds: float, seed: int = 0) -> Solution | None:
        """One goal after the other, each without loss for those before; goals are of whole numbers.

        None: there is no solution. Raises Undecided when none was found in time.
        """
        ends = monotonic() + seconds
        found = None
        for number, goal in enumerate(goals or [{}]):
            left = ends - monotonic()
            if found and left <= 0:
                return replace(found, late=True)
            better = self._solved(goal, found, max(left, 0.05), seed)
            if better is None:
                return None
            if found:
                better = Solution(better.values, found.bounds + better.bounds, found.late or better.late)
            found = better
            if number + 1 < len(goals):
                self.row(list(goal.items()), high=found.reached(goal))
        return found

    def _solved(self, goal: Goal, start: Solution | None, seconds: float, seed: int) -> Solution | None:
        solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        for name, value in {**_OPTIONS, "random_seed": seed % 2**31, "time_limit": seconds}.items():
            solver.setOptionValue(name, value)
        solver.passModel(self._written(goal))
        if start:
            known = highspy.HighsSolution()
            known.col_value = [float(value) for value in start.values]
            solver.setSolution(known)
        solver.run()
        status = solver.getModelStatus()
        if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
            return None  # goals add up what is not below 0, so they have a least
        info = solver.getInfo()
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            if start:
                return Solution(start.values, (-INFINITY,), late=True)
            raise Undecided
        late = status != highspy.HighsModelStatus.kOptimal
        return Solution(tuple(map(round, solver.getSolution().col_value)), (info.mip_dual_bound,), late)

    def _written(self, goal: Goal) -> Any:
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.highest), len(self.rows)
        lp.col_cost_ = [float(goal.get(n, 0)) for n in range(len(self.highest))]
        lp.col_lower_ = [0.0] * len(self.highest)
        lp.col_upper_ = self.highest
        kinds = highspy.HighsVarType
        lp.integrality_ = [kinds.kInteger if whole else kinds.kContinuous for whole in self.whole]
        lp.row_lower_ = [low for *_, low, _high in self.rows]
        lp.row_upper_ = [high for *_, high in self.rows]
        matrix = lp.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        starts = [0]
        for columns, *_ in self.rows:
            starts.append(starts[-1] + len(columns))
        matrix.start_ = starts
        matrix.index_ = [n for columns, *_ in self.rows for n in columns]
        matrix.value_ = [factor for _, factors, *_ in self.rows for factor in factors]
        return lp
