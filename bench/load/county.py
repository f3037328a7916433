"""The county: ten thousand people, their sessions and one exam of a hundred questions, in some seconds."""

import json
import secrets
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from itsdangerous import URLSafeTimedSerializer

from app import create_app
from app.bank import content
from app.exams import papers, service
from app.exams.models import Exam
from app.people import passwords
from app.people.models import Person, SignInSession
from app.web import clock
from app.web.config import CONTENT
from app.web.db import db, is_sqlite
from app.web.gate import SESSION_KEY
from bench.load.candidate import PASSWORD, Seat
from bench.load.plan import Plan
from tests import factories
from tests.exams import build

QUESTIONS = {"single": 50, "multiple": 30, "judge": 20}
_TOWNS, _CHUNK = 200, 2_000


def settle(plan: Plan, settings: dict[str, Any], folder: Path) -> int:
    """Fill an empty, migrated database and write down who may sit; → the exam."""
    app = create_app(settings)
    with app.app_context():
        now = clock.now()
        exam = _exam(plan, now)
        service.assign(exam, unit=(county := factories.unit("青禾县")))
        towns = [factories.unit(f"第{n}乡镇", county).id for n in range(_TOWNS)]
        names = [f"sitter-{n}" for n in range(plan.candidates)]
        names += [f"visitor-{n}" for n in range(plan.sign_ins)]
        ids = _people(names, towns, now)
        kinds = "".join(slot.kind.letter for slot in papers.slots(exam.paper_id or 0).values())
        seats = [Seat(name, exam.id, kinds) for name in names]
        signed_in = range(plan.sign_in, plan.candidates)
        sessions = _sessions([ids[names[n]] for n in signed_in], now)
        for n, session_id in zip(signed_in, sessions, strict=True):
            seats[n].cookie, seats[n].token = cookie(app, session_id)
        db.session.commit()
        if not is_sqlite():
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(sa.text("VACUUM ANALYZE"))
        (folder / "seats.json").write_text(json.dumps([asdict(seat) for seat in seats]))
        exam_id = exam.id
        db.session.remove()
        db.engine.dispose()
    return exam_id


def _exam(plan: Plan, now: datetime) -> Exam:
    if not plan.real:
        return build.exam(now, hours=8, minutes=240, **QUESTIONS)  # type: ignore[arg-type]
    content.load(CONTENT, now)
    db.session.commit()
    opens, closes = now - timedelta(hours=1), now + timedelta(hours=8)
    blueprint = build.blueprint(**QUESTIONS)
    made = service.create_exam("应知应会考试", blueprint, opens, closes, 1, "score", now, minutes=240)
    return build.papered(made, now)


def _chunks(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for first in range(0, len(rows), _CHUNK):
        yield rows[first : first + _CHUNK]


def _people(names: list[str], towns: list[int], now: datetime) -> dict[str, int]:
    """All with the same password: to hash ten thousand takes minutes, to check them takes as long as ever."""
    digest = passwords.hash_password(PASSWORD)
    rows = [
        {
            "username": name,
            "name": "张三",
            "unit_id": towns[n % _TOWNS],
            "created_at": now,
            "password_hash": digest,
        }
        for n, name in enumerate(names)
    ]
    for some in _chunks(rows):
        db.session.execute(sa.insert(Person), some)
    found = db.session.execute(sa.select(Person.username, Person.id))
    return {row.username: row.id for row in found}


def _sessions(people: list[int], now: datetime) -> list[str]:
    rows = [
        {"id": secrets.token_urlsafe(16), "person_id": one, "created_at": now, "address": "127.0.0.1",
         "agent": "", "second_factor": False}
        for one in people
    ]  # fmt: skip
    for some in _chunks(rows):
        db.session.execute(sa.insert(SignInSession), some)
    return [str(row["id"]) for row in rows]


def cookie(app: Flask, session_id: str) -> tuple[str, str]:
    """The cookie that the session's browser holds, signed as every other, and the token that fits it."""
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    secret = secrets.token_hex(20)
    token = URLSafeTimedSerializer(str(app.secret_key), salt="wtf-csrf-token").dumps(secret)
    return f"ganxun={signer.dumps({SESSION_KEY: session_id, 'csrf_token': secret})}", str(token)
