from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.audit.models import AuditEvent
from app.bank import queries, service
from app.bank.models import Question, QuestionVersion
from app.domain.access import Role
from app.domain.questions import Kind
from app.domain.questions import Question as Content
from app.web.db import db
from tests import factories
from tests.bank.contents import NOW, load, question, write
from tests.conftest import Queries

FORM = {
    "kind": "multiple", "topic": "政治纪律", "difficulty": "medium", "stem": "哪些是原文？",
    "options": "A. 甲\r\nB. 乙\r\nC. 丙", "key": "CA", "explanation": "甲、丙见原文。",
    "clauses": ["five-musts/2", "five-musts/1"],
}  # fmt: skip


@pytest.fixture
def author(app: Flask, tmp_path: Path, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    load(write(tmp_path))
    person = factories.person(name="李作者")
    factories.grant(person, Role.AUTHOR, person.unit)
    return sign_in(person)


def many(n: int) -> None:
    """n more questions in use."""
    by = factories.person()
    for at in range(n):
        content = Content(Kind.JUDGE, f"第 {at} 问", (), True, "对。", ("five-musts/1",), "作风建设", "easy")
        service.create_question(content, NOW, by.id)
    db.session.commit()


def edit(client: FlaskClient, code: str = "five-musts-001", based_on: int = 1, **changes: Any) -> Any:
    url = f"/manage/bank/questions/{question(code).id}/edit"
    return client.post(url, data={**FORM, "based_on": based_on, **changes})


def newest(code: str) -> QuestionVersion:
    return db.session.get_one(QuestionVersion, question(code).newest_version_id)


def actions() -> list[str]:
    return list(db.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)))


def test_a_learner_has_no_business_here(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    learner = sign_in(factories.person())
    for url in ("/manage/bank/questions", "/manage/bank/questions/new", "/manage/bank/rules"):
        assert learner.get(url).status_code == 403


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["five-musts-001", "five-musts-002"]),
        ("?kind=blanks", ["five-musts-002"]),
        ("?topic=政治纪律", ["five-musts-001"]),
        ("?topic=组织原则", ["five-musts-002"]),
        ("?difficulty=hard", ["five-musts-002"]),
        ("?q=（　　）", ["five-musts-001"]),
        ("?q=MUSTS-002", ["five-musts-002"]),
        ("?q=%25", []),
        ("?rule_set=five-musts", ["five-musts-001", "five-musts-002"]),
        ("?rule_set=seven-prohibitions", []),
        ("?state=retired", []),
        ("?state=all&kind=single", ["five-musts-001"]),
        ("?page=9", []),
    ],
)
def test_filters_live_in_the_address(author: FlaskClient, query: str, shown: list[str]) -> None:
    html = author.get(f"/manage/bank/questions{query}").text
    assert [
        code for code in ("five-musts-001", "five-musts-002") if f'data-label="编号">{code}<' in html
    ] == shown


def test_the_list_asks_the_database_as_often_for_many_as_for_one(
    author: FlaskClient, queries: Queries
) -> None:
    counts = []
    for more in (0, 1, 30):
        many(more)
        queries.statements.clear()
        assert author.get("/manage/bank/questions").status_code == 200
        counts.append(len(queries))
    assert counts == [6, 6, 6]


