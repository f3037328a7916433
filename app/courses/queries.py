"""Reads: whose course it is, how far each person is. Completion follows from facts, nothing is stored."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from app.courses.models import Course, CourseAssignment, Lesson, LessonProgress
from app.domain import completion
from app.exams import publishing
from app.exams.models import Exam
from app.exams.queries import Result, ancestors
from app.people.models import Person, Unit
from app.people.queries import under, within
from app.web.db import db

_BATCH = 500  # persons per statement; engines limit parameters
READ_KINDS = ("reading", "rules")  # done when the reader says so


@dataclass(frozen=True)
class Standing:
    """How far one person is in one course. `done` holds the finished lessons only."""

    course: Course
    done: dict[int, datetime]
    exam: Result | None

    @property
    def lessons(self) -> tuple[int, int]:
        """(done, all)"""
        return completion.progress([self.done.get(lesson.id) for lesson in self.course.lessons])

    @property
    def completed_at(self) -> datetime | None:
        moments = [self.done.get(lesson.id) for lesson in self.course.lessons]
        passed_at = self.exam.passed_at if self.exam else None
        return completion.completed_at(moments, self.course.exam_id is not None, passed_at)

    @property
    def started_at(self) -> datetime | None:
        """When the first lesson was finished, or, without lessons, the exam passed."""
        moments = [*self.done.values()]
        if self.exam and self.exam.passed_at:
            moments.append(self.exam.passed_at)
        return min(moments, default=None)

    @property
    def next_lesson(self) -> Lesson | None:
        return next((lesson for lesson in self.course.lessons if lesson.id not in self.done), None)


@dataclass(frozen=True)
class Assigned:
    """A course as it is set to one person."""

    standing: Standing
    due_at: datetime | None

    @property
    def course(self) -> Course:
        return self.standing.course


def course_with_lessons(course_id: int) -> Course | None:
    """The course, its lessons (texts left out) and its exam."""
    return db.session.scalar(_with_lessons().where(Course.id == course_id))


def lesson_of(course_id: int, lesson_id: int) -> Lesson | None:
    return db.session.scalar(
        sa.select(Lesson)
        .options(joinedload(Lesson.quiz))
        .where(Lesson.course_id == course_id, Lesson.id == lesson_id)
    )


def _with_lessons() -> sa.Select[Course]:
    return sa.select(Course).options(
        joinedload(Course.exam),
        selectinload(Course.lessons).defer(Lesson.body),
    )


def all_courses() -> Sequence[Course]:
    return db.session.scalars(
        _with_lessons().order_by(Course.published.desc(), Course.title, Course.id)
    ).all()


def published_courses() -> Sequence[Course]:
    return db.session.scalars(_with_lessons().where(Course.published).order_by(Course.title, Course.id)).all()


def assigned_courses(person_id: int, unit_path: str) -> list[Assigned]:
    """The published courses this person is to study, the next due first; a fixed number of statements."""
    due = _due_dates(person_id, unit_path)
    courses = db.session.scalars(_with_lessons().where(Course.published, Course.id.in_(due))).all()
    standing = standings(courses, [person_id])
    found = [Assigned(standing[course.id, person_id], due[course.id]) for course in courses]
    return sorted(found, key=lambda one: (one.due_at is None, one.due_at, one.course.title, one.course.id))


def assigned_course(course_id: int, person_id: int, unit_path: str) -> Assigned | None:
    """The course as it is set to this person; None when it is not."""
    due = _due_dates(person_id, unit_path)
    course = course_with_lessons(course_id) if course_id in due else None
    if course is None or not course.published:
        return None
    return Assigned(standings([course], [person_id])[course.id, person_id], due[course.id])


def _due_dates(person_id: int, unit_path: str) -> dict[int, datetime | None]:
    """Course → due date. One's own assignment beats the unit's, a nearer unit beats one above it."""
    above = ancestors(unit_path)
    rows = db.session.scalars(
        sa.select(CourseAssignment).where(
            sa.or_(CourseAssignment.person_id == person_id, CourseAssignment.unit_id.in_(above))
        )
    ).all()
    rank = {unit_id: depth for depth, unit_id in enumerate(above)}
    nearest_last = sorted(rows, key=lambda row: len(above) if row.unit_id is None else rank[row.unit_id])
    return {row.course_id: row.due_at for row in nearest_last}


def standings(courses: Iterable[Course], person_ids: Collection[int]) -> dict[tuple[int, int], Standing]:
    """By (course id, person id), for every pair; two statements, courses with lessons loaded."""
    courses = list(courses)
    read = _read(courses, person_ids)
    tested = {lesson.quiz_id for course in courses for lesson in course.lessons if lesson.quiz_id}
    tested |= {course.exam_id for course in courses if course.exam_id}
    results = publishing.results(tested, person_ids)
    return {
        (course.id, person_id): _standing(course, person_id, read, results)
        for course in courses
        for person_id in person_ids
    }


def _read(courses: Sequence[Course], person_ids: Collection[int]) -> dict[tuple[int, int], datetime]:
    """(lesson id, person id) → when the person said the lesson was read."""
    rows = db.session.execute(
        sa.select(LessonProgress.lesson_id, LessonProgress.person_id, LessonProgress.done_at)
        .join(Lesson, Lesson.id == LessonProgress.lesson_id)
        .where(Lesson.course_id.in_([course.id for course in courses]))
        .where(LessonProgress.person_id.in_(person_ids))
    )
    return {(row.lesson_id, row.person_id): row.done_at for row in rows}


def _standing(
    course: Course,
    person_id: int,
    read: dict[tuple[int, int], datetime],
    results: dict[tuple[int, int], Result],
) -> Standing:
    done = {}
    for lesson in course.lessons:
        if lesson.kind in READ_KINDS:
            moment = read.get((lesson.id, person_id))
        else:
            result = results.get((lesson.quiz_id or 0, person_id))
            moment = result.passed_at if result else None
        if moment is not None:
            done[lesson.id] = moment
    return Standing(course, done, results.get((course.exam_id or 0, person_id)))


def completed(course: Course, without: sa.Select[int]) -> dict[int, Standing]:
    """Everyone who completed the course, except the persons selected by `without`."""
    candidates = _candidates(course, without)
    found: dict[int, Standing] = {}
    for start in range(0, len(candidates), _BATCH):
        batch = candidates[start : start + _BATCH]
        for (_, person_id), standing in standings([course], batch).items():
            if standing.completed_at is not None:
                found[person_id] = standing
    return found


def _candidates(course: Course, without: sa.Select[int]) -> list[int]:
    """Who may have completed the course: whoever read all that is to be read, or has sat its first test."""
    to_read = [lesson.id for lesson in course.lessons if lesson.kind in READ_KINDS]
    if to_read:
        rows = (
            sa.select(LessonProgress.person_id)
            .where(LessonProgress.lesson_id.in_(to_read), LessonProgress.person_id.not_in(without))
            .group_by(LessonProgress.person_id)
            .having(sa.func.count() == len(to_read))
        )
        return sorted(db.session.scalars(rows))
    tests = [*(lesson.quiz_id for lesson in course.lessons), course.exam_id]
    first = next((test for test in tests if test is not None), None)
    if first is None:
        return []
    left_out = set(db.session.scalars(without))
    return sorted(person_id for _, person_id in publishing.results([first]) if person_id not in left_out)


def learners(course_id: int, paths: Iterable[str]) -> sa.Select[Person]:
    """Active persons in the subtrees who are to study the course, units loaded, in the order of units."""
    assigned_unit = aliased(Unit)
    reached = sa.or_(
        Person.id.in_(
            sa.select(CourseAssignment.person_id).where(
                CourseAssignment.course_id == course_id, CourseAssignment.person_id.is_not(None)
            )
        ),
        sa.exists(
            sa.select(1)
            .select_from(CourseAssignment)
            .join(assigned_unit, assigned_unit.id == CourseAssignment.unit_id)
            .where(CourseAssignment.course_id == course_id, under(assigned_unit.path))
        ),
    )
    return (
        sa.select(Person)
        .join(Person.unit)
        .options(contains_eager(Person.unit))
        .where(Person.active, within(paths), reached)
        .order_by(Unit.path, Person.name, Person.id)
    )


def progress_of(course: Course, paths: Iterable[str]) -> list[tuple[Person, Standing]]:
    """Everyone in the subtrees who is to study the course, and how far."""
    people = db.session.scalars(learners(course.id, paths)).all()
    found: dict[tuple[int, int], Standing] = {}
    for start in range(0, len(people), _BATCH):
        found |= standings([course], [person.id for person in people[start : start + _BATCH]])
    return [(person, found[course.id, person.id]) for person in people]


@dataclass(frozen=True)
class UnitCount:
    """Of a unit's own people: how many are to study, how many have completed."""

    unit: Unit
    all: int
    done: int


