"""换题: which questions could stand in a slot of a form, and putting one there. Until somebody begins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.audit.service import record
from app.bank import queries as bank
from app.domain import assembly
from app.domain.assembly import Form, Plan, weight
from app.domain.papers import Candidate, Section
from app.exams import comparing, grids, making, papers, service
from app.exams.grids import Grid
from app.exams.labels import form_name
from app.exams.models import Exam, ExamForm, Paper

_NONE: Grid = {"sections": [], "at_least": [], "enemies": [], "total": 0, "rest_days": 0, "rest_exams": 0}


class Moved(Exception):
    """The form has another paper by now, or the question may not stand there any more."""


@dataclass(frozen=True)
class Offer:
    """A question that could stand there. `shift`: by how much the form gets harder, in tenths of a level."""

    candidate: Candidate
    stem: str
    shift: int
    elsewhere: tuple[int, ...]  # numbers of the other forms that hold it


@dataclass(frozen=True)
class _Laid:
    """A form as its rules see it."""

    plan: Plan
    form: Form
    grid: Grid
    sections: Sequence[Section]
    ones: Sequence[Candidate]


def _laid(exam: Exam, paper_id: int) -> _Laid:
    """By the grid that its papers were made from; one put together by hand holds to its sections alone."""
    sections, ones = comparing.sections(paper_id), comparing.held([paper_id])[paper_id]
    drawn = comparing.by_section(paper_id, ones)
    made = making.used(exam.id)
    if made and grids.heads(made.grid["sections"]) == sections:
        form = grids.by_cell(made.grid, drawn)
        if form is not None and not assembly.breaches(grids.plan(made.grid), [form]):
            return _Laid(grids.plan(made.grid), form, made.grid, sections, ones)
    plan = grids.single(sections, drawn)
    return _Laid(plan, tuple(map(tuple, drawn)), _NONE, sections, ones)


def offers(exam: Exam, form: ExamForm, slot: int, now: datetime) -> list[Offer]:
    """All that keep every rule, parallel forms equally difficult; of its topic and in no other form first."""
    found, leaving = _fitting(exam, form, slot, now)
    holders = _holders(exam, form)
    shown = bank.contents([one.version_id for one in found])
    made = [
        Offer(
            one, shown[one.version_id].stem, weight(one) - weight(leaving), holders.get(one.question_id, ())
        )
        for one in found
    ]
    return sorted(made, key=lambda o: (o.candidate.topic != leaving.topic, len(o.elsewhere), abs(o.shift)))


def _place(paper_id: int, slot: int) -> int:
    """Which question of the paper the slot is of, from 0."""
    return comparing.versions(paper_id).index(papers.slots(paper_id)[slot].version_id)


def _fitting(exam: Exam, form: ExamForm, slot: int, now: datetime) -> tuple[list[Candidate], Candidate]:
    """What could stand there, and what does."""
    laid, place = _laid(exam, form.paper_id), _place(form.paper_id, slot)
    leaving, wanted = laid.ones[place], laid.plan.cells[_cell(laid.form, place)].wanted
    rested = grids.rested(laid.grid, exam.id, now)
    pool = [
        one
        for one in bank.candidates()
        if wanted.takes(one)
        and one.question_id not in rested
        and (len(exam.forms) == 1 or weight(one) == weight(leaving))
    ]
    apart = making.apart(laid.grid, [*pool, *laid.ones])
    return assembly.swaps(laid.plan, laid.form, leaving.question_id, pool, apart), leaving


def _cell(form: Form, place: int) -> int:
    for number, ones in enumerate(form):
        if place < len(ones):
            return number
        place -= len(ones)
    raise AssertionError("a question beyond the paper")


def _holders(exam: Exam, apart_from: ExamForm) -> Mapping[str, tuple[int, ...]]:
    others = [form for form in exam.forms if form.number != apart_from.number]
    ones = comparing.held([form.paper_id for form in others])
    found: dict[str, tuple[int, ...]] = {}
    for form in others:
        for one in ones[form.paper_id]:
            found[one.question_id] = (*found.get(one.question_id, ()), form.number)
    return found


def swap(exam: Exam, form: ExamForm, slot: int, version_id: int, seen: int, now: datetime) -> None:
    """`seen`: the paper that the person had before them. Raises making.Begun, Moved."""
    making.hold_forms(exam)
    if form not in exam.forms or form.paper_id != seen:
        raise Moved
    fitting, leaving = _fitting(exam, form, slot, now)
    coming = next((one for one in fitting if one.version_id == version_id), None)
    if coming is None:
        raise Moved
    laid, place = _laid(exam, seen), _place(seen, slot)
    title = papers.document(form.paper_id)["title"]
    drawn = comparing.by_section(seen, [*laid.ones[:place], coming, *laid.ones[place + 1 :]])
    replace(exam, form.number, papers.freeze(title, laid.sections, drawn, now))
    record(
        "paper.update", f"exam:{exam.id}", f"“{exam.title}”{form_name(form.number)}第 {slot} 题换题",
        before={"question": leaving.question_id, "paper": seen},
        after={"question": coming.question_id, "paper": form.paper_id},
    )  # fmt: skip


def replace(exam: Exam, number: int, paper: Paper) -> None:
    """The form of that number, or the next one, is this paper from now on."""
    made = [form.paper for form in exam.forms]
    made[number - 1 : number] = [paper]
    service.use(exam, made)
