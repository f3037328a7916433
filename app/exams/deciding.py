"""Answers that were received and did not count: a person looks at them and decides.

What is accepted is appended to the journal under an epoch of its own, so whatever computes from the journal
counts it from then on. A closed attempt gets a new version of its score; the versions before stay.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.audit.service import record
from app.domain.attempts import Phase
from app.domain.responses import fitting_letters
from app.domain.scoring import format_points
from app.exams import answer_files, attempts, epochs, queries, scoring
from app.exams.epochs import Origin
from app.exams.invigilating import Changed
from app.exams.models import Attempt, Response, Score, UnappliedResponse
from app.web.db import db


class Settling(Exception):
    """The time is up and the last answers may still arrive: not now."""


@dataclass(frozen=True)
class Choice:
    """Of one slot: the row that is to count, or none of those shown."""

    slot: int
    row_id: int | None


@dataclass(frozen=True)
class Decision:
    """What was decided, why and by whom."""

    choices: Sequence[Choice]
    reason: str
    by: int
    origin: Origin  # of the page on which it was decided


def acceptable(attempt: Attempt, row: UnappliedResponse) -> bool:
    """It was kept unread, so it may be for a slot that the paper lacks, or no answer to it."""
    try:
        letters = fitting_letters(json.loads(row.value))
    except ValueError:
        return False
    return answer_files.fits(attempt, row.slot, letters)


def decide(attempt_id: int, decision: Decision, shown: Collection[int], now: datetime) -> list[int]:
    """The slots whose answer changed. Only rows that the page showed are decided.

    Raises Changed when one of them was decided meanwhile, Settling within the grace.
    """
    attempt = attempts.lock(attempt_id)
    match attempts.phase(attempt.exam, attempt, now):
        case Phase.GRACE:
            raise Settling
        case Phase.OVERDUE:
            attempts.close_overdue(attempt_id, now)
    rows = _shown(attempt_id, shown, [choice.slot for choice in decision.choices])
    if not rows or any(row.decided_at is not None for row in rows):
        raise Changed
    accepted = _settle(attempt, rows, decision, now)
    changed = sorted(row.slot for row in accepted)
    before = after = queries.latest_scores([attempt_id]).get(attempt_id)
    if accepted:
        _append(attempt, accepted, decision, now)
    if accepted and before is not None and attempt.submitted_at is not None:
        scoring.rescore(attempt, before, changed, now, decision.reason)
        after = queries.latest_scores([attempt_id])[attempt_id]
    _record(attempt, decision, changed, before, after)
    return changed


def _shown(attempt_id: int, shown: Collection[int], slots: Collection[int]) -> Sequence[UnappliedResponse]:
    """What the page showed of these slots, held."""
    rows = sa.select(UnappliedResponse).where(
        UnappliedResponse.attempt_id == attempt_id,
        UnappliedResponse.id.in_(shown),
        UnappliedResponse.slot.in_(slots),
    )
    return db.session.scalars(rows.with_for_update().execution_options(populate_existing=True)).all()


def _settle(
    attempt: Attempt, rows: Sequence[UnappliedResponse], decision: Decision, now: datetime
) -> list[UnappliedResponse]:
    """Write down what was said of each row; those that are to count, one of a slot.

    The same answer may have come twice, late and in a file: of both the same is said.
    """
    values = {row.id: row.value for row in rows if acceptable(attempt, row)}
    chosen = {choice.slot: choice.row_id for choice in decision.choices}
    for row in rows:
        row.accepted = row.value == values.get(chosen[row.slot] or 0)
        row.decided_at, row.decided_by, row.decision = now, decision.by, decision.reason
    db.session.flush()
    return list({row.slot: row for row in rows if row.accepted}.values())


def _append(
    attempt: Attempt, accepted: Sequence[UnappliedResponse], decision: Decision, now: datetime
) -> None:
    epoch = epochs.grant(attempt, decision.origin, now, decided_by=decision.by)
    db.session.add_all(
        Response(attempt_id=attempt.id, slot=row.slot, epoch=epoch, seq=seq, value=row.value, received_at=now)
        for seq, row in enumerate(accepted, 1)
    )
    db.session.flush()


def _record(
    attempt: Attempt,
    decision: Decision,
    changed: Sequence[int],
    before: Score | None,
    after: Score | None,
) -> None:
    declined = sorted({choice.slot for choice in decision.choices}.difference(changed))
    record(
        "attempt.decide",
        f"person:{attempt.person_id}",
        f"决定考试“{attempt.exam.title}”中没有计入的作答：采纳 {len(changed)} 题，不采纳 {len(declined)} 题",
        before={"score": format_points(before.points)} if before else None,
        after={
            "attempt": attempt.id,
            "accepted": changed,
            "declined": declined,
            "reason": decision.reason,
            "score": format_points(after.points) if after else None,
        },
    )


def undecided_slots(rows: Sequence[UnappliedResponse]) -> list[int]:
    return sorted({row.slot for row in rows if row.decided_at is None})


def newest(attempt: Attempt, rows: Sequence[UnappliedResponse]) -> list[Choice]:
    """Of every slot that waits, the last answer that was given there."""
    waiting = sorted(
        (row for row in rows if row.decided_at is None and acceptable(attempt, row)),
        key=lambda row: (row.epoch, row.seq),
    )
    last = {row.slot: row.id for row in waiting}
    return [Choice(slot, last.get(slot)) for slot in undecided_slots(rows)]
