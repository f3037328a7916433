from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.people.models import Person
from tests import factories


@pytest.fixture
def guarded(app: Flask) -> Iterator[Flask]:
    app.config["WTF_CSRF_ENABLED"] = True
    yield app
    app.config["WTF_CSRF_ENABLED"] = False


def test_the_wire_wants_the_token_of_this_session(
    guarded: Flask, sign_in: Callable[[Person], FlaskClient]
) -> None:
    mine, other = sign_in(factories.person()), sign_in(factories.person())
    token, foreign = (c.get("/csrf").json["csrf_token"] for c in (mine, other))
    for header in ({}, {"X-CSRFToken": foreign}, {"X-CSRFToken": token[:-2]}, {"X-CSRFToken": ""}):
        refused = mine.post("/exams/1/attempts", headers=header)
        assert refused.status_code == 403 and refused.json["reason"] == "csrf"
    assert mine.post("/exams/1/attempts", headers={"X-CSRFToken": token}).status_code == 404


def test_a_form_without_the_token_changes_nothing(
    guarded: Flask, sign_in: Callable[[Person], FlaskClient]
) -> None:
    client = sign_in(factories.person())
    assert client.post("/sign-out").status_code == 403
    assert client.get("/").status_code == 200
