"""Files as they come from schools, Word documents that count by themselves among them; and who reads them."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any
from xml.sax.saxutils import escape

import sqlalchemy as sa
import xlsxwriter
from PIL import Image

from app.bank.importing import edits, work
from app.bank.importing.files import Defaults
from app.bank.models import ImportItem, QuestionImport
from app.web.db import db
from tests.bank.contents import NOW

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
# List 1: 1、2、… with A. B. … below it; list 2: 一、二、…; list 3: the first anew.
NUMBERING = f"""<w:numbering xmlns:w="{W}">
<w:abstractNum w:abstractNumId="0">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1、"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="upperLetter"/><w:lvlText w:val="%2."/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="1">
<w:lvl w:ilvl="0"><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl>
</w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="0"/>
<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>
</w:numbering>"""
STYLES = f"""<w:styles xmlns:w="{W}"><w:style w:styleId="Asked"><w:pPr><w:numPr><w:ilvl w:val="0"/>
<w:numId w:val="1"/></w:numPr></w:pPr></w:style></w:styles>"""


def para(text: str = "", num: int = 0, level: int = 0, style: str = "", runs: str = "") -> str:
    """A paragraph; `num`: of this list."""
    look = f'<w:pStyle w:val="{style}"/>' if style else ""
    if num:
        look += f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{num}"/></w:numPr>'
    return f"<w:p><w:pPr>{look}</w:pPr>{run(text) if text else ''}{runs}</w:p>"


def run(text: str, underlined: bool = False) -> str:
    look = '<w:rPr><w:u w:val="single"/></w:rPr>' if underlined else ""
    return f'<w:r>{look}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def picture(relation: str) -> str:
    return f'<w:r><w:drawing><a:blip xmlns:a="{A}" xmlns:r="{R}" r:embed="{relation}"/></w:drawing></w:r>'


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 4), "white").save(out, "PNG")
    return out.getvalue()


def table(*rows: Sequence[str]) -> str:
    cells = ("".join(f"<w:tc>{para(text)}</w:tc>" for text in row) for row in rows)
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in cells) + "</w:tbl>"


def docx(*blocks: str, media: dict[str, bytes] | None = None) -> bytes:
    """A Word document; `media`: pictures by the relation that names them."""
    out = io.BytesIO()
    media = media or {}
    rels = "".join(f'<Relationship Id="{name}" Target="media/{name}.png"/>' for name in media)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        body = f'<w:document xmlns:w="{W}"><w:body>{"".join(blocks)}</w:body></w:document>'
        archive.writestr("word/document.xml", body)
        archive.writestr("word/numbering.xml", NUMBERING)
        archive.writestr("word/styles.xml", STYLES)
        archive.writestr("word/_rels/document.xml.rels", f"<Relationships>{rels}</Relationships>")
        for name, data in media.items():
            archive.writestr(f"word/media/{name}.png", data)
    return out.getvalue()


def xlsx(sheets: dict[str, Iterable[Sequence[Any]]], merged: dict[str, str] | None = None) -> bytes:
    """A workbook by sheet titles. `merged`: areas of the last sheet, as in {"A2:A4": "题干"}."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
        for area, text in (merged or {}).items():
            sheet.merge_range(area, text)
    return out.getvalue()


def begin(person_id: int, data: bytes, name: str = "试卷.txt", **defaults: str) -> QuestionImport:
    """An upload that waits for the worker."""
    made = edits.begin(
        person_id, name, data, Defaults(**{"topic": "党章", "difficulty": "medium"} | defaults), NOW
    )
    db.session.commit()
    return made


def read(person_id: int, text: str, **defaults: str) -> QuestionImport:
    """The same once the worker has read it."""
    made = begin(person_id, text.encode(), **defaults)
    work.QUEUE.read_waiting()
    db.session.expire_all()
    return made


def items(found: QuestionImport) -> list[ImportItem]:
    rows = sa.select(ImportItem).where(ImportItem.import_id == found.id)
    return list(db.session.scalars(rows.order_by(ImportItem.number)))


def save(found: QuestionImport, send: bool = False) -> None:
    edits.confirm(found, send, NOW)
    db.session.commit()
    while work.QUEUE.save_stretch():
        pass
    db.session.expire_all()
