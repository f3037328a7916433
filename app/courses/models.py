from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.exams.models import Exam
from app.people.models import Person, Unit
from app.web import clock
from app.web.db import NUMBERS_ONCE, Base


class Course(Base):
    """Lessons in order and, perhaps, an exam at the end. `credit_hours` in tenths of a 学时."""

    __tablename__ = "course"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    summary: Mapped[str]
    credit_hours: Mapped[int]
    exam_id: Mapped[int | None] = mapped_column(sa.ForeignKey("exam.id"))
    published: Mapped[bool] = mapped_column(default=False)
    review_on: Mapped[date | None] = mapped_column(sa.Date)  # to be looked at again by then
    reviewed_at: Mapped[datetime] = mapped_column(default=clock.now)  # what changed since is to be looked at

    exam: Mapped[Exam | None] = relationship()
    lessons: Mapped[list["Lesson"]] = relationship(order_by="Lesson.position", back_populates="course")


class Lesson(Base):
    """reading: `body` in Markdown · rules: reading of `rule_sets` · quiz: done when `quiz` is passed."""

    __tablename__ = "lesson"
    __table_args__ = (sa.UniqueConstraint("course_id", "code"), NUMBERS_ONCE)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"))
    code: Mapped[str]
    position: Mapped[int]
    title: Mapped[str]
    kind: Mapped[str]  # reading | rules | quiz
    minutes: Mapped[int]
    body: Mapped[str]
    rule_sets: Mapped[list[Any]] = mapped_column(sa.JSON)  # codes
    quiz_id: Mapped[int | None] = mapped_column(sa.ForeignKey("exam.id"))

    course: Mapped[Course] = relationship(back_populates="lessons")
    quiz: Mapped[Exam | None] = relationship()


class CourseAssignment(Base):
    """Who is to study: a unit with everything below it, or one person."""

    __tablename__ = "course_assignment"
    __table_args__ = (
        sa.UniqueConstraint("course_id", "unit_id"),
        sa.UniqueConstraint("course_id", "person_id"),
        sa.CheckConstraint("(unit_id IS NULL) <> (person_id IS NULL)", name="one_target"),
        NUMBERS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    due_at: Mapped[datetime | None]

    unit: Mapped[Unit | None] = relationship()
    person: Mapped[Person | None] = relationship()

    @property
    def target(self) -> Unit:
        """The unit that is to study, or the person's."""
        if self.unit is not None:
            return self.unit
        assert self.person is not None  # noqa: S101  the check constraint says so
        return self.person.unit


class LessonProgress(Base):
    """A person said that the lesson is read."""

    __tablename__ = "lesson_progress"

    lesson_id: Mapped[int] = mapped_column(sa.ForeignKey("lesson.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True, index=True)
    done_at: Mapped[datetime]
