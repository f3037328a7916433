"""A candidate with an exam in front of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.domain.access import Role
from app.exams import graders as naming
from app.exams import papers, service
from app.exams.models import Exam, Response, UnappliedResponse
from app.people.models import Person
from app.web.db import db
from tests import factories
from tests.conftest import Clock
from tests.exams import build
from tests.exams.graders import Marker, key_of


@pytest.fixture(autouse=True)
def fresh_papers() -> None:
    papers.forget()


@dataclass
class Candidate:
    """Speaks the wire for one person."""

    client: FlaskClient
    person: Person
    exam: Exam
    attempt: int = 0
    epoch: int = 0

    def start(self) -> Any:
        answer = self.client.post(f"/exams/{self.exam.id}/attempts")
        if answer.status_code < 300:
            self.attempt = answer.json["attempt"]
        return answer

    def take_over(self) -> Any:
        answer = self.client.post(f"/attempts/{self.attempt}/takeover")
        if answer.status_code == 200:
            self.epoch = answer.json["epoch"]
        return answer

    def save(self, *items: tuple[int, int, Any], epoch: int | None = None) -> Any:
        return self._post("responses", items, epoch)

    def submit(self, *items: tuple[int, int, Any], epoch: int | None = None) -> Any:
        return self._post("submit", items, epoch)

    def _post(self, verb: str, items: Any, epoch: int | None) -> Any:
        body = {
            "epoch": self.epoch if epoch is None else epoch,
            "responses": [{"slot": s, "seq": q, "value": v} for s, q, v in items],
        }
        return self.client.post(f"/attempts/{self.attempt}/{verb}", json=body)

    def journal(self) -> list[tuple[int, int, int, str]]:
        rows = db.session.execute(
            sa.select(Response.slot, Response.epoch, Response.seq, Response.value)
            .where(Response.attempt_id == self.attempt)
            .order_by(Response.slot, Response.epoch, Response.seq)
        )
        return [tuple(row) for row in rows]

    def unapplied(self) -> list[tuple[int, int, str, str]]:
        rows = db.session.execute(
            sa.select(
                UnappliedResponse.slot,
                UnappliedResponse.seq,
                UnappliedResponse.value,
                UnappliedResponse.reason,
            )
            .where(UnappliedResponse.attempt_id == self.attempt)
            .order_by(UnappliedResponse.id)
        )
        return [tuple(row) for row in rows]


@pytest.fixture
def sitting(app: Flask, time: Clock, sign_in: Callable[[Person], FlaskClient]) -> Callable[..., Candidate]:
    """`sitting(exam=…, started=True)`: a person assigned to the exam, started and with an epoch."""

    def make(exam: Exam | None = None, started: bool = True, **more: Any) -> Candidate:
        person = factories.person()
        chosen = exam or build.exam(time.now, **more)
        if chosen.kind == "exam":
            service.assign(chosen, person=person)
            db.session.commit()
        made = Candidate(sign_in(person), person, chosen)
        if started:
            assert made.start().status_code == 201
            assert made.take_over().status_code == 200
        return made

    return make


@pytest.fixture
def marker(app: Flask, sign_in: Callable[[Person], FlaskClient]) -> Callable[..., Marker]:
    def make(exam: Exam, kind: str = "short", arbitrates: bool = False, **more: Any) -> Marker:
        person = more.get("person") or factories.person("阅卷人")
        factories.grant(person, Role.GRADER, person.unit)
        naming.name(exam, person, more.get("versions", []), arbitrates)
        db.session.commit()
        return Marker(sign_in(person), person, exam, key_of(exam, kind))

    return make


@pytest.fixture
def written(sitting: Callable[..., Candidate], time: Clock) -> Callable[..., list[Candidate]]:
    """So many have handed in an exam of one single choice and one short answer; 2 points each."""

    def make(many: int, percent: int = 0, difference: int = 0, **counts: int) -> list[Candidate]:
        exam = build.exam(time.now, attempts=None, **(counts or {"single": 1, "short": 1}))
        exam.second_mark_percent, exam.mark_difference = percent, difference
        db.session.commit()
        found = [sitting(exam=exam) for _ in range(many)]
        for n, me in enumerate(found):
            me.submit((1, 1, "b"), (2, 2, f"答案{n}"))
        return found

    return make
