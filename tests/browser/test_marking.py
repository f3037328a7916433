"""Marking in a real browser: the keyboard alone, two tabs, an answer that lapsed, and no script at all."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect

from app.domain.access import Role
from app.domain.marking import LAPSE
from app.exams import attempts, graders, saving, service
from app.exams.epochs import Origin
from app.exams.models import Attempt, Exam
from app.exams.result_models import Mark
from app.people.models import Person
from app.web import clock
from app.web.db import db
from tests import factories
from tests.browser.conftest import Browse, shift_clock
from tests.exams import build

pytestmark = pytest.mark.browser
LONG = "一是讲政治，坚决维护党中央权威和集中统一领导。二是守纪律，不搞小圈子。" * 8


@pytest.fixture
def exam(live: Flask) -> Exam:
    """Three have handed in a short answer and the written part of a case."""
    now = clock.now()
    made = build.exam(now, short=1, case=1)
    made.title = "2026年秋季青年干部培训班结业考试"
    for n in range(3):
        person = factories.person()
        service.assign(made, person=person)
        attempt, _ = attempts.start(made, person.id, now)
        given = [{"slot": slot, "seq": 1, "value": f"第{n}份。{LONG}"} for slot in (1, 3)]
        sent = saving.parse({"epoch": 1, "responses": given})[1]
        attempts.submit(attempt.id, person.id, Origin(factories.session_for(person).id), None, sent, now)
    db.session.commit()
    return made


def grader(exam: Exam) -> Person:
    person = factories.person("阅卷人")
    factories.grant(person, Role.GRADER, person.unit)
    graders.name(exam, person, [], arbitrates=False)
    db.session.commit()
    return person


def given(exam: Exam, slot: int = 1) -> list[list[int]]:
    db.session.rollback()
    rows = sa.select(Mark.parts).join(Attempt).where(Attempt.exam_id == exam.id, Mark.at.is_not(None))
    return list(db.session.scalars(rows.where(Mark.slot == slot).order_by(Mark.at)).all())


@pytest.fixture
def open_desk(browse: Browse) -> Callable[..., Page]:
    def make(person: Person, **more: bool) -> Page:
        page = browse(person, phone=False, **more).new_page()
        page.set_viewport_size({"width": 1366, "height": 768})
        page.goto("/manage/exams/marking")
        return page

    return make


def begin(page: Page) -> None:
    page.get_by_role("button", name="评阅第 1 题").click()
    page.wait_for_url("**/answers/*")


def test_the_keyboard_alone_marks_corrects_and_goes_on(exam: Exam, open_desk: Callable[..., Page]) -> None:
    page = open_desk(grader(exam))
    begin(page)
    first, second = page.locator("input[data-most]").all()
    expect(first).to_be_focused()
    was = page.url
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    expect(second).to_be_focused()
    page.keyboard.press("=")
    expect(page.locator("#total")).to_have_text("2")
    page.keyboard.press("ArrowUp")
    expect(first).to_be_focused()
    page.keyboard.type("0.5")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != was)
    assert given(exam) == [[5, 10]]
    expect(page.locator("input[data-most]").first).to_be_focused()
    page.keyboard.press("Alt+u")
    page.wait_for_url(was)
    expect(page.locator("input[data-most]").first).to_have_value("0.5")
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != was)
    assert given(exam) == [[10, 10]]


def test_enter_does_not_send_what_is_incomplete_or_too_much(
    exam: Exam, open_desk: Callable[..., Page]
) -> None:
    page = open_desk(grader(exam))
    begin(page)
    first, second = page.locator("input[data-most]").all()
    second.press("Enter")
    expect(first).to_be_focused()
    first.fill("9")
    expect(first).to_have_attribute("aria-invalid", "true")
    second.fill("1")
    second.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("各要点最高 1、1 分")
    assert given(exam) == []


def test_all_of_a_usual_answer_is_in_sight(exam: Exam, open_desk: Callable[..., Page]) -> None:
    page = open_desk(grader(exam))
    for name in ("评阅第 1 题", "评阅第 3 题"):
        page.goto("/manage/exams/marking")
        page.get_by_role("button", name=name).click()
        for seen in (page.locator(".mark__text"), page.get_by_role("button", name="保存，下一份")):
            expect(seen).to_be_in_viewport(ratio=1)
        assert Axe().run(page).response["violations"] == []


def test_a_reload_and_a_lapse_lose_nothing_that_was_typed(exam: Exam, open_desk: Callable[..., Page]) -> None:
    page, other = open_desk(grader(exam)), grader(exam)
    begin(page)
    page.locator("input[data-most]").first.fill("0.5")
    page.locator("textarea").fill("第二点没有写到")
    page.reload()
    expect(page.locator("input[data-most]").first).to_have_value("0.5")
    expect(page.locator("textarea")).to_have_value("第二点没有写到")
    shift_clock(seconds=LAPSE.total_seconds() + 5)
    db.session.execute(
        sa.update(Mark).where(Mark.claimed_at.is_not(None)).values(grader_id=other.id, claimed_at=clock.now())
    )
    db.session.commit()
    page.locator("input[data-most]").last.fill("1")
    page.locator("input[data-most]").last.press("Enter")
    expect(page.locator("h1")).to_have_text("这份答案已转给其他阅卷人")
    expect(page.locator(".facts")).to_contain_text("第二点没有写到")
    assert given(exam) == []
    page.get_by_role("button", name="下一份").click()
    expect(page.locator("input[data-most]").first).to_have_value("")


def test_two_tabs_and_a_double_click_give_one_mark(exam: Exam, open_desk: Callable[..., Page]) -> None:
    page = open_desk(grader(exam))
    begin(page)
    tab = page.context.new_page()
    tab.goto(page.url)
    for one, points in ((page, "1"), (tab, "0")):
        for place in one.locator("input[data-most]").all():
            place.fill(points)
    page.get_by_role("button", name="保存，下一份").dblclick()
    page.wait_for_url(lambda url: url != tab.url)
    tab.get_by_role("button", name="保存，下一份").click()
    expect(tab.get_by_role("alert")).to_contain_text("您刚才填的是：0、0")
    assert given(exam) == [[10, 10]]


def test_without_a_script_it_is_a_form(exam: Exam, open_desk: Callable[..., Page]) -> None:
    page = open_desk(grader(exam), script=False)
    begin(page)
    was = page.url
    for place in page.locator("input[data-most]").all():
        place.fill("0.5")
    page.get_by_role("button", name="保存，下一份").click()
    assert page.url != was and given(exam) == [[5, 5]]
