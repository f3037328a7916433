"""A file or a text, whatever its format, into questions: only in a limited process (reading.py)."""

import base64
import binascii
import csv
import io
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from urllib.parse import unquote

from flask_babel import gettext as _

from app.bank.importing import assembling, gift, headers, moodle, own, placing, qti, tables, text, word
from app.bank.importing.items import Item, Line, Reading, Written
from app.bank.importing.lines import LONGEST
from app.bank.importing.markup import Node, name
from app.web import documents
from app.web.documents import DocumentError
from app.web.sheets import SheetError, read_titled

MAX_QUESTIONS = 20_000
MAX_BYTES = 7 * 1024 * 1024
_MAX_ROWS = 120_000  # an option a row
_SHEETS = 20
_MAX_LINES = 300_000


class Refused(Exception):
    """The file cannot be imported; the message tells its owner what to do."""


@dataclass(frozen=True)
class Defaults:
    """For questions that do not say it themselves, chosen once for the file. `rule_set`: whose "第三条"."""

    topic: str = ""
    difficulty: str = ""
    rule_set: str = ""


def read(file_name: str, data: bytes, defaults: Defaults) -> Reading:
    """Raises Refused."""
    try:
        reading = _read(file_name.lower(), data, defaults)
    except (DocumentError, SheetError, own.BadToml) as error:
        raise Refused(str(error)) from error
    except csv.Error as error:
        raise Refused(_("有的英文引号没有成对，分不清各列。请另存为 .xlsx 后再上传。")) from error
    if len(reading.items) > MAX_QUESTIONS:
        raise Refused(_("一次最多导入 %(n)s 道题。请分成几个文件，再分别上传。", n=MAX_QUESTIONS))
    if not reading.items:
        raise Refused(_none_found(reading))
    return reading


def _none_found(reading: Reading) -> str:
    if reading.ignored:
        first = reading.ignored[0]
        shown = _(
            "没有找到试题。%(place)s写的是“%(text)s”。", place=first.place, text=first.text.strip()[:40]
        )
    else:
        shown = _("没有找到试题：文件是空的，或只有图片。")
    return str(shown) + str(_("请核对写法：题目前写编号，选项前写字母，答案写在括号里或写成“答案：”。"))


def _read(file_name: str, data: bytes, defaults: Defaults) -> Reading:
    documents.check(data)
    if file_name.endswith((".csv", ".tsv")):
        return _of_sheets(data, defaults)
    try:
        answer = documents.read(data)
    except DocumentError as error:
        if error.reason == "sheet":
            return _of_sheets(data, defaults)
        raise
    if "blocks" in answer:
        lines, found = word.read(answer["blocks"])
        written, ignored = text.questions(_cut(lines))
        return _assembled([*written, *found], ignored, defaults, _bytes(answer["pictures"]))
    if "texts" in answer:
        return _of_content(answer)
    if "files" in answer:
        return _of_xml(answer, defaults)
    return _of_text(file_name, answer["text"], defaults)


def _cut(lines: Sequence[Line]) -> list[Line]:
    return [Line(line.place, line.text[: LONGEST + 1]) for line in lines]


def _assembled(
    written: Sequence[Written], ignored: list[Line], defaults: Defaults, pictures: Sequence[bytes] = ()
) -> Reading:
    items = [assembling.item(one, defaults.topic, defaults.difficulty) for one in written]
    for item in items:
        item.content = placing.numbered(item.content, len(pictures))
    return Reading(items, ignored, pictures)


def _of_sheets(data: bytes, defaults: Defaults) -> Reading:
    written: list[Written] = []
    ignored: list[Line] = []
    named = False
    for title, cells in read_titled(data, limit=_MAX_ROWS, sheets=_SHEETS, longest=LONGEST + 1):
        rows = [[cell.text for cell in row] for row in cells]
        found = tables.questions(title, rows)
        if found is not None:
            written += found[0]
            ignored += found[1]
            named = True
        elif any(map(any, rows)):
            ignored.append(Line(_("工作表“%(title)s”", title=title), _("没有列名，没有读。")))
    if not named:
        raise Refused(_("没有找到表头。表中要有一行列名，至少有“题干”和“答案”，并有“题型”、各选项等列。"))
    return _assembled(written, ignored, defaults)


