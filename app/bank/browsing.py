"""What the back office reads: questions in a filtered list, their versions, what they rest on."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date

import sqlalchemy as sa
from flask_sqlalchemy.pagination import Pagination
from sqlalchemy.orm import aliased, joinedload, selectinload

from app.bank import stale, states, words
from app.bank.models import Citation, Clause, Comment, Question, QuestionVersion
from app.domain.topics import within
from app.people.models import Person
from app.web.db import db
from app.web.paging import first_pages


@dataclass(frozen=True)
class Filter:
    """What the list is narrowed to. Empty fields narrow nothing, but retired questions must be asked for."""

    q: str = ""
    rule_set: str = ""
    kind: str = ""
    topic: str = ""
    tag: str = ""
    difficulty: str = ""
    level: str = ""
    author: str = ""  # name or username
    review: str = ""  # overdue: the review date has come
    state: str = ""  # states.CONDITIONS

    def narrows(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))


def page(wanted: Filter, number: int, today: date) -> Pagination:
    """Fifty questions by their stable id, newest versions loaded."""
    shown = sa.select(Question).options(joinedload(Question.newest))
    return first_pages(matching(wanted, today), shown, number)


def matching(wanted: Filter, today: date) -> sa.Select[int]:
    """Ids of all the questions that the list shows, by their stable id."""
    found = sa.select(Question.id).where(*_conditions(wanted, today)).order_by(Question.code)
    if QuestionVersion.__table__ in found.get_final_froms():  # only then: of 10,000 it takes half the time
        return found.where(QuestionVersion.id == Question.newest_version_id)
    return found


def _conditions(wanted: Filter, today: date) -> list[sa.ColumnElement[bool]]:
    conditions = [
        column == value
        for column, value in (
            (QuestionVersion.kind, wanted.kind),
            (QuestionVersion.difficulty, wanted.difficulty),
            (QuestionVersion.level, wanted.level),
        )
        if value
    ]
    if wanted.topic:
        below = [topic for topic in topics() if within(topic, wanted.topic)]
        conditions.append(QuestionVersion.topic.in_(below))
    if wanted.q:
        conditions.append(_said(wanted.q))
    if wanted.tag:
        conditions.append(words.tagged(wanted.tag))
    if wanted.author:
        named = sa.select(Person.id).where(
            sa.or_(Person.name == wanted.author, Person.username == wanted.author)
        )
        conditions.append(QuestionVersion.created_by.in_(named))
    if wanted.rule_set:
        conditions.append(Question.newest_version_id.in_(stale.resting(wanted.rule_set)))
    if wanted.review == "overdue":
        conditions.append(Question.review_on <= today)
    return [*conditions, *states.CONDITIONS.get(wanted.state, states.CONDITIONS[""])]


def _said(text: str) -> sa.ColumnElement[bool]:
    """In the stem, or, of what could be one, in the code."""
    said = words.written(text)
    return sa.or_(Question.code.icontains(text, autoescape=True), said) if text.isascii() else said


def question(question_id: int) -> Question | None:
    return db.session.scalar(
        sa.select(Question).options(joinedload(Question.newest)).where(Question.id == question_id)
    )


@dataclass(frozen=True)
class HistoryEntry:
    """A version; who wrote it (None: it came from a file), sent it, approved it; what was said of it."""

    version: QuestionVersion
    author: str | None
    sender: str | None
    approver: str | None
    comments: Sequence[tuple[Comment, str]]  # with whose it is


def history(question_id: int) -> list[HistoryEntry]:
    """All versions, newest first."""
    author, sender, approver = (aliased(Person) for _ in range(3))
    rows = db.session.execute(
        sa.select(QuestionVersion, author.name, sender.name, approver.name)
        .outerjoin(author, author.id == QuestionVersion.created_by)
        .outerjoin(sender, sender.id == QuestionVersion.submitted_by)
        .outerjoin(approver, approver.id == QuestionVersion.approved_by)
        .options(
            joinedload(QuestionVersion.answer),
            selectinload(QuestionVersion.citations).joinedload(Citation.clause).joinedload(Clause.rule_set),
        )
        .where(QuestionVersion.question_id == question_id)
        .order_by(QuestionVersion.number.desc())
    )
    said = _comments(question_id)
    return [HistoryEntry(*row, said[row[0].id]) for row in rows]


def _comments(question_id: int) -> dict[int, list[tuple[Comment, str]]]:
    rows = db.session.execute(
        sa.select(Comment, Person.name)
        .join(Person, Person.id == Comment.by)
        .join(QuestionVersion, QuestionVersion.id == Comment.version_id)
        .where(QuestionVersion.question_id == question_id)
        .order_by(Comment.at, Comment.id)
    )
    said: dict[int, list[tuple[Comment, str]]] = defaultdict(list)
    for comment, name in rows:
        said[comment.version_id].append((comment, name))
    return said


def topics() -> Sequence[str]:
    """Every topic that some version has, by name. From one to the next through the index: with 100,000
    questions there are a few dozen topics."""
    first = sa.select(sa.func.min(QuestionVersion.topic).label("topic")).where(QuestionVersion.topic > "")
    found = first.cte("found", recursive=True)
    after = (
        sa.select(sa.func.min(QuestionVersion.topic))
        .where(QuestionVersion.topic > found.c.topic)
        .scalar_subquery()
    )
    found = found.union_all(sa.select(after).where(found.c.topic.is_not(None)))
    rows = db.session.scalars(sa.select(found.c.topic).where(found.c.topic.is_not(None)))
    return sorted(topic for topic in rows if topic is not None)
