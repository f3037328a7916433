"""The way in, as a stopwatch and a reader of pages see it: who exists cannot be told apart."""

import re
from collections.abc import Callable
from statistics import median
from time import perf_counter

import pytest
from flask import Flask

from app.people import codes, passwords, second_factor
from app.people.models import Person, SecondFactor
from app.web import clock
from app.web.db import db
from tests import factories
from tests.conftest import Clock

PASSWORD = "correct horse battery"
WRONG = "quite another long phrase"


def people(app: Flask) -> dict[str, str]:
    """Kinds of account → a username of that kind."""
    factories.person(username="known", password=PASSWORD)
    factories.person(username="idle", password=PASSWORD, active=False)
    fresh = factories.person(username="fresh")
    codes.issue([fresh.id], clock.now())
    guarded = factories.person(username="guarded", password=PASSWORD)
    second_factor.offer(guarded.id)
    db.session.get_one(SecondFactor, guarded.id).confirmed_at = factories.CREATED
    db.session.commit()
    locked = factories.person(username="locked", password=PASSWORD)
    for _ in range(12):
        attempt(app, locked.username)
    return {name: name for name in ("known", "idle", "fresh", "guarded", "locked", "nobody")}


def attempt(app: Flask, username: str, password: str = WRONG):  # type: ignore[no-untyped-def]
    """From a browser of its own: an address has its own limit."""
    address = {"REMOTE_ADDR": f"10.0.{len(username)}.{ord(username[0]) % 250}"}
    data = {"username": username, "password": password}
    return app.test_client().post("/sign-in", data=data, environ_overrides=address)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for every time that argon2 worked."""
    done: list[str] = []
    hasher = passwords._HASHER

    class Counting:
        def __getattr__(self, name: str) -> Callable[..., object]:
            def call(*args: object) -> object:
                done.append(name)
                return getattr(hasher, name)(*args)

            return call

    monkeypatch.setattr(passwords, "_HASHER", Counting())
    return done


def test_every_wrong_guess_costs_the_same_work(app: Flask, time: Clock, work: list[str]) -> None:
    spent = {}
    for kind, username in people(app).items():
        work.clear()
        attempt(app, username)
        spent[kind] = [name for name in work if name in {"verify", "hash"}]
    assert spent == dict.fromkeys(spent, ["verify"])


def test_a_code_costs_the_same_work_as_a_password(app: Flask, time: Clock, work: list[str]) -> None:
    for username in people(app).values():
        work.clear()
        attempt(app, username, "ABCD-EFGH")
        assert work.count("verify") == 1 and work.count("hash") == 0


def test_every_wrong_guess_is_answered_in_the_same_words(app: Flask, time: Clock) -> None:
    own = re.compile(r'name="csrf_token" value="[^"]*"')
    answers = {}
    for kind, username in people(app).items():
        if kind == "locked":
            continue  # too many guesses are told, to whoever guesses, whether or not the account exists
        answer = attempt(app, username)
        headers = [(k, v) for k, v in answer.headers if k not in {"Set-Cookie", "Content-Length"}]
        answers[kind] = answer.status_code, headers, own.sub("", answer.text).replace(username, "")
    assert len({repr(answer) for answer in answers.values()}) == 1


def test_an_account_that_does_not_exist_is_locked_like_one_that_does(app: Flask, time: Clock) -> None:
    factories.person(username="known", password=PASSWORD)
    told = {}
    for username in ("known", "nobody"):
        answers = [attempt(app, username).status_code for _ in range(15)]
        told[username] = answers
    assert told["known"] == told["nobody"] and 429 in told["known"]


def test_known_and_unknown_take_about_as_long(app: Flask, time: Clock) -> None:
    """A generous factor: without its hash an unknown account would answer several times faster."""
    factories.person(username="known", password=PASSWORD)
    taken: dict[str, list[float]] = {"known": [], "nobody": []}
    for _ in range(5):
        for username, times in taken.items():
            began = perf_counter()
            attempt(app, username)
            times.append(perf_counter() - began)
    assert median(taken["nobody"]) * 4 > median(taken["known"]) > median(taken["nobody"]) / 4


def test_a_new_sign_in_begins_a_new_cookie(app: Flask, time: Clock) -> None:
    """Nothing that an attacker put into the browser before survives the sign-in."""
    person: Person = factories.person(username="known", password=PASSWORD)
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["planted"] = "x"
        cookie["csrf_token"] = "planted"
    client.post("/sign-in", data={"username": person.username, "password": PASSWORD})
    with client.session_transaction() as cookie:
        assert "planted" not in cookie and cookie.get("csrf_token") != "planted" and cookie["_user_id"]
