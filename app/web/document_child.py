"""The process that reads a document somebody sent; app/web/documents.py starts it by path.

It imports nothing of the application but three modules beside it, and its memory and time are limited: a file
made to exhaust them ends this process and nothing else. The file comes on standard input; the answer is JSON:
{"blocks": [{"text": …} | {"rows": [[cell, …], …]}, …]} of a Word document (word_blocks.py),
{"files": [[name, [tag, {attribute: value}, [child | text, …]]], …]} of XML or an archive of it, both with
{"pictures": {name: base64}}; {"text": …} of plain text; or {"refused": reason}.
"""

import io
import json
import re
import resource
import sys
import unicodedata
import zipfile
import zlib
from typing import Any

import word_blocks
from unpacking import MAX_ENTRIES, MAX_NODES, MAX_TEXT, MAX_UNPACKED, Refused, clean, part, pictures, tree

MEMORY = 1 << 30  # address space
SECONDS = 40  # of the processor
_COMPOUND = b"\xd0\xcf\x11\xe0"  # .doc, .xls, and what is encrypted
_STREAMS = {"EncryptedPackage": "password", "WordDocument": "old_word", "Workbook": "sheet", "Book": "sheet"}
_HTML = re.compile(r"\s*<(?:!doctype\s+html|html|head|body|table|meta|style)\b", re.I)


def read(data: bytes) -> dict[str, Any]:
    if data.startswith(_COMPOUND):
        inside = (reason for name, reason in _STREAMS.items() if name.encode("utf-16-le") in data)
        raise Refused(next(inside, "old_word"))
    if data.startswith(b"PK"):
        return _of_archive(data)
    if data.startswith(b"%PDF"):
        raise Refused("pdf")
    if data.startswith(b"{\\rtf"):
        raise Refused("rtf")
    text = _decoded(data)
    if _HTML.match(text):
        raise Refused("markup")
    if text.lstrip().startswith("<?xml") or re.match(r"\s*<[A-Za-z][\w:.-]*[\s>/]", text):
        return {"files": [["", tree(text.encode())]], "pictures": {}}
    if len(text) > MAX_TEXT:
        raise Refused("weight")
    return {"text": clean(text)}


def _of_archive(data: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
            raise Refused("unpacked")
        names = {entry.filename for entry in entries}
        if "word/document.xml" in names:
            return {**word_blocks.read(archive)}
        if any(name.endswith("workbook.xml") for name in names):
            raise Refused("sheet")
        found = [name for name in sorted(names) if name.endswith(".xml") and not name.endswith("/")]
        if not found:
            raise Refused("unreadable")
        room = [MAX_NODES]
        files = [[name, tree(part(archive, name), room)] for name in found]
        return {"files": files, "pictures": pictures(archive, sorted(names))}


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


_UNREADABLE = (zipfile.BadZipFile, zlib.error, KeyError, IndexError, OSError, ValueError, RuntimeError,
               NotImplementedError, EOFError)  # fmt: skip


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    answer: dict[str, Any]
    try:
        answer = read(sys.stdin.buffer.read())
    except Refused as refusal:
        answer = {"refused": refusal.reason}
    except (MemoryError, RecursionError):
        answer = {"refused": "exhausted"}
    except _UNREADABLE:
        answer = {"refused": "unreadable"}
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace"))


if __name__ == "__main__":
    main()
