"""职级 by date. `Person.rank` says what the latest RankChange says; without one, the rank has no date."""

from collections.abc import Iterable, Sequence
from datetime import date

import sqlalchemy as sa

from app.people.models import Person, RankChange
from app.web.db import db

_BATCH = 1000


def note(starts: Iterable[tuple[Person, date]]) -> None:
    """In bulk: since when each holds the rank that the person's row names."""
    values = [{"person_id": person.id, "rank": person.rank, "since": since} for person, since in starts]
    if values:
        db.session.execute(sa.insert(RankChange), values)


def latest(person_ids: Sequence[int]) -> dict[int, RankChange]:
    """The latest change of each who has one."""
    found: dict[int, RankChange] = {}
    for start in range(0, len(person_ids), _BATCH):
        batch = person_ids[start : start + _BATCH]
        rows = sa.select(RankChange).where(RankChange.person_id.in_(batch)).order_by(RankChange.since)
        found |= {change.person_id: change for change in db.session.scalars(rows)}
    return found


def of(person_id: int) -> Sequence[RankChange]:
    """All changes, the latest first."""
    rows = sa.select(RankChange).where(RankChange.person_id == person_id).order_by(RankChange.since.desc())
    return db.session.scalars(rows).all()


def one(person_id: int, change_id: int) -> RankChange | None:
    return db.session.scalar(sa.select(RankChange).filter_by(id=change_id, person_id=person_id))
