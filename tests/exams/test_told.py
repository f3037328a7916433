"""Announcements, and notices about corrected scores."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.audit.models import AuditEvent
from app.domain.access import Role
from app.domain.regrading import Remedy
from app.exams.result_models import Announcement
from app.people.models import Person
from app.web.db import db
from tests import factories
from tests.conftest import Clock, Queries
from tests.exams.conftest import Candidate
from tests.exams.test_regrading import answered, regraded

Sitting = Callable[..., Candidate]
SignIn = Callable[[Person], FlaskClient]


@pytest.fixture
def admin(app: Flask, sign_in: SignIn) -> FlaskClient:
    person = factories.person("管理员")
    factories.grant(person, Role.ADMIN, person.unit)
    return sign_in(person)


def test_who_is_affected_is_told_from_what_to_what_and_why(sitting: Sitting, time: Clock) -> None:
    me = answered(sitting(single=5), "a", "b", "b", "a", "a")
    same = answered(sitting(exam=me.exam), "b", "b", "b", "b", "b")
    assert "更正为" not in me.client.get("/").text
    regraded(me.exam, 1, Remedy.ACCEPT, ["a"], time)
    text = "您在《测试考试》的成绩由 4 分更正为 6 分，原因：原答案有误。"
    result = f"/attempts/{me.attempt}/result"
    assert text in me.client.get("/").text and text in me.client.get(result).text
    assert "更正为" not in same.client.get("/").text
    assert "另有答案也对：" in me.client.get(result).text
    regraded(me.exam, 4, Remedy.VOID, None, time)
    page = me.client.get(result).text
    assert "由 6 分（满分 10 分）更正为 6 分（满分 8 分）" in page and "本题已作废" in page
    assert "由 10 分（满分 10 分）更正为 8 分（满分 8 分）" in same.client.get("/").text
    time.advance(days=14, seconds=1)
    assert "更正为" not in me.client.get("/").text


def test_a_notice_waits_for_the_score(sitting: Sitting, time: Clock) -> None:
    me = answered(sitting(single=2, release="by_hand"), "a", "b")
    regraded(me.exam, 1, Remedy.ALL, None, time)
    assert "更正为" not in me.client.get("/").text
    assert "更正为" not in me.client.get(f"/attempts/{me.attempt}/result").text
    me.exam.released_at = time.now
    db.session.commit()
    assert "更正为" in me.client.get("/").text


def test_a_corrected_key_is_shown_as_the_right_one(sitting: Sitting, time: Clock) -> None:
    me = answered(sitting(judge=1), False)
    regraded(me.exam, 1, Remedy.KEY, False, time)
    page = me.client.get(f"/attempts/{me.attempt}/result").text
    assert "答案已经更正" in page and "✓ 答对" in page
    assert page.count("<dd>错误</dd>") == 2 and "<dd>正确</dd>" not in page


def test_an_announcement_is_written_previewed_published_and_taken_back(
    admin: FlaskClient, sitting: Sitting
) -> None:
    me, other = sitting(started=False), sitting(started=False)
    new = "/manage/exams/announcements/new"
    words = {"title": "成绩公布安排", "text": "## 时间\n\n周五公布。<script>x</script>", "exam_id": "0"}
    page = admin.post(new, data=words | {"preview": "1"}).text
    assert "<h2>时间</h2>" in page and "<script>x" not in page
    assert db.session.scalar(sa.select(sa.func.count(Announcement.id))) == 0
    assert "请填写标题" in admin.post(new, data=words | {"title": ""}).text
    path = admin.post(new, data=words | {"exam_id": str(me.exam.id)}).location
    one = db.session.scalars(sa.select(Announcement)).one()
    read = f"/announcements/{one.id}"
    assert me.client.get(read).status_code == 404
    admin.post(f"{path}/publish")
    admin.post(f"{path}/publish")
    assert "周五公布" in me.client.get(read).text and "成绩公布安排" in me.client.get("/").text
    assert other.client.get(read).status_code == 404 and "成绩公布安排" not in other.client.get("/").text
    assert "成绩公布安排" not in other.client.get("/announcements").text
    admin.post(path, data=words | {"title": "改过的标题"})
    assert "改过的标题" in other.client.get("/announcements").text
    admin.post(f"{path}/withdraw")
    assert me.client.get(read).status_code == 404
    assert db.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)).all() == [
        "announcement.create", "announcement.publish", "announcement.update", "announcement.unpublish",
    ]  # fmt: skip


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_statements_do_not_grow(
    admin: FlaskClient, sitting: Sitting, queries: Queries, time: Clock, rows: int
) -> None:
    me = sitting(started=False)
    for n in range(rows):
        factories.save(
            Announcement(
                title=f"公告{n}", text="正文", exam_id=me.exam.id, written_at=time.now,
                written_by=me.person.id, published_at=time.now,
            )
        )  # fmt: skip
    counted = []
    for client, path in ((me.client, "/announcements"), (admin, "/manage/exams/announcements")):
        queries.statements.clear()
        assert client.get(path).status_code == 200
        counted.append(len(queries))
    assert counted == [4, 4]
