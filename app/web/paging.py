"""A page of rows, asked of the database or already in memory; one pager shows both."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from flask_sqlalchemy.pagination import Pagination

from app.web.db import db
from app.web.intake import number

PER_PAGE = 50
_LAST = 100_000  # an offset too large for the engine is no page


def asked_page(name: str = "page") -> int:
    """The page that the address asks for; the first where it names none."""
    return min(max(number(name) or 1, 1), _LAST)


def paginate(rows: sa.Select[Any], page: int, per_page: int = PER_PAGE) -> Pagination:
    """A page of the statement's rows; beyond the last one it is empty."""
    return db.paginate(rows, page=page, per_page=per_page, error_out=False)


class FirstPages(Pagination):
    """The first thousand rows of a list that may hold 100,000: counting all costs more than showing some, and
    nobody turns to page 2,000. `more`: there are others, to be found by narrowing the list."""

    MOST = 20 * PER_PAGE
    more = False

    @cached_property
    def _ids(self) -> Sequence[int]:
        """Looked for once, and without their texts: to sort those is what costs."""
        return db.session.scalars(self._query_args["ids"].limit(self.MOST + 1)).all()

    def _query_items(self) -> list[Any]:
        shown = self._ids[: self.MOST][self._query_offset :][: self.per_page]
        rows: sa.Select[Any] = self._query_args["rows"]
        key = rows.column_descriptions[0]["entity"].id
        found = {row.id: row for row in db.session.scalars(rows.where(key.in_(shown)))} if shown else {}
        return [found[one] for one in shown if one in found]

    def _query_count(self) -> int:
        self.more = len(self._ids) > self.MOST
        return min(len(self._ids), self.MOST)


def first_pages(ids: sa.Select[int], rows: sa.Select[Any], page: int) -> FirstPages:
    """A page of the first thousand `ids`, in their order; `rows` reads the entities that are shown."""
    return FirstPages(ids=ids, rows=rows, page=page, per_page=PER_PAGE, error_out=False)


class ListPage(Pagination):
    """For lists whose order or filter is computed, not asked of the database."""

    def _query_items(self) -> list[Any]:
        first = (self.page - 1) * self.per_page
        rows: Sequence[Any] = self._query_args["rows"]
        return list(rows[first : first + self.per_page])

    def _query_count(self) -> int:
        return len(self._query_args["rows"])


def page_of(rows: Sequence[Any], page: int) -> ListPage:
    """The page with this number; the last one when it lies beyond."""
    last = max(1, -(-len(rows) // PER_PAGE))
    return ListPage(page=min(page, last), per_page=PER_PAGE, error_out=False, rows=rows)
