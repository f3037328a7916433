"""Certificates: derived from completed courses, numbered without holes, voided and replaced by staff."""

import secrets
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa
import structlog
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from app.audit.service import record
from app.certificates.models import Certificate, CertificateSeries, CertificateTrouble
from app.courses import queries as courses
from app.courses.queries import Standing
from app.domain import certificates as rules
from app.domain.certificates import Facts
from app.domain.scoring import format_points
from app.people.models import Person
from app.people.school import School, school
from app.web import clock, fonts, uow
from app.web.db import db, hold

log = structlog.get_logger()


class Unprintable(Exception):
    """The font lacks characters that would have to be printed; the message names them and the cure."""


class NotCompleted(Exception):
    """The person has not completed the course, or no longer."""


def derive(now: datetime) -> int:
    """Issue every certificate that is due; how many. Each in its own transaction.

    Due is who completed a published course and never had its certificate: a voided one is replaced by a
    person's decision (`reissue`), not by itself.
    """
    issued = 0
    for course in courses.published_courses():
        had = sa.select(Certificate.person_id).where(Certificate.course_id == course.id)
        done_with = sa.select(Person.id).where(sa.or_(Person.id.in_(had), Person.erased_at.is_not(None)))
        due = courses.completed(course, done_with)
        for person_id, standing in sorted(due.items(), key=lambda item: (_completed(item[1]), item[0])):
            issued += _issue_one(person_id, standing, now)
    return issued


def _completed(standing: Standing) -> datetime:
    if standing.completed_at is None:
        raise NotCompleted
    return standing.completed_at


def _issue_one(person_id: int, standing: Standing, now: datetime) -> int:
    course_id = standing.course.id
    try:
        made = issue(db.session.get_one(Person, person_id), standing, now)
        uow.commit_item()
        return int(made is not None)
    except Unprintable as refusal:
        uow.abandon_item()
        note_trouble(person_id, course_id, str(refusal), now)
    except Exception:  # one person's certificate must not delay the others'
        uow.abandon_item()
        log.exception("certificate_failed", person=person_id, course=course_id)
    return 0


def issue(person: Person, standing: Standing, now: datetime) -> Certificate | None:
    """Number and facts of a certificate; None when another worker was first. Raises Unprintable."""
    about = school()
    facts = _facts(person, standing, about, now)
    check_glyphs(facts)
    return _number(person.id, standing.course.id, facts, about, now)


def _number(
    person_id: int,
    course_id: int,
    facts: Facts,
    about: School,
    now: datetime,
    *,
    replaces: Certificate | None = None,
) -> Certificate | None:
    """Take the next number, unless the person has a certificate by now: then none is consumed."""
    year = clock.beijing(now).year
    with db.session.begin_nested() as attempt:
        serial = _next_serial(about.certificate_prefix, year)
        # The series row is locked: whoever was first has committed, and this statement sees it.
        valid = sa.select(Certificate.id).where(
            Certificate.person_id == person_id, Certificate.course_id == course_id
        )
        if replaces is not None:
            valid = valid.where(Certificate.voided_at.is_(None))
        if db.session.scalar(valid.limit(1)) is not None:
            attempt.rollback()
            return None
        number = rules.number(about.certificate_prefix, year, serial)
        made = Certificate(
            person_id=person_id, course_id=course_id, prefix=about.certificate_prefix, year=year,
            serial=serial, number=number, code=new_code(), facts=asdict(facts) | {"number": number},
            issued_at=now, replaces_id=replaces.id if replaces else None,
        )  # fmt: skip
        db.session.add(made)
    clear_trouble(person_id, course_id)
    return made


def _next_serial(prefix: str, year: int) -> int:
    """Locks the series to the end of the transaction, so that no number is given twice or lost."""
    taken = (
        sa.update(CertificateSeries)
        .where(CertificateSeries.prefix == prefix, CertificateSeries.year == year)
        .values(next_serial=CertificateSeries.next_serial + 1)
        .returning(CertificateSeries.next_serial)
        .execution_options(synchronize_session=False)
    )
    after = db.session.scalar(taken)
    if after is None:
        try:
            with db.session.begin_nested():
                db.session.execute(
                    sa.insert(CertificateSeries).values(prefix=prefix, year=year, next_serial=1)
                )
        except IntegrityError:
            pass  # another worker opened the year
        after = db.session.scalars(taken).one()
    return after - 1


