"""Exams: make, change, assign. Attempts are in `attempts.py`."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.bank import queries as bank
from app.domain import papers as rules
from app.domain.papers import Section
from app.domain.questions import AUTOMATIC
from app.domain.releasing import USUAL, stored
from app.domain.scoring import Preset
from app.exams import papers
from app.exams.models import Allowance, Blueprint, Exam, ExamAssignment, ExamForm, Paper
from app.people.models import Person, Unit
from app.web.db import db

_ALWAYS = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_QUIZ_POINTS = 10  # each question of a quiz counts one point


def create_exam(
    title: str,
    blueprint: Blueprint | None,
    opens_at: datetime,
    closes_at: datetime,
    attempts_allowed: int | None,
    release: str,
    now: datetime,
    *,
    code: str | None = None,
    minutes: int | None = None,
    pass_percent: int | None = None,
) -> Exam:
    """An exam without a paper yet (exams/making.py): nobody can begin until it has one. `release` names one
    of the usual rules of domain.releasing."""
    exam = Exam(
        kind="exam",
        code=code,
        title=title,
        blueprint_id=blueprint and blueprint.id,
        opens_at=opens_at,
        closes_at=closes_at,
        minutes=minutes or (blueprint.minutes if blueprint else None),
        attempts_allowed=attempts_allowed,
        pass_percent=blueprint.pass_percent if blueprint and pass_percent is None else pass_percent,
        release=stored(USUAL[release]),
        created_at=now,
    )
    db.session.add(exam)
    db.session.flush()
    return exam


def ensure_quiz(
    code: str, title: str, rule_sets: Sequence[str], draw: int, pass_percent: int, now: datetime
) -> Exam:
    """The quiz with this code, its paper holding all current questions of the rule sets.

    Running it again after questions changed freezes a new paper; attempts keep the one they began with.
    Raises domain.papers.Shortage when the sets have fewer than `draw` questions.
    """
    found = [one for one in bank.candidates(rule_sets) if one.kind in AUTOMATIC]
    by_kind = [
        (kind, sorted((c for c in found if c.kind is kind), key=lambda c: c.question_id))
        for kind in AUTOMATIC
    ]
    if len(found) < draw:
        raise rules.Shortage(draw - len(found))
    sections = [Section(title, kind, _QUIZ_POINTS, Preset.EXACT) for kind, chosen in by_kind if chosen]
    exam = db.session.scalar(sa.select(Exam).where(Exam.code == code))
    if exam is None:
        exam = Exam(
            kind="quiz", code=code, opens_at=_ALWAYS[0], closes_at=_ALWAYS[1], minutes=None,
            attempts_allowed=None, release=stored(USUAL["after_submit"]), appeal_days=0, created_at=now,
        )  # fmt: skip
        db.session.add(exam)
    exam.title, exam.draw, exam.pass_percent = title, draw, pass_percent
    use(exam, [papers.freeze(title, sections, [chosen for _, chosen in by_kind if chosen], now)])
    return exam


class Unreachable(Exception):
    """Whoever draws one of these papers could not reach a minimum of the exam. `sections`: of the minimum."""

    def __init__(self, sections: list[str]) -> None:
        super().__init__(*sections)
        self.sections = sections


def _check_minimums(exam: Exam, made: Sequence[Paper]) -> None:
    worth = [rules.section_points(paper.document) for paper in made]
    for minimum in exam.minimums or ():
        titles = minimum["sections"]
        for points in worth:
            if not points.keys() >= set(titles) or sum(points[one] for one in titles) < minimum["points"]:
                raise Unreachable(titles)


def use(exam: Exam, made: Sequence[Paper]) -> None:
    """These are its forms from now on; attempts that have begun keep theirs. Raises Unreachable."""
    _check_minimums(exam, made)
    del exam.forms[len(made) :]
    for form, paper in zip(exam.forms, made, strict=False):
        form.paper = paper
    known = len(exam.forms)
    exam.forms += [ExamForm(number=n, paper=paper) for n, paper in enumerate(made[known:], known + 1)]
    db.session.flush()


def assign(exam: Exam, unit: Unit | None = None, person: Person | None = None) -> None:
    """Let a unit with everything below it, or one person, sit the exam; again is harmless."""
    unit_id, person_id = (unit.id if unit else None), (person.id if person else None)
    known = sa.select(ExamAssignment.id).where(
        ExamAssignment.exam_id == exam.id,
        ExamAssignment.unit_id == unit_id if unit else ExamAssignment.person_id == person_id,
    )
    if db.session.scalar(known) is None:
        with suppress(IntegrityError), db.session.begin_nested():  # another click may have been first
            db.session.add(ExamAssignment(exam_id=exam.id, unit_id=unit_id, person_id=person_id))


def allow_attempt(exam_id: int, person_id: int) -> None:
    """One more attempt for this person."""
    allowance = locked_allowance(exam_id, person_id)
    allowance.attempts += 1
    db.session.flush()


def allowance_minutes(exam_id: int, person_id: int, minutes: int) -> None:
    """More minutes in every attempt that this person starts from now on."""
    allowance = locked_allowance(exam_id, person_id)
    allowance.minutes += minutes
    db.session.flush()


def locked_allowance(exam_id: int, person_id: int) -> Allowance:
    """What the person gets beyond the rules, FOR UPDATE; made when there is none yet."""
    key = (exam_id, person_id)
    found = db.session.get(Allowance, key, with_for_update=True)
    if found is not None:
        return found
    with suppress(IntegrityError), db.session.begin_nested():
        db.session.add(Allowance(exam_id=exam_id, person_id=person_id, minutes=0, attempts=0))
    return db.session.get_one(Allowance, key, with_for_update=True)
