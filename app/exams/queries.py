"""Reads of exams, attempts and results. Deadlines and phases are derived by `app.domain.attempts`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from app.domain.attempts import AttemptClock, Counted, ExamClock, Outcome, counting, valid_until
from app.exams.models import Attempt, Exam, ExamAssignment, Response, Score
from app.exams.scoring import JOURNAL, Current, in_force
from app.people.models import Person, SignInSession, Unit
from app.people.queries import under, within
from app.people.sign_in import SIGNED_IN, by_session
from app.web import clock
from app.web.db import db


def exam_clock(exam: Exam) -> ExamClock:
    limit = None if exam.minutes is None else timedelta(minutes=exam.minutes)
    entry = None if exam.entry_minutes is None else timedelta(minutes=exam.entry_minutes)
    return ExamClock(exam.opens_at, exam.closes_at, limit, entry, timedelta(minutes=exam.earliest_minutes))


def attempt_clock(attempt: Attempt) -> AttemptClock:
    extra = timedelta(minutes=attempt.extra_minutes)
    return AttemptClock(attempt.started_at, extra, attempt.submitted_at, attempt.closes_at)


def ancestors(unit_path: str) -> list[int]:
    """Ids of a unit and those above it, from its path "/1/12/"."""
    return [int(part) for part in unit_path.split("/") if part]


def assigned_to(person_id: int, unit_path: str) -> sa.ColumnElement[bool]:
    """Condition on ExamAssignment: it reaches this person."""
    return sa.or_(ExamAssignment.person_id == person_id, ExamAssignment.unit_id.in_(ancestors(unit_path)))


_ATTEMPT = (
    sa.select(Attempt)
    .where(Attempt.id == sa.bindparam("attempt"), Attempt.person_id == sa.bindparam("person"))
    .options(joinedload(Attempt.exam, innerjoin=True))
)


def attempt_of(attempt_id: int, person_id: int) -> Attempt | None:
    """With its exam; None unless it is this person's."""
    return db.session.scalar(_ATTEMPT, {"attempt": attempt_id, "person": person_id})


_SAT = (
    sa.select(Attempt, JOURNAL.where(Response.attempt_id == Attempt.id).correlate(Attempt).scalar_subquery())
    .join(SignInSession, SignInSession.person_id == Attempt.person_id)
    .join(Person, Person.id == Attempt.person_id)
    .where(Attempt.id == sa.bindparam("attempt"), SIGNED_IN)
    .options(joinedload(Attempt.exam, innerjoin=True))
)


def sat(attempt_id: int, session_id: str) -> tuple[Attempt, dict[int, Current]] | None:
    """The attempt with its exam and the answers in force, in one statement: ten thousand open it at once.

    None unless the session is one by which the person of the attempt is signed in.
    """
    row = db.session.execute(_SAT, {"attempt": attempt_id, **by_session(session_id)}).first()
    return None if row is None else (row[0], in_force(row[1]))


def exams_of(person_id: int, unit_path: str) -> Sequence[Exam]:
    """Timed exams this person is to sit, the next to close first."""
    chosen = sa.select(ExamAssignment.exam_id).where(assigned_to(person_id, unit_path))
    return db.session.scalars(
        sa.select(Exam).where(Exam.kind == "exam", Exam.id.in_(chosen)).order_by(Exam.closes_at, Exam.id)
    ).all()


def attempts_of(person_id: int, exam_ids: Collection[int]) -> Sequence[Attempt]:
    """This person's attempts at these exams, trials left out, oldest first."""
    return db.session.scalars(
        sa.select(Attempt)
        .where(Attempt.person_id == person_id, Attempt.exam_id.in_(exam_ids), Attempt.trial.is_(False))
        .order_by(Attempt.exam_id, Attempt.number)
    ).all()


def latest_scores(attempt_ids: Collection[int]) -> dict[int, Score]:
    """The score in force of each attempt: its highest version."""
    newest = (
        sa.select(Score.attempt_id, sa.func.max(Score.version).label("version"))
        .where(Score.attempt_id.in_(attempt_ids))
        .group_by(Score.attempt_id)
        .subquery()
    )
    rows = db.session.scalars(
        sa.select(Score).join(
            newest,
            sa.and_(Score.attempt_id == newest.c.attempt_id, Score.version == newest.c.version),
        )
    )
    return {score.attempt_id: score for score in rows}


@dataclass(frozen=True)
class Result:
    """What counts of a person's attempts at an exam, by its rule. Points in tenths.

    `passed_at` is when the attempt was handed in by which the exam was passed. `makeup`: it is the result of
    a make-up (补考), whose pass counts for the exam. `valid_until`: the last day of a pass; None: for good.
    """

    points: int
    full: int
    passed: bool
    passed_at: datetime | None
    attempts: int
    makeup: bool = False
    valid_until: date | None = None

    def holds(self, now: datetime) -> bool:
        """It is a pass that is still valid."""
        return self.passed and not self.expired(now)

    def expired(self, now: datetime) -> bool:
        return self.valid_until is not None and clock.day(now) > self.valid_until


