"""The questions of an attempt as HTML, put together from fragments that are made once per paper."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Any

from flask import request
from flask_babel import gettext as _
from markupsafe import Markup, escape

from app.domain.papers import NUMERALS, Order
from app.domain.questions import Kind
from app.domain.scoring import format_points
from app.exams import fragments, papers, words
from app.exams.fragments import Fragment, Material
from app.exams.models import Attempt


@dataclass(frozen=True)
class Parts:
    """All of a paper that does not depend on the attempt."""

    fragments: Mapping[int, Fragment]
    sections: Mapping[int, "Section"]  # by each of its slots
    materials: Mapping[int, Material]  # of the cases, by the first slot


@dataclass(frozen=True)
class Section:
    """A section of a paper as HTML, its number left out where it has one: some see it elsewhere."""

    numbered: bool
    title: str
    rule: str
    many: int

    def headings(self, place: int) -> tuple[str, str]:
        """Over its questions, and in the card."""
        title = f"{numeral(place)}、{self.title}" if self.numbered else self.title
        head = f'<section><h2 class="section-head">{title} <small>{self.rule}</small></h2>\n'
        return head, f"<h3>{title}</h3>"


_NUMBER = re.compile(f"[{NUMERALS}]{{1,3}}、\\s*")


def numeral(n: int) -> str:
    """一 to 九十九."""
    tens, ones = divmod(n, 10)
    return (
        f"{NUMERALS[tens - 1] if tens > 1 else ''}{'十' if tens else ''}{NUMERALS[ones - 1] if ones else ''}"
    )


@lru_cache(maxsize=64)
def _parts(digest: str, paper_id: int, _root: str) -> Parts:
    document = papers.document(paper_id)
    found: dict[int, Section] = {}
    numbered = all(_NUMBER.match(told["title"]) for told in document["sections"])
    for section, told in zip(document["sections"], sections(paper_id), strict=True):
        title = _NUMBER.sub("", told.title, count=1) if numbered else told.title
        made = Section(numbered, str(escape(title)), told.rule, len(section["slots"]))
        found |= dict.fromkeys(section["slots"], made)
    made_slots = {slot["slot"]: fragments.made(slot) for slot in document["slots"]}
    return Parts(made_slots, found, fragments.materials(document))


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
    points, many = format_points(section["points"]), len(section["slots"])
    if section["kind"] == Kind.CASE:
        facts = [_("共 %(n)s 小题", n=many), _("每例 %(points)s 分", points=points), _("按小题给分")]
    else:
        facts = [_("共 %(n)s 题", n=many), _("每题 %(points)s 分", points=points)]
        facts.append(words.scoring(slot.kind, slot.preset))
    return "，".join(fact for fact in facts if fact)


def question(attempt: Attempt, number: int, value: Any) -> Markup:
    """The nth question of the attempt, to be answered."""
    slot, keys = attempt.order[number - 1]
    return Markup(_of_paper(attempt.paper_id).fragments[slot].html(number, keys, value))  # noqa: S704


def paper(attempt: Attempt, values: Mapping[int, Any]) -> Markup:
    """Every question in the attempt's order, by section, with the answers given so far."""
    made = _of_paper(attempt.paper_id)
    html: list[str] = []
    for (heading, _title), shown in _by_section(made, attempt.order):
        html.append(heading)
        for number, (slot, keys) in shown:
            if slot in made.materials:
                html.append(made.materials[slot].html(number))
            html.append(made.fragments[slot].html(number, keys, values.get(slot)))
        html.append("</section>\n")
    return Markup("".join(html))  # noqa: S704


def _by_section(made: Parts, order: Order) -> Iterator[tuple[tuple[str, str], list[tuple[int, Any]]]]:
    """Headings of each section and its questions by number, in the order of the attempt."""
    at = 0
    for place in count(1):
        if at == len(order):
            return
        section = made.sections[order[at][0]]
        yield section.headings(place), list(enumerate(order[at : at + section.many], at + 1))
        at += section.many


def card(attempt: Attempt, answered: Collection[int]) -> Markup:
    """答题卡: a link to every question, by section; answered ones marked."""
    html: list[str] = []
    for (_heading, title), shown in _by_section(_of_paper(attempt.paper_id), attempt.order):
        html.append(title + '<div class="sheet">')
        for number, (slot, _keys) in shown:
            done = ' class="done"' if slot in answered else ""
            html.append(f'<a href="#q-{slot}"{done}>{number}</a>')
        html.append("</div>")
    return Markup("".join(html))  # noqa: S704
