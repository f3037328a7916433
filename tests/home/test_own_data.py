"""What is kept about me: seen, taken along, put right."""

import io
import json
from collections.abc import Callable
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook

from app.audit.models import AuditEvent
from app.domain.access import Role
from app.exams import attempts, service
from app.exams.epochs import Origin
from app.home import own_data
from app.people import correction_requests, facts, postings, promotions
from app.people.facts import PersonFacts
from app.people.models import CorrectionRequest, Person
from app.web.db import db
from tests import factories
from tests.certificates import factories as certificates
from tests.conftest import Clock, Queries
from tests.exams import build
from tests.people.school import acts

SignIn = Callable[[Person], FlaskClient]
ID_NUMBER, PHONE = "11010519491231002X", "13812345678"


@pytest.fixture
def me(app: Flask, time: Clock) -> Person:
    unit = factories.unit("青禾县委办公室")
    told = PersonFacts(
        name="罗晓梅", username="luo", unit_id=unit.id, post="副主任", rank="四级主任科员", political="01",
        id_number=ID_NUMBER, phone=PHONE, staff_no="g-17",
    )  # fmt: skip
    person = factories.save(Person(**facts.columns(told, time.now), created_at=time.now))
    postings.open_homes([(person, date(2024, 9, 1))])
    promotions.note([(person, date(2025, 3, 1))])
    db.session.commit()
    return person


def sit(person: Person, time: Clock) -> None:
    exam = build.exam(time.now)
    service.assign(exam, person=person)
    attempt, _made = attempts.start(exam, person.id, time.now)
    attempts.submit(attempt.id, person.id, Origin(""), None, [], time.now)
    db.session.commit()


def test_the_page_shows_what_is_kept_and_masks_numbers(me: Person, sign_in: SignIn, time: Clock) -> None:
    sit(me, time)
    certificate = certificates.certificate(me)
    page = sign_in(me).get("/me/data").text
    for words in ("副主任", "四级主任科员", "中共党员", "2024-09-01", "2025-03-01", "测试考试",
                  certificate.number, "110105**********2X", "138****5678", "g-17", "1949-12-31"):  # fmt: skip
        assert words in page, words
    assert ID_NUMBER not in page and PHONE not in page


def test_nobody_elses_data_is_on_it(me: Person, sign_in: SignIn, time: Clock) -> None:
    other = factories.person("别人名", me.unit, post="别人职务")
    sit(other, time)
    certificate = certificates.certificate(other)
    client = sign_in(me)
    for text in (client.get("/me/data").text, client.post("/me/data/export").text):
        assert "别人" not in text and "测试考试" not in text and certificate.number not in text


def test_the_download_holds_the_same_and_the_answers(me: Person, sign_in: SignIn, time: Clock) -> None:
    exam = build.exam(time.now)
    service.assign(exam, person=me)
    db.session.commit()
    client = sign_in(me)
    started = client.post(f"/exams/{exam.id}/attempts").json["attempt"]
    epoch = client.post(f"/attempts/{started}/takeover").json["epoch"]
    body = {"epoch": epoch, "responses": [{"slot": 1, "seq": 1, "value": "b"}]}
    client.post(f"/attempts/{started}/responses", json=body)
    assert json.loads(client.post("/me/data/export").data)["作答"] == [], "not while the exam is sat"
    assert client.post(f"/attempts/{started}/submit", json=body).status_code == 200
    answer = client.post("/me/data/export", data={"format": "json"})
    held = json.loads(answer.data)
    assert held["基本信息"]["身份证号"] == "110105**********2X" and held["任职经历"][0]["职务"] == "副主任"
    assert [row["作答"] for row in held["作答"]] == ["B"]
    assert ID_NUMBER not in answer.text and PHONE not in answer.text
    assert "attachment" in answer.headers["Content-Disposition"]
    sheet = client.post("/me/data/export", data={"format": "xlsx"})
    book = CalamineWorkbook.from_filelike(io.BytesIO(sheet.data))
    assert book.sheet_names[:3] == ["基本信息", "任职经历", "职级变动"] and "作答" in book.sheet_names
    assert ["姓名", "罗晓梅"] in book.get_sheet_by_index(0).to_python()


def test_the_page_asks_as_much_whatever_there_is(
    me: Person, sign_in: SignIn, time: Clock, queries: Queries
) -> None:
    client = sign_in(me)
    counts = []
    for more in (1, 2, 27):
        for _row in range(more):
            sit(me, time)
            certificates.certificate(me)
        queries.statements.clear()
        assert client.get("/me/data").status_code == 200
        counts.append(len(queries))
    assert counts == [21, 21, 21]


