"""How a decision about a key moves the scores of an exam: computed for the preview, written when approved.

One statement reads what can change of each paper, one writes the new versions: ten thousand attempts take
about a second (`make bench`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.domain.regrading import Decision, Remedy
from app.exams import papers, remedies, scoring, verdicts
from app.exams.models import Attempt, Exam, Response, Score
from app.exams.result_models import Regrade
from app.exams.scoring import Settled
from app.web.db import db


@dataclass(frozen=True)
class Move:
    """One attempt, before and after. `slot`: where the question stands on its paper."""

    attempt_id: int
    person_id: int
    number: int
    slot: int
    version: int  # of the score before
    before: Settled
    after: Settled
    detail: Mapping[str, int]  # after
    changed: bool

    @property
    def gained(self) -> bool:
        return self.after.passed and not self.before.passed

    @property
    def lost(self) -> bool:
        return self.before.passed and not self.after.passed


def of(regrade: Regrade, *, trials: bool = False) -> Iterator[Move]:
    """Of every scored attempt whose paper asks the question, by attempt."""
    decisions = remedies.in_force(regrade.exam_id) | {
        (regrade.version_id, regrade.part): Decision(Remedy(regrade.kind), regrade.key)
    }
    for paper_id, slot in asking(regrade):
        yield from _of_paper(regrade.exam, _Asked(paper_id, slot, decisions), trials)


def asking(regrade: Regrade) -> list[tuple[int, int]]:
    """(paper, slot) wherever somebody was asked the question in this exam."""
    sat = sa.select(Attempt.paper_id).where(Attempt.exam_id == regrade.exam_id).distinct()
    wanted = (regrade.version_id, regrade.part)
    return [
        (paper_id, number)
        for paper_id in sorted(db.session.scalars(sat))
        for number, slot in papers.slots(paper_id).items()
        if slot.question == wanted
    ]


class _Asked:
    """The question as one paper asks it, and what its answers are worth."""

    def __init__(self, paper_id: int, slot: int, decisions: remedies.Decisions) -> None:
        decided = remedies.of_paper(paper_id, decisions)
        self.paper_id, self.slot, self.name = paper_id, slot, str(slot)
        self.counting = scoring.worth(paper_id, papers.slots(paper_id), remedies.void(decided))
        self._rule, self._key = papers.slots(paper_id)[slot], papers.keys(paper_id)[slot]
        self._all, self._decided = decided, decided.get(slot)
        self._worth: dict[str | None, int | None] = {}  # ten thousand give few different answers

    @property
    def by_hand(self) -> bool:
        """Does anything on the paper wait for marks?"""
        return any(slot.by_hand for slot in papers.slots(self.paper_id).values())

    def whole(self, detail: dict[str, int], marked: Mapping[str, int]) -> dict[str, int]:
        """With what is marked already, if nothing is left to mark then: nobody else would write it down."""
        more = {slot: points for slot, points in marked.items() if int(slot) not in self._all}
        return more | detail if len(more | detail) == self.counting.slots else detail

    def worth(self, told: str | None) -> int | None:
        if told not in self._worth:
            value = None if told is None else scoring.read(told)
            self._worth[told] = scoring.slot_worth(self._rule, self._key, self._decided, value)
        return self._worth[told]


def _of_paper(exam: Exam, asked: _Asked, trials: bool) -> Iterator[Move]:
    marked = verdicts.of_pending(exam) if asked.by_hand else {}
    for row in db.session.execute(_rows(exam.id, asked, trials)):
        before = after = Settled(row.points, row.full, row.passed, row.pending)
        points, detail = asked.worth(row.told), row.detail
        if row.pending or points != detail.get(asked.name) or row.full != asked.counting.full:
            detail = {slot: earned for slot, earned in detail.items() if slot != asked.name}
            if points is not None:
                detail[asked.name] = points
            detail = asked.whole(detail, marked.get(row.id, {}))
            after = scoring.settled(exam, asked.paper_id, asked.counting, detail)
        yield Move(
            row.id, row.person_id, row.number, asked.slot, row.version, before, after, detail,
            changed=before != after or detail != row.detail,
        )  # fmt: skip


def _rows(exam_id: int, asked: _Asked, trials: bool) -> sa.Select[*tuple[Any, ...]]:
    """The score in force of each attempt at the paper, and what was answered in the slot."""
    newer = aliased(Score)
    told = (
        sa.select(Response.value)
        .where(Response.attempt_id == Attempt.id, Response.slot == asked.slot)
        .order_by(Response.epoch.desc(), Response.seq.desc())
        .limit(1)
        .correlate(Attempt)
        .scalar_subquery()
    )
    rows = (
        sa.select(
            Attempt.id, Attempt.person_id, Attempt.number, Score.version, Score.points, Score.full,
            Score.passed, Score.pending, Score.detail, told.label("told"),
        )
        .join(Score, Score.attempt_id == Attempt.id)
        .outerjoin(newer, sa.and_(newer.attempt_id == Score.attempt_id, newer.version > Score.version))
        .where(Attempt.exam_id == exam_id, Attempt.paper_id == asked.paper_id, newer.version.is_(None))
        .where(Attempt.submitted_at.is_not(None))  # one that was opened again is scored when it is handed in
        .order_by(Attempt.id)
    )  # fmt: skip
    return rows if trials else rows.where(Attempt.trial.is_(False))


def write(regrade: Regrade, now: datetime) -> int:
    """A new version of every score that moves, in one statement; how many. The old ones stay."""
    rows = [
        {
            "attempt_id": move.attempt_id, "version": move.version + 1, **move.after._asdict(),
            "detail": move.detail, "regrade_id": regrade.id, "scored_at": now, "reason": "regrade",
        }
        for move in of(regrade, trials=True)
        if move.changed
    ]  # fmt: skip
    if rows:
        db.session.execute(sa.insert(Score), rows)
    return len(rows)
