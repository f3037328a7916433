from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.web.db import NUMBERS_ONCE, Base


class RuleSet(Base):
    """A set of rules with the document it is quoted from, such as 五个必须."""

    __tablename__ = "rule_set"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    summary: Mapped[str]
    position: Mapped[int]
    excerpt: Mapped[bool]  # 节选: only whole clauses of a longer document
    local: Mapped[bool]  # filled in by the county
    document: Mapped[str]
    issuer: Mapped[str]
    number: Mapped[str]
    dated: Mapped[date | None] = mapped_column(sa.Date)
    place: Mapped[str]
    note: Mapped[str]

    clauses: Mapped[list["Clause"]] = relationship(order_by="Clause.position", back_populates="rule_set")


class Clause(Base):
    """One rule, verbatim. Cited as `<set code>/<clause code>`."""

    __tablename__ = "clause"
    __table_args__ = (sa.UniqueConstraint("rule_set_id", "code"), NUMBERS_ONCE)

    id: Mapped[int] = mapped_column(primary_key=True)
    rule_set_id: Mapped[int] = mapped_column(sa.ForeignKey("rule_set.id"))
    code: Mapped[str]
    position: Mapped[int]
    heading: Mapped[str]
    locator: Mapped[str]
    text: Mapped[str]

    rule_set: Mapped[RuleSet] = relationship(back_populates="clauses")


class Question(Base):
    """A question's identity; what it says is in its versions. Retired ones are drawn no more."""

    __tablename__ = "question"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)  # stable id, such as five-musts-001
    # No foreign key: question and version would each need the other first.
    current_version_id: Mapped[int | None] = mapped_column(index=True)
    retired_at: Mapped[datetime | None]

    current: Mapped["QuestionVersion | None"] = relationship(
        primaryjoin="foreign(Question.current_version_id) == QuestionVersion.id", viewonly=True
    )


class QuestionVersion(Base):
    """What a candidate may see. Immutable; an edit makes the next version."""

    __tablename__ = "question_version"
    __table_args__ = (sa.UniqueConstraint("question_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("question.id"), index=True)
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(index=True)
    stem: Mapped[str]
    options: Mapped[list[str]] = mapped_column(sa.JSON)
    topic: Mapped[str] = mapped_column(index=True)
    difficulty: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    question: Mapped[Question] = relationship()
    answer: Mapped["AnswerKey"] = relationship(back_populates="version", uselist=False)
    citations: Mapped[list[Clause]] = relationship(secondary="citation", order_by="Clause.id")


class AnswerKey(Base):
    """What a candidate may not see before the review phase: apart, so that no page loads it by accident."""

    __tablename__ = "answer_key"

    version_id: Mapped[int] = mapped_column(sa.ForeignKey("question_version.id"), primary_key=True)
    key: Mapped[Any] = mapped_column(sa.JSON)
    explanation: Mapped[str]

    version: Mapped[QuestionVersion] = relationship(back_populates="answer")


citation = sa.Table(
    "citation",
    Base.metadata,
    sa.Column("version_id", sa.ForeignKey("question_version.id"), primary_key=True),
    sa.Column("clause_id", sa.ForeignKey("clause.id"), primary_key=True, index=True),
)