def test_create(author: FlaskClient) -> None:
    answer = author.post("/manage/bank/questions/new", data=FORM)
    made = db.session.scalars(sa.select(Question).where(Question.code.startswith("own-"))).one()
    assert answer.location == f"/manage/bank/questions/{made.id}"
    version = db.session.get_one(QuestionVersion, made.newest_version_id)
    assert (version.number, version.kind, version.options) == (1, "multiple", ["甲", "乙", "丙"])
    assert (version.answer.key, version.answer.explanation) == (["a", "c"], "甲、丙见原文。")
    assert [cited.clause.code for cited in version.citations] == ["1", "2"]
    assert actions() == ["bank.import", "question.create"]
    page = author.get(answer.location).text
    assert "AC" in page
    assert "习近平：《在会上的讲话》（节选），2015年1月13日，北京" in page
    assert "李作者" in page


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"stem": " "}, "请填写题干。"),
        ({"key": "AE"}, "答案是 E，选项里没有。请用选项的字母填写。"),
        ({"key": "A"}, "多选题至少要有两个正确选项（1）。"),
        ({"options": "甲\n甲"}, "选项 A、B 相同。"),
        ({"kind": "judge", "options": "", "key": "也许"}, "答案的写法与题型不符，请按说明填写。"),
        ({"kind": "blanks", "options": "", "key": "甲"}, "填空题的题干里要用四个下划线（____）标出每个空。"),
        ({"clauses": []}, "请至少选一条依据。"),
        ({"clauses": ["five-musts/9"]}, "所选条款已不存在，请重新选择。"),
        ({"explanation": ""}, "请写明解析。"),
    ],
)
def test_a_fault_stands_at_its_field_and_nothing_is_saved(
    author: FlaskClient, changes: dict[str, Any], message: str
) -> None:
    answer = author.post("/manage/bank/questions/new", data={**FORM, **changes, "send": "1"})
    assert answer.status_code == 200
    assert message in answer.text
    assert actions() == ["bank.import"]


def test_a_preview_saves_nothing_and_shows_what_a_learner_sees(author: FlaskClient) -> None:
    blanks = {
        "kind": "blanks",
        "stem": "维护____和____。",
        "options": "",
        "key": "甲 | 乙\n丙",
        "preview": "1",
    }
    answer = author.post("/manage/bank/questions/new", data={**FORM, **blanks})
    assert answer.text.count('<input class="blank"') == 2
    assert 'aria-label="第 2 空"' in answer.text
    assert actions() == ["bank.import"]


def test_an_edit_is_a_new_version(author: FlaskClient) -> None:
    old = newest("five-musts-001")
    assert edit(author).status_code == 302
    new = newest("five-musts-001")
    assert (new.number, new.kind, new.stem) == (2, "multiple", "哪些是原文？")
    assert (old.number, old.stem) == (1, "必须维护（　　）。")
    assert actions() == ["bank.import", "question.edit"]
    history = author.get(f"/manage/bank/questions/{new.question_id}?version=1").text
    assert "必须维护（　　）。" in history
    assert author.get(f"/manage/bank/questions/{new.question_id}?version=9").status_code == 404


def test_saving_what_is_there_makes_no_version(author: FlaskClient) -> None:
    edit(author)
    assert edit(author, based_on=2).status_code == 302
    assert newest("five-musts-001").number == 2


def test_an_edit_of_an_older_version_is_refused(author: FlaskClient) -> None:
    edit(author)
    answer = edit(author, based_on=1, stem="另一个题干")
    assert "这道题已被别人修改" in answer.text
    assert newest("five-musts-001").stem == "哪些是原文？"


def test_the_form_holds_what_is_stored(author: FlaskClient) -> None:
    html = author.get(f"/manage/bank/questions/{question('five-musts-002').id}/edit").text
    assert "党中央权威\n党的团结 | 团结</textarea>" in html
    assert html.count("checked") == 2


def test_retire_and_restore(author: FlaskClient) -> None:
    url = f"/manage/bank/questions/{question('five-musts-001').id}"
    for _again in (1, 2):
        assert author.post(url + "/retire").status_code == 302
    assert [c.question_id for c in queries.candidates()] == ["five-musts-002"]
    assert "已停用" in author.get("/manage/bank/questions?state=retired").text
    author.post(url + "/restore")
    assert question("five-musts-001").retired_at is None
    assert actions() == ["bank.import", "question.retire", "question.restore"]


def test_unknown_questions_are_not_found(author: FlaskClient) -> None:
    for url in ("/manage/bank/questions/999", "/manage/bank/questions/999/edit"):
        assert author.get(url).status_code == 404
