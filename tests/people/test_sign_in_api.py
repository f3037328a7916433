"""The wire of the way in: 401 and 429 with words, and each step named."""

from flask import Flask
from flask.testing import FlaskClient

from app.people import codes, second_factor
from app.people.models import SignInFailure
from app.web import clock
from app.web.db import db
from tests import factories
from tests.people.totp import totp

RIGHT = {"username": "wang", "password": "correct horse battery"}


def test_a_password_is_enough_where_nothing_else_is_due(app: Flask, client: FlaskClient) -> None:
    factories.person(username="wang", password="correct horse battery")
    first = client.get("/sign-in.json").json
    assert first.keys() == {"csrf_token", "signed_in"} and not first["signed_in"]
    answer = client.post("/sign-in.json", json=RIGHT)
    assert (answer.status_code, answer.json["step"]) == (200, "done")
    assert client.get("/csrf").status_code == 200
    assert client.get("/sign-in.json").json["signed_in"]
    assert client.post("/sign-in.json", json={}).json["step"] == "done"


def test_wrong_guesses_are_401_counted_and_then_429(app: Flask, client: FlaskClient, time) -> None:
    factories.person(username="wang", password="correct horse battery")
    for n in range(1, 11):
        answer = client.post("/sign-in.json", json=RIGHT | {"password": "nope"})
        assert (answer.status_code, answer.json["reason"]) == (401, "sign_in")
        assert db.session.query(SignInFailure).count() == n
    answer = client.post("/sign-in.json", json=RIGHT)
    assert (answer.status_code, answer.json["reason"], answer.headers["Retry-After"]) == (
        429,
        "too_many",
        "900",
    )
    assert "15 分钟" in answer.json["message"]


def test_each_step_names_the_next(app: Flask, client: FlaskClient, time) -> None:
    wang = factories.person(username="wang")
    second_factor.offer(wang.id)
    secret = second_factor.offered(wang.id)
    second_factor.confirm(wang.id, totp(secret, -1), clock.now())
    code = codes.issue([wang.id], clock.now())[wang.id]
    db.session.commit()
    assert client.post("/sign-in.json", json={"code": "1"}).json["reason"] == "start_anew"
    assert client.post("/sign-in.json", json={"username": "wang", "password": code}).json["step"] == "code"
    assert client.post("/sign-in.json", json={"new_password": "otter plum kite"}).status_code == 409
    assert client.post("/sign-in.json", json={"code": "000000"}).status_code == 401
    answer = client.post("/sign-in.json", json={"code": totp(secret)}).json
    assert answer["step"] == "password" and "10 个字符" in answer["advice"]
    weak = client.post("/sign-in.json", json={"new_password": "wangwangwang"})
    assert (weak.status_code, weak.json["reason"]) == (400, "password")
    assert client.post("/sign-in.json", json={"new_password": "otter plum kite"}).json["step"] == "done"
    assert client.get("/csrf").status_code == 200


def test_other_forms_are_malformed(app: Flask, client: FlaskClient) -> None:
    for body in ([], "x", {"username": 1}, {"password": "x" * 501}, {"code": None}):
        assert client.post("/sign-in.json", json=body).status_code == 400
    for raw in (r'{"username": "\ud800"}', r'{"username": "wang", "password": "\u0000"}', "[" * 200_000):
        answer = client.post("/sign-in.json", data=raw, content_type="application/json")
        assert (answer.status_code, answer.json["reason"]) == (400, "malformed"), raw[:40]
    assert client.post("/sign-in.json", json={}).status_code == 401
