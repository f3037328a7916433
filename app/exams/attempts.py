"""The verbs of an attempt: start, take over, check a quiz slot, hand in, close."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from app.domain import attempts as clock_rules
from app.domain import papers as paper_rules
from app.domain.attempts import Phase, StartRefusal
from app.exams import entries, epochs, papers, queries, saving, scoring
from app.exams.entries import Entry
from app.exams.epochs import Origin
from app.exams.models import Attempt, Exam, SlotCheck
from app.exams.saving import Item
from app.exams.scoring import Current
from app.web.db import db


class Refused(Exception):
    """The attempt is not in a state for this. `reason` is a word of the wire, `until` when it is over."""

    def __init__(self, reason: str, until: datetime | None = None) -> None:
        super().__init__(reason)
        self.reason, self.until = reason, until


class CannotStart(Exception):
    def __init__(self, refusal: StartRefusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


def start(exam: Exam, person_id: int, now: datetime, *, trial: bool = False) -> tuple[Attempt, bool]:
    """For callers that decided themselves that this person may sit the exam; see `enter`."""
    entry = entries.entry(exam.id, person_id, "")
    if entry is None:
        raise LookupError(f"exam {exam.id} is gone")
    return enter(entry, now, trial=trial)


def enter(entry: Entry, now: datetime, *, trial: bool = False) -> tuple[Attempt, bool]:
    """The open attempt, or a new one; (attempt, was it made now). Raises CannotStart."""
    exam = entry.exam
    running = _running(entry, now, trial)
    if running is not None:
        return running, False
    refusal = refused(entry, now)
    if refusal is not None and not (trial and refusal is not StartRefusal.CLOSED):
        raise CannotStart(refusal)
    made = _new(entry, now, trial)
    if made is not None:
        return made, True
    # Another tab or device was first; its attempt is there now.
    return start(exam, entry.person_id, now, trial=trial)[0], False


def refused(entry: Entry, now: datetime) -> StartRefusal | None:
    """Why this person may not start now; None: they may."""
    used = sum(not attempt.trial for attempt in entry.attempts)
    allowed = entry.exam.attempts_allowed
    if allowed is not None:
        allowed += entry.terms.given.attempts
    by_clock = clock_rules.may_start(now, entries.own_clock(entry.exam, entry.terms), used, allowed)
    return by_clock or entries.kept_out(entry.exam, entry.terms)


def _running(entry: Entry, now: datetime, trial: bool) -> Attempt | None:
    """The attempt to go on with. What ran out is closed first, and so is a trial before the real thing."""
    for attempt in entry.attempts:
        if attempt.submitted_at is not None:
            continue
        if phase(entry.exam, attempt, now) is Phase.OVERDUE:
            close_overdue(attempt.id, now)
        elif attempt.trial and not trial:
            force_close(attempt.id, now)
        else:
            return attempt
    return None


def _new(entry: Entry, now: datetime, trial: bool) -> Attempt | None:
    """None: an open attempt, or one with this number, is there already."""
    exam, paper_id = entry.exam, _paper(entry)
    document, seed = papers.document(paper_id), secrets.randbits(32)
    if exam.draw is not None:
        seen = _recently_seen(exam.draw, document, entry.attempts)
        order = paper_rules.quiz_order(document, exam.draw, seed, seen, exam.shuffle_options)
    else:
        order = paper_rules.display_order(
            document, seed, exam.shuffle_slots, exam.shuffle_options, exam.shuffle_sections
        )
    seat, given = entry.terms.seat, entry.terms.given
    facts = {
        "exam_id": exam.id, "person_id": entry.person_id, "number": len(entry.attempts) + 1, "trial": trial,
        "paper_id": paper_id, "order": order, "slot_kinds": paper_rules.slot_kinds(document, order),
        "sitting_id": seat.sitting_id if seat else None, "open_book": given.open_book, "started_at": now,
        "closes_at": entries.own_end(entry.terms),
        "extra_minutes": given.extra // timedelta(minutes=1), "epoch": 0,
    }  # fmt: skip
    if made := db.session.scalars(_INSERT[db.engine.dialect.name], facts).one_or_none():
        set_committed_value(made, "exam", exam)  # which nobody need load again
    return made


def _paper(entry: Entry) -> int:
    """The form of the seat; else in turn, so that neighbours and a second attempt have another."""
    if not entry.forms:
        raise CannotStart(StartRefusal.NOT_OPEN)
    numbers, seat = sorted(entry.forms), entry.terms.seat
    turn = entry.person_id + len(entry.attempts)
    if seat is not None and seat.form is not None and seat.form in entry.forms:
        turn = numbers.index(seat.form) + sum(not attempt.trial for attempt in entry.attempts)
    return entry.forms[numbers[turn % len(numbers)]]


_INSERT = {
    name: insert(Attempt).on_conflict_do_nothing().returning(Attempt)
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}


def _recently_seen(draw: int, document: paper_rules.Document, mine: Sequence[Attempt]) -> set[int]:
    """Slots of the last attempts, as many as leave enough others for one more draw."""
    seen: set[int] = set()
    for attempt in sorted(mine, key=lambda a: -a.number):
        more = seen | {slot for slot, _ in attempt.order}
        if len(document["slots"]) - len(more) < draw:
            break
        seen = more
    return seen


def phase(exam: Exam, attempt: Attempt, now: datetime) -> Phase:
    return clock_rules.phase(now, queries.exam_clock(exam), queries.attempt_clock(attempt))


def may_submit_from(attempt: Attempt) -> datetime:
    """When the person may hand in; whoever tries the exam may at once."""
    if attempt.trial:
        return attempt.started_at
    return clock_rules.may_submit_from(queries.exam_clock(attempt.exam), queries.attempt_clock(attempt))


@dataclass(frozen=True)
class Closed:
    """What the candidate gets in return for the paper."""

    receipt: str
    submitted_at: datetime


def lock(attempt_id: int) -> Attempt:
    """The attempt FOR UPDATE: no save is under way, none begins until the transaction ends."""
    found = db.session.scalars(_LOCKED, {"attempt": attempt_id}).one_or_none()
    if found is None:
        raise Refused("not_found")
    return found


_LOCKED = (
    sa.select(Attempt)
    .where(Attempt.id == sa.bindparam("attempt"))
    .options(joinedload(Attempt.exam, innerjoin=True))
    .with_for_update(of=Attempt)
    .execution_options(populate_existing=True)
)


def submit(
    attempt_id: int,
    person_id: int,
    origin: Origin,
    epoch: int | None,
    items: Sequence[Item],
    now: datetime,
) -> Closed:
    """Save what came along and close, in one transaction. A closed attempt gives the same receipt again.

    `epoch` None: the page has no script and holds the whole paper, so it takes over first.
    Raises Refused("not_found" | "epoch" | "value" | "slot" | "closed" | "early"); what ran out is the
    sweeper's.
    """
    attempt = lock(attempt_id)
    if attempt.person_id != person_id:
        raise Refused("not_found")
    if attempt.submitted_at is not None:
        return _closed(attempt)
    if phase(attempt.exam, attempt, now) is Phase.OVERDUE:
        raise Refused("closed")
    if (first := may_submit_from(attempt)) > now:
        raise Refused("early", first)
    if epoch is None:
        epoch = epochs.grant(attempt, origin, now)
    elif epoch != attempt.epoch:
        raise Refused("epoch")
    if items:
        save_locked(attempt, origin.session_id, epoch, items, now)
    return close(attempt, now, "person", now)


def save_locked(attempt: Attempt, session_id: str, epoch: int, items: Sequence[Item], now: datetime) -> None:
    """The save statement inside the caller's transaction, which holds the attempt."""
    try:
        done = saving.insert(db.session.connection(), attempt.id, session_id, epoch, items, now)
    except saving.Conflict as error:
        raise Refused("value") from error
    if done is None:
        raise Refused("slot")


