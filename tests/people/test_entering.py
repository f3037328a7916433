"""The steps of the way in: between them nothing else can be done, and what was shown must still hold."""

from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.domain.access import Role
from app.domain.policy import ASVS, DJBH
from app.people import codes, sign_in
from app.people.models import AccessCode, Person, SignInFailure, SignInSession
from app.web import clock
from app.web.db import db
from tests import factories
from tests.people.school import acts

NEW = {"new": "otter plum kite", "again": "otter plum kite"}


def post(client: FlaskClient, username: str, password: str, path: str = "/sign-in"):
    return client.post(path, data={"username": username, "password": password})


def code_for(person: Person) -> str:
    code = codes.issue([person.id], clock.now())[person.id]
    db.session.commit()
    return code


def sessions() -> int:
    open_ones = sa.select(sa.func.count()).where(SignInSession.revoked_at.is_(None))
    return db.session.scalar(open_ones)


def test_a_first_access_code_leads_to_a_password_and_nowhere_else(app: Flask, client: FlaskClient) -> None:
    wang = factories.person(username="wang")
    code = code_for(wang)
    answer = post(client, "wang", code.lower(), "/sign-in?next=/courses/")
    assert answer.location == "/sign-in/password?next=/courses/"
    assert sessions() == 0 and client.get("/").location == "/sign-in?next=/"
    assert client.get("/csrf").status_code == 401
    assert "首次登录码只用一次" in client.get("/sign-in/password").text
    done = client.post("/sign-in/password?next=/courses/", data=NEW)
    assert done.location == "/courses/" and client.get("/").status_code == 200
    assert db.session.get(AccessCode, wang.id) is None and wang.password_set_at is not None
    assert post(app.test_client(), "wang", code).status_code == 200
    assert post(app.test_client(), "wang", "otter plum kite").location == "/"
    assert acts() == ["password.change"]


def test_a_chosen_password_ends_other_sign_ins(app: Flask, client: FlaskClient, sign_in) -> None:
    wang = factories.person(username="wang")
    elsewhere = sign_in(wang)
    assert post(client, "wang", code_for(wang)).location == "/sign-in/password"
    assert elsewhere.get("/").status_code == 200  # a code alone ends nothing
    client.post("/sign-in/password", data=NEW)
    assert elsewhere.get("/").status_code == 302 and client.get("/").status_code == 200


def test_a_reprint_or_a_spent_code_ends_the_step(app: Flask, client: FlaskClient, time) -> None:
    wang = factories.person(username="wang")
    post(client, "wang", code_for(wang))
    code_for(wang)
    assert client.post("/sign-in/password", data=NEW).location == "/sign-in"
    assert wang.password_hash is None
    post(client, "wang", code_for(wang))
    time.advance(minutes=31)
    assert client.post("/sign-in/password", data=NEW).location == "/sign-in"
    assert "请从头登录" in client.get("/sign-in").text


def test_nobody_reaches_a_step_without_the_one_before(app: Flask, client: FlaskClient) -> None:
    for path in ("/sign-in/code", "/sign-in/password"):
        assert client.get(path).location == client.post(path, data=NEW).location == "/sign-in"


def test_the_last_step_sent_twice_leads_on_without_a_word(app: Flask, client: FlaskClient) -> None:
    wang = factories.person(username="wang")
    post(client, "wang", code_for(wang))
    client.post("/sign-in/password", data=NEW)
    assert client.post("/sign-in/password?next=/me", data=NEW).location == "/me"
    assert "请从头登录" not in client.get("/me").text


def test_a_password_that_may_not_be_chosen_is_refused_at_the_door(
    app: Flask, client: FlaskClient, time, monkeypatch
) -> None:
    monkeypatch.setitem(app.config, "POLICY", replace(ASVS, password_age=timedelta(days=90)))
    wang = factories.person(username="wang", password="one-time-word")  # set nobody knows when
    assert post(client, "wang", "one-time-word").location == "/sign-in/password"
    same = {"new": "one-time-word", "again": "one-time-word"}
    assert "不能与现在的密码相同" in client.post("/sign-in/password", data=same).text
    assert "10 至 200" in client.post("/sign-in/password", data={"new": "short", "again": "short"}).text
    assert "不一样" in client.post("/sign-in/password", data=NEW | {"again": "other"}).text
    assert client.post("/sign-in/password", data=NEW).location == "/"
    assert db.session.get_one(Person, wang.id).password_set_at == time.now


def test_an_expired_password_is_changed_at_the_door_and_interrupts_nothing(
    app: Flask, client: FlaskClient, time, monkeypatch
) -> None:
    monkeypatch.setitem(app.config, "POLICY", DJBH)
    factories.person(username="wang", password="Correct4horse", password_set_at=time.now)
    time.advance(days=89, hours=23)
    assert post(client, "wang", "Correct4horse").location == "/"
    time.advance(hours=1, minutes=1)
    client.get("/csrf")
    assert sign_in.load(db.session.scalar(sa.select(SignInSession.id))) is not None
    fresh = app.test_client()
    assert post(fresh, "wang", "Correct4horse").location == "/sign-in/password"
    assert "已到更换期限" in fresh.get("/sign-in/password").text
    assert "至少要有 3 种" in fresh.post("/sign-in/password", data=NEW).text
    chosen = {"new": "Otter3plum kite", "again": "Otter3plum kite"}
    assert fresh.post("/sign-in/password", data=chosen).location == "/"


def test_staff_sign_ins_are_recorded_and_those_of_learners_are_not(app: Flask, client: FlaskClient) -> None:
    root = factories.unit()
    factories.person(username="wang", unit=root, password="correct horse battery")
    staff = factories.person(username="lin", unit=root, password="correct horse battery")
    factories.grant(staff, Role.GRADER, root)
    post(client, "wang", "correct horse battery")
    client.post("/sign-out")
    assert acts() == []
    post(client, "lin", "correct horse battery")
    client.post("/sign-out")
    assert acts() == ["session.start", "session.end"]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SignInFailure)) == 0
