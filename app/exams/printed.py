"""An exam's frozen paper in Word, for a room without computers."""

from typing import Any

from app.bank.citing import remarked
from app.bank.exporting import paper as layout
from app.bank.exporting.paper import Item, Paper, Section
from app.bank.pictures import Picture, fetch
from app.bank.queries import Answer
from app.domain.questions import Kind, Part
from app.exams import papers
from app.exams.models import Exam
from app.people.school import school


def docx(exam: Exam, with_key: bool) -> bytes:
    """The sections as they are frozen, in the paper's own order. For an exam that has its paper."""
    paper_id = exam.paper_id or 0
    document = papers.document(paper_id)
    slots = {slot["slot"]: slot for slot in document["slots"]}
    answers = papers.answers(paper_id, list(slots))
    pictures = fetch({name for slot in slots.values() for name in slot.get("pictures", ())})
    sections = tuple(
        Section(
            head["title"], Kind(head["kind"]), head["points"],
            tuple(_item(slots[number], answers[number], pictures) for number in head["slots"]),
        )
        for head in document["sections"]
    )  # fmt: skip
    return layout.docx(Paper(school().name, exam.title, exam.minutes, sections, with_key))


def _item(slot: dict[str, Any], answer: Answer, pictures: dict[str, Picture]) -> Item:
    options = tuple(option["text"] for option in slot["options"])
    part = Part(answer.kind, slot["stem"], options, answer.key, tuple(slot.get("prompts", ())))
    sources = tuple(
        remarked(f"“{clause.set_title}”{clause.locator or clause.heading}", clause.remark)
        for clause in answer.clauses
    )
    shown = tuple(pictures[name] for name in slot.get("pictures", ()) if name in pictures)
    return Item(part, (), answer.explanation, sources, shown)