_Row: TypeAlias = sa.Row[*tuple[Any, ...]]


def results(
    exam_ids: Collection[int],
    person_ids: Collection[int] | None = None,
    *,
    told: Collection[int] | None = None,
    instead: Mapping[int, Counted | None] = MappingProxyType({}),
) -> dict[tuple[int, int], Result]:
    """Results by (exam id, person id), make-ups counted; `person_ids` None: everyone's. One statement.

    `told`: only what was earned in these exams, make-ups among them, is looked at. `instead`: by attempt,
    what its score would be. Where an attempt that is still to be marked could change what counts, there is
    no result yet.
    """
    newer = aliased(Score)
    statement = (
        sa.select(
            Attempt.id, Attempt.exam_id, Attempt.person_id, Attempt.submitted_at, Score.points, Score.full,
            Score.passed, Score.pending, Exam.outcome, Exam.pass_percent, Exam.valid_years, Exam.makeup_of_id,
        )
        .join(Exam, Exam.id == Attempt.exam_id)
        .join(Score, Score.attempt_id == Attempt.id)
        .outerjoin(newer, sa.and_(newer.attempt_id == Score.attempt_id, newer.version > Score.version))
        .where(
            sa.or_(Exam.id.in_(exam_ids), Exam.makeup_of_id.in_(exam_ids)),
            Attempt.trial.is_(False),
            newer.version.is_(None),
        )
        .order_by(Attempt.exam_id, Attempt.number)
    )  # fmt: skip
    if person_ids is not None:
        statement = statement.where(Attempt.person_id.in_(person_ids))
    if told is not None:
        statement = statement.where(Attempt.exam_id.in_(told))
    grouped: dict[tuple[int, int], list[_Row]] = {}
    for row in db.session.execute(statement):
        grouped.setdefault((row.exam_id, row.person_id), []).append(row)
    return _with_makeups(grouped, set(exam_ids), instead)


def _with_makeups(
    grouped: Mapping[tuple[int, int], Sequence[_Row]],
    wanted: Collection[int],
    instead: Mapping[int, Counted | None],
) -> dict[tuple[int, int], Result]:
    """An exam's own result stands unless a make-up was passed instead, or is all there is."""
    found: dict[tuple[int, int], Result] = {}
    made_up: list[tuple[tuple[int, int], Result]] = []
    for (exam_id, person_id), rows in grouped.items():
        result = _result(rows, instead)
        if result is None:
            continue
        if exam_id in wanted:
            found[exam_id, person_id] = result
        if (original := rows[0].makeup_of_id) in wanted:
            made_up.append(((original, person_id), replace(result, makeup=True)))
    for key, result in made_up:
        before = found.get(key)
        if before is None or (before.makeup and not before.passed) or (result.passed and not before.passed):
            found[key] = result
    return found


def _result(rows: Sequence[_Row], instead: Mapping[int, Counted | None]) -> Result | None:
    """Of one person's attempts at one exam, the first one first."""
    last = rows[-1]
    scores = [instead[row.id] if row.id in instead else _counted(row) for row in rows]
    counted = counting(Outcome(last.outcome), scores, last.pass_percent)
    if counted is None:
        return None
    passing = last.submitted_at
    if last.outcome == Outcome.BEST:
        passes = zip(rows, scores, strict=True)
        passing = next((row.submitted_at for row, score in passes if score and score.passed), None)
    passed_at = passing if counted.passed else None
    until = valid_until(clock.day(passed_at), last.valid_years) if passed_at else None
    return Result(counted.points, counted.full, counted.passed, passed_at, len(rows), False, until)


def _counted(row: _Row) -> Counted | None:
    return None if row.pending else Counted(row.points, row.full, row.passed)


def entrants(exam: Exam, paths: Sequence[str]) -> sa.Select[Person]:
    """Persons who are to sit the exam and whose unit lies in one of the subtrees `paths`."""
    assigned_unit = aliased(Unit)
    reached = sa.or_(
        Person.id.in_(sa.select(ExamAssignment.person_id).where(ExamAssignment.exam_id == exam.id)),
        sa.exists(
            sa.select(1)
            .select_from(ExamAssignment)
            .join(assigned_unit, assigned_unit.id == ExamAssignment.unit_id)
            .where(ExamAssignment.exam_id == exam.id, under(assigned_unit.path))
        ),
    )
    return (
        sa.select(Person)
        .join(Unit, Unit.id == Person.unit_id)
        .where(Person.active, reached, within(paths))
        .order_by(Unit.path, Person.name, Person.id)
    )
