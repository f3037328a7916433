"""What waits for a reviewer."""

from typing import Any

import sqlalchemy as sa
from flask_sqlalchemy.pagination import Pagination
from sqlalchemy.orm import aliased, contains_eager

from app.bank.models import Comment, Question, QuestionVersion
from app.bank.states import CONDITIONS, State
from app.web.db import db
from app.web.paging import paginate

_V = QuestionVersion
_AGE = (_V.submitted_at, _V.id)


def _waiting(*columns: Any) -> sa.Select[Any]:
    """Questions in review, the oldest first, their newest version joined."""
    return (
        sa.select(*columns)
        .join(_V, _V.id == Question.newest_version_id)
        .where(*CONDITIONS[State.REVIEW])
        .order_by(*_AGE)
    )


def _others(person_id: int) -> sa.ColumnElement[bool]:
    """The person has no hand in it (`service.hands`)."""
    written = aliased(QuestionVersion)
    ways = (written.created_by, written.submitted_by, Comment.sent_by)
    return ~(
        sa.select(written.id)
        .outerjoin(Comment, Comment.version_id == written.id)
        .where(
            written.question_id == Question.id,
            written.id > sa.func.coalesce(Question.current_version_id, 0),
            sa.or_(*(way == person_id for way in ways)),
        )
        .exists()
    )


def queue(number: int) -> Pagination:
    return paginate(_waiting(Question).options(contains_eager(Question.newest)), number)


def count() -> int:
    rows = _waiting(Question.id).order_by(None).subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(rows)) or 0


def own(person_id: int) -> set[int]:
    """Ids of the questions in review that this person may not approve."""
    return set(db.session.scalars(_waiting(Question.id).where(~_others(person_id))))


def following(person_id: int, after: int | None = None) -> int | None:
    """The id of the next question for this reviewer: after that one if it still waits, else the oldest."""
    rows = _waiting(Question.id).where(_others(person_id)).limit(1)
    passed = db.session.execute(_waiting(*_AGE).select_from(Question).where(Question.id == after)).first()
    if passed is not None:
        at, version_id = passed
        rows = rows.where(sa.or_(_V.submitted_at > at, sa.and_(_V.submitted_at == at, _V.id > version_id)))
    found: int | None = db.session.scalar(rows)
    return found
