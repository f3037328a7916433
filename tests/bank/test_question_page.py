"""A question's page: states, what changed between versions, what became of the clauses it rests on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.bank import rule_sets, service
from app.bank.files import ClauseText
from app.bank.models import Clause
from app.bank.states import State, state
from app.domain.access import Role
from app.web.db import db
from tests import factories
from tests.bank.contents import NOW, load, publish, question, write
from tests.bank.test_service import CASE, JUDGE
from tests.conftest import Queries

URL = "/manage/bank/questions"


@pytest.fixture
def author(app: Flask, tmp_path: Path, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    load(write(tmp_path))
    person = factories.person(name="李作者")
    factories.grant(person, Role.AUTHOR, person.unit)
    return sign_in(person)


def test_states(author: FlaskClient) -> None:
    by, other = factories.person(), factories.person()
    made = service.create_question(JUDGE, NOW, by.id)
    seen = [state(made)]
    service.submit(made, 1, NOW, by.id)
    seen.append(state(made))
    service.approve(made, 1, NOW, other.id)
    seen.append(state(made))
    service.edit_question(made.id, replace(JUDGE, stem="新稿"), 1, NOW, by.id)
    db.session.commit()
    seen.append(state(made))
    lists = {name: made.code in author.get(f"{URL}?state={name}").text for name in ["", "all", *State]}
    assert lists == {
        "": True, "all": True, "draft": True, "review": False, "published": True, "revised": True,
        "retired": False,
    }  # fmt: skip
    service.retire(made, NOW)
    seen.append(state(made))
    assert seen == [State.DRAFT, State.REVIEW, State.PUBLISHED, State.REVISED, State.RETIRED]


def test_what_changed_is_marked_within_the_field(author: FlaskClient) -> None:
    made = publish(JUDGE)
    second = replace(
        JUDGE, stem="真的对吗？", explanation="对<b>。", clauses=("five-musts/1", "five-musts/2")
    )
    service.edit_question(made.id, second, 1, NOW, factories.person().id)
    service.edit_question(made.id, replace(second, key=False), 2, NOW, factories.person().id)
    db.session.commit()
    page = author.get(f"{URL}/{made.id}").text
    assert "与第 1 版相比" in page  # the one in use
    assert "<ins>真的</ins>对吗？" in page
    assert "对<ins>&lt;b&gt;</ins>。" in page
    assert "五个必须 · 维护党中央权威<ins>\n五个必须 · 2</ins>" in page
    assert "<del>对</del><ins>错</ins>" in page
    last = author.get(f"{URL}/{made.id}?with=2").text
    assert "与第 2 版相比" in last and "<ins>真的</ins>" not in last and "<del>对</del><ins>错</ins>" in last
    assert "与第" not in author.get(f"{URL}/{made.id}?version=1").text


def test_a_case_shows_the_answers_of_its_parts(author: FlaskClient) -> None:
    made = service.create_question(replace(CASE, pictures=()), NOW, factories.person().id)
    db.session.commit()
    page = author.get(f"{URL}/{made.id}").text
    assert "第 3 小题" in page and "子 → 三\n丑 → 一" in page and "依规\n依纪" in page


def test_a_clause_that_was_reworded_or_superseded_is_pointed_out(author: FlaskClient) -> None:
    made = publish(JUDGE)
    clause = db.session.get_one(Clause, service.newest(made).citations[0].clause_id)
    assert "notice--warn" not in author.get(f"{URL}/{made.id}").text
    text = ClauseText("1", clause.heading, clause.locator, "必须坚决维护党中央权威")
    rule_sets.put_clause(clause.rule_set, clause, text, 1, NOW)
    db.session.commit()
    page = author.get(f"{URL}/{made.id}").text
    assert "有一条条文已改" in page and "必须<ins>坚决</ins>维护党中央权威" in page
    # Saved again as it is, it rests on the present wording.
    service.edit_question(made.id, JUDGE, 1, NOW, factories.person().id)
    db.session.commit()
    assert "有一条条文已改" not in author.get(f"{URL}/{made.id}").text
    assert service.newest(made).number == 2
    rule_sets.supersede(clause.rule_set, date(2026, 12, 1), None, NOW + timedelta(days=1))
    db.session.commit()
    assert "自 2026年12月1日 起不再施行" in author.get(f"{URL}/{made.id}").text


def test_the_page_asks_as_often_for_many_versions_as_for_one(author: FlaskClient, queries: Queries) -> None:
    by, made, counts = factories.person(), question("five-musts-001"), []
    content = service.content_of(service.newest(made))
    for upto in (1, 3, 30):
        for number in range(service.newest(made).number, upto):
            service.edit_question(made.id, replace(content, stem=f"第 {number} 稿"), number, NOW, by.id)
            service.say(made, number + 1, "看过。", NOW, by.id)
        db.session.commit()
        queries.statements.clear()
        assert author.get(f"{URL}/{made.id}").status_code == 200
        counts.append(len(queries))
    assert counts == [11, 11, 11]
