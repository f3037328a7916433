"""Spreadsheets: what people upload, read as text that says when it lost something; what they download.

A cell typed as a number keeps fifteen digits, so an identity or card number entered that way is already
wrong in the file. `Cell.lost_digits` tells; whoever reads such a column must refuse it.
"""

import csv
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from typing import Any
from urllib.parse import quote

import xlsxwriter
from flask import Response, stream_with_context
from flask_babel import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from app.web import clock

MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_UNPACKED = 64 * 1024 * 1024  # an archive of a few kilobytes can unpack to gigabytes
MAX_AREA = 1_500_000  # the reader makes room for every cell between the first and the last, filled or not
EXACT_DIGITS = 15  # what a number in a spreadsheet keeps
_INVISIBLE = re.compile("[\u200b-\u200f\u2028-\u202e\u2060\ufeff]")
_TAG = re.compile(rb"<(?:\w+:)?(row|c)\b([^>]*)>")
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Z]*)([0-9]{1,9})["']""")
_FORBIDDEN_IN_TITLE = re.compile(r"[\[\]:*?/\\']")


class SheetError(Exception):
    """The upload cannot be read; the message tells its owner what to do."""


@dataclass(frozen=True)
class Cell:
    """The cleaned text of a cell, and whether the file holds it as a number."""

    text: str
    number: bool = False

    @property
    def lost_digits(self) -> bool:
        return self.number and len(self.text.strip("-").partition(".")[0]) > EXACT_DIGITS


EMPTY = Cell("")


def _cell(value: Any) -> Cell:
    if isinstance(value, bool):
        return Cell("TRUE" if value else "FALSE")
    if isinstance(value, int | float):
        whole = float(value).is_integer()
        return Cell(str(int(value)) if whole else repr(value), number=True)
    if isinstance(value, datetime | date):
        return Cell(value.isoformat())
    return Cell(_INVISIBLE.sub("", str(value)).replace("\xa0", " ").strip())


def _check_size(data: bytes) -> None:
    if not data.startswith(b"PK"):
        return  # .xls does not compress
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
            raise SheetError(_("文件展开后太大。请只保留需要导入的内容，另存后再上传。"))
        # Reading them all also proves that none is larger than it says.
        if max(_area(archive.read(entry)) for entry in archive.infolist()) > MAX_AREA:
            raise SheetError(_("表格右边或下边很远处有零散内容。请删去那些行和列，另存后再上传。"))


def _area(part: bytes) -> int:
    """Rows times columns up to the farthest filled cell of a sheet's XML; 0 for any other part."""
    row = column = rows = columns = 0
    for tag in _TAG.finditer(part):
        place = _PLACE.search(tag[2])  # what names no place follows the one before
        if tag[1] == b"row":
            row, column = int(place[2]) if place else row + 1, 0
            continue
        row, column = (int(place[2]), _column(place[1])) if place else (row, column + 1)
        if not tag[2].endswith(b"/"):
            rows, columns = max(rows, row), max(columns, column)
    return rows * columns


def _column(letters: bytes) -> int:
    """A is 1, Z 26, AA 27."""
    return reduce(lambda column, letter: column * 26 + letter - 64, letters, 0)


def read_sheet(data: bytes, *, limit: int) -> list[list[Cell]]:
    """The rows of the first sheet of an .xlsx or .xls file; row n of the file is item n-1.

    Empty rows at the end are dropped. More than `limit` rows are a SheetError.
    """
    try:
        _check_size(data)
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        if sheet.end is not None and sheet.end[0] >= limit:
            raise SheetError(_("表中的行太多，一次最多 %(n)s 行。请分几次导入。", n=limit))
        rows = [[_cell(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    except (
        CalamineError,
        zipfile.BadZipFile,
        zlib.error,
        IndexError,
        OSError,
        ValueError,
        RuntimeError,
    ) as error:
        raise SheetError(_("读不了这个文件。请用 Excel 或 WPS 另存为 .xlsx 后再上传。")) from error
    while rows and not any(cell.text for cell in rows[-1]):
        rows.pop()
    return rows


@dataclass(frozen=True)
class Sheet:
    """One sheet to write. `text`: its columns are preset as text, so that what people type stays exact."""

    title: str
    headers: Sequence[str]
    rows: Iterable[Sequence[Any]] = ()
    text: bool = False


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
