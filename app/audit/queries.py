"""Reads of the audit log."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_sqlalchemy.pagination import Pagination

from app.audit.checking import Report, Walk
from app.audit.fields import reading
from app.audit.models import AuditCheck, AuditEvent, AuditSeal, AuditWaiting
from app.web.db import db
from app.web.paging import paginate

XLSX_LIMIT = 20_000
LONGEST_VALUE = 500  # on the page
_BATCH = 2_000


@dataclass(frozen=True)
class EventFilter:
    """What the log is narrowed to; empty fields narrow nothing. `until` is the first moment left out."""

    action: str = ""
    actor: str = ""
    targets: Sequence[str] | None = None
    person: int | None = None  # as the one who acts or the one acted on
    result: str = ""
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Change:
    """One field of an act, as it was and as it is; None: there was nothing."""

    field: str
    before: str | None
    after: str | None


def _conditions(wanted: EventFilter) -> Iterator[sa.ColumnElement[bool]]:
    for column, value in (
        (AuditEvent.action, wanted.action), (AuditEvent.result, wanted.result),
    ):  # fmt: skip
        if value:
            yield column == value
    if wanted.targets is not None:
        yield AuditEvent.target.in_(wanted.targets)
    if wanted.person is not None:
        yield sa.or_(AuditEvent.target == f"person:{wanted.person}", AuditEvent.actor_id == wanted.person)
    if wanted.actor:
        yield AuditEvent.actor.icontains(wanted.actor, autoescape=True)
    if wanted.text:
        fields = (AuditEvent.summary, AuditEvent.target, AuditEvent.before, AuditEvent.after)
        yield sa.or_(*(field.icontains(wanted.text, autoescape=True) for field in fields))
    if wanted.since is not None:
        yield AuditEvent.at >= wanted.since
    if wanted.until is not None:
        yield AuditEvent.at < wanted.until


def events_page(wanted: EventFilter, page: int) -> Pagination:
    """Newest first."""
    rows = sa.select(AuditEvent).where(*_conditions(wanted))
    return paginate(rows.order_by(AuditEvent.id.desc()), page)


def seals(events: Iterable[AuditEvent]) -> dict[int, int]:
    """Event → number of its seal; an event that waits for the sealer is not in it."""
    ids = [event.id for event in events]
    rows = db.session.execute(sa.select(AuditSeal.event_id, AuditSeal.seq).where(AuditSeal.event_id.in_(ids)))
    return dict(rows.all())


def extent(wanted: EventFilter) -> tuple[int, int]:
    """How many events there are, and the newest."""
    found = sa.select(sa.func.count(), sa.func.max(AuditEvent.id)).where(*_conditions(wanted))
    count, newest = db.session.execute(found).one()
    return count, newest or 0


def events_to_export(wanted: EventFilter, newest: int) -> Iterator[Any]:
    """Events with the number of their seal, newest first, by key: any number of them, a few in memory."""
    rows = (
        sa.select(*AuditEvent.__table__.columns, AuditSeal.seq)
        .outerjoin(AuditSeal, AuditSeal.event_id == AuditEvent.id)
        .where(*_conditions(wanted))
        .order_by(AuditEvent.id.desc())
        .limit(_BATCH)
    )
    before = newest + 1
    while batch := db.session.execute(rows.where(AuditEvent.id < before)).all():
        yield from batch
        before = batch[-1].id


def actions() -> Sequence[str]:
    """The acts that occur, for a select: from one to the next in the index, not through all the rows."""
    action = AuditEvent.action
    seen = sa.select(sa.func.min(action).label("action")).cte("seen", recursive=True)
    following = sa.select(sa.func.min(action)).where(action > seen.c.action).scalar_subquery()
    seen = seen.union_all(sa.select(following).where(seen.c.action.is_not(None)))
    return db.session.scalars(sa.select(seen.c.action).where(seen.c.action.is_not(None))).all()


def changes(event: AuditEvent) -> list[Change]:
    """What the act changed, field by field; unchanged fields are left out."""
    before, after = (_fields(text) for text in (event.before, event.after))
    names = list(dict.fromkeys([*before, *after]))
    pairs = [Change(name, before.get(name), after.get(name)) for name in names]
    return [pair for pair in pairs if pair.before != pair.after]


def _fields(text: str | None) -> dict[str, str]:
    if text is None:
        return {}
    value = json.loads(text)
    items = value if isinstance(value, dict) else {"": value}
    return {name: _short(reading(name, item)) for name, item in items.items()}


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + str(_("……（全文请导出查看）"))


@dataclass(frozen=True)
class ChainState:
    """How far the log is sealed, and the last link."""

    sealed: int
    waiting: int
    head: str


def chain_state() -> ChainState:
    """By number, not by counting: the log may have millions of rows."""
    waiting = sa.select(sa.func.count()).select_from(AuditWaiting).scalar_subquery()
    last = db.session.execute(
        sa.select(AuditSeal.seq, waiting, AuditSeal.digest).order_by(AuditSeal.seq.desc()).limit(1)
    ).one_or_none()
    if last is not None:
        return ChainState(*last)
    return ChainState(0, db.session.scalar(sa.select(waiting)) or 0, "")


@dataclass(frozen=True)
class CheckState:
    """The last check that is done, with what it found, and the one under way, with how far it has come."""

    done: AuditCheck | None
    report: Report | None
    under_way: AuditCheck | None
    reached: int


def check_state() -> CheckState:
    newest = sa.select(AuditCheck).order_by(AuditCheck.id.desc()).limit(1)
    done = db.session.scalar(newest.where(AuditCheck.done_at.is_not(None)))
    under_way = db.session.scalar(newest.where(AuditCheck.done_at.is_(None)))
    return CheckState(
        done,
        Report.from_json(done.state) if done else None,
        under_way,
        Walk.from_json(under_way.state).seq if under_way else 0,
    )
