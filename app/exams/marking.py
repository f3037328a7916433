"""The verbs of marking: claim an answer, give it points, settle what marks come to, have it marked again.

Every verb that gives points holds the attempt, so that marks of one attempt come one after another.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from app.audit.service import record
from app.domain import marking as rules
from app.domain.scoring import format_points
from app.exams import laying, queries, remedies, scoring, verdicts
from app.exams.models import Attempt, PaperItem, Score
from app.exams.result_models import Grader, Mark
from app.web.db import db, hold


class Refused(Exception):
    """Nothing was written. `reason`: stale (somebody was faster, see the mark) | gone (the claim lapsed and
    another has it) | final (too late to change)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Key:
    """A question that is marked by hand; `part`: of a case, from 1."""

    version_id: int
    part: int


OF_ITEM = sa.and_(PaperItem.paper_id == Attempt.paper_id, PaperItem.slot == Mark.slot)


def free_for(grader: Grader, now: datetime) -> sa.ColumnElement[bool]:
    """Condition on Mark and Attempt: this grader may claim it now. Never their own answer, nor one twice."""
    other = aliased(Mark)
    seen = sa.exists().where(
        other.attempt_id == Mark.attempt_id, other.slot == Mark.slot, other.id != Mark.id,
        other.grader_id == grader.person_id,
    )  # fmt: skip
    lapsed = sa.or_(Mark.grader_id.is_(None), Mark.claimed_at < now - rules.LAPSE)
    mine = Mark.round >= rules.ARBITRATION if grader.arbitrates else Mark.round < rules.ARBITRATION
    return sa.and_(Mark.at.is_(None), lapsed, mine, Attempt.person_id != grader.person_id, ~seen)


def _of(grader: Grader, key: Key) -> sa.Select[Mark]:
    return (
        sa.select(Mark)
        .join(Attempt, Attempt.id == Mark.attempt_id)
        .join(PaperItem, OF_ITEM)
        .where(Attempt.exam_id == grader.exam_id)
        .where(PaperItem.version_id == key.version_id, PaperItem.part == key.part)
    )


def claim(grader: Grader, key: Key, now: datetime, after: str = "") -> Mark | None:
    """The next answer to this question, from now on before this grader alone; None: there is none.

    What the grader holds already comes first, except `after`, which was passed over and goes back.
    """
    held = _of(grader, key).where(
        Mark.grader_id == grader.person_id, Mark.at.is_(None), Mark.claimed_at >= now - rules.LAPSE
    )
    # One that is locked is being marked in another tab at this moment.
    for mark in db.session.scalars(held.with_for_update(of=Mark, skip_locked=True)).all():
        if mark.code != after:
            return mark
        mark.grader_id = mark.claimed_at = None
    db.session.flush()
    waiting = (
        _of(grader, key)
        .where(free_for(grader, now))
        .order_by(sa.case((Mark.code > after, 0), else_=1), Mark.code)
        .limit(1)
        .with_for_update(of=Mark, skip_locked=True)
    )
    for _ in range(3):  # in another tab the same person may just have claimed the other round
        found = db.session.scalar(waiting)
        if found is None or _take(found, grader.person_id, now):
            return found
    return None


def _take(mark: Mark, person_id: int, now: datetime) -> bool:
    try:
        with db.session.begin_nested():
            mark.grader_id, mark.claimed_at = person_id, now
            db.session.flush()
    except IntegrityError:
        return False
    return True


@dataclass(frozen=True)
class Given:
    """What a grader gives an answer: tenths for each point of the key."""

    parts: tuple[int, ...]
    comment: str


def give(mark: Mark, person_id: int, seen: int, given: Given, now: datetime) -> None:
    """`seen`: the revision that the page showed. Sent twice is given once. Raises Refused."""
    attempt = db.session.get_one(Attempt, mark.attempt_id, with_for_update=True, populate_existing=True)
    hold(mark)
    if mark.grader_id != person_id:
        raise Refused("gone")
    said_already = mark.at is not None and (tuple(mark.parts), mark.comment) == (given.parts, given.comment)
    if said_already and mark.revision in (seen, seen + 1):
        return
    if mark.revision != seen:
        raise Refused("stale")
    score = queries.latest_scores([attempt.id])[attempt.id]
    if mark.at is not None and not changeable(mark, score, now):
        raise Refused("final")
    before = mark.points
    mark.parts, mark.points, mark.comment = list(given.parts), sum(given.parts), given.comment
    mark.at, mark.revision = now, mark.revision + 1
    db.session.flush()
    if before is not None and not score.pending:
        _record_change(attempt, mark, before)
    _settle(attempt, score, mark, now)


def changeable(mark: Mark, score: Score, now: datetime) -> bool:
    """May its grader still change this mark?"""
    if mark.at is None:
        return True
    others = sa.select(Mark.id).where(
        Mark.attempt_id == mark.attempt_id, Mark.slot == mark.slot, Mark.id != mark.id,
        sa.or_(Mark.at.is_not(None), sa.and_(Mark.round >= rules.ARBITRATION, Mark.round > mark.round)),
    )  # fmt: skip
    decided = mark.round < rules.ARBITRATION and db.session.scalar(others.limit(1)) is not None
    return rules.may_change(mark.at, now, not score.pending, decided)


def _record_change(attempt: Attempt, mark: Mark, before: int) -> None:
    record(
        "mark.update",
        f"attempt:{attempt.id}",
        f"改动“{attempt.exam.title}”一份答卷第 {mark.slot} 题的评分："
        f"{format_points(before)} 分改为 {format_points(mark.points or 0)} 分",
        before={"mark_points": before},
        after={"attempt": attempt.id, "slot": mark.slot, "mark_points": mark.points},
    )


def _settle(attempt: Attempt, score: Score, mark: Mark, now: datetime) -> None:
    """Ask a third where two differ; with the last mark the score becomes whole, in a version of its own."""
    found = verdicts.of(attempt)
    if found[mark.slot].arbitrate:
        laying.put(attempt.id, mark.slot, rules.ARBITRATION)
    # A decision about a question stands above its marks.
    decided = remedies.of_paper(attempt.paper_id, remedies.in_force(attempt.exam_id))
    # Of a whole score only what was marked just now may move: the rest may have been decided otherwise since.
    moving = found if score.pending else {mark.slot: found[mark.slot]}
    detail = score.detail | {
        str(slot): one.points
        for slot, one in moving.items()
        if one.points is not None and slot not in decided
    }
    whole = scoring.settled(attempt.exam, attempt.paper_id, scoring.counted(score), detail)
    if whole.pending or detail == score.detail:
        return
    reason = mark.reason or ("marked" if score.pending else "remarked")
    made = Score(
        attempt_id=attempt.id, version=score.version + 1, **whole._asdict(), detail=detail, scored_at=now,
        reason=reason,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()


def order_again(attempt: Attempt, slot: int, reason: str) -> bool:
    """Have an answer marked once more, by somebody who has not marked it; its points stand until then.

    False: it is not settled yet, or that is under way.
    """
    db.session.get_one(Attempt, attempt.id, with_for_update=True, populate_existing=True)
    rounds = {mark.round: mark.at for mark in verdicts.marks_of(attempt.id) if mark.slot == slot}
    if not rounds or None in rounds.values():
        return False
    laying.put(attempt.id, slot, max(max(rounds) + 1, rules.AGAIN), reason)
    record(
        "mark.order",
        f"attempt:{attempt.id}",
        f"要求重新评阅“{attempt.exam.title}”一份答卷的第 {slot} 题：{reason}",
        after={"attempt": attempt.id, "slot": slot, "reason": reason},
    )
    return True