def _of_text(file_name: str, whole: str, defaults: Defaults) -> Reading:
    if file_name.endswith(".toml") or whole.lstrip().startswith("[[question]]"):
        return Reading(*own.questions(whole))
    split = whole.split("\n")
    if len(split) > _MAX_LINES:
        raise DocumentError("weight")
    lines = _cut([Line(_("第 %(n)s 行", n=n), line) for n, line in enumerate(split, 1)])
    if file_name.endswith(".gift") or gift.looks_so(whole):
        return Reading(*gift.questions(lines, defaults.topic, defaults.difficulty))
    if "\t" in whole and headers.find([line.split("\t") for line in split[:30]]):  # copied from a spreadsheet
        rows = list(csv.reader(io.StringIO(whole, newline=""), delimiter="\t"))
        found, ignored = tables.questions("", rows) or ([], [])
        return _assembled(found, ignored, defaults)
    return _assembled(*text.questions(lines), defaults)


class _Pictures:
    """Pictures as they are met, each once: 〔图n〕 stands for the n-th."""

    def __init__(self, named: dict[str, str]) -> None:
        self.named, self.found = named, list[bytes]()
        self.places: dict[str, str] = {}
        self.paths: dict[str, list[str]] = defaultdict(list)
        for path in named:
            self.paths[path.rpartition("/")[2]].append(path)

    def store(self, encoded: str) -> str:
        if encoded not in self.places:
            data = _decoded(encoded)
            self.found += [data] if data else []
            self.places[encoded] = f"〔图{len(self.found)}〕" if data else ""
        return self.places[encoded]

    def number(self, name: str) -> str:
        """Of one in the archive, by its name; "" where it is not there."""
        return self.show(name)[2:-1]

    def show(self, source: str) -> str:
        """Of an archive, by the end of its path; or one that stands in the text itself."""
        if source.startswith("data:"):
            return self.store(source.partition("base64,")[2])
        parts = [part for part in unquote(source).split("/") if part not in ("", ".", "..")]
        paths = self.paths.get(parts[-1], []) if parts else []
        path = next((path for path in paths if f"/{path}".endswith("/" + "/".join(parts))), None)
        return self.store(self.named[path or paths[0]]) if paths else ""


def _of_content(answer: dict[str, Any]) -> Reading:
    """Content files of our own; a picture that is not among them may be kept here already."""
    pictures = _Pictures(answer["pictures"])
    items: list[Item] = []
    for path, whole in answer["texts"]:
        for item in own.questions(whole)[0]:
            numbers = tuple(pictures.number(name) or name for name in item.content.pictures)
            item.content = replace(item.content, pictures=numbers)
            item.place = f"{path}，{item.place}"
            items.append(item)
    return Reading(items, [], pictures.found)


def _of_xml(answer: dict[str, Any], defaults: Defaults) -> Reading:
    pictures = _Pictures(answer["pictures"])
    items: list[Item] = []
    ignored: list[Line] = []
    known = False
    for path, root in answer["files"]:
        if root[0] == "quiz":
            known = True
            made = moodle.questions(root, defaults.topic, defaults.difficulty, pictures)
            items += made[0]
            ignored += made[1]
            continue
        for node in qti.items(root):
            known = True
            one = qti.question(node, _called(path, node), defaults.topic, defaults.difficulty, pictures.show)
            if isinstance(one, Item):
                items.append(one)
            else:
                ignored.append(one)
    if not known:
        raise Refused(_("不认识这种 XML。可以导入 Moodle XML，以及 QTI 2.1、3.0 的试题。"))
    for item in items:
        item.content = placing.below_stem(placing.numbered(item.content, len(pictures.found)))
    return Reading(items, ignored, pictures.found)


def _called(path: str, node: Node) -> str:
    return path or str(node[1].get("identifier") or name(node[0]))


def _bytes(named: dict[str, str]) -> list[bytes]:
    """By number, from 1; an empty one could not be read."""
    return [_decoded(named[str(number)]) for number in range(1, len(named) + 1)]


@cache  # a picture that stands in many places is in the memory once
def _decoded(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded)
    except (binascii.Error, ValueError):
        return b""
