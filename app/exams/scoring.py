"""Scores, computed from stored facts alone."""

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.domain import scoring as rules
from app.exams import papers
from app.exams.models import Attempt, Response, Score
from app.web.db import db, to_micros


class Current(NamedTuple):
    """The answer in force in a slot."""

    epoch: int
    seq: int
    value: Any
    received: int  # microseconds, as stored


_JOURNAL = (
    sa.select(
        Response.slot, Response.epoch, Response.seq, Response.value,
        sa.type_coerce(Response.received_at, sa.BigInteger),
    )
    .where(Response.attempt_id == sa.bindparam("attempt"))
    .order_by(Response.slot, Response.epoch, Response.seq)
)  # fmt: skip


def current_responses(attempt_id: int) -> dict[int, Current]:
    """By slot, the entry of the journal with the highest (epoch, seq)."""
    rows = db.session.execute(_JOURNAL, {"attempt": attempt_id})
    last = {slot: (epoch, seq, value, received) for slot, epoch, seq, value, received in rows}
    values = json.loads("[" + ",".join(entry[2] for entry in last.values()) + "]")
    return {
        slot: Current(epoch, seq, value, received)
        for (slot, (epoch, seq, _, received)), value in zip(last.items(), values, strict=True)
    }


def slot_points(paper_id: int, slot: int, value: Any) -> int:
    """Tenths that the value earns in the slot."""
    return _points(papers.slots(paper_id)[slot], papers.keys(paper_id)[slot], value)


def _points(slot: papers.Slot, key: object, value: Any) -> int:
    return rules.points(slot.kind, key, value, slot.points, slot.preset)


def score(attempt: Attempt, responses: Mapping[int, Current], pass_percent: int, now: datetime) -> Score:
    """The first version of the attempt's score; slots without an answer earn nothing."""
    slots, keys = papers.slots(attempt.paper_id), papers.keys(attempt.paper_id)
    drawn = [slot for slot, _ in attempt.order]
    detail = {str(n): _points(slots[n], keys[n], responses[n].value) if n in responses else 0 for n in drawn}
    points, full = sum(detail.values()), sum(slots[n].points for n in drawn)
    row = Score(
        attempt_id=attempt.id, version=1, points=points, full=full,
        passed=rules.passed(points, full, pass_percent), detail=detail, scored_at=now, reason="first",
    )  # fmt: skip
    db.session.add(row)
    return row


def receipt(attempt: Attempt, responses: Mapping[int, Current], submitted_at: datetime) -> str:
    """A code that proves what was handed in: the same answers, paper and moment give the same code."""
    facts = [
        attempt.id,
        papers.digest(attempt.paper_id),
        to_micros(submitted_at),
        [[slot, r.epoch, r.seq, r.value] for slot, r in sorted(responses.items())],
    ]
    canonical = json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()
    code = base64.b32encode(hashlib.sha256(canonical).digest()).decode()[:16]
    return "-".join(code[i : i + 4] for i in range(0, 16, 4))
