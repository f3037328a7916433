"""Sittings, seats and what happens in the room."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.exams.models import Exam
from app.people.models import Person
from app.web.db import NUMBERS_ONCE, Base


class Sitting(Base):
    """场次: a room and a time at which some of an exam's candidates sit. Its times stand for the exam's."""

    __tablename__ = "sitting"
    __table_args__ = (NUMBERS_ONCE,)

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(sa.ForeignKey("exam.id"), index=True)
    room: Mapped[str]  # 第一考场
    place: Mapped[str] = mapped_column(default="")
    seats: Mapped[int] = mapped_column(default=30)  # numbered from 1
    doors_at: Mapped[datetime]  # the waiting room opens
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    code: Mapped[str | None]  # said in the room, asked for at the start
    by_hand: Mapped[bool] = mapped_column(
        default=False
    )  # starts when an invigilator says so, not by the clock
    started_at: Mapped[datetime | None]  # when one did
    started_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    exam: Mapped[Exam] = relationship()


class Invigilator(Base):
    """Who watches a sitting: its whole room, from whatever unit the candidates come."""

    __tablename__ = "invigilator"

    sitting_id: Mapped[int] = mapped_column(sa.ForeignKey("sitting.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True, index=True)

    person: Mapped[Person] = relationship()


class Seat(Base):
    """Whose seat it is. One for each person in an exam; `ticket` is the number on the 准考证."""

    __tablename__ = "seat"
    __table_args__ = (
        sa.UniqueConstraint("exam_id", "person_id"),
        sa.UniqueConstraint("sitting_id", "number"),
        NUMBERS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(sa.ForeignKey("exam.id"))
    sitting_id: Mapped[int] = mapped_column(sa.ForeignKey("sitting.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    number: Mapped[int]
    ticket: Mapped[str] = mapped_column(unique=True)
    form: Mapped[int | None]  # of exam_form; None: whichever is the person's turn
    arrived_at: Mapped[datetime | None]  # was in the waiting room, with the code where one is asked for

    sitting: Mapped[Sitting] = relationship()
    person: Mapped[Person] = relationship()


class Incident(Base):
    """考场记录: what an invigilator noted or did, of a room or of one candidate. `form`: the page's form that
    noted it, so that a form sent twice notes (and does) it once."""

    __tablename__ = "incident"
    __table_args__ = (NUMBERS_ONCE,)

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(sa.ForeignKey("exam.id"), index=True)
    sitting_id: Mapped[int | None] = mapped_column(sa.ForeignKey("sitting.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    kind: Mapped[str]  # a word of exams.labels.INCIDENTS
    text: Mapped[str]
    form: Mapped[str | None] = mapped_column(unique=True)
    at: Mapped[datetime]
    noted_by: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))


class Presence(Base):
    """When a page that had nothing to save last said that it is there."""

    __tablename__ = "presence"

    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempt.id"), primary_key=True)
    seen_at: Mapped[datetime]


class Takeover(Base):
    """Each epoch's origin, for the replay of a dispute: a page of the candidate's that took the attempt over,
    or (`decided_by`) a member of staff who accepted answers that had not counted."""

    __tablename__ = "takeover"

    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempt.id"), primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    session_id: Mapped[str]
    address: Mapped[str]
    agent: Mapped[str]
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))


class DeviceRequest(Base):
    """A take-over from another device that waits for an invigilator, and what was said to it."""

    __tablename__ = "device_request"
    __table_args__ = (sa.UniqueConstraint("attempt_id", "session_id"), NUMBERS_ONCE)

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempt.id"))
    session_id: Mapped[str]
    asked_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    granted: Mapped[bool | None]
