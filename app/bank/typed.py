"""Options, keys and clauses as people type them in one text field, and back."""

import re
import unicodedata
from collections.abc import Container, Iterable, Sequence
from itertools import count

from app.bank.files import ClauseText
from app.bank.models import Clause
from app.domain.questions import Kind

_TRUE = {"对", "正确", "是", "√", "✓", "true"}
_FALSE = {"错", "错误", "否", "×", "✗", "false"}
_BARS = re.compile(r"[|｜]")
_LETTERED = re.compile(r"([A-Ha-h])\s*[.．、:：]\s*")
_CLAUSE = re.compile(r"(?P<code>[0-9]{1,3}|[a-z0-9-]+)\s*[.．、]\s*(?P<rest>.+)")


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def options(text: str) -> tuple[str, ...]:
    """One option a line. Letters in front (A. B. …), as Word documents have them, are left out."""
    found = lines(text)
    heads = [_LETTERED.match(line) for line in found]
    letters = "".join(head[1].lower() for head in heads if head)
    if found and letters == "abcdefgh"[: len(found)]:
        return tuple(line[head.end() :] for line, head in zip(found, heads, strict=True) if head)
    return tuple(found)


def key(kind: Kind, text: str) -> object:
    """The key of a question; what does not fit the kind comes back as it was typed, for `faults` to name."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    match kind:
        case Kind.MULTIPLE:
            return sorted(re.sub(r"[\s,、;.]", "", plain))
        case Kind.JUDGE if plain in _TRUE | _FALSE:
            return plain in _TRUE
        case Kind.BLANKS:
            return [[variant.strip() for variant in _BARS.split(line)] for line in lines(text)]
    return plain


def typed_key(kind: Kind, key: object) -> str:
    match key:
        case bool():
            return "对" if key else "错"
        case list() if kind is Kind.MULTIPLE:
            return "".join(key).upper()
        case list():
            return "\n".join(" | ".join(variants) for variants in key)
    return str(key).upper()


def clauses(text: str, stored: Iterable[Clause] = ()) -> list[ClauseText]:
    """One clause a line: `number. heading｜text`; number and heading may be left out.

    A line without a number gets the next one that was never used. What a line cannot say, the locator,
    is kept by number.
    """
    locators = {clause.code: clause.locator for clause in stored}
    split = [_numbered(line, locators) for line in lines(text)]
    used = [int(code) for code in (*locators, *(code for code, _rest in split)) if code.isdigit()]
    fresh = count(max(used, default=0) + 1)
    made = []
    for code, rest in split:
        name = code or str(next(fresh))
        parts = [part.strip() for part in _BARS.split(rest, maxsplit=1)]
        heading, body = parts if len(parts) == 2 else ("", parts[0])
        made.append(ClauseText(name, heading, locators.get(name, ""), body))
    return made


def _numbered(line: str, known: Container[str]) -> tuple[str, str]:
    """The line's number ("" without one) and the rest. A number is digits, or any code known already."""
    found = _CLAUSE.fullmatch(line)
    if found is None or not (found["code"].isdigit() or found["code"] in known):
        return "", line
    return found["code"], found["rest"]


def typed_clauses(stored: Sequence[Clause]) -> str:
    return "\n".join(
        f"{clause.code}. {clause.heading}｜{clause.text}"
        if clause.heading
        else f"{clause.code}. {clause.text}"
        for clause in stored
    )
