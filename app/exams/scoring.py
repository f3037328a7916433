"""Scores, computed from stored facts alone."""

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.domain import scoring as rules
from app.domain.scoring import Minimum
from app.exams import papers
from app.exams.models import Attempt, Exam, Response, Score
from app.web.db import db, to_micros


class Current(NamedTuple):
    """The answer in force in a slot."""

    epoch: int
    seq: int
    value: Any
    received: int  # microseconds, as stored


def _text(number: Any) -> sa.ColumnElement[str]:
    return sa.cast(sa.type_coerce(number, sa.BigInteger), sa.Text)


# The whole journal as the inside of one JSON list: a row for each of a hundred answers costs thrice as much.
JOURNAL = sa.select(
    sa.func.aggregate_strings(
        "[" + _text(Response.slot) + "," + _text(Response.epoch) + "," + _text(Response.seq) + ","
        + Response.value + "," + _text(Response.received_at) + "]",
        ",",
    )
)  # fmt: skip
_JOURNAL_OF = JOURNAL.where(Response.attempt_id == sa.bindparam("attempt"))


def current_responses(attempt_id: int) -> dict[int, Current]:
    return in_force(db.session.scalar(_JOURNAL_OF, {"attempt": attempt_id}))


def in_force(journal: str | None) -> dict[int, Current]:
    """By slot, the entry with the highest (epoch, seq) of a journal as `JOURNAL` tells it."""
    entries = json.loads(f"[{journal or ''}]")
    return {slot: Current(*entry) for slot, *entry in sorted(entries, key=itemgetter(0, 1, 2))}


def slot_points(paper_id: int, slot: int, value: Any) -> int:
    """Tenths that the value earns in the slot."""
    return _points(papers.slots(paper_id)[slot], papers.keys(paper_id)[slot], value)


def _points(slot: papers.Slot, key: object, value: Any) -> int:
    return rules.points(slot.kind, key, value, slot.points, slot.preset)


def minimums(exam: Exam) -> list[Minimum]:
    return [Minimum(tuple(one["sections"]), one["points"]) for one in exam.minimums]


def missed(exam: Exam, paper_id: int, detail: Mapping[str, int]) -> list[tuple[Minimum, int]]:
    """The exam's minimums that these points, by slot, do not reach, each with what was earned."""
    if not exam.minimums:
        return []
    earned: Counter[str] = Counter()
    for section in papers.document(paper_id)["sections"]:
        earned[section["title"]] += sum(detail.get(str(slot), 0) for slot in section["slots"])
    return rules.missed(minimums(exam), earned)


def passes(exam: Exam, paper_id: int, detail: Mapping[str, int], full: int) -> bool:
    """The one place where a pass is decided: the total reaches the line, and every minimum is reached."""
    total = sum(detail.values())
    return rules.passed(total, full, exam.pass_percent) and not missed(exam, paper_id, detail)


def to_mark(attempt: Attempt, responses: Mapping[int, Current]) -> list[int]:
    """The slots that somebody has to mark; where nothing was written, there is nothing to mark."""
    slots = papers.slots(attempt.paper_id)
    drawn = [n for n, _ in attempt.order if slots[n].by_hand]
    return [n for n in drawn if n in responses and is_text(responses[n].value)]


def is_text(value: Any) -> bool:
    return isinstance(value, str) and value.strip() != ""


def score(attempt: Attempt, responses: Mapping[int, Current], now: datetime) -> Score:
    """The first version of the attempt's score; slots without an answer earn nothing."""
    slots, keys = papers.slots(attempt.paper_id), papers.keys(attempt.paper_id)
    drawn = [slot for slot, _ in attempt.order]
    waiting = to_mark(attempt, responses)
    detail = {
        str(n): _points(slots[n], keys[n], responses[n].value) if n in responses else 0
        for n in drawn
        if n not in waiting
    }
    points, full = sum(detail.values()), sum(slots[n].points for n in drawn)
    row = Score(
        attempt_id=attempt.id, version=1, points=points, full=full, pending=len(waiting),
        passed=not waiting and passes(attempt.exam, attempt.paper_id, detail, full), detail=detail,
        scored_at=now, reason="first",
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
