"""What people say is wrong in their own data, and what came of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa
from flask_sqlalchemy.pagination import Pagination
from sqlalchemy.orm import contains_eager

from app.audit.service import record
from app.people.models import CorrectionRequest, Person, Unit
from app.people.queries import within
from app.web.db import db, hold
from app.web.paging import paginate


class Open(Exception):
    """The person has asked already and waits for the answer."""


class Answered(Exception):
    """Somebody else was first."""


def of(person_id: int) -> Sequence[CorrectionRequest]:
    """The person's own, the latest first."""
    mine = sa.select(CorrectionRequest).where(CorrectionRequest.person_id == person_id)
    return db.session.scalars(mine.order_by(CorrectionRequest.id.desc())).all()


def ask(person_id: int, text: str, now: datetime) -> CorrectionRequest:
    """One at a time, so that a double click asks once. Raises Open."""
    db.session.scalars(sa.select(Person.id).where(Person.id == person_id).with_for_update()).one()
    if any(request.answered_at is None for request in of(person_id)):
        raise Open
    made = CorrectionRequest(person_id=person_id, at=now, text=text)
    db.session.add(made)
    db.session.flush()
    return made


def _in(paths: Iterable[str]) -> sa.Select[CorrectionRequest]:
    """Of the people in the subtrees, persons and units loaded."""
    person = contains_eager(CorrectionRequest.person)
    return (
        sa.select(CorrectionRequest)
        .join(CorrectionRequest.person)
        .join(Person.unit)
        .options(person.contains_eager(Person.unit))
        .where(within(paths))
    )


def page(paths: Iterable[str], answered: bool, number: int) -> Pagination:
    """Those that wait, the oldest first; or those answered, the latest first."""
    if answered:
        done = _in(paths).where(CorrectionRequest.answered_at.is_not(None))
        return paginate(done.order_by(CorrectionRequest.answered_at.desc(), CorrectionRequest.id), number)
    return paginate(
        _in(paths).where(CorrectionRequest.answered_at.is_(None)).order_by(CorrectionRequest.id), number
    )


def waiting(paths: Iterable[str]) -> int:
    counted = sa.select(sa.func.count()).select_from(CorrectionRequest).join(CorrectionRequest.person)
    open_ones = counted.join(Unit, Unit.id == Person.unit_id).where(
        within(paths), CorrectionRequest.answered_at.is_(None)
    )
    return db.session.scalar(open_ones) or 0


def in_scope(request_id: int, paths: Iterable[str]) -> CorrectionRequest | None:
    return db.session.scalar(_in(paths).where(CorrectionRequest.id == request_id))


def answer(request: CorrectionRequest, text: str, by: str, now: datetime) -> None:
    """The first answer stands. Raises Answered."""
    hold(request)
    if request.answered_at is not None:
        raise Answered
    request.answer, request.answered_by, request.answered_at = text, by, now
    person = request.person
    record(
        "correction.answer", f"person:{person.id}", f"答复 {person.name}（{person.username}）的更正申请",
        after={"answer": text},
    )  # fmt: skip
