"""Reads: people and units within the subtrees that someone may see."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from app.people.models import Person, Unit
from app.web.db import db

_BATCH = 1000  # how many numbers one statement names


def under(path: str | sa.SQLColumnExpression[str]) -> sa.ColumnElement[bool]:
    """The unit is the one of `path` or lies below it; the statement must select from or join Unit.

    A range, since an index serves a range on both engines, and LIKE only sometimes: paths end in "/", and
    "0" is the character after it.
    """
    end = path[:-1] + "0" if isinstance(path, str) else sa.func.rtrim(path, "/").concat("0")
    return sa.and_(Unit.path >= path, Unit.path < end)


def within(paths: Iterable[str]) -> sa.ColumnElement[bool]:
    """The unit lies in one of the subtrees."""
    return sa.or_(sa.false(), *(under(path) for path in paths))


def top_of(paths: Sequence[str]) -> int | None:
    """The unit at the head of the first subtree."""
    return int(paths[0].strip("/").rpartition("/")[2]) if paths else None


def person_in_scope(person_id: int, paths: Iterable[str]) -> Person | None:
    return db.session.scalar(
        sa.select(Person)
        .join(Person.unit)
        .options(contains_eager(Person.unit))
        .where(Person.id == person_id, within(paths))
    )


def person_named(username: str, paths: Iterable[str]) -> Person | None:
    return db.session.scalar(
        sa.select(Person).join(Person.unit).where(Person.username == username.strip().lower(), within(paths))
    )


def people_in(path: str) -> Sequence[Person]:
    """The active people of a unit and of everything below it, by unit and name."""
    return db.session.scalars(
        sa.select(Person)
        .join(Person.unit)
        .options(contains_eager(Person.unit))
        .where(Person.active, within([path]))
        .order_by(Unit.path, Person.name, Person.id)
    ).all()


def unit_in_scope(unit_id: int, paths: Iterable[str]) -> Unit | None:
    return db.session.scalar(
        sa.select(Unit).options(joinedload(Unit.parent)).where(Unit.id == unit_id, within(paths))
    )


def tree_order(units: Sequence[Unit]) -> list[Unit]:
    """Depth first; children by position, then code."""
    ranks = {unit.id: (unit.position, unit.code) for unit in units}

    def key(unit: Unit) -> list[tuple[int, str]]:
        return [ranks[int(part)] for part in unit.path.strip("/").split("/") if int(part) in ranks]

    return sorted(units, key=key)


def units_above(unit_paths: Iterable[str], paths: Iterable[str]) -> list[Unit]:
    """The units of these paths and those above them, within the subtrees, in the order of the tree."""
    wanted = sorted({int(part) for path in unit_paths for part in path.strip("/").split("/")})
    found: list[Unit] = []
    for start in range(0, len(wanted), _BATCH):
        some = Unit.id.in_(wanted[start : start + _BATCH])
        found += db.session.scalars(sa.select(Unit).where(some, within(paths)))
    return tree_order(found)


def depth(unit: Unit, paths: Iterable[str]) -> int:
    """How far the unit lies below the top of the subtree that shows it."""
    top = max((path for path in paths if unit.path.startswith(path)), key=len, default="/")
    return unit.path.count("/") - top.count("/")
