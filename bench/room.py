"""The board of a room of 2,000 seats: what it asks for every three seconds, and the page as a whole."""

from datetime import timedelta

import sqlalchemy as sa
from flask import Flask

from app.domain.access import Role
from app.exams.models import Attempt, Exam, Response
from app.exams.seat_models import Presence, Seat, Sitting
from app.people.models import Person, Unit
from app.web import clock
from app.web.db import db
from bench import school
from bench.measure import expect, interleaved, request
from tests import factories

SEATS, ANSWERS = 2000, 50


def _filled(exam: Exam, unit_id: int) -> Sitting:
    """Everybody sits, half-way through, and was heard of within the last two minutes."""
    now = clock.now()
    sitting = Sitting(
        exam_id=exam.id, room="第一考场", doors_at=exam.opens_at, opens_at=exam.opens_at,
        closes_at=exam.closes_at,
    )  # fmt: skip
    people = [
        Person(username=f"room{n}", name=f"考生{n}", unit_id=unit_id, created_at=now) for n in range(SEATS)
    ]
    db.session.add_all([sitting, *people])
    db.session.flush()
    attempts = [
        Attempt(
            exam_id=exam.id, person_id=person.id, number=1, paper_id=exam.paper_id, order=[],
            slot_kinds="s" * 100, sitting_id=sitting.id, started_at=now - timedelta(minutes=20), epoch=1,
        )
        for person in people
    ]  # fmt: skip
    db.session.add_all(attempts)
    db.session.add_all(
        Seat(exam_id=exam.id, sitting_id=sitting.id, person_id=person.id, number=n, ticket=f"room{n}")
        for n, person in enumerate(people, 1)
    )
    db.session.flush()
    db.session.execute(
        sa.insert(Response),
        [
            {
                "attempt_id": attempt.id, "slot": slot, "epoch": 1, "seq": slot, "value": '"b"',
                "received_at": now - timedelta(seconds=27 * slot + n % 120),
            }
            for n, attempt in enumerate(attempts)
            for slot in range(1, ANSWERS + 1)
        ],
    )  # fmt: skip
    db.session.add_all(Presence(attempt_id=one.id, seen_at=now) for one in attempts[::10])
    db.session.commit()
    if db.engine.dialect.name == "postgresql":
        db.session.execute(sa.text("ANALYZE"))
        db.session.commit()
    return sitting


def bench(app: Flask, exam_id: int) -> dict[str, float]:
    exam, root = db.session.get_one(Exam, exam_id), db.session.scalars(sa.select(Unit)).first()
    if root is None:
        raise LookupError("no unit")
    sitting = _filled(exam, root.id)
    watcher = school.seat(app, root.id)
    factories.grant(db.session.get_one(Person, watcher.person_id), Role.INVIGILATOR, root)
    db.session.commit()
    path, asked = f"/manage/exams/{exam_id}/room", f"sitting={sitting.id}"

    def ask(what: str) -> bytes:
        _status, content, _headers = expect(
            200, request(app, "GET", path + what, watcher.cookie, query=asked, accept_encoding="br")
        )
        return content

    cpu = interleaved({"live": lambda: ask(".json"), "page": lambda: ask("")}, 9, 5)
    return {
        "room.cpu_ms": cpu["live"],
        "room.kilobytes": len(ask(".json")) / 1024,
        "room.page_cpu_ms": cpu["page"],
    }
