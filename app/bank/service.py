"""Write the bank: versions of questions, retiring and restoring them, a county's own rule sets."""

import secrets
from collections.abc import Collection, Iterable
from dataclasses import asdict, replace
from datetime import datetime

import sqlalchemy as sa

from app.audit.service import record
from app.bank.files import ClauseText
from app.bank.models import AnswerKey, Clause, Question, QuestionVersion, RuleSet, citation
from app.domain.questions import Kind
from app.domain.questions import Question as Content
from app.web.db import db


class Stale(Exception):
    """Somebody else wrote a newer version meanwhile."""


def new_version(
    question: Question,
    content: Content,
    clauses: Iterable[Clause],
    number: int,
    now: datetime,
    by: int | None,
) -> QuestionVersion:
    """The version, added but not yet flushed nor current."""
    version = QuestionVersion(
        question=question, number=number, kind=content.kind.value, stem=content.stem,
        options=list(content.options), topic=content.topic, difficulty=content.difficulty,
        created_at=now, created_by=by, citations=list(clauses),
        answer=AnswerKey(key=content.key, explanation=content.explanation),
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


def create_question(content: Content, now: datetime, by: int) -> Question:
    question = Question(code=f"own-{secrets.token_hex(4)}")
    db.session.add(question)
    _make_current(question, content, 1, now, by)
    record("question.create", f"question:{question.id}", f"新建试题 {question.code}", after=asdict(content))
    return question


def edit_question(question_id: int, content: Content, based_on: int, now: datetime, by: int) -> Question:
    """A new version, unless nothing changed. Raises Stale when `based_on` is no longer the newest number."""
    question = db.session.get_one(Question, question_id, with_for_update=True)
    current = db.session.get_one(QuestionVersion, question.current_version_id)
    if current.number != based_on:
        raise Stale
    before = content_of(current)
    if by_clause_name(content) != before:
        _make_current(question, content, current.number + 1, now, by)
        record(
            "question.edit", f"question:{question.id}", f"修改试题 {question.code}",
            before=asdict(before), after=asdict(content),
        )  # fmt: skip
    return question


def _make_current(question: Question, content: Content, number: int, now: datetime, by: int) -> None:
    clauses = cited_clauses(content.clauses)
    version = new_version(question, content, [clauses[name] for name in content.clauses], number, now, by)
    db.session.flush()
    question.current_version_id = version.id
    db.session.flush()


def content_of(version: QuestionVersion) -> Content:
    """What a stored version says, clauses by name."""
    names = sorted(f"{clause.rule_set.code}/{clause.code}" for clause in version.citations)
    answer = version.answer
    return Content(
        Kind(version.kind), version.stem, tuple(version.options), answer.key, answer.explanation,
        tuple(names), version.topic, version.difficulty,
    )  # fmt: skip


def retire(question: Question, now: datetime) -> None:
    """Draw it no more. Papers that hold it stay as they are."""
    if question.retired_at is None:
        question.retired_at = now
        record("question.retire", f"question:{question.id}", f"停用试题 {question.code}")


def restore(question: Question) -> None:
    if question.retired_at is not None:
        question.retired_at = None
        record("question.restore", f"question:{question.id}", f"恢复试题 {question.code}")


class Cited(Exception):
    """Questions rest on clauses that were to go; `codes` says which."""

    def __init__(self, codes: list[str]) -> None:
        super().__init__("、".join(codes))
        self.codes = codes


def fill_in(rule_set: RuleSet, values: dict[str, object], clauses: Collection[ClauseText]) -> None:
    """What a county writes in a set of its own: source and clauses. Raises Cited, and changes nothing."""
    stored = {clause.code: clause for clause in rule_set.clauses}
    gone = [stored[code] for code in stored.keys() - {clause.code for clause in clauses}]
    if lost := _cited(gone):
        raise Cited(lost)
    before = _set_facts(rule_set)
    for name, value in values.items():
        setattr(rule_set, name, value)
    for clause in gone:
        rule_set.clauses.remove(clause)
        db.session.delete(clause)
    for position, text in enumerate(clauses, start=1):
        row = stored.get(text.code)
        if row is None:
            row = Clause(code=text.code)
            rule_set.clauses.append(row)
        row.position, row.heading, row.locator, row.text = position, text.heading, text.locator, text.text
    db.session.flush()
    after = _set_facts(rule_set)
    if after != before:
        summary = f"填写规矩条目集 {rule_set.title}"
        record("rule_set.edit", f"rule_set:{rule_set.id}", summary, before=before, after=after)


def _cited(clauses: Collection[Clause]) -> list[str]:
    """The codes of those that a version of a question cites."""
    by_id = {clause.id: clause.code for clause in clauses}
    found = db.session.scalars(
        sa.select(citation.c.clause_id).distinct().where(citation.c.clause_id.in_(by_id))
    )
    return sorted(by_id[clause_id] for clause_id in found)


def _set_facts(rule_set: RuleSet) -> dict[str, object]:
    names = ("summary", "document", "issuer", "number", "dated", "place")
    clauses = {clause.code: f"{clause.heading}｜{clause.text}" for clause in rule_set.clauses}
    return {**{name: getattr(rule_set, name) for name in names}, "clauses": clauses}
