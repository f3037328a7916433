"""The learner's pages of courses."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.bank import amending
from app.bank.models import Clause, RuleSet
from app.courses.models import LessonProgress
from app.people.models import Person
from app.web.db import db
from tests import factories
from tests.conftest import START, Queries
from tests.courses import factories as make

SignIn = Callable[[Person], FlaskClient]


def test_an_empty_list_leads_to_the_rules(app: Flask, sign_in: SignIn) -> None:
    page = sign_in(factories.person()).get("/courses/").text
    assert "目前没有指派给您的课程" in page and 'href="/rules' in page


def test_a_course_that_is_not_mine_is_unknown(app: Flask, sign_in: SignIn) -> None:
    course, client = make.course("reading"), sign_in(factories.person())
    lesson = course.lessons[0].id
    assert client.get(f"/courses/{course.id}").status_code == 404
    assert client.get(f"/courses/{course.id}/lessons/{lesson}").status_code == 404
    assert client.post(f"/courses/{course.id}/lessons/{lesson}/done").status_code == 404


def test_a_lesson_of_another_course_is_unknown(app: Flask, sign_in: SignIn) -> None:
    person, mine, other = factories.person(), make.course("reading"), make.course("reading")
    make.assigned(mine, person)
    client, lesson = sign_in(person), other.lessons[0].id
    assert client.get(f"/courses/{mine.id}/lessons/{lesson}").status_code == 404
    assert client.post(f"/courses/{mine.id}/lessons/{lesson}/done").status_code == 404


def test_study_from_the_first_lesson_to_the_certificate(app: Flask, sign_in: SignIn, time) -> None:
    person, course = factories.person(), make.course("reading", "rules", "quiz", exam=make.exam())
    make.assigned(course, person, START + timedelta(days=9))
    reading, rules, quiz = course.lessons
    client, path = sign_in(person), f"/courses/{course.id}"
    page = client.get("/courses/").text
    assert "已学完 0 / 3 个课时" in page and "2026-12-02 前学完" in page and "开始学习" in page
    lesson = client.get(f"{path}/lessons/{reading.id}").text
    assert "<h2>小标题</h2>" in lesson and "我已学完" in lesson
    answer = client.post(f"{path}/lessons/{reading.id}/done")
    assert answer.location == f"{path}/lessons/{rules.id}"
    assert "您已于 2026-11-23 学完本课时" in client.get(f"{path}/lessons/{reading.id}").text
    client.post(f"{path}/lessons/{rules.id}/done")
    assert client.post(f"{path}/lessons/{quiz.id}/done").status_code == 400
    assert f'href="/quizzes/{quiz.quiz_id}"' in client.get(f"{path}/lessons/{quiz.id}").text
    make.sat(quiz.quiz, person, START)
    page = client.get(path).text
    assert "已学完 3 / 3 个课时" in page and f'href="/exams/{course.exam_id}"' in page
    assert "课程已完成" not in page
    make.sat(course.exam, person, START)
    page = client.get(path).text
    assert "课程已完成" in page and f'href="/certificates/of/{course.id}"' in page


def test_the_rule_of_completion_is_said_in_words(app: Flask, sign_in: SignIn) -> None:
    person, course = factories.person(), make.course("reading", "reading", exam=make.exam())
    make.assigned(course, person)
    page = sign_in(person).get(f"/courses/{course.id}").text
    assert "学完全部 2 个课时，并通过结业考试（满分的 60% 为合格）。" in page
    assert "计 6.0 学时" in page


def test_a_rules_lesson_shows_clauses_verbatim_with_their_source(app: Flask, sign_in: SignIn) -> None:
    person, course = factories.person(), make.course("rules")
    make.assigned(course, person)
    rule_set = factories.save(
        RuleSet(code="five", title="五个必须", summary="", position=1, excerpt=False, local=False,
                document="讲话", issuer="某某", number="", dated=None, place="", note="")
    )  # fmt: skip
    clause = {"heading": "", "locator": "", "rule_set_id": rule_set.id}
    factories.save(Clause(code="1", position=1, text="必须维护党中央权威", **clause))
    other = factories.save(Clause(code="2", position=2, text="必须维护团结", **clause))
    amending.amend(other, "决定", date(2026, 11, 1), "必须维护党的团结", START, person.id)
    lesson = course.lessons[0]
    lesson.rule_sets = ["five", "gone"]
    db.session.commit()
    page = sign_in(person).get(f"/courses/{course.id}/lessons/{lesson.id}").text
    assert "必须维护党中央权威" in page and "某某：《讲话》" in page
    assert "必须维护党的团结" in page and page.count("自2026年11月1日起按《决定》修改。") == 1


def test_markdown_is_tamed(app: Flask, sign_in: SignIn) -> None:
    person, course = factories.person(), make.course("reading")
    make.assigned(course, person)
    course.lessons[0].body = "<script>alert(1)</script> [x](javascript:alert(1)) [条](rule:five-musts/1)"
    db.session.commit()
    page = sign_in(person).get(f"/courses/{course.id}/lessons/{course.lessons[0].id}").text
    assert "<script>alert" not in page and 'href="javascript' not in page
    assert 'href="/rules/clause/five-musts/1"' in page


def test_a_double_click_counts_once(app: Flask, sign_in: SignIn, time) -> None:
    person, course = factories.person(), make.course("reading")
    make.assigned(course, person)
    client, path = sign_in(person), f"/courses/{course.id}/lessons/{course.lessons[0].id}/done"
    assert client.post(path).location == f"/courses/{course.id}"
    time.advance(minutes=1)
    client.post(path)
    assert db.session.scalars(sa.select(LessonProgress.done_at)).all() == [START]


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_statements_do_not_grow(app: Flask, sign_in: SignIn, queries: Queries, rows: int) -> None:
    person = factories.person()
    for _ in range(rows):
        make.assigned(make.course("reading", "quiz", exam=make.exam()), person)
    client = sign_in(person)
    queries.statements.clear()
    assert client.get("/courses/").status_code == 200
    assert len(queries) == 8
