"""What the marks of answers come to."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.domain import marking as rules
from app.domain.marking import Verdict
from app.exams.models import Attempt, Exam, Score
from app.exams.result_models import Mark
from app.web.db import db


def marks_of(attempt_id: int) -> Sequence[Mark]:
    """By slot and round."""
    rows = sa.select(Mark).where(Mark.attempt_id == attempt_id).order_by(Mark.slot, Mark.round)
    return db.session.scalars(rows.execution_options(populate_existing=True)).all()


def of(attempt: Attempt) -> dict[int, Verdict]:
    """By slot."""
    given: dict[int, dict[int, int | None]] = defaultdict(dict)
    for mark in marks_of(attempt.id):
        given[mark.slot][mark.round] = mark.points
    return {slot: rules.verdict(points, attempt.exam.mark_difference) for slot, points in given.items()}


def of_pending(exam: Exam) -> Mapping[int, Mapping[str, int]]:
    """What is settled already of attempts whose score still waits for marks, by attempt and slot: a score
    has no version until its last mark is in. One statement."""
    newer = aliased(Score)
    rows = db.session.execute(
        sa.select(Mark.attempt_id, Mark.slot, Mark.round, Mark.points)
        .join(Attempt, Attempt.id == Mark.attempt_id)
        .join(Score, sa.and_(Score.attempt_id == Mark.attempt_id, Score.pending > 0))
        .outerjoin(newer, sa.and_(newer.attempt_id == Score.attempt_id, newer.version > Score.version))
        .where(Attempt.exam_id == exam.id, newer.version.is_(None))
        .order_by(Mark.attempt_id, Mark.slot, Mark.round)
    )
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for (attempt_id, slot), given in groupby(rows, key=itemgetter(0, 1)):
        verdict = rules.verdict({row.round: row.points for row in given}, exam.mark_difference)
        if verdict.points is not None:
            found[attempt_id][str(slot)] = verdict.points
    return found
