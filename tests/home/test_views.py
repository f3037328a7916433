"""What must I do today, and my own page."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.certificates.models import Certificate
from app.courses import service as courses
from app.courses.models import Course, Lesson
from app.exams import attempts, service
from app.exams.epochs import Origin
from app.exams.models import Exam
from app.people.models import Person
from app.web.db import db
from tests import factories
from tests.conftest import Clock, Queries
from tests.exams import build

SignIn = Callable[[Person], FlaskClient]


@pytest.fixture
def me(app: Flask) -> Person:
    return factories.person("张三")


def course(exam: Exam | None = None, lessons: int = 2, title: str = "严守纪律") -> Course:
    made = Course(
        code=f"c{title}", title=title, summary="", credit_hours=60, exam_id=exam.id if exam else None,
        published=True,
    )  # fmt: skip
    made.lessons = [
        Lesson(
            code=f"{n:02}", position=n, title=f"{title}第{n}课", kind="reading", minutes=5, body="正文",
            rule_sets=[], quiz_id=None,
        )
        for n in range(1, lessons + 1)
    ]  # fmt: skip
    return factories.save(made)


def set_course(made: Course, person: Person, **more: Any) -> None:
    courses.assign(made, person=person, **more)
    db.session.commit()


def finish(made: Course, person: Person, count: int, time: Clock) -> None:
    for lesson in made.lessons[:count]:
        courses.mark_done(lesson, person.id, time.now)
    db.session.commit()


def set_exam(exam: Exam, person: Person) -> Exam:
    service.assign(exam, person=person)
    db.session.commit()
    return exam


def certificate(person: Person, made: Course, time: Clock, **more: Any) -> Certificate:
    return factories.save(
        Certificate(
            person_id=person.id, course_id=made.id, prefix="青禾", year=2026, serial=1,
            number="青禾〔2026〕第00001号", code=f"code{person.id}", facts={"course": made.title},
            issued_at=more.pop("issued_at", time.now), voided_at=more.pop("voided_at", None),
            void_reason=None, replaces_id=None,
        )
    )  # fmt: skip


def test_nothing_to_do_is_said_quietly(me: Person, sign_in: SignIn) -> None:
    page = sign_in(me).get("/").text
    assert "张三，您好" in page and "今天没有要您做的事。" in page and "都做完了" in page


def test_the_date_is_beijings(me: Person, sign_in: SignIn, time: Clock) -> None:
    assert "11 月 23 日　星期一" in sign_in(me).get("/").text
    time.advance(hours=15)  # midnight in Beijing
    assert "11 月 24 日　星期二" in sign_in(me).get("/").text


def test_the_running_attempt_comes_first(me: Person, sign_in: SignIn, time: Clock) -> None:
    set_exam(build.exam(time.now, minutes=30), me)
    running = set_exam(build.exam(time.now, minutes=45), me)
    set_course(course(), me)
    attempt, _made = attempts.start(running, me.id, time.now)
    db.session.commit()
    time.advance(minutes=5)
    page = sign_in(me).get("/").text
    assert "您有 3 件事要做" in page and "还剩 40 分钟" in page
    assert page.index(f"/sit/{attempt.id}") < page.index("进入考试") < page.index("开始学习")


def test_an_exam_is_offered_until_it_is_passed_or_used_up(me: Person, sign_in: SignIn, time: Clock) -> None:
    exam = set_exam(build.exam(time.now, attempts=2), me)
    client = sign_in(me)
    link = f'href="/exams/{exam.id}"'
    assert link in client.get("/").text
    for expected in ("再考一次", None):
        attempt, _made = attempts.start(exam, me.id, time.now)
        attempts.submit(attempt.id, me.id, Origin(""), None, [], time.now)
        db.session.commit()
        page = client.get("/").text
        assert (expected in page and "上次没有合格" in page) if expected else link not in page


def test_an_exam_that_was_passed_is_done(me: Person, sign_in: SignIn, time: Clock) -> None:
    exam = set_exam(build.exam(time.now, attempts=2), me)
    exam.pass_percent = 0
    attempt, _made = attempts.start(exam, me.id, time.now)
    attempts.submit(attempt.id, me.id, Origin(""), None, [], time.now)
    db.session.commit()
    assert "今天没有要您做的事" in sign_in(me).get("/").text


def test_an_exam_to_come_is_no_task_yet(me: Person, sign_in: SignIn, time: Clock) -> None:
    exam = set_exam(build.exam(time.now), me)
    exam.opens_at = time.now + timedelta(hours=1)
    db.session.commit()
    page = sign_in(me).get("/").text
    assert "今天没有要您做的事" in page and "即将开始的考试" in page and "2026-11-23 10:00 开始" in page


def test_a_course_leads_to_its_next_lesson(me: Person, sign_in: SignIn, time: Clock) -> None:
    made = course()
    set_course(made, me, due_at=time.now + timedelta(days=3))
    client = sign_in(me)
    assert "开始学习" in client.get("/").text
    finish(made, me, 1, time)
    page = client.get("/").text
    assert "下一课：严守纪律第2课" in page and "已学完 1 / 2 个课时" in page and "2026-11-26 前学完" in page
    assert f'href="/courses/{made.id}/lessons/{made.lessons[1].id}"' in page
    finish(made, me, 2, time)
    assert "严守纪律" not in client.get("/").text


def test_a_course_that_waits_for_its_exam_is_shown_once(me: Person, sign_in: SignIn, time: Clock) -> None:
    exam = build.exam(time.now)
    made = course(exam)
    set_course(made, me)
    finish(made, me, 2, time)
    client = sign_in(me)
    page = client.get("/").text
    assert "您有 1 件事要做" in page and "进入考试" in page and "严守纪律" not in page
    time.advance(hours=3)
    assert "考试目前没有开放" in client.get("/").text


def test_a_new_certificate_is_news_for_two_weeks(me: Person, sign_in: SignIn, time: Clock) -> None:
    made = certificate(me, course(), time)
    client = sign_in(me)
    assert f'href="/certificates/{made.id}"' in client.get("/").text
    time.advance(days=14)
    assert "新证书" not in client.get("/").text


def test_a_void_certificate_is_no_news(me: Person, sign_in: SignIn, time: Clock) -> None:
    certificate(me, course(), time, voided_at=time.now)
    assert "新证书" not in sign_in(me).get("/").text


def test_my_page_lists_attempts_and_hours(me: Person, sign_in: SignIn, time: Clock) -> None:
    exam = set_exam(build.exam(time.now), me)
    attempt, _made = attempts.start(exam, me.id, time.now)
    attempts.submit(attempt.id, me.id, Origin(""), None, [], time.now)
    trial_exam = build.exam(time.now)
    attempts.start(trial_exam, me.id, time.now, trial=True)
    made = course()
    finish(made, me, 2, time)
    page = sign_in(me).get("/me").text
    assert f'href="/attempts/{attempt.id}/result"' in page and "<b>0</b>" in page and "未合格" in page
    assert "共 1 条" in page
    assert page.count("<b>6.0</b>") == 2 and "2026-11-23 完成" in page


def test_my_page_without_anything(me: Person, sign_in: SignIn) -> None:
    page = sign_in(me).get("/me").text
    assert "还没有成绩" in page and "<b>0.0</b>" in page


@pytest.mark.parametrize(("path", "expected"), [("/", 19), ("/me", 10)])
def test_pages_send_a_constant_number_of_statements(
    me: Person, sign_in: SignIn, time: Clock, queries: Queries, path: str, expected: int
) -> None:
    client, sent, number = sign_in(me), [], 0
    for rows in (1, 2, 27):
        for _ in range(rows):
            number += 1
            exam = set_exam(build.exam(time.now, single=1), me)
            made = course(exam, title=f"课程{number}")
            set_course(made, me)
            finish(made, me, 1, time)
            attempts.start(exam, me.id, time.now)
            db.session.commit()
        queries.statements.clear()
        assert client.get(path).status_code == 200
        sent.append(len(queries))
    assert sent == [expected] * 3
