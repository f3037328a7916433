"""补考: a further exam for who has no pass yet; a pass in it counts for the original (`queries.results`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.audit.service import record
from app.exams import candidates, entries, planning
from app.exams.candidates import Candidate, State
from app.exams.models import Allowance, Attempt, Blueprint, Exam, ExamAssignment, GroupAllowance, Score
from app.exams.planning import ExamFacts
from app.web.db import db


def original(exam: Exam) -> Exam:
    """A make-up of a make-up counts for the first."""
    return exam.makeup_of or exam


def of(exam: Exam) -> Sequence[Exam]:
    """The make-ups of an original, the first one first."""
    rows = sa.select(Exam).where(Exam.makeup_of_id == exam.id).order_by(Exam.opens_at, Exam.id)
    return db.session.scalars(rows).all()


@dataclass(frozen=True)
class Due:
    """Who has no pass, is done with the exam, and has no make-up ahead."""

    failed: list[Candidate]
    absent: list[Candidate]
    waiting: int  # have a make-up ahead
    unmarked: int  # may have passed: are sitting, or their marks are not in


def due(exam: Exam, paths: Sequence[str], now: datetime) -> Due:
    """Of an original. Whoever may still sit it, or may turn out to have passed, is not due."""
    ahead, open_still, later = _ahead(exam.id, now), _unmarked(exam.id), _later(exam.id, now)
    everyone = candidates.candidates(exam, paths, now)
    left = [one for one in everyone if not (one.result and one.result.holds(now))]
    free = [one for one in left if one.person_id not in ahead]
    done = [one for one in free if one.person_id not in open_still]
    over = now >= exam.closes_at
    return Due(
        failed=[
            one for one in done
            if one.result is not None and (_used_up(exam, one) or (over and one.person_id not in later))
        ],
        absent=[
            one for one in done
            if one.result is None and one.state is State.ABSENT and one.person_id not in later
        ],
        waiting=len(left) - len(free),
        unmarked=len(free) - len(done),
    )  # fmt: skip


def _used_up(exam: Exam, one: Candidate) -> bool:
    return exam.attempts_allowed is not None and one.attempts >= exam.attempts_allowed


def _ahead(exam_id: int, now: datetime) -> set[int]:
    """Persons who are to sit a make-up of the exam that is not over."""
    rows = (
        sa.select(ExamAssignment.person_id)
        .join(Exam, Exam.id == ExamAssignment.exam_id)
        .where(Exam.makeup_of_id == exam_id, Exam.closes_at > now, ExamAssignment.person_id.is_not(None))
    )
    return {person_id for person_id in db.session.scalars(rows) if person_id is not None}


def _later(exam_id: int, now: datetime) -> set[int]:
    """Persons whose own window, or their group's, is not over."""
    own = sa.select(Allowance.person_id).where(Allowance.exam_id == exam_id, Allowance.closes_at > now)
    theirs = entries.reached().where(GroupAllowance.exam_id == exam_id, GroupAllowance.closes_at > now)
    return set(db.session.scalars(sa.union(own, theirs)))


def _unmarked(exam_id: int) -> set[int]:
    """Persons with an attempt at the exam or a make-up of it that is not closed, scored and marked."""
    newer = aliased(Score)
    rows = (
        sa.select(Attempt.person_id)
        .join(Exam, Exam.id == Attempt.exam_id)
        .outerjoin(Score, Score.attempt_id == Attempt.id)
        .outerjoin(newer, sa.and_(newer.attempt_id == Score.attempt_id, newer.version > Score.version))
        .where(
            sa.or_(Exam.id == exam_id, Exam.makeup_of_id == exam_id),
            Attempt.trial.is_(False),
            newer.version.is_(None),
            sa.or_(Score.version.is_(None), Score.pending > 0),
        )
    )
    return set(db.session.scalars(rows))


def create(
    exam: Exam,
    blueprint: Blueprint | None,
    facts: ExamFacts,
    people: Sequence[Candidate],
    now: datetime,
    by: int,
) -> Exam:
    """With papers of its own, as many as the original has, for these persons."""
    made = planning.create(blueprint, facts, "score", max(len(exam.forms), 1), now, by)
    made.makeup_of_id, made.release, made.appeal_days = exam.id, dict(exam.release), exam.appeal_days
    db.session.add_all(ExamAssignment(exam_id=made.id, person_id=one.person_id) for one in people)
    terms = _carry(exam, made, [one.person_id for one in people])
    db.session.flush()
    record(
        "exam.assign",
        f"exam:{made.id}",
        f"指派补考“{made.title}”给 {len(people)} 人",
        after={"makeup_of": exam.id, "release": made.release, "people": [one.person_id for one in people]},
    )
    if terms:
        summary = f"把原考试的单独安排（加时、开卷）带到补考“{made.title}”"
        record("exam.arrange", f"exam:{made.id}", summary, after={"makeup_of": exam.id, "terms": terms})
    return made


def _carry(exam: Exam, made: Exam, person_ids: Sequence[int]) -> int:
    """Minutes and open books hold again; windows and further attempts were for that time. How many did."""
    groups = sa.select(GroupAllowance).where(
        GroupAllowance.exam_id == exam.id, sa.or_(GroupAllowance.minutes > 0, GroupAllowance.open_book)
    )
    ours = [
        GroupAllowance(
            exam_id=made.id, unit_id=one.unit_id, born_by=one.born_by, minutes=one.minutes,
            open_book=one.open_book, reason=one.reason,
        )
        for one in db.session.scalars(groups)
    ]  # fmt: skip
    given = sa.select(Allowance).where(
        Allowance.exam_id == exam.id, sa.or_(Allowance.minutes > 0, Allowance.open_book)
    )
    own = [
        Allowance(
            exam_id=made.id, person_id=one.person_id, minutes=one.minutes, attempts=0, open_book=one.open_book
        )
        for one in db.session.scalars(given)
        if one.person_id in set(person_ids)
    ]  # fmt: skip
    db.session.add_all([*ours, *own])
    return len(ours) + len(own)
