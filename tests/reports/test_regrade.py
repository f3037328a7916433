"""What follows from a regrade for certificates: shown before and after, never done by itself."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.certificates import service as certificates
from app.certificates.models import Certificate
from app.courses import queries as courses_read
from app.domain.access import Role
from app.domain.regrading import Remedy
from app.exams import attempts, papers, queries, regrading, service
from app.exams.models import Exam
from app.exams.result_models import Regrade
from app.home import queries as home
from app.people.models import Person
from app.reports import consequences
from app.web.db import db
from tests import factories
from tests.certificates.factories import certificate
from tests.conftest import Clock, Queries
from tests.courses import factories as courses
from tests.exams import build


def sat(exam: Exam, time: Clock, *values: str) -> Person:
    person = factories.person()
    attempt, _new = attempts.start(exam, person.id, time.now)
    db.session.commit()
    for slot, value in enumerate(values, 1):
        build.answer(attempt.id, slot, value, time.now)
    attempts.force_close(attempt.id, time.now)
    db.session.commit()
    return person


def regraded(exam: Exam, key: str, time: Clock) -> Regrade:
    one, two = factories.person(), factories.person()
    made = proposed(exam, key, one, time)
    regrading.decide(made, True, "属实", two.id, time.now)
    db.session.commit()
    assert regrading.apply_approved() == 1
    return made


def proposed(exam: Exam, key: str, by: Person, time: Clock) -> Regrade:
    question = papers.slots(exam.paper_id or 0)[1].question
    made = regrading.propose(exam, question, Remedy.KEY, key, "原答案有误", by.id, time.now)
    db.session.commit()
    return made


@pytest.fixture
def admin(app: Flask) -> Person:
    person = factories.person()
    factories.grant(person, Role.ADMIN, person.unit)
    return person


def test_certificates_that_would_be_issued_or_be_wrong_are_named(
    app: Flask, time: Clock, admin: Person, sign_in: Callable[[Person], FlaskClient]
) -> None:
    exam = build.exam(time.now, single=2)
    course = courses.course("reading", exam=exam)
    loser, gainer, reader = (sat(exam, time, *told) for told in (("b", "b"), ("c", "b"), ("c", "b")))
    courses.read(course.lessons[0], gainer, time.now)
    held = certificate(loser, course)
    made = proposed(exam, "c", factories.person(), time)
    seen = consequences.preview(made)
    assert seen.crossing == (sorted([gainer.id, reader.id]), [loser.id])
    assert [p for p, _c in consequences.to_be_issued(exam, seen.crossing[0])] == [gainer.id]
    assert list(consequences.certificates_of(exam, seen.crossing[1])) == [held]
    client = sign_in(admin)
    page = client.get(f"/manage/exams/regrades/{made.id}").text
    assert "不再成立的证书（1）" in page and held.number in page and "会发放的证书（1）" in page
    assert "有人会从合格变为不合格" in page
    regrading.decide(made, True, "属实", admin.id, time.now)
    db.session.commit()
    regrading.apply_approved()
    page = client.get(f"/manage/exams/regrades/{made.id}").text
    assert "不再成立的证书（1）" in page and "请逐一决定是否作废" in page
    db.session.refresh(held)
    assert held.voided_at is None
    certificates.derive(time.now)
    issued = db.session.query(Certificate).filter_by(person_id=gainer.id).one()
    assert issued.course_id == course.id
    certificates.void(held, "考试成绩更正", time.now)
    db.session.commit()
    assert "不再成立" not in client.get(f"/manage/exams/regrades/{made.id}").text


@pytest.mark.parametrize(("kind", "warned"), [("short", True), ("single", False)])
def test_what_cannot_be_undone_is_said_before_it_is_approved(
    app: Flask, time: Clock, admin: Person, sign_in: Callable[[Person], FlaskClient], kind: str, warned: bool
) -> None:
    exam, by = build.exam(time.now, **{kind: 1}), factories.person()
    question = papers.slots(exam.paper_id or 0)[1].question
    made = regrading.propose(exam, question, Remedy.ALL, None, "题目有误", by.id, time.now)
    db.session.commit()
    page = sign_in(admin).get(f"/manage/exams/regrades/{made.id}").text
    assert ("不能再改回原来的给分办法" in page) is warned


def test_another_pass_keeps_the_result(app: Flask, time: Clock) -> None:
    exam = build.exam(time.now, attempts=2, single=2)
    person = sat(exam, time, "b", "b")
    again, _new = attempts.start(exam, person.id, time.now)
    db.session.commit()
    for slot, value in ((1, "c"), (2, "b")):
        build.answer(again.id, slot, value, time.now)
    attempts.force_close(again.id, time.now)
    db.session.commit()
    seen = consequences.preview(proposed(exam, "c", factories.person(), time))
    assert seen.counts == {"up": 1, "down": 1, "gained": 1, "lost": 1} and seen.crossing == ([], [])


def test_a_pass_taken_away_takes_course_and_hours_with_it_and_given_back_brings_them(
    app: Flask, time: Clock, admin: Person, sign_in: Callable[[Person], FlaskClient]
) -> None:
    exam = build.exam(time.now, single=2)
    exam.valid_years = 2
    course = courses.course("reading", exam=exam)
    person = sat(exam, time, "b", "b")
    service.assign(exam, person=person)
    courses.read(course.lessons[0], person, time.now)
    learner, staff = sign_in(person), sign_in(admin)
    assert home.hours(person.id).total == course.credit_hours and certificates.derive(time.now) == 1
    held = db.session.query(Certificate).filter_by(person_id=person.id).one()
    time.advance(days=3)

    made = regraded(exam, "c", time)
    assert home.hours(person.id) == home.Hours(0, [])
    standing = courses_read.standings([course], [person.id])[course.id, person.id]
    assert standing.completed_at is None and standing.next_lesson is None
    result = queries.results([exam.id], [person.id])[exam.id, person.id]
    assert (result.passed, result.valid_until) == (False, None)
    assert "未合格" in learner.get(f"/exams/{exam.id}").text
    assert "由 4 分更正为 2 分" in learner.get("/").text
    report = staff.get(f"/manage/scores?exam={exam.id}").text
    assert person.name in report and "不合格" in report
    assert certificates.derive(time.now) == 0 and held.voided_at is None
    assert [one.id for one in consequences.untenable(exam, made)] == [held.id]

    back = regraded(exam, "b", time)
    assert home.hours(person.id).total == course.credit_hours and certificates.derive(time.now) == 0
    result = queries.results([exam.id], [person.id])[exam.id, person.id]
    assert (result.passed, result.valid_until) == (True, date(2028, 11, 23))
    assert [list(consequences.untenable(exam, one)) for one in (made, back, None)] == [[], [], []]


def test_certificates_that_lose_their_ground_without_a_regrade_are_listed(
    app: Flask, time: Clock, admin: Person, sign_in: Callable[[Person], FlaskClient]
) -> None:
    exam = build.exam(time.now, attempts=2, single=2)
    exam.outcome = "last"
    course = courses.course("reading", exam=exam)
    person = sat(exam, time, "b", "b")
    service.assign(exam, person=person)
    courses.read(course.lessons[0], person, time.now)
    assert certificates.derive(time.now) == 1
    held = db.session.query(Certificate).filter_by(person_id=person.id).one()
    staff, url = sign_in(admin), f"/manage/exams/{exam.id}/regrades"
    assert "不再成立的证书" not in staff.get(url).text
    again, _new = attempts.start(exam, person.id, time.now)
    db.session.commit()
    attempts.force_close(again.id, time.now)
    db.session.commit()
    page = staff.get(url).text
    assert "不再成立的证书（1）" in page and held.number in page and held.voided_at is None


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_statements_do_not_grow(
    app: Flask, time: Clock, admin: Person, sign_in: Callable[[Person], FlaskClient], queries: Queries,
    rows: int,
) -> None:  # fmt: skip
    exam = build.exam(time.now, single=2)
    for _ in range(rows):
        sat(exam, time, "c", "b")
    made = proposed(exam, "c", factories.person(), time)
    client = sign_in(admin)
    queries.statements.clear()
    assert client.get(f"/manage/exams/regrades/{made.id}").status_code == 200
    assert len(queries) == 15