def new_code() -> str:
    return "".join(secrets.choice(rules.CODE_ALPHABET) for _ in range(rules.CODE_LENGTH))


def _facts(person: Person, standing: Standing, about: School, now: datetime) -> Facts:
    finished = _completed(standing)
    exam = standing.exam if standing.course.exam_id else None
    return Facts(
        **_identity(person, about, now),
        course=standing.course.title,
        started=_day(standing.started_at or finished),
        finished=_day(finished),
        hours=rules.chinese_hours(standing.course.credit_hours),
        score=rules.chinese_score(format_points(exam.points), format_points(exam.full)) if exam else "",
    )


def _identity(person: Person, about: School, now: datetime) -> dict[str, str]:
    return {
        "name": person.name,
        "unit_and_post": rules.unit_and_post(person.unit.name, person.post),
        "school": about.name,
        "issued": _day(now),
        # The widest that the number can be; what is printed is taken under the lock.
        "number": rules.number(about.certificate_prefix, clock.beijing(now).year, 1),
    }


def _day(moment: datetime) -> str:
    return rules.chinese_date(clock.beijing(moment).date())


def check_glyphs(facts: Facts) -> None:
    """Raises Unprintable, in words, when the font lacks a character: better none than an empty box."""
    lacking = rules.unprintable(facts, fonts.coverage(fonts.printing()))
    if lacking:
        named = "；".join(
            _("%(field)s“%(text)s”中的“%(chars)s”", field=rules.LABELS[field],
              text=getattr(facts, field), chars="、".join(chars))
            for field, chars in lacking.items()
        )  # fmt: skip
        raise Unprintable(
            _(
                "证书字库缺字：%(named)s。请核对是否录入有误；如确为此字，请由管理员安装收有该字的"
                "字库。更正后系统会自动发证，编号不受影响。",
                named=named,
            )
        )


def void(certificate: Certificate, reason: str, now: datetime) -> None:
    """The number stays taken; verification says voided, and since when. The first reason stands."""
    hold(certificate)
    if certificate.voided_at is not None:
        return
    certificate.voided_at, certificate.void_reason = now, reason
    db.session.flush()
    record(
        "certificate.void", f"person:{certificate.person_id}", f"作废证书 {certificate.number}",
        after={"number": certificate.number, "reason": reason},
    )  # fmt: skip


def reissue(certificate: Certificate, reason: str, now: datetime) -> Certificate | None:
    """A new number with the person's present name and post; the old certificate is voided.

    Study facts are taken anew while the course stands completed, else from the old one. None when the
    person holds another valid certificate of the course. Raises Unprintable, and changes nothing.
    """
    person, about = db.session.get_one(Person, certificate.person_id), school()
    if person.erased_at is not None:
        raise Unprintable(_("此人的个人信息已经注销，不能补发证书。"))
    course = courses.course_with_lessons(certificate.course_id)
    standing = courses.standings([course], [person.id])[course.id, person.id] if course else None
    if standing is not None and standing.completed_at is not None:
        facts = _facts(person, standing, about, now)
    else:
        facts = Facts(**{**certificate.facts, **_identity(person, about, now)})
    check_glyphs(facts)
    void(certificate, reason, now)
    made = _number(person.id, certificate.course_id, facts, about, now, replaces=certificate)
    if made is not None:
        record(
            "certificate.reissue", f"person:{made.person_id}",
            f"重发证书 {made.number}，替换 {certificate.number}",
            before={"number": certificate.number, **certificate.facts},
            after={"number": made.number, **made.facts},
        )  # fmt: skip
    return made


def note_trouble(person_id: int, course_id: int, message: str, now: datetime) -> None:
    """Keep one line per due certificate of why it is not there; commits."""
    known = sa.select(CertificateTrouble).where(
        CertificateTrouble.person_id == person_id, CertificateTrouble.course_id == course_id
    )
    try:
        trouble = db.session.scalar(known)
        if trouble is None:
            trouble = CertificateTrouble(person_id=person_id, course_id=course_id, at=now, message=message)
            db.session.add(trouble)
        trouble.at, trouble.message = now, message
        uow.commit_item()
    except IntegrityError:
        uow.abandon_item()  # another worker says the same


def clear_trouble(person_id: int, course_id: int) -> None:
    db.session.execute(
        sa.delete(CertificateTrouble).where(
            CertificateTrouble.person_id == person_id, CertificateTrouble.course_id == course_id
        )
    )
