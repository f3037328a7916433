"""Spreadsheets: what people upload, read as text that says when it lost something; what they download.

A cell typed as a number keeps fifteen digits, so an identity or card number entered that way is already
wrong in the file. `Cell.lost_digits` tells; whoever reads such a column must refuse it.
"""

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

import xlsxwriter
from flask import Response, stream_with_context
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.web import clock, limited, workbooks
from app.web.signatures import NAMES
from app.web.unpacking import Refused
from app.web.workbooks import LONGEST as LONGEST

MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EXACT_DIGITS = 15  # what a number in a spreadsheet keeps
LISTED_ROWS = 20_000  # how far down a column offers its list
_FORBIDDEN_IN_TITLE = re.compile(r"[\[\]:*?/\\']")


class SheetError(Exception):
    """The upload cannot be read; the message tells its owner what to do."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The cleaned text of a cell, and whether the file holds it as a number."""

    text: str
    number: bool = False

    @property
    def lost_digits(self) -> bool:
        return self.number and len(self.text.strip("-").partition(".")[0]) > EXACT_DIGITS


EMPTY = Cell("")


REFUSALS = {
    "unreadable": _l("读不了这个文件。请用 Excel 或 WPS 另存为 .xlsx 后再上传。"),
    "word": _l("这是 Word 文档，不是表格。请把内容放进 Excel 或 WPS 表格，存为 .xlsx 后再上传。"),
    "password": _l("文件设有打开密码。请去掉密码，另存为 .xlsx 后再上传。"),
    "unpacked": _l("文件展开后太大。请只保留需要导入的内容，另存为 .xlsx 后再上传。"),
    "area": _l("表格右边或下边很远处有零散内容。请删去那些行和列，另存为 .xlsx 后再上传。"),
    "weight": _l("表格里的文字太多。请只保留需要导入的列，或分几次导入。"),
    "exhausted": _l("这个文件太复杂，读不了。请只保留需要导入的行和列，另存为 .xlsx 后再上传。"),
}


def _refusal(reason: str, limit: int) -> SheetError:
    if reason == "rows":
        return SheetError(_("表中的行太多，一次最多 %(n)s 行。请分几次导入。", n=limit))
    if reason in NAMES:
        return SheetError(
            _(
                "这是%(what)s，不是表格。请用 Excel 或 WPS 做成表格，另存为 .xlsx 后再上传。",
                what=NAMES[reason],
            )
        )
    return SheetError(str(REFUSALS[reason]))


def read_titled(data: bytes, *, limit: int, sheets: int, longest: int) -> list[tuple[str, list[list[Cell]]]]:
    """The first visible sheets of an .xlsx, .xls or .csv file by title; row n is item n-1.

    Only in a limited process. Empty rows at the end are dropped, cells of more than `longest` characters cut.
    More than `limit` rows in the first sheet are a SheetError.
    """
    try:
        found = workbooks.read(data, limit, sheets, longest)
    except Refused as refusal:
        raise _refusal(refusal.reason, limit) from refusal
    return [(title, _cells(rows)) for title, rows in found]


def read_book(data: bytes, *, limit: int, sheets: int) -> list[list[list[Cell]]]:
    """The rows of the first visible sheets, taken apart in a limited process."""
    try:
        answer = limited.run("app.web.workbooks", data, str(limit), str(sheets))
    except limited.Exhausted as error:
        raise SheetError(str(REFUSALS["exhausted"])) from error
    said = json.loads(answer)
    if "refused" in said:
        raise _refusal(said["refused"], limit)
    return [_cells(rows) for rows in said["sheets"]]


def _cells(rows: list[Any]) -> list[list[Cell]]:
    for row in rows:
        row[:] = map(_cell, row)  # in place: never all of it twice
    return rows


def _cell(given: Any) -> Cell:
    if isinstance(given, str):
        return Cell(given) if given else EMPTY
    return Cell(given[0], number=True)


