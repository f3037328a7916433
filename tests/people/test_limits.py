"""A neighbour's guesses lock nobody out; one's own do."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.people import codes, limits
from app.people.models import Person
from app.web import clock
from app.web.db import db
from tests import factories

RIGHT = "correct horse battery"


def enter(client: FlaskClient, password: str, username: str = "wang", address: str = "10.0.0.1"):
    data = {"username": username, "password": password}
    return client.post("/sign-in", data=data, environ_base={"REMOTE_ADDR": address})


@pytest.fixture
def wang(app: Flask) -> Person:
    return factories.person(username="wang", password=RIGHT)


def guess(app: Flask, times: int, password: str = "nope", username: str = "wang") -> None:
    neighbour = app.test_client()
    for _ in range(times):
        enter(neighbour, password, username)


def test_a_neighbour_cannot_lock_a_device_that_signed_in_before(
    app: Flask, client: FlaskClient, wang
) -> None:
    assert enter(client, RIGHT).status_code == 302
    client.post("/sign-out")
    guess(app, 12)
    assert enter(app.test_client(), RIGHT).status_code == 429  # a browser that nobody knows waits
    assert enter(client, RIGHT).status_code == 302


def test_an_ongoing_session_is_never_touched(app: Flask, client: FlaskClient, wang) -> None:
    enter(client, RIGHT)
    guess(app, 12)
    assert client.get("/").status_code == 200


def test_a_known_device_has_a_limit_of_its_own(app: Flask, client: FlaskClient, wang) -> None:
    enter(client, RIGHT)
    client.post("/sign-out")
    for _ in range(10):
        assert enter(client, "nope").status_code == 200
    assert enter(client, RIGHT).status_code == 429
    assert enter(app.test_client(), RIGHT).status_code == 302


def test_a_device_is_known_for_those_who_signed_in_on_it(app: Flask, client: FlaskClient, wang) -> None:
    factories.person(username="li", password=RIGHT)
    enter(client, RIGHT)
    client.post("/sign-out")
    guess(app, 10, username="li")
    assert enter(client, RIGHT, "li").status_code == 429
    assert enter(client, RIGHT).status_code == 302
    client.post("/sign-out")
    guess(app, 10)
    limits.forget("li")
    db.session.commit()
    assert enter(client, RIGHT, "li").status_code == 302
    client.post("/sign-out")
    assert enter(client, RIGHT).status_code == 302  # both are known here now


def test_a_forged_device_cookie_is_no_device(app: Flask, client: FlaskClient, wang) -> None:
    client.set_cookie("ganxun-device", '["x",[1]].AAAA')
    guess(app, 10)
    assert enter(client, RIGHT).status_code == 429


def test_guesses_at_the_password_do_not_lock_out_a_first_access_code(app: Flask, client: FlaskClient) -> None:
    person = factories.person(username="wang")
    code = codes.issue([person.id], clock.now())[person.id]
    db.session.commit()
    guess(app, 12)
    guess(app, 12, password="AAAA-0000")
    assert enter(client, codes.shown(code)).location == "/sign-in/password"


def test_guesses_at_a_code_have_an_end(app: Flask, client: FlaskClient, monkeypatch) -> None:
    monkeypatch.setattr(limits, "PER_CODE", 3)
    person = factories.person(username="wang")
    code = codes.issue([person.id], clock.now())[person.id]
    db.session.commit()
    guess(app, 3, password="AAAA0000")
    assert enter(client, code).status_code == 429


def test_an_address_that_tries_many_accounts_waits(
    app: Flask, client: FlaskClient, wang, monkeypatch
) -> None:
    monkeypatch.setattr(limits, "PER_ADDRESS", 3)
    for n in range(3):
        guess(app, 1, username=f"u{n}")
    assert enter(client, RIGHT).status_code == 429
    assert enter(client, RIGHT, address="10.0.0.2").status_code == 302


def test_the_wait_ends_when_the_oldest_of_the_failures_is_old(app: Flask, client, wang, time) -> None:
    guess(app, 1)
    time.advance(minutes=5)
    guess(app, 9)
    assert enter(client, RIGHT).headers["Retry-After"] == "600"
    guess(app, 3)  # not heard, so not counted
    time.advance(minutes=10)
    assert enter(client, RIGHT).status_code == 302


def test_unknown_accounts_lock_like_real_ones(app: Flask, client: FlaskClient, wang) -> None:
    guess(app, 10)
    guess(app, 10, username="nobody")
    real, unreal = enter(client, "nope"), enter(app.test_client(), "nope", "nobody")
    assert real.status_code == unreal.status_code == 429
    assert sorted(real.headers.keys()) == sorted(unreal.headers.keys())


def test_the_device_cookie_is_out_of_reach_of_scripts_and_lives_a_year(app: Flask, client, wang) -> None:
    [cookie] = [
        c for c in enter(client, RIGHT).headers.getlist("Set-Cookie") if c.startswith("ganxun-device")
    ]
    for part in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=31536000"):
        assert part in cookie
    assert "device" not in "".join(enter(app.test_client(), "nope").headers.getlist("Set-Cookie"))


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("ABCD-EFGH", True),
        (" abcdefgh ", True),
        ("Ab12@Cd34#", False),
        ("ab-cd ef-gh", False),
        ("a b c d e f g h", False),
    ],
)
def test_what_may_be_a_password_counts_as_one(app: Flask, typed: str, code: bool) -> None:
    with app.test_request_context():
        assert (limits.guess("zhang", 1, typed).counter == limits.CODE) == code


def test_tries_of_a_code_elsewhere_are_not_used_up_here(app: Flask, client: FlaskClient, monkeypatch) -> None:
    monkeypatch.setattr(limits, "PER_CODE", 3)
    person = factories.person("张三", username="zhang")
    code = codes.issue([person.id], clock.now())[person.id]
    db.session.commit()
    for _ in range(4):
        client.post(
            "/sign-in",
            data={"username": "zhang", "password": "00000000"},
            environ_base={"REMOTE_ADDR": "10.0.0.9"},
        )
    assert enter(client, code, "zhang").location == "/sign-in/password"
