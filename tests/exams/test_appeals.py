"""成绩复核: asked in time, once about each question, answered by somebody else."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.audit.models import AuditEvent
from app.domain.access import Role
from app.exams.result_models import Appeal
from app.people.models import Person
from app.web.db import db
from tests import factories
from tests.conftest import Clock, Queries
from tests.exams.conftest import Candidate
from tests.exams.graders import Marker

Sitting = Callable[..., Candidate]
SignIn = Callable[[Person], FlaskClient]


@pytest.fixture
def admin(app: Flask, sign_in: SignIn) -> FlaskClient:
    person = factories.person("管理员")
    factories.grant(person, Role.ADMIN, person.unit)
    return sign_in(person)


def handed_in(sitting: Sitting, **more: object) -> Candidate:
    me = sitting(single=2, **more)
    assert me.submit((1, 1, "b"), (2, 1, "a")).status_code == 200
    return me


def ask(me: Candidate, slot: int = 2, text: str = "第二题 A 也对") -> str:
    path = f"/attempts/{me.attempt}/appeal"
    return str(me.client.post(path, data={"slot": slot, "text": text}, follow_redirects=True).text)


def test_asked_seen_answered_and_read(sitting: Sitting, admin: FlaskClient) -> None:
    me = handed_in(sitting)
    result = f"/attempts/{me.attempt}/result"
    assert "申请复核" in me.client.get(result).text
    assert "等待答复" in ask(me) and "第二题 A 也对" in me.client.get(result).text
    assert "条成绩复核申请待答复" in admin.get("/manage/").text
    asked = db.session.scalars(sa.select(Appeal)).one()
    assert "第二题 A 也对" in admin.get("/manage/exams/appeals").text
    path = f"/manage/exams/appeals/{asked.id}"
    page = admin.get(path).text
    assert "您的选择" in page and "条款原文" in page and "/forms/1/slots/2/regrade" in page
    assert "请选择结论" in admin.post(path, data={"upheld": "", "answer": "好"}).text
    assert admin.post(path, data={"upheld": "no", "answer": "A 与原文不符。"}).status_code == 302
    assert "没有重复保存" in admin.post(path, data={"upheld": "yes", "answer": "再答"}).text
    page = me.client.get(result).text
    assert "维持原成绩" in page and "A 与原文不符。" in page
    assert "A 与原文不符。" in me.client.get("/me/data").text
    assert "A 与原文不符。" not in admin.get("/manage/exams/appeals").text
    assert "第二题 A 也对" in admin.get("/manage/exams/appeals?state=answered").text
    assert db.session.scalars(sa.select(AuditEvent.action)).all() == ["appeal.answer"]


def test_once_about_each_question_and_without_numbers(sitting: Sitting) -> None:
    me = handed_in(sitting)
    ask(me)
    path = f"/attempts/{me.attempt}/appeal"
    page = me.client.post(path, data={"slot": "2", "text": "再问一次"}).text
    assert "有内容需要更正" in page
    ask(me, 0, "我的身份证号 110101199003078515，请核对总分")
    kept = db.session.scalars(sa.select(Appeal.text).order_by(Appeal.id)).all()
    assert len(kept) == 2 and "110101199003078515" not in kept[1]
    assert "有内容需要更正" in me.client.post(path, data={"slot": "9", "text": "没有的题"}).text


def test_only_while_the_days_run(sitting: Sitting, time: Clock) -> None:
    me = handed_in(sitting, release="by_hand")
    assert "现在不能申请复核" in ask(me) and db.session.scalar(sa.select(sa.func.count(Appeal.id))) == 0
    me.exam.released_at, me.exam.appeal_days = time.now, 3
    db.session.commit()
    assert "2026-11-26 09:00 以前" in me.client.get(f"/attempts/{me.attempt}/result").text
    time.advance(days=3)
    assert "等待答复" in ask(me, 1)
    time.advance(microseconds=1)
    assert "现在不能申请复核" in ask(me, 2)
    assert "申请复核" not in me.client.get(f"/attempts/{me.attempt}/result").text.replace("成绩复核", "")


def test_nobody_answers_their_own_or_asks_for_another(sitting: Sitting, sign_in: SignIn) -> None:
    me, other = handed_in(sitting), handed_in(sitting)
    factories.grant(me.person, Role.ADMIN, me.person.unit)
    ask(me)
    asked = db.session.scalars(sa.select(Appeal)).one()
    page = me.client.post(f"/manage/exams/appeals/{asked.id}", data={"upheld": "yes", "answer": "好"}).text
    assert "请由其他管理员答复" in page
    db.session.refresh(asked)
    assert asked.answered_at is None
    assert other.client.get(f"/attempts/{me.attempt}/appeal").status_code == 404


def test_a_written_answer_can_be_sent_back_to_the_graders(
    written: Callable[..., list[Candidate]], marker: Callable[..., Marker], sign_in: SignIn
) -> None:
    (me,) = written(1)
    person = factories.person()
    factories.grant(person, Role.ADMIN, me.person.unit)
    admin = sign_in(person)
    assert "现在不能申请复核" in ask(me)  # not marked yet
    grader = marker(me.exam)
    grader.next()
    grader.give("0", "1")
    ask(me)
    asked = db.session.scalars(sa.select(Appeal)).one()
    page = admin.get(f"/manage/exams/appeals/{asked.id}").text
    marks = f"/manage/exams/attempts/{me.attempt}/marks"
    assert f"{marks}#slot-2" in page and 'id="slot-2"' in admin.get(marks).text
    replay = f"/manage/exams/attempts/{me.attempt}/replay"
    assert replay in page and admin.get(replay).status_code == 200
    assert "给分有误" in page and "/slots/2/regrade" in page


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_statements_do_not_grow(
    sitting: Sitting, admin: FlaskClient, queries: Queries, time: Clock, rows: int
) -> None:
    me = handed_in(sitting)
    for slot in range(rows):
        factories.save(Appeal(attempt_id=me.attempt, slot=slot, text="请核对", at=time.now))
    queries.statements.clear()
    assert admin.get("/manage/exams/appeals").status_code == 200
    assert len(queries) == 5
