"""The whole way as the worker goes it, and what the public sees of it."""

import io

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.certificates.jobs import JOBS
from app.certificates.models import Certificate, CertificateFile
from app.web import jobs
from app.web.db import db
from tests import factories
from tests.conftest import START
from tests.courses import factories as courses


def test_from_a_completed_course_to_a_verified_file(app: Flask, client: FlaskClient, time) -> None:
    courses.completed(courses.course("reading", exam=courses.exam()), factories.person("欧阳小明"), START)
    assert [jobs.run_once(app, job) for job in JOBS] == [1, 1]
    assert [jobs.run_once(app, job) for job in JOBS] == [0, 0]
    certificate = db.session.scalars(sa.select(Certificate)).one()
    issued = db.session.scalars(sa.select(CertificateFile.pdf)).one()
    assert "证书有效" in client.get(f"/verify/{certificate.code}").text

    def compared(data: bytes) -> str:
        return client.post("/verify", data={"file": (io.BytesIO(data), "证书.pdf")}).text

    assert "逐字节一致" in compared(issued)
    changed = bytearray(issued)
    changed[len(changed) // 2] ^= 1
    assert "不是本校发出的文件" in compared(bytes(changed))
