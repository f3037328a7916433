"""Write the bank: versions of questions, from draft to published, retiring and restoring them."""

import secrets
from collections.abc import Collection, Iterable
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from app.audit.service import record
from app.bank import pictures, stored, words
from app.bank.models import (
    AnswerKey,
    Citation,
    Clause,
    Comment,
    Question,
    QuestionVersion,
    RuleSet,
    VersionBand,
)
from app.domain.faults import Fault, faults
from app.domain.likeness import bands, shingles_of
from app.domain.questions import Kind, Part, rescrambled
from app.domain.questions import Question as Content
from app.web.db import db


class Stale(Exception):
    """Somebody else wrote a newer version meanwhile, or took the step that was to be taken."""


class OwnWork(Exception):
    """Whoever had a hand in what is to be approved does not approve it (`hands`)."""


class Unfit(Exception):
    """Not well formed, so not for review; `faults` says why."""

    def __init__(self, found: tuple[Fault, ...]) -> None:
        super().__init__(", ".join(f"{fault.field}.{fault.code}" for fault in found))
        self.faults = found


def new_version(
    question: Question,
    content: Content,
    clauses: Iterable[Clause],
    number: int,
    now: datetime,
    by: int | None,
    recipe: dict[str, Any] | None = None,
) -> QuestionVersion:
    """The version, a draft, added but not yet flushed, nor the newest, nor findable (`words.index`)."""
    pictures.hold(content.pictures, now)
    version = QuestionVersion(
        question=question, **stored.columns(content, number, now, by, recipe),
        citations=[Citation(clause=clause, revision=clause.revision, at=now) for clause in clauses],
        answer=AnswerKey(key=stored.key_of(content), explanation=content.explanation),
        bands=[VersionBand(value=value) for value in set(bands(shingles_of(content)))],
    )  # fmt: skip
    db.session.add(version)
    return version


def cited_clauses(names: Collection[str]) -> dict[str, Clause]:
    """Clauses by their names, `<set code>/<clause code>`; unknown names are left out."""
    full = RuleSet.code + "/" + Clause.code
    rows = db.session.execute(
        sa.select(full, Clause).join(RuleSet, RuleSet.id == Clause.rule_set_id).where(full.in_(names))
    )
    return {row[0]: row[1] for row in rows}


def by_clause_name(content: Content) -> Content:
    """The same content with its clauses in the order in which `content_of` gives them."""
    return replace(content, clauses=tuple(sorted(content.clauses)))


def own_code() -> str:
    """The id of a question that is made here: no file has one like it."""
    return f"own-{secrets.token_hex(4)}"


def create_question(
    content: Content, now: datetime, by: int, recipe: dict[str, Any] | None = None
) -> Question:
    """A new question, its first version a draft."""
    question = Question(code=own_code())
    db.session.add(question)
    make_newest(question, content, 1, now, by, recipe)
    record("question.create", f"question:{question.id}", f"新建试题 {question.code}", after=asdict(content))
    return question


def edit_question(
    question_id: int,
    content: Content,
    based_on: int,
    now: datetime,
    by: int,
    recipe: dict[str, Any] | None = None,
) -> Question:
    """A new version, unless nothing changed. Raises Stale when `based_on` is no longer the newest number.

    Until it is approved, the version published before is drawn. Where a clause has a later wording than the
    one cited, to save the same again says that it still holds.
    """
    db.session.flush()
    question = db.session.get_one(Question, question_id, with_for_update=True, populate_existing=True)
    edited = newest_of(question, based_on)
    before = content_of(edited)
    if rescrambled(by_clause_name(content)) != rescrambled(before) or any(map(outdated, edited.citations)):
        make_newest(question, content, edited.number + 1, now, by, recipe)
        record(
            "question.edit", f"question:{question.id}", f"修改试题 {question.code}",
            before=asdict(before), after=asdict(content),
        )  # fmt: skip
    return question


def newest(question: Question) -> QuestionVersion:
    """As it stands now, whatever was loaded before the question was locked."""
    db.session.flush()  # what is not yet written would be dropped
    return db.session.get_one(QuestionVersion, question.newest_version_id, populate_existing=True)


def newest_of(question: Question, number: int) -> QuestionVersion:
    """The newest version, which must have this number. Raises Stale. The question is locked by the caller."""
    found = newest(question)
    if found.number != number:
        raise Stale
    return found


def make_newest(
    question: Question, content: Content, number: int, now: datetime, by: int, recipe: dict[str, Any] | None
) -> None:
    """The question's next version, a draft."""
    clauses = cited_clauses(content.clauses)
    cited = [clauses[name] for name in content.clauses]
    version = new_version(question, content, cited, number, now, by, recipe)
    db.session.flush()
    words.index([version])
    question.newest_version_id = version.id
    db.session.flush()


