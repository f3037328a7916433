"""Drawing a paper, freezing it as a hashed document without keys, and the order in which it is shown.

Every draw and shuffle comes from `random.Random(seed)`. Python does not promise the same shuffle in its next
version, and nothing here needs it: what was drawn and the order shown are stored, never computed again.
Source of the rules: DESIGN.md §4.
"""

import hashlib
import json
import random
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from typing import Any, NamedTuple, TypeAlias

from app.domain.questions import Kind, option_keys
from app.domain.scoring import Preset, portions
from app.domain.topics import within

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


@dataclass(frozen=True)
class Section:
    """One section of a blueprint: `count` questions of `points` tenths each; no topics or rule sets = any.

    A topic stands for those below it, too.
    """

    title: str
    kind: Kind
    count: int
    points: int
    preset: Preset
    topics: tuple[str, ...] = ()
    rule_sets: tuple[str, ...] = ()


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
    """No way to fill the sections; `missing` says which sections lack how many questions."""

    def __init__(self, missing: tuple[tuple[Section, int], ...]) -> None:
        super().__init__("; ".join(f"{section.title}: {lack}" for section, lack in missing))
        self.missing = missing


def draw(
    sections: Sequence[Section], candidates: Iterable[Candidate], seed: int
) -> tuple[tuple[Candidate, ...], ...]:
    """Questions for each section: none twice in the paper, spread evenly over rule sets and topics.

    The same seed and the same set of candidates give the same paper in whatever order they come; of two
    versions of a question the newer one stands. Raises Shortage only when no other draw would do.
    """
    newest = {c.question_id: c for c in sorted(candidates, key=lambda c: (c.question_id, c.version_id))}
    pool = list(newest.values())
    _rng(seed).shuffle(pool)
    fitting = [[c for c in pool if _fits(section, c)] for section in sections]
    picks: list[list[Candidate]] = [[] for _ in sections]
    used: set[str] = set()
    paper_load: Counter[tuple[str, str]] = Counter()
    # Sections with little to choose from go first, so that a wide one does not take what only they can use.
    for index in sorted(range(len(sections)), key=lambda i: len(fitting[i])):
        free = [c for c in fitting[index] if c.question_id not in used]
        picks[index] = _pick_evenly(sections[index], free, paper_load)
        used.update(c.question_id for c in picks[index])
    for index, section in enumerate(sections):
        while len(picks[index]) < section.count and _reassign(index, picks, fitting):
            pass
    missing = tuple((s, s.count - len(p)) for s, p in zip(sections, picks, strict=True) if len(p) < s.count)
    if missing:
        raise Shortage(missing)
    return tuple(tuple(chosen) for chosen in picks)


def _rng(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311  (the seed is the secret, and it is the caller's to choose well)


def _fits(section: Section, candidate: Candidate) -> bool:
    return (
        candidate.kind is section.kind
        and (not section.topics or any(within(candidate.topic, topic) for topic in section.topics))
        and (not section.rule_sets or not set(section.rule_sets).isdisjoint(candidate.rule_sets))
    )


def _pick_evenly(
    section: Section, free: Sequence[Candidate], paper_load: Counter[tuple[str, str]]
) -> list[Candidate]:
    """Up to `count` of `free`, each from the group least used in the section, then in the paper."""
    groups: dict[tuple[tuple[tuple[str, str], ...], ...], list[int]] = {}
    for rank in reversed(range(len(free))):
        groups.setdefault(_axes(section, free[rank]), []).append(rank)
    load: Counter[tuple[str, str]] = Counter()
    chosen: list[Candidate] = []
    while len(chosen) < section.count and groups:
        axes = min(
            groups,
            key=lambda axes: (
                *(max(counter[label] for label in axis) for axis in axes for counter in (load, paper_load)),
                groups[axes][-1],
            ),
        )
        chosen.append(free[groups[axes].pop()])
        if not groups[axes]:
            del groups[axes]
        for counter in (load, paper_load):
            counter.update(label for axis in axes for label in axis)
    return chosen


def _axes(section: Section, candidate: Candidate) -> tuple[tuple[tuple[str, str], ...], ...]:
    """What the question counts towards: its rule sets (only those asked for), then its topic.

    A section that asks by topic alone is spread over topics first.
    """
    asked = [c for c in sorted(set(candidate.rule_sets)) if not section.rule_sets or c in section.rule_sets]
    by_rule_set = tuple(("rule_set", code) for code in asked) or (("rule_set", ""),)
    by_topic = (("topic", candidate.topic),)
    if section.topics and not section.rule_sets:
        return by_topic, by_rule_set
    return by_rule_set, by_topic


def _reassign(short: int, picks: list[list[Candidate]], fitting: Sequence[Sequence[Candidate]]) -> bool:
    """Give section `short` one more question by moving others along a chain of sections; False: impossible.

    An augmenting path of bipartite matching, so a shortage that is reported is real.
    """
    holder = {c.question_id: index for index, chosen in enumerate(picks) for c in chosen}
    came: dict[int, tuple[int, Candidate] | None] = {short: None}
    queue = [short]
    for index in queue:
        for candidate in fitting[index]:
            owner = holder.get(candidate.question_id)
            if owner is None:
                _shift(index, candidate, came, picks)
                return True
            if owner not in came:
                came[owner] = (index, candidate)
                queue.append(owner)
    return False


def _shift(
    index: int,
    free: Candidate,
    came: dict[int, tuple[int, Candidate] | None],
    picks: list[list[Candidate]],
) -> None:
    """Walk the chain back: each section takes the free question and hands on the one that is wanted."""
    picks[index].append(free)
    step = came[index]
    while step is not None:
        taker, candidate = step
        picks[index].remove(candidate)
        picks[taker].append(candidate)
        index, step = taker, came[taker]


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
    return {"stem": content.stem, "options": keyed, **more}


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
    keys = {slot["slot"]: [option["key"] for option in slot["options"]] for slot in document["slots"]}
    return [[number, _shuffled(keys[number], rng) if shuffle else keys[number]] for number in numbers]


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
