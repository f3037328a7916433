"""Markup as text: of HTML in a string, and of the trees that app/web/documents.py makes of XML."""

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

Node = list[Any]  # [tag, attributes, children]
Show = Callable[[str], str]  # what stands for the picture of this name
_BLOCKS = {"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "table", "ul", "ol", "blockquote", "pre"}
_SPACE = re.compile(r"[ \t\r\n\f]+")  # what HTML takes for one; room of full width is room to write
_SILENT = {"script", "style", "head"}


def nothing(_name: str) -> str:
    return ""


def tidy(text: str) -> str:
    lines = (re.sub(r"[ \t\r\f\v\xa0]+", " ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


class _Text(HTMLParser):
    def __init__(self, show: Show) -> None:
        super().__init__()
        self.show, self.parts, self.silent = show, [""], 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in _SILENT
        if tag == "img":
            self.parts.append(self.show(dict(attrs).get("src") or ""))
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in _SILENT and self.silent > 0
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(_SPACE.sub(" ", data))


def text_of_html(html: str, show: Show = nothing) -> str:
    reader = _Text(show)
    reader.feed(html)
    reader.close()
    return tidy("".join(reader.parts))


def name(tag: str) -> str:
    """Of QTI 2 and 3 alike: simpleChoice and qti-simple-choice are simple-choice."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"-\1", tag).lower().removeprefix("qti-")


def attribute(node: Node, key: str) -> str:
    return next((str(value) for given, value in node[1].items() if name(given) == key), "")


def nodes(node: Node) -> Iterator[Node]:
    """Its children that are elements."""
    return (one for one in node[2] if not isinstance(one, str))


def all_of(node: Node, *names: str) -> Iterator[Node]:
    """Elements of these names below, the outermost of them, in order."""
    for one in nodes(node):
        if name(one[0]) in names:
            yield one
        else:
            yield from all_of(one, *names)


def first(node: Node, *names: str) -> Node | None:
    return next(all_of(node, *names), None)


def text_of(node: Node | None, show: Show = nothing, without: tuple[str, ...] = ()) -> str:
    """All its text; `without`: elements that are left out."""
    return tidy("".join(_pieces(node, show, without))) if node else ""


def _pieces(node: Node, show: Show, without: tuple[str, ...]) -> Iterator[str]:
    for one in node[2]:
        if isinstance(one, str):
            yield _SPACE.sub(" ", one)
        elif name(one[0]) == "img":
            yield show(attribute(one, "src"))
        elif name(one[0]) not in without:
            block = "\n" if name(one[0]) in _BLOCKS else ""
            yield block
            yield from _pieces(one, show, without)
            yield block


def plain(node: Node | None) -> str:
    """Its own text as it stands."""
    return "".join(one for one in node[2] if isinstance(one, str)) if node else ""
