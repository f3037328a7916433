"""Reads: one's own imports and their items."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask_sqlalchemy.pagination import Pagination

from app.bank.importing.states import TAKEN, Decision
from app.bank.models import ImportItem, Question, QuestionImport, QuestionVersion
from app.web.db import db
from app.web.paging import paginate
from app.web.uploads import OPEN

PER_PAGE = 20
GROUPS = ("fault", "told", "like", "same", "draft", "new", "merge", "leave")
FIELDS = ("stem", "options", "key", "prompts", "parts", "id")
_SAID = {  # of what is taken: what a draft lacks, and what its owner should look at
    "draft": ("explanation", "topic", "clauses"), "told": ("", "pictures", "difficulty", "level"),
}  # fmt: skip
_I = ImportItem


def _lacks(field: str) -> sa.ColumnElement[bool]:
    """A fault of the field. Names of fields are ASCII, so that JSON holds them as they are."""
    return sa.cast(_I.faults, sa.Text).contains(f'["{field}"', autoescape=True)


def _in(group: str) -> sa.ColumnElement[bool]:
    same = sa.and_(_lacks("same"), _I.decision == Decision.LEAVE)
    if group == "same":
        return same
    if group == "like":
        return sa.and_(_I.like_id.is_not(None), _I.decision != Decision.FAULT, ~same)
    if group in _SAID:
        return sa.and_(_I.decision.in_(TAKEN), sa.or_(*map(_lacks, _SAID[group])))
    return _I.decision == group if group else sa.true()


def _left(number: int, group: str = "", field: str = "") -> list[sa.ColumnElement[bool]]:
    """Items that are not saved yet."""
    conditions = [_I.import_id == number, _I.question_id.is_(None), _in(group)]
    return [*conditions, _lacks(field)] if field else conditions


def own(number: int, person_id: int) -> QuestionImport | None:
    """Only who uploaded it decides about it."""
    return db.session.scalar(
        sa.select(QuestionImport).where(QuestionImport.id == number, QuestionImport.created_by == person_id)
    )


def page_of_own(person_id: int, page: int) -> Pagination:
    """Those that wait for something first."""
    rows = sa.select(QuestionImport).where(QuestionImport.created_by == person_id)
    return paginate(rows.order_by(QuestionImport.state.in_(OPEN).desc(), QuestionImport.id.desc()), page)


def open_imports(person_id: int) -> int:
    """How many of one's own are neither saved nor given up."""
    rows = sa.select(sa.func.count()).select_from(QuestionImport)
    mine = rows.where(QuestionImport.created_by == person_id, QuestionImport.state.in_(OPEN))
    return db.session.scalar(mine) or 0


def counts(number: int) -> dict[str, int]:
    """How many items are in each group, in all (""), and have a fault in each field."""
    asked = {name: _in(name) for name in ("", *GROUPS)} | {
        f"fault.{name}": sa.and_(_in("fault"), _lacks(name)) for name in FIELDS
    }
    columns = [sa.func.count(sa.case((condition, 1))) for condition in asked.values()]
    row = db.session.execute(sa.select(*columns).where(*_left(number))).one()
    return dict(zip(asked, row, strict=True))


def items_page(number: int, group: str, field: str, page: int) -> Pagination:
    rows = sa.select(_I).where(*_left(number, group, field)).order_by(_I.number)
    return paginate(rows, page, PER_PAGE)


def next_fault(number: int, after: int) -> int | None:
    """The number of the next faulty item; behind the last, of the first."""
    rows = sa.select(_I.number).where(*_left(number, "fault")).order_by(_I.number <= after, _I.number)
    return db.session.scalar(rows.limit(1))


def item(number: int, at: int) -> ImportItem | None:
    return db.session.get(ImportItem, (number, at))


@dataclass(frozen=True)
class Like:
    code: str
    stem: str
    options: list[str]


def like(items: Sequence[ImportItem]) -> dict[int, Like]:
    """What the questions say that the items are like, by id."""
    wanted = {one.like_id for one in items if one.like_id}
    rows = db.session.execute(
        sa.select(Question.id, Question.code, QuestionVersion.stem, QuestionVersion.options)
        .join(QuestionVersion, QuestionVersion.id == Question.newest_version_id)
        .where(Question.id.in_(wanted))
    )
    return {row.id: Like(row.code, row.stem, row.options) for row in rows}


def in_group(number: int, group: str, field: str) -> sa.Select[ImportItem]:
    """The items, for a decision about all of them."""
    return sa.select(_I).where(*_left(number, group, field))
