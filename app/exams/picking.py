"""手工选题: a form put together by hand, question by question, kept as a draft until it is taken into use."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from app.audit.service import record
from app.bank import alike
from app.bank import queries as bank
from app.domain.papers import Candidate, Section
from app.exams import comparing, grids, making, papers, swapping
from app.exams.labels import form_name
from app.exams.making_models import PaperDraft
from app.exams.models import Exam
from app.web.db import db


class Stays(Exception):
    """It is as it was: there is no such section, or the questions do not belong there."""


@dataclass
class Uneven(Exception):
    """The draft is worth other points than it should be."""

    points: int


@dataclass(frozen=True)
class Chosen:
    """A section of the draft with what it holds so far; whatever has left the bank is left out."""

    head: Section
    ones: Sequence[Candidate]

    @property
    def points(self) -> int:
        return self.head.points * len(self.ones)


def draft(exam: Exam, number: int) -> list[Chosen]:
    """What was saved; else the form as it is; else the empty sections of the blueprint."""
    return _read(_sections(exam, number))


def _sections(exam: Exam, number: int) -> list[dict[str, Any]]:
    kept = db.session.get(PaperDraft, (exam.id, number))
    if kept is not None:
        return kept.sections
    form = next((form for form in exam.forms if form.number == number), None)
    if form is not None:
        ones = comparing.held([form.paper_id])[form.paper_id]
        drawn = comparing.by_section(form.paper_id, ones)
        return [_stored(*one) for one in zip(comparing.sections(form.paper_id), drawn, strict=True)]
    empty = grids.heads(exam.blueprint.sections) if exam.blueprint else []
    return [_stored(head, ()) for head in empty]


def _stored(head: Section, ones: Sequence[Candidate]) -> dict[str, Any]:
    return asdict(head) | {"versions": [one.version_id for one in ones]}


def _read(sections: list[dict[str, Any]]) -> list[Chosen]:
    found = bank.candidates_of({version for section in sections for version in section["versions"]})
    heads = grids.heads(sections)
    return [
        Chosen(head, [found[version] for version in section["versions"] if version in found])
        for head, section in zip(heads, sections, strict=True)
    ]


def _kept(exam: Exam, number: int) -> PaperDraft:
    """The draft, to be written. Raises making.Begun."""
    making.hold_forms(exam)
    found = db.session.get(PaperDraft, (exam.id, number))
    if found is None:
        found = PaperDraft(exam_id=exam.id, number=number, sections=_sections(exam, number))
        db.session.add(found)
    return found


def add_section(exam: Exam, number: int, head: Section) -> None:
    kept = _kept(exam, number)
    kept.sections = [*kept.sections, _stored(head, ())]


def drop_section(exam: Exam, number: int, place: int) -> None:
    """With what it holds. Raises Stays."""
    kept = _kept(exam, number)
    if not 0 <= place < len(kept.sections):
        raise Stays
    kept.sections = [*kept.sections[:place], *kept.sections[place + 1 :]]


def add(exam: Exam, number: int, place: int, version_ids: Collection[int]) -> int:
    """Those of its kind that may be drawn and are not on the paper yet. Returns how many. Raises Stays."""
    kept = _kept(exam, number)
    if not 0 <= place < len(kept.sections):
        raise Stays
    section = kept.sections[place]
    there = {one.question_id for chosen in _read(kept.sections) for one in chosen.ones}
    fresh = [
        one.version_id
        for one in bank.candidates()
        if one.version_id in version_ids and one.kind == section["kind"] and one.question_id not in there
    ]
    changed = section | {"versions": [*section["versions"], *fresh]}
    kept.sections = [*kept.sections[:place], changed, *kept.sections[place + 1 :]]
    return len(fresh)


def remove(exam: Exam, number: int, version_ids: Collection[int]) -> None:
    kept = _kept(exam, number)
    kept.sections = [
        section | {"versions": [version for version in section["versions"] if version not in version_ids]}
        for section in kept.sections
    ]


def discard(exam: Exam, number: int) -> None:
    kept = _kept(exam, number)
    db.session.delete(kept)
    db.session.flush()


def total(chosen: Sequence[Chosen]) -> int:
    return sum(section.points for section in chosen)


def alikes(chosen: Sequence[Chosen]) -> list[tuple[str, str]]:
    """Codes of questions of the draft that are much alike: a person may leave them so, but is told."""
    return alike.pairs({one.version_id: one.question_id for section in chosen for one in section.ones})


def use(exam: Exam, number: int, full: int | None, now: datetime) -> None:
    """The draft is the form from now on; `full`: what it must be worth, None: whatever it is.

    Raises making.Begun, Uneven, service.Unreachable, and Stays when nothing is chosen.
    """
    kept = _kept(exam, number)
    filled = [section for section in _read(kept.sections) if section.ones]
    if full not in (None, total(filled)):
        raise Uneven(total(filled))
    if not filled:
        raise Stays
    before = [form.paper_id for form in exam.forms if form.number == number]
    paper = papers.freeze(exam.title, [one.head for one in filled], [one.ones for one in filled], now)
    swapping.replace(exam, number, paper)
    db.session.delete(kept)
    db.session.flush()
    record(
        "paper.update", f"exam:{exam.id}", f"手工选题组成“{exam.title}”{form_name(number)}",
        before={"paper": before[0]} if before else None, after={"paper": paper.id},
    )  # fmt: skip
