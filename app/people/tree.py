"""Reads of the tree of units, a level or a page of it at a time, however many units there are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask_sqlalchemy.pagination import Pagination
from sqlalchemy.orm import aliased, joinedload

from app.people.models import Person, Unit, UnitChange
from app.people.picker import mentions
from app.people.queries import under, within
from app.web.db import db
from app.web.paging import paginate

_ORDER = (Unit.position, Unit.code)
_CHANGES = 200


def tops(paths: Iterable[str]) -> Sequence[Unit]:
    """The units at the head of the subtrees."""
    return db.session.scalars(sa.select(Unit).where(Unit.path.in_(list(paths))).order_by(*_ORDER)).all()


def children(unit: Unit, page: int, *, closed: bool = False) -> Pagination:
    """A page of the units right below: the open ones, or the closed ones."""
    state = Unit.closed_at.is_not(None) if closed else Unit.closed_at.is_(None)
    return paginate(sa.select(Unit).where(Unit.parent_id == unit.id, state).order_by(*_ORDER), page)


def closed_below(unit: Unit) -> int:
    """How many units right below are closed."""
    gone = sa.select(sa.func.count()).where(Unit.parent_id == unit.id, Unit.closed_at.is_not(None))
    return db.session.scalar(gone) or 0


def found(text: str, paths: Iterable[str], page: int) -> Pagination:
    """A page of the units whose name, short name or code holds the text, closed ones last, parents loaded."""
    rows = sa.select(Unit).options(joinedload(Unit.parent)).where(within(paths), mentions(text))
    return paginate(rows.order_by(Unit.closed_at.is_not(None), Unit.code), page)


def above(unit: Unit, paths: Iterable[str]) -> Sequence[Unit]:
    """The units over it that lie in the subtrees, from the top."""
    ids = [int(part) for part in unit.path.strip("/").split("/")[:-1]]
    rows = sa.select(Unit).where(Unit.id.in_(ids), within(paths))
    return db.session.scalars(rows.order_by(sa.func.length(Unit.path))).all()


@dataclass(frozen=True)
class Counts:
    """Of a unit: open units below it, its own active people, and those of everything below as well."""

    units: int = 0
    own: int = 0
    total: int = 0


def counts(units: Iterable[Unit]) -> dict[int, Counts]:
    """By unit id; two statements for any number of units."""
    top, ids = aliased(Unit), [unit.id for unit in units]
    below = sa.select(top.id, sa.func.count()).join(Unit, sa.and_(under(top.path), Unit.id != top.id))
    below = below.where(top.id.in_(ids), Unit.closed_at.is_(None)).group_by(top.id)
    own = sa.func.count(sa.case((Unit.id == top.id, 1)))
    people = (
        sa.select(top.id, own, sa.func.count())
        .join(Unit, under(top.path))
        .join(Person, Person.unit_id == Unit.id)
        .where(top.id.in_(ids), Person.active)
        .group_by(top.id)
    )
    units_of = {row[0]: row[1] for row in db.session.execute(below)}
    people_of = {row[0]: (row[1], row[2]) for row in db.session.execute(people)}
    return {key: Counts(units_of.get(key, 0), *people_of.get(key, (0, 0))) for key in ids}


def changes(unit: Unit) -> Sequence[UnitChange]:
    """The unit's history, the latest first."""
    rows = sa.select(UnitChange).where(UnitChange.unit_id == unit.id)
    return db.session.scalars(rows.order_by(UnitChange.at.desc(), UnitChange.id.desc()).limit(_CHANGES)).all()
