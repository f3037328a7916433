"""An uploaded roster: which rows of which sheet are persons."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from app.domain import roster
from app.domain.roster import Field, Header
from app.people.roster.cells import Row
from app.web import sealing
from app.web.sheets import Cell, SheetError, read_book

MAX_PEOPLE = 20_000
MAX_BYTES = 6 * 1024 * 1024
_SHEETS = 3  # looked through for a header
_SEALED = "roster file"  # purpose of sealing
_BINARY = b"PK", b"\xd0\xcf\x11\xe0", b"\xff\xfe", b"\xfe\xff"  # .xlsx, .xls, text in UTF-16
_MARGIN = 1000  # empty, repeated and explaining rows


@dataclass(frozen=True)
class Upload:
    """The persons' rows, numbered as in the sheet, and the headers that say nothing here."""

    rows: list[Row]
    ignored: tuple[str, ...]


def may_be_table(data: bytes) -> bool:
    """By its first bytes: a workbook, or text. Whether it can be read shows later."""
    head = data[:1024]
    if head.startswith(_BINARY):
        return True
    return not head.startswith(b"%PDF") and re.search(rb"[\x00-\x08\x0e-\x1f]", head) is None


def read(data: bytes) -> Upload:
    """Raises SheetError."""
    book = read_book(data, limit=MAX_PEOPLE + _MARGIN, sheets=_SHEETS)
    for sheet in book:
        header = roster.find_header([[cell.text for cell in row] for row in sheet])
        if header is not None:
            break
    else:
        raise SheetError(
            _("没有找到表头。表中要有一行列名，至少有“姓名”，并有身份证号、工号、手机号、单位等其他列。")
        )
    rows = list(_persons(sheet, header))
    if not rows:
        raise SheetError(_("表头下面没有人员。请每人填一行，再上传。"))
    if len(rows) > MAX_PEOPLE:
        raise SheetError(_("一次最多导入 %(n)s 人。请分几次导入。", n=MAX_PEOPLE))
    return Upload(rows, header.ignored)


def _persons(sheet: Sequence[Sequence[Cell]], header: Header) -> Iterator[Row]:
    titles = {name: roster.plain(sheet[header.row][at].text) for name, at in header.columns.items()}
    for index in range(header.row + 1, len(sheet)):
        row = sheet[index]
        found = {name: row[at] for name, at in header.columns.items() if at < len(row)}
        cells = {name: _text(name, cell) for name, cell in found.items()}
        if all(roster.plain(text) == titles[name] for name, text in cells.items()):
            continue  # the header, printed again on another page
        if any(cells.values()) and not _is_remark(row, header):
            lost = frozenset(name for name, cell in found.items() if _lost(name, cell))
            yield Row(index + 1, {name: cells.get(name, "") for name in header.columns}, lost)


def _is_remark(row: Sequence[Cell], header: Header) -> bool:
    """A note or a serial number alone; a name alone is a person who lacks the rest."""
    filled = [index for index, cell in enumerate(row) if cell.text]
    return len(filled) < 2 and header.columns[Field.NAME] not in filled


def _text(name: Field, cell: Cell) -> str:
    return roster.serial_date(cell.text) if name in roster.DATES and cell.number else cell.text


def _lost(name: Field, cell: Cell) -> bool:
    """Digits gone; of a date, too: 2019.1 as a number may have been 2019.10."""
    if name in roster.DATES:
        return cell.number and re.fullmatch(r"\d{4}\.1", cell.text) is not None
    return name in roster.EXACT and cell.lost_digits


def seal(data: bytes) -> bytes:
    """The file as it waits to be read."""
    return sealing.seal_bytes(_SEALED, data)


def unseal(sealed: bytes) -> bytes:
    return sealing.unseal_bytes(_SEALED, sealed)


def kept(upload: Upload) -> dict[str, Any]:
    """What the import remembers of the sheet as a whole."""
    return {"ignored": list(upload.ignored)}
