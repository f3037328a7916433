"""An item that is to be the next version of a question: what it does not say stays as it was."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from app.bank import service
from app.bank.models import Citation, Clause, Question, QuestionVersion
from app.domain.questions import Kind, rescrambled
from app.domain.questions import Question as Content
from app.web.db import db


def newest(question_ids: Collection[int | None]) -> dict[int, QuestionVersion]:
    """The newest versions with all that `service.content_of` reads, by question."""
    if not question_ids:
        return {}
    rows = db.session.scalars(
        sa.select(QuestionVersion)
        .join(Question, Question.newest_version_id == QuestionVersion.id)
        .where(Question.id.in_(question_ids))
        .options(
            joinedload(QuestionVersion.answer),
            selectinload(QuestionVersion.citations).joinedload(Citation.clause).joinedload(Clause.rule_set),
        )
    )
    return {version.question_id: version for version in rows}


def stand(question_ids: Collection[int | None]) -> dict[int | None, tuple[int, str]]:
    """How many versions each has, and the kind of the newest."""
    rows = db.session.execute(
        sa.select(QuestionVersion.question_id, QuestionVersion.number, QuestionVersion.kind)
        .join(Question, Question.newest_version_id == QuestionVersion.id)
        .where(Question.id.in_({one for one in question_ids if one}))
    )
    return {row.question_id: (row.number, row.kind) for row in rows}


def met(here: tuple[int, str] | None, kind: str) -> dict[str, Any]:
    """What an item remembers of the question that it is like: the version that its owner saw, and whether
    they cannot become one, since a case merged with one of its parts would lose the others.
    """
    if here is None:
        return {"seen": None, "unlike": False}
    return {"seen": here[0], "unlike": (here[1] == Kind.CASE) != (kind == Kind.CASE)}


def filled_up(content: Content, before: Content, assumed: Collection[str]) -> Content:
    """`assumed`: fields that the file did not name, filled with what was chosen for all of it."""
    kept = {name: getattr(before, name) or getattr(content, name) for name in assumed}
    return replace(
        content, explanation=content.explanation or before.explanation,
        clauses=content.clauses or before.clauses, level=content.level or before.level,
        tags=content.tags or before.tags, pictures=content.pictures or before.pictures, **kept,
    )  # fmt: skip


def changes(content: Content, before: Content) -> bool:
    """Would it say anything new? Options of which the key names the places may stand in any order."""
    return rescrambled(service.by_clause_name(content)) != rescrambled(before)
