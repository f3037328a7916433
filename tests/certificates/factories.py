"""Issued certificates; each commits."""

import hashlib
from itertools import count
from typing import Any

from app.certificates import service
from app.certificates.models import Certificate, CertificateFile
from app.courses.models import Course
from app.people.models import Person
from app.web.db import db
from tests.conftest import START
from tests.courses import factories as courses
from tests.factories import save

_next = count(1)
PDF = b"%PDF-1.7 of test"
FACTS = {
    "name": "张三", "unit_and_post": "青禾县委办公室主任", "course": "严守政治纪律",
    "started": "2026年11月1日", "finished": "2026年11月23日", "hours": "6.0", "score": "92分",
    "number": "", "school": "青禾县委党校", "issued": "2026年11月23日",
}  # fmt: skip


def certificate(
    person: Person, course: Course | None = None, pdf: bytes | None = PDF, **more: Any
) -> Certificate:
    """A certificate put in the table as it is, printed unless `pdf` is None."""
    serial = next(_next)
    number = f"测试〔2026〕第{serial:05d}号"
    made = save(
        Certificate(
            person_id=person.id, course_id=(course or courses.course("reading")).id, prefix="测试", year=2026,
            serial=serial, number=number, code=service.new_code(),
            facts=FACTS | {"name": person.name, "number": number}, issued_at=START, **more,
        )
    )  # fmt: skip
    if pdf is not None:
        save(
            CertificateFile(
                certificate_id=made.id, pdf=pdf, sha256=hashlib.sha256(pdf).hexdigest(), rendered_at=START
            )
        )
    db.session.expire_all()
    return made
