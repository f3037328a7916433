"""任职经历: where a person belongs or is lent to, by date.

`Person.unit_id` and `post` say what the open home posting says. Days are those of Beijing; `until` is the
last day. Two may begin on one day: whoever goes on from a posting on its first day was there for that day,
and the later one (by id) stands. So no transfer, roster or merge ever rewrites where somebody was.

These are the building blocks, in bulk: they hold nobody's row, refuse nothing and record nothing. `history`
does, one person at a time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.domain.careers import PostingKind
from app.people.models import Person, Posting
from app.web import clock
from app.web.db import db

_DAY = timedelta(days=1)
_BATCH = 1000


@dataclass(frozen=True)
class Move:
    """A person and their open home posting, and what follows it from `since` on."""

    person: Person
    home: Posting
    unit_id: int
    post: str
    since: date
    note: str = ""


def open_homes(starts: Iterable[tuple[Person, date]], note: str = "") -> None:
    """The next home posting of each, at the unit and post that the person's row names."""
    _insert([(person.id, person.unit_id, person.post, since, note) for person, since in starts])


def _insert(rows: list[tuple[int, int, str, date, str]]) -> None:
    fields = ("person_id", "unit_id", "post", "since", "note")
    if rows:
        values = [{**dict(zip(fields, row, strict=True)), "kind": PostingKind.HOME} for row in rows]
        db.session.execute(sa.insert(Posting), values)


def homes(person_ids: Sequence[int]) -> dict[int, Posting]:
    """The open home postings, by person."""
    found: dict[int, Posting] = {}
    for start in range(0, len(person_ids), _BATCH):
        batch = person_ids[start : start + _BATCH]
        rows = sa.select(Posting).where(Posting.kind == PostingKind.HOME, Posting.until.is_(None))
        chosen = db.session.scalars(rows.where(Posting.person_id.in_(batch)))
        found |= {posting.person_id: posting for posting in chosen}
    return found


def had_another(person_ids: Sequence[int]) -> set[int]:
    """Who has a home posting that has ended."""
    found: set[int] = set()
    for start in range(0, len(person_ids), _BATCH):
        batch = person_ids[start : start + _BATCH]
        rows = sa.select(Posting.person_id).where(
            Posting.kind == PostingKind.HOME, Posting.until.is_not(None)
        )
        found |= set(db.session.scalars(rows.where(Posting.person_id.in_(batch))))
    return found


def move_all(moves: Iterable[Move]) -> None:
    """Close each home posting on its last day and open the next; the persons' rows follow.

    `since` must not be earlier than `home.since`.
    """
    moves = list(moves)
    for move in moves:
        move.home.until = last_day(move.home.since, move.since)
        move.person.unit_id, move.person.post = move.unit_id, move.post
    db.session.flush()  # the database allows one open home posting at a time
    _insert([(move.person.id, move.unit_id, move.post, move.since, move.note) for move in moves])


def last_day(since: date, following: date) -> date:
    """Of a posting begun on `since`, when the next one begins: the day before, or its own first day."""
    return max(following - _DAY, since)


def lasts(day: date) -> sa.ColumnElement[bool]:
    """The posting has not ended before the day; it may be one to come."""
    return sa.or_(Posting.until.is_(None), Posting.until >= day)


def carry_over(unit_id: int, into_id: int, since: date, note: str) -> None:
    """Every posting at a unit that goes on does so at another from `since`, to the same last day.

    One to begin later only moves. Of home postings only the open ones go on: whoever was transferred or has
    left on that very day does not.

    The persons' own rows are the caller's matter.
    """
    goes_on = sa.or_(Posting.until.is_(None), sa.and_(Posting.kind == PostingKind.SECONDMENT, lasts(since)))
    begun = (Posting.unit_id == unit_id, goes_on, Posting.since <= since)
    fields = (Posting.person_id, Posting.kind, Posting.post, Posting.until)
    going_on = db.session.execute(sa.select(*fields).where(*begun)).all()
    ended = sa.case((Posting.since < since, since - _DAY), else_=since)  # as `last_day`
    db.session.execute(sa.update(Posting).where(*begun).values(until=ended))
    later = sa.update(Posting).where(Posting.unit_id == unit_id, Posting.since > since)
    db.session.execute(later.values(unit_id=into_id))
    values = [{**row._asdict(), "unit_id": into_id, "since": since, "note": note} for row in going_on]
    if values:
        db.session.execute(sa.insert(Posting), values)


def of(person_id: int) -> Sequence[Posting]:
    """All postings, the latest first, units loaded."""
    return db.session.scalars(
        sa.select(Posting)
        .options(joinedload(Posting.unit))
        .where(Posting.person_id == person_id)
        .order_by(Posting.since.desc(), Posting.id.desc())
    ).all()


def homes_of(person_id: int) -> list[Posting]:
    """The home postings, the latest first: the open one, if the person belongs here."""
    return [posting for posting in of(person_id) if posting.kind == PostingKind.HOME]


def unsaid(person: Person, way: Iterable[Posting]) -> Posting | None:
    """The first home posting, if it begins on the day of entry, as it does when nobody said since when.

    `way`: all postings, the latest first.
    """
    first = [posting for posting in way if posting.kind == PostingKind.HOME][-1:]
    return next((one for one in first if one.since == clock.day(person.created_at)), None)


def secondment(person_id: int, posting_id: int) -> Posting | None:
    wanted = {"id": posting_id, "person_id": person_id, "kind": PostingKind.SECONDMENT}
    return db.session.scalar(sa.select(Posting).filter_by(**wanted))


def shown(posting: Posting) -> dict[str, object]:
    """A posting as the audit log keeps it."""
    fields = ("id", "kind", "unit_id", "post", "since", "until", "note")
    return {field: getattr(posting, field) for field in fields}
