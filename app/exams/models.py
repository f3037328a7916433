from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain import releasing
from app.web import clock
from app.web.db import NUMBERS_ONCE, Base


class Blueprint(Base):
    """组卷规则 (双向细目表): what a paper is made of. Points in tenths.

    `sections`: [{title, kind, points, preset, cells: [{count, topics, difficulty, rule_sets, clauses}]}], the
    points of each question. `at_least`: [{count, kind, topics, difficulty, rule_sets, clauses}], of the whole
    paper. `enemies`: sets of question codes that must not meet. Empty texts and lists leave open.
    """

    __tablename__ = "blueprint"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    minutes: Mapped[int]
    pass_percent: Mapped[int]
    sections: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)
    at_least: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)
    enemies: Mapped[list[list[str]]] = mapped_column(sa.JSON, default=list)
    total: Mapped[int] = mapped_column(default=1000)
    rest_days: Mapped[int] = mapped_column(default=0)  # what exams of so many days have used is left out
    rest_exams: Mapped[int] = mapped_column(default=0)  # and what the last so many exams have


class Paper(Base):
    """A frozen paper without keys, named by the SHA-256 of its canonical JSON. Only its review may change.

    Not unique by name: a corrected key is another question version under the same words.
    """

    __tablename__ = "paper"

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(index=True)
    document: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    created_at: Mapped[datetime]
    review_on: Mapped[date | None] = mapped_column(sa.Date)  # to be looked at again by then
    reviewed_at: Mapped[datetime] = mapped_column(default=clock.now)  # what changed since is to be looked at


class PaperItem(Base):
    """Which question version a slot of a paper shows, and how it is scored."""

    __tablename__ = "paper_item"

    paper_id: Mapped[int] = mapped_column(sa.ForeignKey("paper.id"), primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("question_version.id"), index=True)
    points: Mapped[int]  # tenths
    preset: Mapped[str]
    part: Mapped[int] = mapped_column(default=0)  # of a case, from 1


class Exam(Base):
    """An exam, or a quiz (no clock, answers shown at once). Facts only; the phase follows from them."""

    __tablename__ = "exam"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]  # exam | quiz
    code: Mapped[str | None] = mapped_column(unique=True)  # of quizzes: "quiz:<rule set>"; of demo exams
    title: Mapped[str]
    blueprint_id: Mapped[int | None] = mapped_column(sa.ForeignKey("blueprint.id"))
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    minutes: Mapped[int | None]  # None: no clock
    entry_minutes: Mapped[int | None]  # 迟到: nobody starts so long after the opening; None: until the close
    earliest_minutes: Mapped[int] = mapped_column(default=0)  # nobody hands in sooner after their own start
    draw: Mapped[int | None]  # quiz: how many items an attempt draws
    attempts_allowed: Mapped[int | None]  # None: unlimited
    outcome: Mapped[str] = mapped_column(default="best")  # domain.attempts.Outcome
    pass_percent: Mapped[int]
    minimums: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)  # domain.scoring.Minimum
    valid_years: Mapped[int | None]  # of a pass; None: for good
    makeup_of_id: Mapped[int | None] = mapped_column(sa.ForeignKey("exam.id"), index=True)  # 补考
    seated: Mapped[bool] = mapped_column(default=False)  # only who has a seat in a sitting may start
    second_mark_percent: Mapped[int] = mapped_column(default=0)  # so many of the answers have a second grader
    mark_difference: Mapped[int] = mapped_column(default=0)  # tenths; more than that goes to a third
    device_approval: Mapped[bool] = mapped_column(default=False)  # another device needs an invigilator's yes
    shuffle_sections: Mapped[bool] = mapped_column(default=False)
    shuffle_slots: Mapped[bool] = mapped_column(default=True)
    shuffle_options: Mapped[bool] = mapped_column(default=True)
    release: Mapped[dict[str, str]] = mapped_column(  # what candidates see, and when
        sa.JSON, default=lambda: releasing.stored(releasing.USUAL["score"])
    )
    released_at: Mapped[datetime | None]  # by hand
    appeal_days: Mapped[int] = mapped_column(default=7)  # 成绩复核, from the release; 0: none
    created_at: Mapped[datetime]

    blueprint: Mapped[Blueprint | None] = relationship()
    forms: Mapped[list["ExamForm"]] = relationship(order_by="ExamForm.number", cascade="all, delete-orphan")
    makeup_of: Mapped["Exam | None"] = relationship(remote_side=[id])

    @property
    def paper(self) -> Paper | None:
        """Form A; a quiz and most exams have no other."""
        return self.forms[0].paper if self.forms else None

    @property
    def paper_id(self) -> int | None:
        return self.forms[0].paper_id if self.forms else None


