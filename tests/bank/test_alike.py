"""What is much like a question is found among many, by two statements."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from app.bank import alike, service
from app.bank.alike import Alike
from app.domain.questions import Kind, Part
from app.domain.questions import Question as Content
from app.web.db import db
from tests import factories
from tests.bank.contents import NOW, load, question, write
from tests.conftest import Queries

STEM = "党的各级组织和全体党员必须自觉遵守党的政治纪律和政治规矩，同党中央保持高度一致。"
ONE = Content(Kind.JUDGE, STEM, (), True, "对。", ("five-musts/1",), "政治纪律", "easy")
CHANGED = replace(ONE, stem=STEM.replace("自觉", "严格"))


@pytest.fixture
def bank(app: Flask, tmp_path: Path) -> None:
    load(write(tmp_path))


def test_near_duplicates_are_found(bank: None) -> None:
    made = service.create_question(ONE, NOW, factories.person().id)
    [found] = alike.like(CHANGED)
    assert (found.question_id, found.code, found.stem) == (made.id, made.code, STEM)
    assert 80 <= found.percent <= 99
    [same] = alike.like(replace(ONE, stem=STEM.replace("，", " ")))
    assert same == Alike(made.id, made.code, STEM, 100)
    assert alike.like(ONE, apart_from=made.id) == []
    assert alike.like(replace(ONE, stem="毫不相干的另一个题目。")) == []


def test_a_question_is_what_its_newest_version_says_while_it_is_in_use(bank: None) -> None:
    made = service.create_question(ONE, NOW, factories.person().id)
    service.edit_question(made.id, replace(ONE, stem="毫不相干的另一个题目。"), 1, NOW, factories.person().id)
    assert alike.like(ONE) == []
    service.edit_question(made.id, ONE, 2, NOW, factories.person().id)
    assert [one.question_id for one in alike.like(ONE)] == [made.id]
    service.retire(made, NOW)
    db.session.flush()
    assert alike.like(ONE) == []


def test_options_count_and_so_do_parts(bank: None) -> None:
    stored = service.content_of(question("five-musts-001").newest)
    assert [one.code for one in alike.like(replace(stored, options=("个人权威", "党中央权威")))] == [
        "five-musts-001"
    ]
    assert alike.like(replace(stored, options=("毫不相干的甲选项", "毫不相干的乙选项"))) == []
    case = replace(
        ONE, kind=Kind.CASE, key=None, stem="某支部三个月没有开会。",
        parts=(Part(Kind.SHORT, "支部违反了哪些规定？应当怎么办？", (), ["依规"]),),
    )  # fmt: skip
    made = service.create_question(case, NOW, factories.person().id)
    assert [(one.question_id, one.percent) for one in alike.like(case)] == [(made.id, 100)]


def test_many_at_once_cost_as_much_as_one(bank: None, queries: Queries) -> None:
    by = factories.person()
    for at in range(30):
        service.create_question(replace(ONE, stem=f"{STEM}{at}"), NOW, by.id)
    db.session.commit()
    queries.statements.clear()
    found = alike.like_each({name: replace(ONE, stem=f"{STEM}{name}") for name in range(30)})
    assert len(queries) == 2
    assert all(found[name][0].percent >= 97 and len(found[name]) == 20 for name in range(30))
