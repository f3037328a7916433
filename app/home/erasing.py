"""注销: a person's own data goes; what was examined and certified stays, under a pseudonym.

docs/privacy.md says for each table what goes, what stays, and why. Audit events are never changed.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.audit.service import record
from app.certificates.models import CertificateTrouble
from app.courses.models import CourseAssignment
from app.domain.attempts import Phase
from app.domain.careers import Leaving
from app.exams import attempts
from app.exams.models import Attempt, Exam, ExamAssignment
from app.people import grants
from app.people.models import (
    AccessCode,
    CorrectionRequest,
    Person,
    Posting,
    RankChange,
    RecoveryCode,
    RoleGrant,
    RosterRow,
    SecondFactor,
    SignInFailure,
    SignInSession,
)
from app.web import clock
from app.web.db import db, hold

# What exists only for, or because of, the person; scores and certificates do not rest on it.
_GOES = (
    SignInSession, AccessCode, SecondFactor, RecoveryCode, CorrectionRequest, Posting, RankChange, RoleGrant,
    RosterRow, ExamAssignment, CourseAssignment, CertificateTrouble,
)  # fmt: skip


class Refused(Exception):
    """Not now, or not at all; the message says why and what to do first."""


def pseudonym(person_id: int) -> str:
    return f"已注销-{person_id}"


def check(person: Person, now: datetime) -> None:
    """Raises Refused."""
    if person.erased_at is not None:
        raise Refused(_("此人的个人信息已经注销。"))
    held = sa.select(RoleGrant.id).where(RoleGrant.person_id == person.id, grants.live(now))
    if db.session.scalar(held.limit(1)) is not None:
        raise Refused(_("此人还担任角色。请先收回授权，再注销。"))
    if _sits(person.id, now):
        raise Refused(_("此人正在考试，或有答卷正在收卷。请等考试结束、成绩算出后再注销。"))


def _sits(person_id: int, now: datetime) -> bool:
    """Quizzes have no clock: one that was left open keeps nobody here."""
    rows = db.session.execute(
        sa.select(Attempt, Exam)
        .join(Exam, Exam.id == Attempt.exam_id)
        .where(Attempt.person_id == person_id, Attempt.submitted_at.is_(None), Exam.minutes.is_not(None))
    )
    return any(attempts.phase(exam, attempt, now) is not Phase.CLOSED for attempt, exam in rows)


def erase(person: Person, reason: str, now: datetime) -> None:
    """For good. Raises Refused."""
    hold(person)
    check(person, now)
    names = [name.lower() for name in (person.username, person.staff_no) if name]
    db.session.execute(sa.delete(SignInFailure).where(SignInFailure.username.in_(names)))
    tables: tuple[Any, ...] = _GOES
    for table in tables:
        db.session.execute(sa.delete(table).where(table.person_id == person.id))
    _pseudonymise(person, now)
    db.session.flush()
    record("person.erase", f"person:{person.id}", f"注销个人信息：{person.name}", after={"reason": reason})


def _pseudonymise(person: Person, now: datetime) -> None:
    """The unit stays, for the figures of the unit; rank and dates would tell who it was."""
    person.name = person.username = pseudonym(person.id)
    person.pinyin = person.initials = person.sex = person.post = person.rank = person.political = ""
    person.born_on = person.joined_on = person.staff_no = None
    person.id_number_sealed = person.id_number_digest = person.phone_sealed = person.phone_digest = None
    person.password_hash = person.password_set_at = None
    person.active = False
    person.left_on, person.left_reason = clock.day(now), Leaving.OTHER
    person.erased_at = now
