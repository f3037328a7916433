"""Freezing a paper as a hashed document without keys, and the order in which it is shown.

Which questions it holds: domain/assembly.py. Every shuffle comes from `random.Random(seed)`. Python does not
promise the same shuffle in its next version, and nothing here needs it: the order shown is stored.
Source of the rules: DESIGN.md §4.
"""

import hashlib
import json
import random
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from typing import Any, NamedTuple, TypeAlias

from app.domain.questions import Kind, option_keys
from app.domain.scoring import Preset, portions

Document: TypeAlias = dict[str, Any]  # JSON: {"title", "sections": […], "slots": […]}
Order: TypeAlias = list[list[Any]]  # JSON: [[slot, [option keys]], …]
NUMERALS = "一二三四五六七八九十"


class Content(NamedTuple):
    """What a slot shows."""

    stem: str
    options: Sequence[str] = ()
    prompts: Sequence[str] = ()
    pictures: Sequence[str] = ()  # names of stored pictures
    parts: Sequence[tuple[Kind, "Content"]] = ()  # of a case, of which the stem is the material
    last: int = 0  # so many options stay at the end


@dataclass(frozen=True)
class Section:
    """A section of a paper: questions of one kind, `points` tenths each."""

    title: str
    kind: Kind
    points: int
    preset: Preset


@dataclass(frozen=True)
class Candidate:
    """A question version that may be drawn; `question_id` is the stable id that its versions share.

    `right`: the share of points that those who answered it got, 0 to 1, where enough have.
    """

    version_id: int
    question_id: str
    kind: Kind
    topic: str
    rule_sets: tuple[str, ...]
    difficulty: str
    clauses: tuple[str, ...] = ()
    right: float | None = None


class Shortage(Exception):
    """`lack` more questions are needed."""

    def __init__(self, lack: int) -> None:
        super().__init__(f"{lack} lacking")
        self.lack = lack


