"""A page of rows, asked of the database or already in memory; one pager shows both."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask_sqlalchemy.pagination import Pagination

from app.web.db import db
from app.web.intake import number

PER_PAGE = 50
_LAST = 100_000  # an offset too large for the engine is no page


def asked_page() -> int:
    """The page that the address asks for; the first where it names none."""
    return min(max(number("page") or 1, 1), _LAST)


def paginate(rows: sa.Select[Any], page: int, per_page: int = PER_PAGE) -> Pagination:
    """A page of the statement's rows; beyond the last one it is empty."""
    return db.paginate(rows, page=page, per_page=per_page, error_out=False)


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
