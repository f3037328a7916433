"""Courses: make, change, publish, assign; a lesson read."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.audit.service import record
from app.courses.models import Course, CourseAssignment, Lesson, LessonProgress
from app.exams import service as exams
from app.exams.models import Exam
from app.people.models import Person, Unit
from app.web.db import db


class Refusal(Exception):
    """What was asked would break something; the message says what to do instead."""


@dataclass(frozen=True)
class CourseText:
    """What is said about a course. `credit_hours` in tenths."""

    code: str
    title: str
    summary: str
    credit_hours: int


@dataclass(frozen=True)
class LessonText:
    """What a lesson holds; `count` and `pass_percent` are of its quiz."""

    title: str
    kind: str
    minutes: int
    body: str = ""
    rule_sets: Sequence[str] = field(default_factory=list)
    count: int = 10
    pass_percent: int = 60


def create_course(text: CourseText) -> Course | None:
    """The new course, unpublished; None when the code is taken."""
    course = Course(exam_id=None, published=False, **text.__dict__)
    try:
        with db.session.begin_nested():
            db.session.add(course)
    except IntegrityError:
        return None
    record("course.create", f"course:{course.id}", f"新建课程“{text.title}”", after=text.__dict__)
    return course


def reviewed(course: Course, review_on: date | None, now: datetime) -> None:
    """Somebody looked at it again, and says when the next time is due."""
    before = {"review_on": course.review_on}
    course.reviewed_at, course.review_on = now, review_on
    db.session.flush()
    after = {"review_on": review_on}
    record("course.confirm", f"course:{course.id}", f"复核课程“{course.title}”", before=before, after=after)


def update_course(course: Course, text: CourseText, exam: Exam | None) -> None:
    """Whoever is to study the course may sit its exam, too."""
    before = _facts(course)
    course.title, course.summary, course.credit_hours = text.title, text.summary, text.credit_hours
    set_exam(course, exam)
    if before != _facts(course):
        record(
            "course.update", f"course:{course.id}", f"修改课程“{course.title}”",
            before=before, after=_facts(course),
        )  # fmt: skip


def _facts(course: Course) -> dict[str, object]:
    return {name: getattr(course, name) for name in ("title", "summary", "credit_hours", "exam_id")}


def set_exam(course: Course, exam: Exam | None) -> None:
    course.exam_id = exam.id if exam else None
    db.session.flush()
    if exam is not None:
        for row in db.session.scalars(
            sa.select(CourseAssignment).where(CourseAssignment.course_id == course.id)
        ).all():
            exams.assign(exam, unit=row.unit, person=row.person)


def publish(course: Course, published: bool) -> None:
    """Raises Refusal for a course that asks nothing."""
    if published and not course.lessons and course.exam_id is None:
        raise Refusal("课程还没有课时，也没有考试。请先添加课时，再发布。")
    if course.published != published:
        course.published = published
        verb, word = ("publish", "发布") if published else ("unpublish", "停用")
        record(f"course.{verb}", f"course:{course.id}", f"{word}课程“{course.title}”")
    db.session.flush()


def add_lesson(course: Course, text: LessonText, now: datetime) -> Lesson:
    """A new last lesson. Raises domain.papers.Shortage when a quiz has too few questions."""
    # Two who add at once take turns, or both would choose the same code.
    db.session.execute(sa.select(Course.id).where(Course.id == course.id).with_for_update())
    db.session.expire(course, ["lessons"])
    codes = [lesson.code for lesson in course.lessons]
    number = len(codes) + 1
    while f"{number:02d}" in codes:
        number += 1
    lesson = Lesson(
        code=f"{number:02d}", position=max((x.position for x in course.lessons), default=0) + 1,
        title=text.title, kind=text.kind, minutes=text.minutes, body=text.body,
        rule_sets=list(text.rule_sets), quiz_id=None,
    )  # fmt: skip
    course.lessons.append(lesson)
    db.session.flush()
    _set_quiz(lesson, text, now)
    record("lesson.create", f"lesson:{lesson.id}", f"在“{course.title}”中新建课时“{lesson.title}”")
    return lesson


def update_lesson(lesson: Lesson, text: LessonText, now: datetime) -> None:
    """The kind stays: what people did for a lesson belongs to its kind."""
    before = {"title": lesson.title, "minutes": lesson.minutes, "body": lesson.body}
    lesson.title, lesson.minutes, lesson.body = text.title, text.minutes, text.body
    lesson.rule_sets = list(text.rule_sets)
    _set_quiz(lesson, text, now)
    db.session.flush()
    after = {"title": lesson.title, "minutes": lesson.minutes, "body": lesson.body}
    record("lesson.update", f"lesson:{lesson.id}", f"修改课时“{lesson.title}”", before=before, after=after)


def _set_quiz(lesson: Lesson, text: LessonText, now: datetime) -> None:
    if lesson.kind == "quiz":
        quiz = exams.ensure_quiz(
            quiz_code(lesson.course.code, lesson.code), text.title, list(text.rule_sets), text.count,
            text.pass_percent, now,
        )  # fmt: skip
        lesson.quiz_id = quiz.id
        db.session.flush()


def quiz_code(course_code: str, lesson_code: str) -> str:
    return f"lesson:{course_code}/{lesson_code}"


def move_lesson(lesson: Lesson, up: bool) -> None:
    """Change places with the lesson before or after it; at the end of the row nothing happens."""
    row = lesson.course.lessons
    at = row.index(lesson)
    other = at - 1 if up else at + 1
    if 0 <= other < len(row):
        lesson.position, row[other].position = row[other].position, lesson.position
        db.session.flush()
        db.session.expire(lesson.course, ["lessons"])
        record("lesson.move", f"lesson:{lesson.id}", f"调整课时“{lesson.title}”的次序")


def delete_lesson(lesson: Lesson) -> None:
    """Raises Refusal when somebody has finished it: what people did is not thrown away."""
    read = sa.select(LessonProgress.lesson_id).where(LessonProgress.lesson_id == lesson.id).limit(1)
    if lesson.quiz_id is not None or db.session.scalar(read) is not None:
        raise Refusal("已有学员学习的课时和小测不能删除，以免学习记录丢失。可以修改它的内容。")
    record("lesson.delete", f"lesson:{lesson.id}", f"删除课时“{lesson.title}”", before={"body": lesson.body})
    lesson.course.lessons.remove(lesson)
    db.session.delete(lesson)
    db.session.flush()


def assign(
    course: Course, *, unit: Unit | None = None, person: Person | None = None, due_at: datetime | None = None
) -> CourseAssignment:
    """Set the course, with its exam, to a unit and everything below it or to one person; again changes
    the due date."""
    unit_id, person_id = (unit.id if unit else None), (person.id if person else None)
    mine = CourseAssignment.unit_id == unit_id if unit else CourseAssignment.person_id == person_id
    known = sa.select(CourseAssignment).where(CourseAssignment.course_id == course.id, mine)
    row = db.session.scalar(known)
    if row is None:
        try:
            with db.session.begin_nested():
                row = CourseAssignment(course_id=course.id, unit_id=unit_id, person_id=person_id)
                db.session.add(row)
        except IntegrityError:
            row = db.session.scalars(known).one()
    row.due_at = due_at
    db.session.flush()
    if course.exam is not None:
        exams.assign(course.exam, unit=unit, person=person)
    whom = unit.name if unit else person.name if person else ""
    record(
        "course.assign",
        f"course:{course.id}",
        f"把课程“{course.title}”指派给 {whom}",
        after={"due_at": due_at},
    )
    return row


def unassign(row: CourseAssignment, course: Course) -> str:
    """Who it was. What was learnt stays; the exam stays assigned."""
    whom = row.unit.name if row.unit else row.person.name if row.person else ""
    db.session.delete(row)
    db.session.flush()
    record("course.unassign", f"course:{course.id}", f"取消把课程“{course.title}”指派给 {whom}")
    return whom


def mark_done(lesson: Lesson, person_id: int, now: datetime) -> None:
    """The person says that the lesson is read; the first time counts."""
    if db.session.get(LessonProgress, (lesson.id, person_id)) is not None:
        return
    try:
        with db.session.begin_nested():
            db.session.add(LessonProgress(lesson_id=lesson.id, person_id=person_id, done_at=now))
    except IntegrityError:
        db.session.expire_all()  # another tab said so first
