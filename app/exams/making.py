"""组卷: ordered by a person, done by the worker; papers of an exam by a grid, or why there are none."""

import secrets
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa
import structlog

from app.audit.service import acting_for, record
from app.bank import alike
from app.bank import queries as bank
from app.domain.assembly import Advice, Form, Papers, Plan
from app.domain.likeness import cliques
from app.domain.papers import Candidate
from app.exams import assembling, grids, papers, service
from app.exams.grids import Grid
from app.exams.making_models import Assembly
from app.exams.models import Attempt, Exam, ExamForm, Paper
from app.people.models import Person
from app.web import clock, uow
from app.web.db import db, hold

_TRIES = 3  # an assembly that ends the worker is begun so often
log = structlog.get_logger()


class Begun(Exception):
    """Somebody has begun, so the paper and the rules stand."""


def begun(exam_id: int) -> bool:
    """Has anybody begun, trials left out?"""
    found = sa.select(Attempt.id).where(Attempt.exam_id == exam_id, Attempt.trial.is_(False)).limit(1)
    return db.session.scalar(found) is not None


def hold_forms(exam: Exam) -> None:
    """The exam and its forms as they are now: editors take turns, each on what the last one left.

    Raises Begun.
    """
    hold(exam)
    forms = sa.select(ExamForm).where(ExamForm.exam_id == exam.id)
    db.session.scalars(forms.execution_options(populate_existing=True)).all()
    db.session.expire(exam, ["forms"])
    if begun(exam.id):
        raise Begun


def order(exam: Exam, grid: Grid, forms: int, now: datetime, by: int | None) -> Assembly:
    """Papers that the exam has stay until there are new ones. A second order takes the place of the first.

    Raises Begun.
    """
    hold_forms(exam)
    db.session.execute(
        sa.update(Assembly)
        .where(Assembly.exam_id == exam.id, Assembly.done_at.is_(None))
        .values(done_at=now, outcome={"failed": "replaced"})
    )
    made = Assembly(
        exam_id=exam.id, grid=grid, forms=forms, seed=secrets.randbits(31), ordered_at=now, ordered_by=by
    )
    db.session.add(made)
    db.session.flush()
    return made


def last(exam_id: int) -> Assembly | None:
    """The newest order for the exam."""
    rows = sa.select(Assembly).where(Assembly.exam_id == exam_id).order_by(Assembly.id.desc()).limit(1)
    return db.session.scalar(rows)


def used(exam_id: int) -> Assembly | None:
    """The last one that made papers."""
    rows = sa.select(Assembly).where(Assembly.exam_id == exam_id, Assembly.done_at.is_not(None))
    made = db.session.scalars(rows.order_by(Assembly.id.desc()))
    return next((one for one in made if "overlap" in one.outcome), None)


def run() -> int:
    """Do what was ordered first. Returns how many were done; one that fails is not tried for ever."""
    waiting = sa.select(Assembly).where(Assembly.done_at.is_(None)).order_by(Assembly.id).limit(1)
    asked = db.session.scalar(waiting)
    if asked is None:
        return 0
    number, tried = asked.id, asked.outcome.get("begun", 0)
    asked.outcome = {"begun": tried + 1}
    uow.commit_item()
    try:
        if tried >= _TRIES:
            raise RuntimeError("ends the worker")
        make(number, clock.now())
    except Exception:
        uow.abandon_item()
        log.exception("assembly_failed", assembly=number)
        _close(db.session.get_one(Assembly, number), {"failed": "error"})
    uow.commit_item()
    return 1


def make(number: int, now: datetime) -> None:
    """The papers of that order; no lock is held while the solver looks for them."""
    asked = db.session.get_one(Assembly, number)
    exam_id, grid = asked.exam_id, asked.grid
    plan = grids.plan(grid, asked.forms)
    pool = fitting(plan)
    found = assembling.assemble(plan, pool, asked.seed, grids.rested(grid, exam_id, now), apart(grid, pool))
    exam = db.session.get_one(Exam, exam_id)
    hold(exam)
    hold(asked)
    if asked.done_at is not None:  # ordered anew meanwhile
        return
    if begun(exam_id):
        _close(asked, {"failed": "begun"})
    elif isinstance(found, Advice):
        _close(asked, asdict(found))
    else:
        _use(exam, asked, found, now)


def _use(exam: Exam, asked: Assembly, found: Papers, now: datetime) -> None:
    before = [form.paper_id for form in exam.forms]
    made = [_frozen(exam, asked.grid, form, now) for form in found.forms]
    try:
        service.use(exam, made)
    except service.Unreachable as lost:
        _close(asked, {"failed": "minimums", "sections": lost.sections})
        return
    _close(asked, {"overlap": found.overlap, "at_least": found.at_least, "late": found.late})
    after = [form.paper_id for form in exam.forms]
    with _ordered(asked):
        record(
            "paper.create", f"exam:{exam.id}", f"为“{exam.title}”组成 {len(after)} 份试卷",
            before={"papers": before} if before else None, after={"papers": after, "seed": asked.seed},
        )  # fmt: skip


def _ordered(asked: Assembly) -> AbstractContextManager[None]:
    """What is recorded meanwhile was done by whoever ordered it."""
    person = db.session.get(Person, asked.ordered_by) if asked.ordered_by else None
    return acting_for(person.id, f"{person.name}（{person.username}）") if person else nullcontext()


def _frozen(exam: Exam, grid: Grid, form: Form, now: datetime) -> Paper:
    drawn = zip(grids.heads(grid["sections"]), grids.by_section(grid, form), strict=True)
    held = [(section, ones) for section, ones in drawn if ones]  # an eased grid may leave one empty
    return papers.freeze(exam.title, [section for section, _ in held], [ones for _, ones in held], now)


def _close(asked: Assembly, outcome: dict[str, object]) -> None:
    asked.outcome, asked.done_at = outcome, clock.now()


def fitting(plan: Plan) -> list[Candidate]:
    """Questions of the bank that have a place in the plan."""
    return [one for one in bank.candidates() if any(cell.wanted.takes(one) for cell in plan.cells)]


def apart(grid: Grid, pool: list[Candidate]) -> list[set[str]]:
    """What must not meet: those that the grid names, and those that are much alike."""
    pairs = alike.pairs({one.version_id: one.question_id for one in pool})
    return [*(set(group) for group in grid["enemies"]), *cliques(pairs)]
