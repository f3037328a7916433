"""What is exported: the newest versions of the questions that the list shows, a batch at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from app.bank import browsing, service
from app.bank.models import Citation, Clause, Question, QuestionVersion, RuleSet
from app.domain.questions import Kind, Part
from app.domain.questions import Question as Content
from app.web.db import db

BATCH = 500


@dataclass(frozen=True)
class Exported:
    """A question by its stable id."""

    code: str
    content: Content


def count(wanted: browsing.Filter, today: date) -> int:
    found = browsing.matching(wanted, today).order_by(None).subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(found)) or 0


def drafts(wanted: browsing.Filter, today: date) -> Iterator[Exported]:
    """Those of them that were not sent for review, by stable id: only they may be incomplete."""
    ids = browsing.matching(wanted, today).where(
        Question.newest_version_id.in_(
            sa.select(QuestionVersion.id).where(QuestionVersion.submitted_at.is_(None))
        )
    )
    return _in_batches(db.session.scalars(ids).all())


def picked(wanted: browsing.Filter, today: date) -> Iterator[Exported]:
    """By stable id; never more than a batch in memory."""
    return _in_batches(db.session.scalars(browsing.matching(wanted, today)).all())


def _in_batches(ids: Sequence[int]) -> Iterator[Exported]:
    for start in range(0, len(ids), BATCH):
        yield from _batch(ids[start : start + BATCH])


def _batch(ids: Sequence[int]) -> Iterator[Exported]:
    rows = db.session.execute(
        sa.select(Question.code, QuestionVersion)
        .join(Question, Question.newest_version_id == QuestionVersion.id)
        .where(Question.id.in_(ids))
        .order_by(Question.code)
        .options(
            joinedload(QuestionVersion.answer),
            selectinload(QuestionVersion.citations).joinedload(Citation.clause).joinedload(Clause.rule_set),
        )
    )
    yield from (Exported(code, service.content_of(version)) for code, version in rows)


def rule_sets() -> list[RuleSet]:
    """All of them with their clauses and what took their place."""
    return list(
        db.session.scalars(
            sa.select(RuleSet)
            .order_by(RuleSet.position, RuleSet.code)
            .options(
                selectinload(RuleSet.clauses).joinedload(Clause.amendment), joinedload(RuleSet.superseded_by)
            )
        )
    )


def asked(question: Exported) -> Iterator[tuple[str, Part, Content]]:
    """For formats that know no cases: each part alone, under a code of its own, after the case itself."""
    content = question.content
    if content.kind is not Kind.CASE:
        yield question.code, content.asked[0], content
        return
    for number, part in enumerate(content.parts, start=1):
        stem = f"{content.stem}\n{part.stem}"
        yield f"{question.code}-{number}", replace(part, stem=stem), content
