"""What is to be marked by people, laid before the graders when an attempt is closed."""

import secrets
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.dialects import postgresql, sqlite

from app.domain import marking as rules
from app.exams.models import Attempt, Exam
from app.exams.result_models import Mark
from app.web.db import db

_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def lay(attempt: Attempt, slots: Iterable[int]) -> None:
    """These answers before a first grader, those of the sample before a second one, too; again is harmless.

    Nobody marks a trial.
    """
    if attempt.trial:
        return
    for slot in slots:
        put(attempt.id, slot, rules.FIRST)
        if _sampled(attempt.exam, attempt.id, slot):
            put(attempt.id, slot, rules.SECOND)


def lay_anew(attempt: Attempt, slots: Collection[int], reason: str) -> set[int]:
    """Another answer counts in these slots: where a mark was given it is marked once more, and what it earned
    stands until then; the others lie before graders as usual. The slots that were laid for the first time."""
    rounds: dict[int, list[tuple[int, datetime | None]]] = {}
    of = sa.select(Mark.slot, Mark.round, Mark.at).where(Mark.attempt_id == attempt.id, Mark.slot.in_(slots))
    for slot, number, at in db.session.execute(of):
        rounds.setdefault(slot, []).append((number, at))
    fresh = set(slots) - rounds.keys()
    lay(attempt, fresh)
    for slot, laid in rounds.items():
        last, waits = max(number for number, _at in laid), any(at is None for _number, at in laid)
        if any(at for _number, at in laid) and not (waits and last >= rules.AGAIN):
            put(attempt.id, slot, max(last + 1, rules.AGAIN), reason)
    return fresh


def put(attempt_id: int, slot: int, number: int, reason: str = "") -> None:
    """One round of marking an answer, for whoever claims it. `code` is random, and graders take answers in
    its order: who was first to hand in cannot be told from it."""
    made = _INSERT[db.engine.dialect.name](Mark).values(
        attempt_id=attempt_id, slot=slot, round=number, reason=reason, code=secrets.token_hex(8)
    )
    unique = ["attempt_id", "slot", "round"]
    db.session.execute(made.on_conflict_do_nothing(index_elements=unique))


def hold_closed(exam_id: int) -> None:
    """Marks that come meanwhile wait: they hold the attempt, too."""
    closed = sa.select(Attempt.id).where(Attempt.exam_id == exam_id, Attempt.submitted_at.is_not(None))
    db.session.execute(closed.order_by(Attempt.id).with_for_update()).all()


def _sampled(exam: Exam, attempt_id: int, slot: int) -> bool:
    seed = str(current_app.config["SECRET_KEY"]).encode()
    return rules.sampled(seed, f"mark:{attempt_id}:{slot}", exam.second_mark_percent)


def draw_anew(exam: Exam) -> None:
    """The sample after its size was changed; for exams of which nothing has been marked."""
    of_exam = sa.select(Attempt.id).where(Attempt.exam_id == exam.id)
    second = sa.delete(Mark).where(Mark.attempt_id.in_(of_exam), Mark.round == rules.SECOND)
    db.session.execute(second.execution_options(synchronize_session=False))
    first = sa.select(Mark.attempt_id, Mark.slot).where(
        Mark.attempt_id.in_(of_exam), Mark.round == rules.FIRST
    )
    for attempt_id, slot in db.session.execute(first).all():
        if _sampled(exam, attempt_id, slot):
            put(attempt_id, slot, rules.SECOND)
