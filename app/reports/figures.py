"""Figures of an exam: of each person, and of each unit with everything below it. Pure; points in tenths."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.scoring import format_points, share
from app.exams.candidates import Candidate, State
from app.people.models import Unit


class Outcome(StrEnum):
    """How an exam went for one person."""

    PASSED = "passed"
    FAILED = "failed"
    ABSENT = "absent"  # 缺考: the exam is over
    NOT_STARTED = "not_started"
    PENDING = "pending"  # sits now, or waits for a score


def outcome(one: Candidate) -> Outcome:
    if one.result is not None:
        return Outcome.PASSED if one.result.passed else Outcome.FAILED
    return {State.ABSENT: Outcome.ABSENT, State.NOT_STARTED: Outcome.NOT_STARTED}.get(
        one.state, Outcome.PENDING
    )


@dataclass
class Figures:
    """应考, 实考, 缺考, 合格 and the scores of a group. 实考 are those with a score."""

    entrants: int = 0
    absent: int = 0
    unmarked: int = 0  # handed in; the score waits for its marks
    passed: int = 0
    scores: list[int] = field(default_factory=list)

    def add(self, one: Candidate) -> None:
        self.entrants += 1
        self.absent += outcome(one) is Outcome.ABSENT
        self.unmarked += one.result is None and one.state is State.HANDED_IN
        if one.result is not None:
            self.passed += one.result.passed
            self.scores.append(one.result.points)

    @property
    def sat(self) -> int:
        return len(self.scores)

    @property
    def attendance(self) -> str:
        """参考率 = 实考 / 应考"""
        return percent(self.sat, self.entrants)

    @property
    def pass_rate(self) -> str:
        """合格率 = 合格 / 实考"""
        return percent(self.passed, self.sat)

    @property
    def average(self) -> int | None:
        return share(sum(self.scores), 1, self.sat) if self.scores else None

    @property
    def highest(self) -> int | None:
        return max(self.scores, default=None)

    @property
    def lowest(self) -> int | None:
        return min(self.scores, default=None)


def percent(part: int, whole: int) -> str:
    """To one decimal, as "66.7%"; of nothing it is "—"."""
    return f"{format_points(share(1000, part, whole))}%" if whole else "—"


def total(people: Iterable[Candidate]) -> Figures:
    figures = Figures()
    for one in people:
        figures.add(one)
    return figures


def by_unit(people: Iterable[Candidate], units: Sequence[Unit]) -> list[tuple[Unit, Figures]]:
    """In the order of `units`; each figure includes the units below. Units without entrants are left out."""
    figures: dict[int, Figures] = {unit.id: Figures() for unit in units}
    for one in people:
        for part in one.unit_path.strip("/").split("/"):
            if int(part) in figures:
                figures[int(part)].add(one)
    return [(unit, figures[unit.id]) for unit in units if figures[unit.id].entrants]
