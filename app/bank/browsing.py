"""What the back office reads: questions in a filtered list, their versions, the clauses to choose from."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask_sqlalchemy.pagination import Pagination
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from app.bank import queries
from app.bank.models import Citation, Clause, Question, QuestionVersion, RuleSet
from app.people.models import Person
from app.web.db import db
from app.web.paging import paginate


@dataclass(frozen=True)
class Filter:
    """What the list is narrowed to. Empty fields narrow nothing, but retired questions must be asked for."""

    q: str = ""
    rule_set: str = ""
    kind: str = ""
    topic: str = ""
    difficulty: str = ""
    state: str = ""  # "" in use · retired · all


def page(wanted: Filter, number: int) -> Pagination:
    """Fifty questions by their stable id, newest versions loaded."""
    rows = (
        sa.select(Question)
        .join(QuestionVersion, QuestionVersion.id == Question.newest_version_id)
        .options(contains_eager(Question.newest))
        .where(*_conditions(wanted))
        .order_by(Question.code)
    )
    return paginate(rows, number)


def _conditions(wanted: Filter) -> list[sa.ColumnElement[bool]]:
    conditions = [
        column == value
        for column, value in (
            (QuestionVersion.kind, wanted.kind),
            (QuestionVersion.topic, wanted.topic),
            (QuestionVersion.difficulty, wanted.difficulty),
        )
        if value
    ]
    if wanted.q:
        text = (Question.code, QuestionVersion.stem)
        conditions.append(sa.or_(*(column.icontains(wanted.q, autoescape=True) for column in text)))
    if wanted.rule_set:
        on_set = (
            sa.select(Citation.version_id)
            .join(Clause, Clause.id == Citation.clause_id)
            .join(RuleSet, RuleSet.id == Clause.rule_set_id)
            .where(RuleSet.code == wanted.rule_set)
        )
        conditions.append(Question.newest_version_id.in_(on_set))
    if wanted.state != "all":
        retired = Question.retired_at.is_not(None)
        conditions.append(retired if wanted.state == "retired" else ~retired)
    return conditions


def question(question_id: int) -> Question | None:
    return db.session.scalar(
        sa.select(Question).options(joinedload(Question.newest)).where(Question.id == question_id)
    )


@dataclass(frozen=True)
class HistoryEntry:
    """A version and who wrote it; nobody: it came from a file."""

    version: QuestionVersion
    author: str | None


def history(question_id: int) -> list[HistoryEntry]:
    """All versions, newest first."""
    rows = db.session.execute(
        sa.select(QuestionVersion, Person.name)
        .outerjoin(Person, Person.id == QuestionVersion.created_by)
        .options(
            joinedload(QuestionVersion.answer),
            selectinload(QuestionVersion.citations).joinedload(Citation.clause).joinedload(Clause.rule_set),
        )
        .where(QuestionVersion.question_id == question_id)
        .order_by(QuestionVersion.number.desc())
    )
    return [HistoryEntry(*row) for row in rows]


def cited(version_id: int) -> Sequence[queries.CitedClause]:
    return queries.answers([version_id])[version_id].clauses


def topics() -> Sequence[str]:
    """The topics of newest versions, by name."""
    return db.session.scalars(
        sa.select(QuestionVersion.topic)
        .distinct()
        .join(Question, Question.newest_version_id == QuestionVersion.id)
        .order_by(QuestionVersion.topic)
    ).all()


def shelves() -> list[tuple[RuleSet, list[Clause]]]:
    """Every set with its clauses, for choosing what a question rests on."""
    return queries.clauses_of_sets([rule_set.code for rule_set in queries.rule_sets()])
