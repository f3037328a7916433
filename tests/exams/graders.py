"""Graders at work, for the tests of marking."""

import re
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient

from app.exams import grading
from app.exams.marking import Key
from app.exams.models import Exam, Score
from app.exams.result_models import Mark
from app.people.models import Person
from app.web.db import db


@dataclass
class Marker:
    """A grader at work: `next` claims, `give` marks and gets the next one. `code`: what lies before them."""

    client: FlaskClient
    person: Person
    exam: Exam
    key: Key
    code: str = ""

    def next(self) -> str:
        url = f"/manage/exams/marking/{self.exam.id}/{self.key.version_id}/{self.key.part}"
        return self._went(self.client.post(url))

    def _went(self, answer: Any) -> str:
        assert answer.status_code == 302, answer.text
        found = re.search(r"/answers/(\w+)$", answer.location)
        self.code = found[1] if found else ""
        return self.code

    def page(self, code: str = "") -> Any:
        return self.client.get(f"/manage/exams/marking/answers/{code or self.code}")

    def send(self, *parts: str, seen: int = 0, code: str = "", comment: str = "") -> Any:
        data = {f"parts-{n}": part for n, part in enumerate(parts)} | {"seen": seen, "comment": comment}
        return self.client.post(f"/manage/exams/marking/answers/{code or self.code}", data=data)

    def give(self, *parts: str, **more: Any) -> str:
        return self._went(self.send(*parts, **more))


def key_of(exam: Exam, kind: str) -> Key:
    found = [key for key, one in grading.asked(exam.id).items() if one.content["kind"] == kind]
    return found[0]


def scores(attempt_id: int) -> list[tuple[int, int, int, str]]:
    rows = db.session.scalars(
        sa.select(Score).where(Score.attempt_id == attempt_id).order_by(Score.version)
    ).all()
    return [(one.version, one.points, one.pending, one.reason) for one in rows]


def marks() -> list[tuple[int, int | None]]:
    rows = db.session.execute(sa.select(Mark.round, Mark.points).order_by(Mark.attempt_id, Mark.round))
    return [tuple(row) for row in rows]
