"""A page of rows that are already in memory, shown by the same pager as a page of a statement."""

from collections.abc import Sequence
from typing import Any

from flask_sqlalchemy.pagination import Pagination

PER_PAGE = 50


class ListPage(Pagination):
    """For lists whose order or filter is computed, not asked of the database."""

    def _query_items(self) -> list[Any]:
        first = (self.page - 1) * self.per_page
        rows: Sequence[Any] = self._query_args["rows"]
        return list(rows[first : first + self.per_page])

    def _query_count(self) -> int:
        return len(self._query_args["rows"])


def page_of(rows: Sequence[Any], page: int | None) -> ListPage:
    """The page with this number; the last one when it lies beyond."""
    last = max(1, -(-len(rows) // PER_PAGE))
    return ListPage(page=min(max(page or 1, 1), last), per_page=PER_PAGE, error_out=False, rows=rows)
