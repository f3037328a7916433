"""An exam's frozen paper in Word, for a room without computers."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, TypeAlias

from app.bank.citing import remarked
from app.bank.exporting import paper as layout
from app.bank.exporting.paper import Item, Paper, Section
from app.bank.pictures import Picture, fetch
from app.bank.queries import Answer
from app.domain.papers import Document
from app.domain.questions import Kind, Part
from app.exams import papers
from app.exams.models import Exam
from app.people.school import school

Answers: TypeAlias = Mapping[int, Answer]


def docx(exam: Exam, paper_id: int, title: str, with_key: bool) -> bytes:
    """The sections of a form as they are frozen, in the paper's own order."""
    document = papers.document(paper_id)
    slots = {slot["slot"]: slot for slot in document["slots"]}
    answers = papers.answers(paper_id, list(slots))
    pictures = fetch({name for slot in slots.values() for name in slot.get("pictures", ())})
    sections = tuple(
        Section(
            head["title"], Kind(head["kind"]), head["points"],
            tuple(_items(document, [slots[number] for number in head["slots"]], answers, pictures)),
        )
        for head in document["sections"]
    )  # fmt: skip
    return layout.docx(Paper(school().name, title, exam.minutes, sections, with_key))


def _items(
    document: Document, slots: Sequence[dict[str, Any]], answers: Answers, pictures: dict[str, Picture]
) -> Iterator[Item]:
    """One for each question: the slots of a case are its parts."""
    for case, group in groupby(slots, key=lambda slot: slot.get("material", -slot["slot"])):
        parts = tuple((slot, answers[slot["slot"]]) for slot in group)
        shown = tuple(_part(slot, answer) for slot, answer in parts)
        slot, answer = parts[0]
        if "material" in slot:
            told = Part(Kind.CASE, document["materials"][case]["text"], (), None)
            yield _item(told, shown, slot, answer, pictures)
        else:
            yield _item(shown[0], (), slot, answer, pictures)


def _part(slot: dict[str, Any], answer: Answer) -> Part:
    options = tuple(option["text"] for option in slot["options"])
    return Part(answer.kind, slot["stem"], options, answer.key, tuple(slot.get("prompts", ())))


def _item(
    part: Part, parts: tuple[Part, ...], slot: dict[str, Any], answer: Answer, pictures: dict[str, Picture]
) -> Item:
    sources = tuple(
        remarked(f"“{clause.set_title}”{clause.locator or clause.heading}", clause.remark)
        for clause in answer.clauses
    )
    shown = tuple(pictures[name] for name in slot.get("pictures", ()) if name in pictures)
    return Item(part, parts, answer.explanation, sources, shown)
