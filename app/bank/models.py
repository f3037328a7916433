from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.web.db import NUMBERS_ONCE, Base
from app.web.uploads import Upload


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
    ordered: Mapped[bool] = mapped_column(
        default=False
    )  # its clauses stand in a meant order, which may be asked
    document: Mapped[str]
    issuer: Mapped[str]
    number: Mapped[str]
    dated: Mapped[date | None] = mapped_column(sa.Date)
    place: Mapped[str]
    note: Mapped[str]
    effective: Mapped[date | None] = mapped_column(sa.Date)  # in force since; None: not stated
    superseded_on: Mapped[date | None] = mapped_column(sa.Date)  # in force until; None: it still is
    superseded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("rule_set.id"))  # None: none held
    superseded_at: Mapped[datetime | None]  # when that was entered here: what is older rests on the old text

    clauses: Mapped[list["Clause"]] = relationship(order_by="Clause.position", back_populates="rule_set")
    superseded_by: Mapped["RuleSet | None"] = relationship(remote_side=[id])


class Clause(Base):
    """One rule, verbatim. Cited as `<set code>/<clause code>`. `revision` counts its wordings (`Wording`)."""

    __tablename__ = "clause"
    __table_args__ = (sa.UniqueConstraint("rule_set_id", "code"), NUMBERS_ONCE)

    id: Mapped[int] = mapped_column(primary_key=True)
    rule_set_id: Mapped[int] = mapped_column(sa.ForeignKey("rule_set.id"))
    code: Mapped[str]
    position: Mapped[int]
    heading: Mapped[str]
    locator: Mapped[str]
    text: Mapped[str]
    revision: Mapped[int] = mapped_column(default=1)
    superseded_on: Mapped[date | None] = mapped_column(sa.Date)  # this one alone; of a whole set, see there
    superseded_at: Mapped[datetime | None]

    rule_set: Mapped[RuleSet] = relationship(back_populates="clauses")
    wordings: Mapped[list["Wording"]] = relationship(
        order_by="Wording.revision", back_populates="clause", passive_deletes=True
    )
    amendment: Mapped["Amendment | None"] = relationship(
        back_populates="clause", cascade="all, delete-orphan", passive_deletes=True
    )


class Wording(Base):
    """What a clause says or said: its wordings by revision, the present one included.

    Never changed; one entered by hand goes with the entry (`bank.amending`).
    """

    __tablename__ = "wording"

    clause_id: Mapped[int] = mapped_column(sa.ForeignKey("clause.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
    since: Mapped[datetime]  # when it was entered here

    clause: Mapped[Clause] = relationship(back_populates="wordings")


class Amendment(Base):
    """That a clause was amended or repealed, entered by hand before the files say so (`bank.amending`).

    `filed_text`, `filed_revision`: what the files said of it. They are heard again when they say more.
    """

    __tablename__ = "amendment"

    clause_id: Mapped[int] = mapped_column(sa.ForeignKey("clause.id", ondelete="CASCADE"), primary_key=True)
    document: Mapped[str]  # by which it was amended or repealed
    since: Mapped[date] = mapped_column(sa.Date)
    at: Mapped[datetime]
    by: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    filed_text: Mapped[str]
    filed_revision: Mapped[int]

    clause: Mapped[Clause] = relationship(back_populates="amendment")


class Question(Base):
    """A question's identity; what it says is in its versions.

    Drawn is the `current` version, the last that was approved, unless the question is retired. The `newest`
    one may still be a draft or in review.
    """

    __tablename__ = "question"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)  # stable id, such as five-musts-001
    # No foreign keys: question and version would each need the other first.
    current_version_id: Mapped[int | None] = mapped_column(index=True)
    newest_version_id: Mapped[int | None] = mapped_column(index=True)
    retired_at: Mapped[datetime | None]
    review_on: Mapped[date | None] = mapped_column(sa.Date)  # to be looked at again by then

    current: Mapped["QuestionVersion | None"] = relationship(
        primaryjoin="foreign(Question.current_version_id) == QuestionVersion.id", viewonly=True
    )
    newest: Mapped["QuestionVersion"] = relationship(
        primaryjoin="foreign(Question.newest_version_id) == QuestionVersion.id", viewonly=True
    )


class QuestionVersion(Base):
    """What a candidate may see. Immutable; an edit makes the next version.

    A draft until it is submitted, in review until it is approved, then published; given back, a draft again.
    `parts`: of a case, [{kind, stem, options, prompts, last}]. `recipe`: how it was made from a clause, if it
    was.
    """

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
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))  # None: came from a file
    prompts: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    parts: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)
    last: Mapped[int] = mapped_column(default=0)  # so many options stay at the end
    level: Mapped[str] = mapped_column(default="")
    tags: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    pictures: Mapped[list[str]] = mapped_column(sa.JSON, default=list)  # names: `Picture.sha256`
    recipe: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    submitted_at: Mapped[datetime | None]
    submitted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))  # None: read in its file

    question: Mapped[Question] = relationship()
    answer: Mapped["AnswerKey"] = relationship(back_populates="version", uselist=False)
    citations: Mapped[list["Citation"]] = relationship(order_by="Citation.clause_id")
    bands: Mapped[list["VersionBand"]] = relationship()


