"""A database that does not answer: words, a status that says try again, and no second failure."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.domain.access import Role
from app.people.models import Person, Unit
from app.web.db import db
from tests import factories


@pytest.fixture
def admin(app: Flask, sign_in: Callable[[Person], FlaskClient]) -> FlaskClient:
    root = factories.unit()
    person = factories.person(unit=root)
    factories.grant(person, Role.ADMIN, root)
    client = sign_in(person)
    client.root = root.id  # type: ignore[attr-defined]
    return client


def _fails(*_: object) -> None:
    raise sa.exc.OperationalError("SELECT", {}, Exception("the server closed the connection"))


@pytest.mark.parametrize("path", ["/", "/sign-in", "/healthz", "/csrf"])
def test_a_lost_database_is_said_in_words(
    app: Flask, admin: FlaskClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(db.session.__class__, "execute", _fails)
    answer = admin.get(path)
    assert answer.status_code == 503 and answer.headers["Retry-After"] == "2"
    assert "系统正忙" in (answer.json["message"] if path == "/csrf" else answer.text)


def test_a_commit_that_fails_is_no_success(
    app: Flask, admin: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = {"name": "新单位", "code": "new", "kind": "office", "position": "0", "parent_id": admin.root}
    with monkeypatch.context() as patched:
        patched.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
        patched.setattr(db.session.__class__, "commit", _fails)
        assert admin.post("/manage/units/new", data=form).status_code == 503
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Unit)) == 1
    assert admin.post("/manage/units/new", data=form).status_code == 302