def content_of(version: QuestionVersion) -> Content:
    """What a stored version says, clauses by name."""
    names = sorted(f"{cited.clause.rule_set.code}/{cited.clause.code}" for cited in version.citations)
    answer, kind = version.answer, Kind(version.kind)
    keys = answer.key if kind is Kind.CASE else []
    parts = tuple(
        Part(
            Kind(part["kind"]),
            part["stem"],
            tuple(part["options"]),
            key,
            tuple(part["prompts"]),
            part.get("last", 0),
        )
        for part, key in zip(version.parts, keys, strict=True)
    )
    return Content(
        kind, version.stem, tuple(version.options), None if kind is Kind.CASE else answer.key,
        answer.explanation, tuple(names), version.topic, version.difficulty, tuple(version.prompts), parts,
        version.level, tuple(version.tags), tuple(version.pictures), version.last,
    )  # fmt: skip


def confirm(question: Question, number: int, review_on: date | None, now: datetime, by: int) -> None:
    """Looked at again and found right, though what it rests on has changed: the same, on today's wordings.

    A version like any other, sent for review. Where nothing changed, only the next day of review is kept.
    Raises Stale unless the newest version has this number and is the one in use.
    """
    version = newest_of(question, number)
    if version.id != question.current_version_id:
        raise Stale
    before = {"review_on": question.review_on}
    question.review_on = review_on
    record(
        "question.confirm", f"question:{question.id}", f"复核试题 {question.code} 第 {number} 版",
        before=before, after={"review_on": review_on},
    )  # fmt: skip
    if not any(map(outdated, version.citations)):
        return
    clauses = [cited.clause for cited in version.citations]
    fresh = new_version(question, content_of(version), clauses, number + 1, now, by, version.recipe)
    db.session.flush()
    words.index([fresh])
    question.newest_version_id = fresh.id
    submit(question, fresh.number, now, by)


def outdated(cited: Citation) -> bool:
    clause, moments = cited.clause, (cited.clause.superseded_at, cited.clause.rule_set.superseded_at)
    return cited.revision < clause.revision or any(at and at > cited.at for at in moments)


def submit(question: Question, number: int, now: datetime, by: int) -> None:
    """Hand the newest version to the reviewers. Raises Unfit; Stale unless it is a draft of this number."""
    version = newest_of(question, number)
    if version.submitted_at is not None:
        raise Stale
    if found := faults(content_of(version)):
        raise Unfit(found)
    version.submitted_at, version.submitted_by = now, by
    record("question.send", f"question:{question.id}", f"送审试题 {question.code} 第 {number} 版")


def hands(question: Question) -> set[int | None]:
    """Who wrote or sent any version since the last one that was approved, given back or not: an edit by
    somebody else in between makes nobody a stranger to the text."""
    V = QuestionVersion
    since = V.id > (question.current_version_id or 0)
    rows = db.session.execute(
        sa.select(V.created_by, V.submitted_by, Comment.sent_by)
        .outerjoin(Comment, Comment.version_id == V.id)
        .where(V.question_id == question.id, since)
    )
    return {person for row in rows for person in row}


def approve(question: Question, number: int, now: datetime, by: int) -> None:
    """Publish the newest version. Raises OwnWork; Stale unless it is in review and of this number."""
    version = _in_review(question, number)
    if by in hands(question):
        raise OwnWork
    version.approved_at, version.approved_by = now, by
    question.current_version_id = version.id
    record("question.approve", f"question:{question.id}", f"审定试题 {question.code} 第 {number} 版")


def give_back(question: Question, number: int, text: str, now: datetime, by: int) -> None:
    """A draft again, with what is to be mended. Raises Stale unless it is in review and of this number."""
    version = _in_review(question, number)
    sender = version.submitted_by
    version.submitted_at = version.submitted_by = None
    db.session.add(Comment(version_id=version.id, at=now, by=by, text=text, asks=True, sent_by=sender))
    record(
        "question.give_back", f"question:{question.id}", f"退回试题 {question.code} 第 {number} 版",
        after={"text": text},
    )  # fmt: skip


def say(question: Question, number: int, text: str, now: datetime, by: int) -> None:
    """A comment on the newest version. Raises Stale."""
    version = newest_of(question, number)
    db.session.add(Comment(version_id=version.id, at=now, by=by, text=text))
    record(
        "question.comment", f"question:{question.id}", f"批注试题 {question.code} 第 {number} 版",
        after={"text": text},
    )  # fmt: skip


def plan_review(question: Question, on: date | None) -> None:
    """To be looked at again by this day; None: by none in particular."""
    if question.review_on == on:
        return
    before = {"review_on": question.review_on}
    question.review_on = on
    record(
        "question.plan", f"question:{question.id}", f"为试题 {question.code} 设复核日期",
        before=before, after={"review_on": on},
    )  # fmt: skip


def _in_review(question: Question, number: int) -> QuestionVersion:
    version = newest_of(question, number)
    if version.submitted_at is None or version.approved_at is not None:
        raise Stale
    return version


def retire(question: Question, now: datetime) -> None:
    """Draw it no more. Papers that hold it stay as they are."""
    if question.retired_at is None:
        question.retired_at = now
        record("question.retire", f"question:{question.id}", f"停用试题 {question.code}")


def restore(question: Question) -> None:
    if question.retired_at is not None:
        question.retired_at = None
        record("question.restore", f"question:{question.id}", f"恢复试题 {question.code}")
