"""The form of a question in a real browser: what it shows for a kind, and that it needs no script."""

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import expect

from app.bank import service
from app.bank.models import Question
from app.domain.access import Role
from app.people.models import Person
from app.web.db import db
from tests import factories
from tests.browser.conftest import Browse
from tests.exams import build

pytestmark = pytest.mark.browser


def author() -> Person:
    root = factories.unit("青禾县", code=f"qh-{factories.unit('某县').id}")
    person = factories.person("沈砚秋", root)
    factories.grant(person, Role.AUTHOR, root)
    return person


def newest() -> Question:
    db.session.expire_all()
    return db.session.scalars(sa.select(Question).order_by(Question.id.desc()).limit(1)).one()


def test_the_form_shows_what_the_kind_wants_and_sends_nothing_else(live: Flask, browse: Browse) -> None:
    rules = build.rule_set(f"rules-{factories.unit().id}")
    page = browse(author()).new_page()
    page.goto("/manage/bank/questions/new")
    page.fill("#options", "甲\n乙")
    page.select_option("#kind", "judge")
    expect(page.locator("#options")).to_be_hidden()
    expect(page.get_by_text("判断题写“对”或“错”。")).to_be_visible()
    expect(page.get_by_text("单选题写 B，多选题写 ACD。")).to_be_hidden()
    page.fill("#stem", "这话对吗？")
    page.fill("#key", "对")
    page.fill("#explanation", "见原文。")
    page.fill("#topic", "政治纪律")
    page.select_option("#set", rules.code)
    page.locator("#shelves [name=clauses]").first.check()
    page.get_by_role("button", name="保存并送审").click()
    expect(page.get_by_text("已送审。审定以后才会用于组卷。")).to_be_visible()
    version = service.newest(newest())
    assert (version.kind, version.options, version.answer.key) == ("judge", [], True)


def test_a_case_is_written_without_a_script(live: Flask, browse: Browse) -> None:
    page = browse(author(), script=False).new_page()
    page.goto("/manage/bank/questions/new")
    page.select_option("#kind", "case")
    page.fill("#stem", "某支部三个月没有开会。")
    page.get_by_role("button", name="添加小题").click()
    page.select_option("#parts-0-kind", "short")
    page.fill("#parts-0-stem", "应当怎么办？")
    page.fill("#parts-0-key", "及时召开")
    page.get_by_role("button", name="存草稿").last.click()
    expect(page.get_by_text("送审前还要补齐：解析、知识点、依据。")).to_be_visible()
    assert service.newest(newest()).parts[0]["stem"] == "应当怎么办？"
