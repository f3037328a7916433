"""Archives, XML and pictures that people upload, unpacked within bounds."""

import base64
import re
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

MAX_ENTRIES = 20_000
MAX_UNPACKED = 96 * 1024 * 1024  # an archive of a few kilobytes can unpack to gigabytes
MAX_PART = 40 * 1024 * 1024  # of XML; its tree takes many times as much
MAX_NODES, MAX_DEPTH = 1_500_000, 100
MAX_TEXT = 12_000_000  # characters; the worker holds them all in memory
MAX_PICTURES, MAX_PICTURE = 48 * 1024 * 1024, 8 * 1024 * 1024  # bytes of all, of one
_PICTURE = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".emf", ".wmf")
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060\ufeff]")

Node = list[Any]  # [tag, attributes, children], names without their namespaces


class Refused(Exception):
    """The file cannot be read; `reason` is a key of the REFUSALS of who asked."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def clean(text: str) -> str:
    return _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def part(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as opened:
        data = opened.read(MAX_PART + 1)
    if len(data) > MAX_PART:
        raise Refused("unpacked")
    return data


def pictures(archive: zipfile.ZipFile, names: list[str]) -> dict[str, str]:
    """By name; what is too large is an empty one."""
    found, room = {}, MAX_PICTURES
    for name in names:
        if name.lower().endswith(_PICTURE):
            with archive.open(name) as opened:
                data = opened.read(MAX_PICTURE + 1)
            room -= len(data)
            fits = len(data) <= MAX_PICTURE and room >= 0
            found[name] = base64.b64encode(data).decode() if fits else ""
    return found


def tree(data: bytes, room: list[int] | None = None) -> Node:
    """The root element. No document type, so no entity of anybody's making; nothing is fetched."""
    builder = _Builder(room or [MAX_NODES])
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = builder.refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise Refused("xml") from error
    return builder.root


class _Builder:
    def __init__(self, room: list[int]) -> None:
        self.root: Node = []
        self.open: list[Node] = []
        self.room = room

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.room[0] -= 1
        if self.room[0] < 0 or len(self.open) >= MAX_DEPTH:
            raise Refused("nested")
        node: Node = [_local(name), {_local(key): value for key, value in attributes.items()}, []]
        if self.open:
            self.open[-1][2].append(node)
        else:
            self.root = node
        self.open.append(node)

    def end(self, _name: str) -> None:
        self.open.pop()

    def text(self, text: str) -> None:
        if self.open:
            self.open[-1][2].append(text)

    def refuse(self, *_given: Any) -> None:
        raise Refused("doctype")


def child(node: Node | None, tag: str) -> Node | None:
    return next(children(node, tag), None) if node else None


def children(node: Node | None, tag: str) -> Iterator[Node]:
    return (one for one in (node[2] if node else ()) if not isinstance(one, str) and one[0] == tag)


def value(node: Node | None) -> str:
    """Its w:val."""
    return str(node[1].get("val", "")) if node else ""


def _local(name: str) -> str:
    return name.rpartition(":")[2]