def by_unit(rows: Iterable[tuple[Person, Standing]]) -> list[UnitCount]:
    units: dict[int, Unit] = {}
    every, done = Counter[int](), Counter[int]()
    for person, standing in rows:
        units[person.unit_id] = person.unit
        every[person.unit_id] += 1
        done[person.unit_id] += standing.completed_at is not None
    return [UnitCount(unit, every[unit_id], done[unit_id]) for unit_id, unit in units.items()]


def assignment_counts() -> dict[int, int]:
    """Course → number of assignments."""
    rows = db.session.execute(
        sa.select(CourseAssignment.course_id, sa.func.count()).group_by(CourseAssignment.course_id)
    )
    return {row[0]: row[1] for row in rows}


def exam_options() -> list[tuple[int, str]]:
    """Timed exams, the newest first, for a select."""
    rows = db.session.execute(
        sa.select(Exam.id, Exam.title).where(Exam.kind == "exam").order_by(Exam.id.desc())
    )
    return [(row.id, row.title) for row in rows]


def assignments_of(course_id: int, paths: Iterable[str]) -> Sequence[CourseAssignment]:
    """Those on units and persons in the subtrees, and those on units above them, which reach them too."""
    paths = tuple(paths)
    rows = db.session.scalars(
        sa.select(CourseAssignment)
        .options(joinedload(CourseAssignment.unit))
        .options(joinedload(CourseAssignment.person).joinedload(Person.unit))
        .where(CourseAssignment.course_id == course_id)
        .order_by(CourseAssignment.id)
    )
    return [row for row in rows if any(_touches(path, row.target.path) for path in paths)]


def _touches(path: str, other: str) -> bool:
    return path.startswith(other) or other.startswith(path)
