from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.bank import amending
from app.bank.models import Clause
from app.bank.reading import marked
from app.domain.questions import Kind
from app.domain.questions import Question as Content
from app.web.db import db
from tests import factories
from tests.bank.contents import NOW, load, publish, write
from tests.conftest import Queries


@pytest.fixture
def learner(app: Flask, tmp_path: Path, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    load(write(tmp_path))
    return sign_in(factories.person())


def test_the_shelf_lists_the_sets_in_order(learner: FlaskClient) -> None:
    html = learner.get("/rules/").text
    assert html.index("五个必须") < html.index("七个严禁")
    assert "2 条 · 2 道题" in html
    assert "尚未填写" in html


def test_an_empty_shelf_says_what_to_do(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    assert "管理员导入题库文件后" in sign_in(factories.person()).get("/rules/").text


def test_a_set_shows_its_clauses_and_its_source(learner: FlaskClient) -> None:
    html = learner.get("/rules/five-musts").text
    for text in ("必须维护党中央权威", "第一条", "在会上的讲话", "节选", "习近平", "2015年1月13日", "北京"):
        assert text in html
    assert 'id="clause-2"' in html


def test_an_empty_local_set_says_who_fills_it_in(learner: FlaskClient) -> None:
    html = learner.get("/rules/seven-prohibitions").text
    assert "本地条文还没有填写" in html
    assert "请联系教务管理员填写" in html


def test_a_clause_has_a_stable_address(learner: FlaskClient) -> None:
    assert learner.get("/rules/clause/five-musts/2").location == "/rules/five-musts#clause-2"
    for missing in ("/rules/clause/five-musts/9", "/rules/clause/none/1", "/rules/none"):
        assert learner.get(missing).status_code == 404


def test_a_set_costs_the_same_however_long_it_is(learner: FlaskClient, queries: Queries) -> None:
    counts = []
    for code in ("five-musts", "seven-prohibitions"):
        queries.statements.clear()
        learner.get(f"/rules/{code}")
        counts.append(len([s for s in queries.statements if "rule_set" in s or "clause" in s]))
    assert counts[0] == counts[1]


def test_a_set_with_enough_questions_leads_to_its_quiz(learner: FlaskClient) -> None:
    link = 'href="/quiz-on/five-musts"'
    assert link not in learner.get("/rules/five-musts").text
    for stem in ("甲", "乙", "丙"):
        publish(Content(Kind.JUDGE, stem, (), True, "对。", ("five-musts/1",), "政治纪律", "easy"))
    db.session.commit()
    assert link in learner.get("/rules/five-musts").text


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("团结", ["2"]),
        ("维护", ["1", "2"]),
        ("维护 权威", ["1"]),
        ("五个必须 团结", ["2"]),
        ("没有", []),
        ("%", []),
    ],
)
def test_clauses_are_found_by_every_word(learner: FlaskClient, asked: str, found: list[str]) -> None:
    html = learner.get("/rules/search", query_string={"q": asked}).text
    assert [code for code in ("1", "2") if f'/rules/five-musts#clause-{code}"' in html] == found
    assert ("没有找到" in html) is not bool(found)


def test_what_was_sought_is_marked_and_nothing_else_is_let_through() -> None:
    assert marked("党的<团结>统一", ["团结", "团结>统"]) == "党的&lt;<mark>团结&gt;统</mark>一"
    assert marked("Party 党", ["party"]) == "<mark>Party</mark> 党"
    assert marked("a<b", []) == "a&lt;b"


def test_a_clause_amended_by_hand_says_so_wherever_it_is_read(learner: FlaskClient) -> None:
    clause = db.session.scalars(sa.select(Clause).where(Clause.code == "2")).one()
    amending.amend(clause, "决定", date(2026, 11, 1), "必须维护党的团结统一", NOW, factories.person().id)
    db.session.commit()
    for address in ("/rules/five-musts", "/rules/search?q=团结统一"):
        assert "自2026年11月1日起按《决定》修改。" in learner.get(address).text
