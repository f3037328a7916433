"""What the readers pass on: a question as it is written, and as it is understood."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from app.domain.questions import Kind, Part, Question

HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20}
UNDERLINED, UPRIGHT = "\x0e", "\x0f"  # around text that its document underlines: an answer in its blank


def half(text: str) -> str:
    """In half width, character for character: what is found in it stands at the same place in the text."""
    return text.translate(HALF_WIDTH)


@dataclass(frozen=True, slots=True)
class Line:
    """A line or paragraph of the source; `place` says in words which."""

    place: str
    text: str


@dataclass
class Written:
    """A question as it is written: texts whose meaning is yet to be found."""

    place: str
    number: int = 0
    kind: str = ""  # a word for the kind that stands at the question itself
    section: str = ""  # … or over the section
    stem: str = ""
    options: list[str] = field(default_factory=list)
    prompts: list[str] = field(default_factory=list)
    last: str = ""  # how many options stay at the end, where it is said
    answer: str = ""
    explanation: str = ""
    basis: str = ""
    topic: str = ""
    difficulty: str = ""
    level: str = ""
    tags: str = ""
    phrases: str = ""  # of a recitation, where they stand apart from its text
    parts: list["Written"] = field(default_factory=list)
    code: str = ""
    source: list[str] = field(default_factory=list)
    notes: list["Note"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Note:
    """What is to be said of a question beside what `domain.faults` finds. `bars`: it is no question so."""

    field: str
    text: str
    bars: bool = False


@dataclass
class Item:
    """A question as it is understood. `pictures` are numbers of those of the file until they are stored."""

    place: str
    source: str
    content: Question
    basis: str = ""  # what it rests on, in words; clauses are found later
    notes: list[Note] = field(default_factory=list)
    code: str = ""  # its stable id, where it came from a bank like this one
    assumed: Sequence[str] = ()  # fields that the file does not name, filled with what was chosen for all


@dataclass
class Reading:
    """What came of a file. `ignored`: lines that are no part of any question; `pictures`: their bytes."""

    items: list[Item]
    ignored: list[Line] = field(default_factory=list)
    pictures: Sequence[bytes] = ()


def stored(content: Question) -> dict[str, Any]:
    """As JSON."""
    values = dict(vars(content))
    return values | {"parts": [dict(vars(part)) for part in content.parts]}


def restored(values: dict[str, Any]) -> Question:
    """What `stored` made, back from JSON."""
    lists = {name: tuple(values[name]) for name in ("options", "clauses", "prompts", "tags", "pictures")}
    parts = tuple(
        Part(Kind(p["kind"]), p["stem"], tuple(p["options"]), p["key"], tuple(p["prompts"]), p.get("last", 0))
        for p in values["parts"]
    )
    return Question(**values | lists | {"kind": Kind(values["kind"]), "parts": parts})
