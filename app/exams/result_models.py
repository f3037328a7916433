"""Marks given by people, decisions about keys, and what candidates are told and ask."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.bank.models import QuestionVersion
from app.exams.models import Attempt, Exam
from app.people.models import Person
from app.web.db import NUMBERS_ONCE, Base


class Grader(Base):
    """阅卷人 of an exam, and which questions are theirs: ids of question versions, none for all.

    Who arbitrates does nothing else: answers on which two graders differ, and those to be marked again.
    """

    __tablename__ = "grader"

    exam_id: Mapped[int] = mapped_column(sa.ForeignKey("exam.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True, index=True)
    versions: Mapped[list[int]] = mapped_column(sa.JSON, default=list)
    arbitrates: Mapped[bool] = mapped_column(default=False)

    person: Mapped[Person] = relationship()


class Mark(Base):
    """One marking of one answer: to be done, claimed by a grader, or given (`at`).

    `round`: 1 first, 2 second, 3 arbitration, from 4 on marking again for a `reason`. `code` is all that
    graders are told of whose answer it is. While a claim lasts, it lies before that grader and nobody else.
    """

    __tablename__ = "mark"
    __table_args__ = (
        sa.UniqueConstraint("attempt_id", "slot", "round"),
        sa.UniqueConstraint("attempt_id", "slot", "grader_id"),  # nobody marks an answer twice
        NUMBERS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempt.id"))
    slot: Mapped[int]
    round: Mapped[int]
    code: Mapped[str] = mapped_column(unique=True)
    reason: Mapped[str] = mapped_column(default="")
    grader_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    claimed_at: Mapped[datetime | None]
    at: Mapped[datetime | None]
    points: Mapped[int | None]  # tenths
    parts: Mapped[list[int]] = mapped_column(sa.JSON, default=list)  # tenths for each point of the key
    comment: Mapped[str] = mapped_column(default="")
    revision: Mapped[int] = mapped_column(default=0)  # of this row, for If-Match

    attempt: Mapped[Attempt] = relationship()


class Regrade(Base):
    """A decision about the key of a question in one exam: proposed by one, approved by another.

    The last one approved of a question holds. `applied_at`: since when all scores show it.
    """

    __tablename__ = "regrade"
    __table_args__ = (
        sa.Index(
            "uq_regrade_open",
            "exam_id",
            "version_id",
            "part",
            unique=True,
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        ),
        NUMBERS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(sa.ForeignKey("exam.id"), index=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("question_version.id"), index=True)
    part: Mapped[int] = mapped_column(default=0)  # of a case
    kind: Mapped[str]  # domain.regrading.Remedy
    key: Mapped[Any | None] = mapped_column(sa.JSON)
    reason: Mapped[str]
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    approved: Mapped[bool | None]
    answer: Mapped[str] = mapped_column(default="")  # why it was approved or declined
    applied_at: Mapped[datetime | None]

    exam: Mapped[Exam] = relationship()
    version: Mapped[QuestionVersion] = relationship()


class Appeal(Base):
    """成绩复核申请: of a candidate about an attempt or one question of it, and the answer."""

    __tablename__ = "appeal"
    __table_args__ = (sa.UniqueConstraint("attempt_id", "slot"), NUMBERS_ONCE)

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempt.id"))
    slot: Mapped[int]  # 0: the whole
    text: Mapped[str]
    at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    answer: Mapped[str] = mapped_column(default="")
    upheld: Mapped[bool | None]

    attempt: Mapped[Attempt] = relationship()


class Announcement(Base):
    """公告: of an exam to its candidates, or of the school to everybody (no exam)."""

    __tablename__ = "announcement"
    __table_args__ = (NUMBERS_ONCE,)

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int | None] = mapped_column(sa.ForeignKey("exam.id"), index=True)
    title: Mapped[str]
    text: Mapped[str]
    written_at: Mapped[datetime]
    written_by: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    published_at: Mapped[datetime | None]

    exam: Mapped[Exam | None] = relationship()
