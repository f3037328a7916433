import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.people.models import Person, SignInSession
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
    assert post(client, "wang", "correct horse battery").status_code == 200
    time.advance(minutes=16)
    assert post(client, "wang", "correct horse battery").status_code == 302


def test_sign_out_revokes_the_session(app: Flask, client: FlaskClient) -> None:
    factories.person(username="wang", password="correct horse battery")
    post(client, "wang", "correct horse battery")
    client.post("/sign-out")
    assert db.session.scalar(sa.select(SignInSession.revoked_at)) is not None
    assert client.get("/").status_code == 302


def test_one_time_password_must_be_changed_first(app: Flask, client: FlaskClient) -> None:
    person = factories.person(username="wang", password="one-time-word", must_change_password=True)
    post(client, "wang", "one-time-word")
    assert client.get("/courses/").location == "/password"
    bad = {"current": "one-time-word", "new": "short", "again": "short"}
    assert "10 至 200" in client.post("/password", data=bad).text
    good = {"current": "one-time-word", "new": "my own long word", "again": "my own long word"}
    assert client.post("/password", data=good).status_code == 302
    db.session.expire_all()
    assert not db.session.get_one(Person, person.id).must_change_password
    assert client.get("/").status_code == 200


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
