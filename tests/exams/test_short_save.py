"""The short way may only accept, and only what the view would accept; nobody can tell the two apart."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.domain.policy import DJBH
from app.exams import short_save
from app.exams.short_save import ShortSave
from app.people.models import Person
from tests import factories
from tests.conftest import Clock
from tests.exams.conftest import Candidate

Sitting = Callable[..., Candidate]


@pytest.fixture
def no_view(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever reaches the view fails."""

    def missing(**_: Any) -> Any:
        raise AssertionError("this save came to the view")

    monkeypatch.setitem(app.view_functions, "exams_api.save", _as_declared(app, missing))


def _as_declared(app: Flask, view: Any) -> Any:
    view.__dict__.update(app.view_functions["exams_api.save"].__dict__)
    return view


def test_a_good_save_never_reaches_the_view(sitting: Sitting, no_view: None) -> None:
    me = sitting()
    assert me.save((1, 1, "b"), (4, 2, None)).json["acked"] == {"1": 1, "4": 2}
    assert me.save((1, 1, "b")).status_code == 200  # a replay, too
    assert me.journal() == [(1, 1, 1, '"b"'), (4, 1, 2, "null")]


def test_both_ways_answer_alike(app: Flask, sitting: Sitting, monkeypatch: pytest.MonkeyPatch) -> None:
    me = sitting()
    short = me.save((1, 1, "b"))
    monkeypatch.setattr(ShortSave, "_save", lambda *_: None)
    long = me.save((1, 1, "b"))
    assert short.json == long.json and short.status == long.status
    assert _headers(short) == _headers(long)


def _headers(answer: Any) -> dict[str, str]:
    """Without the two that tell how the body was spelt: the short way compresses nothing."""
    told = dict(answer.headers) | {"Vary": answer.headers["Vary"].removeprefix("Accept-Encoding, ")}
    return {name: value for name, value in told.items() if name != "Content-Length"}


def test_the_token_is_asked_for(
    app: Flask, sitting: Sitting, no_view: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = sitting()
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    token = me.client.get("/csrf").json["csrf_token"]
    body = {"epoch": me.epoch, "responses": [{"slot": 1, "seq": 1, "value": "b"}]}
    path = f"/attempts/{me.attempt}/responses"
    assert me.client.post(path, json=body, headers={"X-CSRFToken": token}).status_code == 200
    # The refusals come from Flask, before the view.
    for wrong in (None, "", token[:-1], token + "x"):
        headers = {} if wrong is None else {"X-CSRFToken": wrong}
        answer = me.client.post(path, json=body, headers=headers)
        assert (answer.status_code, answer.json["reason"]) == (403, "csrf"), wrong


def test_a_token_of_another_session_is_refused(
    app: Flask, sitting: Sitting, monkeypatch: pytest.MonkeyPatch
) -> None:
    me, other = sitting(), sitting()
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    me.client.get("/csrf")
    theirs = other.client.get("/csrf").json["csrf_token"]
    body = {"epoch": me.epoch, "responses": [{"slot": 1, "seq": 1, "value": "b"}]}
    answer = me.client.post(f"/attempts/{me.attempt}/responses", json=body, headers={"X-CSRFToken": theirs})
    assert answer.status_code == 403 and me.journal() == []


def test_a_forged_cookie_saves_nothing(app: Flask, sitting: Sitting) -> None:
    me = sitting()
    good = me.client.get_cookie("ganxun").value
    for forged in (good[:-2] + "AA", good.replace(".", "", 1), "", "x.y.z"):
        me.client.set_cookie("ganxun", forged)
        assert me.save((1, 1, "b")).status_code == 401
    assert me.journal() == []


def test_a_cookie_as_old_as_no_session_lasts_saves_nothing(app: Flask, sitting: Sitting, time: Clock) -> None:
    me = sitting()
    signer = app.session_interface.get_signing_serializer(app)

    class Then(type(signer.make_signer())):  # type: ignore[misc]
        def get_timestamp(self) -> int:
            # The view asks the machine's clock, the short way ours: too old for both.
            last = min(super().get_timestamp(), time.now.timestamp())
            return int(last - app.permanent_session_lifetime.total_seconds()) - 5

    session = signer.loads(me.client.get_cookie("ganxun").value)
    signer.signer = Then
    me.client.set_cookie("ganxun", signer.dumps(session))
    assert me.save((1, 1, "b")).status_code == 401 and me.journal() == []


def test_the_body_is_whole_for_the_view(sitting: Sitting) -> None:
    """What the short way read and then left alone, the view reads from its beginning."""
    me = sitting()
    answer = me.save((1, 1, True))
    assert (answer.status_code, answer.json["reason"]) == (400, "slot")
    assert me.save((9, 1, "a"), epoch=me.epoch).json["reason"] == "slot"
    stale = me.save((1, 1, "a"), epoch=me.epoch + 1)
    assert (stale.status_code, stale.json["reason"]) == (409, "epoch")
    assert me.unapplied() == [(1, 1, '"a"', "epoch")]


@pytest.mark.parametrize(
    "change",
    [
        {"CONTENT_TYPE": "text/plain"}, {"CONTENT_TYPE": ""}, {"CONTENT_LENGTH": ""},
        {"CONTENT_LENGTH": "-1"}, {"CONTENT_LENGTH": str(short_save._LONGEST + 1)},
    ],
)  # fmt: skip
def test_a_body_of_another_kind_is_not_even_read(change: dict[str, str]) -> None:
    sent = io.BytesIO(b"{}")
    environ = {"CONTENT_TYPE": "application/json", "CONTENT_LENGTH": "2", "wsgi.input": sent}
    assert short_save._body(environ) == {} and sent.tell() == 2
    sent.seek(0)
    assert short_save._body(environ | {"wsgi.input": sent} | change) is None and sent.tell() == 0


@pytest.mark.parametrize("sent", [b"", b"{", b"\xff\xfe", b"[" * 50_000])
def test_what_is_no_json_is_a_malformed_save(sitting: Sitting, sent: bytes) -> None:
    me = sitting()
    answer = me.client.post(f"/attempts/{me.attempt}/responses", data=sent, content_type="application/json")
    assert (answer.status_code, answer.json["reason"]) == (400, "malformed")


def test_a_save_longer_than_the_short_way_takes_is_saved_all_the_same(sitting: Sitting) -> None:
    me = sitting()
    value = ["长" * 1999] * 12
    body = {"epoch": me.epoch, "responses": [{"slot": 5, "seq": 1, "value": value}]}
    assert len(json.dumps(body)) > short_save._LONGEST
    answer = me.client.post(f"/attempts/{me.attempt}/responses", json=body)
    assert answer.status_code == 200 and len(me.journal()) == 1


def test_where_idling_counts_the_view_notes_the_time(
    app: Flask, sitting: Sitting, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "POLICY", DJBH)
    me = sitting()
    assert "Set-Cookie" not in me.save((1, 1, "a")).headers
    time.advance(seconds=61)
    assert "Set-Cookie" in me.save((1, 2, "b")).headers
    assert "Set-Cookie" not in me.save((1, 3, "c")).headers
    assert len(me.journal()) == 3


def test_a_foreign_attempt_is_not_found(sitting: Sitting, sign_in: Callable[[Person], FlaskClient]) -> None:
    me = sitting()
    stranger = Candidate(sign_in(factories.person()), me.person, me.exam, me.attempt, me.epoch)
    assert stranger.save((1, 1, "b")).status_code == 404
    assert me.journal() == []
