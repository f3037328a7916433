"""Reads: certificates by owner, code, file and unit; why some are missing."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from app.certificates.models import Certificate, CertificateFile, CertificateTrouble
from app.courses.models import Course
from app.people.models import Person
from app.people.queries import within
from app.web.db import db


def certificates_of(person_id: int) -> Sequence[Certificate]:
    """Newest first, voided ones too."""
    return db.session.scalars(
        sa.select(Certificate)
        .options(joinedload(Certificate.file))
        .where(Certificate.person_id == person_id)
        .order_by(Certificate.issued_at.desc(), Certificate.id.desc())
    ).all()


def of_course(person_id: int, course_id: int) -> Certificate | None:
    """The person's certificate of the course: the valid one, else the last."""
    return db.session.scalar(
        sa.select(Certificate)
        .where(Certificate.person_id == person_id, Certificate.course_id == course_id)
        .order_by(Certificate.voided_at.is_not(None), Certificate.id.desc())
        .limit(1)
    )


def trouble_of(person_id: int, course_id: int) -> CertificateTrouble | None:
    return db.session.scalar(
        sa.select(CertificateTrouble).where(
            CertificateTrouble.person_id == person_id, CertificateTrouble.course_id == course_id
        )
    )


def certificate_for(certificate_id: int, person_id: int, paths: Iterable[str]) -> Certificate | None:
    """One's own certificate, or one of a person in the subtrees."""
    return db.session.scalar(
        sa.select(Certificate)
        .join(Certificate.person)
        .join(Person.unit)
        .options(contains_eager(Certificate.person).contains_eager(Person.unit))
        .options(joinedload(Certificate.file))
        .where(Certificate.id == certificate_id)
        .where(sa.or_(Certificate.person_id == person_id, within(paths)))
    )


def pdf_of(certificate_id: int) -> bytes | None:
    return db.session.scalar(
        sa.select(CertificateFile.pdf).where(CertificateFile.certificate_id == certificate_id)
    )


def with_code(code: str) -> Certificate | None:
    return db.session.scalar(sa.select(Certificate).where(Certificate.code == code))


def issued_as(document: bytes) -> Certificate | None:
    """The certificate whose issued file is exactly these bytes."""
    digest = hashlib.sha256(document).hexdigest()
    return db.session.scalar(
        sa.select(Certificate)
        .join(CertificateFile, CertificateFile.certificate_id == Certificate.id)
        .where(CertificateFile.sha256 == digest)
    )


def replacement_of(certificate: Certificate) -> Certificate | None:
    return db.session.scalar(sa.select(Certificate).where(Certificate.replaces_id == certificate.id))


@dataclass(frozen=True)
class CertificateFilter:
    """What the list is narrowed to; empty fields narrow nothing. `state`: valid or voided."""

    text: str = ""
    course_id: int | None = None
    state: str = ""


def certificates(wanted: CertificateFilter, paths: Iterable[str]) -> sa.Select[Certificate]:
    """Certificates of the people in the subtrees, newest first; units are those of today."""
    rows = (
        sa.select(Certificate)
        .join(Certificate.person)
        .join(Person.unit)
        .options(contains_eager(Certificate.person).contains_eager(Person.unit))
        .options(joinedload(Certificate.file), joinedload(Certificate.course))
        .where(within(paths))
        .order_by(Certificate.issued_at.desc(), Certificate.id.desc())
    )
    if wanted.text:
        named = Person.name.icontains(wanted.text, autoescape=True)
        rows = rows.where(sa.or_(named, Certificate.number.icontains(wanted.text, autoescape=True)))
    if wanted.course_id is not None:
        rows = rows.where(Certificate.course_id == wanted.course_id)
    if wanted.state:
        voided = Certificate.voided_at.is_not(None)
        rows = rows.where(voided if wanted.state == "voided" else ~voided)
    return rows


def troubles(paths: Iterable[str]) -> Sequence[CertificateTrouble]:
    """Why certificates of people in the subtrees are not there yet, the newest first."""
    return db.session.scalars(
        sa.select(CertificateTrouble)
        .join(CertificateTrouble.person)
        .join(Person.unit)
        .options(contains_eager(CertificateTrouble.person).contains_eager(Person.unit))
        .options(joinedload(CertificateTrouble.course))
        .where(within(paths))
        .order_by(CertificateTrouble.at.desc(), CertificateTrouble.id)
        .limit(200)
    ).all()


def course_options() -> list[tuple[int, str]]:
    """Courses that have certificates, for a select."""
    rows = db.session.execute(
        sa.select(Course.id, Course.title)
        .where(Course.id.in_(sa.select(Certificate.course_id)))
        .order_by(Course.title, Course.id)
    )
    return [(row.id, row.title) for row in rows]
