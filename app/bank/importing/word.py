"""The blocks of a Word document: paragraphs as lines, tables as what they are for."""

import re
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from app.bank.importing import headers, tables
from app.bank.importing.items import Line, Written

_SHORT = 14  # characters of cells that stand in one line, such as two options


def read(blocks: Sequence[dict[str, Any]]) -> tuple[list[Line], list[Written]]:
    """Lines for the reader of papers, and the questions of tables that name their columns."""
    lines: list[Line] = []
    found: list[Written] = []
    tables_seen = 0
    for number, block in enumerate(blocks, 1):
        if "text" in block:
            place = str(_("第 %(n)s 段", n=number))
            lines += [Line(place, text) for text in block["text"].split("\n")]
            continue
        tables_seen += 1
        title = str(_("表格 %(n)s", n=tables_seen))
        rows = [[_flat(cell) for cell in row] for row in block["rows"]]
        named = tables.questions("", block["rows"]) if headers.find(rows) else None
        if named is None:
            lines += _lines(str(_("第 %(n)s 段，表格", n=number)), block["rows"])
        else:
            for one in named[0]:
                one.place = f"{title}，{one.place}"
            found += named[0]
    return lines, found


def _flat(cell: str) -> str:
    return re.sub(r"\s+", " ", cell).strip()


def _lines(place: str, rows: Sequence[Sequence[str]]) -> list[Line]:
    """Short cells side by side, long ones below each other; a table of answers row by row."""
    made: list[Line] = []
    for row in rows:
        cells = [cell for cell in row if cell.strip()]
        if all("\n" not in cell and len(cell) <= _SHORT for cell in cells):
            made.append(Line(place, "\t".join(cells)))
        else:
            made += [Line(place, text) for cell in cells for text in cell.split("\n")]
    return made
