"""Verbs of whoever plans exams: what they are, who is to sit. Each is written to the audit log."""

from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from app.audit.service import record
from app.domain.attempts import Outcome, StartRefusal
from app.exams import attempts, grids, making, service
from app.exams.grids import Grid
from app.exams.models import Attempt, Blueprint, Exam, ExamAssignment
from app.people.models import Person, Unit
from app.web.db import db, hold


@dataclass(frozen=True)
class ExamFacts:
    """What can be decided about an exam besides its paper."""

    title: str
    opens_at: datetime
    closes_at: datetime
    minutes: int
    attempts_allowed: int | None
    pass_percent: int
    shuffle_slots: bool
    shuffle_options: bool
    entry_minutes: int | None = None
    earliest_minutes: int = 0
    outcome: str = Outcome.BEST
    valid_years: int | None = None
    shuffle_sections: bool = False
    seated: bool = False
    minimums: list[dict[str, Any]] = field(default_factory=list)  # domain.scoring.Minimum

    @property
    def roomless(self) -> list[str]:
        """Names of the rules that leave no room: to hand in before the time is up, to come in the window."""
        entry = timedelta(minutes=self.entry_minutes or 0)
        found = {
            "earliest_minutes": self.earliest_minutes > self.minutes,
            "entry_minutes": self.opens_at + entry > self.closes_at,
        }
        return [name for name, roomless in found.items() if roomless]


FREE_AFTER_START = ("title", "closes_at", "entry_minutes", "earliest_minutes")
"""Facts that may change once somebody has begun; the others would change the exam under their hands."""


def facts_of(exam: Exam) -> ExamFacts:
    return ExamFacts(**{name: getattr(exam, name) for name in ExamFacts.__dataclass_fields__})


def create(
    blueprint: Blueprint | None, facts: ExamFacts, release: str, forms: int, now: datetime, by: int | None
) -> Exam:
    """With so many papers ordered by the blueprint; without one, papers are put together by hand."""
    exam = service.create_exam(
        facts.title, blueprint, facts.opens_at, facts.closes_at, facts.attempts_allowed, release,
        now, minutes=facts.minutes, pass_percent=facts.pass_percent,
    )  # fmt: skip
    for name, value in asdict(facts).items():
        setattr(exam, name, value)
    db.session.flush()
    after = asdict(facts) | {"release": release, "forms": forms}
    record("exam.create", f"exam:{exam.id}", f"新建考试“{exam.title}”", after=after)
    if blueprint is not None:
        making.order(exam, grids.of(blueprint), forms, now, by)
    return exam


def update(exam: Exam, changed: ExamFacts) -> None:
    """Raises making.Begun when more changes than may after the first attempt."""
    hold(exam)  # two editors take turns
    before, after = asdict(facts_of(exam)), asdict(changed)
    fixed = {name for name in before if before[name] != after[name]} - set(FREE_AFTER_START)
    if fixed and making.begun(exam.id):
        raise making.Begun
    for name, value in after.items():
        setattr(exam, name, value)
    db.session.flush()
    record("exam.update", f"exam:{exam.id}", f"修改考试“{exam.title}”", before=before, after=after)


def redraw(exam: Exam, grid: Grid, forms: int, now: datetime, by: int) -> None:
    """Fresh papers by the grid. Raises making.Begun."""
    making.order(exam, grid, forms, now, by)
    record("exam.redraw", f"exam:{exam.id}", f"重新组卷“{exam.title}”", after={"forms": forms})


def reviewed(exam: Exam, review_on: date | None, now: datetime) -> None:
    """Somebody looked at its papers again, and says when the next time is due."""
    if not exam.forms:
        return
    before = {"review_on": exam.forms[0].paper.review_on}
    for form in exam.forms:
        form.paper.reviewed_at, form.paper.review_on = now, review_on
    db.session.flush()
    after = {"review_on": review_on}
    record("exam.confirm", f"exam:{exam.id}", f"复核试卷“{exam.title}”", before=before, after=after)


def start_trial(exam: Exam, person_id: int, now: datetime) -> Attempt | StartRefusal:
    """The attempt of a member of staff who tries the exam; it counts nowhere."""
    try:
        return attempts.start(exam, person_id, now, trial=True)[0]
    except attempts.CannotStart as error:
        return error.refusal


def assign(exam: Exam, unit: Unit | None = None, person: Person | None = None) -> None:
    service.assign(exam, unit=unit, person=person)
    whom = unit.name if unit else person.name if person else ""
    target = {"unit": unit.id if unit else None, "person": person.id if person else None}
    record("exam.assign", f"exam:{exam.id}", f"指派考试“{exam.title}”给{whom}", after=target)


def unassign(exam: Exam, assignment: ExamAssignment, name: str) -> None:
    """Attempts already made stay."""
    before = {"unit": assignment.unit_id, "person": assignment.person_id}
    db.session.delete(assignment)
    db.session.flush()
    record("exam.unassign", f"exam:{exam.id}", f"取消指派考试“{exam.title}”给{name}", before=before)
