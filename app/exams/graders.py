"""Who marks an exam, and how: named and changed by whoever plans it, on the record."""

from collections.abc import Sequence

import sqlalchemy as sa

from app.audit.service import record
from app.exams import laying
from app.exams.models import Attempt, Exam
from app.exams.result_models import Grader, Mark
from app.people.models import Person
from app.web.db import db, hold


def name(exam: Exam, person: Person, versions: Sequence[int], arbitrates: bool) -> None:
    """Name a grader, or change what one has to mark; `versions` empty: every question."""
    hold(exam)
    grader = db.session.get(Grader, (exam.id, person.id))
    before = None if grader is None else _facts(grader)
    if grader is None:
        grader = Grader(exam_id=exam.id, person_id=person.id)
        db.session.add(grader)
    grader.versions, grader.arbitrates = sorted(versions), arbitrates
    db.session.flush()
    record(
        "grader.name", f"exam:{exam.id}", f"指定{person.name}为“{exam.title}”的阅卷人", before=before,
        after=_facts(grader),
    )  # fmt: skip


def _facts(grader: Grader) -> dict[str, object]:
    return {"person": grader.person_id, "versions": grader.versions, "arbitrates": grader.arbitrates}


def dismiss(exam: Exam, grader: Grader) -> None:
    """What they marked stays; what lies before them goes back."""
    before = _facts(grader)
    of_exam = sa.select(Attempt.id).where(Attempt.exam_id == exam.id)
    held = sa.update(Mark).where(
        Mark.attempt_id.in_(of_exam), Mark.grader_id == grader.person_id, Mark.at.is_(None)
    )
    db.session.execute(held.values(grader_id=None, claimed_at=None))
    name_of = grader.person.name
    db.session.delete(grader)
    db.session.flush()
    record("grader.dismiss", f"exam:{exam.id}", f"取消{name_of}在“{exam.title}”的阅卷", before=before)


def begun(exam_id: int) -> bool:
    """Has anything been marked?"""
    given = sa.select(Mark.id).join(Attempt, Attempt.id == Mark.attempt_id)
    return (
        db.session.scalar(given.where(Attempt.exam_id == exam_id, Mark.at.is_not(None)).limit(1)) is not None
    )


def set_rules(exam: Exam, percent: int, difference: int) -> bool:
    """How many answers have a second grader, and how far the two may differ. False: marking has begun."""
    hold(exam, starts=True)
    laying.hold_closed(exam.id)
    if begun(exam.id):
        return False
    before = {"second_mark_percent": exam.second_mark_percent, "mark_difference": exam.mark_difference}
    exam.second_mark_percent, exam.mark_difference = percent, difference
    after = {"second_mark_percent": percent, "mark_difference": difference}
    db.session.flush()
    if after != before:
        laying.draw_anew(exam)
        record("exam.rule", f"exam:{exam.id}", f"修改“{exam.title}”的阅卷办法", before=before, after=after)
    return True


def of_exam(exam_id: int) -> Sequence[Grader]:
    """With the person, by name."""
    return db.session.scalars(
        sa.select(Grader)
        .join(Person, Person.id == Grader.person_id)
        .options(sa.orm.contains_eager(Grader.person))
        .where(Grader.exam_id == exam_id)
        .order_by(Grader.arbitrates, Person.name, Person.id)
    ).all()
