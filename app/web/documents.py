"""Documents that people upload, taken apart: only in a limited process (app/web/limited.py)."""

import io
import re
import unicodedata
import zipfile
import zlib
from typing import Any

from flask_babel import lazy_gettext as _l

from app.web import signatures, word_blocks
from app.web.unpacking import (
    MAX_ENTRIES,
    MAX_NODES,
    MAX_TEXT,
    MAX_UNPACKED,
    Refused,
    clean,
    part,
    pictures,
    tree,
)

REFUSALS = {
    "unreadable": _l("读不了这个文件。请用 Word 或 WPS 打开，另存为 .docx 后再上传。"),
    "picture": _l("这是图片，不是文档。请把图中的文字录入 Word 文档，存为 .docx 后再上传。"),
    "program": _l("这是程序，不是文档。请核对所选的文件；来历不明的程序，请不要打开。"),
    "archive": _l("这是压缩包。请先解压，再逐个上传里面的文件。"),
    "no_questions": _l("压缩包里没有试题。题库文件不含不完整的草稿，请补齐后重新导出，或改用 Excel 表格。"),
    "slides": _l("这是演示文稿。请把其中的试题放进 Word 文档，存为 .docx 后再上传。"),
    "old_word": _l("这是旧的 .doc 格式。请用 Word 或 WPS 打开，另存为 .docx 后再上传。"),
    "container": _l("这是旧格式的办公文件。请用 Word、Excel 或 WPS 打开，另存为 .docx 或 .xlsx。"),
    "other_office": _l("读不了这种办公文件。请用 Word、Excel 或 WPS 打开，另存为 .docx 或 .xlsx。"),
    "password": _l("文件设有打开密码。请去掉密码，另存后再上传。"),
    "pdf": _l("PDF 里的文字次序不可靠，不能直接导入。请用 Word 或 WPS 打开，另存为 .docx 后再上传。"),
    "rtf": _l("这是 RTF 文件。请用 Word 或 WPS 打开，另存为 .docx 后再上传。"),
    "markup": _l("这是网页格式的文件。请用 Word 或 WPS 打开，另存为 .docx 后再上传。"),
    "sheet": _l("读不了这个文件。请用 Excel 或 WPS 另存为 .xlsx 后再上传。"),
    "xml": _l("这个 XML 文件不完整或写法有误。请从原来的系统重新导出后再上传。"),
    "doctype": _l("文件里有 DOCTYPE 声明，为安全起见不读取。请去掉这一行，或重新导出后再上传。"),
    "nested": _l("文件的结构太复杂，读不了。请分成几个文件，再分别上传。"),
    "unpacked": _l("文件展开后太大。请压缩图片，或分成几个文件，再分别上传。"),
    "weight": _l("文件里的文字太多。请分成几个文件，再分别上传。"),
}
_UNREADABLE = (zipfile.BadZipFile, zlib.error, KeyError, IndexError, OSError, ValueError, RuntimeError,
               NotImplementedError, EOFError)  # fmt: skip
_OTHER_OFFICE = {"content.xml", "ppt/presentation.xml", "OFD.xml"}  # .odt and .ods, .pptx, .ofd
_OFFICE_XML = {"wordDocument", "Workbook", "package"}  # roots of what Office saves as one XML file


class DocumentError(Exception):
    """The upload cannot be read; the message tells its owner what to do. "sheet": it is a spreadsheet."""

    def __init__(self, reason: str) -> None:
        super().__init__(str(REFUSALS[reason]))
        self.reason = reason


def check(data: bytes) -> None:
    """By the first bytes alone, so that it may be asked anywhere. Raises DocumentError."""
    stranger = signatures.stranger(data)
    if stranger not in ("", "sheet"):
        raise DocumentError(stranger)


def read(data: bytes) -> dict[str, Any]:
    """What is in it; raises DocumentError.

    {"blocks": [{"text": …} | {"rows": [[cell, …], …]}, …]} of a Word document (word_blocks.py),
    {"files": [[name, [tag, {attribute: value}, [child | text, …]]], …]} of XML or an archive of it, both with
    {"pictures": {name: base64}}; {"texts": [[name, text], …], "pictures": …} of an archive of content files;
    {"text": …} of plain text.
    """
    check(data)
    try:
        return _opened(data)
    except Refused as refusal:
        raise DocumentError(refusal.reason) from refusal
    except RecursionError as error:
        raise DocumentError("nested") from error
    except _UNREADABLE as error:
        raise DocumentError("unreadable") from error


def _opened(data: bytes) -> dict[str, Any]:
    if data.startswith(signatures.COMPOUND):
        raise Refused("sheet")
    if data.startswith(b"PK"):
        return _of_archive(data)
    text = _decoded(data)
    if text.lstrip().startswith("<?xml") or re.match(r"\s*<[A-Za-z][\w:.-]*[\s>/]", text):
        root = tree(text.encode())
        if root[0] in _OFFICE_XML:
            raise Refused("other_office")
        return {"files": [["", root]], "pictures": {}}
    if len(text) > MAX_TEXT:
        raise Refused("weight")
    return {"text": clean(text)}


def _of_archive(data: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
            raise Refused("unpacked")
        if any(entry.flag_bits & 1 for entry in entries):
            raise Refused("password")
        names = {entry.filename for entry in entries}
        if "word/document.xml" in names:
            return {**word_blocks.read(archive)}
        if any(name.endswith("workbook.xml") for name in names):
            raise Refused("sheet")
        if names & _OTHER_OFFICE:
            raise Refused("other_office")
        found = [name for name in sorted(names) if name.endswith(".xml") and not name.endswith("/")]
        if not found:
            return _of_texts(archive, sorted(names))
        room = [MAX_NODES]
        files = [[name, tree(part(archive, name), room)] for name in found]
        return {"files": files, "pictures": pictures(archive, sorted(names))}


def _of_texts(archive: zipfile.ZipFile, names: list[str]) -> dict[str, Any]:
    """Content files of our own with the pictures beside them: the questions' alone."""
    found = [name for name in names if name.endswith(".toml") and name.split("/")[-2:-1] == ["questions"]]
    if not found:
        raise Refused("no_questions" if any(name.endswith(".toml") for name in names) else "archive")
    texts = [[name, clean(part(archive, name).decode("utf-8-sig"))] for name in found]
    if sum(len(text) for _name, text in texts) > MAX_TEXT:
        raise Refused("weight")
    return {"texts": texts, "pictures": pictures(archive, names)}


def _decoded(data: bytes) -> str:
    """Text as editors save it; what is none is told by characters that nobody writes."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16")
    elif b"\0" in data:
        raise Refused("unreadable")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("gb18030")
    sample = text[:100_000]
    odd = sum(unicodedata.category(char) in ("Cc", "Cn", "Co") and char not in "\t\r\n" for char in sample)
    if odd > len(sample) // 100:
        raise Refused("unreadable")
    return text
