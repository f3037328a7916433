"""The clauses of a set as people type them in one text field, and back."""

import re
from collections.abc import Container, Iterable, Sequence
from itertools import count

from app.bank.files import ClauseText
from app.bank.models import Clause
from app.bank.typed import BARS, lines

_CLAUSE = re.compile(r"(?P<code>[0-9]{1,3}|[a-z0-9-]+)\s*[.．、]\s*(?P<rest>.+)")


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
        parts = [part.strip() for part in BARS.split(rest, maxsplit=1)]
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
