from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.courses.models import Course
from app.people.models import Person
from app.web.db import Base


class CertificateSeries(Base):
    """The next serial of a prefix and year; its row lock keeps the numbers without holes."""

    __tablename__ = "certificate_series"

    prefix: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    next_serial: Mapped[int]


class Certificate(Base):
    """培训合格证书. `facts` is everything printed, frozen at issue; the PDF is rendered later from it."""

    __tablename__ = "certificate"
    __table_args__ = (
        sa.UniqueConstraint("prefix", "year", "serial"),
        sa.Index(
            "uq_certificate_valid",
            "person_id",
            "course_id",
            unique=True,
            sqlite_where=sa.text("voided_at IS NULL"),
            postgresql_where=sa.text("voided_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"))
    prefix: Mapped[str]
    year: Mapped[int]
    serial: Mapped[int]
    number: Mapped[str]
    code: Mapped[str] = mapped_column(unique=True)  # public; at least 128 random bits
    facts: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    issued_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str | None]
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("certificate.id"))

    person: Mapped[Person] = relationship()
    course: Mapped[Course] = relationship()
    file: Mapped["CertificateFile | None"] = relationship(viewonly=True)


class CertificateFile(Base):
    """The issued PDF, frozen. The row exists once the bytes do."""

    __tablename__ = "certificate_file"

    certificate_id: Mapped[int] = mapped_column(sa.ForeignKey("certificate.id"), primary_key=True)
    pdf: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)
    sha256: Mapped[str] = mapped_column(index=True)
    rendered_at: Mapped[datetime]


class CertificateTrouble(Base):
    """Why a due certificate is not there yet: a character without a glyph, or a render that failed."""

    __tablename__ = "certificate_trouble"
    __table_args__ = (sa.UniqueConstraint("person_id", "course_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"))
    at: Mapped[datetime]
    message: Mapped[str]

    person: Mapped[Person] = relationship()
    course: Mapped[Course] = relationship()