class VersionBand(Base):
    """A number that a version shares with others much like it (`domain.likeness.bands`)."""

    __tablename__ = "version_band"

    value: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    version_id: Mapped[int] = mapped_column(
        sa.ForeignKey("question_version.id"), primary_key=True, index=True
    )


class VersionWord(Base):
    """What a version is found by (`bank.words`)."""

    __tablename__ = "version_word"
    __table_args__ = {"sqlite_with_rowid": False}

    word: Mapped[str] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("question_version.id"), primary_key=True)


class AnswerKey(Base):
    """What a candidate may not see before the review phase: apart, so that no page loads it by accident."""

    __tablename__ = "answer_key"

    version_id: Mapped[int] = mapped_column(sa.ForeignKey("question_version.id"), primary_key=True)
    key: Mapped[Any] = mapped_column(sa.JSON)
    explanation: Mapped[str]

    version: Mapped[QuestionVersion] = relationship(back_populates="answer")


class Citation(Base):
    """That a version rests on a clause. `revision`: the wording that the author had before them, `at`: when.

    Where the clause has a later wording, or was superseded since, the question is to be reviewed.
    """

    __tablename__ = "citation"

    version_id: Mapped[int] = mapped_column(sa.ForeignKey("question_version.id"), primary_key=True)
    clause_id: Mapped[int] = mapped_column(sa.ForeignKey("clause.id"), primary_key=True, index=True)
    revision: Mapped[int]
    at: Mapped[datetime] = mapped_column(server_default="0")

    clause: Mapped[Clause] = relationship()


class Comment(Base):
    """What somebody says of a version. `asks`: said by a reviewer who gave it back to `sent_by`."""

    __tablename__ = "question_comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("question_version.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    text: Mapped[str]
    asks: Mapped[bool] = mapped_column(default=False)
    sent_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))


class BankCheck(Base):
    """A look at the whole bank for what is weak, done by the worker. Not `done_at`: still to do.

    `report`: counts, the questions found, and figures (bank.checking).
    """

    __tablename__ = "bank_check"

    id: Mapped[int] = mapped_column(primary_key=True)
    ordered_at: Mapped[datetime]
    ordered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    done_at: Mapped[datetime | None]
    report: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)


class Picture(Base):
    """A picture of a question, drawn anew from what was uploaded; named by the SHA-256 of its bytes."""

    __tablename__ = "picture"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    mime: Mapped[str]  # image/png | image/jpeg
    width: Mapped[int]
    height: Mapped[int]
    data: Mapped[bytes] = mapped_column(deferred=True)
    created_at: Mapped[datetime]  # or, if later, when it was last sent or put into a question (to the day)


class QuestionImport(Upload):
    """A file or pasted text on its way into the bank: read by the worker, mended by a person, then saved.

    `notes`: what holds for all its questions, what was left out, and what was saved.
    """

    __tablename__ = "question_import"
    __table_args__ = NUMBERS_ONCE

    notes: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)

    @property
    def told(self) -> dict[str, Any]:
        return self.notes

    def tell(self, **facts: Any) -> None:
        self.notes = self.notes | facts


class ImportItem(Base):
    """A question as it was read from a file: beside its source, with what is wrong in it."""

    __tablename__ = "question_import_item"

    import_id: Mapped[int] = mapped_column(
        sa.ForeignKey("question_import.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)  # in the file, from 1
    place: Mapped[str]  # line, paragraph or cell, in words
    source: Mapped[str]  # as it stood there
    content: Mapped[dict[str, Any]] = mapped_column(sa.JSON)  # as the form has it
    faults: Mapped[list[list[str]]] = mapped_column(sa.JSON)  # [[field, message], …]
    decision: Mapped[str]  # bank.importing.states.Decision
    like_id: Mapped[int | None] = mapped_column(sa.ForeignKey("question.id"))  # much the same already
    question_id: Mapped[int | None] = mapped_column(sa.ForeignKey("question.id"))  # what it became
