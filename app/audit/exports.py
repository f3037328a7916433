"""Personal data that leaves in bulk: a spreadsheet on the way out, and who took it in the log."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask import Response, request
from flask_babel import gettext as _

from app.audit.service import record
from app.domain.identity import without_numbers
from app.web.sheets import xlsx_response


def export(
    action: str, target: str, title: str, headers: Sequence[str], rows: Iterable[Sequence[Any]]
) -> Response:
    """The rows as a spreadsheet, recorded with their number and the page's filter. For POST only."""
    taken = list(rows)
    note_export(action, target, title, len(taken))
    return xlsx_response(title, headers, taken)


def note_export(action: str, target: str, title: str, count: int) -> None:
    summary = str(_("导出“%(title)s”%(n)s 行", title=title, n=count))
    record(action, target, summary, after={"rows": count, "filter": asked()})


def asked() -> str:
    """The page's filter as the address has it, numbers of people masked."""
    words = [f"{name}={without_numbers(value)}" for name, value in request.args.items() if value]
    return "，".join(words)
