"""Courses, and people who learnt something; each commits."""

from datetime import datetime
from itertools import count
from typing import Any

from app.courses.models import Course, CourseAssignment, Lesson, LessonProgress
from app.exams.models import Attempt, Exam, ExamForm, Paper, Score
from app.people.models import Person, Unit
from tests.factories import CREATED, save

_next = count(1)


def exam(kind: str = "exam", **more: Any) -> Exam:
    paper = save(Paper(sha256=f"paper{next(_next)}", document={}, created_at=CREATED))
    return save(
        Exam(
            kind=kind, code=None, title=more.pop("title", "结业考试"), blueprint_id=None,
            forms=[ExamForm(number=1, paper_id=paper.id)], opens_at=CREATED,
            closes_at=CREATED.replace(year=2030), minutes=45 if kind == "exam" else None,
            draw=10 if kind == "quiz" else None, attempts_allowed=None, pass_percent=60,
            created_at=CREATED, **more,
        )
    )  # fmt: skip


def sat(exam: Exam, person: Person, at: datetime, points: int = 920, *, passed: bool = True) -> Attempt:
    """A handed-in, scored attempt; the full score is 100 points."""
    attempt = save(
        Attempt(
            exam_id=exam.id, person_id=person.id, number=next(_next), paper_id=exam.paper_id, order=[],
            slot_kinds="", started_at=at, submitted_at=at, closed_by="person", receipt="r",
        )
    )  # fmt: skip
    save(
        Score(
            attempt_id=attempt.id, version=1, points=points, full=1000, passed=passed, detail={},
            scored_at=at, reason="",
        )
    )  # fmt: skip
    return attempt


def course(*kinds: str, published: bool = True, exam: Exam | None = None, **more: Any) -> Course:
    """A course with a lesson of each kind in `kinds`; quizzes get an exam of their own."""
    made = save(
        Course(
            code=more.pop("code", f"course{next(_next)}"), title=more.pop("title", "严守政治纪律"),
            summary="简介", credit_hours=60, exam_id=exam.id if exam else None, published=published, **more,
        )
    )  # fmt: skip
    for position, kind in enumerate(kinds, start=1):
        quiz = globals()["exam"]("quiz") if kind == "quiz" else None
        save(
            Lesson(
                course_id=made.id, code=f"{position:02d}", position=position, title=f"第{position}课",
                kind=kind, minutes=10, body="## 小标题\n\n正文", rule_sets=[], quiz_id=quiz and quiz.id,
            )
        )  # fmt: skip
    return made


def assigned(course: Course, to: Unit | Person, due_at: datetime | None = None) -> CourseAssignment:
    key = {"unit_id": to.id} if isinstance(to, Unit) else {"person_id": to.id}
    return save(CourseAssignment(course_id=course.id, due_at=due_at, **key))


def read(lesson: Lesson, person: Person, at: datetime) -> LessonProgress:
    return save(LessonProgress(lesson_id=lesson.id, person_id=person.id, done_at=at))


def completed(course: Course, person: Person, at: datetime, points: int = 920) -> None:
    """Everything the course asks, done at the moment."""
    for lesson in course.lessons:
        if lesson.quiz is not None:
            sat(lesson.quiz, person, at)
        else:
            read(lesson, person, at)
    if course.exam is not None:
        sat(course.exam, person, at, points)
