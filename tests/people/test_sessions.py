"""Where one is signed in; ending it acts at once, also on the save path."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.domain.access import Role
from app.domain.policy import DJBH
from app.exams import attempts, service
from app.people.agents import device_words
from app.people.models import SignInSession
from app.web import clock
from app.web.db import db
from tests import factories
from tests.exams import build
from tests.people.school import acts, county

RIGHT = "correct horse battery"
PHONE = "Mozilla/5.0 (Linux; Android 12) AppleWebKit/537.36 Chrome/86.0 Mobile MicroMessenger/8.0.2"
OFFICE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120 Safari/537.36 Edg/120"


def enter(app: Flask, agent: str) -> FlaskClient:
    client = app.test_client()
    data = {"username": "wang", "password": RIGHT}
    assert client.post("/sign-in", data=data, headers={"User-Agent": agent}).status_code == 302
    return client


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (PHONE, "安卓手机 · 微信"),
        (OFFICE, "Windows 电脑 · Edge"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) Version/17.0 Safari/604.1", "iPhone · Safari"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Firefox/120.0", "Linux 电脑 · Firefox"),
        ("", "未知设备"),
        ("<script>alert(1)</script>", "未知设备"),
    ],
)
def test_devices_in_words(app: Flask, agent: str, words: str) -> None:
    assert device_words(agent) == words


def test_the_list_shows_where_and_ends_one(app: Flask) -> None:
    factories.person(username="wang", password=RIGHT)
    phone, office = enter(app, PHONE), enter(app, OFFICE)
    page = office.get("/me/sessions").text
    assert page.index("Windows 电脑 · Edge") < page.index("本机") < page.index("安卓手机 · 微信")
    assert "127.0.0.1" in page
    for row in db.session.scalars(sa.select(SignInSession)):
        assert row.id not in page
    [url] = re.findall(r'action="(/me/sessions/[0-9a-f]+/revoke)"', page)
    assert office.post(url).location == "/me/sessions"
    assert phone.get("/").status_code == 302 and office.get("/").status_code == 200
    assert office.post(url).status_code == 404
    assert acts() == ["session.revoke"]


def test_nobody_ends_anothers_session(app: Flask, sign_in) -> None:
    factories.person(username="wang", password=RIGHT)
    wang = enter(app, PHONE)
    enter(app, OFFICE)
    [url] = re.findall(r'action="(/me/sessions/[0-9a-f]+/revoke)"', wang.get("/me/sessions").text)
    assert sign_in(factories.person()).post(url).status_code == 404


def test_all_others_end_at_once(app: Flask) -> None:
    factories.person(username="wang", password=RIGHT)
    phone, office, third = (enter(app, agent) for agent in (PHONE, OFFICE, PHONE))
    office.post("/me/sessions/revoke-others")
    assert [client.get("/").status_code for client in (phone, office, third)] == [302, 200, 302]
    assert "只有本机登录着" in office.get("/me/sessions").text


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_the_list_asks_as_often_for_many(app: Flask, sign_in, queries, rows: int) -> None:
    wang = factories.person()
    for _ in range(rows - 1):
        factories.session_for(wang)
    client = sign_in(wang)
    queries.statements.clear()
    client.get("/me/sessions")
    assert len(queries) == 3  # who is calling, the sessions, the school


def test_a_session_has_a_longest_life(app: Flask, time) -> None:
    factories.person(username="wang", password=RIGHT)
    client = enter(app, PHONE)
    time.advance(days=29, hours=23)
    assert client.get("/").status_code == 200
    time.advance(hours=1)
    assert client.get("/").status_code == 302


def test_a_new_password_begins_a_new_session_and_ends_the_others(app: Flask) -> None:
    factories.person(username="wang", password=RIGHT)
    here, elsewhere = enter(app, PHONE), enter(app, OFFICE)
    with here.session_transaction() as cookie:
        before = cookie["_user_id"]
    new = {"current": RIGHT, "new": "otter plum kite", "again": "otter plum kite"}
    assert here.post("/password", data=new).location == "/me"
    with here.session_transaction() as cookie:
        assert cookie["_user_id"] != before
    assert here.get("/").status_code == 200 and elsewhere.get("/").status_code == 302
    assert db.session.get_one(SignInSession, before).revoked_at is not None
    assert acts() == ["password.change"]


def test_an_admin_signs_someone_out_everywhere(app: Flask, sign_in) -> None:
    c = county()
    zhao = factories.person("赵云", c.branch)
    boss = factories.person("县里", c.root)
    theirs, admin = sign_in(zhao), sign_in(c.town_admin)
    assert admin.post(f"/manage/people/{boss.id}/sign-out").status_code == 404
    assert admin.post(f"/manage/people/{zhao.id}/sign-out").status_code == 302
    assert theirs.get("/").status_code == 302 and admin.get("/").status_code == 200
    assert admin.post(f"/manage/people/{c.town_admin.id}/sign-out").status_code == 409
    assert acts() == ["session.revoke"]


def sitting(app: Flask, sign_in) -> tuple[FlaskClient, int, int]:
    """(client, attempt, epoch) of someone in the middle of an exam."""
    who = factories.person(password=RIGHT, username="wang")
    exam = build.exam(clock.now())
    service.assign(exam, person=who)
    attempt, _made = attempts.start(exam, who.id, clock.now())
    db.session.commit()
    client = sign_in(who)
    return client, attempt.id, client.post(f"/attempts/{attempt.id}/takeover").json["epoch"]


def save(client: FlaskClient, attempt: int, epoch: int, seq: int) -> int:
    body = {"epoch": epoch, "responses": [{"slot": 1, "seq": seq, "value": "a"}]}
    return client.post(f"/attempts/{attempt}/responses", json=body).status_code


def test_the_save_path_refuses_an_ended_session_at_once(app: Flask, sign_in) -> None:
    client, attempt, epoch = sitting(app, sign_in)
    assert save(client, attempt, epoch, 1) == 200
    enter(app, OFFICE).post("/me/sessions/revoke-others")
    assert save(client, attempt, epoch, 2) == 401


def test_idle_signs_out_and_a_running_exam_goes_on(app: Flask, sign_in, time, monkeypatch) -> None:
    monkeypatch.setitem(app.config, "POLICY", DJBH)
    client, attempt, epoch = sitting(app, sign_in)
    old = client.get_cookie("ganxun").value
    time.advance(minutes=31)
    assert save(client, attempt, epoch, 1) == 200
    assert client.get(f"/sit/{attempt}").status_code == 200
    assert client.get("/").location == "/sign-in?next=/"  # what the exam allowed brings nothing back
    assert client.get("/csrf").status_code == 401
    client.set_cookie("ganxun", old)
    assert client.get("/").status_code == 302  # an old cookie is as old as it was


def test_a_sign_of_life_within_the_time_keeps_one_signed_in(app: Flask, sign_in, time, monkeypatch) -> None:
    monkeypatch.setitem(app.config, "POLICY", DJBH)
    client = sign_in(factories.person())
    for _ in range(3):
        assert client.get("/").status_code == 200
        time.advance(minutes=29)
    time.advance(minutes=2)
    assert client.get("/").status_code == 302


def test_work_in_an_exam_is_no_idleness(app: Flask, sign_in, time, monkeypatch, queries) -> None:
    monkeypatch.setitem(app.config, "POLICY", DJBH)
    client, attempt, epoch = sitting(app, sign_in)
    for seq in range(1, 5):
        time.advance(minutes=10)
        queries.statements.clear()
        assert save(client, attempt, epoch, seq) == 200
        assert [s.split()[0] for s in queries.statements if "sign_in" in s and "INSERT" not in s] == []
    assert client.get("/").status_code == 200


def test_activity_is_noted_once_a_minute_in_the_cookie_alone(app: Flask, sign_in, time, monkeypatch) -> None:
    monkeypatch.setitem(app.config, "POLICY", DJBH)
    client = sign_in(factories.person())
    assert "Set-Cookie" in client.get("/certificates").headers
    time.advance(seconds=59)
    assert "Set-Cookie" not in client.get("/certificates").headers
    time.advance(seconds=1)
    assert "Set-Cookie" in client.get("/certificates").headers


def test_held_apart_an_officers_sign_in_is_the_security_officers(app: Flask, sign_in, monkeypatch) -> None:
    monkeypatch.setitem(app.config, "SEPARATE_ADMINS", True)
    c = county()
    security, audit = factories.person("曹鹏", c.root), factories.person("周瑜", c.root, password="mine")
    factories.grant(security, Role.SECURITY, c.root)
    factories.grant(audit, Role.AUDITOR, c.root)
    admin, officer, page = sign_in(c.admin), sign_in(security), f"/manage/people/{audit.id}"
    for act in ("password", "sign-out", "second-factor/remove"):
        refused = admin.post(f"{page}/{act}")
        assert refused.status_code == 403 and "由安全管理员重置" in refused.text
    assert acts() == [] and "生成首次登录码" not in admin.get(page).text
    assert "生成首次登录码" in officer.get(page).text and "停用账号" not in officer.get(page).text
    assert officer.post(f"{page}/password").status_code == 200
    assert audit.password_hash is None and acts() == ["person.reset"]
    learner = factories.person("赵云", c.town)
    assert admin.post(f"/manage/people/{learner.id}/password").status_code == 200
