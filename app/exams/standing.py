"""Where one person stands with exams and quizzes: attempts, scores, what may be started now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from app.bank.models import RuleSet
from app.domain import attempts as rules
from app.domain.attempts import ExamClock, Phase, StartRefusal
from app.exams import attempts, entries, publishing, queries
from app.exams.entries import Terms
from app.exams.models import Attempt, Exam, Score
from app.exams.queries import Result
from app.web.db import db, ids


@dataclass(frozen=True)
class Sat:
    """One attempt. `score` is None until it is closed, marked and published. `unmarked`: only marks are
    still awaited."""

    attempt: Attempt
    phase: Phase
    score: Score | None
    unmarked: bool = False


@dataclass(frozen=True)
class Standing:
    """An exam as one person meets it. `sat` is in the order of the attempts, trials left out."""

    exam: Exam
    sat: tuple[Sat, ...]
    allowed: int | None  # None: as often as wanted
    clock: ExamClock  # as this person has it
    terms: Terms
    refusal: StartRefusal | None  # why no further attempt may start now
    result: Result | None  # what counts, make-ups included
    waits: bool  # the doors are open, and there is something to wait for

    @property
    def running(self) -> Sat | None:
        """The attempt to go on with."""
        return next((s for s in self.sat if s.phase in {Phase.OPEN, Phase.GRACE}), None)

    @property
    def settling(self) -> Sat | None:
        """An attempt whose time ran out and that is about to be closed."""
        return next((s for s in self.sat if s.phase is Phase.OVERDUE), None)

    @property
    def waiting(self) -> Sat | None:
        """The last attempt that was handed in and whose score is not out."""
        held = (s for s in reversed(self.sat) if s.phase is Phase.CLOSED and s.score is None)
        return next(held, None)

    @property
    def extra_minutes(self) -> int:
        return self.terms.given.extra // timedelta(minutes=1)

    @property
    def scored(self) -> tuple[Sat, ...]:
        return tuple(s for s in self.sat if s.score is not None)

    @property
    def last(self) -> Sat | None:
        return self.scored[-1] if self.scored else None

    @property
    def best(self) -> Sat | None:
        """Attempts may hold different papers, so the best is the best share of the full score."""
        return max(self.scored, key=_share, default=None)

    @property
    def left(self) -> int | None:
        return None if self.allowed is None else max(self.allowed - len(self.sat), 0)


def _sat(attempt: Attempt, phase: Phase, score: Score | None) -> Sat:
    if score is not None and score.pending:
        return Sat(attempt, phase, None, unmarked=True)
    return Sat(attempt, phase, score)


def _share(sat: Sat) -> float:
    return sat.score.points / sat.score.full if sat.score and sat.score.full else 0.0


def of(exams: Sequence[Exam], person_id: int, unit_path: str, now: datetime) -> list[Standing]:
    """In the order of `exams`; a constant number of statements."""
    mine = queries.attempts_of(person_id, ids(exams))
    scores = publishing.published_scores(mine, now)
    timed = [exam.id for exam in exams if exam.kind == "exam"]
    terms = entries.terms_of(timed, person_id, unit_path) if timed else {}
    results = publishing.results(timed, [person_id]) if timed else {}
    return [
        _standing(
            exam, [a for a in mine if a.exam_id == exam.id], scores, terms.get(exam.id, Terms()),
            results.get((exam.id, person_id)), now,
        )
        for exam in exams
    ]  # fmt: skip


EARLY = timedelta(minutes=30)  # the doors of an exam without sittings
_WAIT = {StartRefusal.NOT_OPEN, StartRefusal.WAITING, StartRefusal.CODE}


def _doors_at(clock: ExamClock, terms: Terms) -> datetime:
    """When the waiting room opens."""
    return clock.opens_at - EARLY if terms.sitting is None else terms.sitting.doors_at


def _standing(
    exam: Exam,
    mine: Sequence[Attempt],
    scores: dict[int, Score],
    terms: Terms,
    result: Result | None,
    now: datetime,
) -> Standing:
    sat = tuple(_sat(a, attempts.phase(exam, a, now), scores.get(a.id)) for a in mine)
    allowed = exam.attempts_allowed
    if allowed is not None:
        allowed += terms.given.attempts
    clock = entries.own_clock(exam, terms)
    refusal = rules.may_start(now, clock, len(sat), allowed) or entries.kept_out(exam, terms)
    waits = refusal in _WAIT and _doors_at(clock, terms) <= now
    return Standing(exam, sat, allowed, clock, terms, refusal, result, waits)


def quizzes() -> Sequence[Exam]:
    """The quizzes on rule sets, in the order of the sets; those of lessons are met in their lesson."""
    return db.session.scalars(
        sa.select(Exam)
        .join(RuleSet, Exam.code == sa.literal("quiz:").concat(RuleSet.code))
        .where(Exam.kind == "quiz")
        .order_by(RuleSet.position, RuleSet.code)
    ).all()


def quiz_on(code: str) -> Exam | None:
    """The quiz on the rule set with this code."""
    return db.session.scalar(sa.select(Exam).where(Exam.kind == "quiz", Exam.code == f"quiz:{code}"))


@dataclass(frozen=True)
class Groups:
    """A person's timed exams by what can be done with them."""

    now: list[Standing]
    coming: list[Standing]
    over: list[Standing]


def grouped(stands: Sequence[Standing]) -> Groups:
    """Open ones as the next to close, those over as the last to close first."""
    ready = [s for s in stands if s.running or s.refusal is None or s.waits]
    coming = [s for s in stands if s not in ready and s.refusal is StartRefusal.NOT_OPEN]
    over = [s for s in reversed(stands) if s not in ready and s not in coming]
    return Groups(ready, sorted(coming, key=lambda s: s.clock.opens_at), over)
