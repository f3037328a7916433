from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.audit.models import AuditEvent
from app.bank.models import RuleSet
from app.domain.access import Role
from app.web.db import db
from tests import factories
from tests.bank.contents import load, write
from tests.bank.test_manage_questions import FORM
from tests.conftest import Queries

URL = "/manage/bank/rules/seven-prohibitions"
FILLED = {
    "summary": "本县规定。", "document": "关于“七个严禁”的规定", "issuer": "中共青禾县委",
    "number": "青委〔2026〕3号", "dated": "2026-03-01", "place": "",
    "clauses": "严禁甲。\r\n小标题｜严禁乙。",
}  # fmt: skip


@pytest.fixture
def author(app: Flask, tmp_path: Path, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    load(write(tmp_path))
    person = factories.person()
    factories.grant(person, Role.AUTHOR, person.unit)
    return sign_in(person)


def local() -> RuleSet:
    return db.session.scalars(sa.select(RuleSet).where(RuleSet.local)).one()


def clauses() -> list[tuple[str, str, str]]:
    return [(clause.code, clause.heading, clause.text) for clause in local().clauses]


def test_a_county_fills_in_its_own_set(author: FlaskClient) -> None:
    assert author.post(URL, data=FILLED).location == "/manage/bank/rules"
    assert clauses() == [("1", "", "严禁甲。"), ("2", "小标题", "严禁乙。")]
    assert "中共青禾县委：《关于“七个严禁”的规定》（青委〔2026〕3号），2026年3月1日" in author.get(
        "/manage/bank/rules"
    ).text.replace("&#34;", '"')
    event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "rule_set.edit")).one()
    assert '"2": "小标题｜严禁乙。"' in (event.after or "")
    assert "1. 严禁甲。\n2. 小标题｜严禁乙。</textarea>" in author.get(URL).text
    assert "严禁甲。" in author.get("/rules/seven-prohibitions").text


def test_numbers_stay_with_their_clauses(author: FlaskClient) -> None:
    author.post(URL, data=FILLED)
    author.post(URL, data={**FILLED, "clauses": "严禁丙。\n2. 严禁乙方。"})
    assert clauses() == [("3", "", "严禁丙。"), ("2", "", "严禁乙方。")]


def test_a_clause_that_questions_cite_cannot_go(author: FlaskClient) -> None:
    author.post(URL, data=FILLED)
    author.post("/manage/bank/questions/new", data={**FORM, "clauses": ["seven-prohibitions/2"]})
    answer = author.post(URL, data={**FILLED, "clauses": "1. 严禁甲。", "document": "另一文件"})
    assert "已有试题引用第 2 条，不能删去。" in answer.text
    assert len(clauses()) == 2
    assert local().document == "关于“七个严禁”的规定"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"clauses": ""}, "请填写条文，每行一条。"),
        ({"clauses": "1. 甲\n1. 乙"}, "有两行用了同一个编号。"),
        ({"clauses": "标题｜"}, "有的行只有编号或小标题，没有条文。"),
        ({"document": " "}, "请填写文件名称。"),
        ({"dated": ""}, "请填写日期，如 2026-03-01。"),
    ],
)
def test_faults_stand_at_their_fields(author: FlaskClient, changes: dict[str, str], message: str) -> None:
    assert message in author.post(URL, data={**FILLED, **changes}).text
    assert clauses() == []


def test_central_sets_cannot_be_edited_here(author: FlaskClient) -> None:
    for answer in (author.get("/manage/bank/rules/five-musts"), author.post("/manage/bank/rules/five-musts")):
        assert answer.status_code == 409
        assert "这是统一的条目集" in answer.text
    assert author.get("/manage/bank/rules/none").status_code == 404


def test_the_list_asks_as_often_for_many_as_for_one(author: FlaskClient, queries: Queries) -> None:
    counts = []
    for more in (0, 1, 30):
        for at in range(more):
            db.session.add(
                RuleSet(
                    code=f"s{more}-{at}", title="集", summary="", position=at, excerpt=False, local=False,
                    document="", issuer="", number="", place="", note="",
                )
            )  # fmt: skip
        db.session.commit()
        queries.statements.clear()
        assert author.get("/manage/bank/rules").status_code == 200
        counts.append(len(queries))
    assert counts == [3, 3, 3]
