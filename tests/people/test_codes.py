"""First-access codes: shown once, good once, void when a new one is made."""

import re
from datetime import timedelta

from flask import Flask

from app.people import codes
from app.people.models import AccessCode
from app.web import clock
from app.web.db import db
from tests import factories


def test_a_code_opens_for_its_person_alone(app: Flask, time) -> None:
    zhang, li = factories.person("张三"), factories.person("李四")
    made = codes.issue([zhang.id, li.id], clock.now())
    assert all(re.fullmatch("[0-9A-HJKMNP-TV-Z]{8}", code) for code in made.values())
    assert codes.opens(zhang.id, made[zhang.id], clock.now())
    assert not codes.opens(li.id, made[zhang.id], clock.now())
    assert not codes.opens(zhang.id, "", clock.now())
    assert made[zhang.id] not in db.session.get_one(AccessCode, zhang.id).digest


def test_a_code_may_be_typed_as_people_type(app: Flask, time, monkeypatch) -> None:
    zhang = factories.person("张三")
    chosen = iter("A1B0CDEF")
    monkeypatch.setattr(codes.secrets, "choice", lambda _alphabet: next(chosen))
    code = codes.issue([zhang.id], clock.now())[zhang.id]
    assert codes.shown(code) == "A1B0-CDEF"
    for typed in ("A1B0CDEF", "a1b0-cdef", " alBO cdef "):
        assert codes.opens(zhang.id, typed, clock.now())


def test_a_code_expires_and_a_new_one_voids_it(app: Flask, time) -> None:
    zhang = factories.person("张三")
    first = codes.issue([zhang.id], clock.now())[zhang.id]
    second = codes.issue([zhang.id], clock.now())[zhang.id]
    assert not codes.opens(zhang.id, first, clock.now())
    assert codes.opens(zhang.id, second, clock.now() + codes.LIFETIME - timedelta(seconds=1))
    assert not codes.opens(zhang.id, second, clock.now() + codes.LIFETIME)


def test_a_spent_code_is_gone(app: Flask, time) -> None:
    zhang = factories.person("张三")
    code = codes.issue([zhang.id], clock.now())[zhang.id]
    codes.spend(zhang.id)
    assert not codes.opens(zhang.id, code, clock.now())
