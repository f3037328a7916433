"""Spreadsheets that people upload, taken apart: only in a limited process (app/web/limited.py)."""

import csv
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from functools import reduce
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from app.web import signatures
from app.web.unpacking import Refused

MAX_UNPACKED = 64 * 1024 * 1024  # an archive of a few kilobytes can unpack to gigabytes
MAX_AREA = 1_500_000  # the reader makes room for every cell between the first and the last, filled or not
LONGEST = 500  # characters of a cell unless more is asked for; what is longer is cut
MAX_WEIGHT = 16_000_000  # characters of all cells; the process that asked holds them all in memory
_EACH = 20  # characters that a filled cell weighs beside its own
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060\ufeff]")
_TAG = re.compile(rb"<(?:\w+:)?(row|c)\b([^<>]*)>")
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Z]*)([0-9]{1,9})["']""")
_SEPARATORS = ",\t;|，；"

_UNREADABLE = (CalamineError, zipfile.BadZipFile, zlib.error, csv.Error, IndexError, OSError, ValueError,
               RuntimeError, NotImplementedError)  # fmt: skip

Cell = str | list[str]  # [text]: the file holds a number
Rows = list[list[Cell]]


def answer(data: bytes, *given: str) -> bytes:
    """For app/web/sheets.py, as JSON: the titles, and the sheets; or why they cannot be had."""
    try:
        found = read(data, *map(int, given))
    except Refused as refusal:
        return json.dumps({"refused": refusal.reason}).encode()
    said = {"sheets": [rows for _title, rows in found], "titles": [title for title, _rows in found]}
    return json.dumps(said, ensure_ascii=False).encode("utf-8", "replace")


def read(data: bytes, limit: int, sheets: int, longest: int = LONGEST) -> list[tuple[str, Rows]]:
    """Up to `sheets` visible sheets by title, row n of the file being item n-1; of text, the one table.

    Raises Refused.
    """
    try:
        return _light(_tables(data, limit, sheets), longest)
    except PasswordError as error:
        raise Refused("password") from error
    except _UNREADABLE as error:
        raise Refused("unreadable") from error


def _tables(data: bytes, limit: int, sheets: int) -> list[tuple[str, Rows]]:
    stranger = signatures.stranger(data)
    if stranger not in ("", "sheet"):
        raise Refused(stranger)
    if data.startswith((b"PK", signatures.COMPOUND)):
        if data.startswith(b"PK"):
            _check_archive(data)
        return list(_of_workbook(data, limit, sheets))
    if data.lstrip().startswith((b"<?", b"<!")):
        raise Refused("markup")
    return [("", _trimmed(_of_text(_decoded(data), limit)))]


def _light(sheets: list[tuple[str, Rows]], longest: int) -> list[tuple[str, Rows]]:
    """Long cells cut: a text of a few kilobytes, shared by many, is as large as all of them in the answer."""
    for _title, rows in sheets:
        for row in rows:
            row[:] = [cell[:longest] if isinstance(cell, str) else cell for cell in row]
    filled = (cell for _title, rows in sheets for row in rows for cell in row if cell)
    if sum(_EACH + len("".join(cell)) for cell in filled) > MAX_WEIGHT:
        raise Refused("weight")
    return sheets


def _check_archive(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
            raise Refused("unpacked")
        names = archive.namelist()
        if not any(name.endswith("workbook.xml") for name in names):
            raise Refused("word" if "word/document.xml" in names else "unreadable")
        # Reading them all also proves that none is larger than it says.
        if max(area(archive.read(entry)) for entry in archive.infolist()) > MAX_AREA:
            raise Refused("area")


def area(part: bytes) -> int:
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


def _of_workbook(data: bytes, limit: int, sheets: int) -> Iterator[tuple[str, Rows]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    visible = [s.name for s in book.sheets_metadata if s.visible is SheetVisibleEnum.Visible]
    for number, name in enumerate((visible or book.sheet_names)[:sheets]):
        sheet = book.get_sheet_by_name(name)
        if sheet.end is not None and (sheet.end[0] >= limit or _area(sheet) > MAX_AREA):
            if number:
                continue  # the first one is meant; a large one after it is an annex
            raise Refused("rows" if sheet.end[0] >= limit else "area")
        yield name, _trimmed(_filled(sheet))


def _area(sheet: CalamineSheet) -> int:
    return (sheet.end[0] + 1) * (sheet.end[1] + 1) if sheet.end else 0


def _filled(sheet: CalamineSheet) -> Rows:
    """The cells; a merged area that spans rows says the same in each of them.

    One within a single row is a heading or a remark and stays one cell.
    """
    rows = [[_cell(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    room = MAX_AREA
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        if top == bottom or top >= len(rows) or left >= len(rows[top]):
            continue
        for row in rows[top : bottom + 1]:
            end = min(right + 1, len(row))
            room -= end - left
            if room < 0:
                raise Refused("area")
            row[left:end] = [rows[top][left]] * (end - left)
    return rows


def _cell(value: Any) -> Cell:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        whole = float(value).is_integer()
        return [str(int(value)) if whole else repr(value)]
    if isinstance(value, datetime | date):
        return value.isoformat()
    return _clean(str(value))


def _clean(text: str) -> str:
    return _INVISIBLE.sub("", text).replace("\xa0", " ").strip()


def _decoded(data: bytes) -> str:
    """Text as Excel, WPS and editors save it."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    if b"\0" in data:
        raise Refused("unreadable")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def _of_text(text: str, limit: int) -> Rows:
    separator = _separator(text)
    rows: Rows = []
    room = MAX_AREA
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
        if len(rows) >= limit:
            raise Refused("rows")
        room -= len(row)
        if room < 0:
            raise Refused("area")
        rows.append([_typed(value) for value in row])
    return rows


def _separator(text: str) -> str:
    """The one that cuts the first lines into the most columns."""
    lines = [line for line in text[:20_000].splitlines() if line.strip()][:20]
    return max(_SEPARATORS, key=lambda mark: sum(line.count(mark) for line in lines))


def _typed(value: str) -> Cell:
    """Without what people write to keep a number exact: '0123, ="0123"."""
    bare = _clean(value)
    if bare.startswith('="') and bare.endswith('"') and len(bare) > 2:
        bare = bare[2:-1]
    return bare.removeprefix("'").strip()


def _trimmed(rows: Rows) -> Rows:
    """Without the empty rows at the end."""
    while rows and not any(text for cell in rows[-1] for text in cell):
        rows.pop()
    return rows