def test_a_correction_is_asked_once_and_answered_once(me: Person, sign_in: SignIn) -> None:
    client = sign_in(me)
    assert "请写明哪一项不对" in client.post("/me/data", data={"text": "  "}).text
    assert client.post("/me/data", data={"text": "职务应为主任\n2026年9月起"}).status_code == 302
    again = client.post("/me/data", data={"text": "又一条"}, follow_redirects=True).text
    assert "没有重复提交" in again and "又一条" not in again and "待答复" in again

    admin = factories.person("管理员", me.unit)
    factories.grant(admin, Role.ADMIN, me.unit)
    staff = sign_in(admin)
    assert "1</b>条更正申请待答复" in staff.get("/manage/").text
    assert "职务应为主任" in staff.get("/manage/corrections").text
    assert "请填写答复" in staff.post("/manage/corrections/1", data={"answer": ""}).text
    assert staff.post("/manage/corrections/1", data={"answer": "已更正"}).location == "/manage/corrections"
    assert staff.post("/manage/corrections/1", data={"answer": "再答"}).status_code == 409
    assert acts() == ["correction.answer"]
    page = client.get("/me/data").text
    assert "已更正" in page and "再答" not in page and "提交申请" in page
    assert "没有待答复的申请" in staff.get("/manage/corrections").text
    assert "罗晓梅" in staff.get("/manage/corrections?state=answered").text


def test_staff_answer_only_their_own_units_and_not_themselves(
    me: Person, app: Flask, sign_in: SignIn
) -> None:
    sign_in(me).post("/me/data", data={"text": "职务不对"})
    other = factories.unit("石桥镇")
    stranger = factories.person("外人", other)
    factories.grant(stranger, Role.ADMIN, other)
    client = sign_in(stranger)
    assert "罗晓梅" not in client.get("/manage/corrections").text
    for method in ("GET", "POST"):
        assert client.open("/manage/corrections/1", method=method, data={"answer": "改了"}).status_code == 404
    factories.grant(me, Role.ADMIN, me.unit)
    assert sign_in(me).post("/manage/corrections/1", data={"answer": "改了"}).status_code == 403
    assert own_data.sections(me.id, me.created_at)[-1].rows[0][2] == ""


def test_an_open_request_can_be_withdrawn(me: Person, sign_in: SignIn) -> None:
    client = sign_in(me)
    client.post("/me/data", data={"text": "职务不对"})
    assert ">撤回</button>" in client.get("/me/data").text
    admin = factories.person("管理员", me.unit)
    factories.grant(admin, Role.ADMIN, me.unit)
    assert "已撤回更正申请" in client.post("/me/data/withdraw", follow_redirects=True).text
    page = client.post("/me/data/withdraw", follow_redirects=True).text
    assert "没有等待答复的申请" in page and "职务不对" not in page and "提交申请" in page
    assert acts() == ["correction.withdraw"]
    assert sign_in(admin).post("/manage/corrections/1", data={"answer": "好"}).status_code == 404
    client.post("/me/data", data={"text": "又不对"})
    [gone] = correction_requests.of(me.id)
    with db.engine.begin() as elsewhere:
        elsewhere.execute(sa.delete(CorrectionRequest))
    with pytest.raises(correction_requests.Withdrawn):
        correction_requests.answer(gone, "好", "", me.created_at)
    db.session.rollback()
    client.post("/me/data", data={"text": "还不对"})
    [asked] = correction_requests.of(me.id)
    sign_in(admin).post(f"/manage/corrections/{asked.id}", data={"answer": "已更正"})
    assert ">撤回</button>" not in client.get("/me/data").text
    client.post("/me/data/withdraw")
    assert "已更正" in client.get("/me/data").text, "an answer stays"


def test_whole_numbers_are_kept_neither_in_a_request_nor_in_the_answer(me: Person, sign_in: SignIn) -> None:
    sign_in(me).post("/me/data", data={"text": f"应为{ID_NUMBER}，电话{PHONE}，2026年9月起"})
    admin = factories.person("管理员", me.unit)
    factories.grant(admin, Role.ADMIN, me.unit)
    staff = sign_in(admin)
    assert "应为110****2X，电话138****78，2026年9月起" in staff.get("/manage/corrections/1").text
    staff.post("/manage/corrections/1", data={"answer": f"已改为{ID_NUMBER}"})
    event = db.session.scalars(sa.select(AuditEvent)).one()
    assert event.after == '{"answer": "已改为110****2X"}'
    assert "已改为110****2X" in sign_in(me).get("/me/data").text


def test_the_page_says_whether_there_is_a_password(me: Person, time: Clock) -> None:
    assert dict(own_data.facts_of(me))["密码"] == "未设置"
    me.password_hash = "$argon2id$secret"
    assert dict(own_data.facts_of(me))["密码"] == "已设置，只存无法还原的校验值"
    me.password_set_at = time.now
    assert dict(own_data.facts_of(me))["密码"] == "已设置（2026-11-23 09:00），只存无法还原的校验值"
