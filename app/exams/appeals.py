"""成绩复核: a candidate asks about a result or one question of it, staff answer."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_sqlalchemy.pagination import Pagination
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import contains_eager, joinedload

from app.audit.service import record
from app.domain import releasing
from app.domain.identity import without_numbers
from app.domain.releasing import Part
from app.exams import publishing, queries
from app.exams.models import Attempt
from app.exams.result_models import Appeal
from app.people.models import Person
from app.web.db import db, hold
from app.web.paging import paginate

WHOLE = 0  # the slot of an appeal about everything


class Refused(Exception):
    """Not so; the message says why."""


def until(attempt: Attempt, now: datetime) -> datetime | None:
    """The last moment to ask about this attempt; None: it may not be asked about now."""
    exam, score = attempt.exam, queries.latest_scores([attempt.id]).get(attempt.id)
    if exam.kind != "exam" or attempt.trial or score is None or score.pending:
        return None
    score_from = publishing.opens(attempt)[Part.SCORE]
    if not releasing.may_appeal(score.scored_at, score_from, exam.appeal_days, now):
        return None
    return releasing.appeal_until(score.scored_at, score_from, exam.appeal_days)


def of_attempt(attempt_id: int) -> Sequence[Appeal]:
    """The first one first."""
    return db.session.scalars(
        sa.select(Appeal).where(Appeal.attempt_id == attempt_id).order_by(Appeal.id)
    ).all()


def ask(attempt: Attempt, slot: int, text: str, now: datetime) -> Appeal:
    """Once about each question, once about the whole. Raises Refused."""
    if until(attempt, now) is None:
        raise Refused(_("现在不能申请复核：成绩还没有公布，或者申请的期限已过。"))
    if slot != WHOLE and slot not in {number for number, _options in attempt.order}:
        raise Refused(_("这份答卷没有这道题。"))
    made = Appeal(attempt_id=attempt.id, slot=slot, text=without_numbers(text), at=now)
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError as error:
        raise Refused(_("同一道题只能申请一次复核，您已经申请过。")) from error
    return made


def _all() -> sa.Select[Appeal]:
    attempt = contains_eager(Appeal.attempt)
    return (
        sa.select(Appeal)
        .join(Appeal.attempt)
        .join(Person, Person.id == Attempt.person_id)
        .options(attempt.joinedload(Attempt.exam, innerjoin=True))
    )


def page(answered: bool, exam_id: int | None, number: int) -> Pagination:
    """Those that wait, the oldest first; or those answered, the latest first."""
    rows = _all() if exam_id is None else _all().where(Attempt.exam_id == exam_id)
    if answered:
        done = rows.where(Appeal.answered_at.is_not(None))
        return paginate(done.order_by(Appeal.answered_at.desc(), Appeal.id), number)
    return paginate(rows.where(Appeal.answered_at.is_(None)).order_by(Appeal.id), number)


def waiting() -> int:
    return db.session.scalar(sa.select(sa.func.count(Appeal.id)).where(Appeal.answered_at.is_(None))) or 0


def load(appeal_id: int) -> Appeal | None:
    return db.session.scalar(_all().where(Appeal.id == appeal_id))


def answer(appeal: Appeal, upheld: bool, text: str, by: int, now: datetime) -> None:
    """The first answer stands; nobody answers their own. Raises Refused."""
    if appeal.attempt.person_id == by:
        raise Refused(_("这是您自己的申请，请由其他管理员答复。"))
    hold(appeal)
    if appeal.answered_at is not None:
        raise Refused(_("这条申请已有人答复，没有重复保存。"))
    appeal.answered_at, appeal.answered_by, appeal.upheld = now, by, upheld
    appeal.answer = without_numbers(text)
    db.session.flush()
    record(
        "appeal.answer", f"exam:{appeal.attempt.exam_id}",
        f"答复“{appeal.attempt.exam.title}”的成绩复核申请",
        after={"attempt": appeal.attempt_id, "slot": appeal.slot, "upheld": upheld, "answer": appeal.answer},
    )  # fmt: skip


def people(person_ids: Sequence[int]) -> dict[int, Person]:
    """With their units."""
    rows = sa.select(Person).options(joinedload(Person.unit)).where(Person.id.in_(person_ids))
    return {person.id: person for person in db.session.scalars(rows)}


def number_of(appeal: Appeal) -> int:
    """The question as the candidate counts it; 0: the whole."""
    shown = {slot: n for n, (slot, _options) in enumerate(appeal.attempt.order, 1)}
    return shown.get(appeal.slot, 0)
