import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.domain.access import Role
from app.people import jobs
from app.people.models import Person, SignInFailure, SignInSession
from app.web.db import db
from tests import factories


def post(client: FlaskClient, username: str, password: str, path: str = "/sign-in"):
    return client.post(path, data={"username": username, "password": password})


def test_anonymous_root_ends_at_the_sign_in_form(client: FlaskClient) -> None:
    page = client.get("/", follow_redirects=True)
    assert page.request.path == "/sign-in"
    assert 'name="username"' in page.text and 'name="password"' in page.text


def test_right_password_signs_in_and_leads_on(app: Flask, client: FlaskClient) -> None:
    factories.person(username="wang", password="correct horse battery")
    answer = post(client, " Wang ", "correct horse battery", "/sign-in?next=/courses/")
    assert answer.status_code == 302 and answer.location == "/courses/"
    assert client.get("/").status_code == 200


def test_wrong_password_and_unknown_account_are_alike(app: Flask, client: FlaskClient) -> None:
    factories.person(username="wang", password="correct horse battery")
    wrong = post(client, "wang", "nope")
    unknown = post(client, "nobody", "nope")
    assert wrong.status_code == unknown.status_code == 200
    tokens = re.compile(r'name="csrf_token" value="[^"]*"')  # they carry the second they were made in
    assert tokens.sub("", wrong.text).replace("wang", "") == tokens.sub("", unknown.text).replace(
        "nobody", ""
    )


def test_ten_failures_close_the_account_for_a_quarter_of_an_hour(
    app: Flask, client: FlaskClient, time
) -> None:
    factories.person(username="wang", password="correct horse battery")
    for _ in range(10):
        post(client, "wang", "nope")
    locked = post(client, "wang", "correct horse battery")
    assert locked.status_code == 429 and locked.headers["Retry-After"] == "900"
    assert "请 15 分钟后再试" in locked.text
    time.advance(minutes=16)
    assert post(client, "wang", "correct horse battery").status_code == 302


def test_who_gets_in_or_gets_a_new_password_leaves_no_failures(
    app: Flask, client: FlaskClient, sign_in: Callable[[Person], FlaskClient]
) -> None:
    root = factories.unit()
    wang = factories.person(username="wang", unit=root, password="correct horse battery")
    for _ in range(9):
        post(client, "wang", "nope")
    post(client, "other", "nope")
    assert post(client, "ｗａｎｇ", "correct horse battery").status_code == 302
    assert db.session.scalars(sa.select(SignInFailure.username)).all() == ["other"]
    locked_out = app.test_client()
    for _ in range(10):
        post(locked_out, "wang", "nope")
    admin = factories.person(unit=root)
    factories.grant(admin, Role.ADMIN, root)
    page = sign_in(admin).post(f"/manage/people/{wang.id}/password").text
    issued = re.search(r"<code>([^<]+)</code>", page)
    assert issued and post(locked_out, "wang", issued[1]).status_code == 302


def test_guesses_at_an_open_browser_are_counted(app: Flask, client: FlaskClient) -> None:
    factories.person(username="wang", password="correct horse battery")
    post(client, "wang", "correct horse battery")
    guess = {"current": "nope", "new": "my own long word", "again": "my own long word"}
    for _ in range(10):
        assert "现在的密码不对" in client.post("/password", data=guess).text
    right = guess | {"current": "correct horse battery"}
    assert client.post("/password", data=right).status_code == 429


def test_old_sign_ins_and_failures_are_forgotten(app: Flask, client: FlaskClient, time) -> None:
    factories.person(username="wang", password="correct horse battery")
    post(client, "wang", "nope")
    post(client, "wang", "correct horse battery")
    post(app.test_client(), "other", "nope")
    assert jobs.forget() == 0
    time.advance(minutes=16)
    assert jobs.forget() == 1 and client.get("/").status_code == 200
    time.advance(days=30)
    assert jobs.forget() == 1 and client.get("/").status_code == 302


def test_a_form_sent_after_signing_out_leads_home(app: Flask, client: FlaskClient) -> None:
    assert client.post("/exams/1/start").location == "/sign-in"
    assert client.get("/exams/1?x=1").location == "/sign-in?next=/exams/1?x%3D1"


def test_sign_out_revokes_the_session(app: Flask, client: FlaskClient) -> None:
    factories.person(username="wang", password="correct horse battery")
    post(client, "wang", "correct horse battery")
    answer = client.post("/sign-out")
    assert answer.headers["Clear-Site-Data"] == '"storage"'  # not cookies: the device stays known
    assert db.session.scalar(sa.select(SignInSession.revoked_at)) is not None
    assert client.get("/").status_code == 302


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "/\\evil.example", "https://evil.example", "\\\\evil", "/\t/evil", "javascript:1", ""],
)
def test_next_never_leaves_the_site(app: Flask, client: FlaskClient, target: str) -> None:
    factories.person(username="wang", password="correct horse battery")
    answer = client.post(
        "/sign-in",
        query_string={"next": target},
        data={"username": "wang", "password": "correct horse battery"},
    )
    assert answer.location == "/"


def test_a_deactivated_person_is_out_at_once(app: Flask, sign_in: Callable[[Person], FlaskClient]) -> None:
    person = factories.person()
    client = sign_in(person)
    assert client.get("/").status_code == 200
    person.active = False
    db.session.commit()
    assert client.get("/").status_code == 302
