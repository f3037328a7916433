"""Exams on paper: an answer sheet that a member of staff types in becomes an attempt like any other.

Same journal, same scoring, same records; `Attempt.medium` says where it was written.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.audit.service import record
from app.domain import marking as rules
from app.domain import papers as paper_rules
from app.domain.regrading import Worth
from app.exams import entries, laying, papers, scoring
from app.exams.entries import Entry
from app.exams.models import Attempt, Exam, Response
from app.exams.paper_answers import Sheet
from app.exams.result_models import Mark
from app.people.models import Person
from app.web.db import db

EPOCH = 1


class Refusal(StrEnum):
    """Why a sheet is not taken in."""

    OWN = "own"  # nobody types in their own
    EARLY = "early"  # the exam has not begun
    SITTING = "sitting"  # the person writes on the screen at this moment
    USED = "used"  # no attempt is left
    TWICE = "twice"  # somebody was faster


def attempt_of(exam_id: int, person_id: int) -> Attempt | None:
    """The person's last attempt on paper."""
    mine = sa.select(Attempt).where(Attempt.exam_id == exam_id, Attempt.person_id == person_id)
    return db.session.scalar(mine.where(Attempt.medium == "paper").order_by(Attempt.number.desc()).limit(1))


def _entry(exam: Exam, person: Person) -> Entry:
    found = entries.entry(exam.id, person.id, person.unit.path)
    if found is None:
        raise LookupError(exam.id)
    return found


def refused(exam: Exam, person: Person, by: int, now: datetime) -> Refusal | None:
    """None: a sheet of this person may be typed in now."""
    if person.id == by:
        return Refusal.OWN
    entry = _entry(exam, person)
    if now < entries.own_clock(exam, entry.terms).opens_at:
        return Refusal.EARLY
    sat = [one for one in entry.attempts if not one.trial]
    if any(one.submitted_at is None for one in sat):
        return Refusal.SITTING
    allowed = exam.attempts_allowed
    if allowed is not None and len(sat) >= allowed + entry.terms.given.attempts:
        return Refusal.USED
    return None


def take_in(
    exam: Exam, person: Person, paper_id: int, sheet: Sheet, by: int, now: datetime
) -> Attempt | Refusal:
    """A new attempt, handed in and scored."""
    if refusal := refused(exam, person, by, now):
        return refusal
    attempt = _attempt(_entry(exam, person), paper_id, now)
    try:
        with db.session.begin_nested():
            db.session.add(attempt)
            db.session.flush()
    except IntegrityError:
        return Refusal.TWICE
    _write(attempt, sheet, by, now, "first")
    after = {"exam": exam.id, "attempt": attempt.id, "answers": len(sheet.answers)}
    record("sheet.create", f"person:{person.id}", f"录入{person.name}“{exam.title}”的纸质答卷", after=after)
    return attempt


def _attempt(entry: Entry, paper_id: int, now: datetime) -> Attempt:
    """In the order of the paper; it ended when the exam did, however late it is typed in."""
    clock, seat = entries.own_clock(entry.exam, entry.terms), entry.terms.seat
    document = papers.document(paper_id)
    order = paper_rules.display_order(document, 0, False, False, False)
    return Attempt(
        exam=entry.exam, person_id=entry.person_id, number=len(entry.attempts) + 1, paper_id=paper_id,
        order=order, slot_kinds=paper_rules.slot_kinds(document, order), medium="paper", epoch=EPOCH,
        sitting_id=seat.sitting_id if seat else None, open_book=entry.terms.given.open_book,
        started_at=clock.opens_at, submitted_at=min(now, clock.closes_at), closed_by="staff",
    )  # fmt: skip


def correct(attempt: Attempt, sheet: Sheet, reason: str, by: int, now: datetime) -> bool:
    """What was typed wrong is typed again: a new version of the score, the former answers stay in the
    journal. False: nothing differs."""
    db.session.get_one(Attempt, attempt.id, with_for_update=True, populate_existing=True)
    before = said_now(attempt)
    if (before.answers, before.points) == (sheet.answers, sheet.points):
        return False
    changed = [n for n, _ in attempt.order if _of(before, n) != _of(sheet, n)]
    _write(attempt, sheet, by, now, reason)
    person = db.session.get_one(Person, attempt.person_id)
    summary = f"更正{person.name}“{attempt.exam.title}”纸质答卷的录入：{reason}"
    after = {"exam": attempt.exam_id, "attempt": attempt.id, "slots": changed, "reason": reason}
    record("sheet.update", f"person:{person.id}", summary, after=after)
    return True


def _of(sheet: Sheet, n: int) -> tuple[object, int | None]:
    return sheet.answers.get(n), sheet.points.get(n)


def said_now(attempt: Attempt) -> Sheet:
    """What is typed in so far."""
    values = scoring.current_responses(attempt.id)
    given = sa.select(Mark.slot, Mark.points).where(Mark.attempt_id == attempt.id, Mark.round == rules.FIRST)
    marks = {slot: points for slot, points in db.session.execute(given) if points is not None}
    answers = {slot: one.value for slot, one in values.items() if one.value is not None}
    return Sheet(answers, {slot: points for slot, points in marks.items() if slot in answers})


def _write(attempt: Attempt, sheet: Sheet, by: int, now: datetime, reason: str) -> None:
    before = scoring.current_responses(attempt.id)
    for n, _options in attempt.order:
        was = before.get(n)
        value = sheet.answers.get(n)
        if value != (was.value if was else None):
            told = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
            db.session.add(
                Response(
                    attempt_id=attempt.id, slot=n, epoch=EPOCH, seq=was.seq + 1 if was else 1, value=told,
                    received_at=now,
                )
            )  # fmt: skip
    db.session.flush()
    responses = scoring.current_responses(attempt.id)
    attempt.receipt = scoring.receipt(attempt, responses, attempt.submitted_at or now)
    found = scoring.computed(attempt, responses)
    _mark(attempt, {n: sheet.points[n] for n in found.waiting}, by, now)
    detail = found.detail | {str(n): sheet.points[n] for n in found.waiting}
    counting = Worth(found.settled.full, found.settled.pending + len(found.detail))
    whole = scoring.settled(attempt.exam, attempt.paper_id, counting, detail)
    scoring.add(attempt.id, whole, detail, now, reason)
    db.session.flush()


def _mark(attempt: Attempt, points: Mapping[int, int], by: int, now: datetime) -> None:
    """The points that graders gave on paper, in the name of who typed them in; nobody marks them again."""
    for n, tenths in points.items():
        laying.put(attempt.id, n, rules.FIRST)
        db.session.execute(
            sa.update(Mark)
            .where(Mark.attempt_id == attempt.id, Mark.slot == n, Mark.round == rules.FIRST)
            .values(grader_id=by, claimed_at=now, at=now, points=tenths, parts=[tenths],
                    revision=Mark.revision + 1)
            .execution_options(synchronize_session=False)
        )  # fmt: skip
