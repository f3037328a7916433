"""Pictures of a file in the texts of its questions: 〔图n〕 is the n-th of the file, until they are kept."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from app.domain.places import place, unnamed
from app.domain.questions import Question

_PICTURE = re.compile(r"〔图(\d{1,4})〕")
_AT_END = re.compile(r"(?:\n〔图\d{1,4}〕)+$")


def numbered(content: Question, count: int) -> Question:
    """Those of the file's `count` pictures that its texts name, as numbers; the texts count them from 1.

    In a file without any, 〔图1〕 is text: of a question that has its picture here already.
    """
    met = dict.fromkeys(_PICTURE.findall("\n".join(content.texts)))
    found = [number for number in met if 1 <= int(number) <= count]
    if not found:
        return content
    places = {number: place(at) for at, number in enumerate(found, 1)}
    return replace(_renamed(content, lambda one: places.get(one[1], one[0])), pictures=tuple(found))


def below_stem(content: Question) -> Question:
    """Pictures on lines of their own at the end of the stem stand there without being named."""
    head = _AT_END.sub("", content.stem)
    bare = replace(content, stem=head)
    last = list(map(int, _PICTURE.findall(content.stem[len(head) :])))
    return bare if head.strip() and last == unnamed(bare.texts, len(content.pictures)) else content


def kept(content: Question, names: Mapping[str, str]) -> Question:
    """The file's pictures by the names under which they are kept; one that could not be read is left out."""
    stored = list(dict.fromkeys(names[given] for given in content.pictures if given in names))
    places = {
        str(at): place(stored.index(names[given]) + 1) if given in names else ""
        for at, given in enumerate(content.pictures, 1)
    }
    return replace(_renamed(content, lambda one: places.get(one[1], one[0])), pictures=tuple(stored))


def _renamed(content: Question, renamed: Callable[[re.Match[str]], str]) -> Question:
    def new(text: str) -> str:
        return _PICTURE.sub(renamed, text).strip()

    parts = tuple(
        replace(part, stem=new(part.stem), options=tuple(map(new, part.options)),
                prompts=tuple(map(new, part.prompts)))
        for part in content.parts
    )  # fmt: skip
    options, prompts = tuple(map(new, content.options)), tuple(map(new, content.prompts))
    return replace(content, stem=new(content.stem), options=options, prompts=prompts, parts=parts)
