"""The questions of an attempt as HTML, put together from fragments that are made once per paper.

The bank's macro owns the markup. It is rendered once for each slot and cut at its options, so that an
attempt's order and answers only join strings; everything in them was escaped once.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from flask import get_template_attribute
from flask_babel import gettext as _
from markupsafe import Markup, escape

from app.domain.questions import BLANK, Kind
from app.domain.scoring import Preset, format_points
from app.exams import papers
from app.exams.answering import is_answer
from app.exams.models import Attempt

LETTERS = "ABCDEFGH"
# Stand-ins for what only the attempt knows; no author can type them by accident.
_NUMBER = "\ue000number\ue000"
_FILLED = "\ue000blank-%d\ue000"
_OPTION = re.compile(r'<label class="option">.*?</label>', re.S)
_MARK = re.compile(r'(?<=aria-hidden="true">)[A-H](?=</span>)')


@dataclass(frozen=True)
class Fragment:
    """One slot of a paper, in the pieces that an attempt's number, order and answer come between.

    `stem`: cut where the number goes. `options`: by key, unchecked and checked, each before and after
    its letter; an option without a letter (judge) has nothing after.
    """

    kind: Kind
    stem: Sequence[str]
    options: Mapping[str, tuple[tuple[str, str], tuple[str, str]]]
    blanks: int
    end: str

    def html(self, number: int, keys: Sequence[str], value: Any) -> str:
        """With the number and the order of options shown, and the answer given so far."""
        stem = str(number).join(self.stem)
        if self.kind is Kind.BLANKS:
            return self._filled(stem, value) + self.end
        chosen = _chosen(value)
        pieces = [stem]
        for letter, key in zip(LETTERS, keys or self.options, strict=False):
            head, tail = self.options[key][key in chosen]
            pieces += (head, letter, tail) if tail else (head,)
        pieces.append(self.end)
        return "".join(pieces)

    def _filled(self, stem: str, value: Any) -> str:
        given = value if isinstance(value, list) else []
        for n in range(self.blanks):
            stem = stem.replace(_FILLED % n, escape(given[n]) if n < len(given) else "")
        return stem


def _chosen(value: Any) -> Collection[str]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, bool):
        return ("true",) if value else ("false",)
    return value if isinstance(value, list) else ()


def _fragment(slot: Mapping[str, Any]) -> Fragment:
    kind, blanks = Kind(slot["kind"]), slot["stem"].count(BLANK)
    empty = [_FILLED % n for n in range(blanks)] if kind is Kind.BLANKS else None
    html = _macro(slot, empty)
    cut = list(_OPTION.finditer(html))
    stem, end = (html[: cut[0].start()], html[cut[-1].end() :]) if cut else (html, "")
    keys = ["true", "false"] if kind is Kind.JUDGE else [option["key"] for option in slot["options"]]
    options = {}
    for key, match in zip(keys if cut else (), cut, strict=True):
        plain = match.group()
        checked = plain.replace(f' value="{key}"', f' value="{key}" checked', 1)
        options[key] = (_halves(plain), _halves(checked))
    return Fragment(kind, stem.split(_NUMBER), options, blanks, end)


def _halves(option: str) -> tuple[str, str]:
    """Before and after the letter; an option without one (judge) is all before."""
    mark = _MARK.search(option)
    return (option[: mark.start()], option[mark.end() :]) if mark else (option, "")


def _macro(slot: Mapping[str, Any], value: Sequence[str] | None) -> str:
    n = slot["slot"]
    macro = get_template_attribute("bank/question.html", "question")
    shown: str = macro(n, slot["kind"], slot["stem"], slot["options"], f"slot-{n}", value, False, _NUMBER)
    return f'<div class="q" id="q-{n}">' + re.sub(r">\s*\n\s*<", "><", shown) + "</div>\n"


@dataclass(frozen=True)
class Parts:
    """All of a paper that does not depend on the attempt. `sections`: heading, title, number of questions."""

    fragments: Mapping[int, Fragment]
    sections: tuple[tuple[str, str, int], ...]


@lru_cache(maxsize=64)
def _parts(digest: str, paper_id: int) -> Parts:
    document = papers.document(paper_id)
    sections = tuple(
        (_head(paper_id, section), f"<h3>{escape(section['title'])}</h3>", len(section["slots"]))
        for section in document["sections"]
    )
    return Parts({slot["slot"]: _fragment(slot) for slot in document["slots"]}, sections)


def _of_paper(paper_id: int) -> Parts:
    return _parts(papers.digest(paper_id), paper_id)


def _head(paper_id: int, section: Mapping[str, Any]) -> str:
    facts = [
        _("共 %(n)s 题", n=len(section["slots"])),
        _("每题 %(points)s 分", points=format_points(section["points"])),
    ]
    preset = papers.slots(paper_id)[section["slots"][0]].preset
    if section["kind"] == Kind.MULTIPLE:
        facts.append(_("少选得一半分，错选不得分") if preset is Preset.HALF else _("全部选对才得分"))
    elif section["kind"] == Kind.BLANKS and preset is Preset.PER_BLANK:
        facts.append(_("按空给分"))
    title = escape(section["title"])
    return f'<section><h2 class="section-head">{title} <small>{"，".join(facts)}</small></h2>\n'


def question(attempt: Attempt, number: int, value: Any) -> Markup:
    """The nth question of the attempt, to be answered."""
    slot, keys = attempt.order[number - 1]
    return Markup(_of_paper(attempt.paper_id).fragments[slot].html(number, keys, value))  # noqa: S704


def paper(attempt: Attempt, values: Mapping[int, Any]) -> Markup:
    """Every question in the attempt's order, by section, with the answers given so far."""
    made, shown = _of_paper(attempt.paper_id), enumerate(attempt.order, 1)
    html: list[str] = []
    for heading, _title, many in made.sections:
        html.append(heading)
        for number, (slot, keys) in islice(shown, many):
            html.append(made.fragments[slot].html(number, keys, values.get(slot)))
        html.append("</section>\n")
    return Markup("".join(html))  # noqa: S704


def card(attempt: Attempt, values: Mapping[int, Any]) -> Markup:
    """答题卡: a link to every question, by section; answered ones marked."""
    shown = enumerate(attempt.order, 1)
    html: list[str] = []
    for _heading, title, many in _of_paper(attempt.paper_id).sections:
        html.append(title + '<div class="sheet">')
        for number, (slot, _keys) in islice(shown, many):
            done = ' class="done"' if is_answer(values.get(slot)) else ""
            html.append(f'<a href="#q-{slot}"{done}>{number}</a>')
        html.append("</div>")
    return Markup("".join(html))  # noqa: S704
