"""Pictures of questions: where they stand, and how they are served."""

import hashlib
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from markupsafe import Markup

from app.bank.illustrating import illustrated, unmentioned
from app.bank.models import Picture
from app.people.models import Person
from tests import factories

SignIn = Callable[[Person], FlaskClient]
DATA = b"\x89PNG\r\n\x1a\n" + b"x" * 100


def test_a_picture_is_for_those_who_are_signed_in_and_never_changes(app: Flask, sign_in: SignIn) -> None:
    name = hashlib.sha256(DATA).hexdigest()
    factories.save(
        Picture(sha256=name, mime="image/png", width=1, height=1, data=DATA, created_at=factories.CREATED)
    )
    client = sign_in(factories.person())
    answer = client.get(f"/pictures/{name}")
    assert (answer.status_code, answer.data, answer.mimetype) == (200, DATA, "image/png")
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get(f"/pictures/{name[:-1]}").status_code == 404
    assert app.test_client().get(f"/pictures/{name}").status_code == 302


def test_a_text_says_where_its_pictures_stand(app: Flask) -> None:
    with app.test_request_context():
        shown = illustrated("<b>〔图1〕〔图3〕〔图0〕", ["one", '"two'])
        assert shown == Markup('&lt;b&gt;<img class="picture" src="/pictures/one" alt="图1">〔图3〕〔图0〕')
        assert 'src="/pictures/&#34;two"' in illustrated("〔图2〕", ["one", '"two'])
        assert illustrated("〔图1〕", ()) == "〔图1〕"
    with app.test_request_context(environ_overrides={"SCRIPT_NAME": "/ganxun"}):
        assert 'src="/ganxun/pictures/one"' in illustrated("〔图1〕", ["one"])


def test_pictures_that_no_text_names_are_left() -> None:
    asked = {"stem": "看〔图2〕", "options": [{"key": "a", "text": "〔图9〕"}], "prompts": ["〔图4〕"]}
    assert unmentioned([*"abcd"], [asked, {"stem": "第二问〔图3〕", "options": []}]) == [1]
