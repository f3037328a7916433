"""One slot of a paper as HTML, in pieces that an attempt's number, order and answer come between.

The bank's macro owns the markup. It is rendered once for each slot and cut at its options, so that an
attempt's order and answers only join strings; everything in them was escaped once.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from flask import get_template_attribute
from markupsafe import escape

from app.domain.questions import BLANK, Kind

LETTERS = "ABCDEFGH"
# Stand-ins for what only the attempt knows; no author can type them by accident.
_NUMBER = "\ue000number\ue000"
_FILLED = "\ue000blank-%d\ue000"
_OPTION = re.compile(r'<label class="option">.*?</label>', re.S)
_LINE = re.compile(r'<li class="lettered__item">.*?</li>', re.S)
_CHOICE = re.compile(r'<option value="[a-z]">.*?</option>', re.S)
_MARK = re.compile(r'(?<=aria-hidden="true">)[A-H](?=</span>)')
_LINE_MARK = re.compile(r'(?<=class="option__mark">)[A-H](?=</span>)')
_CHOICE_MARK = re.compile(r"(?<=>)[A-H](?=\. )")

Halves = tuple[str, str]
"""Before and after the letter that an option is shown under."""


class Fragment(Protocol):
    def html(self, number: int, keys: Sequence[str], value: Any) -> str:
        """With the number and the order of options shown, and the answer given so far."""


@dataclass(frozen=True)
class Choices:
    """Single, multiple, judge. `options`: by key, unchecked and checked; nothing is after no letter."""

    stem: Sequence[str]  # cut where the number goes
    options: Mapping[str, tuple[Halves, Halves]]
    end: str

    def html(self, number: int, keys: Sequence[str], value: Any) -> str:
        chosen = _chosen(value)
        pieces = [str(number).join(self.stem)]
        for letter, key in zip(LETTERS, keys or self.options, strict=False):
            head, tail = self.options[key][key in chosen]
            pieces += (head, letter, tail) if tail else (head,)
        pieces.append(self.end)
        return "".join(pieces)


def _chosen(value: Any) -> Collection[str]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, bool):
        return ("true",) if value else ("false",)
    return value if isinstance(value, list) else ()


@dataclass(frozen=True)
class Written:
    """Blanks, and what is written at length: texts in `fields` places."""

    stem: Sequence[str]
    fields: int

    def html(self, number: int, keys: Sequence[str], value: Any) -> str:
        html, given = str(number).join(self.stem), _texts(value)
        for n in range(self.fields):
            html = html.replace(_FILLED % n, escape(given[n]) if n < len(given) else "")
        return html


def _texts(value: Any) -> Sequence[str]:
    if isinstance(value, str):
        return (value,)
    return value if isinstance(value, list) else ()


@dataclass(frozen=True)
class Places:
    """Order, match: the options under letters, then the same choices for each place.

    `between`: what stands before the lines, then before each place's choices, then at the end.
    """

    between: Sequence[str]
    number: Sequence[str]
    lines: Mapping[str, Halves]
    choices: Mapping[str, Halves]

    def html(self, number: int, keys: Sequence[str], value: Any) -> str:
        given = _texts(value)
        choices = _lettered(self.choices, keys)
        pieces = [str(number).join(self.number), _lettered(self.lines, keys)]
        for place, text in enumerate(self.between[:-1]):
            key = given[place] if place < len(given) else ""
            pieces += text, choices
            if key in self.choices:  # what else a client may have sent is no choice
                pieces[-1] = choices.replace(f'value="{key}"', f'value="{key}" selected', 1)
        pieces.append(self.between[-1])
        return "".join(pieces)


def _lettered(options: Mapping[str, Halves], keys: Sequence[str]) -> str:
    pairs = ((letter, options[key]) for letter, key in zip(LETTERS, keys, strict=False))
    return "".join(f"{head}{letter}{tail}" for letter, (head, tail) in pairs)


@dataclass(frozen=True)
class Material:
    """What a case tells before its parts. `between`: cut where the numbers of the first and last part go."""

    between: Sequence[str]
    many: int

    def html(self, first: int) -> str:
        head, *rest = self.between
        numbers = (first, first + self.many - 1)
        return head + "".join(f"{number}{text}" for number, text in zip(numbers, rest, strict=False))


def materials(document: Mapping[str, Any]) -> dict[int, Material]:
    """Of each case of a paper document, by its first slot."""
    parts: dict[int, list[Mapping[str, Any]]] = {}
    for slot in document["slots"]:
        if "material" in slot:
            parts.setdefault(slot["material"], []).append(slot)
    macro = get_template_attribute("bank/question.html", "material")
    shown = document.get("materials", ())
    return {
        own[0]["slot"]: Material(
            macro(
                shown[n]["text"], _NUMBER, _NUMBER if own[1:] else None, shown[n].get("pictures", ()), own
            ).split(_NUMBER),
            len(own),
        )
        for n, own in parts.items()
    }


def made(slot: Mapping[str, Any]) -> Fragment:
    """The fragment of a slot of a paper document."""
    match Kind(slot["kind"]):
        case Kind.ORDER | Kind.MATCH:
            return _places(slot)
        case Kind.BLANKS:
            blanks = slot["stem"].count(BLANK)
            return Written(_macro(slot, [_FILLED % n for n in range(blanks)]).split(_NUMBER), blanks)
        case Kind.RECITE | Kind.SHORT | Kind.ESSAY:
            return Written(_macro(slot, _FILLED % 0).split(_NUMBER), 1)
    return _choices(slot)


def _choices(slot: Mapping[str, Any]) -> Choices:
    html = _macro(slot)
    cut = list(_OPTION.finditer(html))
    keys = ["true", "false"] if slot["kind"] == Kind.JUDGE else [option["key"] for option in slot["options"]]
    options = {}
    for key, match in zip(keys, cut, strict=True):
        plain = match.group()
        checked = plain.replace(f' value="{key}"', f' value="{key}" checked', 1)
        options[key] = (_halves(plain, _MARK), _halves(checked, _MARK))
    return Choices(html[: cut[0].start()].split(_NUMBER), options, html[cut[-1].end() :])


def _places(slot: Mapping[str, Any]) -> Places:
    html, keys = _macro(slot), [option["key"] for option in slot["options"]]
    lines, choices = list(_LINE.finditer(html)), list(_CHOICE.finditer(html))
    cuts = [lines, *(choices[n : n + len(keys)] for n in range(0, len(choices), len(keys)))]
    ends = [0, *(cut[-1].end() for cut in cuts)]
    between = [html[end : cut[0].start()] for end, cut in zip(ends, cuts, strict=False)]
    return Places(
        between=[*between[1:], html[ends[-1] :]],
        number=between[0].split(_NUMBER),
        lines={key: _halves(m.group(), _LINE_MARK) for key, m in zip(keys, lines, strict=True)},
        choices={key: _halves(m.group(), _CHOICE_MARK) for key, m in zip(keys, cuts[1], strict=True)},
    )


def _halves(option: str, letter: re.Pattern[str]) -> Halves:
    """An option without a letter (judge) is all before."""
    mark = letter.search(option)
    return (option[: mark.start()], option[mark.end() :]) if mark else (option, "")


def _macro(slot: Mapping[str, Any], value: Sequence[str] | None = None) -> str:
    n = slot["slot"]
    macro = get_template_attribute("bank/question.html", "question")
    shown: str = macro(
        n, slot["kind"], slot["stem"], slot["options"], f"slot-{n}", value, False, _NUMBER,
        slot.get("prompts", ()), slot.get("pictures", ()), (), "material" in slot,
    )  # fmt: skip
    return f'<div class="q" id="q-{n}">' + re.sub(r">\s*\n\s*<", "><", shown) + "</div>\n"