def close(
    attempt: Attempt, at: datetime, by: str, now: datetime, responses: dict[int, Current] | None = None
) -> Closed:
    """For callers that hold the attempt, and may have read its answers."""
    if responses is None:
        responses = scoring.current_responses(attempt.id)
    attempt.submitted_at, attempt.closed_by = at, by
    attempt.receipt = scoring.receipt(attempt, responses, at)
    scoring.score(attempt, responses, now)
    db.session.flush()
    return _closed(attempt)


def _closed(attempt: Attempt) -> Closed:
    if attempt.receipt is None or attempt.submitted_at is None:
        raise ValueError(f"attempt {attempt.id} is open")
    return Closed(attempt.receipt, attempt.submitted_at)


def end_of(attempt: Attempt) -> datetime:
    """The deadline of an attempt that has one."""
    end = clock_rules.deadline(queries.exam_clock(attempt.exam), queries.attempt_clock(attempt))
    if end is None:
        raise ValueError(f"attempt {attempt.id} has no deadline")
    return end


def close_overdue(attempt_id: int, now: datetime) -> bool:
    """Write down that the attempt ended at its deadline. False: another was first, or it is not overdue."""
    attempt = lock(attempt_id)
    if phase(attempt.exam, attempt, now) is not Phase.OVERDUE:
        return False
    close(attempt, end_of(attempt), "deadline", now)
    return True


def force_close(attempt_id: int, now: datetime) -> Closed:
    """A member of staff hands the paper in for the candidate; at the deadline at the latest."""
    attempt = lock(attempt_id)
    if attempt.submitted_at is not None:
        return _closed(attempt)
    end = clock_rules.deadline(queries.exam_clock(attempt.exam), queries.attempt_clock(attempt))
    return close(attempt, now if end is None else min(now, end), "staff", now)


def add_minutes(attempt_id: int, minutes: int, now: datetime) -> bool:
    """More time for a running attempt, as long as it has not been closed or run out."""
    attempt = lock(attempt_id)
    if phase(attempt.exam, attempt, now) in {Phase.CLOSED, Phase.OVERDUE}:
        return False
    attempt.extra_minutes += minutes
    db.session.flush()
    return True


def check(attempt_id: int, slot: int, now: datetime) -> int:
    """Freeze a quiz slot with the answer it holds and return the tenths it earned; again gives the same.

    The attempt closes with its last slot. Raises Refused("slot" | "closed").
    """
    attempt = lock(attempt_id)
    done = db.session.get(SlotCheck, (attempt_id, slot))
    if done is not None:
        return done.points
    if attempt.submitted_at is not None:
        raise Refused("closed")
    kinds = attempt.slot_kinds
    if not 1 <= slot <= len(kinds) or kinds[slot - 1] == "-":
        raise Refused("slot")
    responses = scoring.current_responses(attempt_id)
    answer = responses.get(slot)
    points = 0 if answer is None else scoring.slot_points(attempt.paper_id, slot, answer.value)
    db.session.add(SlotCheck(attempt_id=attempt_id, slot=slot, checked_at=now, points=points))
    # The save statement waits on this row and looks at it again: the slot takes no further answer.
    attempt.slot_kinds = kinds[: slot - 1] + "x" + kinds[slot:]
    db.session.flush()
    if not set(attempt.slot_kinds) - {"-", "x"}:
        close(attempt, now, "person", now)
    return points