def read_sheet(data: bytes, *, limit: int) -> list[list[Cell]]:
    """The rows of the first sheet."""
    book = read_book(data, limit=limit, sheets=1)
    return book[0] if book else []


@dataclass(frozen=True)
class Sheet:
    """One sheet to write. `text`: its columns are preset as text, so that what people type stays exact.

    `lists`: the cells of a column (counted from 0) offer what a range such as "=选项!$A$2:$A$9" holds.
    """

    title: str
    headers: Sequence[str]
    rows: Iterable[Sequence[Any]] = ()
    text: bool = False
    lists: Mapping[int, str] = field(default_factory=dict)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "FW" else 1 for char in text)


def _write_cell(worksheet: Any, row: int, column: int, value: Any, style: Any) -> int:
    """Numbers as numbers, anything else as text, never a formula. Returns the width it wants."""
    if value is None:
        return 0
    if isinstance(value, int | float) and not isinstance(value, bool):
        worksheet.write_number(row, column, value, style)
        return len(str(value))
    if isinstance(value, datetime):
        value = clock.beijing(value).strftime("%Y-%m-%d %H:%M")
    worksheet.write_string(row, column, str(value), style)
    return max(_width(line) for line in str(value).split("\n"))


def _write_sheet(workbook: Any, sheet: Sheet) -> None:
    worksheet = workbook.add_worksheet(_FORBIDDEN_IN_TITLE.sub(" ", sheet.title)[:31])
    head = workbook.add_format({"bold": True, "bg_color": "#F6F2E9", "bottom": 1})
    body = workbook.add_format({"valign": "top", **({"num_format": "@"} if sheet.text else {})})
    widths = [_width(text) for text in sheet.headers]
    for column, text in enumerate(sheet.headers):
        worksheet.write_string(0, column, text, head)
    for number, row in enumerate(sheet.rows, start=1):
        for column, value in enumerate(row):
            widths[column] = max(widths[column], _write_cell(worksheet, number, column, value, body))
    for column, width in enumerate(widths):
        worksheet.set_column(column, column, min(max(width + 3, 8), 60), body)
    for column, source in sheet.lists.items():
        rule = {"validate": "list", "source": source, "error_type": "warning", "show_error": False}
        worksheet.data_validation(1, column, LISTED_ROWS, column, rule)
    worksheet.freeze_panes(1, 0)


def write_workbook(sheets: Iterable[Sheet]) -> bytes:
    """An .xlsx file; rows pass through one at a time, so a long export stays small in memory."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as workbook:
        for sheet in sheets:
            _write_sheet(workbook, sheet)
    return out.getvalue()


def write_xlsx(title: str, headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """An .xlsx file of one sheet."""
    return write_workbook([Sheet(title, headers, rows)])


def _harmless(value: Any) -> str:
    """A spreadsheet program takes what begins like a formula for one, in a CSV file too."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _csv_lines(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    out = io.StringIO()
    writer = csv.writer(out)
    out.write("\ufeff")  # by which Excel knows UTF-8
    writer.writerow(headers)
    for row in rows:
        writer.writerow([_harmless(value) for value in row])
        if out.tell() > 64 * 1024:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()


def csv_response(title: str, headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """A download of any length: rows are asked for while it is sent."""
    response = Response(stream_with_context(_csv_lines(headers, rows)), mimetype="text/csv")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(title + '.csv')}"
    return response


def workbook_response(filename: str, data: bytes) -> Response:
    """The file as a download; `filename` may be Chinese."""
    response = Response(data, mimetype=MIMETYPE)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(filename)}"  # RFC 5987
    return response


def xlsx_response(filename: str, headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """A download of one sheet named after the file, such as "成绩.xlsx"."""
    title = filename.removesuffix(".xlsx")
    return workbook_response(f"{title}.xlsx", write_xlsx(title, headers, rows))
