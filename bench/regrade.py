"""How long it takes to regrade a question that ten thousand people answered among a hundred others."""

import time
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa

from app.domain.regrading import Remedy
from app.exams import moves, papers, regrading
from app.exams.models import Attempt, Exam, Response, Score
from app.exams.result_models import Regrade
from app.people.models import Person
from app.web import clock
from app.web.db import db, is_sqlite
from tests import factories
from tests.exams import build

ATTEMPTS, QUESTIONS = 10_000, {"single": 50, "multiple": 30, "judge": 20}
_VALUES = {"single": '"b"', "multiple": '["a", "c"]', "judge": "true"}
_SLOT = 7


def bench() -> dict[str, float]:
    """Seconds on the wall, so that the database's share is in them, and of our own CPU."""
    exam = _sat()
    by, other = factories.person(), factories.person()
    key = regrading.propose(exam, _question(exam), Remedy.ACCEPT, ["c"], "答案有误", by.id, clock.now())
    begun = time.perf_counter()
    seen = sum(move.changed for move in moves.of(key))
    preview = time.perf_counter() - begun
    regrading.decide(key, True, "属实", other.id, clock.now())
    db.session.commit()
    begun, cpu = time.perf_counter(), time.process_time()
    regrading.apply_approved()
    spent, cpu = time.perf_counter() - begun, time.process_time() - cpu
    written = db.session.scalar(
        sa.select(sa.func.count()).select_from(Score).where(Score.regrade_id == key.id)
    )
    if written != seen or seen != ATTEMPTS // 2 or db.session.get_one(Regrade, key.id).applied_at is None:
        raise SystemExit(f"bench: regraded {written} of {seen}")
    return {"regrade.preview_seconds": preview, "regrade.seconds": spent, "regrade.cpu_seconds": cpu}


def _question(exam: Exam) -> tuple[int, int]:
    return papers.slots(exam.paper_id or 0)[_SLOT].question


def _sat() -> Exam:
    """Everybody answered everything, every other one by another answer in the slot."""
    now = clock.now()
    exam = build.exam(now, attempts=None, hours=48, **QUESTIONS)  # type: ignore[arg-type]
    unit = factories.unit()
    people = [
        {"username": f"regrade-{n}", "name": "张三", "unit_id": unit.id, "created_at": now}
        for n in range(ATTEMPTS)
    ]
    for some in _batches(people, 1000):
        db.session.execute(sa.insert(Person), some)
    ids = db.session.scalars(sa.select(Person.id).where(Person.username.startswith("regrade-"))).all()
    _fill(Attempt, [_attempt(exam, person_id, now) for person_id in ids])
    sat = db.session.scalars(sa.select(Attempt.id).where(Attempt.exam_id == exam.id)).all()
    values = {n: _VALUES[slot.kind] for n, slot in papers.slots(exam.paper_id or 0).items()}
    for some in _batches(enumerate(sat), 500):
        _fill(Response, [row for n, one in some for row in _answers(one, n, values, now)])
        _fill(Score, [_score(one, n, values, now) for n, one in some])
    db.session.commit()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("ANALYZE" if not is_sqlite() else "PRAGMA optimize"))
    return exam


def _batches(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    waiting = iter(rows)
    while some := list(islice(waiting, size)):
        yield some


def _fill(table: Any, rows: list[dict[str, Any]]) -> None:
    db.session.execute(sa.insert(table), rows)


def _attempt(exam: Exam, person_id: int, now: datetime) -> dict[str, Any]:
    slots = papers.slots(exam.paper_id or 0)
    return {
        "exam_id": exam.id, "person_id": person_id, "number": 1, "paper_id": exam.paper_id,
        "order": [[n, []] for n in slots], "slot_kinds": "".join(s.kind.letter for s in slots.values()),
        "started_at": now - timedelta(minutes=30), "epoch": 1, "submitted_at": now, "closed_by": "person",
        "receipt": "bench",
    }  # fmt: skip


def _answers(attempt_id: int, turn: int, values: dict[int, str], now: datetime) -> list[dict[str, Any]]:
    told = values | ({_SLOT: '"c"'} if turn % 2 else {})
    return [
        {"attempt_id": attempt_id, "slot": n, "epoch": 1, "seq": n, "value": value, "received_at": now}
        for n, value in told.items()
    ]


def _score(attempt_id: int, turn: int, values: dict[int, str], now: datetime) -> dict[str, Any]:
    detail = {str(n): 20 for n in values} | ({str(_SLOT): 0} if turn % 2 else {})
    return {
        "attempt_id": attempt_id, "version": 1, "points": sum(detail.values()), "full": 20 * len(values),
        "passed": True, "detail": detail, "scored_at": now, "reason": "first",
    }  # fmt: skip
