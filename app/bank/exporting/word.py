"""A Word document, written a paragraph at a time: A4, 宋体 for text, 黑体 for heads, pages numbered.

Only what a paper on paper needs; Word, WPS and LibreOffice open it.
"""

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from flask import Response

from app.bank.exporting.archives import add
from app.bank.exporting.markup import HEAD, element, text
from app.bank.pictures import Picture

MIMETYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_NAMES = (
    f'xmlns:w="{_MAIN}" xmlns:r="{_OFFICE}" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_RELATIONS = "application/vnd.openxmlformats-package.relationships+xml"
_EMU = 9525  # per pixel at 96 dpi
_PADDING = 108  # twentieths of a point of a cell, by which a table stands out to the left
CM = 567  # twentieths of a point
WIDTH = 16 * CM  # of the text, in an A4 page with its margins


def response(title: str, document: bytes) -> Response:
    """The document as a download; the title may be Chinese."""
    answer = Response(document, mimetype=MIMETYPE)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(title + '.docx')}"
    return answer


def run(value: str, *, bold: bool = False, underline: bool = False) -> str:
    """Text; a line end in it is one on paper."""
    marks = ("<w:b/>" if bold else "") + ('<w:u w:val="single"/>' if underline else "")
    style = f"<w:rPr>{marks}</w:rPr>" if marks else ""
    lines = (f'<w:t xml:space="preserve">{text(line)}</w:t>' for line in value.split("\n"))
    return f"<w:r>{style}{'<w:br/>'.join(lines)}</w:r>"


TAB = "<w:r><w:tab/></w:r>"


def paragraph(
    inside: str, style: str = "", *, left: int = 0, hanging: int = 0, tabs: Sequence[int] = (),
    ruled: bool = False, keep: bool = False, new_page: bool = False,
) -> str:  # fmt: skip
    """`inside`: runs. `keep`: on one page with what follows. `ruled`: a line below, to write on."""
    line = 'w:val="single" w:sz="4" w:space="1" w:color="808080"'
    style = style or ("Ruled" if ruled else "")
    marks = (
        (f'<w:pStyle w:val="{style}"/>' if style else "")
        + ("<w:keepNext/>" if keep else "")
        + "<w:keepLines/>"
        + ("<w:pageBreakBefore/>" if new_page else "")
        + (f"<w:pBdr><w:bottom {line}/><w:between {line}/></w:pBdr>" * ruled)
        + ("<w:tabs>" + "".join(f'<w:tab w:val="left" w:pos="{at}"/>' for at in tabs) + "</w:tabs>")
        * bool(tabs)
        + (f'<w:ind w:left="{left}" w:hanging="{hanging}"/>' if left or hanging else "")
    )
    return f"<w:p><w:pPr>{marks}</w:pPr>{inside}</w:p>"


def table(
    rows: Iterable[Sequence[str]], widths: Sequence[int], *, lines: bool = True, centred: bool = True,
    left: int = 0,
) -> str:  # fmt: skip
    """Cells hold runs. Widths in twentieths of a point."""
    edges = ("top", "left", "bottom", "right", "insideH", "insideV")
    kind = "single" if lines else "nil"
    borders = "".join(f'<w:{edge} w:val="{kind}" w:sz="4" w:space="0" w:color="auto"/>' for edge in edges)
    head = (
        f'<w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblInd w:w="{left + _PADDING}" w:type="dxa"/>'
        f"<w:tblBorders>{borders}</w:tblBorders>"
        '<w:tblLayout w:type="fixed"/></w:tblPr>'
    )
    grid = "<w:tblGrid>" + "".join(f'<w:gridCol w:w="{width}"/>' for width in widths) + "</w:tblGrid>"
    style = "Cell" if centred else ""
    body = "".join(
        "<w:tr><w:trPr><w:cantSplit/></w:trPr>"
        + "".join(_cell(cell, width, style) for cell, width in zip(row, widths, strict=True))
        + "</w:tr>"
        for row in rows
    )
    return f"<w:tbl>{head}{grid}{body}</w:tbl>"


def _cell(inside: str, width: int, style: str) -> str:
    head = f'<w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
    return f"<w:tc>{head}{paragraph(inside, style)}</w:tc>"


