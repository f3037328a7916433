import io
import zipfile
from collections.abc import Callable
from xml.etree import ElementTree

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.audit.models import AuditEvent
from app.bank import amending
from app.bank.models import Clause
from app.domain.access import Role
from app.web.db import db
from tests import factories
from tests.conftest import Clock
from tests.exams import build

TEXT = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"


def words(data: bytes) -> str:
    document = zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml")
    return "\n".join(one.text or "" for one in ElementTree.fromstring(document).iter(TEXT))


def test_the_frozen_paper_is_printed_with_or_without_its_key(
    app: Flask, time: Clock, sign_in: Callable[..., FlaskClient]
) -> None:
    exam = build.exam(time.now, single=2, blanks=1, minutes=45)
    admin = factories.person()
    factories.grant(admin, Role.ADMIN, admin.unit)
    client, url = sign_in(admin), f"/manage/exams/{exam.id}/paper.docx"
    plain, whole = client.post(url), client.post(url, data={"key": "1"})
    assert plain.mimetype.endswith("wordprocessingml.document")
    assert "考试时间：45 分钟" in words(plain.data)
    assert (
        words(plain.data).count("一、single（共 2 题，每题 2 分，共 4 分）") == 2
    )  # and on the answer sheet
    assert "解析" not in words(plain.data) and "条款" not in words(plain.data)
    assert words(whole.data).count("解析：") == 3
    clause = db.session.scalars(sa.select(Clause).order_by(Clause.id)).first()
    assert clause and "不再施行" not in words(whole.data)
    amending.amend(clause, "决定", time.now.date(), "", time.now, admin.id)
    db.session.commit()
    assert "据《决定》废止，" in words(client.post(url, data={"key": "1"}).data)
    acts = sa.select(AuditEvent.summary).where(AuditEvent.action == "paper.export").order_by(AuditEvent.id)
    assert list(db.session.scalars(acts)) == [
        "导出考试 测试考试 的 Word 试卷", "导出考试 测试考试 的 Word 试卷，含答案",
        "导出考试 测试考试 的 Word 试卷，含答案",
    ]  # fmt: skip


def test_who_only_watches_the_exam_gets_no_paper(
    app: Flask, time: Clock, sign_in: Callable[..., FlaskClient]
) -> None:
    exam = build.exam(time.now)
    watcher = factories.person()
    factories.grant(watcher, Role.INVIGILATOR, watcher.unit)
    assert sign_in(watcher).post(f"/manage/exams/{exam.id}/paper.docx").status_code == 403
