"""What people say is wrong in their own data, and what came of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa
from flask_sqlalchemy.pagination import Pagination
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import contains_eager

from app.audit.service import record
from app.domain.identity import without_numbers
from app.people.models import CorrectionRequest, Person, Unit
from app.people.queries import within
from app.web.db import db, hold
from app.web.paging import paginate


class Open(Exception):
    """The person has asked already and waits for the answer."""


class Answered(Exception):
    """Somebody else was first."""


class Withdrawn(Exception):
    """There is no such request any more."""


def of(person_id: int) -> Sequence[CorrectionRequest]:
    """The person's own, the latest first."""
    mine = sa.select(CorrectionRequest).where(CorrectionRequest.person_id == person_id)
    return db.session.scalars(mine.order_by(CorrectionRequest.id.desc())).all()


def ask(person_id: int, text: str, now: datetime) -> CorrectionRequest:
    """One at a time, so that a double click asks once. No whole number is kept. Raises Open."""
    db.session.scalars(sa.select(Person.id).where(Person.id == person_id).with_for_update()).one()
    if any(request.answered_at is None for request in of(person_id)):
        raise Open
    made = CorrectionRequest(person_id=person_id, at=now, text=without_numbers(text))
    db.session.add(made)
    db.session.flush()
    return made


def withdraw(person_id: int) -> bool:
    """The one that waits for an answer; False: none does (any more)."""
    mine = sa.select(CorrectionRequest).filter_by(person_id=person_id, answered_at=None)
    if (request := db.session.scalar(mine.with_for_update())) is None:
        return False
    db.session.delete(request)
    record("correction.withdraw", f"person:{person_id}", "撤回更正申请")
    return True


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
    """The first answer stands, without whole numbers. Raises Answered and Withdrawn."""
    try:
        hold(request)
    except NoResultFound as error:
        raise Withdrawn from error
    if request.answered_at is not None:
        raise Answered
    text = without_numbers(text)
    request.answer, request.answered_by, request.answered_at = text, by, now
    person = request.person
    record(
        "correction.answer", f"person:{person.id}", f"答复 {person.name}（{person.username}）的更正申请",
        after={"answer": text},
    )  # fmt: skip