@dataclass
class Document:
    """`body`: paragraphs and tables in order; `edge`: what stands along the left edge of the first page."""

    edge: str = ""
    body: list[str] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)

    def add(self, *parts: str) -> None:
        self.body += parts

    def size(self, picture: Picture, widest: int, highest: int) -> tuple[int, int]:
        """In pixels, as large as it is unless it has to be smaller."""
        width, height = max(picture.width, 1), max(picture.height, 1)
        share = min(1.0, widest / width, highest / height)
        return int(width * share), int(height * share)

    def image(self, picture: Picture, widest: int, highest: int) -> str:
        """A run that shows it."""
        self.pictures.append(picture)
        n = len(self.pictures)
        width, height = self.size(picture, widest, highest)
        size = f'cx="{width * _EMU}" cy="{height * _EMU}"'
        return (
            f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {size}/>'
            f'<wp:docPr id="{n}" name="图{n}"/><a:graphic><a:graphicData '
            'uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr>'
            f'<pic:cNvPr id="{n}" name="图{n}"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>'
            f'<a:blip r:embed="rIdPicture{n}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr>'
            f'<a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
            "</a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
        )

    def save(self) -> bytes:
        if not self.body or self.body[-1].endswith("</w:tbl>"):
            self.add(paragraph(""))  # a document ends with a paragraph
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            for path, whole in self._parts():
                add(packed, path, whole)
        return out.getvalue()

    def _parts(self) -> Iterable[tuple[str, str | bytes]]:
        yield "[Content_Types].xml", HEAD + _types()
        yield "_rels/.rels", HEAD + _relations([("rId1", "officeDocument", "word/document.xml")])
        media = [(f"rIdPicture{n}", f"media/{_file(n, one)}", one) for n, one in enumerate(self.pictures, 1)]
        yield "word/_rels/document.xml.rels", HEAD + _relations([
            ("rIdStyles", "styles", "styles.xml"), ("rIdEdge", "header", "header1.xml"),
            ("rIdFoot", "footer", "footer1.xml"), ("rIdFootFirst", "footer", "footer2.xml"),
            *((name, "image", path) for name, path, _one in media),
        ])  # fmt: skip
        yield (
            "word/document.xml",
            f"{HEAD}<w:document {_NAMES}><w:body>{''.join(self.body)}{_SECTION}</w:body></w:document>",
        )
        yield "word/styles.xml", HEAD + _STYLES
        yield "word/header1.xml", f"{HEAD}<w:hdr {_NAMES}>{self.edge or '<w:p/>'}</w:hdr>"
        for n in (1, 2):
            yield f"word/footer{n}.xml", f"{HEAD}<w:ftr {_NAMES}>{_FOOT}</w:ftr>"
        yield from ((f"word/{path}", one.data) for _name, path, one in media)


def _file(n: int, picture: Picture) -> str:
    return f"picture{n}.{'png' if picture.mime == 'image/png' else 'jpeg'}"


def _types() -> str:
    kinds = {
        "document": "document.main",
        "styles": "styles",
        "header1": "header",
        "footer1": "footer",
        "footer2": "footer",
    }
    base = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    return element(
        "Types",
        element("Default", Extension="rels", ContentType=_RELATIONS),
        element("Default", Extension="xml", ContentType="application/xml"),
        element("Default", Extension="png", ContentType="image/png"),
        element("Default", Extension="jpeg", ContentType="image/jpeg"),
        *(element("Override", PartName=f"/word/{name}.xml", ContentType=f"{base}.{kind}+xml")
          for name, kind in kinds.items()),
        xmlns=f"{_PACKAGE}/content-types",
    )  # fmt: skip


def _relations(found: Iterable[tuple[str, str, str]]) -> str:
    return element(
        "Relationships",
        *(element("Relationship", Id=name, Type=f"{_OFFICE}/{kind}", Target=path)
          for name, kind, path in found),
        xmlns=f"{_PACKAGE}/relationships",
    )  # fmt: skip


def _field(name: str) -> str:
    ends = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end"))
    begin, separate, end = ends
    return (
        f'{begin}<w:r><w:instrText xml:space="preserve"> {name} </w:instrText></w:r>{separate}{run("1")}{end}'
    )


_FOOT = paragraph(f"{run('第 ')}{_field('PAGE')}{run(' 页　共 ')}{_field('NUMPAGES')}{run(' 页')}", "Foot")
_SECTION = (
    '<w:sectPr><w:headerReference w:type="first" r:id="rIdEdge"/>'
    '<w:footerReference w:type="default" r:id="rIdFoot"/>'
    '<w:footerReference w:type="first" r:id="rIdFootFirst"/><w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1701" w:header="567" w:footer="567"'
    ' w:gutter="0"/>'
    "<w:titlePg/></w:sectPr>"
)


def _style(name: str, label: str, size: int, face: str = "宋体", more: str = "", base: str = "Normal") -> str:
    kind = ' w:default="1"' if name == "Normal" else ""
    parent = "" if name == "Normal" else f'<w:basedOn w:val="{base}"/>'
    return (
        f'<w:style w:type="paragraph"{kind} w:styleId="{name}"><w:name w:val="{label}"/>{parent}'
        f'<w:pPr>{more}</w:pPr><w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" '
        f'w:eastAsia="{face}"/><w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'
        '<w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr></w:style>'
    )


_CENTRE = '<w:jc w:val="center"/>'
_STYLES = (
    f'<w:styles xmlns:w="{_MAIN}">'
    + _style("Normal", "Normal", 21, more='<w:spacing w:line="340" w:lineRule="atLeast"/>')
    + _style("Title", "Title", 36, "黑体", f'<w:spacing w:before="60" w:after="120"/>{_CENTRE}')
    + _style("Note", "Note", 21, more=f'<w:spacing w:after="120"/>{_CENTRE}')
    + _style("Head", "Head", 24, "黑体", '<w:keepNext/><w:spacing w:before="240" w:after="80"/>')
    + _style("Cell", "Cell", 21, more=f'<w:spacing w:line="300" w:lineRule="atLeast"/>{_CENTRE}')
    + _style("Ruled", "Ruled", 21, more='<w:spacing w:line="460" w:lineRule="exact"/>')
    + _style("Foot", "footer", 18, more=_CENTRE)
    + "</w:styles>"
)
