"""A score that waits for its marks is nowhere failed and nowhere final; with the last mark all follows."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.certificates.jobs import JOBS
from app.certificates.models import Certificate
from app.courses.models import Course
from app.domain.access import Role
from app.exams import attempts, graders, grading, makeups, marking, saving, service
from app.exams.epochs import Origin
from app.exams.models import Exam
from app.home import queries as home
from app.people.models import Person, Unit
from app.web import jobs
from app.web.db import db
from tests import factories
from tests.conftest import Clock
from tests.courses import factories as courses
from tests.exams import build

SignIn = Callable[[Person], FlaskClient]


@dataclass
class Term:
    """A course that ends in an exam with a short answer; who wrote one, and who never came."""

    unit: Unit
    exam: Exam
    course: Course
    person: Person
    sign_in: SignIn
    time: Clock

    def mark(self, points: int) -> None:
        grader = db.session.get_one(Person, self.grader)
        (key,) = grading.asked(self.exam.id)
        named = next(one for one in graders.of_exam(self.exam.id) if one.person_id == grader.id)
        mark = marking.claim(named, key, self.time.now)
        assert mark is not None
        marking.give(mark, grader.id, mark.revision, marking.Given((points, 0), ""), self.time.now)
        db.session.commit()

    @property
    def grader(self) -> int:
        return graders.of_exam(self.exam.id)[0].person_id

    def reports(self) -> str:
        staff = factories.person("教务", self.unit)
        factories.grant(staff, Role.ADMIN, self.unit)
        return self.sign_in(staff).get(f"/manage/scores?exam={self.exam.id}").text

    def pages(self) -> list[str]:
        client = self.sign_in(self.person)
        paths = ("/", "/exams", f"/exams/{self.exam.id}", "/me", f"/courses/{self.course.id}")
        answers = [client.get(path) for path in paths]
        assert {answer.status_code for answer in answers} == {200}
        return [answer.text for answer in answers]

    def issued(self, app: Flask) -> int:
        for job in JOBS:
            jobs.run_once(app, job)
        return db.session.scalar(sa.select(sa.func.count()).select_from(Certificate)) or 0

    def due(self) -> tuple[int, int, int]:
        found = makeups.due(self.exam, [self.unit.path], self.time.now)
        return len(found.failed), len(found.absent), found.unmarked


@pytest.fixture
def term(app: Flask, time: Clock, sign_in: SignIn) -> Term:
    unit = factories.unit("青禾县")
    exam = build.exam(time.now, single=1, short=1)
    course = courses.course("reading", exam=exam)
    person, absent, grader = (factories.person(name, unit) for name in ("甲", "乙", "丙"))
    for one in (person, absent):
        service.assign(exam, person=one)
    courses.assigned(course, person)
    courses.read(course.lessons[0], person, time.now)
    graders.name(exam, grader, [], arbitrates=False)
    attempt, _made = attempts.start(exam, person.id, time.now)
    sent = saving.parse(
        {
            "epoch": 1,
            "responses": [{"slot": 2, "seq": 1, "value": "写了"}, {"slot": 1, "seq": 1, "value": "b"}],
        }
    )[1]
    origin = Origin(factories.session_for(person).id)
    attempts.submit(attempt.id, person.id, origin, None, sent, time.now)
    db.session.commit()
    return Term(unit, exam, course, person, sign_in, time)


def test_nothing_follows_from_a_score_that_waits_for_marks(app: Flask, term: Term, time: Clock) -> None:
    time.advance(hours=3)  # the exam is over
    for page in term.pages():
        assert "未合格" not in page and "不合格" not in page and "尚未合格" not in page
    assert home.hours(term.person.id).total == 0
    assert term.issued(app) == 0
    assert term.due() == (0, 1, 1)
    report = term.reports()
    for number, label in ((2, "应考"), (0, "实考"), (1, "缺考"), ("—", "合格率"), ("—", "平均分")):
        assert f"<b>{number}</b>{label}</div>" in report
    assert "未出成绩</span>" in report and "有 1 人已交卷而主观题还没有评完" in report


def test_with_the_last_mark_a_pass_brings_all_that_follows(app: Flask, term: Term, time: Clock) -> None:
    time.advance(hours=3)
    assert term.issued(app) == 0
    term.mark(10)
    assert home.hours(term.person.id).total == 60
    assert term.issued(app) == 1
    assert term.due() == (0, 1, 0)
    report = term.reports()
    assert "<b>100%</b>合格率</div>" in report and "还没有评完" not in report


def test_with_the_last_mark_a_failure_is_one(app: Flask, term: Term, time: Clock) -> None:
    time.advance(hours=3)
    term.mark(0)
    assert any("未合格" in page for page in term.pages())
    assert home.hours(term.person.id).total == 0 and term.issued(app) == 0
    assert term.due() == (1, 1, 0)
    assert "<b>0%</b>合格率</div>" in term.reports()