def _rng(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311  (the seed is the secret, and it is the caller's to choose well)


def document(title: str, sections: Sequence[Section], contents: Sequence[Sequence[Content]]) -> Document:
    """The frozen paper without keys: slots 1..n through the paper, options keyed a, b, … in the given order.

    Each part of a case has a slot of its own, which names its material (`materials`, none without cases).
    `contents` holds, per section, what its questions show. Raises ValueError unless one per section.
    """
    heads: list[dict[str, Any]] = []
    slots: list[dict[str, Any]] = []
    materials: list[dict[str, Any]] = []
    for section, content in zip(sections, contents, strict=True):
        first, common = len(slots) + 1, {"kind": section.kind.value, "points": section.points}
        for one in content:
            if one.parts:
                slots += _parts(one, len(slots) + 1, section.points, len(materials))
                materials.append({"text": one.stem, **_named(pictures=one.pictures)})
            else:
                slots.append({"slot": len(slots) + 1, **common, **_shown(one)})
        heads.append({"title": section.title, **common, "slots": list(range(first, len(slots) + 1))})
    return {"title": title, "sections": heads, "slots": slots, **_named(materials=materials)}


def _parts(case: Content, first: int, points: int, material: int) -> list[dict[str, Any]]:
    """The slots of a case, its points dealt out; a text of any part may name the case's pictures."""
    dealt = zip(case.parts, portions(points, len(case.parts)), strict=True)
    return [
        {"slot": n, "kind": kind.value, "points": own, "material": material,
         **_shown(part._replace(pictures=case.pictures))}
        for n, ((kind, part), own) in enumerate(dealt, first)
    ]  # fmt: skip


def _named(**lists: Sequence[Any]) -> dict[str, list[Any]]:
    """Those that hold anything: papers frozen before there were such lists keep their names."""
    return {name: list(what) for name, what in lists.items() if what}


def _shown(content: Content) -> dict[str, Any]:
    keys = option_keys(len(content.options))
    keyed = [{"key": key, "text": text} for key, text in zip(keys, content.options, strict=True)]
    more = _named(prompts=content.prompts, pictures=content.pictures)
    last = {"last": content.last} if content.last else {}  # as `_named`: papers without keep their names
    return {"stem": content.stem, "options": keyed, **more, **last}


def section_points(document: Document) -> dict[str, int]:
    """What the sections are worth, in tenths, by title: all parts of a case together are worth its points."""
    worth = {slot["slot"]: slot["points"] for slot in document["slots"]}
    found: dict[str, int] = {}
    for section in document["sections"]:
        points = sum(worth[number] for number in section["slots"])
        found[section["title"]] = found.get(section["title"], 0) + points
    return found


def canonical(document: Document) -> bytes:
    """The one spelling of a document that is hashed and served: sorted keys, no spaces, UTF-8."""
    return json.dumps(
        document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def digest(document: Document) -> str:
    """Hex SHA-256 of the canonical document: the name of a paper."""
    return hashlib.sha256(canonical(document)).hexdigest()


def display_order(
    document: Document, seed: int, shuffle_slots: bool, shuffle_options: bool, shuffle_sections: bool = False
) -> Order:
    """`[[slot, [option keys]], …]` as one attempt shows the paper; slots never leave their section, and the
    parts of a case stay together in their order.

    Slots without options (judge, blanks) have []. Answers use the paper's keys, so order changes no meaning.
    """
    rng = _rng(seed)
    numbers: list[int] = []
    sections = document["sections"]
    for section in _shuffled(sections, rng) if shuffle_sections else sections:
        own = _together(document, section["slots"])
        numbers += chain.from_iterable(_shuffled(own, rng) if shuffle_slots else own)
    return _with_options(document, numbers, rng, shuffle_options)


def material(document: Document, slot: dict[str, Any]) -> dict[str, Any] | None:
    """Of the case that the slot is a part of: {text, pictures, …}."""
    found: dict[str, Any] | None = document["materials"][slot["material"]] if "material" in slot else None
    return found


def _together(document: Document, numbers: Sequence[int]) -> list[list[int]]:
    """The slots by what may not be torn apart: the parts of a case, any other question alone."""
    of_case = {slot["slot"]: slot.get("material") for slot in document["slots"]}
    groups = groupby(numbers, key=lambda n: ("slot", n) if of_case[n] is None else ("case", of_case[n]))
    return [list(group) for _, group in groups]


def quiz_order(document: Document, n: int, seed: int, seen: Collection[int], shuffle_options: bool) -> Order:
    """n slots of the paper at random (all when it has fewer), those not in `seen` before the others."""
    rng = _rng(seed)
    numbers = [slot["slot"] for slot in document["slots"]]
    rng.shuffle(numbers)
    numbers.sort(key=lambda number: number in seen)
    return _with_options(document, numbers[: max(n, 0)], rng, shuffle_options)


def _with_options(document: Document, numbers: Iterable[int], rng: random.Random, shuffle: bool) -> Order:
    found = {slot["slot"]: slot for slot in document["slots"]}
    return [[number, _option_keys(found[number], rng if shuffle else None)] for number in numbers]


def _option_keys(slot: dict[str, Any], rng: random.Random | None) -> list[str]:
    """As they are shown; those that must stay last do."""
    keys = [option["key"] for option in slot["options"]]
    if rng is None:
        return keys
    free = len(keys) - slot.get("last", 0)
    return _shuffled(keys[:free], rng) + keys[free:]


def _shuffled(items: Sequence[Any], rng: random.Random) -> list[Any]:
    """In random order. Sorting by random numbers takes a third of `shuffle`'s time."""
    return sorted(items, key=lambda _: rng.random())


def slot_kinds(document: Document, order: Order) -> str:
    """One letter per slot of the paper, in slot order ("-" = this order does not draw it).

    Stored with the attempt, so that the save statement sees whether a value fits its slot without the paper.
    """
    drawn = {number for number, _ in order}
    letters = {kind.value: kind.letter for kind in Kind}
    return "".join(letters[slot["kind"]] if slot["slot"] in drawn else "-" for slot in document["slots"])
