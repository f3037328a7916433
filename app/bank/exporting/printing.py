"""Questions of the bank as a paper: a section for each kind, in the usual order."""

from collections.abc import Iterable

from app.bank import queries, reading
from app.bank.citing import remark, remarked, titled
from app.bank.exporting.paper import POINTS, Item, Paper, Section
from app.bank.exporting.picking import Exported
from app.bank.labels import KINDS
from app.bank.models import Clause, RuleSet
from app.bank.pictures import Picture, fetch
from app.domain.questions import Kind, Part


def of_questions(questions: Iterable[Exported], school: str, title: str, with_key: bool) -> Paper:
    found = list(questions)
    places = _places() if with_key else {}
    pictures = fetch({name for one in found for name in one.content.pictures})
    sections = []
    for kind in Kind:
        items = tuple(_item(one, places, pictures) for one in found if one.content.kind is kind)
        if items:
            sections.append(Section(str(KINDS[kind]), kind, POINTS[kind], items))
    return Paper(school, title, None, tuple(sections), with_key)


def _item(one: Exported, places: dict[str, str], pictures: dict[str, Picture]) -> Item:
    content = one.content
    part = Part(content.kind, content.stem, (), None) if content.parts else content.asked[0]
    sources = [places[name] for name in content.clauses if name in places]
    shown = tuple(pictures[name] for name in content.pictures if name in pictures)
    return Item(part, content.parts, content.explanation, tuple(dict.fromkeys(sources)), shown)


def _places() -> dict[str, str]:
    """Where each clause stands, 《……》第六条, and what became of it."""
    shelves = queries.clauses_of_sets([rule_set.code for rule_set in queries.rule_sets()])
    amended = reading.amendments()
    return {
        f"{rule_set.code}/{clause.code}": remarked(
            place(rule_set, clause), remark(clause, amended.get(clause.id))
        )
        for rule_set, clauses in shelves
        for clause in clauses
    }


def place(rule_set: RuleSet, clause: Clause) -> str:
    named = titled(rule_set.document) if rule_set.document else rule_set.title
    return named + (clause.locator or (f"“{clause.heading}”" if clause.heading else ""))
