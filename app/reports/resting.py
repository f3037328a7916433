"""What rests on the rules: questions, courses and papers, and which of them are to be looked at again."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from app.bank import stale
from app.bank.models import Citation, Clause, RuleSet
from app.bank.stale import Changes
from app.courses.models import Course, Lesson
from app.exams.models import Exam, ExamForm, PaperItem
from app.web.db import db

Thing = TypeVar("Thing")
Named = tuple[str, str]  # set code, clause code; "": the whole set
_LINK = re.compile(r"/rules/(?:clause/([a-z0-9-]+)/([a-z0-9-]+)|([a-z0-9-]+)(?:#clause-([a-z0-9-]+))?)")


@dataclass(frozen=True)
class Resting(Generic[Thing]):
    """A course, or an exam with its paper. `changed`: what it rests on has, since it was last looked at."""

    thing: Thing
    changed: bool


def courses(changes: Changes, on: Named | None = None) -> list[Resting[Course]]:
    """Those that rest on the set or clause; without one, all."""
    found = db.session.scalars(
        sa.select(Course).options(selectinload(Course.lessons)).order_by(Course.title, Course.id)
    )
    rows = []
    for course in found:
        named = {name for lesson in course.lessons for name in _named(lesson)}
        if on is not None and not any(_touches(name, on) for name in named):
            continue
        rows.append(Resting(course, _changed(named, changes, course.reviewed_at)))
    return rows


def _named(lesson: Lesson) -> Iterator[Named]:
    """What a lesson reads out, tests, or links to."""
    yield from ((code, "") for code in lesson.rule_sets)
    for clause_set, clause, whole, anchor in _LINK.findall(lesson.body):
        yield clause_set or whole, clause or anchor


def _touches(name: Named, on: Named) -> bool:
    return name[0] == on[0] and (not name[1] or not on[1] or name[1] == on[1])


def _changed(named: Iterable[Named], changes: Changes, since: datetime) -> bool:
    moments = (changes.of_clause(*name) if name[1] else changes.of_set(name[0]) for name in named)
    return any(at is not None and at > since for at in moments)


def exams(changes: Changes, now: datetime, on: Named | None = None) -> list[Resting[Exam]]:
    """Exams and quizzes that can still be sat, by the clauses that their papers' questions cite."""
    cited: dict[int, set[Named]] = defaultdict(set)
    rows = (
        sa.select(Exam.id, RuleSet.code, Clause.code)
        .distinct()
        .join(ExamForm, ExamForm.exam_id == Exam.id)
        .join(PaperItem, PaperItem.paper_id == ExamForm.paper_id)
        .join(Citation, Citation.version_id == PaperItem.version_id)
        .join(Clause, Clause.id == Citation.clause_id)
        .join(RuleSet, RuleSet.id == Clause.rule_set_id)
        .where(Exam.closes_at > now)
    )
    for exam_id, code, clause in db.session.execute(rows):
        cited[exam_id].add((code, clause))
    found = db.session.scalars(
        sa.select(Exam)
        .options(selectinload(Exam.forms).joinedload(ExamForm.paper))
        .where(Exam.id.in_(cited))
        .order_by(Exam.kind, Exam.title, Exam.id)
    )
    return [
        Resting(exam, _changed(cited[exam.id], changes, _reviewed_at(exam)))
        for exam in found
        if on is None or any(_touches(name, on) for name in cited[exam.id])
    ]


def _reviewed_at(exam: Exam) -> datetime:
    return min(form.paper.reviewed_at for form in exam.forms)


def _review_on(exam: Exam) -> date | None:
    return min((form.paper.review_on for form in exam.forms if form.paper.review_on), default=None)


@dataclass(frozen=True)
class Due:
    """What is to be looked at again."""

    courses: Sequence[Course]
    exams: Sequence[Exam]


def due(today: date, now: datetime) -> Due:
    """Courses and exams whose rules have changed since they were last looked at, or whose day has come."""
    changes = stale.changes()
    read, sat = courses(changes), exams(changes, now)
    return Due(
        [row.thing for row in read if row.changed or _come(row.thing.review_on, today)],
        [row.thing for row in sat if row.changed or _come(_review_on(row.thing), today)],
    )


def _come(day: date | None, today: date) -> bool:
    return day is not None and day <= today