class ExamForm(Base):
    """One of the parallel papers of an exam; A卷 is number 1. Attempts keep the paper they began with."""

    __tablename__ = "exam_form"

    exam_id: Mapped[int] = mapped_column(sa.ForeignKey("exam.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    paper_id: Mapped[int] = mapped_column(sa.ForeignKey("paper.id"), index=True)

    paper: Mapped[Paper] = relationship()


class ExamAssignment(Base):
    """Who is to sit: a unit with everything below it, or one person."""

    __tablename__ = "exam_assignment"
    __table_args__ = (
        sa.UniqueConstraint("exam_id", "unit_id"),
        sa.UniqueConstraint("exam_id", "person_id"),
        sa.CheckConstraint("(unit_id IS NULL) <> (person_id IS NULL)", name="one_target"),
        NUMBERS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(sa.ForeignKey("exam.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)


class Allowance(Base):
    """What one person gets beyond the rules: more minutes in every attempt, more attempts, another window
    (each end alone, too), open books."""

    __tablename__ = "allowance"

    exam_id: Mapped[int] = mapped_column(sa.ForeignKey("exam.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    minutes: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    open_book: Mapped[bool] = mapped_column(default=False)


class GroupAllowance(Base):
    """The same for everybody in a unit or below it, or born on a day or before, or both at once.

    Of several that reach a person the most generous of each holds, and what the person was given is added.
    """

    __tablename__ = "group_allowance"
    __table_args__ = (
        sa.CheckConstraint("unit_id IS NOT NULL OR born_by IS NOT NULL", name="some_group"),
        NUMBERS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(sa.ForeignKey("exam.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    born_by: Mapped[date | None] = mapped_column(sa.Date)
    minutes: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    open_book: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str]


class Attempt(Base):
    """答卷. `order` is what the person sees, [[slot, [option keys]], …]. `slot_kinds` has one character per
    slot of the paper and says what the save statement may write there: the kind's letter, "-" where this
    attempt does not draw the slot, "x" once a quiz slot was checked."""

    __tablename__ = "attempt"
    __table_args__ = (
        sa.UniqueConstraint("exam_id", "person_id", "number"),
        sa.Index(
            "uq_attempt_open",
            "exam_id",
            "person_id",
            unique=True,
            sqlite_where=sa.text("submitted_at IS NULL"),
            postgresql_where=sa.text("submitted_at IS NULL"),
        ),
        sa.Index(
            "ix_attempt_unsubmitted",
            "exam_id",
            sqlite_where=sa.text("submitted_at IS NULL"),
            postgresql_where=sa.text("submitted_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(sa.ForeignKey("exam.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    number: Mapped[int]
    trial: Mapped[bool] = mapped_column(default=False)  # a member of staff trying the exam; never counted
    paper_id: Mapped[int] = mapped_column(sa.ForeignKey("paper.id"))
    order: Mapped[list[Any]] = mapped_column(sa.JSON)
    slot_kinds: Mapped[str]
    sitting_id: Mapped[int | None] = mapped_column(sa.ForeignKey("sitting.id"), index=True)
    medium: Mapped[str] = mapped_column(default="screen")  # screen | paper
    open_book: Mapped[bool] = mapped_column(default=False)
    started_at: Mapped[datetime]
    closes_at: Mapped[datetime | None]  # the end of this person's own window; None: the exam's
    extra_minutes: Mapped[int] = mapped_column(default=0)
    epoch: Mapped[int] = mapped_column(default=0)
    submitted_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]  # person | deadline | staff
    receipt: Mapped[str | None]

    exam: Mapped[Exam] = relationship()
    paper: Mapped[Paper] = relationship()


class Response(Base):
    """The journal of answers, append-only. A slot's current answer is its highest (epoch, seq)."""

    __tablename__ = "response"
    # For who watches a room: the last save of each attempt. It costs a save a tenth on SQLite.
    __table_args__ = (sa.Index("ix_response_last", "attempt_id", "received_at"),)

    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempt.id"), primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    value: Mapped[str]  # JSON
    received_at: Mapped[datetime]


class UnappliedResponse(Base):
    """Kept, never scored unless a person decides: from a page that lost its epoch, or too late."""

    __tablename__ = "unapplied_response"
    __table_args__ = (sa.UniqueConstraint("attempt_id", "slot", "epoch", "seq", "reason"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempt.id"))
    slot: Mapped[int]
    epoch: Mapped[int]
    seq: Mapped[int] = mapped_column(sa.BigInteger)
    value: Mapped[str]
    received_at: Mapped[datetime]
    reason: Mapped[str]  # epoch | late | file
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    accepted: Mapped[bool | None]
    decision: Mapped[str] = mapped_column(default="")  # why, in words that the candidate reads


class SlotCheck(Base):
    """A checked quiz slot: the answer it froze and what it earned."""

    __tablename__ = "slot_check"

    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempt.id"), primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True)
    checked_at: Mapped[datetime]
    points: Mapped[int]


class Score(Base):
    """What an attempt earned, in tenths, from stored facts. Marks and regrades add a version with a reason.

    `detail` leaves out what is still to be marked, `pending` slots: until there are none, nothing is passed.
    """

    __tablename__ = "score"

    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempt.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    points: Mapped[int]
    full: Mapped[int]
    passed: Mapped[bool]
    detail: Mapped[dict[str, int]] = mapped_column(sa.JSON)  # slot → tenths
    pending: Mapped[int] = mapped_column(default=0)
    regrade_id: Mapped[int | None] = mapped_column(sa.ForeignKey("regrade.id"))
    scored_at: Mapped[datetime]
    reason: Mapped[str]
