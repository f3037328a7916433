"""公告: written by staff, published by hand, read by the candidates of an exam or by everybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_sqlalchemy.pagination import Pagination
from sqlalchemy.orm import joinedload

from app.audit.service import record
from app.exams.models import Attempt, ExamAssignment
from app.exams.queries import assigned_to
from app.exams.result_models import Announcement
from app.web.db import db, hold
from app.web.paging import paginate


@dataclass(frozen=True)
class Words:
    """What an announcement says, and to whose candidates (None: to everybody)."""

    title: str
    text: str
    exam_id: int | None


def _to(person_id: int, unit_path: str) -> sa.Select[Announcement]:
    """Published, and for this person: for everybody, or of an exam that they are to sit or have sat."""
    reached = sa.select(ExamAssignment.exam_id).where(assigned_to(person_id, unit_path))
    sat = sa.select(Attempt.exam_id).where(Attempt.person_id == person_id, Attempt.trial.is_(False))
    mine = sa.or_(
        Announcement.exam_id.is_(None), Announcement.exam_id.in_(reached), Announcement.exam_id.in_(sat)
    )
    return (
        sa.select(Announcement)
        .options(joinedload(Announcement.exam))
        .where(Announcement.published_at.is_not(None), mine)
        .order_by(Announcement.published_at.desc(), Announcement.id.desc())
    )


def page_for(person_id: int, unit_path: str, number: int) -> Pagination:
    """The newest first."""
    return paginate(_to(person_id, unit_path), number)


def recent(person_id: int, unit_path: str, since: datetime) -> Sequence[Announcement]:
    return db.session.scalars(
        _to(person_id, unit_path).where(Announcement.published_at > since).limit(5)
    ).all()


def readable(announcement_id: int, person_id: int, unit_path: str) -> Announcement | None:
    return db.session.scalar(_to(person_id, unit_path).where(Announcement.id == announcement_id))


def page(number: int) -> Pagination:
    """All of them, drafts first, then the newest."""
    rows = sa.select(Announcement).options(joinedload(Announcement.exam))
    drafts = Announcement.published_at.is_not(None)
    return paginate(rows.order_by(drafts, Announcement.published_at.desc(), Announcement.id.desc()), number)


def write(words: Words, by: int, now: datetime) -> Announcement:
    made = Announcement(
        title=words.title, text=words.text, exam_id=words.exam_id, written_at=now, written_by=by
    )
    db.session.add(made)
    db.session.flush()
    _record("create", f"新建公告“{made.title}”", made, after=vars(words))
    return made


def change(announcement: Announcement, words: Words) -> None:
    hold(announcement)
    before = {name: getattr(announcement, name) for name in vars(words)}
    for name, value in vars(words).items():
        setattr(announcement, name, value)
    db.session.flush()
    if before != vars(words):
        _record("update", f"修改公告“{announcement.title}”", announcement, before=before, after=vars(words))


def publish(announcement: Announcement, now: datetime) -> None:
    """Again is harmless."""
    hold(announcement)
    if announcement.published_at is None:
        announcement.published_at = now
        db.session.flush()
        _record("publish", f"发布公告“{announcement.title}”", announcement)


def withdraw(announcement: Announcement) -> None:
    """It is a draft again; whoever has read it has."""
    hold(announcement)
    if announcement.published_at is not None:
        announcement.published_at = None
        db.session.flush()
        _record("unpublish", f"撤回公告“{announcement.title}”", announcement)


def _record(verb: str, summary: str, one: Announcement, **changes: Any) -> None:
    record(f"announcement.{verb}", f"announcement:{one.id}", summary, **changes)
