"""Was anything lost? Every acknowledged answer and every score against the journal as it stands."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa

from app.domain import scoring as rules
from app.exams import papers, scoring
from app.exams.models import Attempt, Response, Score
from app.web.db import db

_BATCH = 500
Acked = Mapping[tuple[int, int], Mapping[tuple[int, int], Any]]  # (attempt, slot) → (epoch, seq) → value


def faults(told: Mapping[str, Any], exam_id: int) -> list[str]:
    """What is not as the candidates were told, in words; nothing: all is well."""
    acked: dict[int, dict[tuple[int, int, int], Any]] = {}
    for attempt, slot, epoch, seq, value in told["acked"]:
        acked.setdefault(attempt, {})[slot, epoch, seq] = value
    receipts = {int(attempt): receipt for attempt, receipt in told["receipts"].items()}
    ids = iter(db.session.scalars(sa.select(Attempt.id).where(Attempt.exam_id == exam_id)).all())
    found = [f"no attempt {attempt}" for attempt in set(acked) | set(receipts)]
    seen: set[int] = set()
    problems: list[str] = []
    while some := list(islice(ids, _BATCH)):
        seen.update(some)
        problems += _batch(some, acked, receipts)
    missing = {f"no attempt {attempt}" for attempt in seen}
    return [fault for fault in found if fault not in missing] + problems


def _batch(
    ids: Sequence[int], acked: Mapping[int, Mapping[tuple[int, int, int], Any]], receipts: Mapping[int, str]
) -> Iterator[str]:
    journals: dict[int, list[Any]] = {}
    for row in db.session.execute(sa.select(Response.__table__).where(Response.attempt_id.in_(ids))):
        journals.setdefault(row.attempt_id, []).append(row)
    attempts = db.session.scalars(sa.select(Attempt).where(Attempt.id.in_(ids))).all()
    scores = {s.attempt_id: s for s in db.session.scalars(sa.select(Score).where(Score.attempt_id.in_(ids)))}
    for attempt in attempts:
        journal = {(r.slot, r.epoch, r.seq): scoring.read(r.value) for r in journals.get(attempt.id, ())}
        yield from _answers(attempt.id, acked.get(attempt.id, {}), journal)
        yield from _handed_in(attempt, scores.get(attempt.id), receipts.get(attempt.id), journal)
    db.session.expunge_all()


def _answers(
    attempt: int, acked: Mapping[tuple[int, int, int], Any], journal: Mapping[tuple[int, int, int], Any]
) -> Iterator[str]:
    for key, value in acked.items():
        if key not in journal:
            yield f"lost: attempt {attempt}, slot, epoch and seq {key}"
        elif journal[key] != value:
            yield f"changed: attempt {attempt}, {key}: {value!r} was acknowledged, {journal[key]!r} is there"
    for slot in {slot for slot, _, _ in acked}:
        last = max(key for key in acked if key[0] == slot)
        stands = max((key for key in journal if key[0] == slot), default=last)
        if stands != last:
            yield f"overtaken: attempt {attempt}, {last} was the last to be acknowledged, {stands} stands"


def _handed_in(
    attempt: Attempt, score: Score | None, receipt: str | None, journal: Mapping[tuple[int, int, int], Any]
) -> Iterator[str]:
    if receipt is None:
        yield f"open: attempt {attempt.id} got no receipt"
        return
    if attempt.submitted_at is None or attempt.receipt != receipt:
        yield f"receipt: attempt {attempt.id} holds {attempt.receipt}, not {receipt}"
    slots, keys = papers.slots(attempt.paper_id), papers.keys(attempt.paper_id)
    current = {slot: value for (slot, _, _), value in sorted(journal.items())}
    detail = {
        str(n): rules.points(slots[n].kind, keys[n], current.get(n), slots[n].points, slots[n].preset)
        for n, _ in attempt.order
    }
    if score is None or score.detail != detail or score.points != sum(detail.values()):
        earned = sum(detail.values())
        yield f"score: attempt {attempt.id} has {score and score.points}, its journal earns {earned}"
