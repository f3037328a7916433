"""What is asked and what is right as people type it in text fields, and back."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.questions import (
    CHOICES,
    Kind,
    Part,
    Question,
    normalise,
    option_keys,
    placed,
    scrambled,
)

_TRUE = {"对", "正确", "是", "√", "✓", "true", "t"}
_FALSE = {"错", "错误", "否", "×", "✗", "false", "f"}
BARS = re.compile(r"[|｜]")
_LETTERED = re.compile(r"([A-Ha-h])\s*[.．、:：]\s*")
_PHRASE = re.compile(r"【([^【】]*)】")
_MOST = 26  # beyond that options have no keys


@dataclass(frozen=True)
class Fields:
    """The text fields of a question, or of a part of a case.

    options: one a line; order: in the right order; match: `left｜right`, what fits nothing without a bar.
    key: letters, 对 or 错, a line for each blank or point; recite: the original, phrases in 【】 or by line.
    """

    stem: str
    options: str = ""
    key: str = ""
    last: int = 0


def part(kind: Kind, fields: Fields) -> Part:
    """What the fields say. What does not fit the kind stays as it was typed, for `faults` to name."""
    if kind is Kind.ORDER:
        return _placed(kind, fields, lines_of_options(fields.options), (), [])
    if kind is Kind.MATCH:
        split = [[half.strip() for half in BARS.split(line, maxsplit=1)] for line in lines(fields.options)]
        pairs = [halves for halves in split if len(halves) == 2 and halves[0]]
        others = [halves[-1] for halves in split if halves not in pairs]
        return _placed(kind, fields, [right for _left, right in pairs], [left for left, _r in pairs], others)
    last = fields.last if kind in CHOICES else 0
    return Part(kind, fields.stem, tuple(lines_of_options(fields.options)), key(kind, fields.key), last=last)


def _placed(
    kind: Kind, fields: Fields, right: Sequence[str], prompts: Sequence[str], others: Sequence[str]
) -> Part:
    """Order or match. Their key is in the options; one typed as well is a fault."""
    if len(right) + len(others) > _MOST:
        return Part(kind, fields.stem, (*right, *others), None, tuple(prompts))
    options, places = scrambled(right, others)
    return Part(kind, fields.stem, options, fields.key.strip() or places, tuple(prompts))


def fields(asked: Part | Question) -> Fields:
    """The fields with which the form begins."""
    if asked.kind not in (Kind.ORDER, Kind.MATCH):
        return Fields(asked.stem, "\n".join(asked.options), typed_key(asked.kind, asked.key), asked.last)
    right, others = placed(_as_part(asked))
    if asked.kind is Kind.ORDER:
        return Fields(asked.stem, "\n".join([*right, *others]))
    pairs = [f"{left}｜{text}" for left, text in zip(asked.prompts, right, strict=False)]
    return Fields(asked.stem, "\n".join([*pairs, *others]))


def answer(asked: Part | Question) -> str:
    """The right answer in words for those who may see it, a line for each item."""
    if asked.kind not in (Kind.ORDER, Kind.MATCH):
        return typed_key(asked.kind, asked.key)
    right, _others = placed(_as_part(asked))
    if asked.kind is Kind.ORDER:
        return "\n".join(f"{n}. {text}" for n, text in enumerate(right, 1))
    return "\n".join(f"{left} → {text}" for left, text in zip(asked.prompts, right, strict=False))


def _as_part(asked: Part | Question) -> Part:
    return asked if isinstance(asked, Part) else asked.asked[0]


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def lines_of_options(text: str) -> list[str]:
    """One option a line. Letters in front (A. B. …), as Word documents have them, are left out."""
    found = lines(text)
    heads = [_LETTERED.match(line) for line in found]
    letters = "".join(head[1].lower() for head in heads if head)
    if found and letters == "".join(option_keys(min(len(found), _MOST))):
        return [line[head.end() :] for line, head in zip(found, heads, strict=True) if head]
    return found


def key(kind: Kind, text: str) -> object:
    """The key of a question without places; None where nothing was typed."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if not plain:
        return None
    match kind:
        case Kind.MULTIPLE:
            return sorted(re.sub(r"[\s,、;.]", "", plain))
        case Kind.JUDGE if plain in _TRUE | _FALSE:
            return plain in _TRUE
        case Kind.BLANKS:
            return [[variant.strip() for variant in BARS.split(line)] for line in lines(text)]
        case Kind.RECITE:
            bare = _PHRASE.sub(r"\1", text).strip()
            return {"text": bare, "phrases": _PHRASE.findall(text) or lines(bare)}
        case Kind.SHORT | Kind.ESSAY:
            return lines(text)
    return plain


def typed_key(kind: Kind, key: object) -> str:
    match key:
        case None:
            return ""
        case bool():
            return "对" if key else "错"
        case {"text": str(text), "phrases": list(phrases)}:
            return text if phrases == lines(text) else _marked(text, phrases)
        case list():
            return _LISTED.get(kind, _by_line)(key)
    return str(key).upper() if kind in CHOICES else str(key)


def _by_line(key: list[Any]) -> str:
    return "\n".join(map(str, key))


_LISTED: dict[Kind, Callable[[list[Any]], str]] = {
    Kind.MULTIPLE: lambda key: "".join(key).upper(),
    Kind.BLANKS: lambda key: "\n".join(" | ".join(variants) for variants in key),
}


def _marked(text: str, phrases: Sequence[str]) -> str:
    """The text with 【】 around its phrases; their width, case and punctuation may differ from it."""
    counting = [(char, place) for place, written in enumerate(text) for char in normalise(written)]
    bare, places = "".join(char for char, _place in counting), [place for _char, place in counting]
    pieces, start, end = [], 0, 0
    for phrase in map(normalise, phrases):
        found = bare.find(phrase, start)
        if found < 0 or not phrase:
            return text
        first, last = places[found], places[found + len(phrase) - 1] + 1
        pieces += [text[end:first], "【", text[first:last], "】"]
        start, end = found + len(phrase), last
    return "".join([*pieces, text[end:]])
