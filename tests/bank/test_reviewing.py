"""From the queue to the verdict: who may, in what order, and what others see of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.audit.models import AuditEvent
from app.bank import reviewing, service
from app.bank.models import Question
from app.domain.access import Role
from app.domain.questions import Kind
from app.domain.questions import Question as Content
from app.people.models import Person
from app.web.db import db
from tests import factories
from tests.bank.contents import NOW, load, write
from tests.conftest import Queries

JUDGE = Content(Kind.JUDGE, "对吗？", (), True, "对。", ("five-musts/1",), "政治纪律", "easy")
URL = "/manage/bank/questions"


@pytest.fixture
def author(app: Flask, tmp_path: Path) -> Person:
    load(write(tmp_path))
    person = factories.person(name="李作者")
    factories.grant(person, Role.AUTHOR, person.unit)
    return person


@pytest.fixture
def reviewer(author: Person) -> Person:
    person = factories.person(name="王审题", unit=author.unit)
    factories.grant(person, Role.REVIEWER, author.unit)
    return person


def sent(by: Person, stem: str = "对吗？", minutes: int = 0) -> Question:
    made = service.create_question(replace(JUDGE, stem=stem), NOW, by.id)
    service.submit(made, 1, NOW + timedelta(minutes=minutes), by.id)
    db.session.commit()
    return made


def test_the_queue_goes_from_the_oldest_to_the_next(
    author: Person, reviewer: Person, sign_in: Callable[..., FlaskClient]
) -> None:
    late, early = sent(author, "后送的", 9), sent(author, "先送的", 1)
    own = sent(reviewer, "自己的", 0)
    client = sign_in(reviewer)
    html = client.get("/manage/bank/review").text
    assert html.index("自己的") < html.index("先送的") < html.index("后送的")
    assert html.count("本人写过或送审") == 1
    first = client.get("/manage/bank/review/next").location
    assert first == f"{URL}/{early.id}?queue=0"
    assert (
        client.get(f"/manage/bank/review/next?after={early.id}").location
        == f"{URL}/{late.id}?queue={early.id}"
    )
    page = client.get(first).text
    assert "审定，可以使用" in page and "跳过，看下一题" in page
    # A verdict leads to the next one; in the end back to the queue.
    answer = client.post(f"{URL}/{early.id}/approve", data={"number": "1", "queue": "0"})
    assert answer.location == f"{URL}/{late.id}?queue=0"
    answer = client.post(f"{URL}/{late.id}/give-back", data={"number": "1", "queue": "0", "text": "太短。"})
    assert answer.location == "/manage/bank/review"
    assert "后面没有等您审定的试题了。" in client.get(answer.location).text
    assert (early.current_version_id, late.current_version_id) == (early.newest_version_id, None)
    assert own.current_version_id is None


def test_nobody_approves_their_own_work_and_is_told_why(
    author: Person, sign_in: Callable[..., FlaskClient]
) -> None:
    factories.grant(author, Role.REVIEWER, author.unit)
    made, client = sent(author), sign_in(author)
    assert "要由其他审题人审定" in client.get(f"{URL}/{made.id}").text
    answer = client.post(f"{URL}/{made.id}/approve", data={"number": "1"})
    assert answer.status_code == 403
    assert "上次审定以后您写过或送审过这道题，要由其他审题人审定。" in answer.text
    assert made.current_version_id is None


def test_authors_do_not_approve_and_reviewers_do_not_write(
    author: Person, reviewer: Person, sign_in: Callable[..., FlaskClient]
) -> None:
    made = sent(author)
    assert sign_in(author).post(f"{URL}/{made.id}/approve", data={"number": "1"}).status_code == 403
    assert sign_in(author).get("/manage/bank/review").status_code == 403
    assert sign_in(reviewer).get(f"{URL}/{made.id}/edit").status_code == 403
    assert (
        sign_in(reviewer).post(f"{URL}/many", data={"question": made.id, "act": "retire"}).status_code == 403
    )


def test_what_was_given_back_says_why_and_the_history_says_who(
    author: Person, reviewer: Person, sign_in: Callable[..., FlaskClient]
) -> None:
    made = sent(author)
    answer = sign_in(reviewer).post(f"{URL}/{made.id}/give-back", data={"number": "1", "text": " "})
    assert "请写明退回的理由" in sign_in(reviewer).get(answer.location).text or answer.status_code == 302
    sign_in(reviewer).post(f"{URL}/{made.id}/give-back", data={"number": "1", "text": "依据<不对>。"})
    page = sign_in(author).get(f"{URL}/{made.id}").text
    assert "王审题 退回" in page and "依据&lt;不对&gt;。" in page and "草稿" in page
    sign_in(author).post(f"{URL}/{made.id}/comments", data={"text": "已改依据。"})
    sign_in(author).post(f"{URL}/{made.id}/send")
    sign_in(reviewer).post(f"{URL}/{made.id}/approve", data={"number": "1"})
    page = sign_in(author).get(f"{URL}/{made.id}").text
    assert "王审题 审定" in page and "李作者 送审" in page and "已改依据。" in page and "已发布" in page
    actions = db.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert actions[1:] == [
        "question.create", "question.send", "question.give_back", "question.comment", "question.send",
        "question.approve",
    ]  # fmt: skip


def test_a_verdict_on_what_has_changed_meanwhile_is_refused(
    author: Person, reviewer: Person, sign_in: Callable[..., FlaskClient]
) -> None:
    made = sent(author)
    service.edit_question(made.id, replace(JUDGE, stem="真的吗？"), 1, NOW, author.id)
    service.submit(made, 2, NOW, author.id)
    db.session.commit()
    client = sign_in(reviewer)
    answer = client.post(f"{URL}/{made.id}/approve", data={"number": "1", "queue": "0"})
    assert "这道题有了变动" in client.get(answer.location).text
    assert made.current_version_id is None
    for wrong in ("", "x", "9" * 30):
        assert client.post(f"{URL}/{made.id}/approve", data={"number": wrong}).status_code == 302


def test_the_queue_asks_as_often_for_many_as_for_one(
    author: Person, reviewer: Person, sign_in: Callable[..., FlaskClient], queries: Queries
) -> None:
    client, counts = sign_in(reviewer), []
    for more in (1, 2, 30):
        for n in range(more):
            sent(author, f"第 {more} 批 {n}")
        queries.statements.clear()
        assert client.get("/manage/bank/review").status_code == 200
        counts.append(len(queries))
    assert counts == [7, 7, 7]
    assert reviewing.count() == 33
