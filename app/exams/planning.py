"""Verbs of whoever plans exams: blueprints, exams, who is to sit. Each is written to the audit log."""

import secrets
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from app.audit.service import record
from app.domain.attempts import Outcome, StartRefusal
from app.exams import attempts, service
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


FREE_AFTER_START = ("title", "closes_at", "entry_minutes", "earliest_minutes")
"""Facts that may change once somebody has begun; the others would change the exam under their hands."""


class Begun(Exception):
    """Somebody has begun, so the paper and the rules stand."""


def facts_of(exam: Exam) -> ExamFacts:
    return ExamFacts(**{name: getattr(exam, name) for name in ExamFacts.__dataclass_fields__})


def begun(exam_id: int) -> bool:
    """Has anybody begun, trials left out?"""
    found = sa.select(Attempt.id).where(Attempt.exam_id == exam_id, Attempt.trial.is_(False)).limit(1)
    return db.session.scalar(found) is not None


def create(blueprint: Blueprint, facts: ExamFacts, release: str, now: datetime) -> Exam:
    """Raises domain.papers.Shortage and leaves nothing behind."""
    with db.session.begin_nested():
        exam = service.create_exam(
            facts.title, blueprint, facts.opens_at, facts.closes_at, facts.attempts_allowed, release,
            now, minutes=facts.minutes, pass_percent=facts.pass_percent,
        )  # fmt: skip
        for name, value in asdict(facts).items():
            setattr(exam, name, value)
        db.session.flush()
    record(
        "exam.create",
        f"exam:{exam.id}",
        f"新建考试“{exam.title}”",
        after=asdict(facts) | {"release": release},
    )
    return exam


def update(exam: Exam, changed: ExamFacts) -> None:
    """Raises Begun when more changes than may after the first attempt."""
    hold(exam)  # two editors take turns
    before, after = asdict(facts_of(exam)), asdict(changed)
    fixed = {name for name in before if before[name] != after[name]} - set(FREE_AFTER_START)
    if fixed and begun(exam.id):
        raise Begun
    for name, value in after.items():
        setattr(exam, name, value)
    db.session.flush()
    record("exam.update", f"exam:{exam.id}", f"修改考试“{exam.title}”", before=before, after=after)


def redraw(exam: Exam, now: datetime) -> None:
    """A fresh paper by the blueprint as it is now. Raises Begun, domain.papers.Shortage."""
    hold(exam)  # two editors take turns
    if begun(exam.id) or exam.blueprint is None:
        raise Begun
    before = exam.paper_id
    service.redraw(exam, exam.blueprint, now)
    record(
        "exam.redraw",
        f"exam:{exam.id}",
        f"重新组卷“{exam.title}”",
        before={"paper": before},
        after={"paper": exam.paper_id},
    )


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


@dataclass(frozen=True)
class BlueprintFacts:
    title: str
    minutes: int
    pass_percent: int
    sections: list[dict[str, Any]]


def save_blueprint(blueprint: Blueprint | None, facts: BlueprintFacts) -> Blueprint:
    """Papers already drawn stay as they are."""
    before = None
    if blueprint is None:
        blueprint = Blueprint(code=f"local-{secrets.token_hex(5)}", **asdict(facts))
        db.session.add(blueprint)
    else:
        before = {name: getattr(blueprint, name) for name in BlueprintFacts.__dataclass_fields__}
        for name, value in asdict(facts).items():
            setattr(blueprint, name, value)
    db.session.flush()
    verb, word = ("create", "新建") if before is None else ("update", "修改")
    record(
        f"blueprint.{verb}",
        f"blueprint:{blueprint.id}",
        f"{word}组卷规则“{facts.title}”",
        before=before,
        after=asdict(facts),
    )
    return blueprint
