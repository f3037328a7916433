"""Word documents: their paragraphs with the numbers that Word counts restored.

A paragraph's text holds 〔图n〕 where a picture stands, and what is underlined between \\x0e and \\x0f;
underlined room is ____.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from app.web.unpacking import MAX_TEXT, Node, Refused, child, children, clean, part, pictures, tree, value
from app.web.word_numbers import Numbers

UNDERLINED, UPRIGHT = "\x0e", "\x0f"
_EACH = 20  # characters that a paragraph or cell weighs beside its own
_WIDEST = 60  # columns that one cell spans
_ROOM = re.compile(f"{UNDERLINED}[\\s\u3000\xa0_]*{UPRIGHT}")
_SKIPPED = {"del", "moveFrom", "Fallback", "txbxContent", "rt", "instrText", "delText", "pPr", "rPr"}
_SYMBOLS = {"F0FC": "√", "F0FE": "√", "F050": "√", "F0FB": "×", "F0FD": "×", "F04F": "×", "F0D6": "√"}


def read(archive: zipfile.ZipFile) -> dict[str, Any]:
    names = set(archive.namelist())

    def opened(name: str) -> Node | None:
        return tree(part(archive, name)) if name in names else None

    rels = opened("word/_rels/document.xml.rels")
    document = _Document(Numbers(opened("word/numbering.xml"), opened("word/styles.xml")), _targets(rels))
    body = child(tree(part(archive, "word/document.xml")), "body")
    document.read(body or ["body", {}, []])
    stored = pictures(archive, [name for name in dict.fromkeys(document.pictures) if name in names])
    shown = {str(at): stored.get(name, "") for at, name in enumerate(document.pictures, 1)}
    return {"blocks": document.blocks, "pictures": shown}


def _targets(rels: Node | None) -> dict[str, str]:
    """Names of files in the archive by relation; what lies elsewhere is never fetched."""
    inside = (one for one in children(rels, "Relationship") if one[1].get("TargetMode") != "External")
    return {one[1].get("Id", ""): _path(one[1].get("Target", "")) for one in inside}


def _path(target: str) -> str:
    return target[1:] if target.startswith("/") else posixpath.normpath(f"word/{target}")


class _Document:
    def __init__(self, numbers: Numbers, targets: dict[str, str]) -> None:
        self.numbers, self.targets = numbers, targets
        self.blocks: list[dict[str, Any]] = []
        self.pictures: list[str] = []
        self.room = [MAX_TEXT]  # shared with the cells of its tables

    def _weigh(self, size: int) -> None:
        self.room[0] -= size + _EACH
        if self.room[0] < 0:
            raise Refused("weight")

    def read(self, body: Node) -> None:
        for node in body[2]:
            if isinstance(node, str):
                continue
            if node[0] == "p":
                self.blocks.append({"text": self._paragraph(node)})
            elif node[0] == "tbl":
                self.blocks.append({"rows": self._table(node)})
            elif node[0] in ("sdt", "sdtContent", "ins", "customXml", "smartTag"):
                self.read(node)

    def _paragraph(self, node: Node) -> str:
        head = self.numbers.of(child(node, "pPr"))
        text = "".join(self._text(node)).replace(UPRIGHT + UNDERLINED, "")
        text = _ROOM.sub("____", text)
        kept = UNDERLINED + UPRIGHT
        shown = "".join(one if one in kept else clean(one) for one in re.split(f"([{kept}])", text))
        self._weigh(len(shown))
        return f"{head}{shown}"

    def _text(self, node: Node, underlined: bool = False) -> Iterator[str]:
        for one in node[2]:
            if isinstance(one, str) or one[0] in _SKIPPED:
                continue
            match one[0]:
                case "r":
                    line = value(child(child(one, "rPr"), "u"))
                    yield from self._text(one, bool(line) and line != "none")
                case "t":
                    text = "".join(part for part in one[2] if isinstance(part, str))
                    yield f"{UNDERLINED}{text}{UPRIGHT}" if underlined and text else text
                case "tab" | "ptab":
                    yield f"{UNDERLINED}\t{UPRIGHT}" if underlined else "\t"
                case "br" | "cr":
                    yield "\n"
                case "noBreakHyphen":
                    yield "-"
                case "sym":
                    yield _SYMBOLS.get(one[1].get("char", "").upper(), "")
                case "blip" | "imagedata":
                    yield self._picture(one[1].get("embed") or one[1].get("id") or "")
                case _:
                    yield from self._text(one, underlined)

    def _picture(self, relation: str) -> str:
        name = self.targets.get(relation)
        if name is None:
            return ""
        self.pictures.append(name)
        return f"〔图{len(self.pictures)}〕"

    def _table(self, node: Node) -> list[list[str]]:
        """Its cells; one that is merged with the one above says the same."""
        rows: list[list[str]] = []
        for row in children(node, "tr"):
            cells: list[str] = []
            for cell in children(row, "tc"):
                look = child(cell, "tcPr")
                merged = child(look, "vMerge")
                text = self._cell(cell)
                if merged and value(merged) != "restart" and rows and len(rows[-1]) > len(cells):
                    text = rows[-1][len(cells)]
                    self._weigh(len(text))
                span = value(child(look, "gridSpan"))
                beside = min(int(span), _WIDEST) - 1 if re.fullmatch("[1-9][0-9]{0,3}", span) else 0
                self._weigh(beside * _EACH)
                cells += [text, *[""] * beside]
            rows.append(cells)
        return rows

    def _cell(self, cell: Node) -> str:
        inner = _Document(self.numbers, self.targets)
        inner.pictures, inner.room = self.pictures, self.room
        inner.read(cell)
        lines = (
            block["text"] if "text" in block else "\n".join(map("\t".join, block["rows"]))
            for block in inner.blocks
        )
        return "\n".join(line for line in lines if line.strip())
