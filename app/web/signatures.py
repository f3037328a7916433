"""What a file really is, by its first bytes: who gave it another ending needs to hear that, and the cure."""

import re
import struct

from flask_babel import lazy_gettext as _l

COMPOUND = b"\xd0\xcf\x11\xe0"  # the container of .doc, .xls, .ppt, and of what has a password
# By reason; a sentence may say 这是…….
NAMES = {
    "picture": _l("图片"),
    "program": _l("程序"),
    "archive": _l("压缩包"),
    "pdf": _l("PDF 文件"),
    "rtf": _l("RTF 文件"),
    "old_word": _l("旧的 .doc 文件"),
    "slides": _l("演示文稿"),
    "markup": _l("网页格式的文件"),
    "container": _l("旧格式的办公文件"),
}
_BEGINNINGS = {
    b"\x89PNG\r\n": "picture", b"\xff\xd8\xff": "picture", b"GIF87a": "picture", b"GIF89a": "picture",
    b"II*\0": "picture", b"MM\0*": "picture", b"\xd7\xcd\xc6\x9a": "picture", b"8BPS\0": "picture",
    b"\x7fELF": "program", b"Rar!\x1a": "archive", b"7z\xbc\xaf": "archive", b"\x1f\x8b\x08": "archive",
    b"%PDF": "pdf", b"{\\rtf": "rtf", b"MIME-Version:": "markup",
}  # fmt: skip
_BINARY = {b"MZ": "program", b"BM": "picture", b"RIFF": "picture"}  # letters, unless NUL is near
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body|table|meta|style)\b", re.I)
_STREAMS = {
    "EncryptedPackage": "password", "WordDocument": "old_word", "Workbook": "sheet", "Book": "sheet",
    "PowerPoint Document": "slides",
}  # fmt: skip


def stranger(data: bytes) -> str:
    """A key of NAMES, "password", or "sheet" for an .xls; "" for what a reader may try: text and archives."""
    if data.startswith(COMPOUND):
        return _inside(data)
    if data.startswith(tuple(_BEGINNINGS)):
        return next(name for head, name in _BEGINNINGS.items() if data.startswith(head))
    if data.startswith(tuple(_BINARY)) and b"\0" in data[:64]:
        return next(name for head, name in _BINARY.items() if data.startswith(head))
    return "markup" if _MARKUP.match(data[:1000]) else ""


def _entry(name: str) -> bytes:
    """As a pattern, the entry of a stream in the directory of a container; text does not look like it."""
    raw = name.encode("utf-16-le")
    return re.escape(raw.ljust(64, b"\0") + struct.pack("<H", len(raw) + 2)) + rb"[\x01\x02]"


_ENTRY = re.compile(b"|".join(b"(%s)" % _entry(name) for name in _STREAMS), re.S)


def _inside(data: bytes) -> str:
    """By the first stream that tells: those of embedded files come later."""
    found = [list(_STREAMS.values())[(one.lastindex or 1) - 1] for one in _ENTRY.finditer(data)]
    return "password" if "password" in found else found[0] if found else "container"
