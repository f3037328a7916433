"""Candidates of an exam: where each one stands, what was saved and scored. Within given subtrees."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from app.domain import attempts as clock_rules
from app.domain.attempts import AttemptClock, ExamClock, Phase
from app.exams import queries
from app.exams.manage_queries import entries
from app.exams.models import Attempt, Exam, Response, UnappliedResponse
from app.exams.queries import Result
from app.people.models import Person, Unit
from app.web.db import db


class State(StrEnum):
    """Where a candidate stands in an exam."""

    NOT_STARTED = "not_started"
    SITTING = "sitting"
    CLOSING = "closing"  # out of time; the sweeper is about to write it down
    HANDED_IN = "handed_in"
    ABSENT = "absent"  # the exam is over and no attempt was made


@dataclass(frozen=True)
class Candidate:
    """One person in one exam. `attempt_id`, `deadline` and `last_save` are of the attempt not handed in."""

    person_id: int
    name: str
    username: str
    unit_name: str
    unit_path: str
    post: str
    rank: str
    state: State
    attempt_id: int | None
    deadline: datetime | None
    last_save: datetime | None
    handed_in_at: datetime | None
    attempts: int
    result: Result | None
    unapplied: int


def candidates(
    exam: Exam, paths: Iterable[str], now: datetime, text: str = "", *, told: Collection[int] | None = None
) -> list[Candidate]:
    """Everyone in the subtrees who is to sit or has sat, by unit and name; four statements.

    `told`: with results of these exams only, make-ups among them, for whoever may not see all of them yet.
    """
    rows = db.session.execute(_candidate_rows(exam.id, paths, text))
    found = _Facts(
        clock=queries.exam_clock(exam),
        now=now,
        saves=_last_saves(exam.id),
        results={
            person_id: result for (_, person_id), result in queries.results([exam.id], told=told).items()
        },
        unapplied=_unapplied_counts(exam.id),
    )
    return [_candidate(list(group), found) for _, group in groupby(rows, key=lambda row: row.person_id)]


def _candidate_rows(exam_id: int, paths: Iterable[str], text: str) -> sa.Select[*tuple[Any, ...]]:
    """One row for each attempt, or one without for who has none."""
    entry = entries([exam_id], paths)
    rows = (
        sa.select(
            Person.id.label("person_id"), Person.name, Person.username, Person.post, Person.rank,
            Unit.name.label("unit_name"), Unit.path.label("unit_path"),
            Attempt.id.label("attempt_id"), Attempt.started_at, Attempt.extra_minutes, Attempt.closes_at,
            Attempt.submitted_at,
        )
        .select_from(entry)
        .join(Person, Person.id == entry.c.person_id)
        .join(Unit, Unit.id == Person.unit_id)
        .outerjoin(
            Attempt,
            sa.and_(
                Attempt.exam_id == exam_id, Attempt.person_id == Person.id, Attempt.trial.is_(False)
            ),
        )
        .order_by(Unit.path, Person.name, Person.id, Attempt.number)
    )  # fmt: skip
    if text:
        named = sa.or_(
            Person.name.icontains(text, autoescape=True), Person.username.icontains(text, autoescape=True)
        )
        rows = rows.where(named)
    return rows


@dataclass(frozen=True)
class _Facts:
    """What was read once for all candidates of an exam."""

    clock: ExamClock
    now: datetime
    saves: dict[int, datetime]
    results: dict[int, Result]
    unapplied: dict[int, int]


def _candidate(rows: Sequence[sa.Row[Any]], facts: _Facts) -> Candidate:
    first = rows[0]
    attempts = [row for row in rows if row.attempt_id is not None]
    running = next((row for row in attempts if row.submitted_at is None), None)
    times = None
    if running is not None:
        times = AttemptClock(
            running.started_at, timedelta(minutes=running.extra_minutes), None, running.closes_at
        )
    return Candidate(
        person_id=first.person_id,
        name=first.name,
        username=first.username,
        unit_name=first.unit_name,
        unit_path=first.unit_path,
        post=first.post,
        rank=first.rank,
        state=state(facts.clock, times, len(attempts), facts.now),
        attempt_id=running.attempt_id if running else None,
        deadline=clock_rules.deadline(facts.clock, times) if times else None,
        last_save=facts.saves.get(running.attempt_id) if running else None,
        handed_in_at=max((row.submitted_at for row in attempts if row.submitted_at), default=None),
        attempts=len(attempts),
        result=facts.results.get(first.person_id),
        unapplied=sum(facts.unapplied.get(row.attempt_id, 0) for row in attempts),
    )


def state(exam: ExamClock, running: AttemptClock | None, attempts: int, now: datetime) -> State:
    if running is not None:
        overdue = clock_rules.phase(now, exam, running) is Phase.OVERDUE
        return State.CLOSING if overdue else State.SITTING
    if attempts:
        return State.HANDED_IN
    return State.ABSENT if now >= exam.closes_at else State.NOT_STARTED


def _last_saves(exam_id: int) -> dict[int, datetime]:
    """When each attempt that is not handed in was last heard of."""
    rows = db.session.execute(
        sa.select(Response.attempt_id, sa.func.max(Response.received_at).label("at"))
        .join(Attempt, Attempt.id == Response.attempt_id)
        .where(Attempt.exam_id == exam_id, Attempt.submitted_at.is_(None))
        .group_by(Response.attempt_id)
    )
    return {row.attempt_id: row.at for row in rows}


def _unapplied_counts(exam_id: int) -> dict[int, int]:
    rows = db.session.execute(
        sa.select(UnappliedResponse.attempt_id, sa.func.count())
        .join(Attempt, Attempt.id == UnappliedResponse.attempt_id)
        .where(Attempt.exam_id == exam_id)
        .group_by(UnappliedResponse.attempt_id)
    )
    return dict(rows.all())


def late(attempt: Attempt, row: UnappliedResponse) -> timedelta | None:
    """How long after the deadline the answer came; None: before it, or there is none."""
    end = clock_rules.deadline(queries.exam_clock(attempt.exam), queries.attempt_clock(attempt))
    return row.received_at - end if end is not None and row.received_at > end else None


def unapplied(attempt_ids: Collection[int]) -> dict[int, list[UnappliedResponse]]:
    """Answers that were kept but not scored, by attempt, oldest first."""
    rows = db.session.scalars(
        sa.select(UnappliedResponse)
        .where(UnappliedResponse.attempt_id.in_(attempt_ids))
        .order_by(UnappliedResponse.attempt_id, UnappliedResponse.received_at, UnappliedResponse.id)
    )
    return {key: list(group) for key, group in groupby(rows, key=lambda row: row.attempt_id)}
