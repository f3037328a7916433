"""A county in the middle of an exam of a hundred questions, made through the real services."""

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

from flask import Flask

from app.exams import attempts, epochs, saving, service
from app.exams.epochs import Origin
from app.exams.models import Exam
from app.people.models import Person
from app.web import clock
from app.web.db import db
from bench.measure import expect, request
from tests import factories
from tests.exams import build

QUESTIONS = {"single": 50, "multiple": 30, "judge": 20}


@dataclass
class Seat:
    """A signed-in candidate with the cookie and token that a browser would send."""

    person_id: int
    session_id: str
    cookie: str
    csrf: str
    attempt: int = 0
    epoch: int = 0


def exam() -> Exam:
    now = clock.now()
    made = build.exam(now, attempts=None, hours=48, minutes=600, **QUESTIONS)  # type: ignore[arg-type]
    service.assign(made, unit=factories.unit())
    db.session.commit()
    return made


def seat(app: Flask, unit_id: int) -> Seat:
    person = factories.save(
        Person(username=f"bench-{next(_numbers)}", name="张三", unit_id=unit_id, created_at=clock.now())
    )
    session_id = factories.session_for(person).id
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    cookie = f"ganxun={signer.dumps({'_user_id': session_id})}"
    _, body, headers = expect(200, request(app, "GET", "/csrf", cookie))
    cookie = re.search(r"ganxun=[^;]+", headers["Set-Cookie"])[0]  # type: ignore[index]
    return Seat(person.id, session_id, cookie, json.loads(body)["csrf_token"])


_numbers = count(1)


def sit(seat: Seat, exam: Exam, answered: bool = False) -> None:
    """Start and take over; with `answered`, a hundred answers already in the journal."""
    attempt, _ = attempts.start(exam, seat.person_id, clock.now() - timedelta(seconds=1))
    db.session.commit()
    seat.attempt, seat.epoch = (
        attempt.id,
        epochs.take_over(attempt.id, seat.person_id, Origin(seat.session_id), clock.now()) or 0,
    )
    db.session.commit()
    if answered:
        values = {"s": "b", "m": ["a", "c"], "j": True}
        responses = [
            {"slot": n, "seq": n, "value": values[kind]} for n, kind in enumerate(attempt.slot_kinds, 1)
        ]
        _, items = saving.parse({"epoch": seat.epoch, "responses": responses})
        saving.save(seat.attempt, seat.session_id, seat.epoch, items, clock.now())
