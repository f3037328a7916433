"""What a candidate may see after answering: the verdict of a checked quiz slot, the reviewed paper."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.bank.queries import Answer
from app.domain import attempts as clock_rules
from app.domain.attempts import Review
from app.exams import papers, queries, scoring
from app.exams.models import Attempt, Score
from app.web.db import db


def verdict(attempt: Attempt, slot: int, points: int) -> dict[str, Any]:
    """Of a slot that was checked and so can no longer change."""
    answer = papers.answers(attempt.paper_id, [slot])[slot]
    rule = papers.slots(attempt.paper_id)[slot]
    return {
        "correct": points == rule.points,
        "points": points,
        "key": answer.key,
        "explanation": answer.explanation,
        "clause": [
            {"set": c.set_title, "code": c.code, "text": c.text, "source": c.source} for c in answer.clauses
        ],
    }


@dataclass(frozen=True)
class ReviewedSlot:
    """One question of a closed attempt with everything about it."""

    slot: int
    content: dict[str, Any]  # as in the paper document
    options: list[str]  # keys in the order shown
    value: Any
    points: int
    full: int
    answer: Answer


def review_open(attempt: Attempt, now: datetime) -> bool:
    """May keys and explanations be shown? After the exam's close means: after everybody's."""
    exam = attempt.exam
    most_extra = db.session.scalar(
        sa.select(sa.func.max(Attempt.extra_minutes)).where(
            Attempt.exam_id == exam.id, Attempt.submitted_at.is_(None)
        )
    )
    times = queries.attempt_clock(attempt)
    longest = max(times.extra, timedelta(minutes=most_extra or 0))
    shown = clock_rules.AttemptClock(times.started_at, longest, times.submitted_at)
    return clock_rules.review_open(Review(exam.review), now, queries.exam_clock(exam), shown)


def reviewed(attempt: Attempt, score: Score) -> list[ReviewedSlot]:
    """The paper as this person sat it, with keys. Ask `review_open` first."""
    contents = {slot["slot"]: slot for slot in papers.document(attempt.paper_id)["slots"]}
    rules = papers.slots(attempt.paper_id)
    drawn = [slot for slot, _ in attempt.order]
    answers = papers.answers(attempt.paper_id, drawn)
    values = scoring.current_responses(attempt.id)
    return [
        ReviewedSlot(
            slot=slot,
            content=contents[slot],
            options=options,
            value=values[slot].value if slot in values else None,
            points=score.detail[str(slot)],
            full=rules[slot].points,
            answer=answers[slot],
        )
        for slot, options in attempt.order
    ]
