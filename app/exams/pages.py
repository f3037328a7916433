"""The questions of an attempt as HTML, put together from fragments that are made once per paper."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from flask import request
from flask_babel import gettext as _
from markupsafe import Markup, escape

from app.domain.questions import Kind
from app.domain.scoring import format_points
from app.exams import fragments, papers, words
from app.exams.answering import is_answer
from app.exams.fragments import Fragment
from app.exams.models import Attempt


@dataclass(frozen=True)
class Parts:
    """All of a paper that does not depend on the attempt. `sections`: heading, title, number of questions."""

    fragments: Mapping[int, Fragment]
    sections: tuple[tuple[str, str, int], ...]


@lru_cache(maxsize=64)
def _parts(digest: str, paper_id: int, _root: str) -> Parts:
    document = papers.document(paper_id)
    heads = [
        f'<section><h2 class="section-head">{escape(told.title)} <small>{told.rule}</small></h2>\n'
        for told in sections(paper_id)
    ]
    titles = [f"<h3>{escape(section['title'])}</h3>" for section in document["sections"]]
    many = [len(section["slots"]) for section in document["sections"]]
    made = {slot["slot"]: fragments.made(slot) for slot in document["slots"]}
    return Parts(made, tuple(zip(heads, titles, many, strict=True)))


def _of_paper(paper_id: int) -> Parts:
    return _parts(papers.digest(paper_id), paper_id, request.script_root)


@dataclass(frozen=True)
class Told:
    """What a candidate is told of a section: how many questions of what kind, and how they are scored."""

    title: str
    kind: Kind
    rule: str


def sections(paper_id: int) -> list[Told]:
    slots = papers.slots(paper_id)
    return [
        Told(section["title"], Kind(section["kind"]), _rule(section, slots[section["slots"][0]]))
        for section in papers.document(paper_id)["sections"]
    ]


def _rule(section: Mapping[str, Any], slot: papers.Slot) -> str:
    facts = [
        _("共 %(n)s 题", n=len(section["slots"])),
        _("每题 %(points)s 分", points=format_points(section["points"])),
        words.scoring(slot.kind, slot.preset),
    ]
    return "，".join(fact for fact in facts if fact)


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
