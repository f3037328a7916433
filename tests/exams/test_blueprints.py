"""组卷规则: typed, checked, and counted against the bank."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.audit.models import AuditEvent
from app.bank.models import QuestionVersion
from app.domain.access import Role
from app.domain.questions import Kind
from app.exams import grids
from app.exams.bases import Bases, Unknown
from app.exams.blueprint_forms import typed
from app.exams.models import Blueprint
from app.people.models import Person
from app.web.db import db
from tests import factories
from tests.conftest import Queries
from tests.exams import build

URL = "/manage/exams/blueprints/new"
RULES = {"title": "季度测试", "minutes": "60", "pass_percent": "70", "total": "20"}
SECTION = {
    "sections-0-title": "一、单选题", "sections-0-kind": "single", "sections-0-points": "2.5",
    "sections-0-preset": "exact", "sections-0-rows-0-topics": "政治纪律、四风",
    "sections-0-rows-0-easy": "2", "sections-0-rows-0-hard": "1", "sections-0-rows-1-basis": "条目集一/1",
    "sections-0-rows-1-free": "5",
}  # fmt: skip
CHOSEN = {"sections-0-kind", "sections-0-preset"}
CONDITION = {"at_least-0-count": "1", "at_least-0-basis": "条目集一", "at_least-0-kind": "single"}


@pytest.fixture
def admin(app: Flask, sign_in: Callable[[Person], FlaskClient]) -> FlaskClient:
    county = factories.unit("青禾县")
    person = factories.person("管理员", county)
    factories.grant(person, Role.ADMIN, county)
    return sign_in(person)


@pytest.fixture
def one_set(app: Flask) -> str:
    """Called 条目集一; three easy questions rest on its only clause."""
    made = build.rule_set()
    made.title = "条目集一"
    build.questions(made, single=3)
    other = build.rule_set()
    for topic in ("四风", "党的建设/作风建设", "干部教育/作风建设"):
        build.question(other, Kind.JUDGE).topic = topic
    db.session.commit()
    return made.code


def test_a_grid_is_typed_stored_and_shown_again(admin: FlaskClient, one_set: str) -> None:
    more = {"rest_days": "30", "rest_exams": "2", "enemies": "q-1、q-2\nq-3 q-4 q-5\n\n"}
    page = admin.post(URL, data=RULES | SECTION | CONDITION | more, follow_redirects=True).text
    found = db.session.scalars(sa.select(Blueprint)).one()
    topics = ["政治纪律", "四风"]
    assert found.sections == [
        {"title": "一、单选题", "kind": "single", "points": 25, "preset": "exact", "cells": [
            build.cell(2, topics=topics, difficulty="easy"), build.cell(1, topics=topics, difficulty="hard"),
            build.cell(5, clauses=[f"{one_set}/1"]),
        ]}
    ]  # fmt: skip
    assert found.at_least == [build.cell(1, kind="single", rule_sets=[one_set])]
    assert (found.total, found.rest_days, found.rest_exams) == (200, 30, 2)
    assert found.enemies == [["q-1", "q-2"], ["q-3", "q-4", "q-5"]]
    for shown in (
        'value="2.5"',
        'value="政治纪律、四风"',
        'value="条目集一/1"',
        'value="条目集一"',
        "有 3",
        "有 0",
    ):
        assert shown in page
    admin.post(f"/manage/exams/blueprints/{found.id}", data=RULES | SECTION | {"title": "新名"})
    assert db.session.scalars(sa.select(Blueprint)).one().at_least == []
    acts = db.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id))
    assert list(acts) == ["blueprint.create", "blueprint.update"]


def test_what_the_bank_has_is_counted_without_saving(admin: FlaskClient, one_set: str) -> None:
    page = admin.post(URL, data=RULES | SECTION | CONDITION | {"count": "1"}).text
    assert "规则还没有保存" in page
    assert page.count("grid__count--short") == 2  # one hard, five on the clause
    assert db.session.scalars(sa.select(Blueprint)).all() == []


@pytest.mark.parametrize("more", ["0", "sections", "at_least"])
def test_more_lines_are_to_be_had_without_a_script(admin: FlaskClient, more: str) -> None:
    before = admin.post(URL, data={"more": "nothing"}).text
    assert f'<form method="post" action="{URL}" ' in before  # counting and saving come back at the top
    page = admin.post(URL, data={"more": more}).text
    field = {"0": "sections-0-rows-1-easy", "sections": "sections-1-title", "at_least": "at_least-1-count"}[
        more
    ]
    assert f'name="{field}"' in page and f'name="{field}"' not in before
    (first,) = re.findall(f'value="{more}" formaction="#([^"]+)"', before)  # where the page comes back
    assert f'id="{first}"' in page and f'id="{first}"' not in before
    assert db.session.scalars(sa.select(Blueprint)).all() == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sections-0-rows-0-easy": "-1"}, "题数要在 1 至 300 之间"),
        ({"sections-0-rows-0-easy": "²"}, "题数要在 1 至 300 之间"),
        ({"sections-0-rows-0-easy": "299"}, "一份试卷最多 300 题"),
        ({"sections-0-points": "2.55"}, "最多一位小数"),
        ({"sections-0-points": "NaN"}, "最多一位小数"),
        ({"sections-0-title": ""}, "没有标题"),
        ({"sections-0-preset": "per_blank"}, "评分办法与题型不符，单选题可选“全部答对得分”"),
        ({"sections-0-kind": "essay"}, "论述题可选“简答、论述、案例分析：由阅卷人给分”"),
        ({"sections-0-kind": "song"}, "题型或评分办法不对"),
        ({"at_least-0-count": "1", "at_least-0-difficulty": "so so"}, "题型或难度不对"),
        ({"sections-0-rows-0-basis": "没有的集"}, "没有叫“没有的集”的条目集或条款"),
        ({"sections-0-rows-0-basis": "条目集一/9"}, "没有叫“条目集一/9”的条目集或条款"),
        ({"sections-0-rows-0-topics": "政治纪侓"}, "没有叫“政治纪侓”的知识点，是否指“政治纪律”？"),
        ({"at_least-0-count": "1", "at_least-0-topics": "无关"}, "没有叫“无关”的知识点。"),
        (
            {"sections-0-rows-0-topics": "作风建设"},
            "不止一个，请写全：“党的建设/作风建设”、“干部教育/作风建设”",
        ),
        ({"total": "100"}, "各大题合计 20 分，不是 100 分"),
        ({"total": "很多"}, "最多一位小数"),
        ({"at_least-0-count": "", "at_least-0-topics": "四风"}, "第 1 个整卷条件没有题数"),
        (dict.fromkeys(sorted(set(SECTION) - CHOSEN), ""), "至少填写一个大题"),
    ],
)  # fmt: skip
def test_a_faulty_grid_is_refused_in_words(
    admin: FlaskClient, one_set: str, change: dict[str, str], words: str
) -> None:
    page = admin.post(URL, data=RULES | SECTION | change)
    assert page.status_code == 200 and words in page.text
    assert db.session.scalars(sa.select(Blueprint)).all() == []


def test_a_topic_may_be_called_by_where_its_path_ends(admin: FlaskClient, one_set: str) -> None:
    question = db.session.scalars(sa.select(QuestionVersion).where(QuestionVersion.topic == "四风")).one()
    question.topic = "党的建设/作风/四风"
    db.session.commit()
    for typed_so in ("四风、作风/四风", "党的建设/作风/四风"):
        admin.post(URL, data=RULES | SECTION | {"sections-0-rows-0-topics": typed_so})
    found = db.session.scalars(sa.select(Blueprint)).all()
    assert [one.sections[0]["cells"][0]["topics"] for one in found] == [["党的建设/作风/四风"]] * 2


def test_two_editors_do_not_overwrite_each_other(admin: FlaskClient, one_set: str) -> None:
    found = build.blueprint(single=5)
    url = f"/manage/exams/blueprints/{found.id}"
    shown = admin.get(url).text.split('name="shown" type="hidden" value="')[1].split('"')[0]
    found.title = "别人改的"
    db.session.commit()
    page = admin.post(url, data=RULES | SECTION | {"shown": shown}).text
    assert "内容已有改动，所以没有保存" in page


def test_a_grid_comes_back_from_the_form_as_it_was(app: Flask, one_set: str) -> None:
    """Cells of one row, of several, in no order of difficulty."""
    cells = [
        build.cell(1, difficulty="hard"), build.cell(2, difficulty="easy"), build.cell(3),
        build.cell(1, difficulty="easy", rule_sets=[one_set]), build.cell(1, difficulty="easy"),
    ]  # fmt: skip
    section = {"title": "一", "kind": "single", "points": 10, "preset": "exact", "cells": cells}
    grid: dict[str, Any] = {
        "sections": [section], "at_least": [], "enemies": [], "total": 80, "rest_days": 0, "rest_exams": 0,
    }  # fmt: skip
    rows = typed(grid, Bases())["sections"][0]["rows"]
    assert [{k: v for k, v in row.items() if v} for row in rows] == [
        {"hard": "1"}, {"easy": "2", "free": "3"}, {"basis": "条目集一", "easy": "1"}, {"easy": "1"},
    ]  # fmt: skip
    assert grids.eased(grid, grids.plan(grid)) == grid


def test_names_that_are_no_name(app: Flask, one_set: str) -> None:
    bases = Bases()
    assert bases.read("") == ([], [])
    assert bases.read(f" 条目集一 、{one_set}/1，") == ([one_set], [f"{one_set}/1"])
    for text in ("条目集", "条目集一/", "/1", "条目集一/1/1"):
        if text == "条目集一/":
            assert bases.read(text) == ([one_set], [])
        else:
            with pytest.raises(Unknown):
                bases.read(text)


def test_the_list_sends_a_constant_number_of_statements(admin: FlaskClient, queries: Queries) -> None:
    sent = []
    for rows in (1, 2, 27):
        for _ in range(rows):
            build.blueprint(single=2, judge=1)
        queries.statements.clear()
        assert admin.get("/manage/exams/blueprints").status_code == 200
        sent.append(len(queries))
    assert sent == [sent[0]] * 3
