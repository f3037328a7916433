"""Reads: one's own imports and their rows."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from flask_sqlalchemy.pagination import Pagination
from sqlalchemy.orm import contains_eager, joinedload

from app.people.models import Person, RosterImport, RosterRow, Unit
from app.people.queries import within
from app.people.roster.states import Outcome
from app.web.db import db
from app.web.paging import paginate
from app.web.uploads import OPEN

_RECENT = 10


def own(number: int, person_id: int, paths: Iterable[str]) -> RosterImport | None:
    """Only who uploaded it sees it: it shows people as far as that one's units reach."""
    return db.session.scalar(
        sa.select(RosterImport)
        .join(RosterImport.unit)
        .options(contains_eager(RosterImport.unit))
        .where(RosterImport.id == number, RosterImport.created_by == person_id, within(paths))
    )


def recent(person_id: int, paths: Iterable[str]) -> Sequence[RosterImport]:
    """Those that wait for something first."""
    return db.session.scalars(
        sa.select(RosterImport)
        .join(RosterImport.unit)
        .options(contains_eager(RosterImport.unit))
        .where(RosterImport.created_by == person_id, within(paths))
        .order_by(RosterImport.state.in_(OPEN).desc(), RosterImport.id.desc())
        .limit(_RECENT)
    ).all()


def open_imports(person_id: int, paths: Iterable[str]) -> int:
    """How many of one's own are neither saved nor given up."""
    mine = sa.and_(RosterImport.created_by == person_id, RosterImport.state.in_(OPEN), within(paths))
    rows = sa.select(sa.func.count()).select_from(RosterImport).join(RosterImport.unit)
    return db.session.scalar(rows.where(mine)) or 0


def counts(number: int) -> dict[Outcome, int]:
    """How many rows of each outcome; all of them, also those that have none."""
    rows = sa.select(RosterRow.outcome, sa.func.count()).where(RosterRow.import_id == number)
    found = {row[0]: row[1] for row in db.session.execute(rows.group_by(RosterRow.outcome))}
    return {outcome: found.get(outcome, 0) for outcome in Outcome}


def row_page(number: int, outcomes: Iterable[Outcome], page: int) -> Pagination:
    rows = sa.select(RosterRow).where(RosterRow.import_id == number, RosterRow.outcome.in_(list(outcomes)))
    return paginate(rows.order_by(sa.func.abs(RosterRow.number)), page)


def row(number: int, at: int) -> RosterRow | None:
    """A row of the sheet."""
    return db.session.get(RosterRow, (number, at)) if at > 0 else None


def has_rows(number: int) -> bool:
    """Has the file been read?"""
    rows = sa.select(RosterRow.number).where(RosterRow.import_id == number, RosterRow.number > 0)
    return db.session.scalar(rows.limit(1)) is not None


def sheet_rows(number: int) -> Sequence[RosterRow]:
    rows = sa.select(RosterRow).where(RosterRow.import_id == number, RosterRow.number > 0)
    return db.session.scalars(rows.order_by(RosterRow.number)).all()


def people(ids: Iterable[int]) -> dict[int, Person]:
    """By id, units loaded."""
    rows = sa.select(Person).options(joinedload(Person.unit)).where(Person.id.in_(list(ids)))
    return {person.id: person for person in db.session.scalars(rows)}


def unit_names(ids: Iterable[int]) -> dict[int, str]:
    rows = sa.select(Unit.id, Unit.name).where(Unit.id.in_(list(ids)))
    return {row[0]: row[1] for row in db.session.execute(rows)}
