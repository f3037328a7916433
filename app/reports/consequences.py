"""What follows from a regrade for results and certificates. Nothing here is written down."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.certificates.models import Certificate
from app.courses import queries as courses
from app.courses.models import Course
from app.domain.attempts import Counted
from app.exams import moves, queries
from app.exams.models import Attempt, Exam, Score
from app.exams.moves import Move
from app.exams.result_models import Regrade
from app.people.models import Person
from app.web.db import db

BANDS = 10


@dataclass(frozen=True)
class Preview:
    """How every score of the exam would move."""

    exam: Exam
    moves: Sequence[Move]

    @cached_property
    def changed(self) -> list[Move]:
        """Those that cross the line first, then by how much they move."""
        found = [one for one in self.moves if one.changed]
        return sorted(found, key=lambda m: (not (m.gained or m.lost), -abs(_difference(m)), m.attempt_id))

    @cached_property
    def counts(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for one in self.changed:
            found["up"] += _difference(one) > 0
            found["down"] += _difference(one) < 0
            found["gained"] += one.gained
            found["lost"] += one.lost
        return found

    def bands(self) -> list[tuple[int, int, int]]:
        """(from how many percent of the full score, attempts before, attempts after), the best first."""
        before = Counter(_band(one.before.points, one.before.full) for one in self.moves)
        after = Counter(_band(one.after.points, one.after.full) for one in self.moves)
        return [(n * 100 // BANDS, before[n], after[n]) for n in reversed(range(BANDS))]

    @cached_property
    def crossing(self) -> tuple[list[int], list[int]]:
        """Persons whose result becomes a pass, and those whose result no longer is one."""
        touched = {one.person_id for one in self.changed if one.gained or one.lost}
        base = self.exam.makeup_of_id or self.exam.id
        instead = {
            one.attempt_id: None
            if one.after.pending
            else Counted(one.after.points, one.after.full, one.after.passed)
            for one in self.changed
        }
        before = queries.results([base], touched)
        after = queries.results([base], touched, instead=instead)
        gained, lost = [], []
        for person_id in sorted(touched):
            was, is_now = (found.get((base, person_id)) for found in (before, after))
            passed_before, passed_after = bool(was and was.passed), bool(is_now and is_now.passed)
            if passed_after and not passed_before:
                gained.append(person_id)
            elif passed_before and not passed_after:
                lost.append(person_id)
        return gained, lost


def _difference(move: Move) -> int:
    return move.after.points - move.before.points


def _band(points: int, full: int) -> int:
    return min(points * BANDS // full, BANDS - 1) if full else 0


def preview(regrade: Regrade) -> Preview:
    return Preview(regrade.exam, list(moves.of(regrade)))


def _courses(exam: Exam) -> Sequence[Course]:
    """Those that the exam ends, or whose exam it makes up for."""
    return [c for c in courses.all_courses() if c.exam_id in {exam.id, exam.makeup_of_id or exam.id}]


def certificates_of(exam: Exam, person_ids: Collection[int] | sa.Select[int]) -> Sequence[Certificate]:
    """Valid ones that rest on the exam, of these persons."""
    return db.session.scalars(
        sa.select(Certificate)
        .options(joinedload(Certificate.person).joinedload(Person.unit), joinedload(Certificate.course))
        .where(Certificate.voided_at.is_(None), Certificate.person_id.in_(person_ids))
        .where(Certificate.course_id.in_([course.id for course in _courses(exam)]))
        .order_by(Certificate.number)
    ).all()


def to_be_issued(exam: Exam, gained: Collection[int]) -> list[tuple[int, Course]]:
    """(person, course) of those who would complete a course by passing: all its lessons are done."""
    found = _courses(exam)
    standings = courses.standings(found, gained) if found else {}
    return [
        (person_id, standing.course)
        for (_course, person_id), standing in standings.items()
        if standing.next_lesson is None
    ]


def untenable(exam: Exam, regrade: Regrade | None = None) -> Sequence[Certificate]:
    """Certificates that the exam no longer bears out, of those whom the regrade touched or of all who sat it:
    a reopened attempt, another mark or a worse attempt takes a pass away, too. A person decides on each."""
    base = exam.makeup_of_id or exam.id
    touched = sa.select(Attempt.person_id).where(Attempt.trial.is_(False))
    if regrade is not None:
        scored = touched.join(Score, Score.attempt_id == Attempt.id)
        touched = scored.where(Score.regrade_id == regrade.id)
    else:
        sat = touched.join(Exam, Exam.id == Attempt.exam_id)
        touched = sat.where(sa.or_(Exam.id == base, Exam.makeup_of_id == base))
    held = certificates_of(exam, touched)
    results = queries.results([base], [one.person_id for one in held]) if held else {}
    return [one for one in held if not _passes(results.get((base, one.person_id)))]


def _passes(result: queries.Result | None) -> bool:
    return result is not None and result.passed


@dataclass(frozen=True)
class Done:
    """One score that a regrade moved, as it was written."""

    attempt_id: int
    person_id: int
    before: Score
    after: Score


def done(regrade: Regrade) -> list[Done]:
    """Those who crossed the line first."""
    before = sa.orm.aliased(Score)
    rows = db.session.execute(
        sa.select(Attempt.id, Attempt.person_id, before, Score)
        .join(Score, Score.attempt_id == Attempt.id)
        .join(before, sa.and_(before.attempt_id == Score.attempt_id, before.version == Score.version - 1))
        .where(Score.regrade_id == regrade.id, Attempt.trial.is_(False))
        .order_by(Attempt.id)
    )
    found = [Done(*row) for row in rows]
    return sorted(found, key=lambda one: one.before.passed == one.after.passed)


def people(person_ids: Iterable[int]) -> dict[int, Person]:
    """With their units."""
    rows = sa.select(Person).options(joinedload(Person.unit)).where(Person.id.in_(list(person_ids)))
    return {person.id: person for person in db.session.scalars(rows)}
