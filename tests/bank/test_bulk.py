"""Many questions at once: each by itself, and what was refused says why."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.bank import service
from app.bank.models import Question
from app.domain.access import Role
from app.domain.questions import Kind
from app.domain.questions import Question as Content
from app.people.models import Person
from app.web.db import db
from tests import factories
from tests.bank.contents import NOW, load, question, write

JUDGE = Content(Kind.JUDGE, "对吗？", (), True, "对。", ("five-musts/1",), "政治纪律", "easy")
URL = "/manage/bank/questions"


@pytest.fixture
def admin(app: Flask, tmp_path: Path) -> Person:
    load(write(tmp_path))
    person = factories.person()
    factories.grant(person, Role.ADMIN, person.unit)
    return person


def draft(by: Person, **more: object) -> Question:
    made = service.create_question(replace(JUDGE, **more), NOW, by.id)  # type: ignore[arg-type]
    db.session.commit()
    return made


def act(client: FlaskClient, name: str, *questions: Question, url: str = f"{URL}/many", **more: str) -> str:
    ids = [one.id for one in questions]
    answer = client.post(f"{url}?kind=judge", data={"act": name, "question": ids, **more})
    assert answer.location == f"{URL}?kind=judge"
    return client.get(answer.location).text


def test_what_is_complete_is_sent_and_the_rest_is_named(
    admin: Person, sign_in: Callable[..., FlaskClient]
) -> None:
    client = sign_in(admin)
    good, bare = draft(admin), draft(admin, explanation="")
    page = act(client, "send", good, bare, question("five-musts-001"))
    assert "1 题：已办理。" in page
    assert f"1 题没有办理（内容不全：请写明解析）：{bare.code}" in page
    assert "1 题没有办理（不是草稿）：five-musts-001" in page
    assert [service.newest(one).submitted_at is not None for one in (good, bare)] == [True, False]


def test_approving_many_leaves_out_ones_own(admin: Person, sign_in: Callable[..., FlaskClient]) -> None:
    other, client = factories.person(), sign_in(admin)
    mine, theirs = draft(admin), draft(other)
    for made, by in ((mine, admin), (theirs, other)):
        service.submit(made, 1, NOW, by.id)
    db.session.commit()
    page = act(client, "", mine, theirs, url=f"{URL}/many/approve")
    assert "1 题：已办理。" in page
    assert f"（本人写过或送审的，要由其他人审定）：{mine.code}" in page
    assert (mine.current_version_id, theirs.current_version_id) == (None, theirs.newest_version_id)


def test_retire_restore_and_review_date(admin: Person, sign_in: Callable[..., FlaskClient]) -> None:
    client, one, two = sign_in(admin), question("five-musts-001"), question("five-musts-002")
    act(client, "retire", one, two)
    assert one.retired_at is not None and two.retired_at is not None
    act(client, "restore", one)
    assert "1 题没有办理（没有停用）" in act(client, "restore", one)
    act(client, "review_on", one, review_on="2026-01-05")
    assert one.review_on == date(2026, 1, 5)
    assert "待复核" in client.get(f"{URL}?review=overdue").text
    assert "five-musts-002" not in client.get(f"{URL}?review=overdue&state=all").text
    assert "复核日期要写成 2027-03-01 这样。" in act(client, "review_on", one, review_on="x")
    act(client, "review_on", one)
    assert one.review_on is None


def test_tags_make_a_version_that_is_as_far_as_the_one_before(
    admin: Person, sign_in: Callable[..., FlaskClient]
) -> None:
    client, made = sign_in(admin), question("five-musts-001")
    act(client, "tag", made, tags="重点 2026")
    newest = service.newest(made)
    assert (newest.number, newest.tags) == (2, ["重点", "2026"])
    assert made.current_version_id == newest.id and newest.approved_at == NOW
    assert "（已有这些标签）：five-musts-001" in act(client, "tag", made, tags="重点")
    assert "请填写要加的标签" in act(client, "tag", made, tags=" ")
    assert "five-musts-001" in client.get(f"{URL}?tag=重点").text
    assert "没有符合条件的试题" in client.get(f"{URL}?tag=重").text
    drafted = draft(factories.person())
    act(client, "tag", drafted, tags="重点")
    assert service.newest(drafted).submitted_at is None and drafted.current_version_id is None


def test_nothing_ticked_or_no_such_act(admin: Person, sign_in: Callable[..., FlaskClient]) -> None:
    client = sign_in(admin)
    assert "请先勾选试题" in act(client, "retire")
    assert "请先勾选试题" in act(client, "explode", question("five-musts-001"))
    answer = client.post(f"{URL}/many", data={"act": "retire", "question": ["x", "9" * 40, "999999"]})
    assert answer.status_code == 302


def test_many_refusals_fit_in_the_cookie(admin: Person, sign_in: Callable[..., FlaskClient]) -> None:
    made = [draft(admin, stem=f"第 {n} 问", explanation="") for n in range(60)]
    page = act(sign_in(admin), "send", *made)
    assert "60 题没有办理（内容不全：请写明解析）" in page and " 等" in page
